//! Literals of every type, as source text of a template: strings come quoted, numbers in every form
//! that Go's lexer knows.
//!
//! **Invariant**: a tame literal is one that functions accept. It comes from a pool; a wild one is now
//! and then composed by the rules of its little language, and now and then against them.

mod document;
mod format;
mod key;
mod moment;
mod name;
mod number;
mod refused;
mod regex;
mod text;
mod toml;
mod version;

pub(crate) use text::{quoted, raw};

use super::kind::Type;
use crate::choices::Choices;
use key::Holds;
use refused::REFUSED;
use text::quote;

/// A literal of a type.
pub(crate) fn of(c: &mut Choices, kind: Type) -> String {
    tamed(c, kind, false)
}

/// A literal of a type; a tame one is accepted by the functions that read it.
pub(crate) fn tamed(c: &mut Choices, kind: Type, tame: bool) -> String {
    let pool = |c: &mut Choices, pool: &[&'static str]| {
        let entry = pool[c.below(pool.len())];
        let entry = if tame && REFUSED.contains(&entry) { pool[0] } else { entry };
        quote(c, entry)
    };
    let composed = |c: &mut Choices| !tame && c.below(2) == 1;
    let versions = |c: &mut Choices| {
        if composed(c) { quoted(&version::version(c)) } else { pool(c, version::VERSIONS) }
    };
    let durations = |c: &mut Choices| {
        if composed(c) { quoted(&moment::duration(c)) } else { pool(c, moment::DURATIONS) }
    };
    let times = |c: &mut Choices| {
        if composed(c) { quoted(&moment::time(c)) } else { pool(c, moment::TIMES) }
    };
    match kind {
        Type::Any => match c.below(8) {
            0 | 1 => number::int(c),
            2 | 3 => text::string(c),
            4 => of(c, Type::Bool),
            5 => number::float(c),
            6 => "nil".to_owned(),
            _ => number::character(c),
        },
        Type::Str => text::string(c),
        Type::Int => number::int(c),
        Type::Small => c.pick(&["1", "0", "2", "3", "5", "-1", "7", "12", "80"]).to_owned(),
        Type::Step => c.pick(&["1", "2", "3", "-1", "-2", "7"]).to_owned(),
        Type::Float => number::float(c),
        Type::Num => match c.below(6) {
            0..=2 => number::int(c),
            3 | 4 => number::float(c),
            _ => pool(c, number::NUMBERS),
        },
        Type::Bool => c.pick(&["true", "false"]).to_owned(),
        Type::List => {
            let items: Vec<String> = (0..c.below(4)).map(|_| of(c, Type::Any)).collect();
            format!("(list {})", items.join(" ")).replace(" )", ")")
        }
        Type::Strs => {
            let items: Vec<String> = (0..=c.below(3)).map(|_| text::string(c)).collect();
            format!("(list {} | toStrings)", items.join(" "))
        }
        Type::Ints => format!("(until {})", c.below(5)),
        Type::Map => {
            let entries: Vec<String> = (0..c.below(4))
                .map(|_| format!("{} {}", of(c, Type::Key), of(c, Type::Any)))
                .collect();
            format!("(dict {})", entries.join(" ")).replace(" )", ")")
        }
        Type::Smap => format!("(split \".\" {})", versions(c)),
        Type::Urlmap => format!("(urlParse {})", pool(c, name::URLS)),
        Type::Time => {
            format!("(toDate {} {})", "\"2006-01-02T15:04:05.999999999Z07:00\"", times(c))
        }
        Type::When => match c.below(4) {
            0 | 1 => of(c, Type::Time),
            2 => number::int(c),
            _ => text::string(c),
        },
        Type::Dur => match c.below(4) {
            0 | 1 => durations(c),
            2 => number::int(c),
            _ => number::float(c),
        },
        Type::Duration => format!("(mustToDuration {})", durations(c)),
        Type::Semver => format!("(semver {})", versions(c)),
        Type::SemverText => versions(c),
        Type::Range if composed(c) => quoted(&version::range(c)),
        Type::Range => pool(c, version::RANGES),
        Type::Regex if composed(c) => written(c, regex::compose),
        Type::Regex => pool(c, regex::REGEXES),
        Type::Replacement => pool(c, regex::REPLACEMENTS),
        Type::Layout if composed(c) => quoted(&moment::layout(c)),
        Type::Layout => pool(c, moment::LAYOUTS),
        Type::Zone => pool(c, moment::ZONES),
        Type::Json if composed(c) => written(c, document::json),
        Type::Json => pool(c, document::JSONS),
        Type::Yaml if composed(c) => written(c, super::yaml::document),
        Type::Yaml => pool(c, document::YAMLS),
        Type::Toml if composed(c) => written(c, toml::compose),
        Type::Toml => pool(c, document::TOMLS),
        Type::Url => pool(c, name::URLS),
        Type::Path => pool(c, name::PATHS),
        Type::Key => pool(c, name::KEYS),
        Type::Template => pool(c, &["t0", "t1", "t2", "nope", ""]),
        Type::Source => pool(c, name::SOURCES),
        Type::B64 => pool(c, name::ENCODED),
        Type::Pem => quoted(&key::pem(c, Holds::Key, tame)),
        Type::Keycode => quoted(&key::code(c, Holds::Key, tame)),
        Type::Certcode => quoted(&key::code(c, Holds::Certificate, tame)),
        Type::Keytype => pool(c, &["ed25519", "ecdsa", "foo", ""]),
        Type::Passtype => pool(c, &["long", "maximum", "medium", "short", "basic", "pin", "other"]),
        Type::Kindname => pool(c, name::KINDS),
        Type::Typename => pool(c, name::TYPES),
        Type::Dated if tame => "\"2006-01-02\" \"2024-02-29\"".to_owned(),
        Type::Dated => moment::dated(c),
        Type::Format => format::format(c),
    }
}

/// A literal that may be malformed.
pub(crate) fn any(c: &mut Choices, kind: Type) -> String {
    if c.chance(10) { c.pick(number::MALFORMED).to_owned() } else { of(c, kind) }
}

/// A composed text, in one of Go's notations.
fn written(c: &mut Choices, compose: fn(&mut Choices) -> String) -> String {
    let text = compose(c);
    quote(c, &text)
}
