//! Names: those of issuers and subjects, of hosts and of mailboxes.

use std::str::from_utf8;

use super::SEQUENCE;
use crate::crypto::der;
use crate::crypto::elements::Elements;

/// Whether a sequence of relative distinguished names is one.
pub(super) fn check(mut name: Elements<'_>) -> Result<(), String> {
    let invalid = |what: &str| format!("x509: invalid RDNSequence{what}");
    let mut sets = name.read(SEQUENCE).ok_or_else(|| invalid(""))?;
    while !sets.is_empty() {
        let mut set = sets.read(der::SET).ok_or_else(|| invalid(""))?;
        while !set.is_empty() {
            let mut attribute = set.read(SEQUENCE).ok_or_else(|| invalid(": invalid attribute"))?;
            attribute.oid().ok_or_else(|| invalid(": invalid attribute type"))?;
            let (tag, value) =
                attribute.any().ok_or_else(|| invalid(": invalid attribute value"))?;
            text(tag, value)
                .map_err(|error| invalid(&format!(": invalid attribute value: {error}")))?;
        }
    }
    Ok(())
}

/// Whether a value is a text of its type.
fn text(tag: u8, value: &[u8]) -> Result<(), String> {
    let (valid, name) = match tag {
        // T61String: any bytes.
        0x14 => return Ok(()),
        der::PRINTABLE_STRING => (value.iter().copied().all(is_printable), "PrintableString"),
        der::UTF8_STRING => (from_utf8(value).is_ok(), "UTF-8 string"),
        0x1e => (is_bmp(value), "BMPString"),
        0x16 => (value.is_ascii(), "IA5String"),
        0x12 => (value.iter().all(|b| b.is_ascii_digit() || *b == b' '), "NumericString"),
        other => return Err(format!("unsupported string type: {other}")),
    };
    if valid { Ok(()) } else { Err(format!("invalid {name}")) }
}

fn is_printable(byte: u8) -> bool {
    // The last two are no printable strings, but there are certificates with them.
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?*&".contains(&byte)
}

/// Pairs of bytes in UCS-2, the last of which may be zero.
fn is_bmp(value: &[u8]) -> bool {
    let value = if value.len() >= 2 { value.strip_suffix(&[0, 0]).unwrap_or(value) } else { value };
    value.len().is_multiple_of(2)
        && value.chunks(2).all(|pair| {
            let point = u16::from(pair[0]) << 8 | u16::from(pair[1]);
            !matches!(point, 0xfffe | 0xffff | 0xfdd0..=0xfdef | 0xd800..=0xdfff)
        })
}

/// What a host's name stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// A dot in front means everything below.
    Constraint,
    Name,
}

pub(super) fn is_host(name: &[u8], host: Host) -> bool {
    if name.is_empty() {
        return true;
    }
    if name.ends_with(b".") {
        return false;
    }
    let name = match host {
        Host::Constraint => name.strip_prefix(b".").unwrap_or(name),
        Host::Name => name,
    };
    name.split(|byte| *byte == b'.').all(is_label)
}

fn is_label(label: &[u8]) -> bool {
    !label.is_empty() && label.iter().all(u8::is_ascii_graphic)
}

/// `local@host`, the former in quotes or not.
pub(super) fn is_mailbox(text: &[u8]) -> bool {
    let rest = match text.strip_prefix(b"\"") {
        Some(rest) => quoted(rest),
        None => plain(text),
    };
    let Some(host) = rest.and_then(|rest| rest.strip_prefix(b"@")) else { return false };
    host.is_empty() || host.split(|byte| *byte == b'.').all(is_label)
}

/// What follows a quoted local part.
fn quoted(mut rest: &[u8]) -> Option<&[u8]> {
    loop {
        let (byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some(rest),
            b'\\' => {
                let (escaped, after) = rest.split_first()?;
                if !matches!(escaped, 1..=9 | 11 | 12 | 14..=127) {
                    return None;
                }
                rest = after;
            }
            1..=8 | 11 | 12 | 14..=127 => {}
            _ => return None,
        }
    }
}

/// What follows a local part without quotes.
fn plain(mut rest: &[u8]) -> Option<&[u8]> {
    let mut local = Vec::new();
    while let Some((byte, after)) = rest.split_first() {
        if *byte == b'\\' {
            let (escaped, after) = after.split_first()?;
            local.push(*escaped);
            rest = after;
        } else if byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(byte) {
            local.push(*byte);
            rest = after;
        } else {
            break;
        }
    }
    let dots = local.is_empty()
        || local.starts_with(b".")
        || local.ends_with(b".")
        || local.windows(2).any(|pair| pair == b"..");
    (!dots).then_some(rest)
}
