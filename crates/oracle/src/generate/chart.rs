//! Small charts: dependencies with conditions, tags, aliases and imports, globals, hooks, sorted
//! kinds, split documents, files, a library, and what the command line adds.

mod calm;

use std::collections::BTreeMap;

use super::expression::Expressions;
use super::kind::Type;
use super::statement::Statements;
use super::values;
use crate::choices::Choices;
use calm::Calm;

/// A chart and how it is rendered.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// Path to text.
    pub files: BTreeMap<String, String>,
    /// Texts of `--values` files.
    pub values: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub set_string: Vec<String>,
    /// `--kube-version`.
    pub kube_version: Option<String>,
    /// `--api-versions`.
    pub api_versions: Vec<String>,
    /// `--include-crds`.
    pub include_crds: bool,
    /// `--is-upgrade`.
    pub upgrade: bool,
}

const NAMES: &[&str] = &["sub", "web", "db"];

/// How a chart is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    /// So that it renders, as a rule.
    Calm,
    /// So that it finds out what happens.
    Wild,
}

impl Mood {
    /// One of several, of which only the first `good` ones are for calm charts.
    fn pick(self, c: &mut Choices, good: usize, from: &[&'static str]) -> &'static str {
        match self {
            Self::Calm => from[c.below(good)],
            Self::Wild => from[c.below(from.len())],
        }
    }
}

pub(crate) fn chart(c: &mut Choices) -> Chart {
    let mut chart = Chart::default();
    let mood = if c.chance(75) { Mood::Calm } else { Mood::Wild };
    one(c, &mut chart.files, "", "c", (2, mood));
    for _ in 0..c.below(3) {
        chart.values.push(values_file(c));
    }
    for _ in 0..c.below(2) {
        chart.set.push(mood.pick(c, 10, SETS).to_owned());
    }
    if c.chance(10) {
        chart.set_string.push(mood.pick(c, 10, SETS).to_owned());
    }
    if c.chance(10) {
        chart.kube_version =
            Some(c.pick(&["1.29", "v1.30.0", "1.31.2-gke.5", "1.20.0+k3s1"]).to_owned());
    }
    if c.chance(10) {
        chart.api_versions.push(c.pick(&["a/v1", "monitoring.coreos.com/v1", "v1/Foo"]).to_owned());
    }
    chart.include_crds = c.chance(20);
    chart.upgrade = c.chance(20);
    chart
}

fn one(
    c: &mut Choices,
    files: &mut BTreeMap<String, String>,
    at: &str,
    name: &str,
    (depth, mood): (usize, Mood),
) {
    let mut metadata = format!(
        "apiVersion: v2\nname: {name}\nversion: {}\n",
        c.pick(&["1.0.0", "0.1.0-a+b", "2.3.4"])
    );
    for (key, pool) in FIELDS {
        if c.chance(12) {
            metadata.push_str(&format!("{key}: {}\n", mood.pick(c, 1, pool)));
        }
    }
    let library = depth < 2 && c.chance(8);
    if library {
        metadata.push_str("type: library\n");
    }
    let mut dependencies = String::new();
    if depth > 0 {
        for sub in NAMES.iter().take(c.below(3)) {
            let below = format!("{at}charts/{sub}/");
            one(c, files, &below, sub, (depth - 1, mood));
            if c.chance(70) {
                dependencies.push_str(&dependency(c, sub, mood));
                if c.chance(12) {
                    dependencies
                        .push_str(&format!("- name: {sub}\n  version: \"*\"\n  alias: {sub}2\n"));
                }
                if mood == Mood::Wild && c.chance(1) {
                    dependencies.push_str(&dependency(c, sub, mood));
                }
            }
        }
    }
    if !dependencies.is_empty() {
        metadata.push_str(&format!("dependencies:\n{dependencies}"));
    }
    files.insert(format!("{at}Chart.yaml"), metadata);
    if c.chance(80) {
        files.insert(format!("{at}values.yaml"), values_file(c));
    }
    for number in 0..=c.below(3) {
        let name = c.pick(&["a", "b", "z", "sub/x"]);
        files.insert(format!("{at}templates/{name}{number}.yaml"), manifests(c, mood));
    }
    match mood {
        Mood::Calm => {
            files.insert(format!("{at}templates/_h.tpl"), calm_definitions(c));
        }
        Mood::Wild if c.chance(50) => {
            files.insert(format!("{at}templates/_h.tpl"), definitions(c));
        }
        Mood::Wild => {}
    }
    if c.chance(20) {
        files.insert(
            format!("{at}templates/NOTES.txt"),
            "Notes of {{ .Chart.Name }} {{ .Release.Name }}\n".to_owned(),
        );
    }
    if c.chance(15) {
        files.insert(
            format!("{at}crds/crd.yaml"),
            "kind: CustomResourceDefinition\nmetadata:\n  name: x\n".to_owned(),
        );
    }
    if c.chance(40) {
        for (path, text) in [("f/a.txt", "one\ntwo\n"), ("f/b.yaml", "a: 1"), ("g.conf", "é\u{0}x")]
        {
            files.insert(format!("{at}{path}"), text.to_owned());
        }
    }
}

fn dependency(c: &mut Choices, name: &str, mood: Mood) -> String {
    let mut out = format!(
        "- name: {name}\n  version: {}\n",
        mood.pick(c, 2, &["\"*\"", "\">=0.1.0-0\"", "1.0.0", "^1", "9.x"])
    );
    if c.chance(30) {
        out.push_str(&format!(
            "  condition: {}\n",
            c.pick(&[
                "sub.enabled",
                "web.enabled",
                "global.on,web.enabled",
                "b0",
                "nope.x, sub.enabled",
                "db.enabled"
            ])
        ));
    }
    if c.chance(20) {
        out.push_str(&format!("  tags: [{}]\n", c.pick(&["front", "front, back", "back"])));
    }
    if c.chance(20) {
        out.push_str(&format!("  alias: {}\n", mood.pick(c, 1, &["other", "x1", "db", "m0"])));
    }
    if c.chance(25) {
        out.push_str(c.pick(&[
            "  import-values: [data]\n", "  import-values:\n  - child: m0\n    parent: imported\n", "  import-values:\n  - child: m1\n    parent: .\n", "  import-values:\n  - child: exports.data\n    parent: m0\n  - child: nope\n    parent: y\n", "  import-values: [data, nope]\n",
        ]));
    }
    out
}

fn values_file(c: &mut Choices) -> String {
    let mut out = if c.chance(70) { values::values(c) } else { String::new() };
    for name in NAMES.iter().chain(&["other", "global", "tags", "exports", "imported"]) {
        if !c.chance(25) {
            continue;
        }
        let inner = match *name {
            "tags" => c
                .pick(&[
                    "{front: true}",
                    "{front: false, back: true}",
                    "{back: false}",
                    "{front: x}",
                ])
                .to_owned(),
            "exports" => c
                .pick(&["{data: {s0: exported, n: {a: 1}}}", "{data: {m0: {b: 2}}}", "{data: x}"])
                .to_owned(),
            "global" => c
                .pick(&[
                    "{on: true, g: {a: 1}}",
                    "{g: {b: [1]}}",
                    "{on: null}",
                    "{on: false, s: x}",
                ])
                .to_owned(),
            _ => c
                .pick(&[
                    "{enabled: true}",
                    "{enabled: false}",
                    "{enabled: x, s0: over}",
                    "{m0: {a: null, z: 1}}",
                    "{global: {g: {c: 3}}, s0: null}",
                    "{l0: [9], m0: null}",
                    "{sub: {s0: deep}, web: {enabled: false}}",
                ])
                .to_owned(),
        };
        let inner = if c.chance(2) { c.pick(&["null", "x", "[1]"]).to_owned() } else { inner };
        out.push_str(&format!("{name}: {inner}\n"));
    }
    out
}

fn calm_definitions(c: &mut Choices) -> String {
    let mut out = String::new();
    for number in 0..3 {
        let text = Calm { c, templates: number, fuel: 3 }.pipeline(Type::Str);
        let trimmed = if number == 2 { "-" } else { "" };
        out.push_str(&format!(
            "{{{{- define \"t{number}\" {trimmed}}}}}{{{{ {text} }}}}{{{{ end }}}}\n"
        ));
    }
    out
}

/// An entry that stays YAML whatever its expressions give.
fn calm_entry(c: &mut Choices, number: usize, out: &mut String) {
    let shape = c.below(9);
    let tail =
        c.pick(&["toJson", "quote", "toYaml | nindent 4", "toString | toJson", "print | quote"]);
    let mut calm = Calm { c, templates: 3, fuel: 5 };
    let kind = match shape {
        0 | 1 => Type::List,
        2 => Type::Map,
        _ => Type::Any,
    };
    let value = calm.pipeline(kind);
    let other = calm.pipeline(Type::Any);
    let k = format!("  k{number}");
    out.push_str(&match shape {
        0 => format!("  {{{{- range $i, $e := {value} }}}}\n{k}-{{{{ $i }}}}: {{{{ $e | toJson }}}}\n  {{{{- else }}}}\n{k}: {{{{ {other} | toJson }}}}\n  {{{{- end }}}}\n"),
        1 => format!("{k}:\n  {{{{- range {value} }}}}\n  - {{{{ . | {tail} }}}}\n  {{{{- end }}}}\n"),
        2 => format!("{k}:\n  {{{{- range $k, $v := {value} }}}}\n    {{{{ $k | quote }}}}: {{{{ $v | toJson }}}}\n  {{{{- end }}}}\n"),
        3 => format!("  {{{{- if {value} }}}}\n{k}: {{{{ {other} | toJson }}}}\n  {{{{- else }}}}\n{k}: null\n  {{{{- end }}}}\n"),
        4 => format!("  {{{{- with {value} }}}}\n{k}: {{{{ . | toJson }}}}\n  {{{{- end }}}}\n"),
        5 => format!("  {{{{- $x := {value} }}}}\n{k}: {{{{ $x | {tail} }}}}\n"),
        6 => format!("{k}: |-\n    {{{{- {value} | toYaml | nindent 4 }}}}\n"),
        _ => format!("{k}: {{{{ {value} | {tail} }}}}\n"),
    });
}

fn definitions(c: &mut Choices) -> String {
    let mut out = String::new();
    for number in 0..=c.below(3) {
        let mut expressions = Expressions::new(c, PATHS);
        expressions.fuel = 8;
        expressions.templates = number;
        let text = Statements::new(&mut expressions).text(false);
        out.push_str(&format!("{{{{- define \"t{number}\" }}}}{text}{{{{ end }}}}\n"));
    }
    out
}

fn manifests(c: &mut Choices, mood: Mood) -> String {
    let mut out = String::new();
    for at in 0..=c.below(3) {
        if at > 0 {
            out.push_str(mood.pick(
                c,
                5,
                &["---\n", "\n---\n", "--- # c\n", "---\n---\n", "\n--- \n", " ---\n"],
            ));
        }
        match c.below(12) {
            0 => out.push_str(c.pick(&[
                "# only a comment\n",
                "\n",
                "{{/* c */}}\n",
                "a: 1\n",
                "{{- if .Values.b0 }}\nkind: Late\n{{- end }}\n",
            ])),
            1 if mood == Mood::Wild && c.chance(10) => {
                out.push_str(c.pick(&["x", "- a\n", "kind: [\n", "null\n"]));
            }
            _ => manifest(c, &mut out, mood),
        }
    }
    out
}

fn manifest(c: &mut Choices, out: &mut String, mood: Mood) {
    let kind = mood.pick(
        c,
        12,
        &[
            "ConfigMap",
            "Deployment",
            "Service",
            "Secret",
            "Job",
            "Namespace",
            "Role",
            "Foo",
            "CustomResourceDefinition",
            "Pod",
            "Ingress",
            "ServiceAccount",
            "{{ .Values.s0 | quote }}",
            "List",
        ],
    );
    out.push_str(&format!(
        "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {}\n",
        c.pick(&["x", "y", "{{ .Release.Name }}-z", "{{ .Chart.Name }}"])
    ));
    if c.chance(35) {
        out.push_str(&format!(
            "  annotations:\n    helm.sh/hook: {}\n",
            c.pick(&[
                "pre-install",
                "post-install,pre-upgrade",
                "test",
                "\"post-delete\"",
                "crd-install",
                "foo",
                "pre-install, test",
                "test-success",
                "''",
                "PRE-INSTALL"
            ])
        ));
        if c.chance(50) {
            out.push_str(&format!(
                "    helm.sh/hook-weight: {}\n",
                c.pick(&["\"1\"", "\"-5\"", "\"x\"", "3", "\"0x1\"", "\"+2\""])
            ));
        }
        if c.chance(20) {
            out.push_str(&format!(
                "    helm.sh/hook-delete-policy: {}\n",
                c.pick(&["hook-succeeded", "before-hook-creation,hook-failed", "x"])
            ));
        }
    }
    out.push_str("data:\n");
    if mood == Mood::Calm {
        let lines = 1 + c.below(3);
        return (0..lines).for_each(|number| calm_entry(c, number, out));
    }
    for number in 0..=c.below(3) {
        let mut expressions = Expressions::new(c, PATHS);
        expressions.fuel = 8;
        expressions.templates = 2;
        expressions.wrong = if expressions.c.chance(3) { 5 } else { 0 };
        match expressions.c.below(12) {
            0 => {
                let text = Statements::new(&mut expressions).text(false);
                out.push_str(&format!("  k{number}: |-\n    {}\n", text.replace('\n', "\n    ")));
            }
            1 if expressions.c.chance(20) => {
                let text = expressions.pipeline(Type::Any);
                out.push_str(&format!("  k{number}: {{{{ {text} }}}}\n"));
            }
            _ => {
                let text = expressions.pipeline(Type::Any);
                out.push_str(&format!(
                    "  k{number}: {{{{ {text} | {} }}}}\n",
                    expressions.c.pick(&[
                        "toJson",
                        "quote",
                        "toYaml | nindent 4",
                        "toString | toJson"
                    ])
                ));
            }
        }
    }
}

const SETS: &[&str] = &[
    "s0=set",
    "sub.s0=x",
    "m0.a=1,m0.b=true",
    "l0[1]=z",
    "web.enabled=false",
    "global.g.a=null",
    "x0=",
    "l1={a,b}",
    "sub.enabled=null",
    "m0=null",
    "i0=007",
    "a\\.b=c",
    "l0[0].x=1",
    "s0.x=1",
    "tags.front=false",
];

const FIELDS: &[(&str, &[&str])] = &[
    ("description", &["words", "\"\""]),
    ("appVersion", &["\"1.16\"", "v2", "1.2"]),
    ("keywords", &["[a, b]", "[]"]),
    ("home", &["https://x"]),
    ("sources", &["[s]"]),
    ("maintainers", &["[{name: n, email: e, url: u}]"]),
    ("icon", &["i"]),
    ("annotations", &["{a: b}", "{}"]),
    ("kubeVersion", &["\">=1.20.0-0\"", "\">=1.20\"", "^1"]),
    ("deprecated", &["true", "false"]),
    ("condition", &["x"]),
    ("unknown", &["1"]),
];

const PATHS: &[(&str, Type)] = &[
    (".Values", Type::Map),
    ("$.Values.s0", Type::Str),
    (".Values.s1", Type::Str),
    ("$.Values.i0", Type::Num),
    ("$.Values.f0", Type::Float),
    ("$.Values.b0", Type::Bool),
    ("$.Values.l0", Type::List),
    ("$.Values.m0", Type::Map),
    ("$.Values.m1", Type::Map),
    ("$.Values.x0", Type::Any),
    ("$.Values.global", Type::Map),
    ("$.Values.global.g", Type::Map),
    ("$.Values.imported", Type::Map),
    ("$.Values.sub", Type::Map),
    ("(.Subcharts.sub).Values", Type::Map),
    (".Subcharts", Type::Map),
    (".Chart.Name", Type::Str),
    (".Chart.Version", Type::Str),
    (".Chart.AppVersion", Type::Str),
    (".Chart.Annotations", Type::Map),
    (".Chart.Keywords", Type::List),
    (".Chart.Dependencies", Type::List),
    (".Chart.IsRoot", Type::Bool),
    (".Chart.Type", Type::Str),
    (".Chart", Type::Map),
    (".Release.Name", Type::Str),
    (".Release.Namespace", Type::Str),
    (".Release.IsUpgrade", Type::Bool),
    (".Release.Revision", Type::Int),
    (".Release", Type::Map),
    (".Template.Name", Type::Str),
    (".Template.BasePath", Type::Str),
    (".Template", Type::Map),
    ("(.Files.Get \"f/a.txt\")", Type::Str),
    ("(.Files.Get \"nope\")", Type::Str),
    ("(.Files.Glob \"f/*\").AsConfig", Type::Str),
    ("(.Files.Glob \"**.{txt,yaml}\").AsSecrets", Type::Str),
    ("(.Files.Lines \"f/a.txt\")", Type::Strs),
    ("(.Files.GetBytes \"g.conf\")", Type::Any),
    ("(.Files.Glob \"*\")", Type::Any),
    (".Files", Type::Any),
    (".Capabilities.KubeVersion.Version", Type::SemverText),
    (".Capabilities.KubeVersion.Minor", Type::Num),
    (".Capabilities.KubeVersion", Type::Any),
    (".Capabilities.KubeVersion.GitVersion", Type::Str),
    (".Capabilities.HelmVersion.Version", Type::Str),
    ("(.Capabilities.APIVersions.Has \"apps/v1\")", Type::Bool),
    ("(.Capabilities.APIVersions.Has \"a/v1\")", Type::Bool),
    ("(lookup \"v1\" \"Pod\" \"\" \"\")", Type::Map),
    (".Values.YAML", Type::Str),
    ("(.Values.Table \"m0\")", Type::Any),
    ("(.Values.PathValue \"m0.a\")", Type::Any),
    (".Values.AsMap", Type::Any),
    (".", Type::Any),
];
