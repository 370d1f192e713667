//! Expressions that render whatever the values are: what is of no certain type is cast before a
//! function sees it, as authors of charts do.
//!
//! **Invariant**: only maps made on the spot are changed, so that none comes to hold itself, and a
//! template includes only those before it.

use std::sync::LazyLock;

use crate::choices::Choices;
use crate::generate::forms::{self, Form, Part};
use crate::generate::kind::Type;
use crate::generate::literal;

/// Makes expressions of a chart that defines `t0` up to, not with, `templates`.
#[derive(Debug)]
pub(super) struct Calm<'c> {
    pub(super) c: &'c mut Choices,
    pub(super) templates: usize,
    /// Calls that may still be made.
    pub(super) fuel: usize,
}

impl Calm<'_> {
    /// A call of a kind, without parentheses, or an operand where no call fits.
    pub(super) fn pipeline(&mut self, kind: Type) -> String {
        let templates = self.templates > 0;
        let fits = |form: &&Form| {
            (kind == Type::Any || form.result == kind) && (templates || !form.takes(Type::Template))
        };
        let fitting: Vec<&Form> = table().iter().filter(fits).collect();
        if fitting.is_empty() || self.fuel == 0 {
            return self.operand(kind);
        }
        self.fuel -= 1;
        let form = fitting[self.c.below(fitting.len())];
        let mut text = String::new();
        for part in &form.parts {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Hole(kind, _) => text.push_str(&self.operand(*kind)),
            }
        }
        text
    }

    /// Something that may stand as an argument.
    pub(super) fn operand(&mut self, kind: Type) -> String {
        if self.fuel > 0 && self.c.below(3) == 2 && !matches!(kind, Type::Small | Type::Key) {
            return format!("({})", self.pipeline(kind));
        }
        match kind {
            Type::Any if self.c.below(3) > 0 => self.c.pick(ANYTHING).to_owned(),
            Type::Template => format!("\"t{}\"", self.c.below(self.templates.max(1))),
            Type::Bool if self.c.below(2) == 1 => format!("(empty {})", self.operand(Type::Any)),
            Type::Str if self.c.below(3) == 1 => format!("(toString {})", self.operand(Type::Any)),
            Type::Str if self.c.below(3) == 1 => self.c.pick(TEXTS).to_owned(),
            Type::Num if self.c.below(2) == 1 => format!("(int {})", self.operand(Type::Any)),
            Type::List => {
                format!("(list {} {})", self.operand(Type::Any), self.operand(Type::Any))
            }
            Type::Map => {
                let (key, value) = (self.operand(Type::Key), self.operand(Type::Any));
                format!("(dict {key} {value} \"z\" {})", self.operand(Type::Any))
            }
            kind => match literal::tamed(self.c, kind, true) {
                text if text == "nil" => "\"\"".to_owned(),
                text => text,
            },
        }
    }
}

fn table() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| forms::read(TABLE));
    &FORMS
}

/// Paths that can be read whatever the values are.
const ANYTHING: &[&str] = &[
    "$.Values",
    "$.Values.s0",
    "$.Values.i0",
    "$.Values.f0",
    "$.Values.b0",
    "$.Values.l0",
    "$.Values.m0",
    "$.Values.m1",
    "$.Values.x0",
    "$.Values.nope",
    "$.Values.global",
    "$.Values.imported",
    "$.Values.sub",
    "$.Values.web",
    "(keys $.Subcharts | sortAlpha)",
    "$.Chart",
    "$.Chart.Dependencies",
    "$.Chart.Annotations",
    "$.Chart.IsRoot",
    "$.Release",
    "$.Release.IsUpgrade",
    "$.Release.Revision",
    "$.Template",
    "$.Capabilities.KubeVersion",
    "$.Capabilities.HelmVersion",
    "($.Files.Glob \"f/*\")",
    "($.Files.Lines \"f/a.txt\")",
    "(lookup \"v1\" \"Pod\" \"\" \"\")",
    "$.Values.AsMap",
];
const TEXTS: &[&str] = &[
    "$.Release.Name",
    "$.Release.Namespace",
    "$.Chart.Name",
    "$.Chart.Version",
    "$.Chart.AppVersion",
    "$.Template.Name",
    "$.Template.BasePath",
    "($.Files.Get \"f/a.txt\")",
    "($.Files.Glob \"f/*\").AsConfig",
    "($.Files.Glob \"**.{txt,yaml}\").AsSecrets",
    "$.Capabilities.KubeVersion.Version",
    "$.Capabilities.KubeVersion.Minor",
    "$.Values.YAML",
];

const TABLE: &str = r#"
any = default {any} {any}
any = coalesce {any} {any}
any = ternary {any} {any} {bool}
any = and {any} {any}
any = or {any} {any}
any = get {map} {key}
any = first {list}
any = last {list}
any = dig {key} {any} {map}
any = dig "z" {key} {any} (dict "z" {map})
any = index {map} {key}
any = fromJson (toJson {map})
any = fromYaml (toYaml {map})
any = fromJsonArray (toJson {list})
any = fromYamlArray (toYaml {list})
any = mustFromJson (mustToJson {list})
map = deepCopy {map}
map = merge (dict {key} {str}) (dict {key} {num} "z" {str})
map = mergeOverwrite (dict {key} {num} "z" {str}) (dict {key} {str})
map = mustMerge (dict {key} {str}) (dict {key} {str})
map = set (dict {key} {str}) {key} {any}
map = unset (dict {key} {any}) {key}
map = pick {map} {key}
map = omit {map} {key}
list = rest {list}
list = initial {list}
list = reverse {list}
list = uniq {list}
list = compact {list}
list = append {list} {any}
list = prepend {list} {any}
list = concat {list} {list}
list = without {list} {any}
list = slice {list} 1
list = chunk 2 {list}
list = pluck {key} {map} {map}
list = {list} | mustReverse
str = toJson {any}
str = toPrettyJson {any}
str = toRawJson (toString {any})
str = toYaml {any}
str = toYamlPretty {any}
str = quote {any}
str = squote {any}
str = kindOf {any}
str = typeOf {any}
str = print {any} {str}
str = printf "%v %s" {any} {str}
str = printf "%d|%5d" {num} {num}
str = printf "%q" {str}
str = printf "%T" {any}
str = cat {any} {str}
str = join "," {list}
str = upper {str}
str = lower {str}
str = title {str}
str = untitle {str}
str = snakecase {str}
str = camelcase {str}
str = kebabcase {str}
str = swapcase {str}
str = trim {str}
str = nospace {str}
str = initials {str}
str = trunc 5 {str}
str = trunc -3 {str}
str = abbrev 6 {str}
str = replace "a" {str} {str}
str = trimSuffix "a" {str}
str = trimPrefix {str} {str}
str = trimAll "a" {str}
str = indent 2 {str}
str = nindent 4 {str}
str = wrap 10 {str}
str = repeat 2 {str}
str = b64enc {str}
str = b32enc {str}
str = sha256sum {str}
str = adler32sum {str}
str = substr 0 1 (print {str} "xy")
str = regexReplaceAll {regex} {str} "$0"
str = regexFind {regex} {str}
str = regexQuoteMeta {str}
str = date "2006-01-02" {time}
str = duration {small}
str = tpl "{{ .Release.Name }}" $
str = tpl (printf "{{ %q }}" {str}) $
str = tpl "{{ toJson .Values.m0 }}{{/* c */}}" $
str = include {template} $
str = include {template} $ | trim
str = required "needed" (print "x" {any})
str = html {any}
str = urlquery {str}
str = plural "one" "many" {small}
str = (semver {semvertext}).String
str = (semver "1.2.3").IncMinor.String
str = toToml {map}
int = add {num} {num}
int = sub {num} {num}
int = mul {num} {num}
int = max {num} {num}
int = min {num} {num}
int = add1 {num}
int = len {list}
int = len {str}
int = int64 {any}
int = atoi {str}
int = div {num} 3
int = mod {num} 7
float = float64 {any}
float = addf {num} 1.5
float = mulf {num} {num}
float = floor {num}
float = round {num} 2
strs = splitList "," {str}
strs = keys {map} | sortAlpha
strs = sortAlpha {list}
strs = regexSplit "a" {str} -1
ints = until 3
ints = untilStep 0 6 2
smap = split "." {str}
bool = eq {str} {str}
bool = ne {str} "a"
bool = not {any}
bool = empty {any}
bool = hasKey {map} {key}
bool = has {any} {list}
bool = contains {str} {str}
bool = hasPrefix {str} {str}
bool = regexMatch {regex} {str}
bool = kindIs {kindname} {any}
bool = typeIs {typename} {any}
bool = deepEqual {any} {any}
bool = semverCompare {range} "1.2.3"
bool = semverCompare ">=1.20-0" $.Capabilities.KubeVersion.Version
bool = $.Capabilities.APIVersions.Has "apps/v1"
bool = lt (int {num}) 5
bool = all {any} {any}
bool = any {any} {any}
"#;
