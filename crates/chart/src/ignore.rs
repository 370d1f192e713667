//! `.helmignore`: which files of a directory are not part of the chart.
//!
//! Rules are tried in order and the first that matches decides. Patterns are Go's `filepath.Match`:
//! `*` and `?` stay within a path segment, `**` is refused. A negated rule ignores everything that
//! it does *not* match, which is Helm's meaning of it and not git's.
use crate::{Error, archive::without_bom};

/// The rules of one `.helmignore` file, with Helm's defaults.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    patterns: Vec<Pattern>,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Anything that is not a directory.
    File,
    /// A directory.
    Directory,
}

#[derive(Debug, Clone)]
struct Pattern {
    rule: String,
    negated: bool,
    only_directories: bool,
    /// The rule has no slash and looks at the last segment alone.
    base: bool,
}

impl Rules {
    /// Reads a `.helmignore` file; an empty text gives the defaults.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(without_bom(text));
        let mut rules = Self::default();
        for line in text.lines() {
            rules.add(line)?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    /// Whether `path`, relative to the chart's root, is left out.
    pub fn ignores(&self, path: &str, entry: Entry) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        for pattern in &self.patterns {
            let wrong_kind = pattern.only_directories && entry != Entry::Directory;
            if pattern.negated {
                if wrong_kind || !pattern.matches(path) {
                    return true;
                }
            } else if !wrong_kind && pattern.matches(path) {
                return true;
            }
        }
        false
    }

    fn add(&mut self, line: &str) -> Result<(), Error> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(Error::Ignore("double-star (**) syntax is not supported".to_owned()));
        }
        matches(line, "abc").map_err(|BadPattern| Error::Ignore(BadPattern.to_string()))?;
        let (negated, rule) = line.strip_prefix('!').map_or((false, line), |r| (true, r));
        let (only_directories, rule) = rule.strip_suffix('/').map_or((false, rule), |r| (true, r));
        let (base, rule) = match rule.strip_prefix('/') {
            Some(rooted) => (false, rooted),
            None => (!rule.contains('/'), rule),
        };
        self.patterns.push(Pattern { rule: rule.to_owned(), negated, only_directories, base });
        Ok(())
    }
}

impl Pattern {
    fn matches(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let name = if self.base { path.rsplit('/').next().unwrap_or(path) } else { path };
        matches(&self.rule, name).unwrap_or(false)
    }
}

/// A malformed pattern, in Go's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// Whether `name` as a whole matches `pattern`, by the rules of Go's `filepath.Match`.
pub fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when the text after the last `*` does not fit: one character further.
    let mut retry: Option<(usize, usize)> = None;
    let matched = loop {
        let step = match pattern.get(p) {
            None if n == name.len() => break true,
            None => None,
            Some('*') => {
                retry = Some((p, n));
                p += 1;
                continue;
            }
            Some(_) => single(&pattern, p, name.get(n).copied())?,
        };
        match (step, retry) {
            (Some(next), _) => (p, n) = (next, n + 1),
            (None, Some((star, from))) if name.get(from).is_some_and(|c| *c != '/') => {
                retry = Some((star, from + 1));
                (p, n) = (star + 1, from + 1);
            }
            (None, _) => break false,
        }
    };
    if !matched {
        check(&pattern, p)?;
    }
    Ok(matched)
}

/// The position behind the element at `p` if it matches `c`.
fn single(pattern: &[char], p: usize, c: Option<char>) -> Result<Option<usize>, BadPattern> {
    match pattern[p] {
        '?' => Ok(c.filter(|c| *c != '/').map(|_| p + 1)),
        '[' => {
            let (next, inside) = class(pattern, p + 1, c)?;
            Ok((c.is_some() && inside).then_some(next))
        }
        '\\' => {
            let literal = pattern.get(p + 1).ok_or(BadPattern)?;
            Ok((c == Some(*literal)).then_some(p + 2))
        }
        literal => Ok((c == Some(literal)).then_some(p + 1)),
    }
}

/// Reads a class behind its `[`; the position behind `]` and whether `c` is inside.
fn class(pattern: &[char], start: usize, c: Option<char>) -> Result<(usize, bool), BadPattern> {
    let negated = pattern.get(start) == Some(&'^');
    let mut at = start + usize::from(negated);
    let mut inside = false;
    let mut ranges = 0;
    loop {
        if pattern.get(at) == Some(&']') && ranges > 0 {
            return Ok((at + 1, inside != negated));
        }
        let (low, next) = class_char(pattern, at)?;
        at = next;
        let mut high = low;
        if pattern.get(at) == Some(&'-') {
            (high, at) = class_char(pattern, at + 1)?;
        }
        inside |= c.is_some_and(|c| low <= c && c <= high);
        ranges += 1;
    }
}

fn class_char(pattern: &[char], at: usize) -> Result<(char, usize), BadPattern> {
    let (c, next) = match pattern.get(at) {
        None | Some('-' | ']') => return Err(BadPattern),
        Some('\\') => (*pattern.get(at + 1).ok_or(BadPattern)?, at + 2),
        Some(c) => (*c, at + 1),
    };
    // Go wants the class to go on behind every character.
    if next < pattern.len() { Ok((c, next)) } else { Err(BadPattern) }
}

/// Go reports a malformed rest even where the text already failed to match.
fn check(pattern: &[char], mut p: usize) -> Result<(), BadPattern> {
    while p < pattern.len() {
        p = match pattern[p] {
            '[' => class(pattern, p + 1, None)?.0,
            '\\' => {
                pattern.get(p + 1).ok_or(BadPattern)?;
                p + 2
            }
            _ => p + 1,
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{BadPattern, Entry, Rules, matches};

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, name, expected) in [
            ("abc", "abc", Ok(true)),
            ("*", "abc", Ok(true)),
            ("*c", "abc", Ok(true)),
            ("a*/b", "a/c/b", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", Ok(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Ok(false)),
            ("ab[^c]", "abc", Ok(false)),
            ("ab[e-g]", "abf", Ok(true)),
            ("a???b", "a☺☻☹b", Ok(true)),
            ("[a-ζ]*", "α", Ok(true)),
            ("a?b", "a/b", Ok(false)),
            ("a\\*", "a*", Ok(true)),
            ("[]a]", "]", Err(BadPattern)),
            ("[-x]", "x", Err(BadPattern)),
            ("[", "a", Err(BadPattern)),
            ("a[", "ab", Err(BadPattern)),
            ("*x", "xxx", Ok(true)),
            ("a[", "x", Err(BadPattern)),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn rules_decide_in_order() {
        let rules = Rules::parse(b"# comment\n*.md\n/docs/\nci/*.yaml\n").unwrap();
        for (path, entry, expected) in [
            ("README.md", Entry::File, true),
            ("templates/x.md", Entry::File, true),
            ("docs", Entry::Directory, true),
            ("docs", Entry::File, false),
            ("a/docs", Entry::Directory, false),
            ("ci/a.yaml", Entry::File, true),
            ("ci/x/a.yaml", Entry::File, false),
            ("templates/.hidden", Entry::File, true),
            ("templates/deployment.yaml", Entry::File, false),
            (".", Entry::Directory, false),
        ] {
            assert_eq!(rules.ignores(path, entry), expected, "{path}");
        }
        assert!(Rules::parse(b"**/x").is_err());
        let negated = Rules::parse(b"!keep.txt").unwrap();
        assert!(negated.ignores("other.txt", Entry::File));
        assert!(!negated.ignores("keep.txt", Entry::File));
    }
}
