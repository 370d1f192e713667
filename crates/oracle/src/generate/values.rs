//! YAML texts: scalars of every odd kind, and documents around them.

use super::kind::Type;
use crate::choices::Choices;

/// The paths that [`values`] always has something under, below `.`.
pub(crate) const PATHS: &[(&str, Type)] = &[
    (".", Type::Any),
    ("$", Type::Any),
    (".Values", Type::Map),
    ("$.Values", Type::Map),
    ("$.Values.s0", Type::Str),
    ("$.Values.s1", Type::Str),
    ("$.Values.i0", Type::Num),
    ("$.Values.f0", Type::Float),
    ("$.Values.b0", Type::Bool),
    ("$.Values.l0", Type::List),
    ("$.Values.l1", Type::List),
    ("$.Values.m0", Type::Map),
    ("$.Values.m1", Type::Map),
    (".Values.m0.a", Type::Any),
    ("$.Values.m1.b", Type::Any),
    (".Values.x0", Type::Any),
    ("$.Values.x1", Type::Any),
    ("$.Values.nope", Type::Any),
    (".a", Type::Any),
    (".Values.x0.a", Type::Any),
];

/// A values file with the keys of [`PATHS`].
pub(crate) fn values(c: &mut Choices) -> String {
    let wild = c.chance(4);
    let mut out = String::new();
    for (key, pool) in [("s0", PLAIN), ("s1", PLAIN), ("i0", INTS), ("f0", FINITE), ("b0", FLAGS)] {
        if c.chance(4) {
            continue;
        }
        out.push_str(&format!("{key}: {}\n", c.pick(pool)));
    }
    for key in ["l0", "l1"] {
        out.push_str(&format!("{key}: {}\n", list(c, 2, wild)));
    }
    for key in ["m0", "m1"] {
        out.push_str(&format!("{key}: {}\n", flow_map(c, 2, wild)));
    }
    for key in ["x0", "x1"] {
        let text = match c.below(3) {
            0 => c.pick(PLAIN).to_owned(),
            1 => flow(c, 2, wild),
            _ if wild => node(c, 2, 2),
            _ => {
                let pool = [INTS, FINITE, BOOLS, TIMES][c.below(4)];
                c.pick(pool).to_owned()
            }
        };
        out.push_str(&format!("{key}: {text}\n"));
    }
    out
}

fn list(c: &mut Choices, depth: usize, wild: bool) -> String {
    let items: Vec<String> = (0..c.below(4)).map(|_| flow(c, depth, wild)).collect();
    format!("[{}]", items.join(", "))
}

fn flow_map(c: &mut Choices, depth: usize, wild: bool) -> String {
    let keys = ["a", "b", "c", "x-y", "\"\"", "1", "true", "é", "~"];
    let entries: Vec<String> = (0..c.below(4))
        .map(|at| format!("{}: {}", keys[(at + c.below(4)) % keys.len()], flow(c, depth, wild)))
        .collect();
    format!("{{{}}}", entries.join(", "))
}

fn flow(c: &mut Choices, depth: usize, wild: bool) -> String {
    match c.below(6) {
        0 | 1 if wild => c.pick(TEXTS).to_owned(),
        0 | 1 => c.pick(PLAIN).to_owned(),
        2 => c.pick(INTS).to_owned(),
        3 => c.pick(if wild { FLOATS } else { FINITE }).to_owned(),
        4 if depth > 0 => list(c, depth - 1, wild),
        _ if depth > 0 => flow_map(c, depth - 1, wild),
        _ => c.pick(if wild { BOOLS } else { FLAGS }).to_owned(),
    }
}

/// A document with anything in it, mostly well-formed.
pub(crate) fn document(c: &mut Choices) -> String {
    match c.below(3) {
        0 | 1 => {
            let mut out = c
                .pick(&["", "", "", "", "---\n", "# c\n", "%YAML 1.1\n---\n", "\u{feff}", "\n"])
                .to_owned();
            out.push_str(node(c, 0, 3).trim_start_matches('\n'));
            out.push_str(c.pick(&["\n", "", "\n", "\n...\n", "\n---\nb: 2\n", "\n# c", "\n\n"]));
            out
        }
        _ => (0..=c.below(24)).map(|_| c.pick(PIECES)).collect(),
    }
}

/// A node in block style that may stand behind `key:`; nested lines are indented.
fn node(c: &mut Choices, indent: usize, depth: usize) -> String {
    let pad = " ".repeat(indent);
    match c.below(if depth == 0 { 3 } else { 8 }) {
        0 | 1 => format!(" {}", scalar(c)).trim_start().to_owned(),
        2 => block_scalar(c, indent),
        3 | 4 => {
            let mut out = String::new();
            if c.chance(8) {
                out.push_str(c.pick(&["&a", "!!map", "# c"]));
            }
            for _ in 0..=c.below(4) {
                let key = key(c);
                let value = node(c, indent + 2, depth - 1);
                out.push_str(&format!("\n{pad}{key}: {value}"));
            }
            out
        }
        5 | 6 => {
            let mut out = String::new();
            for _ in 0..=c.below(4) {
                let value = node(c, indent + 2, depth - 1);
                let value = value.strip_prefix(&format!("\n{pad}  ")).unwrap_or(&value).to_owned();
                out.push_str(&format!("\n{pad}- {value}"));
            }
            out
        }
        _ => flow(c, 2, true),
    }
}

fn key(c: &mut Choices) -> String {
    match c.below(10) {
        0..=5 => c.pick(&["a", "b", "c", "d", "key", "x-y"]).to_owned(),
        6 => c.pick(TEXTS).to_owned(),
        7 => c.pick(INTS).to_owned(),
        8 => c
            .pick(&[
                "<<",
                "? x\n",
                "*a ",
                "&k k",
                "!!str 1",
                "[a]",
                "{a: 1}",
                "1.5",
                ".inf",
                "true",
                "~",
                "\"q k\"",
                "'s'",
                "2001-01-01",
                "!!binary aGk=",
            ])
            .to_owned(),
        _ => c.pick(FLOATS).to_owned(),
    }
}

fn block_scalar(c: &mut Choices, indent: usize) -> String {
    let pad = " ".repeat(indent.max(1));
    let head = format!(
        "{}{}{}",
        c.pick(&["|", ">"]),
        c.pick(&["", "-", "+", "2", "1-", "+1", "0"]),
        c.pick(&["", " # c", " "])
    );
    let mut out = head;
    for _ in 0..c.below(5) {
        let line = c.pick(&["text", "", "  more", "# no comment", "- a", "a: b", "\ttab", "é", " ", "long long long long long long long long long long long long long long long long long long"]);
        out.push_str(&format!("\n{pad}{line}"));
    }
    out
}

/// A scalar in any notation.
pub(crate) fn scalar(c: &mut Choices) -> String {
    match c.below(8) {
        0 | 1 => c.pick(TEXTS).to_owned(),
        2 => c.pick(INTS).to_owned(),
        3 => c.pick(FLOATS).to_owned(),
        4 => c.pick(BOOLS).to_owned(),
        5 => c.pick(TIMES).to_owned(),
        6 => c.pick(TAGGED).to_owned(),
        _ => number(c),
    }
}

fn number(c: &mut Choices) -> String {
    let mut text = c.pick(&["", "-", "+"]).to_owned();
    for _ in 0..=c.below(6) {
        text.push_str(c.pick(&[
            "1",
            "0",
            "9",
            "_",
            ".",
            ":",
            "e",
            "x",
            "o",
            "b",
            "-",
            "+",
            "7",
            "55",
            "E5",
            "inf",
            "123456789012345",
        ]));
    }
    text
}

/// Numbers that JSON can hold.
const FINITE: &[&str] = &[
    "1.5",
    "1.0",
    "-0.0",
    "1e3",
    "1E+3",
    "1e-7",
    "6.02e23",
    ".5",
    "5.",
    "1_0.5",
    "0.1",
    "100000000000000000000.0",
    "1e21",
    "1e20",
    "123456.789",
    "1.e3",
    "+.5",
    "-.5",
    "0.1e-5",
    "5e-324",
    "1.",
    "0.",
    "00.5",
    "2.5E-8",
    "1000000.0",
    "12345678.9",
];
const FLAGS: &[&str] = &["true", "false", "yes", "No", "on", "OFF", "~", "null", "True", "y", "n"];
/// What is well-formed wherever it stands.
const PLAIN: &[&str] = &[
    "a",
    "foo",
    "\"\"",
    "'it''s'",
    "\"a\\tb\\u00e9\\x41\"",
    "hello world",
    "'1'",
    "\"true\"",
    "é",
    "日本",
    "😀",
    "a#b",
    "-a",
    "v1",
    "1.2.3",
    "12h",
    "\"a,b,c\"",
    "\" x \"",
    "\"line1\\nline2\"",
    "'{{ .Values.i0 }}'",
    "0.0.0.0",
    "foo-bar",
    "'<a&b>'",
    "\"{a: 1}\"",
    "2001-01-01",
    "=",
    "http://x/y",
    "\"\\0\"",
    "Hello World",
    "snake_case",
    "\u{1fae9}",
];
const TEXTS: &[&str] = &[
    "a",
    "foo",
    "\"\"",
    "'it''s'",
    "\"a\\tb\\u00e9\\x41\"",
    "hello world",
    "a,b",
    "x: y",
    "'1'",
    "\"true\"",
    "é",
    "日本",
    "😀",
    "a#b",
    "a #b",
    "-a",
    "- a",
    "?a",
    "\"multi\n  line\"",
    "'single\n\n  line'",
    "plain\n  multi",
    "=",
    "<<",
    "\"\\n\"",
    "\"a\\\n   b\"",
    "@x",
    "`x`",
    "%x",
    "!x",
    "&a x",
    "*a",
    "|",
    ">",
    "[",
    "]",
    "a]",
    "{a",
    "\"\\q\"",
    "\"\\ud83d\\ude00\"",
    "\"\\0\"",
    "\u{85}",
    "\"\u{2028}\"",
    "a\u{a0}b",
    "\"\u{feff}\"",
    "word word word word word word word word word word word word word word word word word word word",
    "\u{1fae9}",
    "\"\\e\\_\\N\\L\\P\"",
    "a\tb",
    "\"a\\/b\"",
    "'\u{7f}'",
    "1.2.3",
    "v1",
    "12h",
    "0.0.0.0",
    "a: ",
    ":",
    "-",
    "::",
    "a:b",
    "http://x:80/y",
];
const INTS: &[&str] = &[
    "1",
    "0",
    "42",
    "-7",
    "+5",
    "010",
    "0o17",
    "0x1F",
    "0X1f",
    "0b101",
    "1_000",
    "_1",
    "1_",
    "08",
    "09",
    "-010",
    "0x",
    "1:30",
    "190:20:30",
    "1:60",
    "-1:30",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999",
    "0xFFFFFFFFFFFFFFFF",
    "1000000",
    "123456789",
    "9007199254740993",
    "00",
    "-0",
    "+0",
    "0b2",
    "-0x10",
    "-0b11",
    "0o",
    "0o8",
    "+0x1",
    "1__0",
    "000123",
    "-0o7",
    "0b",
    "+_1",
];
const FLOATS: &[&str] = &[
    "1.5",
    "1.0",
    "-0.0",
    "1e3",
    "1E+3",
    "1e-7",
    "6.02e23",
    ".5",
    "5.",
    ".",
    "1.5e",
    "1e400",
    "-1e400",
    ".inf",
    "-.Inf",
    "+.INF",
    ".nan",
    ".NaN",
    ".NAN",
    "1_0.5",
    "0.1",
    "100000000000000000000.0",
    "1e21",
    "1e20",
    "123456.789",
    "0x1.8p3",
    "1.e3",
    "+.5",
    "-.5",
    "1:30.5",
    "inf",
    "nan",
    "1e",
    "0.1e-5",
    "1.7976931348623157e308",
    "5e-324",
    "1.",
    "._1",
    "0.",
    "00.5",
    "1e+21",
    "2.5E-8",
];
const BOOLS: &[&str] = &[
    "true", "false", "yes", "No", "on", "OFF", "y", "N", "True", "FALSE", "~", "null", "Null",
    "NULL", "", "tRue", "nUll", "Y", "n", "On",
];
const TIMES: &[&str] = &[
    "2001-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5",
    "2001-12-15 2:59:43.10",
    "2001-1-1",
    "2001-13-01",
    "12:34:56",
    "2001-01-01T00:00:00Z",
    "2001-12-14T21:59:43",
    "0001-01-01",
    "2001-01-01 ",
];
const TAGGED: &[&str] = &[
    "!!str 1",
    "!!int \"3\"",
    "!!float 1",
    "!!bool \"yes\"",
    "!!null x",
    "!!binary aGk=",
    "!!binary !",
    "!!timestamp 2001-01-01",
    "!foo a",
    "!!int x",
    "!!set {a, b}",
    "!!omap [a: 1]",
    "!!float x",
    "! a",
    "!<tag:yaml.org,2002:str> 1",
    "!!seq [a]",
    "!!map {a: 1}",
    "!!str [a]",
    "!!int 1.5",
    "!!float .inf",
    "!!bool 1",
    "!!null ''",
    "!!merge a",
    "!!str",
    "!!str ~",
    "!!int 0o7",
    "!!binary \"/w==\"",
    "!!int 9999999999999999999999",
];
const PIECES: &[&str] = &[
    "a",
    "key",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    "\r\n",
    "|",
    "|-",
    ">+",
    "|2",
    "#c",
    " #c\n",
    "&a ",
    "*a",
    "!!int ",
    "!!binary ",
    "!x ",
    "!<",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "%TAG ! x\n",
    "<<: ",
    "<<: *a\n",
    "\"",
    "'",
    "\"\\x41\"",
    "\"\\u00",
    "1",
    "0x1F",
    ".inf",
    "2001-01-01",
    "yes",
    "~",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "😀",
    "\u{7}",
    "x: y\n",
    "a: &a {b: 1}\n",
    "\nb: ",
    "\n- ",
    "\n  - ",
    "''",
    "\"\"",
    "word ",
    "\\",
    "`",
    "@",
    "%",
    "\n\n",
    "--- ",
    "x",
    "1: ",
    "a: 1\na: 2\n",
];
