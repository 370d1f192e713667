//! Reading DER as Go's `encoding/asn1` reads it into the structures of keys. Invariant: what it
//! refuses is refused with its text. Certificates, which Go reads another way, are in `x509`.

use num_bigint::{BigInt, BigUint, Sign};

/// What stands before a value.
#[derive(Debug, Clone, Copy)]
struct Header {
    class: u8,
    tag: u32,
    length: usize,
    compound: bool,
}

/// A field of a structure: the tag that Go's type has, and the type's name in errors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    tag: Option<u32>,
    compound: bool,
    name: &'static str,
    optional: bool,
    explicit: Option<u32>,
}

/// A value, and the same with its header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// The fields of a structure, in their order.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    offset: usize,
}

/// An object identifier.
pub(super) type Oid = Vec<u32>;

pub(super) const INT: Field = Field::simple(2, "int");
pub(super) const BIG: Field = Field::simple(2, "");
pub(super) const BYTES: Field = Field::simple(4, "");
pub(super) const BITS: Field = Field::simple(3, "BitString");
pub(super) const OID: Field = Field::simple(6, "ObjectIdentifier");
pub(super) const ANY: Field =
    Field { tag: None, compound: false, name: "RawValue", optional: false, explicit: None };
pub(super) const LIST: Field = Field::structure("");

impl Field {
    const fn simple(tag: u32, name: &'static str) -> Self {
        Self { tag: Some(tag), compound: false, name, optional: false, explicit: None }
    }

    /// A structure of a Go type.
    pub(super) const fn structure(name: &'static str) -> Self {
        Self { tag: Some(16), compound: true, name, optional: false, explicit: None }
    }

    pub(super) const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    pub(super) const fn explicit(self, tag: u32) -> Self {
        Self { explicit: Some(tag), ..self }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// What no field has read.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.offset..]
    }

    /// The next field, which is not optional.
    pub(super) fn next(&mut self, field: Field) -> Result<Element<'a>, String> {
        self.maybe(field)?.ok_or_else(|| syntax("sequence truncated"))
    }

    /// The next field, or nothing where it is optional and left out.
    pub(super) fn maybe(&mut self, field: Field) -> Result<Option<Element<'a>>, String> {
        let start = self.offset;
        if start == self.bytes.len() {
            return if field.optional { Ok(None) } else { Err(syntax("sequence truncated")) };
        }
        let (mut header, mut at) = header(self.bytes, start)?;
        if let Some(tag) = field.explicit {
            if at == self.bytes.len() {
                return Err(structure("explicit tag has no child"));
            }
            if header.class == 2 && header.tag == tag && (header.length == 0 || header.compound) {
                if header.length == 0 {
                    return Err(structure("zero length explicit tag was not an asn1.Flag"));
                }
                (header, at) = self::header(self.bytes, at)?;
            } else if field.optional {
                return Ok(None);
            } else {
                return Err(structure("explicitly tagged member didn't match"));
            }
        }
        if let Some(tag) = field.tag
            && (header.class != 0 || header.tag != tag || header.compound != field.compound)
        {
            return if field.optional { Ok(None) } else { Err(mismatch(tag, header, field, at)) };
        }
        let end = at.checked_add(header.length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| syntax("data truncated"))?;
        self.offset = end;
        Ok(Some(Element { content: &self.bytes[at..end], whole: &self.bytes[start..end] }))
    }
}

fn mismatch(tag: u32, header: Header, field: Field, at: usize) -> String {
    let Header { class, tag: found, length, compound } = header;
    structure(&format!(
        "tags don't match ({tag} vs {{class:{class} tag:{found} length:{length} isCompound:{compound}}}) \
         {{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> \
         stringType:0 timeType:0 set:false omitEmpty:false}} {} @{at}",
        field.name
    ))
}

pub(super) fn syntax(message: &str) -> String {
    format!("asn1: syntax error: {message}")
}

fn structure(message: &str) -> String {
    format!("asn1: structure error: {message}")
}

fn header(bytes: &[u8], start: usize) -> Result<(Header, usize), String> {
    let truncated = || syntax("truncated tag or length");
    let mut at = start;
    let first = bytes[at];
    at += 1;
    let mut tag = u32::from(first & 0x1f);
    if tag == 0x1f {
        (tag, at) = base_128(bytes, at)?;
        if tag < 0x1f {
            return Err(syntax("non-minimal tag"));
        }
    }
    let mut byte = *bytes.get(at).ok_or_else(truncated)?;
    at += 1;
    let mut length = usize::from(byte & 0x7f);
    if byte & 0x80 != 0 {
        let count = length;
        if count == 0 {
            return Err(syntax("indefinite length found (not DER)"));
        }
        length = 0;
        for _ in 0..count {
            byte = *bytes.get(at).ok_or_else(truncated)?;
            at += 1;
            if length >= 1 << 23 {
                return Err(structure("length too large"));
            }
            length = length << 8 | usize::from(byte);
            if length == 0 {
                return Err(structure("superfluous leading zeros in length"));
            }
        }
        if length < 0x80 {
            return Err(structure("non-minimal length"));
        }
    }
    Ok((Header { class: first >> 6, tag, length, compound: first & 0x20 != 0 }, at))
}

/// A number in groups of seven bits, and where it ends.
fn base_128(bytes: &[u8], start: usize) -> Result<(u32, usize), String> {
    let mut value = 0u64;
    for (count, byte) in bytes[start..].iter().enumerate() {
        if count == 5 {
            return Err(structure("base 128 integer too large"));
        }
        if count == 0 && *byte == 0x80 {
            return Err(syntax("integer is not minimally encoded"));
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return match i32::try_from(value) {
                Ok(value) => Ok((value.unsigned_abs(), start + count + 1)),
                Err(_) => Err(structure("base 128 integer too large")),
            };
        }
    }
    Err(syntax("truncated base 128 integer"))
}

fn check_integer(bytes: &[u8]) -> Result<(), String> {
    match bytes {
        [] => Err(structure("empty integer")),
        [0, next, ..] if next & 0x80 == 0 => Err(structure("integer not minimally-encoded")),
        [0xff, next, ..] if next & 0x80 != 0 => Err(structure("integer not minimally-encoded")),
        _ => Ok(()),
    }
}

/// A whole number that fits into 64 bits.
pub(super) fn int(element: Element<'_>) -> Result<i64, String> {
    check_integer(element.content)?;
    if element.content.len() > 8 {
        return Err(structure("integer too large"));
    }
    let negative = element.content[0] & 0x80 != 0;
    let start = if negative { -1 } else { 0 };
    Ok(element.content.iter().fold(start, |value, byte| value << 8 | i64::from(*byte)))
}

/// A whole number of any size.
pub(super) fn big(element: Element<'_>) -> Result<BigInt, String> {
    check_integer(element.content)?;
    Ok(BigInt::from_signed_bytes_be(element.content))
}

/// The number itself where it is above 0.
pub(super) fn positive(number: &BigInt) -> Option<BigUint> {
    (number.sign() == Sign::Plus).then(|| number.magnitude().clone())
}

/// Whether bytes are a bit string.
pub(super) fn check_bits(element: Element<'_>) -> Result<(), String> {
    let [padding, bits @ ..] = element.content else {
        return Err(syntax("zero length BIT STRING"));
    };
    let loose = bits.last().map_or(*padding > 0, |last| {
        *padding <= 7 && u32::from(*last) & ((1 << *padding) - 1) != 0
    });
    if *padding > 7 || loose {
        return Err(syntax("invalid padding bits in BIT STRING"));
    }
    Ok(())
}

pub(super) fn oid(element: Element<'_>) -> Result<Oid, String> {
    let bytes = element.content;
    if bytes.is_empty() {
        return Err(syntax("zero length OBJECT IDENTIFIER"));
    }
    let (first, mut at) = base_128(bytes, 0)?;
    let mut oid = if first < 80 { vec![first / 40, first % 40] } else { vec![2, first - 80] };
    while at < bytes.len() {
        let (value, next) = base_128(bytes, at)?;
        oid.push(value);
        at = next;
    }
    Ok(oid)
}

/// The elements of a list of structures.
pub(super) fn structures(bytes: &[u8]) -> Result<Vec<Element<'_>>, String> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        let (header, content) = header(bytes, at)?;
        if header.class != 0 || !header.compound || header.tag != 16 {
            return Err(structure("sequence tag mismatch"));
        }
        at = content
            .checked_add(header.length)
            .filter(|end| *end <= bytes.len())
            .ok_or_else(|| syntax("truncated sequence"))?;
        found.push(Element { content: &bytes[content..at], whole: &bytes[start..at] });
    }
    Ok(found)
}

/// `1.2.3`
pub(super) fn dotted(oid: &[u32]) -> String {
    oid.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}
