//! Texts in JSON, YAML and TOML.

use crate::choices::Choices;

pub(super) const JSONS: &[&str] = &[
    "{\"a\": 1}",
    "[1, \"b\", null]",
    "{\"a\": {\"b\": [1.5, true]}}",
    "1",
    "\"x\"",
    "",
    "{",
    "{\"a\": 1e400}",
    "[1,]",
    "nul",
    "{\"a\":1,\"a\":2}",
    "{\"a\": \"\\u00e9\\ud83d\\ude00\\ud800\"}",
    "[[]]",
    " [1] ",
    "[1] x",
    "{\"n\": 12345678901234567890}",
    "{\"A\": -0}",
    "'a'",
    "{\"a\" 1}",
    "[01]",
    "{}",
    "{\"a\": \"\t\"}",
    "[1e5, 1E+2, 0.10]",
    "[\"<\\/b>&\"]",
];
pub(super) const YAMLS: &[&str] = &[
    "a: 1",
    "a: {b: [1, x]}\nc: yes",
    "- 1\n- a",
    "a: &x 1\nb: *x",
    "x",
    "",
    "a: 010\nb: 0x1f\nc: 1_000\nd: 1:30\ne: ~",
    "a: b: c",
    "\ta: 1",
    "a: |\n  x\n  y\nb: >-\n  x\n  y",
    "1: a\ntrue: b\nnull: c",
    "a: 1\na: 2",
    "a: !!str 1\nb: !!int \"3\"",
    "{a",
    "a: 2001-01-01\nb: 2001-12-14t21:59:43.10-05:00",
    "<<: {a: 1}\nb: 2",
    "- .inf\n- -.INF\n- .nan",
    "---\na: 1\n---\nb: 2",
    "a: 'it''s'\nb: \"\\x41\"",
    "a: 12345678901234567890",
    "? a\n: b",
    "!!binary aGk=",
    "a: 1e3\nb: 1.0\nc: 0o17",
    "*x",
    "- - 1\n  - 2\n-",
    "a: @b",
    "a: \"b",
    "# c only",
    "a: !!set {x, y}",
    "a: !foo 1",
    "a: .5\nb: +1\nc: -0",
    "[a: 1, b]",
];
pub(super) const TOMLS: &[&str] = &[
    "a = 1",
    "[a]\nb = \"x\"",
    "a = [1, 2]\nb = { c = true }",
    "[[a]]\nb = 1\n[[a]]\nb = 2",
    "a = 1979-05-27T07:32:00Z",
    "a = 1.5e3\nb = inf\nc = nan",
    "",
    "a = ",
    "a",
    "a = 1\na = 2",
    "= 1",
    "a.b.c = 1",
    "a = '''x\ny'''",
    "a = \"\\u00e9\\t\"",
    "a = 0x1F\nb = 0o7\nc = 0b1\nd = 1_000",
    "[a\nb = 1",
    "a = 'x",
    "a = 01",
    "a = 1979-05-27\nb = 07:32:00",
    "a = 9223372036854775808",
    "[a]\n[a]",
    "a = tru",
    "a = [1, 'x']",
    "a = \"\\q\"",
    "# c",
    "a = {b = 1, c}",
    "a = 1 b = 2",
    "\"a b\" = 1",
    "a = \"\"\"\nx\"\"\"",
    "a = 1__0",
    "a = +1\nb = -0.0",
    "a = 1979-05-27 07:32:00",
];

/// JSON with any white space, now and then with a letter too many or too few.
pub(super) fn json(c: &mut Choices) -> String {
    let mut out = json_value(c, 3);
    if c.chance(20) {
        let at: Vec<usize> = out.char_indices().map(|(at, _)| at).collect();
        let at = at[c.below(at.len())];
        if c.below(2) == 0 {
            out.remove(at);
        } else {
            out.insert_str(
                at,
                c.pick(&["\"", ",", "[", "}", ":", "x", "\\", "\n", "é", "0", "-", "e", "\u{1}"]),
            );
        }
    }
    out
}

fn json_value(c: &mut Choices, depth: usize) -> String {
    let gap = c.pick(&["", "", "", " ", "\n  ", "\t"]);
    match c.below(8) {
        0 | 1 => c.pick(JSON_NUMBERS).to_owned(),
        2 => c.pick(JSON_TEXTS).to_owned(),
        3 => c.pick(&["true", "false", "null", "True", "nul", "NaN"]).to_owned(),
        4 | 5 if depth > 0 => {
            let items: Vec<String> = (0..c.below(4)).map(|_| json_value(c, depth - 1)).collect();
            format!("[{gap}{}]", items.join(&format!(",{gap}")))
        }
        6 | 7 if depth > 0 => {
            let entries: Vec<String> = (0..c.below(4))
                .map(|_| format!("{}:{gap}{}", c.pick(JSON_TEXTS), json_value(c, depth - 1)))
                .collect();
            format!("{{{}{gap}}}", entries.join(&format!("{gap},")))
        }
        _ => c.pick(JSON_NUMBERS).to_owned(),
    }
}

const JSON_NUMBERS: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.5",
    "-0",
    "-0.0",
    "1e3",
    "1E+20",
    "1e21",
    "1e-7",
    "123456789012345678901234567890",
    "9007199254740993",
    "0.1",
    "1e400",
    "01",
    "1.",
    ".5",
    "-",
    "1e",
    "+1",
    "1e-400",
    "9223372036854775808",
    "4.9e-324",
];
const JSON_TEXTS: &[&str] = &[
    "\"a\"",
    "\"b\"",
    "\"\"",
    "\"c d\"",
    "\"\\u00e9\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\ud800x\\udc00\"",
    "\"<&>\"",
    "\"\\n\\t\\\"\\/\"",
    "\"\u{2028}\"",
    "\"\u{7f}\"",
    "\"\\x\"",
    "\"open",
    "'a'",
    "\"\\u12\"",
    "\"日本\"",
    "\"a\"",
    "\"A\"",
    "\"\\u0000\"",
];
