//! Flags, width and precision: how a piece of text, a whole number or bytes fill their field.

use super::Printer;
use crate::unicode::{Escape, is_print, quote_with};

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`.
    pub(super) plus_v: bool,
    /// `%#v`.
    pub(super) sharp_v: bool,
}

/// A whole number's sign and digits.
#[derive(Clone, Copy)]
pub(super) struct Whole {
    pub(super) negative: bool,
    pub(super) magnitude: u64,
}

/// The base of a verb, and the letters of its digits.
#[derive(Clone, Copy)]
pub(super) struct Base {
    pub(super) radix: u64,
    pub(super) upper: bool,
    /// `%O`: always `0o`.
    pub(super) octal_prefix: bool,
}

pub(super) const DECIMAL: Base = Base { radix: 10, upper: false, octal_prefix: false };

impl Printer {
    /// Text in its field, filled on the left, or on the right with `-`.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let Some(width) = self.flags.width else {
            return self.out.extend_from_slice(text);
        };
        let missing = width.saturating_sub(rune_count(text));
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.fill(missing);
        } else {
            self.fill(missing);
            self.out.extend_from_slice(text);
        }
    }

    /// Filling: zeros only on the left and where asked for.
    pub(super) fn fill(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + count, byte);
    }

    /// Runs with the zero flag off.
    fn without_zeros(&mut self, run: impl FnOnce(&mut Self)) {
        let zero = std::mem::replace(&mut self.flags.zero, false);
        run(self);
        self.flags.zero = zero;
    }

    pub(super) fn pad_without_zeros(&mut self, text: &[u8]) {
        self.without_zeros(|printer| printer.pad(text));
    }

    /// The first characters that the precision allows.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        match self.flags.precision {
            Some(precision) => &text[..rune_end(text, precision)],
            None => text,
        }
    }

    /// `%s`.
    pub(super) fn string(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        self.pad(text);
    }

    /// `%q` of a string.
    pub(super) fn quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.flags.sharp && can_backquote(text) {
            return self.pad(&[b"`", text, b"`"].concat());
        }
        let quoted = quote_with(text, '"', self.escape());
        self.pad(quoted.as_bytes());
    }

    /// `%q` of a number: the character with that code.
    pub(super) fn quoted_char(&mut self, code: u64) {
        let quoted = quote_with(char_of(code).to_string().as_bytes(), '\'', self.escape());
        self.pad(quoted.as_bytes());
    }

    /// `%c`.
    pub(super) fn char(&mut self, code: u64) {
        self.pad(char_of(code).to_string().as_bytes());
    }

    /// `%U`.
    pub(super) fn code_point(&mut self, code: u64) {
        let digits = self.flags.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{code:0digits$X}");
        if self.flags.sharp
            && let Some(char) = u32::try_from(code).ok().and_then(char::from_u32)
            && is_print(char)
        {
            text.push_str(" '");
            text.push(char);
            text.push('\'');
        }
        self.pad_without_zeros(text.as_bytes());
    }

    /// `%x` and `%X` of text or bytes.
    pub(super) fn hex(&mut self, bytes: &[u8], upper: bool) {
        let bytes = &bytes[..self.flags.precision.unwrap_or(bytes.len()).min(bytes.len())];
        if bytes.is_empty() {
            return self.fill(self.flags.width.unwrap_or(0));
        }
        let prefix: &[u8] = match (self.flags.sharp, upper) {
            (false, _) => b"",
            (true, false) => b"0x",
            (true, true) => b"0X",
        };
        let digits = if upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let mut text = prefix.to_vec();
        for (at, byte) in bytes.iter().enumerate() {
            if self.flags.space && at > 0 {
                text.push(b' ');
                text.extend_from_slice(prefix);
            }
            text.push(digits[usize::from(byte >> 4)]);
            text.push(digits[usize::from(byte & 15)]);
        }
        self.pad(&text);
    }

    /// A whole number in a base.
    pub(super) fn whole(&mut self, number: Whole, base: Base) {
        let Whole { negative, magnitude } = number;
        let mut digits = 0;
        if let Some(precision) = self.flags.precision {
            if precision == 0 && magnitude == 0 {
                let width = self.flags.width.unwrap_or(0);
                return self.without_zeros(|printer| printer.fill(width));
            }
            digits = precision;
        } else if let Some(width) = self.flags.width
            && self.flags.zero
            && !self.flags.minus
        {
            let sign = negative || self.flags.plus || self.flags.space;
            digits = width.saturating_sub(usize::from(sign));
        }
        // Built from the right.
        let mut text = reversed_digits(magnitude, base);
        if text.len() < digits {
            text.resize(digits, b'0');
        }
        if self.flags.sharp {
            match base.radix {
                2 => text.extend_from_slice(b"b0"),
                8 if text.last() != Some(&b'0') => text.push(b'0'),
                16 => text.extend_from_slice(if base.upper { b"X0" } else { b"x0" }),
                _ => {}
            }
        }
        if base.octal_prefix {
            text.extend_from_slice(b"o0");
        }
        if negative {
            text.push(b'-');
        } else if self.flags.plus {
            text.push(b'+');
        } else if self.flags.space {
            text.push(b' ');
        }
        text.reverse();
        self.pad_without_zeros(&text);
    }

    /// A hexadecimal number with `0x`, as addresses and `%#v` show it.
    pub(super) fn address(&mut self, number: u64, prefix: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        let base = Base { radix: 16, upper: false, octal_prefix: false };
        self.whole(Whole { negative: false, magnitude: number }, base);
        self.flags.sharp = sharp;
    }

    fn escape(&self) -> Escape {
        if self.flags.plus { Escape::NonAscii } else { Escape::Unprintable }
    }
}

fn reversed_digits(mut number: u64, base: Base) -> Vec<u8> {
    let letters = if base.upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let mut digits = Vec::with_capacity(24);
    loop {
        digits.push(letters[(number % base.radix) as usize]);
        number /= base.radix;
        if number == 0 {
            return digits;
        }
    }
}

/// Characters as Go counts them: each broken byte is one.
fn rune_count(text: &[u8]) -> usize {
    text.utf8_chunks().map(|c| c.valid().chars().count() + c.invalid().len()).sum()
}

/// Where the first `count` characters end.
fn rune_end(text: &[u8], count: usize) -> usize {
    let mut left = count;
    let mut end = 0;
    for chunk in text.utf8_chunks() {
        let broken = chunk.invalid().iter().map(|_| 1);
        for len in chunk.valid().chars().map(char::len_utf8).chain(broken) {
            if left == 0 {
                return end;
            }
            left -= 1;
            end += len;
        }
    }
    end
}

fn char_of(code: u64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Go's `strconv.CanBackquote`.
fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        text.chars().all(|char| {
            !matches!(char, '\u{feff}' | '`' | '\u{7f}') && (char >= ' ' || char == '\t')
        })
    })
}
