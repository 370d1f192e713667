//! Patterns of a schema: Go's syntax, compiled when something is first matched.
use std::sync::OnceLock;

use regex::bytes::Regex;

/// A pattern that Go accepts.
#[derive(Debug)]
pub(super) struct Pattern<'s> {
    pub(super) source: &'s str,
    regex: OnceLock<Option<Regex>>,
}

impl<'s> Pattern<'s> {
    /// Takes a pattern as it is; [`check`] tells whether Go accepts it.
    pub(super) fn new(source: &'s str) -> Self {
        Self { source, regex: OnceLock::new() }
    }

    /// Whether `text` contains a match; a pattern too large to be compiled matches nothing.
    pub(super) fn matches(&self, text: &str) -> bool {
        if let Some(answer) = plain(self.source, text) {
            return answer;
        }
        let regex = self.regex.get_or_init(|| {
            let translation = pattern::translate(self.source.as_bytes()).ok()?;
            Regex::new(&translation.pattern).ok()
        });
        regex.as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()))
    }
}

/// Reads a pattern; the error is Go's.
pub(super) fn check(source: &str) -> Result<(), String> {
    if is_plain(source) {
        return Ok(());
    }
    pattern::translate(source.as_bytes()).map(|_| ()).map_err(|error| error.to_string())
}

/// The answer for patterns that need no engine: `abc`, `^abc`, `abc$`, `^abc$`, `.*`.
fn plain(source: &str, text: &str) -> Option<bool> {
    if source == ".*" {
        return Some(true);
    }
    let (at_start, rest) = source.strip_prefix('^').map_or((false, source), |rest| (true, rest));
    let (at_end, literal) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
    if !literal.bytes().all(is_literal) {
        return None;
    }
    Some(match (at_start, at_end) {
        (true, true) => text == literal,
        (true, false) => text.starts_with(literal),
        (false, true) => text.ends_with(literal),
        (false, false) => text.contains(literal),
    })
}

fn is_plain(source: &str) -> bool {
    source.bytes().all(is_literal)
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" -_/:,;=@%&#~!\"'<>".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::{Pattern, check};

    #[test]
    fn simple_patterns_match_as_others_do() {
        for (pattern, text, matches) in [
            ("abc", "xabcx", true),
            ("^abc", "xabc", false),
            ("^abc", "abcx", true),
            ("abc$", "abc\n", false),
            ("^abc$", "abc", true),
            ("", "", true),
            (".*", "a\nb", true),
            ("^a.c$", "abc", true),
            (r"^\d+$", "٣", false),
            (r"^\w+\z", "a_1", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), matches, "{pattern} {text}");
        }
    }

    #[test]
    fn a_broken_pattern_is_refused_in_gos_words() {
        assert_eq!(check("[").unwrap_err(), "error parsing regexp: missing closing ]: `[`");
        assert!(check(r"(?=a)").is_err() && check(r"a{2}\pL").is_ok());
    }
}
