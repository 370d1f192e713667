//! Versions and ranges of them.

use crate::choices::Choices;

pub(super) const VERSIONS: &[&str] = &[
    "1.2.3",
    "v1.2.3",
    "1.2",
    "1",
    "1.2.3-alpha.1+build.5",
    "1.2.3-0",
    "0.0.0",
    "01.2.3",
    "1.2.3.4",
    "x",
    "",
    "v2",
    "1.2.3-01",
    "1.33.0-gke.100",
    "1.2.3+",
    "1.2.3-beta",
    "99999999999999999999.0.0",
    "1.2.3-alpha..1",
    " 1.2.3",
    "1.2.3-é",
];
pub(super) const RANGES: &[&str] = &[
    "^1.2.0",
    "~1.2",
    ">=1.2.3",
    ">=1.0 <2.0",
    "1.x",
    "*",
    "1.2 - 1.4.5",
    "^0.0.3",
    "~>1",
    "!=1.2.3",
    "=1.2.3-0",
    ">1 || <0.5",
    "x",
    "",
    "^1.2.3-0",
    ">= 1.2.3-0, < 2",
    "1.2.*",
    "~1.2.3-beta",
    "=>1",
    "=<1.5",
    "<1.2.x",
    ">1.2",
    "^0.2",
    "^x",
    "1.2.3 || ",
    ">=1.2.3-alpha",
    "~0",
    ">99999999999999999999",
];

/// A version of any length, with what may stand behind it.
pub(super) fn version(c: &mut Choices) -> String {
    let mut out = c.pick(&["", "", "", "v", "V", " "]).to_owned();
    for at in 0..=[2, 2, 2, 1, 0, 3][c.below(6)] {
        if at > 0 {
            out.push('.');
        }
        out.push_str(c.pick(PARTS));
    }
    if c.chance(40) {
        out.push_str(&format!("-{}", identifiers(c)));
    }
    if c.chance(20) {
        out.push_str(&format!("+{}", identifiers(c)));
    }
    out
}

fn identifiers(c: &mut Choices) -> String {
    let words: Vec<&str> = (0..=c.below(3)).map(|_| c.pick(IDENTIFIERS)).collect();
    words.join(".")
}

/// One or more conditions, with wildcards, hyphens and alternatives.
pub(super) fn range(c: &mut Choices) -> String {
    let mut out = String::new();
    for at in 0..=c.below(3) {
        if at > 0 {
            out.push_str(c.pick(&[", ", ",", " ", " || ", "||", " - ", "  ", ",,", "&&", "|"]));
        }
        out.push_str(c.pick(OPERATORS));
        out.push_str(c.pick(&["", "", "", " ", "  "]));
        match c.below(4) {
            0 => out.push_str(&version(c)),
            1 => {
                out.push_str(c.pick(&[
                    "*", "x", "X", "1.x", "1.2.x", "1.*", "1.2.*-a", "x.1", "1.x.3", "*.*",
                ]));
            }
            _ => {
                let parts: Vec<&str> = (0..=c.below(3)).map(|_| c.pick(PARTS)).collect();
                out.push_str(&parts.join("."));
                out.push_str(c.pick(&["", "", "", "-0", "-beta.1", "+b"]));
            }
        }
    }
    out
}

const PARTS: &[&str] = &[
    "1",
    "0",
    "2",
    "3",
    "10",
    "01",
    "1",
    "2",
    "0",
    "18446744073709551615",
    "18446744073709551616",
    "4294967296",
    "-1",
    "a",
];
const IDENTIFIERS: &[&str] =
    &["alpha", "beta", "0", "1", "rc1", "x-y", "01", "-", "", "10", "A", "9", "é", "0a"];
const OPERATORS: &[&str] =
    &["", ">=", "<", "^", "~", "=", "!=", ">", "<=", "~>", "=>", "=<", "==", ">>", "^>", "!"];
