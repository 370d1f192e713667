//! Numbers and times: letters are gathered by their shape first, and judged then.

use template::Value;

use super::cursor::{Fault, Problem};
use super::{Reader, quoted, quoted_char};
use crate::numbers::int64;

impl Reader<'_> {
    /// What begins with a digit.
    pub(super) fn number_or_date(&mut self) -> Result<Value, Fault> {
        let from = self.cursor.position();
        let zero = self.cursor.next()? == Some('0');
        let mut letter = self.cursor.next()?;
        if zero {
            let based = match letter {
                Some('b') => Some(("a binary", 2)),
                Some('o') => Some(("an octal", 8)),
                Some('x') => Some(("a hexadecimal", 16)),
                _ => None,
            };
            if let Some((name, radix)) = based {
                let is_digit = |letter: char| letter.is_digit(radix);
                let next = self.cursor.peek()?;
                if !next.is_some_and(is_digit) {
                    let read = self.cursor.since(from);
                    let next = next.unwrap_or('\0');
                    return Err(self.cursor.fault(format!("not {name} number: '{read}{next}'")));
                }
                self.take_while(|l| is_digit(l) || l == '_')?;
                return self.integer(from);
            }
            if matches!(letter, Some('-' | ':')) {
                self.cursor.back();
                return self.integer(from);
            }
        }
        while letter.is_some_and(|l| l.is_ascii_digit()) {
            letter = self.cursor.next()?;
        }
        match letter {
            Some('-' | ':') => self.date(from),
            Some('_') => self.decimal(from),
            Some('.' | 'e' | 'E') => self.float_digits(from),
            _ => {
                self.cursor.back();
                self.integer(from)
            }
        }
    }

    /// What begins with a sign, behind it.
    pub(super) fn signed(&mut self, from: usize) -> Result<Value, Fault> {
        let letter = self.cursor.next()?;
        let rest = match letter {
            Some('i') => ['n', 'f'],
            Some('n') => ['a', 'n'],
            Some('0') => {
                if let Some(base @ ('b' | 'o' | 'x')) = self.cursor.peek()? {
                    let read = self.cursor.since(from);
                    return Err(self.cursor.fault(format!(
                        "cannot use sign with non-decimal numbers: '{read}{base}'"
                    )));
                }
                return self.decimal(from);
            }
            Some('.') => return Err(self.cursor.fault("floats must start with a digit, not '.'")),
            Some('1'..='9') => return self.decimal(from),
            other => {
                let words = format!("expected a digit but got {}", quoted_char(other));
                return Err(self.cursor.fault(words));
            }
        };
        if !self.cursor.accept(rest[0])? || !self.cursor.accept(rest[1])? {
            let read = self.cursor.since(from);
            return Err(self.cursor.fault(format!("invalid float: '{read}'")));
        }
        self.float(from)
    }

    /// Digits and underscores; maybe it turns out to be a float.
    fn decimal(&mut self, from: usize) -> Result<Value, Fault> {
        self.take_while(|l| l.is_ascii_digit() || l == '_')?;
        if matches!(self.cursor.next()?, Some('.' | 'e' | 'E')) {
            return self.float_digits(from);
        }
        self.cursor.back();
        self.integer(from)
    }

    fn float_digits(&mut self, from: usize) -> Result<Value, Fault> {
        self.take_while(|l| l.is_ascii_digit() || matches!(l, '_' | '.' | '-' | '+' | 'e' | 'E'))?;
        self.float(from)
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> Result<(), Fault> {
        while self.cursor.next()?.is_some_and(&wanted) {}
        self.cursor.back();
        Ok(())
    }

    fn integer(&self, from: usize) -> Result<Value, Fault> {
        let text = self.cursor.since(from);
        let fail = |words: String| Problem::fault(self.cursor.line(), words);
        let invalid =
            |why: &str| fail(format!("Invalid integer {}: {why}", quoted(text.as_bytes())));
        if !underscores_are_inside(&text) {
            return Err(invalid("underscores must be surrounded by digits"));
        }
        if has_leading_zero(&text) {
            return Err(invalid("cannot have leading zeroes"));
        }
        let digits = text.replace('_', "");
        let (radix, digits) = match digits.get(..2) {
            Some("0x") => (16, &digits[2..]),
            Some("0o") => (8, &digits[2..]),
            Some("0b") => (2, &digits[2..]),
            _ => (10, digits.as_str()),
        };
        let value = i64::from_str_radix(digits, radix);
        value.map(int64).map_err(|_| fail(format!("{text} is out of range for int64")))
    }

    /// The text since `from` as a float.
    pub(super) fn float(&self, from: usize) -> Result<Value, Fault> {
        let text = self.cursor.since(from);
        let fail = |words: String| Problem::fault(self.cursor.line(), words);
        let shown = quoted(text.as_bytes());
        let invalid = |why: &str| fail(format!("Invalid float {shown}: {why}"));
        let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty());
        if !parts.clone().all(underscores_are_inside) {
            return Err(invalid("underscores must be surrounded by digits"));
        }
        if parts.next().is_some_and(has_leading_zero) {
            return Err(invalid("cannot have leading zeroes"));
        }
        let bare = |part: &str| !part.starts_with(|letter: char| letter.is_ascii_digit());
        if text.split('.').skip(1).any(bare) {
            return Err(invalid("'.' must be followed by one or more digits"));
        }
        let digits = text.replace('_', "");
        match digits.trim_start_matches(['+', '-']) {
            "nan" => return Ok(Value::float(f64::NAN)),
            "inf" if digits.starts_with('-') => return Ok(Value::float(f64::NEG_INFINITY)),
            "inf" => return Ok(Value::float(f64::INFINITY)),
            word if word.starts_with(|letter: char| letter.is_ascii_digit()) => {}
            _ => return Err(fail(format!("Invalid float value: {shown}"))),
        }
        match digits.parse::<f64>() {
            Ok(value) if value.is_infinite() => {
                Err(fail(format!("{text} is out of range for float64")))
            }
            Ok(value) => Ok(Value::float(value)),
            Err(_) => Err(fail(format!("Invalid float value: {shown}"))),
        }
    }

    /// A date, a time of day or both, of which a part was read.
    fn date(&mut self, from: usize) -> Result<Value, Fault> {
        self.take_while(|l| {
            l.is_ascii_digit() || matches!(l, '-' | ':' | 'T' | 't' | ' ' | '.' | 'Z' | 'z' | '+')
        })?;
        let text = self.cursor.since(from);
        let text = text.trim().replace('z', "Z").replace(['t', ' '], "T");
        let parsed = SHAPES.iter().find_map(|(layout, zone)| {
            let time = self.times.read(layout.as_bytes(), text.as_bytes(), *zone)?;
            Some((time, layout))
        });
        match parsed {
            Some((time, layout)) if has_every_zero(&text, layout) => Ok(time),
            _ => {
                let words = format!("invalid datetime: {}", quoted(text.as_bytes()));
                Err(Problem::fault(self.cursor.line(), words))
            }
        }
    }
}

/// Layouts in the order in which they are tried, and the zone's name of a time that has none: it
/// tells how the time was written.
const SHAPES: &[(&str, Option<&str>)] = &[
    ("2006-01-02T15:04:05.999999999Z07:00", None),
    ("2006-01-02T15:04:05.999999999", Some("datetime-local")),
    ("2006-01-02", Some("date-local")),
    ("15:04:05.999999999", Some("time-local")),
    ("2006-01-02T15:04Z07:00", None),
    ("2006-01-02T15:04", Some("datetime-local")),
    ("15:04", Some("time-local")),
];

/// Go reads hours of one digit; here the separators must stand where the layout has them.
fn has_every_zero(text: &str, layout: &str) -> bool {
    let letters = layout.bytes().take_while(|letter| !matches!(letter, b'.' | b'Z'));
    letters.zip(text.bytes()).all(|(wanted, found)| wanted.is_ascii_digit() || wanted == found)
}

fn has_leading_zero(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes {
        [b'0', base, ..] => !matches!(base, b'b' | b'o' | b'x'),
        [b'-' | b'+', b'0', _, ..] => true,
        _ => false,
    }
}

/// Whether each underscore follows a digit, and the last letter is one.
fn underscores_are_inside(text: &str) -> bool {
    if matches!(text, "nan" | "+nan" | "-nan" | "inf" | "-inf" | "+inf") {
        return true;
    }
    let mut accept = false;
    for letter in text.chars() {
        if letter == '_' && !accept {
            return false;
        }
        accept = letter.is_ascii_hexdigit();
    }
    accept
}
