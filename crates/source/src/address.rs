//! Addresses (`https://host:port/path?query`): parsed once, joined as RFC 3986 says.
//!
//! **Invariant**: what is printed of an address never shows the password in it.
use std::fmt::{self, Write as _};

/// An absolute address with a scheme and a host.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Box<Parts>);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    scheme: String,
    user: Option<(String, String)>,
    host: String,
    path: String,
    query: Option<String>,
}

impl Address {
    fn of(parts: Parts) -> Self {
        Self(Box::new(parts))
    }

    /// Reads `scheme://[user[:password]@]host[:port][/path][?query][#fragment]`; the fragment goes.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let first = scheme.bytes().next()?.is_ascii_alphabetic();
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        if !first || !scheme.bytes().all(legal) {
            return None;
        }
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (tail, None),
        };
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => {
                let (name, password) = user.split_once(':').unwrap_or((user, ""));
                (Some((decoded(name), decoded(password))), host)
            }
            None => (None, authority),
        };
        let legal = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\');
        if host.is_empty() || !host.chars().all(legal) {
            return None;
        }
        Some(Self::of(Parts {
            scheme: scheme.to_ascii_lowercase(),
            user,
            host: host.to_owned(),
            path: encoded(path),
            query,
        }))
    }

    /// What a reference that stands at this address means: absolute, rooted or relative to its path.
    pub fn join(&self, reference: &str) -> Option<Self> {
        if reference.contains("://") {
            return Self::parse(reference);
        }
        let reference = reference.split('#').next().unwrap_or_default();
        if let Some(rest) = reference.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.0.scheme));
        }
        let (path, query) = match reference.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (reference, None),
        };
        let path = if path.starts_with('/') {
            encoded(path)
        } else if path.is_empty() {
            self.0.path.clone()
        } else {
            let folder = self.0.path.rfind('/').map_or("", |end| &self.0.path[..end]);
            format!("{folder}/{}", encoded(path))
        };
        Some(Self::of(Parts { path: without_dots(&path), query, ..*self.0.clone() }))
    }

    /// The address of a file below this one, whose own query is kept.
    pub fn below(&self, reference: &str) -> Option<Self> {
        if reference.contains("://") {
            return Self::parse(reference);
        }
        let path = format!("{}/", self.0.path.trim_end_matches('/'));
        let folder = Self::of(Parts { path, ..*self.0.clone() });
        let query = self.0.query.clone();
        Some(Self::of(Parts { query, ..*folder.join(reference)?.0 }))
    }

    /// `http`, `https`, `oci`, …, in lower case.
    pub fn scheme(&self) -> &str {
        &self.0.scheme
    }

    /// Host and, if it is given, port.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The path, `/` where there is none.
    pub fn path(&self) -> &str {
        if self.0.path.is_empty() { "/" } else { &self.0.path }
    }

    /// User and password in the address.
    pub fn user(&self) -> Option<(&str, &str)> {
        self.0.user.as_ref().map(|(name, password)| (name.as_str(), password.as_str()))
    }

    /// The last part of the path.
    pub fn file_name(&self) -> &str {
        self.0.path.rsplit('/').next().unwrap_or_default()
    }

    /// Whether both talk to the same server over the same protocol.
    pub fn same_origin(&self, other: &Self) -> bool {
        self.0.scheme == other.0.scheme && self.with_port() == other.with_port()
    }

    /// The address with something appended to its path.
    #[must_use]
    pub(crate) fn with_suffix(&self, suffix: &str) -> Self {
        Self::of(Parts { path: format!("{}{suffix}", self.0.path), ..*self.0.clone() })
    }

    /// The address with another query.
    pub(crate) fn with_query(&self, query: &str) -> Self {
        let mut all = self.0.query.clone().filter(|own| !own.is_empty()).unwrap_or_default();
        if !all.is_empty() && !query.is_empty() {
            all.push('&');
        }
        all.push_str(query);
        let query = Some(all).filter(|all| !all.is_empty());
        Self::of(Parts { query, ..*self.0.clone() })
    }

    fn with_port(&self) -> String {
        let host = self.0.host.to_ascii_lowercase();
        let port = |host: &str| {
            host.rsplit_once(':').is_some_and(|(_, p)| p.bytes().all(|b| b.is_ascii_digit()))
        };
        match self.0.scheme.as_str() {
            _ if port(&host) => host,
            "http" => format!("{host}:80"),
            _ => format!("{host}:443"),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.0.scheme, self.0.host, self.0.path)?;
        match &self.0.query {
            Some(query) => write!(f, "?{query}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

/// `%41` to `A`; what is no UTF-8 afterwards is replaced.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |b: Option<&u8>| b.and_then(|b| (*b as char).to_digit(16));
        let code = (*first == b'%').then(|| Some(hex(tail.first())? * 16 + hex(tail.get(1))?));
        if let Some(code) = code.flatten() {
            bytes.push(code as u8);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Encodes what may not stand in a path and leaves what is encoded already.
fn encoded(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
        {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// RFC 3986, 5.2.4.
fn without_dots(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let mut open = false;
    for part in path.split('/').skip(1) {
        open = false;
        match part {
            "." => open = true,
            ".." => {
                parts.pop();
                open = true;
            }
            part => parts.push(part),
        }
    }
    let end = if open && !parts.is_empty() { "/" } else { "" };
    format!("/{}{end}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn references_are_joined_as_browsers_do() {
        for (base, reference, expected) in [
            ("https://h/charts", "web-1.tgz", "https://h/charts/web-1.tgz"),
            ("https://h/charts/", "web-1.tgz", "https://h/charts/web-1.tgz"),
            ("https://h/a/b?token=1", "../web.tgz", "https://h/a/web.tgz?token=1"),
            ("https://h/a/b", "/web.tgz", "https://h/web.tgz"),
            ("https://h", "https://other:1/x", "https://other:1/x"),
            ("https://h/a", "../../../x", "https://h/x"),
            ("https://h/a", "a b.tgz", "https://h/a/a%20b.tgz"),
        ] {
            let base = Address::parse(base).unwrap();
            assert_eq!(base.below(reference).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn a_password_is_read_and_never_shown() {
        let address = Address::parse("https://me:p%40ss@h/x").unwrap();
        assert_eq!(address.user(), Some(("me", "p@ss")));
        assert_eq!(format!("{address} {address:?}"), "https://h/x Address(https://h/x)");
    }

    #[test]
    fn origins_know_their_ports() {
        let origin = |a, b| Address::parse(a).unwrap().same_origin(&Address::parse(b).unwrap());
        assert!(origin("https://h/a", "https://H:443/b"));
        assert!(!origin("https://h/a", "http://h/a"));
        assert!(!origin("http://h:1/a", "http://h:2/a"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in ["", "x", "://h", "https://", "1a://h", "https://a b/"] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }
}
