//! `html`, `js` and `urlquery`.

use std::io::Write;

use crate::unicode;

/// Go's `template.HTMLEscapeString`.
pub(super) fn html(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => escaped.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => escaped.extend_from_slice(b"&#34;"),
            b'\'' => escaped.extend_from_slice(b"&#39;"),
            b'&' => escaped.extend_from_slice(b"&amp;"),
            b'<' => escaped.extend_from_slice(b"&lt;"),
            b'>' => escaped.extend_from_slice(b"&gt;"),
            _ => escaped.push(byte),
        }
    }
    escaped
}

/// Go's `template.JSEscapeString`.
pub(super) fn js(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for chunk in text.utf8_chunks() {
        for char in chunk.valid().chars() {
            push_js(&mut escaped, char);
        }
        // Go decodes each broken byte to U+FFFD, which is printable, and writes the byte as it is.
        escaped.extend_from_slice(chunk.invalid());
    }
    escaped
}

fn push_js(escaped: &mut Vec<u8>, char: char) {
    match char {
        '\\' => escaped.extend_from_slice(b"\\\\"),
        '\'' => escaped.extend_from_slice(b"\\'"),
        '"' => escaped.extend_from_slice(b"\\\""),
        '<' => escaped.extend_from_slice(b"\\u003C"),
        '>' => escaped.extend_from_slice(b"\\u003E"),
        '&' => escaped.extend_from_slice(b"\\u0026"),
        '=' => escaped.extend_from_slice(b"\\u003D"),
        '\0'..='\x1f' => push_unit(escaped, u32::from(char)),
        // DEL is ASCII and not special to Go.
        ' '..='\x7f' => escaped.push(char as u8),
        _ if unicode::is_print(char) => {
            escaped.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        _ => push_unit(escaped, u32::from(char)),
    }
}

fn push_unit(escaped: &mut Vec<u8>, unit: u32) {
    let written = write!(escaped, "\\u{unit:04X}");
    debug_assert!(written.is_ok(), "a vector takes any bytes");
}

/// Go's `url.QueryEscape`.
pub(super) fn url_query(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(byte);
            }
            b' ' => escaped.push(b'+'),
            _ => {
                let written = write!(escaped, "%{byte:02X}");
                debug_assert!(written.is_ok(), "a vector takes any bytes");
            }
        }
    }
    escaped
}
