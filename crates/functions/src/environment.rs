//! Sprig's `env` and `expandenv`, which Helm takes away from charts and leaves to names of releases.
//!
//! Invariant: no chart sees them. What a variable holds comes from the host.

use template::{Function, Param, Value};

use crate::arguments::{Arguments, fixed};

const S: Param = Param::String;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("env", &[S], |cx, args| Ok(Value::str(cx.host().variable(&args.text(0))))),
    fixed("expandenv", &[S], |cx, args| {
        let text = args.text(0);
        Ok(Value::str(expand(&text, |name| cx.host().variable(name))))
    }),
];

/// Go's `os.Expand`: `$name` and `${name}` give way to what they hold.
fn expand(text: &str, mut held: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let (name, width) = name(after);
        match (name, width) {
            ("", 0) => out.push('$'),
            // Bad syntax disappears.
            ("", _) => {}
            (name, _) => out.push_str(&held(name)),
        }
        rest = &after[width..];
    }
    out + rest
}

/// The name behind a dollar sign, and how many bytes it takes with its braces.
fn name(text: &str) -> (&str, usize) {
    let is_special =
        |b: u8| matches!(b, b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9');
    match text.as_bytes() {
        [b'{', special, b'}', ..] if is_special(*special) => (&text[1..2], 3),
        [b'{', ..] => match text.find('}') {
            Some(1) => ("", 2),
            Some(end) => (&text[1..end], end + 1),
            None => ("", 1),
        },
        [special, ..] if is_special(*special) => (&text[..1], 1),
        bytes => {
            let is_part = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
            let end = bytes.iter().take_while(is_part).count();
            (&text[..end], end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    /// What Go's `os.Expand` gives.
    #[test]
    fn variables_are_expanded_as_in_go() {
        for (text, expected) in [
            ("a $B c", "a <B> c"),
            ("${B}c$D.e", "<B>c<D>.e"),
            ("$", "$"),
            ("a$ b$", "a$ b$"),
            ("${}x", "x"),
            ("${B", "B"),
            ("$1x$$y", "<1>x<$>y"),
            ("${*}${**}", "<*><**>"),
            ("$-a", "<->a"),
            ("$é", "$é"),
        ] {
            assert_eq!(expand(text, |name| format!("<{name}>")), expected, "{text}");
        }
    }
}
