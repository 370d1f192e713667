//! Functions on lists. Invariant: a list is never changed; what Go returns as a nil slice is a
//! nil list (it prints as null in JSON). `must…` and plain forms differ in Go only in how they
//! fail, which a template cannot tell apart, so they share one body.

use std::borrow::Cow;
use std::rc::Rc;

use template::compare::deep_equal;
use template::{CallError, Context, Function, List, ListType, Param, Value};

use crate::arguments::{Arguments, Outcome, fixed, items, pay, text_of, texts_of, variadic};
use crate::{fault, numbers};

const I: Param = Param::Int;
const A: Param = Param::Any;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("append", &[A, A], append),
    fixed("chunk", &[I, A], chunk),
    fixed("compact", &[A], compact),
    variadic("concat", &[], A, concat),
    fixed("first", &[A], first),
    fixed("has", &[A, A], has),
    fixed("initial", &[A], initial),
    fixed("last", &[A], last),
    variadic("list", &[], A, list),
    fixed("mustAppend", &[A, A], append),
    fixed("mustChunk", &[I, A], chunk),
    fixed("mustCompact", &[A], compact),
    fixed("mustFirst", &[A], first),
    fixed("mustHas", &[A, A], has),
    fixed("mustInitial", &[A], initial),
    fixed("mustLast", &[A], last),
    fixed("mustPrepend", &[A, A], prepend),
    fixed("mustPush", &[A, A], append),
    fixed("mustRest", &[A], rest),
    fixed("mustReverse", &[A], reverse),
    variadic("mustSlice", &[A], A, slice),
    fixed("mustUniq", &[A], uniq),
    variadic("mustWithout", &[A], A, without),
    fixed("prepend", &[A, A], prepend),
    fixed("push", &[A, A], append),
    fixed("rest", &[A], rest),
    fixed("reverse", &[A], reverse),
    variadic("seq", &[], I, seq),
    variadic("slice", &[A], A, slice),
    fixed("sortAlpha", &[A], sort_alpha),
    variadic("tuple", &[], A, list),
    fixed("uniq", &[A], uniq),
    fixed("until", &[I], until),
    fixed("untilStep", &[I, I, I], until_step),
    variadic("without", &[A], A, without),
];

/// The items of an argument that must be a slice; `action` is Sprig's word in the error.
fn slice_of<'a>(value: &'a Value, action: &str) -> Result<Cow<'a, [Value]>, CallError> {
    items(value).ok_or_else(|| match value {
        Value::Nil | Value::Missing => fault::nil_pointer(),
        value => CallError::new(format!("{action} {}", value.kind().name())),
    })
}

fn any_list(items: impl IntoIterator<Item = Value>) -> Outcome {
    Ok(Value::List(items.into_iter().collect()))
}

fn nil_list() -> Outcome {
    Ok(Value::List(List::nil(ListType::Any)))
}

fn list(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    any_list(args.iter().cloned())
}

fn append(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot push on type")?;
    any_list(list.iter().chain([args.any(1)]).cloned())
}

fn prepend(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot prepend on type")?;
    any_list([args.any(1)].into_iter().chain(list.iter()).cloned())
}

fn chunk(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (size, list) = (args.int(0), slice_of(args.any(1), "Cannot chunk type")?);
    let (length, width) = (list.len() as f64, size as f64);
    // Floating point, as Sprig computes it: it decides what odd sizes give.
    let count = ((length - 1.0) / width).floor() + 1.0;
    if !(0.0..1e15).contains(&count) {
        return Err(fault::make_slice());
    }
    let count = count as i64;
    let mut chunks = Vec::new();
    for at in 0..count {
        let mut wanted = size;
        if at == count - 1 {
            wanted = (length % width).floor() as i64;
            if wanted == 0 {
                wanted = size;
            }
        }
        let wanted = usize::try_from(wanted).map_err(|_| fault::make_slice())?;
        let start = usize::try_from(at * size).unwrap_or(usize::MAX);
        let chunk = list.get(start..start.saturating_add(wanted));
        let chunk = chunk.ok_or_else(|| CallError::new("reflect: slice index out of range"))?;
        chunks.push(Value::list(chunk.iter().cloned()));
    }
    Ok(Value::List(List::new(ListType::Lists, chunks)))
}

fn last(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot find last on type")?;
    Ok(list.last().cloned().unwrap_or_default())
}

fn first(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot find first on type")?;
    Ok(list.first().cloned().unwrap_or_default())
}

fn rest(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    match &*slice_of(args.any(0), "Cannot find rest on type")? {
        [] => nil_list(),
        [_, rest @ ..] => any_list(rest.iter().cloned()),
    }
}

fn initial(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    match &*slice_of(args.any(0), "Cannot find initial on type")? {
        [] => nil_list(),
        [initial @ .., _] => any_list(initial.iter().cloned()),
    }
}

fn sort_alpha(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let value = args.any(0);
    let mut texts = match items(value) {
        Some(_) => texts_of(value),
        None => vec![text_of(value)],
    };
    texts.sort();
    match value {
        // It sorts a list of texts as it is, and that may be none.
        Value::List(list) if list.is_nil() && matches!(list.list_type(), ListType::String) => {
            Ok(value.clone())
        }
        _ => Ok(Value::List(List::strings(texts))),
    }
}

fn reverse(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot find reverse on type")?;
    any_list(list.iter().rev().cloned())
}

fn compact(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot compact on type")?;
    any_list(list.iter().filter(|item| item.truth()).cloned())
}

fn uniq(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot find uniq on type")?;
    let mut found: Vec<Value> = Vec::new();
    for item in list.iter() {
        cx.spend(found.len() as u64)?;
        if !found.iter().any(|other| deep_equal(item, other)) {
            found.push(item.clone());
        }
    }
    any_list(found)
}

fn without(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let list = slice_of(args.any(0), "Cannot find without on type")?;
    let omit = args.from(1);
    cx.spend(list.len() as u64 * omit.len() as u64)?;
    let keep = |item: &&Value| !omit.iter().any(|other| deep_equal(item, other));
    any_list(list.iter().filter(keep).cloned())
}

fn has(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (needle, haystack) = (args.any(0), args.any(1));
    if matches!(haystack, Value::Nil) {
        return Ok(Value::Bool(false));
    }
    let list = slice_of(haystack, "Cannot find has on type")?;
    Ok(Value::Bool(list.iter().any(|item| deep_equal(needle, item))))
}

fn slice(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let value = args.any(0);
    let list = slice_of(value, "list should be type of slice or array but")?;
    if list.is_empty() {
        return Ok(Value::Nil);
    }
    let bound = |at: usize, default: usize| match args.get(at) {
        Some(value) => usize::try_from(numbers::to_int64(value)).ok(),
        None => Some(default),
    };
    let part = bound(1, 0).zip(bound(2, list.len())).and_then(|(from, to)| list.get(from..to));
    let Some(part) = part else {
        return Err(CallError::new("reflect.Value.Slice: slice index out of bounds"));
    };
    match value {
        Value::List(list) => Ok(Value::List(List::new(list.list_type(), part.to_vec()))),
        Value::Bytes(_) => {
            let byte = |item: &Value| std::slice::from_ref(item).int(0) as u8;
            Ok(Value::Bytes(Rc::new(part.iter().map(byte).collect::<Vec<u8>>().into())))
        }
        _ => any_list(part.iter().cloned()),
    }
}

fn concat(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let mut all = Vec::new();
    for value in args {
        let list = items(value).ok_or_else(|| match value {
            Value::Nil | Value::Missing => fault::nil_pointer(),
            value => {
                let kind = value.kind().name();
                CallError::new(format!("Cannot concat type {kind} as list"))
            }
        })?;
        all.extend(list.iter().cloned());
    }
    if all.is_empty() { nil_list() } else { any_list(all) }
}

fn until(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let count = args.int(0);
    int_list(steps(cx, 0, count, if count < 0 { -1 } else { 1 })?)
}

fn until_step(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    int_list(steps(cx, args.int(0), args.int(1), args.int(2))?)
}

fn seq(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let (start, end, step) = match args.len() {
        1 => (1, args.int(0), None),
        2 => (args.int(0), args.int(1), None),
        3 => (args.int(0), args.int(2), Some(args.int(1))),
        _ => return Ok(Value::str("")),
    };
    let one = if end < start { -1 } else { 1 };
    if end < start && step.is_some_and(|step| step > 0) {
        return Ok(Value::str(""));
    }
    let numbers = steps(cx, start, end.wrapping_add(one), step.unwrap_or(one))?;
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    Ok(Value::str(texts.join(" ")))
}

fn int_list(numbers: Vec<i64>) -> Outcome {
    let items = numbers.into_iter().map(Value::int).collect();
    Ok(Value::List(List::new(ListType::Int, items)))
}

/// The numbers from `start` to before `stop`.
fn steps(cx: &mut Context<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, CallError> {
    let down = stop < start;
    if (down && step >= 0) || (!down && step <= 0) {
        return Ok(Vec::new());
    }
    let count = (stop.abs_diff(start)).div_ceil(step.unsigned_abs());
    pay(cx, usize::try_from(count.saturating_mul(24)).unwrap_or(usize::MAX))?;
    cx.spend(count)?;
    let mut numbers = Vec::new();
    let mut at = start;
    for _ in 0..count {
        numbers.push(at);
        at = at.wrapping_add(step);
    }
    Ok(numbers)
}
