//! PEM as Go's `encoding/pem` reads and writes it: the first block counts, text around it and
//! headers in it do not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A block with lines of 64 symbols.
pub(super) fn encode(label: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// The label and the bytes of the first block.
pub(super) fn decode(text: &[u8]) -> Option<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(text);
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(label) = label(line, "-----BEGIN ") else { continue };
        let mut symbols = String::new();
        for line in lines.by_ref() {
            if line.starts_with("-----END ") {
                if self::label(line, "-----END ") == Some(label)
                    && let Ok(bytes) = STANDARD.decode(&symbols)
                {
                    return Some((label.to_owned(), bytes));
                }
                break;
            }
            // Headers are "Key: value" lines before the text.
            if !line.contains(':') {
                symbols.extend(line.chars().filter(|c| !c.is_whitespace()));
            }
        }
    }
    None
}

fn label<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    line.strip_prefix(prefix)?.trim_end_matches([' ', '\t']).strip_suffix("-----")
}
