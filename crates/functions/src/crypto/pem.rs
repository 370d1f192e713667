//! PEM as Go's `encoding/pem` reads and writes it: the first block that is whole counts, text
//! around it and headers in it do not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;

use crate::encoding::base64_decode;

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

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"\n-----END ";
const DASHES: &[u8] = b"-----";

/// The label and the bytes of the first block.
pub(super) fn decode(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut from = 0;
    loop {
        // The last beginning before the first end: those without an end of their own are skipped.
        let end = from + memmem::find(text.get(from..)?, END)?;
        let trailer = end + END.len();
        let begin = memmem::rfind(&text[from..end], BEGIN).map(|at| from + at);
        let begin = begin.filter(|at| *at == from || text[at - 1] == b'\n');
        from = trailer;
        let Some(begin) = begin else { continue };
        match block(text, begin + BEGIN.len(), end, trailer) {
            Candidate::Block(label, bytes) => return Some((label, bytes)),
            Candidate::Next => {}
            Candidate::Nothing => return None,
        }
    }
}

enum Candidate {
    Block(Vec<u8>, Vec<u8>),
    Next,
    Nothing,
}

/// The block whose label begins at `start`; its end line begins at `end` with a line feed.
fn block(text: &[u8], start: usize, end: usize, trailer: usize) -> Candidate {
    let (line, mut at) = line(text, start);
    let Some(label) = line.strip_suffix(DASHES) else { return Candidate::Next };
    let mut headers = false;
    loop {
        if at == text.len() {
            return Candidate::Nothing;
        }
        let (line, next) = self::line(text, at);
        if !line.contains(&b':') {
            break;
        }
        headers = true;
        at = next;
    }
    if headers && end < at {
        // The end line was taken for a header, or follows one at once.
        return if trailer < at { Candidate::Nothing } else { Candidate::Next };
    }
    let Some(after) = text.get(trailer..).and_then(|rest| rest.strip_prefix(label)) else {
        return Candidate::Next;
    };
    let Some(after) = after.strip_prefix(DASHES) else { return Candidate::Next };
    if !self::line(after, 0).0.is_empty() {
        return Candidate::Next;
    }
    let symbols: Vec<u8> = text
        .get(at..end)
        .unwrap_or_default()
        .iter()
        .copied()
        .filter(|byte| !matches!(byte, b' ' | b'\t'))
        .collect();
    match base64_decode(&symbols) {
        Ok(bytes) => Candidate::Block(label.to_vec(), bytes),
        Err(_) => Candidate::Next,
    }
}

/// The line at an offset without the white space at its end, and where the next one begins.
fn line(text: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &text[at..];
    let (line, next) = match memchr::memchr(b'\n', rest) {
        Some(end) => (rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]), at + end + 1),
        None => (rest, text.len()),
    };
    let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
    (&line[..end], next)
}
