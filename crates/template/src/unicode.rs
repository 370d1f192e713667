//! Go's classes of characters, and Go's quoted form of text, as `yaml` has them.

pub(crate) use yaml::quote::{Escape, quote, quote_with};
pub(crate) use yaml::unicode::{is_digit, is_letter, is_print};

/// Go's `%#U`: `U+00E9 'é'`.
pub(crate) fn code_point(char: char) -> String {
    let number = u32::from(char);
    if is_print(char) { format!("U+{number:04X} '{char}'") } else { format!("U+{number:04X}") }
}
