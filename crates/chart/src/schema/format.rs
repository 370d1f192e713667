//! `format`, which the drafts before 2019-09 and all metaschemas assert.
use std::net::Ipv6Addr;

use super::pattern;

/// Checks a text; the error is the library's reason. Names that are not known pass.
pub(super) fn check(name: &str, text: &str) -> Result<(), String> {
    match name {
        "ipv4" => ipv4(text),
        "ipv6" => ipv6(text),
        "hostname" => hostname(text),
        "email" => email(text),
        "uuid" => uuid(text),
        "date" => date(text),
        "time" => time(text),
        "date-time" => date_time(text),
        "uri" | "iri" => uri(text),
        "json-pointer" => json_pointer(text),
        "regex" => pattern::check(text),
        _ => Ok(()),
    }
}

fn fail(why: &str) -> Result<(), String> {
    Err(why.to_owned())
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return fail("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return fail("leading zeros");
        }
        match group.parse::<i64>() {
            Ok(0..=255) => {}
            Ok(_) => return fail("decimal must be between 0 and 255"),
            Err(_) => return Err(format!("strconv.Atoi: parsing {group:?}: invalid syntax")),
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return fail("missing colon");
    }
    if text.contains('%') {
        return fail("zone id is not a part of ipv6 address");
    }
    let parsed = text.parse::<Ipv6Addr>();
    parsed.map(|_| ()).map_err(|_| format!("ParseAddr({text:?}): unable to parse IP"))
}

fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return fail("more than 253 characters long");
    }
    for label in text.split('.') {
        if label.is_empty() || label.len() > 63 {
            return fail("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return fail("label starts with hyphen");
        }
        if label.ends_with('-') {
            return fail("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {c:?}"));
        }
    }
    Ok(())
}

fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return fail("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return fail("missing @") };
    if local.len() > 64 {
        return fail("local part more than 64 characters long");
    }
    if local.len() > 1 && local.starts_with('"') && local.ends_with('"') {
        if local[1..local.len() - 1].contains(['\\', '"']) {
            return fail("backslash and quote are not allowed within quoted local part");
        }
    } else {
        local_part(local)?;
    }
    if let Some(address) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        return match address.strip_prefix("IPv6:") {
            Some(rest) => ipv6(rest).map_err(|e| format!("invalid ipv6 address: {e}")),
            None => ipv4(address).map_err(|e| format!("invalid ipv4 address: {e}")),
        };
    }
    hostname(domain).map_err(|e| format!("invalid domain: {e}"))
}

fn local_part(local: &str) -> Result<(), String> {
    if local.starts_with('.') {
        return fail("starts with dot");
    }
    if local.ends_with('.') {
        return fail("ends with dot");
    }
    if local.contains("..") {
        return fail("consecutive dots");
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    match local.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(format!("invalid character {c:?}")),
        None => Ok(()),
    }
}

fn uuid(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != 5 {
        return fail("must have 5 elements");
    }
    for (at, (group, length)) in groups.iter().zip([8, 4, 4, 4, 12]).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {c:?}"));
        }
    }
    Ok(())
}

fn date(text: &str) -> Result<(), String> {
    let number = |range: std::ops::Range<usize>| {
        let digits = text.get(range)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse::<u32>().ok())?
    };
    let parts = (number(0..4), number(5..7), number(8..10));
    let shaped = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let (true, (Some(year), Some(month), Some(day))) = (shaped, parts) else {
        return Err(format!("parsing time {text:?} as \"2006-01-02\": cannot parse {text:?}"));
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(format!("parsing time {text:?}: month out of range")),
    };
    if (1..=last).contains(&day) {
        Ok(())
    } else {
        Err(format!("parsing time {text:?}: day out of range"))
    }
}

fn time(text: &str) -> Result<(), String> {
    if text.len() < 9 {
        return fail("less than 9 characters long");
    }
    if text.get(2..3) != Some(":") || text.get(5..6) != Some(":") {
        return fail("missing colon in correct place");
    }
    let number = |range| text.get(range).and_then(|t: &str| t.parse::<u32>().ok());
    let (Some(hour), Some(minute), Some(second)) = (number(0..2), number(3..5), number(6..8))
    else {
        return fail("invalid hour/min/sec");
    };
    if hour > 23 || minute > 59 || second > 60 {
        return fail("hour/min/sec out of range");
    }
    let mut zone = text.get(8..).unwrap_or_default();
    if let Some(fraction) = zone.strip_prefix('.') {
        zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        if zone.len() == fraction.len() {
            return fail("no digits in second fraction");
        }
    }
    if matches!(zone, "z" | "Z") {
        return Ok(());
    }
    if zone.len() != 6 {
        return fail("offset must be 6 characters long");
    }
    let Some(offset) = zone.strip_prefix(['+', '-']) else {
        return fail("offset must begin with plus/minus");
    };
    match offset.split_once(':').map(|(h, m)| (h.parse::<u32>(), m.parse::<u32>())) {
        None => fail("missing colon in offset in correct place"),
        Some((Ok(0..=23), Ok(0..=59))) => Ok(()),
        Some((Ok(_), Ok(_))) => fail("hour/min in offset out of range"),
        Some(_) => fail("invalid hour/min in offset"),
    }
}

fn date_time(text: &str) -> Result<(), String> {
    if text.len() < 20 {
        return fail("less than 20 characters long");
    }
    let (Some(day), Some("t" | "T"), Some(rest)) =
        (text.get(..10), text.get(10..11), text.get(11..))
    else {
        return fail("11th character must be t or T");
    };
    date(day).map_err(|e| format!("invalid date element: {e}"))?;
    time(rest).map_err(|e| format!("invalid time element: {e}"))
}

fn uri(text: &str) -> Result<(), String> {
    let Some((scheme, _)) = text.split_once(':') else { return fail("relative url") };
    let first = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let rest = scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    if scheme.is_empty() {
        return Err(format!("parse {text:?}: missing protocol scheme"));
    }
    if first && rest { Ok(()) } else { fail("relative url") }
}

fn json_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    if !text.starts_with('/') {
        return fail("not starting with /");
    }
    let mut escapes = text.split('~').skip(1);
    if escapes.all(|rest| rest.starts_with(['0', '1'])) {
        Ok(())
    } else {
        fail("~ must be followed by 0 or 1")
    }
}
