//! Base 64, base 32 and checksums. Invariant: decoding is Go's: line breaks are skipped, and an
//! error's text is the result.

use adler2::Adler32;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use template::{Function, Param, Str, Value};

use crate::arguments::{Arguments, Outcome, fixed};

const S: &[Param] = &[Param::String];

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("adler32sum", S, |_, args| {
        let mut sum = Adler32::new();
        sum.write_slice(args.bytes(0));
        text(sum.checksum().to_string())
    }),
    fixed("b32dec", S, |_, args| text(base32_decode(args.bytes(0)).unwrap_or_else(String::into))),
    fixed("b32enc", S, |_, args| text(base32_encode(args.bytes(0)))),
    fixed("b64dec", S, |_, args| text(base64_decode(args.bytes(0)).unwrap_or_else(String::into))),
    fixed("b64enc", S, |_, args| text(STANDARD.encode(args.bytes(0)))),
    fixed("sha1sum", S, |_, args| text(hexadecimal(&Sha1::digest(args.bytes(0))))),
    fixed("sha256sum", S, |_, args| text(hexadecimal(&Sha256::digest(args.bytes(0))))),
    fixed("sha512sum", S, |_, args| text(hexadecimal(&Sha512::digest(args.bytes(0))))),
];

fn text(text: impl Into<Str>) -> Outcome {
    Ok(Value::Str(text.into()))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn base64_value(symbol: u8) -> Option<u32> {
    Some(u32::from(match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'a'..=b'z' => symbol - b'a' + 26,
        b'0'..=b'9' => symbol - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

fn base32_value(symbol: u8) -> Option<u64> {
    Some(u64::from(match symbol {
        b'A'..=b'Z' => symbol - b'A',
        b'2'..=b'7' => symbol - b'2' + 26,
        _ => return None,
    }))
}

/// Go's base 64 decoding; the error is its text.
pub(crate) fn base64_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let fail = |at: usize| Err(format!("illegal base64 data at input byte {at}"));
    let is_break = |at: usize| matches!(text.get(at), Some(b'\r' | b'\n'));
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut block, mut count, mut at) = (0u32, 0, 0);
    while let Some(&symbol) = text.get(at) {
        at += 1;
        if let Some(value) = base64_value(symbol) {
            block = block << 6 | value;
            count += 1;
            if count == 4 {
                out.extend_from_slice(&block.to_be_bytes()[1..]);
                (block, count) = (0, 0);
            }
            continue;
        }
        if matches!(symbol, b'\r' | b'\n') {
            continue;
        }
        if symbol != b'=' || count < 2 {
            return fail(at - 1);
        }
        if count == 2 {
            while is_break(at) {
                at += 1;
            }
            match text.get(at) {
                None => return fail(text.len()),
                Some(b'=') => at += 1,
                Some(_) => return fail(at - 1),
            }
        }
        while is_break(at) {
            at += 1;
        }
        if at < text.len() {
            return fail(at);
        }
        let bytes = (block << (6 * (4 - count))).to_be_bytes();
        out.extend_from_slice(&bytes[1..count as usize]);
        return Ok(out);
    }
    if count > 0 { fail(at - count as usize) } else { Ok(out) }
}

/// Go's base 32 decoding: line breaks come out first, so that positions do not count them.
fn base32_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let text: Vec<u8> = text.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let fail = |at: usize| Err(format!("illegal base32 data at input byte {at}"));
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let (mut block, mut count) = (0u64, 0usize);
    for (at, &symbol) in text.iter().enumerate() {
        let rest = &text[at + 1..];
        if symbol == b'=' && count >= 2 && rest.len() < 8 {
            if rest.len() + count < 7 {
                return fail(text.len());
            }
            if let Some(other) = rest.iter().take(7 - count).position(|&b| b != b'=') {
                return fail(at + other);
            }
            if matches!(count, 3 | 6) {
                return fail(at);
            }
            let block = block << (5 * (8 - count));
            out.extend_from_slice(&block.to_be_bytes()[3..3 + count * 5 / 8]);
            return Ok(out);
        }
        let Some(value) = base32_value(symbol) else { return fail(at) };
        block = block << 5 | value;
        count += 1;
        if count == 8 {
            out.extend_from_slice(&block.to_be_bytes()[3..]);
            (block, count) = (0, 0);
        }
    }
    if count > 0 { fail(text.len() - count) } else { Ok(out) }
}

fn base32_encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    for chunk in bytes.chunks(5) {
        let block = (0..5)
            .fold(0u64, |block, at| block << 8 | u64::from(chunk.get(at).copied().unwrap_or(0)));
        let used = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let symbol = ALPHABET[(block >> (35 - 5 * at) & 31) as usize];
            out.push(if at < used { char::from(symbol) } else { '=' });
        }
    }
    out
}
