//! Where schemas are: URLs, fragments and JSON pointers, written and joined as Go does.
use std::fmt::Write as _;

use yaml::Value;

/// A URL taken apart at its first `#`.
pub(super) fn split(url: &str) -> (&str, &str) {
    url.split_once('#').unwrap_or((url, ""))
}

/// A URL relative to another, as far as schemas use them; fragments are not looked at.
pub(super) fn join(base: &str, reference: &str) -> String {
    if reference.is_empty() {
        return base.to_owned();
    }
    if scheme(reference).is_some() {
        return reference.to_owned();
    }
    let path_start = base
        .find("://")
        .map_or(0, |at| base[at + 3..].find('/').map_or(base.len(), |slash| at + 3 + slash));
    if reference.starts_with('/') {
        return format!("{}{reference}", &base[..path_start]);
    }
    let directory = base.rfind('/').filter(|at| *at >= path_start).map_or(base.len(), |at| at + 1);
    let mut parts: Vec<&str> = base[path_start..directory].split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." if parts.len() > 1 => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", &base[..path_start], parts.join("/"))
}

/// The scheme of an absolute URL.
pub(super) fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts && scheme.chars().all(fits)).then_some(scheme)
}

/// Adds a step to a JSON pointer.
pub(super) fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    if step.contains(['~', '/']) {
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    } else {
        pointer.push_str(step);
    }
}

/// The address of a value inside the text at `url`.
pub(super) fn of_value(url: &str, root: &Value, target: &Value) -> String {
    let mut pointer = String::new();
    find(root, target, &mut pointer);
    format!("{url}#{}", encoded(&pointer))
}

/// Looks for a value itself, not for an equal one, and leaves the way to it in `pointer`.
fn find(value: &Value, target: &Value, pointer: &mut String) -> bool {
    if std::ptr::eq(value, target) {
        return true;
    }
    let length = pointer.len();
    let mut enter = |step: &str, inner: &Value| {
        push_step(pointer, step);
        let found = find(inner, target, pointer);
        if !found {
            pointer.truncate(length);
        }
        found
    };
    match value {
        Value::List(items) => {
            items.iter().enumerate().any(|(at, item)| enter(&at.to_string(), item))
        }
        Value::Map(map) => map.iter().any(|(key, inner)| enter(key, inner)),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_) => false,
    }
}

/// The key that a step of a JSON pointer names; nothing where a `~` stands alone.
pub(super) fn key_of_step(step: &str) -> Option<String> {
    let lone = step.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1']));
    (!lone).then(|| step.replace("~1", "/").replace("~0", "~"))
}

/// A fragment without its `%xx`; nothing where one of them is broken.
pub(super) fn decoded(fragment: &str) -> Option<String> {
    if !fragment.contains('%') {
        return Some(fragment.to_owned());
    }
    let mut bytes = Vec::new();
    let mut rest = fragment.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let mut byte = *first;
        if byte == b'%' {
            let hex = |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16));
            byte = (hex(0)? * 16 + hex(1)?) as u8;
            rest = &tail[2..];
        }
        bytes.push(byte);
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A JSON pointer as a fragment: all but slashes as in the segment of a path.
pub(super) fn encoded(pointer: &str) -> String {
    let mut out = String::new();
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~$&+=:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{decoded, encoded, join, key_of_step, push_step};

    #[test]
    fn references_are_relative_to_their_base() {
        for (base, reference, url) in [
            ("file:///values.schema.json", "", "file:///values.schema.json"),
            ("file:///values.schema.json", "other.json", "file:///other.json"),
            ("https://a.example/x/y", "z", "https://a.example/x/z"),
            ("https://a.example/x/y", "../z", "https://a.example/z"),
            ("https://a.example/x/y", "/z", "https://a.example/z"),
            ("https://a.example/x/y", "urn:z", "urn:z"),
        ] {
            assert_eq!(join(base, reference), url);
        }
    }

    #[test]
    fn pointers_are_escaped_and_read_back() {
        let mut pointer = String::new();
        push_step(&mut pointer, "a/b~c");
        assert_eq!(pointer, "/a~1b~0c");
        assert_eq!(key_of_step("a~1b~0c").as_deref(), Some("a/b~c"));
        assert_eq!(key_of_step("a~2"), None);
        assert_eq!(encoded("/a b/ü"), "/a%20b/%C3%BC");
        assert_eq!(decoded("/a%20b/%C3%BC").as_deref(), Some("/a b/ü"));
        assert_eq!(decoded("%zz"), None);
    }
}
