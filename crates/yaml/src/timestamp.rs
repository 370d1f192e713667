//! Which strings are timestamps: the four layouts that go-yaml tries, read as Go's `time.Parse`
//! reads them.

/// Whether go-yaml takes a scalar for a timestamp.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.iter().take_while(|b| b.is_ascii_digit()).count() != 4 || bytes.get(4) != Some(&b'-') {
        return false;
    }
    let Some(rest) = date(text) else { return false };
    match rest.as_bytes().first() {
        None => true,
        Some(b'T' | b't') => time(&rest[1..]).and_then(zone).is_some_and(str::is_empty),
        Some(b' ') => time(rest.trim_start_matches(' ')).is_some_and(str::is_empty),
        Some(_) => false,
    }
}

/// `2006-1-2`; what follows it.
fn date(text: &str) -> Option<&str> {
    let year: u32 = text.get(..4)?.parse().ok()?;
    let (month, rest) = one_or_two(text.get(5..)?)?;
    let (day, rest) = one_or_two(rest.strip_prefix('-')?)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// `15:4:5.999999999`; what follows it.
fn time(text: &str) -> Option<&str> {
    let (hour, rest) = one_or_two(text)?;
    let (minute, rest) = one_or_two(rest.strip_prefix(':')?)?;
    let (second, rest) = one_or_two(rest.strip_prefix(':')?)?;
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    match rest.as_bytes() {
        [b'.' | b',', b'0'..=b'9', ..] => {
            Some(rest[1..].trim_start_matches(|c: char| c.is_ascii_digit()))
        }
        _ => Some(rest),
    }
}

/// `Z07:00`; what follows it.
fn zone(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('Z') {
        return Some(rest);
    }
    let rest = text.strip_prefix(['+', '-'])?;
    let (hours, colon, minutes) = (rest.get(..2)?, rest.get(2..3)?, rest.get(3..5)?);
    let in_range = |s: &str, most: u32| {
        s.bytes().all(|b| b.is_ascii_digit()) && s.parse::<u32>().is_ok_and(|n| n <= most)
    };
    (colon == ":" && in_range(hours, 24) && in_range(minutes, 60)).then(|| &rest[5..])
}

fn one_or_two(text: &str) -> Option<(u32, &str)> {
    let len = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    Some((text.get(..len)?.parse().ok()?, &text[len..]))
}

#[cfg(test)]
mod tests {
    use super::is_timestamp;

    #[test]
    fn layouts() {
        for text in [
            "2001-12-14",
            "2001-1-2",
            "2001-12-14T21:59:43.10-05:00",
            "2001-12-14t21:59:43Z",
            "2001-12-14  1:2:3,5",
            "2024-02-29",
        ] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in
            ["2001-12-14T21:59:43", "2001-13-1", "2023-02-29", "2001-1", "2001-12-14 21:59:43 Z"]
        {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
