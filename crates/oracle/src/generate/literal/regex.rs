//! Regular expressions and what replaces their matches.

use crate::choices::Choices;

pub(super) const REGEXES: &[&str] = &[
    "a+",
    "",
    "^[a-z]+$",
    "(a)(b)?",
    "(?i)HELLO",
    "[[:alpha:]]+",
    "\\d+",
    "\\bfoo\\b",
    "(?P<x>o+)",
    "a{2,3}",
    "a|b|",
    "x*",
    "[^a-c]",
    "(?s).+",
    "(?m)^l.*$",
    "\\pL+",
    "\\p{Greek}",
    "[\\w-]+",
    "(",
    "a**",
    "[z-a]",
    "\\8",
    "(?:ab)*?",
    ".{1,3}",
    "\\xFF",
    "$",
    "\\s",
    "(?U)a+",
    "a{1001}",
    "(?<n>.)",
    "[[:foo:]]",
    "\\Qa.b\\E",
    "\\A.\\z",
    "é",
    "[é-ü]",
    "\\C",
    "(?i)ſ",
    "(?i)k",
    "\\x{1F600}",
    "a{,2}",
    "(|a)+",
    "(a*)*",
    "(a*)+",
    "^",
    "\\B",
    "[a-\\d]",
    "\\pN",
    "(?z)",
    "\\p{Lu}+",
    "\\PL",
    "[^\\pL]",
    "[\\p{Nd}a]",
    "\\pC",
    "\\p{Cn}",
    "\\p{Letter}",
    "\\p{Any}",
    "\\p{^Greek}",
    "\\p{greek}",
    "a??",
    "\\",
];
pub(super) const REPLACEMENTS: &[&str] =
    &["x", "$1", "${1}x", "$1x", "$x", "${x}", "$$", "", "$0-$2", "${", "$", "é", "\\1"];

/// A regular expression composed of what Go's syntax knows, and a little of what it refuses.
pub(super) fn compose(c: &mut Choices) -> String {
    let mut out = c.pick(&["", "", "", "(?i)", "(?s)", "(?m)", "(?U)", "(?im-s)"]).to_owned();
    alternatives(c, 2, &mut out);
    out
}

fn alternatives(c: &mut Choices, depth: usize, out: &mut String) {
    for at in 0..=c.below(5).saturating_sub(2) {
        if at > 0 {
            out.push('|');
        }
        for _ in 0..c.below(4) {
            atom(c, depth, out);
            out.push_str(c.pick(QUANTIFIERS));
        }
    }
}

fn atom(c: &mut Choices, depth: usize, out: &mut String) {
    match c.below(12) {
        0..=3 => out.push_str(c.pick(LITERALS)),
        4 => out.push_str(c.pick(ASSERTIONS)),
        5 => out.push_str(c.pick(CLASSES)),
        6 => class_name(c, out),
        7 | 8 => class(c, out),
        9 | 10 if depth > 0 => {
            out.push_str(c.pick(GROUPS));
            alternatives(c, depth - 1, out);
            out.push(')');
        }
        _ if c.chance(12) => out.push_str(c.pick(WRONG)),
        _ => out.push_str(c.pick(LITERALS)),
    }
}

fn class_name(c: &mut Choices, out: &mut String) {
    out.push_str(c.pick(&["\\p", "\\P"]));
    let name = c.pick(NAMES);
    match c.below(8) {
        0 => out.push_str(&format!("{{^{name}}}")),
        1 => out.push_str(&format!("{{{}}}", name.to_lowercase())),
        2 => out.push_str(&format!("{{{}}}", name.replace('_', " "))),
        _ if name.len() == 1 => out.push_str(name),
        _ => out.push_str(&format!("{{{name}}}")),
    }
}

fn class(c: &mut Choices, out: &mut String) {
    out.push_str(c.pick(&["[", "[^", "[]", "[^]", "[-"]));
    for _ in 0..=c.below(3) {
        match c.below(8) {
            0..=2 => out.push_str(c.pick(LITERALS)),
            3 => out.push_str(c.pick(CLASSES)),
            4 => class_name(c, out),
            5 => out.push_str(c.pick(POSIX)),
            _ => out.push_str(c.pick(&[
                "a-z",
                "A-Z",
                "0-9",
                "é-ü",
                "\\x41-\\x5a",
                "+--",
                "a-",
                "z-a",
                "\\d-z",
                "К-ж",
                "\\x{1F600}-\\x{1F64F}",
                "\\x{0}-\\x{2ff}",
                "\u{a7c0}-\u{a7dc}",
            ])),
        }
    }
    out.push(']');
}

const QUANTIFIERS: &[&str] = &[
    "", "", "", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,}", "{0,2}", "{1,2}?", "{,3}",
    "{0}",
];
const LITERALS: &[&str] = &[
    "a",
    "b",
    "foo",
    "A",
    "Z",
    "0",
    "1",
    "_",
    " ",
    ".",
    "-",
    "é",
    "ß",
    "K",
    "\u{212a}",
    "\u{19b}",
    "\u{a7cb}",
    "\u{1c8a}",
    "\\x{264}",
    "\u{3a3}",
    "\u{345}",
    "ſ",
    "日",
    "😀",
    "x",
    ",",
    "\\.",
    "\\n",
    "\\t",
    "\\x41",
    "\\x{e9}",
    "\\101",
    "\\a",
    "\\f",
    "\\-",
    "\\Qa.b\\E",
    "\\Q",
    "/",
    "l",
    "e",
    "\\/",
];
const ASSERTIONS: &[&str] = &["^", "$", "\\b", "\\B", "\\A", "\\z", "(?m:^)", "(?m:$)"];
const CLASSES: &[&str] = &["\\d", "\\D", "\\w", "\\W", "\\s", "\\S"];
const GROUPS: &[&str] =
    &["(", "(?:", "(?i:", "(?P<n>", "(?<m>", "(?s:", "(?-i:", "(?U:", "(?im:", "(?P<é>"];
const POSIX: &[&str] = &[
    "[:alpha:]",
    "[:^digit:]",
    "[:word:]",
    "[:space:]",
    "[:upper:]",
    "[:foo:]",
    "[:xdigit:]",
    "[:punct:]",
    "[:ascii:]",
    "[:cntrl:]",
    "[:graph:]",
    "[:alnum:]",
];
const NAMES: &[&str] = &[
    "L",
    "Lu",
    "Ll",
    "Lt",
    "Lm",
    "Lo",
    "M",
    "Mn",
    "Mc",
    "Me",
    "N",
    "Nd",
    "Nl",
    "No",
    "P",
    "Pc",
    "Pd",
    "Ps",
    "Pe",
    "Pi",
    "Pf",
    "Po",
    "S",
    "Sm",
    "Sc",
    "Sk",
    "So",
    "Z",
    "Zs",
    "Zl",
    "Zp",
    "C",
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "LC",
    "Any",
    "ASCII",
    "Assigned",
    "Letter",
    "Cased_Letter",
    "Uppercase_Letter",
    "Decimal_Number",
    "digit",
    "punct",
    "Control",
    "Unassigned",
    "Surrogate",
    "Private_Use",
    "Other",
    "Greek",
    "Latin",
    "Han",
    "Cyrillic",
    "Common",
    "Inherited",
    "Hiragana",
    "Arabic",
    "Adlam",
    "Foo",
    "Grek",
    "Zyyy",
    "White_Space",
];
const WRONG: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "**",
    "?",
    "+*",
    "\\p{",
    "\\pX",
    "\\p{}",
    "(?",
    "(?P<",
    "(?P<1>a)",
    "(?P=n)",
    "[b-a]",
    "\\",
    "{2",
    "a{3,2}",
    "a{1001}",
    "(a{500}){3}",
    "(?P<n>x)(?P<n>y)",
    "(?z)",
    "\\8",
    "\\C",
    "\\Z",
    "(?=a)",
    "(?<!a)",
    "[[:foo",
    "\\x",
    "\\x{110000}",
    "\\x{",
    "[a",
    "\\E",
    "(?i",
    "(?i-)",
    "(?--i)",
    "\\y",
    "x{-1}",
    "a{2}{3}",
    "(?#c)",
];
