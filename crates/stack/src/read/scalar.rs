//! Scalars of the format: names, choices, durations, numbers, paths.

use std::time::Duration;

use yaml::node::{Kind, Node};

use super::{Reader, noun};
use crate::place::Spanned;

impl Reader {
    /// A string without expressions.
    pub(super) fn string(&mut self, node: &Node) -> Option<Spanned<String>> {
        match &node.kind {
            Kind::String { value, .. } if value.contains("${{") => {
                self.error(node, "an expression cannot stand here");
                None
            }
            Kind::String { value, .. } => Some(Spanned::new(value.clone(), self.place(node))),
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                self.error(node, format!("must be a string, not {}", noun(node)));
                None
            }
            Kind::Bool(_) | Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) => {
                let hint = format!("quote it: \"{}\"", self.written(node));
                self.error_with_hint(node, format!("must be a string, not {}", noun(node)), hint);
                None
            }
        }
    }

    /// A path of a file; not empty.
    pub(super) fn path(&mut self, node: &Node) -> Option<Spanned<String>> {
        let path = self.string(node)?;
        if path.value.is_empty() {
            self.error(node, "a path is empty");
            return None;
        }
        Some(path)
    }

    /// A boolean.
    pub(super) fn boolean(&mut self, node: &Node) -> Option<bool> {
        if let Kind::Bool(b) = node.kind {
            return Some(b);
        }
        self.error(node, format!("must be true or false, not {}", noun(node)));
        None
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, node: &Node) -> Option<usize> {
        if let Kind::Int(n) = node.kind
            && let Ok(n) = usize::try_from(n)
        {
            return Some(n);
        }
        self.error(node, "must be a whole number of 0 or more");
        None
    }

    /// A number.
    pub(super) fn number(&mut self, node: &Node) -> Option<f64> {
        let number = node.to_value().as_f64();
        if number.is_none() {
            self.error(node, format!("must be a number, not {}", noun(node)));
        }
        number
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, node: &Node, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let Some(word) = node.as_str() else {
            self.error(node, format!("must be one of {}, not {}", names.join(", "), noun(node)));
            return None;
        };
        if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word) {
            return Some(*choice);
        }
        let place = self.place(node);
        self.errors.push(
            place
                .error(format!("`{word}` is not one of {}", names.join(", ")), "")
                .suggest(word, names),
        );
        None
    }

    /// A duration as Go writes it: `90s`, `5m`, `1h30m`; not zero.
    pub(super) fn duration(&mut self, node: &Node) -> Option<Duration> {
        let hint = "write a number with its unit: 90s, 5m, 1h30m";
        let Kind::String { value, .. } = &node.kind else {
            self.error_with_hint(node, format!("must be a duration, not {}", noun(node)), hint);
            return None;
        };
        match parse_duration(value) {
            Some(duration) if !duration.is_zero() => Some(duration),
            Some(_) => {
                self.error(node, "a duration must be longer than nothing");
                None
            }
            None => {
                self.error_with_hint(node, format!("`{value}` is not a duration"), hint);
                None
            }
        }
    }

    /// A name that goes into names and labels of Kubernetes objects.
    pub(super) fn check_name(&mut self, name: &Spanned<String>, what: &str) -> Option<()> {
        let text = &name.value;
        let inner = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        let good = !text.is_empty()
            && text.len() <= LONGEST_NAME
            && text.bytes().all(inner)
            && !text.starts_with('-')
            && !text.ends_with('-');
        if good {
            return Some(());
        }
        let message = format!("`{text}` cannot be the name of {what}");
        let note = "a name has lower-case letters, digits and `-`, at most 53 of them";
        self.errors.push(name.place.error(message, "").note(note));
        None
    }
}

/// Helm's limit of a release name.
const LONGEST_NAME: usize = 53;

/// Go's `time.ParseDuration` without signs.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let scale = match &rest[..unit] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        seconds += number * scale;
        rest = &rest[unit..];
    }
    if text.is_empty() { None } else { Duration::try_from_secs_f64(seconds).ok() }
}

#[cfg(test)]
mod tests {
    use super::parse_duration;

    #[test]
    fn durations_are_go_durations() {
        let millis = |text| parse_duration(text).map(|d| d.as_millis());
        assert_eq!(millis("5m"), Some(300_000));
        assert_eq!(millis("1h30m"), Some(5_400_000));
        assert_eq!(millis("1.5s"), Some(1500));
        assert_eq!(millis("250ms"), Some(250));
        for bad in ["", "5", "m", "5 m", "5x", "-5s", "1e3s", ".", "..s"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
        assert_eq!(millis("99999999999999999999h"), None);
    }
}
