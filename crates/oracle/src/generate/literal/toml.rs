//! TOML: statements in any order, values of every kind, and what is nearly one.

use crate::choices::Choices;

/// A document, now and then with a letter too many or too few.
pub(super) fn compose(c: &mut Choices) -> String {
    let mut out = c.pick(&["", "", "", "", "", "\u{feff}", "\n", "# c\n"]).to_owned();
    for _ in 0..=c.below(4) {
        match c.below(6) {
            0 => out.push_str(&format!("[{}]", key(c))),
            1 => out.push_str(&format!("[[{}]]", key(c))),
            2 if c.chance(50) => out.push_str(c.pick(WRONG)),
            _ => out.push_str(&format!(
                "{}{}{}",
                key(c),
                c.pick(&[" = ", "=", " =", "\t=\t"]),
                value(c, 3)
            )),
        }
        out.push_str(c.pick(&["\n", "\n", "\n", " # c\n", "\r\n", "\n\n", " ", "", "\r"]));
    }
    if c.chance(25) {
        damage(c, &mut out);
    }
    out
}

/// Takes one character away or puts one in.
fn damage(c: &mut Choices, text: &mut String) {
    let at: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    if at.is_empty() {
        return;
    }
    let at = at[c.below(at.len())];
    if c.below(2) == 0 {
        text.remove(at);
    } else {
        text.insert_str(
            at,
            c.pick(&[
                "\"", "'", "[", "]", "{", "}", "=", ".", ",", "\n", "#", "\\", "0", "é", "\u{1}",
                "_", " ",
            ]),
        );
    }
}

fn key(c: &mut Choices) -> String {
    let parts: Vec<&str> = (0..=c.below(4).saturating_sub(1)).map(|_| c.pick(KEYS)).collect();
    parts.join(c.pick(&[".", ".", " . "]))
}

fn value(c: &mut Choices, depth: usize) -> String {
    match c.below(10) {
        0 | 1 => c.pick(NUMBERS).to_owned(),
        2 | 3 => c.pick(TEXTS).to_owned(),
        4 => c.pick(TIMES).to_owned(),
        5 => c
            .pick(&[
                "true", "false", "True", "tru", "inf", "-inf", "+nan", "nan", "infx", "nnf", "ian",
                "in", "yes",
            ])
            .to_owned(),
        6 | 7 if depth > 0 => {
            let items: Vec<String> = (0..c.below(4)).map(|_| value(c, depth - 1)).collect();
            let between = c.pick(&[", ", ",", ",\n  ", " ,# c\n", " "]);
            format!(
                "[{}{}",
                items.join(between),
                c.pick(&["]", "]", "]", ", ]", "", "\n]", ",,]", "# c\n]"])
            )
        }
        8 | 9 if depth > 0 => {
            let entries: Vec<String> =
                (0..c.below(4)).map(|_| format!("{} = {}", key(c), value(c, depth - 1))).collect();
            let between = c.pick(&[", ", ",", ",\n", " "]);
            format!(
                "{{{}{}",
                entries.join(between),
                c.pick(&["}", "}", " }", ", }", "", "\n}", "#c\n}"])
            )
        }
        _ => c.pick(NUMBERS).to_owned(),
    }
}

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "a",
    "b",
    "x-y",
    "_1",
    "1",
    "\"a\"",
    "'q k'",
    "\"\"",
    "\"\\u00e9\"",
    "é",
    "\"a.b\"",
    "\"\\q\"",
    "''",
    "\"x",
    "1.5",
    "\"\\t\"",
    "'\"'",
];
const NUMBERS: &[&str] = &[
    "1",
    "0",
    "-1",
    "+5",
    "1_000",
    "0x1F",
    "0xff_ff",
    "0o17",
    "0b101",
    "1.5",
    "-0.0",
    "1e3",
    "1E-3",
    "6.02e23",
    "1_0.5",
    "01",
    "-01",
    "1__0",
    "_1",
    "1_",
    "0x",
    "0xg",
    "0b2",
    "0o8",
    "+0x1",
    "1.",
    ".5",
    "1.e3",
    "1e",
    "1e400",
    "1e-400",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "00.5",
    "1.5.5",
    "1e5e5",
    "+",
    "-x",
    "-i",
    "0_1",
    "0x_1",
    "0x7fffffffffffffff",
    "0x8000000000000000",
    "1._5",
    "1e_5",
    "5-2",
];
const TEXTS: &[&str] = &[
    "\"x\"",
    "\"\"",
    "''",
    "'a\\b'",
    "\"a\\tb\\u00e9\\x41\\U0001F600\"",
    "\"\"\"\nline\nother\"\"\"",
    "'''\nraw\\n'''",
    "\"\"\"a\\\n   b\"\"\"",
    "\"\"\"a\"\"b\"\"\"\"\"",
    "'''it''s'''",
    "\"\\q\"",
    "\"\\u12\"",
    "\"\\ud800\"",
    "\"\\U00110000\"",
    "\"open",
    "'open",
    "\"\"\"open",
    "'''open",
    "\"a\nb\"",
    "\"é日\"",
    "\"\"\"a\\ b\"\"\"",
    "\"\\ \"",
    "\"\"\"\"\"\"",
    "\"\"\"\"\"\"\"",
    "''''''",
    "'''a''''''",
    "\"a\\\\\"",
    "\"\\e\"",
    "\"\\",
    "\"\u{7f}\"",
    "\"\"\"a\\\r\n  b\"\"\"",
    "\"a\" \"b\"",
    "\"\\x4\"",
];
const TIMES: &[&str] = &[
    "1979-05-27T07:32:00Z",
    "1979-05-27t07:32:00z",
    "1979-05-27 07:32:00+01:30",
    "1979-05-27T07:32:00.999999-07:00",
    "1979-05-27T07:32:00",
    "1979-05-27",
    "07:32:00",
    "07:32",
    "7:32:00",
    "1979-05-27T7:32:00Z",
    "1979-13-27",
    "1979-02-30",
    "1979-05-27T25:00:00Z",
    "1979-05-27T07:32Z",
    "1979-05-27 ",
    "07:32:00.5",
    "1979-05-27T07:32:60Z",
    "1979-5-27",
    "12:",
    "2020-",
    "1979-05-27T07:32:00+25:00",
    "23:59:59.999999999",
];
const WRONG: &[&str] = &[
    "a",
    "= 1",
    "a = ",
    "a.",
    ".a = 1",
    "[a",
    "[]",
    "[[a]",
    "[a.]",
    "[.a]",
    "[ a ]",
    "a b = 1",
    "]",
    "[a]]",
    "[[a]",
    "a = 1 b = 2",
    "a == 1",
    "\"a\" 'b' = 1",
    "[a]b",
    "[[a]] x",
    "a = @",
    "a =\n1",
    "\u{0}",
    "a = \"\u{1}\"",
    "a\r= 1",
    "[\"a\"",
    "[a\n]",
];
