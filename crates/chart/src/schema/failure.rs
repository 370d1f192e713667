//! What a check found, as a tree, and how Helm prints it.
use std::fmt::Write as _;

use yaml::Value;
use yaml::float::{self, Float, Notation};
use yaml::quote::quote as go_quote;

use super::location::push_step;
use crate::values::{go_float, go_print};

/// One failure with those that led to it.
#[derive(Debug)]
pub(super) struct Failure {
    /// The keys that lead to the value.
    pub(super) at: Vec<String>,
    pub(super) kind: Kind,
    pub(super) causes: Vec<Failure>,
}

/// What failed.
#[derive(Debug)]
pub(super) enum Kind {
    /// A keyword, in words.
    Said(String),
    /// Several keywords of one schema.
    Group,
    /// A referenced schema; not shown where it has one cause.
    Reference,
}

impl Failure {
    /// A failure of which nobody asks for the words.
    pub(super) fn unsaid() -> Self {
        Self { at: Vec::new(), kind: Kind::Reference, causes: Vec::new() }
    }

    /// The failures as a list, a group taken apart.
    pub(super) fn flat(self) -> Vec<Self> {
        if matches!(self.kind, Kind::Group) { self.causes } else { vec![self] }
    }

    /// The failure's lines, each with its break.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.print(1, &mut text);
        text
    }

    /// The path of the value, and the failure's lines.
    pub(super) fn told(&self) -> (Vec<String>, String) {
        if let (Kind::Reference, [cause]) = (&self.kind, self.causes.as_slice()) {
            return cause.told();
        }
        let text = self.text();
        let head = format!("- at {}: ", quote(&self.pointer()));
        let text = text.strip_prefix(&head).unwrap_or(&text).trim_end().to_owned();
        (self.at.clone(), text)
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        self.at.iter().for_each(|key| push_step(&mut pointer, key));
        pointer
    }

    /// Adds this failure's lines; the outermost ones are at depth 1.
    fn print(&self, depth: usize, to: &mut String) {
        let hidden = matches!(self.kind, Kind::Reference) && self.causes.len() == 1;
        if !hidden {
            let indent = "  ".repeat(depth - 1);
            let words = match &self.kind {
                Kind::Said(words) => words,
                Kind::Group | Kind::Reference => "validation failed",
            };
            let _ = writeln!(to, "{indent}- at {}: {words}", quote(&self.pointer()));
        }
        for cause in &self.causes {
            cause.print(if hidden { depth } else { depth + 1 }, to);
        }
    }
}

/// In single quotes, with Go's escapes.
pub(super) fn quote(text: &str) -> String {
    let quoted = go_quote(text);
    let inner = quoted[1..quoted.len() - 1].replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{inner}'")
}

pub(super) fn quote_all<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(quote).collect::<Vec<_>>().join(", ")
}

/// A value of a schema that is no list or object.
pub(super) fn show(value: &Value) -> String {
    match value {
        // As it was written: a float keeps its point.
        Value::Float(number) => format!("{number:?}"),
        other => show_value(other),
    }
}

/// A value that was checked.
pub(super) fn show_value(value: &Value) -> String {
    match value {
        Value::String(text) => quote(text),
        Value::List(_) | Value::Map(_) => "value".to_owned(),
        other => go_print(other),
    }
}

/// A count with English grouping: `65,536`.
pub(super) fn count(number: u64) -> String {
    group(&number.to_string())
}

/// A float as Go's English printer shows it: grouped, from a million on with a power of ten.
pub(super) fn float(number: f64) -> String {
    let scientific = float::format(number, Notation::Exponent, None, Float::Float64);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = exponent.parse().unwrap_or_default();
    if (-4..6).contains(&power) {
        let plain = go_float(number);
        let (sign, plain) = plain.strip_prefix('-').map_or(("", plain.as_str()), |p| ("-", p));
        return match plain.split_once('.') {
            Some((whole, fraction)) => format!("{sign}{}.{fraction}", group(whole)),
            None => format!("{sign}{}", group(plain)),
        };
    }
    let raised = |c: char| match c {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        _ => '⁹',
    };
    let digits: String = format!("{:02}", power.abs()).chars().map(raised).collect();
    format!("{mantissa}×10{}{digits}", if power < 0 { "⁻" } else { "" })
}

fn group(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{count, float};

    #[test]
    fn numbers_print_in_english() {
        for (number, text) in [
            (1.0, "1"),
            (0.5, "0.5"),
            (1234.5, "1,234.5"),
            (1_234_567.0, "1.234567×10⁰⁶"),
            (1e-7, "1×10⁻⁰⁷"),
            (-3.0, "-3"),
            (65535.0, "65,535"),
        ] {
            assert_eq!(float(number), text);
        }
        assert_eq!(count(1_234_567), "1,234,567");
    }
}
