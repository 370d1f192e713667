//! Strings: what functions of texts find interesting, in every notation of Go's lexer.

use super::number::NUMBERS;
use crate::choices::Choices;

pub(super) fn string(c: &mut Choices) -> String {
    match c.below(12) {
        0..=6 => {
            let text = c.pick(STRINGS);
            quote(c, text)
        }
        7 => {
            let text = c.pick(NUMBERS);
            quote(c, text)
        }
        8 => {
            let text: String = (0..c.below(6)).map(|_| LETTERS[c.below(LETTERS.len())]).collect();
            quoted(&text)
        }
        // Bytes that are no UTF-8, and every escape.
        9 => c.pick(ESCAPED).to_owned(),
        10 => {
            let letter = char::from_u32(c.below(0x3_2000) as u32).unwrap_or('a');
            quoted(&format!("a{letter}b"))
        }
        _ => {
            let text = c.pick(LONG);
            quote(c, text)
        }
    }
}

/// A string in one of Go's notations.
pub(crate) fn quote(c: &mut Choices, text: &str) -> String {
    if c.below(4) == 3 { raw(text) } else { quoted(text) }
}

/// In backquotes where that is possible.
pub(crate) fn raw(text: &str) -> String {
    if text.contains(['`', '\r']) { quoted(text) } else { format!("`{text}`") }
}

/// In double quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                out.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

pub(super) const STRINGS: &[&str] = &[
    "a",
    "",
    "foo",
    "Hello World",
    "  trim me ",
    "a,b,c",
    "foo-bar_baz qux",
    "true",
    "null",
    "abc abc",
    "line1\nline2",
    "line1\r\nline2\r\n",
    "\n",
    "tab\there",
    "<b>&\"'</b>",
    "<no value>",
    "$1",
    "%d",
    "{{ . }}",
    "ÄÖÜ",
    "straße",
    "日本語",
    "😀 x",
    "İı",
    "ǆ",
    "Ꞌ",
    "é",
    "e\u{301}",
    "a\u{200b}b",
    "\u{feff}x",
    "\u{2028}",
    "key: value",
    "- a",
    "a: b: c",
    "#c",
    "~",
    "yes",
    "0x10",
    "0o7",
    "1_000",
    "1e3",
    ".5",
    "-.inf",
    "@x",
    "`tick`",
    "FooBarBAZ",
    "HTTPServer",
    "fooBAR1x",
    "snake_case_word",
    "a.b.c",
    "x=y",
    "/a/b",
    "C:\\x",
    "don't",
    "a  b",
    "Aa1!",
    "one two  three",
    "$foo",
    "ſ",
    "ΑΣ ΑΣΑ",
    "ŉ",
    "\u{1f1e9}\u{1f1ea}",
    "\u{378}",
    "\u{1c8a}",
    "\u{a7cb}",
    "\u{1fae9}",
    "\u{10d40}x",
    "\u{323b0}",
    "\u{16ea0}",
    "\u{7f}",
    "\u{0}",
    "\u{85}",
];
pub(super) const LONG: &[&str] = &[
    "The quick brown fox jumps over the lazy dog, and then some more words follow so that lines are folded somewhere",
    "averyveryveryveryverylongwordwithoutanyspaceinitthatcannotbefoldedanywhereatallbecauseithasnospaceatall-x",
    "first line\n\nthird line  \n  indented\n",
    " leading and trailing \n",
    "word word word word word word word word word word word word word word word word word word: word #word",
];
/// What odd texts are made of.
pub(super) const LETTERS: &[char] = &[
    'a', 'B', ' ', '0', '-', '_', '.', ',', ':', '\n', '"', '\'', '\\', '/', 'é', 'ß', '日', '😀',
    '\t', '{', '}', '%', '#', '&', '*', '!', '|', '>', '<', '=', '+', '~', '@', '$', '(', ')', '[',
    ']', '?', '^', '\u{301}', '\u{a0}',
];
pub(super) const ESCAPED: &[&str] = &[
    r#""\xff""#,
    r#""a\xffb""#,
    r#""\xe9""#,
    r#""\a\b\f\n\r\t\v\\\"""#,
    r#""\101\u00e9\U0001F600""#,
    r#""\x00""#,
    r#""\xed\xa0\x80""#,
    r#""\xf0\x9f""#,
    r#""x\xc3\x28y""#,
    r#""\ufffd""#,
];
