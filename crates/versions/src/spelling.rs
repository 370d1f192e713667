//! How versions and constraints are spelt, cut into pieces without a regular expression: making one
//! takes longer than all that most charts ask of it.
//!
//! Invariant: what is cut here, Masterminds' expressions cut in the same way; for constraints that are
//! spelt in an unusual way nothing is said, and the expressions are asked.

/// A version's pieces; what is not there is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spelling<'a> {
    pub(crate) major: &'a str,
    /// With its dot.
    pub(crate) minor: &'a str,
    /// With its dot.
    pub(crate) patch: &'a str,
    /// Without its dash.
    pub(crate) prerelease: &'a str,
    /// Without its plus sign.
    pub(crate) metadata: &'a str,
}

/// One constraint's operator and version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound<'a> {
    pub(crate) operator: &'a str,
    /// The whole version.
    pub(crate) text: &'a str,
    pub(crate) version: Spelling<'a>,
}

/// A version as Masterminds' loose expression reads it.
pub(crate) fn version(text: &str) -> Option<Spelling<'_>> {
    cut(text, |segment| segment.bytes().all(|b| b.is_ascii_digit()))
}

/// The constraints of one group, if each is one operator and one version, with commas between them.
pub(crate) fn bounds(group: &str) -> Option<Vec<Bound<'_>>> {
    group.split(',').map(|part| bound(part.trim_matches(' '))).collect()
}

/// Whether the text may hold a range such as `1.2 - 3`: a dash behind white space.
pub(crate) fn may_hold_range(text: &str) -> bool {
    let space = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
    text.as_bytes().windows(2).any(|pair| space(pair[0]) && pair[1] == b'-')
}

fn bound(part: &str) -> Option<Bound<'_>> {
    let end = part.find(|c: char| !"=!<>~^".contains(c)).unwrap_or(part.len());
    let (operator, rest) = part.split_at(end);
    if !matches!(
        operator,
        "" | "=" | "!=" | ">" | "<" | ">=" | "=>" | "<=" | "=<" | "~" | "~>" | "^"
    ) {
        return None;
    }
    let text = rest.trim_start_matches(' ');
    let plain = |segment: &str| {
        matches!(segment, "x" | "X" | "*") || segment.bytes().all(|b| b.is_ascii_digit())
    };
    Some(Bound { operator, text, version: cut(text, plain)? })
}

/// `v1.2.3-a.b+c`: one to three segments, then maybe a prerelease, then maybe metadata.
fn cut(text: &str, segment: impl Fn(&str) -> bool) -> Option<Spelling<'_>> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let (text, metadata) = match text.split_once('+') {
        Some((text, metadata)) if is_dotted(metadata) => (text, metadata),
        Some(_) => return None,
        None => (text, ""),
    };
    let (numbers, prerelease) = match text.split_once('-') {
        Some((numbers, prerelease)) if is_dotted(prerelease) => (numbers, prerelease),
        Some(_) => return None,
        None => (text, ""),
    };
    let mut ends = numbers.match_indices('.').map(|(at, _)| at);
    let first = ends.next().unwrap_or(numbers.len());
    let second = ends.next().unwrap_or(numbers.len());
    let pieces = [&numbers[..first], &numbers[first..second], &numbers[second..]];
    let [major, minor, patch] = pieces;
    let sound = |piece: &str| {
        piece.is_empty() || piece.strip_prefix('.').is_some_and(|s| !s.is_empty() && segment(s))
    };
    (!major.is_empty() && segment(major) && sound(minor) && sound(patch)).then_some(Spelling {
        major,
        minor,
        patch,
        prerelease,
        metadata,
    })
}

fn is_dotted(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split('.').all(part)
}
