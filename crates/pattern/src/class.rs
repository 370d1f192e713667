//! Characters and character classes of Go's regular expressions in the words of the `regex`
//! crate. Invariant: every item goes out as escaped code points, so that the crate's own class
//! syntax (`&&`, `--`, nesting) never shows through.

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::fold::Set;
use crate::names;
use crate::syntax::SyntaxError;

const RANGE: &str = "invalid character class range";
const ESCAPE: &str = "invalid escape sequence";
const BRACKET: &str = "missing closing ]";
/// A class without characters.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// A literal character.
pub(super) fn literal(rune: char, case: Case) -> String {
    if case == Case::Either && !rune.is_ascii() {
        return Set::range(rune.into(), rune.into()).folded().text();
    }
    regex::escape(rune.encode_utf8(&mut [0; 4]))
}

/// A code point, maybe a surrogate, which never matches.
pub(super) fn code_point(rune: u32, case: Case) -> String {
    match char::from_u32(rune) {
        Some(rune) => literal(rune, case),
        None => NOTHING.to_owned(),
    }
}

/// Whether a pattern takes letters in either case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    Exact,
    Either,
}

/// A bracket class at the start of `text`, and what follows it.
pub(super) fn bracket(text: &str, case: Case) -> Result<(String, &str), SyntaxError> {
    let mut rest = &text[1..];
    let mut out = String::from("[");
    if let Some(after) = rest.strip_prefix('^') {
        out.push('^');
        rest = after;
    }
    let start = out.len();
    let mut set = Set::empty();
    let mut first = true;
    while first || !rest.starts_with(']') {
        first = false;
        let (item, after) = item(rest, text)?;
        match &item {
            Item::Class(class) => out.push_str(class),
            Item::Range(low, high) => push_range(&mut out, *low, *high),
        }
        if case == Case::Either {
            let of_tables = rest.starts_with(r"\p") || rest.starts_with(r"\P");
            let items = match item {
                Item::Class(_) if of_tables => Set::parse(&folded_table(rest)?),
                Item::Class(class) => folded_ascii(&class),
                Item::Range(low, high) => Set::range(low, high).folded(),
            };
            set.add(&items);
        }
        rest = after;
    }
    let read = &text[..text.len() - rest.len()];
    rest = &rest[1..];
    if case == Case::Either && (!read.is_ascii() || read.contains('\\')) {
        let set = if start == 1 { set } else { set.negated() };
        return Ok((set.text(), rest));
    }
    if out.len() == start {
        // Surrogates only: nothing, or with `^` anything.
        out.push_str(NOTHING);
    }
    out.push(']');
    Ok((out, rest))
}

/// What stands between brackets.
enum Item {
    Class(String),
    Range(u32, u32),
}

fn item<'a>(rest: &'a str, whole: &str) -> Result<(Item, &'a str), SyntaxError> {
    if let Some((class, after)) = named(rest)? {
        return Ok((Item::Class(class), after));
    }
    if rest.starts_with('\\')
        && let Some((class, after)) = escape(rest, Case::Exact)?
    {
        return Ok((Item::Class(class), after));
    }
    let (low, after) = class_rune(rest, whole)?;
    let (mut high, mut after) = (low, after);
    if after.len() >= 2 && after.starts_with('-') && !after.starts_with("-]") {
        (high, after) = class_rune(&after[1..], whole)?;
        if high < low {
            return Err(SyntaxError::new(RANGE, &rest[..rest.len() - after.len()]));
        }
    }
    Ok((Item::Range(low, high), after))
}

/// A class of Perl or POSIX in either case: folded, then negated.
fn folded_ascii(class: &str) -> Set {
    let positive = class.replacen("[:^", "[:", 1).replacen("[^", "[", 1);
    let of_posix = if positive.starts_with("[:") { format!("[{positive}]") } else { positive };
    let set = Set::parse(&of_posix).folded();
    if class.contains('^') { set.negated() } else { set }
}

/// A class of Unicode in either case, where Go has it in either.
fn folded_table(text: &str) -> Result<String, SyntaxError> {
    let (class, after) = unicode(text)?;
    if is_exact(text, after) {
        return Ok(class);
    }
    let (_, negative) = sign(text);
    let positive = if negative { Set::parse(&class).negated() } else { Set::parse(&class) };
    let set = positive.folded();
    Ok(if negative { set.negated() } else { set }.text())
}

/// Whether what was read up to `after` is a class that letters in the other case do not join.
fn is_exact(text: &str, after: &str) -> bool {
    let name = text[2..text.len() - after.len()].trim_matches(['{', '}', '^']);
    text[1..].starts_with(['p', 'P']) && !names::takes_either_case(&names::canonical(name))
}

/// A class escape (`\d`, `\pN`, `\p{Greek}`) at the start of `text`, and what follows it.
pub(super) fn escape(text: &str, case: Case) -> Result<Option<(String, &str)>, SyntaxError> {
    let class = match text.as_bytes().get(1) {
        Some(b'd') => "[0-9]",
        Some(b'D') => "[^0-9]",
        Some(b's') => r"[\t\n\x0C\r ]",
        Some(b'S') => r"[^\t\n\x0C\r ]",
        Some(b'w') => "[0-9A-Za-z_]",
        Some(b'W') => "[^0-9A-Za-z_]",
        Some(b'p' | b'P') => {
            let (class, after) = unicode(text)?;
            let class = match case {
                Case::Exact => class,
                Case::Either => format!("(?-i:{})", folded_table(text)?),
            };
            return Ok(Some((class, after)));
        }
        _ => return Ok(None),
    };
    Ok(Some((class.to_owned(), &text[2..])))
}

/// An escape that stands for one code point, and what follows it.
pub(super) fn escaped_rune(text: &str) -> Result<(u32, &str), SyntaxError> {
    let mut runes = text[1..].chars();
    let Some(first) = runes.next() else {
        return Err(SyntaxError::new("trailing backslash at end of expression", ""));
    };
    let rest = runes.as_str();
    let code = match first {
        '0'..='7' if first == '0' || rest.starts_with(|c| ('0'..='7').contains(&c)) => {
            return Ok(octal(first, rest));
        }
        'x' => return hexadecimal(text, rest),
        'a' => 0x07,
        'f' => 0x0c,
        'n' => 0x0a,
        'r' => 0x0d,
        't' => 0x09,
        'v' => 0x0b,
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => u32::from(other),
        _ => return Err(SyntaxError::new(ESCAPE, &text[..text.len() - rest.len()])),
    };
    Ok((code, rest))
}

fn octal(first: char, rest: &str) -> (u32, &str) {
    let more = rest.bytes().take(2).take_while(|b| (b'0'..=b'7').contains(b)).count();
    let value = rest[..more]
        .bytes()
        .fold(u32::from(first) - 0x30, |value, digit| value * 8 + u32::from(digit - b'0'));
    (value, &rest[more..])
}

fn hexadecimal<'a>(text: &'a str, rest: &'a str) -> Result<(u32, &'a str), SyntaxError> {
    let fail = |rest: &str| SyntaxError::new(ESCAPE, &text[..text.len() - rest.len()]);
    let mut runes = rest.chars();
    if !rest.starts_with('{') {
        let Some(high) = runes.next() else { return Err(fail(rest)) };
        // Go reads a second character before it looks at the first.
        let Some(low) = runes.next() else { return Err(fail(runes.as_str())) };
        return match (high.to_digit(16), low.to_digit(16)) {
            (Some(high), Some(low)) => Ok((high * 16 + low, runes.as_str())),
            (_, _) => Err(fail(runes.as_str())),
        };
    }
    runes.next();
    let (mut value, mut digits) = (0, 0);
    loop {
        let Some(rune) = runes.next() else { return Err(fail("")) };
        if rune == '}' {
            break;
        }
        let digit = rune.to_digit(16).ok_or_else(|| fail(runes.as_str()))?;
        value = value * 16 + digit;
        if value > 0x10_ffff {
            return Err(fail(runes.as_str()));
        }
        digits += 1;
    }
    if digits == 0 { Err(fail(runes.as_str())) } else { Ok((value, runes.as_str())) }
}

fn class_rune<'a>(text: &'a str, whole: &str) -> Result<(u32, &'a str), SyntaxError> {
    let Some(first) = text.chars().next() else {
        return Err(SyntaxError::new(BRACKET, whole));
    };
    if first == '\\' {
        return escaped_rune(text);
    }
    Ok((u32::from(first), &text[first.len_utf8()..]))
}

/// `[:alpha:]` at the start of `text`, and what follows it.
fn named(text: &str) -> Result<Option<(String, &str)>, SyntaxError> {
    const NAMES: [&str; 14] = [
        "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
        "space", "upper", "word", "xdigit",
    ];
    let Some(inside) = text.strip_prefix("[:") else { return Ok(None) };
    let Some(end) = inside.find(":]") else { return Ok(None) };
    let (class, rest) = text.split_at(end + 4);
    let name = &inside[..end];
    if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
        return Err(SyntaxError::new(RANGE, class));
    }
    Ok(Some((class.to_owned(), rest)))
}

/// The name of a class as it stands, without a `^`, and whether the class is negated.
fn sign(text: &str) -> (&str, bool) {
    let name = text[2..].strip_prefix('{').unwrap_or(&text[2..]);
    let capital = text.starts_with(r"\P");
    match name.strip_prefix('^') {
        Some(name) if text[2..].starts_with('{') => (name, !capital),
        _ => (name, capital),
    }
}

fn unicode(text: &str) -> Result<(String, &str), SyntaxError> {
    let mut negative = text.starts_with(r"\P");
    let after = &text[2..];
    let Some(first) = after.chars().next() else {
        // Go's nextRune gives U+FFFD at the end.
        return Err(SyntaxError::new(RANGE, text));
    };
    let (read, mut name, rest) = if first == '{' {
        let end = text.find('}').ok_or_else(|| SyntaxError::new(RANGE, text))?;
        (&text[..=end], &text[3..end], &text[end + 1..])
    } else {
        let width = first.len_utf8();
        (&text[..2 + width], &after[..width], &after[width..])
    };
    if let Some(positive) = name.strip_prefix('^') {
        negative = !negative;
        name = positive;
    }
    let letter = if negative { 'P' } else { 'p' };
    let name = names::canonical(name);
    let Some(property) = names::property(&name) else {
        return Err(SyntaxError::new(RANGE, read));
    };
    if names::is_surrogates(&name) {
        // No text holds one.
        let class = if negative { r"[\x{0}-\x{10FFFF}]" } else { NOTHING };
        return Ok((class.to_owned(), rest));
    }
    let class = format!(r"\{letter}{{{property}={name}}}");
    // Go's tables do not know what came later: that is not assigned.
    let class = if negative == names::holds_unassigned(&name) {
        format!("[{class}--[{}]]", newer())
    } else {
        format!("[{class}{}]", newer())
    };
    Ok((class, rest))
}

/// Ranges of the characters that came after Go's tables.
fn newer() -> &'static str {
    static RANGES: LazyLock<String> = LazyLock::new(|| {
        let mut ranges = String::new();
        for (first, last) in yaml::unicode::newer() {
            push_range(&mut ranges, u32::from(*first), u32::from(*last));
        }
        ranges
    });
    &RANGES
}

/// Writes a range without the surrogates, which no text holds.
pub(super) fn push_range(out: &mut String, low: u32, high: u32) {
    let mut push = |low: u32, high: u32| {
        if low <= high {
            // Writing to a string cannot fail.
            let _ = write!(out, r"\x{{{low:X}}}-\x{{{high:X}}}");
        }
    };
    push(low, high.min(0xd7ff));
    push(low.max(0xe000), high);
}
