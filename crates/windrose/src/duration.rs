//! Durations as Go writes them: `90s`, `5m0s`, `1h30m`, `1.5h`.

use std::time::Duration;

/// Reads a duration; the error is in words for a flag.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("invalid duration {text:?}; write 90s, 5m or 1h30m");
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let mut rest = text;
    let mut seconds = 0.0f64;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let value: f64 = rest[..number].parse().map_err(|_| wrong())?;
        rest = &rest[number..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        seconds += value
            * match &rest[..unit] {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return Err(wrong()),
            };
        rest = &rest[unit..];
    }
    if text.is_empty() {
        return Err(wrong());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// Whether a text is a duration, a negative one too; the error is Go's, for Helm's flags.
pub(crate) fn check_go(text: &str) -> Result<(), String> {
    let quoted = yaml::quote::quote(text);
    let invalid = || format!("time: invalid duration {quoted}");
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut nanoseconds = 0.0f64;
    while !rest.is_empty() {
        let digits = |c: char| c.is_ascii_digit() || c == '.';
        let end = rest.find(|c| !digits(c)).unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        if number.matches('.').count() > 1 || !number.contains(|c: char| c.is_ascii_digit()) {
            return Err(invalid());
        }
        let end = after.find(digits).unwrap_or(after.len());
        let (unit, next) = after.split_at(end);
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {quoted}"));
        }
        let Some(scale) = unit_nanoseconds(unit) else {
            let unit = yaml::quote::quote(unit);
            return Err(format!("time: unknown unit {unit} in duration {quoted}"));
        };
        nanoseconds += number.parse::<f64>().map_err(|_| invalid())? * scale;
        rest = next;
    }
    // 2^63 nanoseconds are more than Go can hold.
    if nanoseconds > 9.223_372_036_854_775e18 { Err(invalid()) } else { Ok(()) }
}

fn unit_nanoseconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{check_go, parse};
    use std::time::Duration;

    #[test]
    fn reads_what_go_writes_and_nothing_else() {
        assert_eq!(parse("5m0s"), Ok(Duration::from_mins(5)));
        assert_eq!(parse("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("1.5h"), Ok(Duration::from_mins(90)));
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(parse("0"), Ok(Duration::ZERO));
        for wrong in ["", "5", "m", "-5s", "5 s", "5d", "..s", "1e9s"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn refusals_are_in_gos_words() {
        for right in ["1h2m3.5s", "-5s", "+.5s", "1.s", "-0", "1μs"] {
            assert_eq!(check_go(right), Ok(()), "{right}");
        }
        for (wrong, message) in [
            ("x", "time: invalid duration \"x\""),
            ("", "time: invalid duration \"\""),
            ("5", "time: missing unit in duration \"5\""),
            ("00", "time: missing unit in duration \"00\""),
            ("5 s", "time: unknown unit \" s\" in duration \"5 s\""),
            ("1e3s", "time: unknown unit \"e\" in duration \"1e3s\""),
            (".s", "time: invalid duration \".s\""),
            ("99999999999h", "time: invalid duration \"99999999999h\""),
        ] {
            assert_eq!(check_go(wrong), Err(message.to_owned()), "{wrong}");
        }
    }
}
