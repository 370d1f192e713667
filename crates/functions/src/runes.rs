//! Text as Go sees it: bytes read rune by rune, where a byte that is no UTF-8 counts as
//! U+FFFD of width 1, and Unicode's *simple* case mappings (one rune to one rune).
//! Invariant: nothing here fails. Functions of templates are not here.

use yaml::unicode::is_newer;
pub(crate) use yaml::unicode::{
    is_digit, is_letter, is_lower, is_number, is_punctuation, is_title, is_upper,
};

/// The rune that stands for bytes which are no UTF-8.
pub(crate) const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// The first rune of `bytes` and its width in bytes; none at the end.
pub(crate) fn first(bytes: &[u8]) -> Option<(char, usize)> {
    let lead = *bytes.first()?;
    let width = match lead {
        0x00..=0x7f => return Some((char::from(lead), 1)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        0x80..=0xc1 | 0xf5..=0xff => return Some((REPLACEMENT, 1)),
    };
    let rune = bytes.get(..width).and_then(|rune| std::str::from_utf8(rune).ok());
    Some(rune.and_then(|rune| rune.chars().next()).map_or((REPLACEMENT, 1), |rune| (rune, width)))
}

/// The last rune of `bytes` and its width in bytes; none at the start.
pub(crate) fn last(bytes: &[u8]) -> Option<(char, usize)> {
    bytes.last()?;
    let from = bytes.len().saturating_sub(4);
    let rune = (from..bytes.len()).find_map(|at| {
        first(&bytes[at..]).filter(|&(_, width)| at + width == bytes.len() && width > 1)
    });
    let single = bytes.last().map(|&b| if b.is_ascii() { char::from(b) } else { REPLACEMENT });
    rune.or(single.map(|rune| (rune, 1)))
}

/// The runes of `bytes`.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = char> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (rune, width) = first(rest)?;
        rest = &rest[width..];
        Some(rune)
    })
}

/// Go's `[]rune(text)` back to text: bytes that were no UTF-8 become U+FFFD.
pub(crate) fn collect(runes: impl IntoIterator<Item = char>) -> Vec<u8> {
    runes.into_iter().collect::<String>().into_bytes()
}

/// Go's `strings.Map`: text that the mapping leaves alone keeps its bytes.
pub(crate) fn map(bytes: &[u8], mut mapping: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((rune, width)) = first(rest) {
        out.extend_from_slice(mapping(rune).encode_utf8(&mut [0; 4]).as_bytes());
        rest = &rest[width..];
    }
    out
}

/// `unicode.ToUpper`.
pub(crate) fn to_upper(rune: char) -> char {
    if rune.is_ascii() {
        return rune.to_ascii_uppercase();
    }
    known(rune, only(rune.to_uppercase()).unwrap_or_else(|| greek_title(rune)))
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(rune: char) -> char {
    if rune.is_ascii() {
        return rune.to_ascii_lowercase();
    }
    known(rune, only(rune.to_lowercase()).unwrap_or(if rune == '\u{130}' { 'i' } else { rune }))
}

/// `unicode.ToTitle`.
pub(crate) fn to_title(rune: char) -> char {
    match rune {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian capitals are for whole words only.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => rune,
        rune => to_upper(rune),
    }
}

/// `unicode.IsSpace`.
pub(crate) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

/// A mapping, where both sides were in Unicode when Go's tables were made.
fn known(rune: char, mapped: char) -> char {
    if is_newer(rune) || is_newer(mapped) { rune } else { mapped }
}

fn only(mut runes: impl Iterator<Item = char>) -> Option<char> {
    let first = runes.next()?;
    if runes.next().is_none() { Some(first) } else { None }
}

/// The Greek letters with iota subscript: several runes in the full mapping, one in the simple.
fn greek_title(rune: char) -> char {
    match rune {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(u32::from(rune) + 8).unwrap_or(rune)
        }
        '\u{1fb3}' => '\u{1fbc}',
        '\u{1fc3}' => '\u{1fcc}',
        '\u{1ff3}' => '\u{1ffc}',
        rune => rune,
    }
}
