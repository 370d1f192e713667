//! Words in text as Masterminds/goutils treats them: wrapping, abbreviating, initials,
//! swapping case. Invariant: lengths and positions count bytes, as there; where the original
//! would panic (an index past the end) the caller is told with `None`.

use crate::runes;

/// What to do with a word longer than the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LongWords {
    /// Let it stick out.
    Keep,
    /// Break it.
    Break,
}

/// Wraps at spaces so that lines have at most `width` bytes.
pub(crate) fn wrap(text: &[u8], width: i64, newline: &[u8], long: LongWords) -> Vec<u8> {
    let newline = if newline.is_empty() { b"\n".as_slice() } else { newline };
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let mut out = Vec::with_capacity(text.len() + text.len() / 16);
    let mut at = 0;
    while text.len().saturating_sub(at) > width {
        if text[at] == b' ' {
            at += 1;
            continue;
        }
        let end = at + width;
        let space = text[at..=end].iter().rposition(|&b| b == b' ').map(|space| space + at);
        let (line_end, next) = match (space, long) {
            (Some(space), _) => (space, space + 1),
            (None, LongWords::Break) => (end, end),
            (None, LongWords::Keep) => match text[end..].iter().position(|&b| b == b' ') {
                Some(space) => (end + space, end + space + 1),
                None => break,
            },
        };
        out.extend_from_slice(&text[at..line_end]);
        out.extend_from_slice(newline);
        at = next;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}

/// Cuts to `width` bytes with `...` at the end, and at the start when `offset` is past 4.
pub(crate) fn abbreviate(text: &[u8], offset: i64, width: i64) -> Option<Vec<u8>> {
    const MARK: &[u8] = b"...";
    let length = i64::try_from(text.len()).ok()?;
    if text.is_empty() || width < 4 {
        return Some(Vec::new());
    }
    if length <= width {
        return Some(text.to_vec());
    }
    let slice =
        |from: i64, to: i64| text.get(usize::try_from(from).ok()?..usize::try_from(to).ok()?);
    let mut offset = offset.min(length);
    // Where Go's subtraction wraps, ours does.
    if length.wrapping_sub(offset) < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return Some([slice(0, width - 3)?, MARK].concat());
    }
    if width < 7 {
        return Some(Vec::new());
    }
    if offset + width - 3 < length {
        let rest = abbreviate(slice(offset, length)?, 0, width - 3)?;
        return Some([MARK, &rest].concat());
    }
    Some([MARK, slice(length - (width - 3), length)?].concat())
}

/// Drops white space; every byte counts as a rune of its own, as in the original.
pub(crate) fn delete_white_space(text: &[u8]) -> Vec<u8> {
    let latin = || text.iter().map(|&b| char::from(b));
    if latin().any(runes::is_space) {
        return runes::collect(latin().filter(|&rune| !runes::is_space(rune)));
    }
    text.to_vec()
}

/// The first letter of each word; every byte counts as a rune of its own.
pub(crate) fn initials(text: &[u8]) -> Vec<u8> {
    let mut gap = true;
    let letters = text.iter().map(|&b| char::from(b)).filter(|&rune| {
        let space = runes::is_space(rune);
        let first = gap && !space;
        gap = space;
        first
    });
    runes::collect(letters)
}

/// Lower-cases the first rune of each word.
pub(crate) fn uncapitalize(text: &[u8]) -> Vec<u8> {
    let mut next = true;
    runes::map(text, |rune| {
        if runes::is_space(rune) {
            next = true;
            rune
        } else if std::mem::take(&mut next) {
            runes::to_lower(rune)
        } else {
            rune
        }
    })
}

/// Swaps upper and lower case; a lower-case rune that opens a word gets title case.
pub(crate) fn swap_case(text: &[u8]) -> Vec<u8> {
    let mut space = true;
    runes::map(text, |rune| {
        if runes::is_upper(rune) || runes::is_title(rune) {
            space = false;
            runes::to_lower(rune)
        } else if runes::is_lower(rune) {
            if std::mem::take(&mut space) { runes::to_title(rune) } else { runes::to_upper(rune) }
        } else {
            space = runes::is_space(rune);
            rune
        }
    })
}

/// Go's `strings.Title`: the first rune of each word in title case.
pub(crate) fn title(text: &[u8]) -> Vec<u8> {
    let mut previous = ' ';
    runes::map(text, |rune| {
        let first = is_separator(previous);
        previous = rune;
        if first { runes::to_title(rune) } else { rune }
    })
}

fn is_separator(rune: char) -> bool {
    if rune.is_ascii() {
        return !(rune.is_ascii_alphanumeric() || rune == '_');
    }
    !runes::is_letter(rune) && !runes::is_digit(rune) && runes::is_space(rune)
}
