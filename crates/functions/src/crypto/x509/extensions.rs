//! Extensions of certificates: those that Go reads, and its complaints about them.

use super::SEQUENCE;
use super::names::{Host, is_host, is_mailbox};
use crate::arguments::quoted;
use crate::crypto::asn1::{Oid, dotted};
use crate::crypto::der;
use crate::crypto::elements::Elements;
use crate::url;

struct Extension<'a> {
    oid: Oid,
    critical: bool,
    value: Elements<'a>,
}

/// Checks all of them; the result is the subject's key identifier, empty where there is none.
pub(super) fn read(mut list: Elements<'_>) -> Result<Vec<u8>, String> {
    let mut list = list.read(SEQUENCE).ok_or("x509: malformed extensions")?;
    let mut found: Vec<Extension<'_>> = Vec::new();
    while !list.is_empty() {
        let next = extension(list.read(SEQUENCE).ok_or("x509: malformed extension")?)?;
        if found.iter().any(|other| other.oid == next.oid) {
            let oid = quoted(dotted(&next.oid).as_bytes());
            return Err(format!("x509: certificate contains duplicate extension with OID {oid}"));
        }
        found.push(next);
    }
    let mut key_id = Vec::new();
    for extension in found {
        match extension.oid.as_slice() {
            [2, 5, 29, 14] => key_id = subject_key(&extension)?,
            [2, 5, 29, number] => check(*number, &extension)?,
            [1, 3, 6, 1, 5, 5, 7, 1, 1] => authority_access(&extension)?,
            _ => {}
        }
    }
    Ok(key_id)
}

fn extension(mut input: Elements<'_>) -> Result<Extension<'_>, String> {
    let malformed = |what: &str| format!("x509: malformed extension {what} field");
    let oid = input.oid().ok_or_else(|| malformed("OID"))?;
    let mut critical = false;
    if input.peek(0x01) {
        critical = input.boolean().ok_or_else(|| malformed("critical"))?;
    }
    let value = input.read(der::OCTET_STRING).ok_or_else(|| malformed("value"))?;
    Ok(Extension { oid, critical, value })
}

fn subject_key(extension: &Extension<'_>) -> Result<Vec<u8>, String> {
    if extension.critical {
        return Err("x509: subject key identifier incorrectly marked critical".to_owned());
    }
    let mut value = extension.value;
    let id = value.read(der::OCTET_STRING).ok_or("x509: invalid subject key identifier")?;
    Ok(id.0.to_vec())
}

/// An extension below 2.5.29.
fn check(number: u32, extension: &Extension<'_>) -> Result<(), String> {
    let mut value = extension.value;
    let (valid, what) = match number {
        15 => (value.bits().map(drop), "key usage"),
        19 => (basic_constraints(value), "basic constraints"),
        17 => return alternative_names(value),
        30 => return name_constraints(value),
        31 => return distribution_points(value),
        35 if extension.critical => {
            return Err("x509: authority key identifier incorrectly marked critical".to_owned());
        }
        35 => (authority_key(value), "authority key identifier"),
        36 => (policy_constraints(value), "policy constraints extension"),
        37 => (key_usages(value), "extended key usages"),
        32 => (policies(value), "certificate policies"),
        33 => (policy_mappings(value), "policy mappings extension"),
        54 => (value.int(der::INTEGER).map(drop), "inhibit any policy extension"),
        _ => return Ok(()),
    };
    valid.ok_or_else(|| format!("x509: invalid {what}"))
}

fn basic_constraints(mut value: Elements<'_>) -> Option<()> {
    let mut value = value.read(SEQUENCE)?;
    if value.peek(0x01) {
        value.boolean()?;
    }
    if value.peek(der::INTEGER) {
        value.int(der::INTEGER).filter(|length| *length >= 0)?;
    }
    Some(())
}

fn authority_key(mut value: Elements<'_>) -> Option<()> {
    let mut value = value.read(SEQUENCE)?;
    value.optional(0x80).map(drop)
}

fn policy_constraints(mut value: Elements<'_>) -> Option<()> {
    let mut value = value.read(SEQUENCE)?;
    for tag in [0x80, 0x81] {
        if value.peek(tag) {
            value.int(tag)?;
        }
    }
    Some(())
}

fn key_usages(mut value: Elements<'_>) -> Option<()> {
    let mut value = value.read(SEQUENCE)?;
    while !value.is_empty() {
        value.oid()?;
    }
    Some(())
}

fn policies(mut value: Elements<'_>) -> Option<()> {
    let mut value = value.read(SEQUENCE)?;
    let mut seen = Vec::new();
    while !value.is_empty() {
        let oid = value.read(SEQUENCE)?.read(der::OBJECT)?.0;
        // Numbers of any size, without zeros in front, the last one complete.
        let complete = oid.last().is_some_and(|last| last & 0x80 == 0);
        let starts = std::iter::once(&0).chain(oid).zip(oid);
        let minimal = starts.into_iter().all(|(before, byte)| before & 0x80 != 0 || *byte != 0x80);
        if !complete || !minimal || seen.contains(&oid) {
            return None;
        }
        seen.push(oid);
    }
    Some(())
}

fn policy_mappings(mut value: Elements<'_>) -> Option<()> {
    let mut value = value.read(SEQUENCE)?;
    while !value.is_empty() {
        let mut pair = value.read(SEQUENCE)?;
        pair.read(der::OBJECT)?;
        pair.read(der::OBJECT)?;
    }
    Some(())
}

fn alternative_names(mut value: Elements<'_>) -> Result<(), String> {
    let mut names = value.read(SEQUENCE).ok_or("x509: invalid subject alternative names")?;
    while !names.is_empty() {
        let (tag, name) = names.any().ok_or("x509: invalid subject alternative name")?;
        let kind = match tag {
            0x81 => "rfc822Name",
            0x82 => "dNSName",
            0x86 => "uniformResourceIdentifier",
            0x87 if !matches!(name.len(), 4 | 16) => {
                return Err(format!("x509: cannot parse IP address of length {}", name.len()));
            }
            _ => continue,
        };
        if !name.is_ascii() {
            return Err(format!("x509: SAN {kind} is malformed"));
        }
        if tag == 0x86 {
            check_uri(name)?;
        }
    }
    Ok(())
}

fn check_uri(text: &[u8]) -> Result<(), String> {
    let cannot = |why: &str| format!("x509: cannot parse URI {}: {why}", quoted(text));
    let host = url::host(text).map_err(|error| cannot(&error))?;
    if is_host(&host, Host::Name) { Ok(()) } else { Err(cannot("invalid domain")) }
}

fn distribution_points(mut value: Elements<'_>) -> Result<(), String> {
    const ONE: &str = "x509: invalid CRL distribution point";
    let mut points = value.read(SEQUENCE).ok_or("x509: invalid CRL distribution points")?;
    while !points.is_empty() {
        let mut point = points.read(SEQUENCE).ok_or(ONE)?;
        let Some(mut name) = point.optional(0xa0).ok_or(ONE)? else { continue };
        let mut names = name.read(0xa0).ok_or(ONE)?;
        while names.peek(0x86) {
            names.read(0x86).ok_or(ONE)?;
        }
    }
    Ok(())
}

fn authority_access(extension: &Extension<'_>) -> Result<(), String> {
    if extension.critical {
        return Err("x509: authority info access incorrectly marked critical".to_owned());
    }
    let read = |mut value: Elements<'_>| {
        let mut list = value.read(SEQUENCE)?;
        while !list.is_empty() {
            let mut access = list.read(SEQUENCE)?;
            access.oid()?;
            access.optional(0x86)?;
        }
        Some(())
    };
    read(extension.value).ok_or_else(|| "x509: invalid authority info access".to_owned())
}

fn name_constraints(mut value: Elements<'_>) -> Result<(), String> {
    const INVALID: &str = "x509: invalid NameConstraints extension";
    let mut trees = value.read(SEQUENCE).filter(|_| value.is_empty()).ok_or(INVALID)?;
    let permitted = trees.optional(0xa0).ok_or(INVALID)?;
    let excluded = trees.optional(0xa1).ok_or(INVALID)?;
    if !trees.is_empty() {
        return Err(INVALID.to_owned());
    }
    let trees: Vec<Elements<'_>> = permitted.into_iter().chain(excluded).collect();
    if trees.iter().all(|tree| tree.is_empty()) {
        return Err("x509: empty name constraints extension".to_owned());
    }
    for mut tree in trees {
        while !tree.is_empty() {
            let name = tree.read(SEQUENCE).and_then(|mut one| one.any());
            let (tag, name) = name.ok_or(INVALID)?;
            constraint(tag, name)?;
        }
    }
    Ok(())
}

fn constraint(tag: u8, name: &[u8]) -> Result<(), String> {
    let kind = match tag {
        0x82 => "dnsName",
        0x81 => "rfc822Name",
        0x86 => "URI",
        0x87 => return address_constraint(name),
        _ => return Ok(()),
    };
    let shown = quoted(name);
    if !name.is_ascii() {
        return Err(format!(
            "x509: invalid constraint value: x509: {shown} cannot be encoded as an IA5String"
        ));
    }
    let cannot = format!("x509: failed to parse {kind} constraint {shown}");
    if tag == 0x86
        && std::str::from_utf8(name).is_ok_and(|name| crate::crypto::address(name).is_some())
    {
        return Err(format!("{cannot}: cannot be IP address"));
    }
    let valid = if tag == 0x81 && name.contains(&b'@') {
        is_mailbox(name)
    } else {
        is_host(name, Host::Constraint)
    };
    if valid { Ok(()) } else { Err(cannot) }
}

fn address_constraint(name: &[u8]) -> Result<(), String> {
    if !matches!(name.len(), 8 | 32) {
        return Err(format!("x509: IP constraint contained value of length {}", name.len()));
    }
    let mask = &name[name.len() / 2..];
    let rest = &mask[mask.iter().take_while(|byte| **byte == 0xff).count()..];
    // Ones, then zeros.
    let valid = rest.split_first().is_none_or(|(first, rest)| {
        first.leading_ones() + first.trailing_zeros().min(8) >= 8 && rest.iter().all(|b| *b == 0)
    });
    if valid {
        return Ok(());
    }
    let number = mask.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    let digits = format!("{number:0width$x}", width = 2 * mask.len());
    Err(format!("x509: IP constraint contained invalid mask {digits}"))
}
