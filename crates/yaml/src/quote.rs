//! Go's quoted form of text.
//!
//! Invariant: [`quote`] gives what `strconv.Quote` gives; invalid UTF-8 is shown as `\x..`.
//! It is here because every room may use it: error texts of all of Helm's libraries quote so.

use std::fmt::Write;

use crate::unicode::is_print;

/// Go's `strconv.Quote`.
pub fn quote(text: impl AsRef<[u8]>) -> String {
    quote_with(text.as_ref(), '"', Escape::Unprintable)
}

/// Which characters [`quote_with`] escapes beside the quote, backslashes and control characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// Those that are not printable.
    Unprintable,
    /// Those that are not ASCII too.
    NonAscii,
}

/// Quoted text as Go writes it in source code.
pub fn quote_with(bytes: &[u8], quote: char, escape: Escape) -> String {
    let mut quoted = String::with_capacity(bytes.len() + 2);
    quoted.push(quote);
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            push_escaped(&mut quoted, char, quote, escape);
        }
        for byte in chunk.invalid() {
            push(&mut quoted, format_args!("\\x{byte:02x}"));
        }
    }
    quoted.push(quote);
    quoted
}

fn push_escaped(quoted: &mut String, char: char, quote: char, escape: Escape) {
    if char == quote || char == '\\' {
        quoted.push('\\');
        quoted.push(char);
        return;
    }
    if (char.is_ascii() || escape == Escape::Unprintable) && is_print(char) {
        quoted.push(char);
        return;
    }
    let number = u32::from(char);
    match char {
        '\u{7}' => quoted.push_str("\\a"),
        '\u{8}' => quoted.push_str("\\b"),
        '\u{c}' => quoted.push_str("\\f"),
        '\n' => quoted.push_str("\\n"),
        '\r' => quoted.push_str("\\r"),
        '\t' => quoted.push_str("\\t"),
        '\u{b}' => quoted.push_str("\\v"),
        _ if number < 0x20 || number == 0x7f => push(quoted, format_args!("\\x{number:02x}")),
        _ if number < 0x1_0000 => push(quoted, format_args!("\\u{number:04x}")),
        _ => push(quoted, format_args!("\\U{number:08x}")),
    }
}

fn push(text: &mut String, words: std::fmt::Arguments<'_>) {
    let written = text.write_fmt(words);
    debug_assert!(written.is_ok(), "a string takes any text");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_as_go_does() {
        let cases: [(&[u8], &str); 6] = [
            (b"plain", r#""plain""#),
            (b"a\"b\\c", r#""a\"b\\c""#),
            (b"\n\t\x00\x7f", r#""\n\t\x00\x7f""#),
            ("é世\u{200b}".as_bytes(), "\"é世\\u200b\""),
            (b"\xff\xc3", r#""\xff\xc3""#),
            ("\u{1f600}\u{e0001}\u{1fae9}".as_bytes(), "\"😀\\U000e0001\\U0001fae9\""),
        ];
        for (bytes, quoted) in cases {
            assert_eq!(quote(bytes), quoted);
        }
    }
}
