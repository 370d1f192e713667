//! Expressions of `--set` and its kind: keys with indexes and escapes, values and lists of them.

use crate::choices::Choices;

/// A kind and an expression: mostly keys with values, else pieces in any order.
pub(crate) fn set(c: &mut Choices) -> (&'static str, String) {
    let kind = ["set", "string", "json", "literal"][c.below(4)];
    let mut text = String::new();
    if c.below(2) == 0 {
        for _ in 0..=c.below(9) {
            text.push_str(c.pick(PIECES));
        }
        return (kind, text);
    }
    for at in 0..=c.below(3) {
        if at > 0 {
            text.push(',');
        }
        path(c, &mut text);
        text.push_str(c.pick(&["=", "=", "=", "=", "", "==", " = "]));
        value(c, &mut text);
    }
    (kind, text)
}

fn path(c: &mut Choices, out: &mut String) {
    for at in 0..=c.below(3) {
        if at > 0 {
            out.push('.');
        }
        out.push_str(c.pick(KEYS));
        while c.chance(25) {
            out.push_str(c.pick(INDEXES));
        }
    }
}

fn value(c: &mut Choices, out: &mut String) {
    if c.chance(25) {
        let items: Vec<&str> = (0..c.below(4)).map(|_| c.pick(VALUES)).collect();
        out.push_str(&format!("{{{}{}", items.join(","), c.pick(&["}", "}", "}", "", "}x", "},"])));
    } else {
        out.push_str(c.pick(VALUES));
    }
}

const KEYS: &[&str] = &[
    "a", "b", "c", "a", "b", "a\\.b", "x-y", "é", "a b", "\\,", "1", "a\\", "\\[0\\]", "a\\=b", "",
    "\"q\"", "nil",
];
const INDEXES: &[&str] = &[
    "[0]", "[1]", "[2]", "[10]", "[-1]", "[x]", "[]", "[0", "[65536]", "[65537]", "[ 1]", "[1 ]",
    "[0x1]", "[01]", "[+1]", "0]",
];
const VALUES: &[&str] = &[
    "1",
    "x",
    "",
    "true",
    "false",
    "null",
    "007",
    "0",
    "-1",
    "+1",
    "1.5",
    "1e3",
    "0x1F",
    "1_000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "a\\,b",
    "a=b",
    "a\\=b",
    "\\",
    "\\\\",
    "\\{x\\}",
    "[1,2]",
    "{\"k\":1}",
    "\"q\"",
    "'s'",
    " x ",
    "True",
    "NULL",
    "~",
    "é",
    "a.b",
    "a\\.b",
    "${x}",
    "{{ .x }}",
    "\n",
    "\t",
    "a\nb",
    "x\\",
    "\"",
    "00",
    "-0",
    "0o7",
    "[]",
    "{}",
    ".5",
    "no",
    "a b",
];
const PIECES: &[&str] = &[
    "a",
    "b",
    "=",
    ".",
    ",",
    "[0]",
    "[1]",
    "{",
    "}",
    "a=1",
    "b=x",
    "true",
    "null",
    "007",
    "\\,",
    "\\.",
    "\\",
    "[",
    "]",
    "-1",
    "1.5",
    "\"x\"",
    "{a,b}",
    "[2]",
    " ",
    "é",
    "\n",
    "[x]",
    "[-1]",
    "c.d",
    "{\"x\":1}",
    "[1,2]",
    ",,",
    "=\"",
    "1e3",
    "[70000]",
    ":",
    "0x1",
];
