//! How each function is called: the table from which expressions are made.
//!
//! A line is a result type, then a function with its parameters' types; or, behind `=`, a text with
//! `{types}` to fill in. The latter is for what Go answers in random order (`keys`) and for what is
//! random by nature, of which only the shape is compared; and where Go shows what lies behind a
//! list's end. A `*` repeats, a `?` may be left out.
//! Deliberately not here: what a type looks like (`expression`).

use std::sync::LazyLock;

use super::kind::Type;

/// One way to call one function.
#[derive(Debug)]
pub(crate) struct Form {
    pub(crate) result: Type,
    /// The words; each is text or a hole.
    pub(crate) parts: Vec<Part>,
    /// Whether the last argument may come through a pipe.
    pub(crate) plain: bool,
}

#[derive(Debug)]
pub(crate) enum Part {
    Text(String),
    Hole(Type, Count),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Count {
    One,
    Maybe,
    Many,
}

/// So slow that they are seldom worth it.
const SLOW: &[&str] = &[
    "bcrypt",
    "htpasswd",
    "genCA ",
    "genSelfSignedCert ",
    "genSignedCert ",
    "derivePassword",
    "genPrivateKey",
];

/// What ends a template more often than not.
const FAILING: &[&str] =
    &["fail", "call", "decryptAES", "b32dec", "substr", "mustToDate", "slice", "mustSlice"];

impl Form {
    /// Whether even a well-typed call fails as a rule.
    pub(crate) fn fails(&self) -> bool {
        matches!(&self.parts[0], Part::Text(text) if FAILING.contains(&text.as_str()))
    }

    /// Whether an argument is of this type.
    pub(crate) fn takes(&self, kind: Type) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Hole(hole, _) if *hole == kind))
    }

    /// Whether a call takes a notable time.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(&self.parts[0], Part::Text(text) if SLOW.iter().any(|slow| text.contains(slow)))
    }
}

/// Every form.
pub(crate) fn all() -> &'static [Form] {
    static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| read(TABLE));
    &FORMS
}

/// The forms of a table.
pub(crate) fn read(table: &str) -> Vec<Form> {
    table.lines().filter(|l| !l.trim().is_empty()).map(parse).collect()
}

fn parse(line: &str) -> Form {
    let (result, rest) = line.trim().split_once(' ').expect("a line has a result and a form");
    let result = Type::parse(result);
    if let Some(text) = rest.trim().strip_prefix('=') {
        return Form { result, parts: with_holes(text.trim()), plain: false };
    }
    let word = |(at, word): (usize, &str)| {
        if at == 0 { Part::Text(word.to_owned()) } else { hole(word) }
    };
    let parts = rest.split_whitespace().enumerate().map(word).collect();
    Form { result, parts, plain: true }
}

fn with_holes(text: &str) -> Vec<Part> {
    let (mut parts, mut words, mut rest) = (Vec::new(), String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        words.push_str(before);
        let name = after.split_once('}').filter(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || "*?".contains(c))
        });
        if let Some((name, behind)) = name {
            parts.push(Part::Text(std::mem::take(&mut words)));
            parts.push(hole(name));
            rest = behind;
        } else {
            // A brace of the text itself.
            words.push('{');
            rest = after;
        }
    }
    words.push_str(rest);
    parts.push(Part::Text(words));
    parts
}

fn hole(word: &str) -> Part {
    if let Some(word) = word.strip_suffix('*') {
        Part::Hole(Type::parse(word), Count::Many)
    } else if let Some(word) = word.strip_suffix('?') {
        Part::Hole(Type::parse(word), Count::Maybe)
    } else {
        Part::Hole(Type::parse(word), Count::One)
    }
}

const TABLE: &str = r#"
str abbrev int str
str abbrevboth int int str
int add num*
int add1 num
float add1f num
float addf num*
str adler32sum str
bool = (kindIs "string" (ago {time}))
bool all any*
bool and any any*
any and any any
bool any any*
list append list any
int atoi str
str b32dec b64
str b32enc str
str b64dec b64
str b64enc str
str base path
bool = hasPrefix "$2a$" (bcrypt {str})
int biggest num num*
str = (buildCustomCert {certcode} {keycode}).Cert
any call any any*
str camelcase str
str cat any*
float ceil num
list chunk small list
str clean path
any coalesce any any*
list compact list
list concat list list*
bool contains str str
str date layout when
str date_in_zone layout when zone
time date_modify dur time
str dateInZone layout when zone
time dateModify dur time
str decryptAES str b64
any deepCopy any
map deepCopy map
bool deepEqual any any
any default any any?
str derivePassword int passtype str str str
map dict
map dict key any
map dict key any key any
map dict key map key list key str
any dig key any map
any dig key key any map
str dir path
int div num num
float divf num num*
str duration dur
float durationDays dur
float durationHours dur
int durationMicroseconds dur
int durationMilliseconds dur
float durationMinutes dur
int durationNanoseconds dur
bool = kindIs "string" (durationRound {time})
str durationRound dur
duration durationRoundTo dur dur
float durationSeconds dur
duration durationTruncateTo dur dur
float durationWeeks dur
bool empty any
str = decryptAES "k" (encryptAES "k" {str})
bool eq any any any*
bool eq str str
bool eq num num
str ext path
any fail str
any first list
float float64 num
float floor num
map fromJson json
list fromJsonArray json
map fromToml toml
map fromYaml yaml
list fromYamlArray yaml
bool ge num num
bool ge str str
str = (genCA "ca" 1).Cert | trunc 27
str = (genCAWithKey "ca" 1 {pem}).Key
str = genPrivateKey {keytype} | trunc 15
str = (genSelfSignedCert "a" nil nil 1).Cert | trunc 27
str = (genSelfSignedCertWithKey {str} (list) (list {str}) 1 {pem}).Key
str = (genSignedCert "a" nil (list "b") 1 (buildCustomCert {certcode} {keycode})).Cert | trunc 27
str = (genSignedCertWithKey {str} (list) (list {str}) 1 (buildCustomCert {certcode} {keycode}) {pem}).Key
any get map key
str getHostByName str
bool gt num num
bool gt str str
bool has any list
bool hasKey map key
bool hasPrefix str str
bool hasSuffix str str
str hello
str html any any?
str htmlDate when
str htmlDateInZone when zone
str = htpasswd {str} {str} | trunc 7
str include template any
str indent small str
any index any any*
any index map key
any index list small
list initial list
str initials str
int int num
int int64 num
bool isAbs path
str join str list
str js any any?
str kebabcase str
strs = keys {map} {map?} | sortAlpha
bool kindIs kindname any
str kindOf any
any last list
bool le num num
int len any
int len str
list list any*
map lookup str str str str
str lower str
bool lt num num
bool lt str str
int max num num*
float maxf num num*
map merge map map*
map mergeOverwrite map map*
int min num num*
float minf num num*
int mod num num
int mul num num*
float mulf num num*
time must_date_modify dur time
list mustAppend list any
list mustChunk small list
list mustCompact list
time mustDateModify dur time
any mustDeepCopy any
any mustFirst list
any mustFromJson json
bool mustHas any list
list mustInitial list
any mustLast list
map mustMerge map map*
map mustMergeOverwrite map map*
list mustPrepend list any
list mustPush list any
str mustRegexFind regex str
strs mustRegexFindAll regex str small
bool mustRegexMatch regex str
str mustRegexReplaceAll regex str replacement
str mustRegexReplaceAllLiteral regex str replacement
strs mustRegexSplit regex str small
list mustRest list
list mustReverse list
list mustSlice list small?
list = mustSlice (list {any} {any} {any}) {small} {small}
time mustToDate layout str
time = mustToDate {dated}
duration mustToDuration dur
str mustToJson any
str mustToPrettyJson any
str mustToRawJson any
str mustToToml map
str mustToYaml any
list mustUniq list
list mustWithout list any*
bool ne any any
bool ne str str
str nindent small str
str nospace str
bool not any
bool = kindIs "struct" now
bool = eq (now).Location.String "UTC"
str = ({time}).Location | quote
map omit map key*
any or any any*
str osBase path
str osClean path
str osDir path
str osExt path
bool osIsAbs path
map pick map key*
list pluck key map map*
str plural str str int
list prepend list any
str print any any*
str printf format
str printf format any
str printf format any any
str printf format num any num
str printf format list
str printf format map num
str printf format semver float
str println any any*
list push list any
str quote any*
int = len (randAlpha {small})
int = len (randAlphaNum {small})
int = len (randAscii {small})
int = len (randBytes {small} | b64dec)
bool = kindIs "int" (randInt {small} {small})
bool = regexMatch "^[0-9]*$" (randNumeric {small})
str regexFind regex str
strs regexFindAll regex str small
bool regexMatch regex str
str regexQuoteMeta str
str regexReplaceAll regex str replacement
str regexReplaceAllLiteral regex str replacement
strs regexSplit regex str small
str repeat small str
str replace str str str
any required str any
list rest list
list reverse list
float round num small num?
semver semver semvertext
bool semverCompare range semvertext
str seq small small? small?
map set map key any
str sha1sum str
str sha256sum str
str sha512sum str
int = len (shuffle {str})
any slice list small?
any = slice (list {any} {any} {any}) {small} {small}
any slice str small? small?
str snakecase str
strs sortAlpha list
smap split str str
strs splitList str str
smap splitn str small str
str squote any*
int sub num num
float subf num num*
str substr int int str
str swapcase str
any ternary any any bool
str title str
time toDate layout str
time = toDate {dated}
int toDecimal num
str toJson any
str toPrettyJson any
str toRawJson any
str toString any
strs toStrings list
str toToml map
str toToml any
str toYaml any
str toYamlPretty any
str = tpl {source} {any}
str trim str
str trimAll str str
str trimall str str
str trimPrefix str str
str trimSuffix str str
str trunc int str
list tuple any*
bool typeIs typename any
bool typeIsLike typename any
str typeOf any
list uniq list
str unixEpoch time
map unset map key
ints until small
ints untilStep small small step
str untitle str
str upper str
str urlJoin map
str urlJoin urlmap
map urlParse url
str urlquery any any?
int = len (uuidv4)
strs = values {map} | toStrings | sortAlpha
list without list any*
str wrap small str
str wrapWith small str str
"#;
