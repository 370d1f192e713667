//! What an expression is expected to be: types, and the small languages that strings are read in.

/// A type of expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Type {
    Any,
    Str,
    Int,
    /// An int that may be a size without filling the memory.
    Small,
    /// A step: never 0 or tiny against what is stepped through.
    Step,
    Float,
    /// Whatever can be cast to a number.
    Num,
    Bool,
    List,
    Strs,
    Ints,
    Map,
    /// A map of strings, as `split` gives it.
    Smap,
    Urlmap,
    Time,
    /// A time, or what `date` takes for one.
    When,
    /// A text or number that means a duration.
    Dur,
    Duration,
    Semver,
    SemverText,
    Range,
    Regex,
    Replacement,
    Layout,
    /// A layout and a text that may be a time of it: two words.
    Dated,
    Zone,
    Json,
    Yaml,
    Toml,
    Url,
    Path,
    Key,
    Template,
    Source,
    B64,
    /// A private key in PEM.
    Pem,
    /// The same in base 64.
    Keycode,
    /// A certificate in PEM in base 64.
    Certcode,
    Keytype,
    Passtype,
    Kindname,
    Typename,
    Format,
}

impl Type {
    /// By its name in the table of forms.
    pub(crate) fn parse(name: &str) -> Self {
        match name {
            "any" => Self::Any,
            "str" => Self::Str,
            "int" => Self::Int,
            "small" => Self::Small,
            "step" => Self::Step,
            "float" => Self::Float,
            "num" => Self::Num,
            "bool" => Self::Bool,
            "list" => Self::List,
            "strs" => Self::Strs,
            "ints" => Self::Ints,
            "map" => Self::Map,
            "smap" => Self::Smap,
            "urlmap" => Self::Urlmap,
            "time" => Self::Time,
            "when" => Self::When,
            "dur" => Self::Dur,
            "duration" => Self::Duration,
            "semver" => Self::Semver,
            "semvertext" => Self::SemverText,
            "range" => Self::Range,
            "regex" => Self::Regex,
            "replacement" => Self::Replacement,
            "layout" => Self::Layout,
            "dated" => Self::Dated,
            "zone" => Self::Zone,
            "json" => Self::Json,
            "yaml" => Self::Yaml,
            "toml" => Self::Toml,
            "url" => Self::Url,
            "path" => Self::Path,
            "key" => Self::Key,
            "template" => Self::Template,
            "source" => Self::Source,
            "b64" => Self::B64,
            "pem" => Self::Pem,
            "keycode" => Self::Keycode,
            "certcode" => Self::Certcode,
            "keytype" => Self::Keytype,
            "passtype" => Self::Passtype,
            "kindname" => Self::Kindname,
            "typename" => Self::Typename,
            "format" => Self::Format,
            other => panic!("the table of forms names an unknown type {other}"),
        }
    }
}
