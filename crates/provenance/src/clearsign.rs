//! Messages that can be read although they are signed: lines, and below them the signature.
//!
//! A line that begins with a dash has `- ` before it; white space at the end of a line does not count.

use crate::armor;
use crate::packet::Stream;

const START: &[u8] = b"\n-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"\n-----END PGP SIGNATURE-----";
const HASHES: [&str; 9] =
    ["MD5", "SHA1", "RIPEMD160", "SHA224", "SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-512"];

/// A signed message.
pub(crate) struct Message {
    /// The text as it was.
    pub(crate) text: Vec<u8>,
    /// What is signed: the text with line breaks of two characters.
    pub(crate) signed: Vec<u8>,
    pub(crate) signature: Stream,
}

/// The first message in the data, if it is whole.
pub(crate) fn decode(data: &[u8]) -> Option<Message> {
    let rest = match data.strip_prefix(&START[1..]) {
        Some(rest) => rest,
        None => &data[find(data, START)? + START.len()..],
    };
    let (suffix, rest) = line(rest);
    if !suffix.is_empty() {
        return None;
    }
    let mut rest = headers(rest)?;
    let (mut text, mut signed) = (Vec::new(), Vec::new());
    let mut first = true;
    loop {
        let (part, after) = line(rest);
        if part.is_empty() && after.is_empty() {
            return None;
        }
        if part == SIGNATURE {
            break;
        }
        rest = after;
        if !std::mem::take(&mut first) {
            signed.extend_from_slice(b"\r\n");
            text.push(b'\n');
        }
        let part = part.strip_prefix(b"- ").unwrap_or(part);
        let end = part.iter().rposition(|byte| !matches!(byte, b' ' | b'\t'));
        let part = &part[..end.map_or(0, |end| end + 1)];
        signed.extend_from_slice(part);
        text.extend_from_slice(part);
    }
    let end = find(rest, END)? + END.len();
    let breaks = rest[end..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let (block, _) = armor::decode(&rest[..end + breaks])?;
    Some(Message { text, signed, signature: block.body })
}

/// What follows the headers: `Hash: SHA512` and nothing else.
fn headers(mut rest: &[u8]) -> Option<&[u8]> {
    while !rest.is_empty() {
        let (header, after) = line(rest);
        rest = after;
        if header.trim_ascii().is_empty() {
            return Some(rest);
        }
        let header = std::str::from_utf8(header).ok()?;
        if !header.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return None;
        }
        let (key, hashes) = header.split_once(':')?;
        let known = |hash: &str| HASHES.contains(&hash.trim().to_ascii_uppercase().as_str());
        if key.trim() != "Hash" || !hashes.split(',').all(known) {
            return None;
        }
    }
    None
}

/// The first line without its break, and the rest.
fn line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (data[..at].strip_suffix(b"\r").unwrap_or(&data[..at]), &data[at + 1..]),
        None => (data, &[]),
    }
}

fn find(data: &[u8], what: &[u8]) -> Option<usize> {
    data.windows(what.len()).position(|window| window == what)
}
