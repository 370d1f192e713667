//! `oci://host/path[:tag][@sha256:…]`: what may stand where.
use std::fmt;

use crate::FetchError;

/// A repository in a registry, and what of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) host: String,
    pub(crate) repository: String,
    /// As registries want it: `_` for `+`.
    pub(crate) tag: Option<String>,
    /// `sha256:…`
    pub(crate) digest: Option<String>,
}

impl Reference {
    /// Reads a reference, with `oci://` or without.
    pub(crate) fn parse(text: &str) -> Result<Self, FetchError> {
        let wrong = |why: &str| FetchError::Reference { why: format!("{why}: {text:?}") };
        let rest = text.strip_prefix("oci://").unwrap_or(text);
        let (rest, digest) = match rest.rsplit_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (rest, None),
        };
        let (host, path) =
            rest.split_once('/').ok_or_else(|| wrong("missing registry or repository"))?;
        let (repository, tag) = match path.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
            _ => (path, None),
        };
        let legal =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']');
        if host.is_empty() || !host.bytes().all(legal) {
            return Err(wrong("invalid registry"));
        }
        if !is_repository(repository) {
            return Err(wrong("invalid repository"));
        }
        let tag = tag.filter(|tag| !tag.is_empty()).map(|tag| tag.replace('+', "_"));
        if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("invalid tag"));
        }
        if digest.as_deref().is_some_and(|digest| hex_of(digest).is_none()) {
            return Err(wrong("invalid digest; it is written sha256: and 64 hex digits"));
        }
        Ok(Self { host: host.to_owned(), repository: repository.to_owned(), tag, digest })
    }

    /// The same repository with a tag, `+` written as `_`.
    pub(crate) fn with_tag(&self, tag: &str) -> Result<Self, FetchError> {
        let tag = tag.replace('+', "_");
        if !is_tag(&tag) {
            return Err(FetchError::Reference { why: format!("invalid tag: {tag:?}") });
        }
        Ok(Self { tag: Some(tag), digest: None, ..self.clone() })
    }

    /// What a manifest is asked for by.
    pub(crate) fn wanted(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.repository)?;
        match (&self.tag, &self.digest) {
            (Some(tag), None) => write!(f, ":{tag}"),
            (_, Some(digest)) => write!(f, "@{digest}"),
            (None, None) => Ok(()),
        }
    }
}

/// The hex digits of `sha256:…`.
pub(crate) fn hex_of(digest: &str) -> Option<&str> {
    let hex = digest.strip_prefix("sha256:")?;
    let legal = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    (hex.len() == 64 && hex.bytes().all(legal)).then_some(hex)
}

/// Lower-case words joined by `.`, `_`, `__` or dashes, in parts joined by `/`.
fn is_repository(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let part = |part: &str| {
        let bytes = part.as_bytes();
        let ends =
            bytes.first().is_some_and(|b| word(*b)) && bytes.last().is_some_and(|b| word(*b));
        let legal = bytes.iter().all(|b| word(*b) || matches!(b, b'.' | b'_' | b'-'));
        let between = part.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let mut between = between.filter(|s| !s.is_empty());
        ends && legal
            && between.all(|s| matches!(s, "." | "_" | "__") || s.bytes().all(|b| b == b'-'))
    };
    !text.is_empty() && text.split('/').all(part)
}

fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let rest = |b: u8| word(b) || matches!(b, b'.' | b'-');
    text.len() <= 128 && text.bytes().next().is_some_and(word) && text.bytes().all(rest)
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn references_are_read() {
        let hex = "a".repeat(64);
        let text = format!("oci://localhost:5000/charts/web:1.0.0+x@sha256:{hex}");
        let all = Reference::parse(&text).unwrap();
        assert_eq!(all.host, "localhost:5000");
        assert_eq!(all.repository, "charts/web");
        assert_eq!(all.tag.as_deref(), Some("1.0.0_x"));
        assert_eq!(all.to_string(), format!("localhost:5000/charts/web@sha256:{hex}"));
        let plain = Reference::parse("oci://h/web").unwrap();
        assert_eq!((plain.tag, plain.digest), (None, None));
    }

    #[test]
    fn what_is_none_is_refused() {
        for text in [
            "oci://h",
            "oci:///x",
            "oci://h/Web",
            "oci://h/a//b",
            "oci://h/x@sha256:1",
            "oci://h/x:-",
            "oci://h/a..b/.c",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
