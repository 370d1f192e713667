//! Functions on text: trimming, cases, cutting, joining, wrapping, quoting. Invariant: texts are
//! bytes and positions count bytes, as in Go. Regular expressions are in `regex`.

mod case;
mod words;

use template::{Context, Function, ListType, MapType, Param, Str, Value, format};

use crate::arguments::{Arguments, Outcome, fixed, pay, quoted, text_of, texts_of, variadic};
use crate::{fault, runes};
use words::LongWords;

const S: Param = Param::String;
const I: Param = Param::Int;
const A: Param = Param::Any;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("abbrev", &[I, S], abbrev),
    fixed("abbrevboth", &[I, I, S], abbrevboth),
    fixed("camelcase", &[S], |_, args| text(case::pascal(args.bytes(0)))),
    variadic("cat", &[], A, cat),
    fixed("contains", &[S, S], contains),
    fixed("hasPrefix", &[S, S], |_, args| {
        Ok(Value::Bool(args.bytes(1).starts_with(args.bytes(0))))
    }),
    fixed("hasSuffix", &[S, S], |_, args| Ok(Value::Bool(args.bytes(1).ends_with(args.bytes(0))))),
    fixed("hello", &[], |_, _| Ok(Value::str("Hello!"))),
    fixed("indent", &[I, S], |cx, args| indent(cx, args, b"")),
    fixed("initials", &[S], |_, args| text(words::initials(args.bytes(0)))),
    fixed("join", &[S, A], join),
    fixed("kebabcase", &[S], |_, args| text(case::lower_words(args.bytes(0), '-'))),
    fixed("lower", &[S], |_, args| text(runes::map(args.bytes(0), runes::to_lower))),
    fixed("nindent", &[I, S], |cx, args| indent(cx, args, b"\n")),
    fixed("nospace", &[S], |_, args| text(words::delete_white_space(args.bytes(0)))),
    fixed("plural", &[S, S, I], |_, args| {
        Ok(Value::Str(args.string(usize::from(args.int(2) != 1))))
    }),
    variadic("quote", &[], A, quote),
    fixed("repeat", &[I, S], repeat),
    fixed("replace", &[S, S, S], replace),
    fixed("snakecase", &[S], |_, args| text(case::lower_words(args.bytes(0), '_'))),
    fixed("split", &[S, S], |_, args| Ok(numbered(split(args.bytes(0), args.bytes(1), None)))),
    fixed("splitList", &[S, S], split_list),
    fixed("splitn", &[S, I, S], splitn),
    variadic("squote", &[], A, squote),
    fixed("substr", &[I, I, S], substr),
    fixed("swapcase", &[S], |_, args| text(words::swap_case(args.bytes(0)))),
    fixed("title", &[S], |_, args| text(words::title(args.bytes(0)))),
    fixed("toString", &[A], |_, args| Ok(Value::Str(text_of(args.any(0))))),
    fixed("toStrings", &[A], to_strings),
    fixed("trim", &[S], |_, args| text(trim(args.bytes(0), runes::is_space))),
    fixed("trimAll", &[S, S], trim_all),
    fixed("trimPrefix", &[S, S], |_, args| {
        let (prefix, whole) = (args.bytes(0), args.bytes(1));
        text(whole.strip_prefix(prefix).unwrap_or(whole))
    }),
    fixed("trimSuffix", &[S, S], |_, args| {
        let (suffix, whole) = (args.bytes(0), args.bytes(1));
        text(whole.strip_suffix(suffix).unwrap_or(whole))
    }),
    fixed("trimall", &[S, S], trim_all),
    fixed("trunc", &[I, S], trunc),
    fixed("untitle", &[S], |_, args| text(words::uncapitalize(args.bytes(0)))),
    fixed("upper", &[S], |_, args| text(runes::map(args.bytes(0), runes::to_upper))),
    fixed("wrap", &[I, S], |_, args| {
        text(words::wrap(args.bytes(1), args.int(0), b"", LongWords::Keep))
    }),
    fixed("wrapWith", &[I, S, S], |_, args| {
        text(words::wrap(args.bytes(2), args.int(0), args.bytes(1), LongWords::Break))
    }),
];

fn text(text: impl Into<Str>) -> Outcome {
    Ok(Value::Str(text.into()))
}

fn abbrev(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (width, whole) = (args.int(0), args.bytes(1));
    if width < 4 {
        return text(whole);
    }
    text(words::abbreviate(whole, 0, width).unwrap_or_default())
}

fn abbrevboth(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (left, right, whole) = (args.int(0), args.int(1), args.bytes(2));
    if right < 4 || left > 0 && right < 7 {
        return text(whole);
    }
    text(words::abbreviate(whole, left, right).unwrap_or_default())
}

fn cat(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let values: Vec<Value> =
        args.iter().filter(|value| !matches!(value, Value::Nil)).cloned().collect();
    let layout = vec!["%v"; values.len()].join(" ");
    text(format::sprintf(layout.as_bytes(), &values))
}

fn contains(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    Ok(Value::Bool(find(args.bytes(1), args.bytes(0)).is_some()))
}

fn indent(cx: &mut Context<'_>, args: &[Value], before: &[u8]) -> Outcome {
    let (count, whole) = (args.int(0), args.bytes(1));
    let count = fault::repeat_count(count, 1)?;
    let lines = memchr::memchr_iter(b'\n', whole).count() + 1;
    let size = count.saturating_mul(lines).saturating_add(whole.len() + before.len());
    pay(cx, size)?;
    let mut out = Vec::with_capacity(size);
    out.extend_from_slice(before);
    for line in whole.split_inclusive(|&b| b == b'\n') {
        out.resize(out.len() + count, b' ');
        out.extend_from_slice(line);
    }
    if whole.is_empty() || whole.ends_with(b"\n") {
        out.resize(out.len() + count, b' ');
    }
    text(out)
}

fn join(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let texts = texts_of(args.any(1));
    let parts: Vec<&[u8]> = texts.iter().map(Str::as_bytes).collect();
    text(parts.join(args.bytes(0)))
}

fn quote(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let values = args.iter().filter(|value| !matches!(value, Value::Nil));
    let parts: Vec<String> = values.map(|value| quoted(text_of(value).as_bytes())).collect();
    text(parts.join(" "))
}

fn squote(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let values = args.iter().filter(|value| !matches!(value, Value::Nil));
    let parts: Vec<Vec<u8>> =
        values.map(|value| format::sprintf(b"'%v'", std::slice::from_ref(value))).collect();
    text(parts.join(b" ".as_slice()))
}

fn repeat(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let whole = args.bytes(1);
    let count = fault::repeat_count(args.int(0), whole.len())?;
    pay(cx, count.saturating_mul(whole.len()))?;
    text(whole.repeat(count))
}

fn replace(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (old, new, whole) = (args.bytes(0), args.bytes(1), args.bytes(2));
    if old.is_empty() {
        // Go puts the new text before each rune and at the end.
        let parts = explode(whole, usize::MAX);
        pay(cx, (parts.len() + 1).saturating_mul(new.len()).saturating_add(whole.len()))?;
        let mut out = new.to_vec();
        for part in parts {
            out.extend_from_slice(part);
            out.extend_from_slice(new);
        }
        return text(out);
    }
    let parts = split(old, whole, None);
    pay(cx, parts.len().saturating_mul(new.len()).saturating_add(whole.len()))?;
    text(parts.join(new))
}

fn split_list(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let parts = split(args.bytes(0), args.bytes(1), None);
    Ok(Value::List(template::List::strings(parts)))
}

fn splitn(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    // A negative count is no limit.
    let limit = usize::try_from(args.int(1)).ok();
    Ok(numbered(split(args.bytes(0), args.bytes(2), limit)))
}

fn substr(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (start, end, whole) = (args.int(0), args.int(1), args.bytes(2));
    if start < 0 {
        return text(fault::slice(whole, None, Some(end))?);
    }
    if end < 0 || end > whole.len() as i64 {
        return text(fault::slice(whole, Some(start), None)?);
    }
    text(fault::slice(whole, Some(start), Some(end))?)
}

fn to_strings(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    if let Value::List(list) = args.any(0)
        && matches!(list.list_type(), ListType::String)
    {
        return Ok(Value::List(list.clone()));
    }
    Ok(Value::List(template::List::strings(texts_of(args.any(0)))))
}

fn trim_all(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let cut: Vec<char> = runes::runes(args.bytes(0)).collect();
    text(trim(args.bytes(1), |rune| cut.contains(&rune)))
}

fn trunc(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (count, whole) = (args.int(0), args.bytes(1));
    let length = whole.len() as i64;
    if count < 0 && length + count > 0 {
        return text(&whole[(length + count) as usize..]);
    }
    if count >= 0 && length > count {
        return text(&whole[..count as usize]);
    }
    text(whole)
}

/// `_0`, `_1`, … as Sprig names the parts of a split.
fn numbered(parts: Vec<&[u8]>) -> Value {
    let entries = parts.into_iter().enumerate();
    let entries = entries.map(|(at, part)| (Str::from(format!("_{at}")), Value::str(part)));
    Value::Map(template::Map::from_entries(MapType::String, entries.collect()))
}

/// Go's `strings.SplitN`; no limit where it is none.
fn split<'t>(separator: &[u8], whole: &'t [u8], limit: Option<usize>) -> Vec<&'t [u8]> {
    let limit = limit.unwrap_or(usize::MAX);
    if limit == 0 {
        return Vec::new();
    }
    if separator.is_empty() {
        return explode(whole, limit);
    }
    let mut parts = Vec::new();
    let mut rest = whole;
    while parts.len() + 1 < limit
        && let Some(at) = find(rest, separator)
    {
        parts.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    parts.push(rest);
    parts
}

/// The runes of a text, the last of `limit` parts being the rest.
fn explode(whole: &[u8], limit: usize) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = whole;
    while let Some((_, width)) = runes::first(rest) {
        if parts.len() + 1 >= limit {
            parts.push(rest);
            break;
        }
        parts.push(&rest[..width]);
        rest = &rest[width..];
    }
    parts
}

fn find(whole: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() {
        return Some(0);
    }
    memchr::memmem::find(whole, part)
}

fn trim(whole: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    let mut start = 0;
    while let Some((rune, width)) = runes::first(&whole[start..])
        && cut(rune)
    {
        start += width;
    }
    let mut rest = &whole[start..];
    while let Some((rune, width)) = runes::last(rest)
        && cut(rune)
    {
        rest = &rest[..rest.len() - width];
    }
    rest
}
