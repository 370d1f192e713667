//! Formats: verbs with flags, width, precision and argument indexes.

use crate::choices::Choices;

/// A format: verbs with flags, width, precision and argument indexes.
pub(super) fn format(c: &mut Choices) -> String {
    let mut text = String::new();
    for _ in 0..=c.below(3) {
        text.push_str(c.pick(&["", "a ", "é", "%%", "\\n"]));
        text.push('%');
        for _ in 0..c.below(3) {
            text.push_str(c.pick(&["#", "+", "-", " ", "0"]));
        }
        text.push_str(c.pick(&[
            "", "", "", "5", "12", "1", "*", "[2]", "[1]*", "[3]", "[x]", "[0]", "[", "[]", "300",
            "1000001",
        ]));
        text.push_str(c.pick(&["", "", "", ".2", ".0", ".", ".10", ".*", ".[2]*", ".*[1]", ".-1"]));
        text.push_str(c.pick(&["v", "d", "s", "q", "x", "X", "t", "f", "g", "e"]));
        if c.chance(15) {
            text.pop();
            text.push_str(
                c.pick(&["G", "E", "F", "b", "o", "O", "c", "U", "T", "y", "!", "", "é", "w", "p"]),
            );
        }
    }
    format!("\"{text}\"")
}
