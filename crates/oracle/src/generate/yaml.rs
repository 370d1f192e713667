//! YAML documents with scalars of every odd kind, mostly well-formed.

mod references;
pub(super) mod scalars;

use super::values::flow;
use crate::choices::Choices;
use scalars::{BOOLS, FLOATS, INTS, TAGGED, TEXTS, TIMES};

/// A document with anything in it, mostly well-formed.
pub(crate) fn document(c: &mut Choices) -> String {
    let mut out = match c.below(8) {
        0..=3 => whole(c),
        4 => references::document(c),
        5 => deep(c),
        _ => return (0..=c.below(24)).map(|_| c.pick(PIECES)).collect(),
    };
    if c.chance(10) {
        let at: Vec<usize> = out.char_indices().map(|(at, _)| at).collect();
        let at = at.get(c.below(at.len().max(1))).copied().unwrap_or_default();
        if c.below(2) == 0 && !out.is_empty() {
            out.remove(at);
        } else {
            out.insert_str(at, c.pick(ODD_LETTERS));
        }
    }
    out
}

fn whole(c: &mut Choices) -> String {
    let mut out = c.pick(BEGINNINGS).to_owned();
    out.push_str(node(c, 0, 3).trim_start_matches('\n'));
    out.push_str(c.pick(ENDINGS));
    if c.chance(4) { out.replace('\n', c.pick(&["\r\n", "\r", "\u{85}", "\u{2028}"])) } else { out }
}

/// One thing in another, in flow or block style.
fn deep(c: &mut Choices) -> String {
    let levels = [3, 10, 30, 120][c.below(4)];
    let (open, close, inner) = [
        ("[", "]", "x"),
        ("{a: ", "}", "1"),
        ("- ", "", "x"),
        ("? ", "", "a"),
        ("[", "", ""),
        ("[{a: ", "}]", "~"),
    ][c.below(6)];
    let mut out = open.repeat(levels);
    out.push_str(inner);
    out.push_str(&close.repeat(levels));
    if c.below(3) == 2 {
        out.clear();
        for level in 0..levels {
            out.push_str(&format!("{}a:\n", " ".repeat(level)));
        }
    }
    out
}

const BEGINNINGS: &[&str] = &[
    "",
    "",
    "",
    "",
    "---\n",
    "# c\n",
    "%YAML 1.1\n---\n",
    "\u{feff}",
    "\n",
    "\u{feff}\u{feff}",
    "--- ",
    "--- # c\n",
    "%YAML 1.2\n---\n",
    "%TAG !e! tag:x,2000:\n---\n",
    "\u{feff}---\n",
    " \n\t\n",
    "...\n",
];
const ENDINGS: &[&str] = &[
    "\n",
    "",
    "\n",
    "\n...\n",
    "\n---\nb: 2\n",
    "\n# c",
    "\n\n",
    "\n...\nx",
    "\n\u{feff}",
    " ",
    "\t",
    "\n---",
    "\n...\n---\n",
];
const ODD_LETTERS: &[&str] = &[
    " ", "\n", "\t", ":", "-", "#", "'", "\"", "&", "*", "!", "|", ">", "[", "{", "}", ",", "?",
    "%", "@", "\u{feff}", "\u{85}", "\u{2029}", "\r", "\u{0}", "\u{a0}", "\u{7f}", "\\", "  ",
];

/// A node in block style that may stand behind `key:`; nested lines are indented.
pub(super) fn node(c: &mut Choices, indent: usize, depth: usize) -> String {
    let pad = " ".repeat(indent);
    let step = [2, 2, 2, 2, 1, 4, 3][c.below(7)];
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
                let value = node(c, indent + step, depth - 1);
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

/// Keys of several types with the same names.
const ALIKE: &[&str] = &[
    "1",
    "1.0",
    "\"1\"",
    "01",
    "0x1",
    "!!float 1",
    "!!str 1",
    "!!int \"1\"",
    "true",
    "\"true\"",
    "yes",
    "0.0",
    "-0.0",
    "0",
    "'0'",
    "~",
    "null",
    "\"null\"",
];

fn key(c: &mut Choices) -> String {
    match c.below(11) {
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
        9 => c.pick(ALIKE).to_owned(),
        _ => c.pick(FLOATS).to_owned(),
    }
}

fn block_scalar(c: &mut Choices, indent: usize) -> String {
    let mut out = format!(
        "{}{}{}",
        c.pick(&["|", ">"]),
        c.pick(&["", "", "", "-", "+", "2", "1-", "+1", "0", "3", "-9", "10", "--", "4+"]),
        c.pick(&["", "", " # c", " ", "# c", "\t", " x"])
    );
    let ragged = c.chance(30);
    for _ in 0..c.below(6) {
        let spaces = if ragged { c.below(indent + 4) } else { indent.max(1) };
        let line = c.pick(&[
            "text",
            "",
            "  more",
            "# no comment",
            "- a",
            "a: b",
            "\ttab",
            "é",
            " ",
            "long long long long long long long long long long long long long long long long long long",
            "\t",
            "a\u{2028}b",
            "a\u{85}b",
            "trailing  ",
            "---",
            "...",
        ]);
        out.push_str(&format!("\n{}{line}", " ".repeat(spaces)));
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
