//! Text as Go sees it: bytes read rune by rune, where a byte that is no UTF-8 counts as
//! U+FFFD of width 1, and Unicode's *simple* case mappings (one rune to one rune).
//! Invariant: nothing here fails. Functions of templates are not here.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

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
    only(rune.to_uppercase()).unwrap_or_else(|| greek_title(rune))
}

/// `unicode.ToLower`.
pub(crate) fn to_lower(rune: char) -> char {
    if rune.is_ascii() {
        return rune.to_ascii_lowercase();
    }
    only(rune.to_lowercase()).unwrap_or(if rune == '\u{130}' { 'i' } else { rune })
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

/// `unicode.IsUpper`: category Lu.
pub(crate) fn is_upper(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_uppercase();
    }
    rune.general_category() == GeneralCategory::UppercaseLetter
}

/// `unicode.IsLower`: category Ll.
pub(crate) fn is_lower(rune: char) -> bool {
    rune.general_category() == GeneralCategory::LowercaseLetter
}

/// `unicode.IsTitle`: category Lt.
pub(crate) fn is_title(rune: char) -> bool {
    rune.general_category() == GeneralCategory::TitlecaseLetter
}

/// `unicode.IsLetter`.
pub(crate) fn is_letter(rune: char) -> bool {
    rune.general_category_group() == GeneralCategoryGroup::Letter
}

/// `unicode.IsDigit`: category Nd.
pub(crate) fn is_digit(rune: char) -> bool {
    rune.general_category() == GeneralCategory::DecimalNumber
}

/// `unicode.IsNumber`.
pub(crate) fn is_number(rune: char) -> bool {
    rune.general_category_group() == GeneralCategoryGroup::Number
}

/// `unicode.IsPunct`.
pub(crate) fn is_punctuation(rune: char) -> bool {
    rune.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// `unicode.IsSpace`.
pub(crate) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
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
