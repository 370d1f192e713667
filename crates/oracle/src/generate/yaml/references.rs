//! Documents about anchors, aliases and merge keys.

use crate::choices::Choices;

/// Anchored things, then maps and lists that refer to them.
pub(super) fn document(c: &mut Choices) -> String {
    let mut out = String::new();
    for name in ["a", "b"] {
        out.push_str(&format!("{name}: &{name} {}\n", c.pick(ANCHORED)));
    }
    for at in 0..=c.below(4) {
        match c.below(6) {
            0 => out.push_str(&format!("k{at}: {}\n", c.pick(REFERRING))),
            1 => out.push_str(&format!(
                "k{at}:\n  <<: {}\n  x: {}\n",
                c.pick(MERGED),
                c.pick(REFERRING)
            )),
            2 => out.push_str(&format!("k{at}:\n  x: 1\n  <<: {}\n  y: 2\n", c.pick(MERGED))),
            3 => {
                out.push_str(&format!(
                    "k{at}:\n- {}\n- {}\n",
                    c.pick(REFERRING),
                    c.pick(REFERRING)
                ));
            }
            4 => out.push_str(&format!("<<: {}\n", c.pick(MERGED))),
            _ => out.push_str(&format!(
                "{}: {}\n",
                c.pick(&["*a ", "*b ", "? *a\n", "&k k", "? &m [1]\n"]),
                c.pick(REFERRING)
            )),
        }
    }
    out
}

const ANCHORED: &[&str] = &[
    "{x: 1, y: 2}",
    "{x: 3}",
    "text",
    "[1, 2]",
    "",
    "~",
    "\n  x: 1\n  z: [q]",
    "{<<: {w: 1}, x: 9}",
    "[{x: 1}, {y: 2}]",
    "!!str 1",
    "|\n  block",
    "&c {x: 1}",
    "{x: *a }",
    "1",
    "{1: a, true: b}",
    "\n- x: 1",
];
const MERGED: &[&str] = &[
    "*a",
    "*b",
    "[*a, *b]",
    "[*b, *a]",
    "{v: 1}",
    "[{x: 5}, *a]",
    "text",
    "~",
    "1",
    "[1]",
    "[[*a]]",
    "*nope",
    "&d {x: 7}",
    "[]",
    "!!map {x: 8}",
    "\"\"",
];
const REFERRING: &[&str] = &[
    "*a",
    "*b",
    "[*a, *b]",
    "{k: *a}",
    "*nope",
    "x",
    "*a x",
    "&a 2",
    "&a {x: *b}",
    "!!str *a",
    "[*a",
    "&e",
    "{<<: *b, x: 0}",
    "{<<: [*a, *b]}",
    "'*a'",
];
