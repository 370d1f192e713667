//! Matching as Go's `regexp`: finding all, splitting, replacing with templates such as
//! `${1}`. Invariant: where empty matches count and where the search goes on is Go's rule, not
//! the crate's; a byte that is no UTF-8 matches as U+FFFD and comes out as it was. Translation of
//! patterns is in the crate `pattern`.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use pattern::{SyntaxError, translate};
use regex::{Captures, Regex, RegexBuilder};

use crate::runes;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    names: Vec<String>,
    empty: bool,
}

/// Why a pattern cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct PatternError(String);

impl From<SyntaxError> for PatternError {
    fn from(error: SyntaxError) -> Self {
        Self(error.to_string())
    }
}

/// How many compiled patterns a thread keeps.
const CACHED: usize = 256;
/// Bytes a compiled pattern may take.
const SIZE: usize = 256 << 20;

thread_local! {
    static CACHE: RefCell<HashMap<Vec<u8>, Rc<Pattern>>> = RefCell::default();
}

impl Pattern {
    /// Compiles a pattern, or takes it from the thread's cache.
    pub(crate) fn new(pattern: &[u8]) -> Result<Rc<Self>, PatternError> {
        if let Some(found) = CACHE.with_borrow(|cache| cache.get(pattern).cloned()) {
            return Ok(found);
        }
        let compiled = Rc::new(Self::compile(pattern)?);
        CACHE.with_borrow_mut(|cache| {
            if cache.len() >= CACHED {
                cache.clear();
            }
            cache.insert(pattern.to_vec(), Rc::clone(&compiled));
        });
        Ok(compiled)
    }

    fn compile(pattern: &[u8]) -> Result<Self, PatternError> {
        let translation = translate(pattern)?;
        let regex = RegexBuilder::new(&translation.pattern)
            .size_limit(SIZE)
            .nest_limit(4096)
            .build()
            .map_err(|_| {
                let text = String::from_utf8_lossy(pattern);
                PatternError(format!("error parsing regexp: expression too large: `{text}`"))
            })?;
        Ok(Self { regex, names: translation.names, empty: pattern.is_empty() })
    }

    /// Whether the pattern matches somewhere.
    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.regex.is_match(&Subject::new(text).text)
    }

    /// The first match, "" where there is none.
    pub(crate) fn find<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let subject = Subject::new(text);
        let found = self.regex.find(&subject.text);
        found.map_or(b"".as_slice(), |found| subject.bytes(found.start(), found.end()))
    }

    /// Up to `limit` matches; all of them if it is negative.
    pub(crate) fn find_all<'t>(&self, text: &'t [u8], limit: i64) -> Vec<&'t [u8]> {
        let subject = Subject::new(text);
        let found = self.spans(&subject.text, limit);
        found.into_iter().map(|(start, end)| subject.bytes(start, end)).collect()
    }

    /// The spans of up to `limit` matches; all of them if it is negative.
    fn spans(&self, text: &str, limit: i64) -> Vec<(usize, usize)> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut out = Vec::new();
        let (mut at, mut previous_end) = (0, None);
        while out.len() < limit && at <= text.len() {
            let Some(found) = self.regex.find_at(text, at) else { break };
            let (start, end) = (found.start(), found.end());
            // An empty match right behind another does not count.
            let accept = end != at || previous_end != Some(start);
            at = if end == at { at + width_at(text, at) } else { end };
            previous_end = Some(end);
            if accept {
                out.push((start, end));
            }
        }
        out
    }

    /// Splits at matches into at most `limit` parts; none if it is 0.
    pub(crate) fn split<'t>(&self, text: &'t [u8], limit: i64) -> Option<Vec<&'t [u8]>> {
        if limit == 0 {
            return None;
        }
        if !self.empty && text.is_empty() {
            return Some(vec![b""]);
        }
        let subject = Subject::new(text);
        let mut out = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for (start, stop) in self.spans(&subject.text, limit) {
            if limit > 0 && out.len() as i64 == limit - 1 {
                break;
            }
            end = start;
            if stop != 0 {
                out.push(subject.bytes(begin, end));
            }
            begin = stop;
        }
        if end != subject.text.len() {
            out.push(subject.bytes(begin, subject.text.len()));
        }
        Some(out)
    }

    /// Replaces all matches by a template with `$1`, `${name}` and `$$`.
    pub(crate) fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        if !template.contains(&b'$') {
            return self.replace_all_literal(text, template);
        }
        let subject = Subject::new(text);
        let mut out = Vec::with_capacity(text.len());
        let (mut at, mut last_end) = (0, 0);
        while at <= subject.text.len() {
            let Some(found) = self.regex.captures_at(&subject.text, at) else { break };
            let Some(whole) = found.get(0) else { break };
            let (start, end) = (whole.start(), whole.end());
            out.extend_from_slice(subject.bytes(last_end, start));
            if end > last_end || start == 0 {
                self.expand(template, &subject, &found, &mut out);
            }
            last_end = end;
            at = next_search(&subject.text, at, end);
        }
        out.extend_from_slice(subject.bytes(last_end, subject.text.len()));
        out
    }

    /// Replaces all matches by a text as it stands.
    pub(crate) fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        let subject = Subject::new(text);
        let mut out = Vec::with_capacity(text.len());
        let (mut at, mut last_end) = (0, 0);
        while at <= subject.text.len() {
            let Some(found) = self.regex.find_at(&subject.text, at) else { break };
            let (start, end) = (found.start(), found.end());
            out.extend_from_slice(subject.bytes(last_end, start));
            if end > last_end || start == 0 {
                out.extend_from_slice(replacement);
            }
            last_end = end;
            at = next_search(&subject.text, at, end);
        }
        out.extend_from_slice(subject.bytes(last_end, subject.text.len()));
        out
    }

    fn expand(
        &self,
        template: &[u8],
        subject: &Subject<'_>,
        found: &Captures<'_>,
        out: &mut Vec<u8>,
    ) {
        let mut rest = template;
        while let Some(dollar) = rest.iter().position(|&b| b == b'$') {
            out.extend_from_slice(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(after) = rest.strip_prefix(b"$") {
                out.push(b'$');
                rest = after;
                continue;
            }
            let Some((name, after)) = reference(rest) else {
                // A dollar that names nothing stands for itself.
                out.push(b'$');
                continue;
            };
            rest = after;
            let group = match number(name) {
                Some(number) => found.get(number),
                None => self
                    .names
                    .iter()
                    .enumerate()
                    .filter(|(_, own)| own.as_bytes() == name)
                    .find_map(|(at, _)| found.get(at)),
            };
            if let Some(group) = group {
                out.extend_from_slice(subject.bytes(group.start(), group.end()));
            }
        }
        out.extend_from_slice(rest);
    }
}

/// A text to look in: UTF-8 in which each bad byte is U+FFFD, and where that came from.
struct Subject<'t> {
    original: &'t [u8],
    text: Cow<'t, str>,
    /// Where each bad byte stands in `text`; every one makes it two bytes longer.
    bad: Vec<usize>,
}

impl<'t> Subject<'t> {
    fn new(original: &'t [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(original) {
            return Self { original, text: Cow::Borrowed(text), bad: Vec::new() };
        }
        let mut text = String::with_capacity(original.len() + 16);
        let mut bad = Vec::new();
        for chunk in original.utf8_chunks() {
            text.push_str(chunk.valid());
            for _ in chunk.invalid() {
                bad.push(text.len());
                text.push(runes::REPLACEMENT);
            }
        }
        Self { original, text: Cow::Owned(text), bad }
    }

    /// What stands between two places of the text.
    fn bytes(&self, start: usize, end: usize) -> &'t [u8] {
        let original = |at: usize| at - 2 * self.bad.partition_point(|&bad| bad < at);
        &self.original[original(start)..original(end)]
    }
}

/// Go's `regexp.QuoteMeta`.
pub(crate) fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// The pattern as `regexp.MustCompile` shows it: in back quotes if they can hold it.
pub(crate) fn quoted_pattern(pattern: &[u8]) -> String {
    let fits = |text: &str| {
        let plain =
            |c: char| c != '`' && c != '\u{feff}' && c != '\u{7f}' && (c >= ' ' || c == '\t');
        text.chars().all(plain)
    };
    match std::str::from_utf8(pattern) {
        Ok(text) if fits(text) => format!("`{text}`"),
        Ok(_) | Err(_) => crate::arguments::quoted(pattern),
    }
}

/// The name after a `$`, and what follows it; none where it is malformed.
fn reference(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (braced, inside) = match text.strip_prefix(b"{") {
        Some(inside) => (true, inside),
        None => (false, text),
    };
    let mut end = 0;
    while let Some((rune, width)) = runes::first(&inside[end..]) {
        if rune != '_' && !runes::is_letter(rune) && !runes::is_digit(rune) {
            break;
        }
        end += width;
    }
    let (name, rest) = inside.split_at(end);
    if name.is_empty() {
        return None;
    }
    if !braced {
        return Some((name, rest));
    }
    rest.strip_prefix(b"}").map(|rest| (name, rest))
}

/// A group's number, if the name is one; too big a number names no group.
fn number(name: &[u8]) -> Option<usize> {
    let mut value = 0usize;
    for &byte in name {
        if !byte.is_ascii_digit() || value >= 100_000_000 {
            return None;
        }
        value = value * 10 + usize::from(byte - b'0');
    }
    // A leading zero makes it a name.
    if name.len() > 1 && name[0] == b'0' { None } else { Some(value) }
}

fn next_search(text: &str, at: usize, end: usize) -> usize {
    let width = width_at(text, at);
    if at + width > end { at + width } else { end }
}

/// The width of the rune at a position; 1 at the end, to step past it.
fn width_at(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}
