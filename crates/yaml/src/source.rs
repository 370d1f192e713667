//! The text that is scanned: bytes decoded as go-yaml's reader does it.
//!
//! Invariant: a character that go-yaml's reader refuses is reported once the scanner comes to the
//! block of [`BLOCK`] bytes that holds it, not before: what stands earlier may fail for another
//! reason or end the document.
//! Not here: the cursor that goes over the text (see `cursor`).

use std::borrow::Cow;
use std::ops::Range;

use crate::Problem;

/// go-yaml decodes its input in blocks of this many bytes.
pub(crate) const BLOCK: usize = 512;
/// So many bytes are surveyed together.
const CHUNK: usize = 64;

/// Text and what is wrong with it.
pub(crate) struct Source<'t> {
    pub(crate) text: Cow<'t, str>,
    pub(crate) fault: Option<Fault>,
    pub(crate) alphabet: Alphabet,
}

/// Which characters a text holds, as far as that lets its scanner take a shorter way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alphabet {
    /// ASCII whose only line break is `\n`.
    Ascii,
    /// Any character, but no line break other than `\n`.
    OneBreak,
    /// Anything.
    Any,
}

/// A character that may not stand in a YAML text.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    /// From this byte on go-yaml does not see the text.
    pub(crate) from: usize,
    pub(crate) problem: Problem,
}

impl<'t> Source<'t> {
    /// A text without its byte order mark.
    pub(crate) fn from_str(text: &'t str) -> Self {
        let bom = if text.starts_with('\u{feff}') { 3 } else { 0 };
        Self::checked(Cow::Borrowed(text), bom)
    }

    /// Bytes in UTF-8, or in UTF-16 with a byte order mark.
    pub(crate) fn from_bytes(bytes: &'t [u8]) -> Self {
        match bytes {
            [0xff, 0xfe, rest @ ..] => Self::from_utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => Self::from_utf16(rest, u16::from_be_bytes),
            _ => match std::str::from_utf8(bytes) {
                Ok(text) => Self::from_str(text),
                Err(error) => Self::broken(bytes, error.valid_up_to()),
            },
        }
    }

    /// Whether `\n` is the only line break in this text.
    pub(crate) fn has_one_break(&self) -> bool {
        self.alphabet < Alphabet::Any
    }

    fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let mut text = String::with_capacity(bytes.len());
        let mut message = None;
        for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            match c {
                Ok(c) => text.push(c),
                Err(error) if (0xdc00..0xe000).contains(&error.unpaired_surrogate()) => {
                    message = Some("unexpected low surrogate area");
                    break;
                }
                Err(_) => {
                    message = Some("expected low surrogate area");
                    break;
                }
            }
        }
        if message.is_none() && !rest.is_empty() {
            message = Some("incomplete UTF-16 character");
        }
        let at = text.len();
        let mut source = Self::checked(Cow::Owned(text), 0);
        if let (None, Some(message)) = (&source.fault, message) {
            source.fault = Some(Fault::new(&source.text, at, message));
        }
        source
    }

    fn broken(bytes: &'t [u8], at: usize) -> Self {
        let valid = bytes.get(..at).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        let mut source = Self::from_str(valid);
        if source.fault.is_none() {
            let message = utf8_message(bytes.get(at..).unwrap_or_default());
            let at = source.text.len();
            let mut fault = Fault::new(&source.text, at, message);
            if message == INCOMPLETE {
                // The reader waits for the rest, and shows what stands before until it is asked for more.
                fault.from = at;
            }
            source.fault = Some(fault);
        }
        source
    }

    fn checked(text: Cow<'t, str>, bom: usize) -> Self {
        let (forbidden, alphabet) = survey(text.get(bom..).unwrap_or_default());
        let fault =
            forbidden.map(|at| Fault::new(&text, bom + at, "control characters are not allowed"));
        Self { text, fault, alphabet }
    }
}

impl Fault {
    fn new(text: &str, at: usize, message: &str) -> Self {
        let before = text.get(..at).unwrap_or_default();
        let width = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        let problem = Problem {
            message: message.to_owned(),
            line: Some(before.matches('\n').count() + 1),
            column: Some(before.get(line_start..).unwrap_or_default().chars().count() + 1),
            span: Some(at..at + width),
        };
        Self { from: block_start(text, at), problem }
    }
}

/// Where the block begins that holds the byte `at`; a character that a block's end would cut
/// belongs to the next.
fn block_start(text: &str, at: usize) -> usize {
    let mut start = 0;
    loop {
        let mut end = (start + BLOCK).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if at < end || end >= text.len() {
            return start;
        }
        start = end;
    }
}

/// The first character that YAML forbids, and which others there are.
fn survey(text: &str) -> (Option<usize>, Alphabet) {
    let bytes = text.as_bytes();
    let (chunks, rest) = bytes.as_chunks::<CHUNK>();
    let mut alphabet = Alphabet::Ascii;
    for (chunk, start) in chunks.iter().zip((0..).step_by(CHUNK)) {
        if is_ordinary(chunk) {
            continue;
        }
        match judge_all(bytes, start..start + CHUNK) {
            Ok(found) => alphabet = alphabet.max(found),
            Err(at) => return (Some(at), Alphabet::Any),
        }
    }
    match judge_all(bytes, bytes.len() - rest.len()..bytes.len()) {
        Ok(found) => (None, alphabet.max(found)),
        Err(at) => (Some(at), Alphabet::Any),
    }
}

/// Whether all bytes are ASCII that every YAML text may hold; without a branch, so that many are
/// looked at together.
fn is_ordinary(chunk: &[u8; CHUNK]) -> bool {
    let odd = |byte: u8| (byte.wrapping_sub(b' ') > b'~' - b' ') & (byte.wrapping_sub(b'\t') > 1);
    !chunk.iter().fold(false, |any, byte| any | odd(*byte))
}

/// The smallest alphabet with all characters that have one of these bytes, or the first byte of one
/// that YAML forbids.
fn judge_all(bytes: &[u8], mut which: Range<usize>) -> Result<Alphabet, usize> {
    which.try_fold(Alphabet::Ascii, |alphabet, at| {
        judge(bytes, at).map(|found| alphabet.max(found)).ok_or(at)
    })
}

/// The smallest alphabet with the character that has a byte; nothing if YAML forbids it.
fn judge(bytes: &[u8], at: usize) -> Option<Alphabet> {
    let next = |ahead: usize| bytes.get(at + ahead).copied();
    Some(match bytes[at] {
        b'\r' => Alphabet::Any,
        b'\t' | b'\n' | 0x20..0x7f => Alphabet::Ascii,
        0..0x20 | 0x7f => return None,
        0xc2 => match next(1) {
            Some(0x85) => Alphabet::Any,
            Some(..0xa0) => return None,
            Some(_) | None => Alphabet::OneBreak,
        },
        0xef if next(1) == Some(0xbf) && next(2).is_some_and(|b| b >= 0xbe) => return None,
        0xe2 if next(1) == Some(0x80) && matches!(next(2), Some(0xa8 | 0xa9)) => Alphabet::Any,
        0x80.. => Alphabet::OneBreak,
    })
}

const INCOMPLETE: &str = "incomplete UTF-8 octet sequence";

fn utf8_message(bytes: &[u8]) -> &'static str {
    let first = bytes.first().copied().unwrap_or_default();
    let width = match first {
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return "invalid leading UTF-8 octet",
    };
    if bytes.len() < width {
        return INCOMPLETE;
    }
    if bytes[1..width].iter().any(|b| b & 0xc0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let bits = if width == 2 {
        0x1f
    } else if width == 3 {
        0x0f
    } else {
        0x07
    };
    let value =
        bytes[1..width].iter().fold(u32::from(first & bits), |v, b| (v << 6) | u32::from(b & 0x3f));
    let least = [0x80, 0x800, 0x10000][width - 2];
    if value < least { "invalid length of a UTF-8 sequence" } else { "invalid Unicode character" }
}
