//! The language of formats: flags, argument indexes, width, precision, verb.

use super::field::Flags;
use super::{Printer, Value};
use crate::Kind;

/// Numbers above this are taken for mistakes.
const TOO_LARGE: i64 = 1_000_000;

/// A format that is being read.
struct Reader<'a> {
    format: &'a [u8],
    at: usize,
    args: &'a [Value],
    arg: usize,
    /// Some argument was taken out of order.
    reordered: bool,
    /// The index of the current verb is usable.
    good_index: bool,
    /// An index like `[3]` stands just before.
    after_index: bool,
}

impl Printer {
    pub(super) fn printf(&mut self, format: &[u8], args: &[Value]) {
        let mut reader = Reader {
            format,
            at: 0,
            args,
            arg: 0,
            reordered: false,
            good_index: true,
            after_index: false,
        };
        while reader.at < format.len() {
            let rest = &format[reader.at..];
            let text = rest.iter().position(|&byte| byte == b'%').unwrap_or(rest.len());
            self.out.extend_from_slice(&rest[..text]);
            reader.at += text;
            if reader.at == format.len() {
                break;
            }
            reader.at += 1;
            reader.good_index = true;
            self.verb(&mut reader);
        }
        if !reader.reordered && reader.arg < args.len() {
            self.extra(&args[reader.arg..]);
        }
    }

    /// One verb; the `%` was read.
    fn verb(&mut self, reader: &mut Reader<'_>) {
        self.flags = Flags::default();
        while let Some(flag) = reader.byte() {
            match flag {
                b'#' => self.flags.sharp = true,
                b'0' => self.flags.zero = true,
                b'+' => self.flags.plus = true,
                b'-' => self.flags.minus = true,
                b' ' => self.flags.space = true,
                b'a'..=b'z' if reader.arg < reader.args.len() => {
                    reader.at += 1;
                    return self.take(reader, char::from(flag));
                }
                _ => break,
            }
            reader.at += 1;
        }
        reader.index();
        self.width(reader);
        self.precision(reader);
        if !reader.after_index {
            reader.index();
        }
        let Some(verb) = reader.verb() else {
            return self.out.extend_from_slice(b"%!(NOVERB)");
        };
        if verb == '%' {
            self.out.push(b'%');
        } else if !reader.good_index {
            self.bang(verb, b"(BADINDEX)");
        } else if reader.arg >= reader.args.len() {
            self.bang(verb, b"(MISSING)");
        } else {
            self.take(reader, verb);
        }
    }

    fn take(&mut self, reader: &mut Reader<'_>, verb: char) {
        if matches!(verb, 'v' | 'w') {
            self.flags.sharp_v = std::mem::take(&mut self.flags.sharp);
            self.flags.plus_v = std::mem::take(&mut self.flags.plus);
        }
        self.arg(&reader.args[reader.arg], verb);
        reader.arg += 1;
    }

    fn width(&mut self, reader: &mut Reader<'_>) {
        if reader.byte() == Some(b'*') {
            reader.at += 1;
            let width = reader.int_arg();
            if width.is_none() {
                self.out.extend_from_slice(b"%!(BADWIDTH)");
            }
            if width.is_some_and(|width| width < 0) {
                self.flags.minus = true;
                self.flags.zero = false;
            }
            self.flags.width = width.map(|width| width.unsigned_abs() as usize);
            reader.after_index = false;
        } else {
            self.flags.width = reader.number();
            if reader.after_index && self.flags.width.is_some() {
                reader.good_index = false;
            }
        }
    }

    fn precision(&mut self, reader: &mut Reader<'_>) {
        // A dot at the very end is a missing verb.
        if reader.byte() != Some(b'.') || reader.at + 1 >= reader.format.len() {
            return;
        }
        reader.at += 1;
        if reader.after_index {
            reader.good_index = false;
        }
        reader.index();
        if reader.byte() == Some(b'*') {
            reader.at += 1;
            let precision = reader.int_arg().and_then(|number| usize::try_from(number).ok());
            if precision.is_none() {
                self.out.extend_from_slice(b"%!(BADPREC)");
            }
            self.flags.precision = precision;
            reader.after_index = false;
        } else {
            self.flags.precision = Some(reader.number().unwrap_or(0));
        }
    }

    /// Arguments that no verb took.
    fn extra(&mut self, args: &[Value]) {
        self.flags = Flags::default();
        self.out.extend_from_slice(b"%!(EXTRA ");
        for (at, arg) in args.iter().enumerate() {
            if at > 0 {
                self.out.extend_from_slice(b", ");
            }
            if arg.kind() == Kind::Invalid {
                self.out.extend_from_slice(b"<nil>");
            } else {
                self.out.extend_from_slice(arg.type_name().as_bytes());
                self.out.push(b'=');
                self.arg(arg, 'v');
            }
        }
        self.out.push(b')');
    }

    fn bang(&mut self, verb: char, words: &[u8]) {
        self.out.extend_from_slice(b"%!");
        self.rune(verb);
        self.out.extend_from_slice(words);
    }
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// The verb: one character, broken UTF-8 as U+FFFD.
    fn verb(&mut self) -> Option<char> {
        let rest = &self.format[self.at.min(self.format.len())..];
        let chunk = rest.utf8_chunks().next()?;
        let char = chunk.valid().chars().next();
        self.at += char.map_or(1, char::len_utf8);
        Some(char.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Digits; nothing if there are none or far too many.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit @ b'0'..=b'9') = self.byte() {
            let known: usize = number.unwrap_or(0);
            if known as i64 > TOO_LARGE {
                self.at = self.format.len();
                return None;
            }
            number = Some(known * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// `[n]`, which chooses the next argument.
    fn index(&mut self) {
        self.after_index = false;
        if self.byte() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = rest.iter().position(|&byte| byte == b']');
        let Some(close) = close.filter(|_| rest.len() >= 3) else {
            self.at += 1;
            self.good_index = false;
            return;
        };
        let digits = std::str::from_utf8(&rest[1..close]).unwrap_or_default();
        self.at += close + 1;
        let number = Some(digits).filter(|d| d.bytes().all(|byte| byte.is_ascii_digit()));
        let number: Option<usize> = number.and_then(|digits| digits.parse().ok());
        let number = number.filter(|&number| number as i64 <= 10 * TOO_LARGE);
        // Go goes on as after an index where the number itself could be read.
        self.after_index = number.is_some();
        match number {
            Some(number) if (1..=self.args.len()).contains(&number) => self.arg = number - 1,
            _ => self.good_index = false,
        }
    }

    /// The argument of `*`: a whole number that is not far too large.
    fn int_arg(&mut self) -> Option<i64> {
        let arg = self.args.get(self.arg)?;
        self.arg += 1;
        let number = match arg {
            Value::Int(number, _) => Some(*number),
            Value::Uint(number, _) => i64::try_from(*number).ok(),
            _ => None,
        };
        number.filter(|number| (-TOO_LARGE..=TOO_LARGE).contains(number))
    }
}
