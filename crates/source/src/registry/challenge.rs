//! `WWW-Authenticate`: what a registry wants to see.

/// A challenge we can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    Basic,
    Bearer { realm: String, service: String, scope: String },
}

/// Reads the first challenge of a kind we know.
pub(crate) fn parse(header: &str) -> Option<Challenge> {
    let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
    if scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let (mut realm, mut service, mut scope) = (String::new(), String::new(), String::new());
    for (key, value) in parameters(rest) {
        match key.to_ascii_lowercase().as_str() {
            "realm" => realm = value,
            "service" => service = value,
            "scope" => scope = value,
            _ => {}
        }
    }
    (!realm.is_empty()).then_some(Challenge::Bearer { realm, service, scope })
}

/// `a="b, c",d=e`
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((key, tail)) = rest.split_once('=') {
        let key = key.trim_matches([' ', ',']).to_owned();
        let (value, tail) = match tail.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => tail.split_once(',').unwrap_or((tail, "")),
        };
        all.push((key, value.trim().to_owned()));
        rest = tail;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Challenge, parse};

    #[test]
    fn challenges_are_read() {
        let header = r#"Bearer realm="https://a/t",service="s",scope="repository:x:pull,push""#;
        let expected = Challenge::Bearer {
            realm: "https://a/t".to_owned(),
            service: "s".to_owned(),
            scope: "repository:x:pull,push".to_owned(),
        };
        assert_eq!(parse(header), Some(expected));
        assert_eq!(parse("basic realm=\"x\""), Some(Challenge::Basic));
        assert_eq!(parse("Digest a=b"), None);
        assert_eq!(parse("Bearer service=x"), None);
        assert_eq!(parse("Basic"), Some(Challenge::Basic));
    }
}
