//! Binary data as text: `-----BEGIN …-----`, headers, base64, `-----END …-----`.
//!
//! Lines are read as Go's buffered reader gives them with a buffer of 100 bytes: what it had in memory
//! when a block ended is lost to the next block.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Error;
use crate::packet::Stream;

const BUFFER: usize = 100;
/// Longer lines are no armor.
const LONGEST: usize = 96;
const START: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";

/// A block: its kind (`PGP SIGNATURE`) and what it holds.
pub(crate) struct Block {
    pub(crate) kind: String,
    pub(crate) body: Stream,
}

/// Lines of at most [`BUFFER`] bytes; longer ones in pieces.
struct Lines<'d> {
    data: &'d [u8],
    at: usize,
    /// Up to here data is in memory.
    filled: usize,
}

/// A line, or a piece of one.
struct Line<'d> {
    text: &'d [u8],
    goes_on: bool,
}

impl<'d> Lines<'d> {
    fn next(&mut self) -> Option<Line<'d>> {
        loop {
            let buffered = self.data.get(self.at..self.filled).unwrap_or_default();
            if let Some(end) = buffered.iter().position(|byte| *byte == b'\n') {
                self.at += end + 1;
                let text = &buffered[..end];
                return Some(Line {
                    text: text.strip_suffix(b"\r").unwrap_or(text),
                    goes_on: false,
                });
            }
            if buffered.len() >= BUFFER {
                // A carriage return at the end waits for its line feed.
                let text = buffered.strip_suffix(b"\r").unwrap_or(buffered);
                self.at += text.len();
                return Some(Line { text, goes_on: true });
            }
            if self.filled == self.data.len() {
                self.at = self.filled;
                return (!buffered.is_empty()).then_some(Line { text: buffered, goes_on: false });
            }
            self.filled = (self.at + BUFFER).min(self.data.len());
        }
    }
}

/// The first block of the data, and how much was read; nothing if there is none.
pub(crate) fn decode(data: &[u8]) -> Option<(Block, usize)> {
    let mut lines = Lines { data, at: 0, filled: 0 };
    let mut goes_on = false;
    'block: loop {
        let kind = loop {
            let piece = goes_on;
            let line = lines.next()?;
            goes_on = line.goes_on;
            let text = line.text.trim_ascii();
            if !piece && !goes_on && text.len() > START.len() + 5 && text.starts_with(START) {
                break String::from_utf8_lossy(&text[START.len()..text.len() - 5]).into_owned();
            }
        };
        let mut continues = false;
        loop {
            let piece = continues;
            let line = lines.next()?;
            continues = line.goes_on;
            if piece {
                continue;
            }
            let text = line.text.trim_ascii();
            if text.is_empty() {
                break;
            }
            if !text.contains(&b':') {
                continue 'block;
            }
        }
        let body = body(&mut lines);
        return Some((Block { kind, body }, lines.filled));
    }
}

fn body(lines: &mut Lines<'_>) -> Stream {
    let mut text = Vec::new();
    let mut fault = None;
    while let Some(line) = lines.next() {
        let part = line.text.trim_ascii();
        let checksum = part.len() == 5 && part[0] == b'=';
        if !line.goes_on && (part.starts_with(END) || checksum) {
            break;
        }
        if line.goes_on || part.len() > LONGEST {
            fault = Some(Error::structure("armor invalid"));
            break;
        }
        text.extend_from_slice(part);
    }
    let (data, broken) = decode_base64(&text);
    Stream::new(data, broken.or(fault))
}

/// What can be decoded, and what is wrong with the rest.
fn decode_base64(text: &[u8]) -> (Vec<u8>, Option<Error>) {
    let known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let clean = text.iter().take_while(|byte| known(byte)).count();
    let whole = clean / 4 * 4;
    let mut data = STANDARD.decode(&text[..whole]).unwrap_or_default();
    let rest = &text[whole..];
    if rest.is_empty() {
        return (data, None);
    }
    if let Some(quantum) = rest.get(..4)
        && let Ok(last) = STANDARD.decode(quantum)
    {
        data.extend(last);
        let fault = (rest.len() > 4).then(|| corrupt(whole + 4));
        return (data, fault);
    }
    let fault = if clean == text.len() { Error::cut_off() } else { corrupt(clean) };
    (data, Some(fault))
}

fn corrupt(at: usize) -> Error {
    Error::Other(format!("illegal base64 data at input byte {at}"))
}
