//! Reading DER element by element, as Go reads certificates: strictly, and each failure is the
//! same `None`, to which the caller gives its words.

use num_bigint::BigInt;

use super::asn1::Oid;

/// What is still to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elements<'a>(pub(super) &'a [u8]);

/// A bit string.
#[derive(Debug)]
pub(super) struct Bits<'a> {
    padding: u8,
    bytes: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(super) fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Whether the next element has this tag.
    pub(super) fn peek(self, tag: u8) -> bool {
        self.0.first() == Some(&tag)
    }

    /// The next element: its tag, its content, and all of it.
    fn element(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&short, rest) = rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, header) = if short & 0x80 == 0 {
            (usize::from(short), 2)
        } else {
            let count = usize::from(short & 0x7f);
            if count == 0 || count > 4 {
                return None;
            }
            let bytes = rest.get(..count)?;
            let length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            if length < 128 || bytes[0] == 0 {
                return None;
            }
            (length, 2 + count)
        };
        let whole = self.0.get(..header.checked_add(length)?)?;
        self.0 = &self.0[whole.len()..];
        Some((tag, &whole[header..], whole))
    }

    /// The tag and content of the next element.
    pub(super) fn any(&mut self) -> Option<(u8, &'a [u8])> {
        self.element().map(|(tag, content, _)| (tag, content))
    }

    /// All of the next element.
    pub(super) fn any_whole(&mut self) -> Option<&'a [u8]> {
        self.element().map(|(_, _, whole)| whole)
    }

    /// The content of the next element, which has this tag.
    pub(super) fn read(&mut self, tag: u8) -> Option<Self> {
        self.any().filter(|(found, _)| *found == tag).map(|(_, content)| Self(content))
    }

    /// All of the next element, which has this tag.
    pub(super) fn whole(&mut self, tag: u8) -> Option<Self> {
        self.element().filter(|(found, _, _)| *found == tag).map(|(_, _, whole)| Self(whole))
    }

    /// The content of the next element where it has this tag.
    #[expect(clippy::option_option, reason = "left out and malformed are told apart")]
    pub(super) fn optional(&mut self, tag: u8) -> Option<Option<Self>> {
        if self.peek(tag) { self.read(tag).map(Some) } else { Some(None) }
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        match self.read(0x01)?.0 {
            [0] => Some(false),
            [0xff] => Some(true),
            _ => None,
        }
    }

    pub(super) fn big(&mut self) -> Option<BigInt> {
        self.integer(0x02).map(BigInt::from_signed_bytes_be)
    }

    /// A whole number of 64 bits below a tag.
    pub(super) fn int(&mut self, tag: u8) -> Option<i64> {
        let bytes = self.integer(tag).filter(|bytes| bytes.len() <= 8)?;
        let start = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
        Some(bytes.iter().fold(start, |value, byte| value << 8 | i64::from(*byte)))
    }

    fn integer(&mut self, tag: u8) -> Option<&'a [u8]> {
        let bytes = self.read(tag)?.0;
        let minimal = match bytes {
            [] => false,
            [0, next, ..] => next & 0x80 != 0,
            [0xff, next, ..] => next & 0x80 == 0,
            _ => true,
        };
        minimal.then_some(bytes)
    }

    pub(super) fn oid(&mut self) -> Option<Oid> {
        let mut bytes = self.read(0x06)?;
        let first = bytes.base_128()?;
        let mut oid = if first < 80 { vec![first / 40, first % 40] } else { vec![2, first - 80] };
        while !bytes.is_empty() {
            oid.push(bytes.base_128()?);
        }
        Some(oid)
    }

    fn base_128(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for count in 0..5 {
            if value >= 1 << 24 {
                return None;
            }
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            if count == 0 && byte == 0x80 {
                return None;
            }
            value = value << 7 | u32::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    pub(super) fn bits(&mut self) -> Option<Bits<'a>> {
        let (&padding, bytes) = self.read(0x03)?.0.split_first()?;
        let loose = match bytes.last() {
            None => padding != 0,
            Some(last) => padding <= 7 && u32::from(*last) & ((1 << padding) - 1) != 0,
        };
        (padding <= 7 && !loose).then_some(Bits { padding, bytes })
    }
}

impl Bits<'_> {
    /// The bytes with the padding in front.
    pub(super) fn right_aligned(&self) -> Vec<u8> {
        let mut before = 0u8;
        let shifted = |byte: &u8| {
            let high = u32::from(std::mem::replace(&mut before, *byte)) << 8;
            ((high | u32::from(*byte)) >> self.padding) as u8
        };
        self.bytes.iter().map(shifted).collect()
    }
}
