//! Functions on dictionaries. Invariant: `set`, `unset` and the merges change the caller's map;
//! where Go's order of keys is random, ours is sorted.

mod merge;

use template::{CallError, Context, Function, List, Map, Param, Str, Value};

use crate::arguments::{Arguments, Outcome, fixed, text_of, variadic};
use crate::fault;
use merge::Overwrite;

const S: Param = Param::String;
const A: Param = Param::Any;
const M: Param = Param::Map;

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("deepCopy", &[A], deep_copy),
    variadic("dict", &[], A, dict),
    variadic("dig", &[], A, dig),
    fixed("get", &[M, S], get),
    fixed("hasKey", &[M, S], |_, args| {
        Ok(Value::Bool(args.map(0).is_some_and(|map| map.contains(args.bytes(1)))))
    }),
    variadic("keys", &[], M, keys),
    variadic("merge", &[M], M, |cx, args| merge(cx, args, Overwrite::Empty)),
    variadic("mergeOverwrite", &[M], M, |cx, args| merge(cx, args, Overwrite::All)),
    fixed("mustDeepCopy", &[A], deep_copy),
    variadic("mustMerge", &[M], M, |cx, args| merge(cx, args, Overwrite::Empty)),
    variadic("mustMergeOverwrite", &[M], M, |cx, args| merge(cx, args, Overwrite::All)),
    variadic("omit", &[M], S, omit),
    variadic("pick", &[M], S, pick),
    variadic("pluck", &[S], M, pluck),
    fixed("set", &[M, S, A], set),
    fixed("unset", &[M, S], unset),
    fixed("values", &[M], values),
];

/// How deep a value may be to be copied or merged.
const MAX_DEPTH: usize = 2_000;

fn dict(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    let map = Map::new(template::MapType::Any);
    for pair in args.chunks(2) {
        let value = pair.get(1).cloned().unwrap_or_else(|| Value::str(""));
        cx.set(&map, text_of(pair.any(0)), value)?;
    }
    Ok(Value::Map(map))
}

fn get(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let found = args.map(0).and_then(|map| map.get(args.bytes(1)));
    Ok(found.unwrap_or_else(|| Value::str("")))
}

fn set(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    if let Value::Map(map) = args.any(0) {
        cx.set(map, args.string(1), args.any(2).clone())?;
    }
    Ok(unnamed(args.any(0)))
}

fn unset(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    if let Some(map) = args.map(0) {
        map.remove(args.bytes(1));
    }
    Ok(unnamed(args.any(0)))
}

/// The map as a function gets it whose parameter has no name: the same map, of a plain type.
fn unnamed(map: &Value) -> Value {
    match map {
        Value::Map(map) => Value::Map(plain(map)),
        other => other.clone(),
    }
}

fn plain(map: &Map) -> Map {
    match map.map_type() {
        template::MapType::Named(named) if named.underlying.holds_any() => {
            map.with_type(template::MapType::Any)
        }
        _ => map.clone(),
    }
}

fn pluck(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let key = args.bytes(0);
    let maps = args.from(1).iter().filter_map(Value::as_map);
    Ok(Value::list(maps.filter_map(|map| map.get(key))))
}

fn keys(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let maps = args.iter().filter_map(Value::as_map);
    Ok(Value::List(List::strings(maps.flat_map(Map::keys))))
}

fn values(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let entries = args.map(0).map(Map::to_vec).unwrap_or_default();
    Ok(Value::list(entries.into_iter().map(|(_, value)| value)))
}

fn pick(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let keys = args
        .from(1)
        .iter()
        .filter_map(|key| if let Value::Str(key) = key { Some(key) } else { None });
    let entries = keys.filter_map(|key| Some((key.clone(), args.map(0)?.get(key)?)));
    Ok(Value::Map(entries.collect()))
}

fn omit(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let omitted = |key: &Str| {
        args.from(1).iter().any(|other| matches!(other, Value::Str(other) if other == key))
    };
    let entries = args.map(0).map(Map::to_vec).unwrap_or_default();
    Ok(Value::Map(entries.into_iter().filter(|(key, _)| !omitted(key)).collect()))
}

fn dig(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    let [keys @ .., default, last] = args else {
        return Err(CallError::new("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(CallError::new("dig needs at least three arguments"));
    }
    let mut value = plain_map(last)?.clone();
    if let Some(other) = keys.iter().find(|key| !matches!(key, Value::Str(_))) {
        return Err(fault::assertion(other, "string"));
    }
    for (at, _) in keys.iter().enumerate() {
        let map = if at == 0 { value.clone() } else { plain_map(&value)?.clone() };
        let Some(found) = map.as_map().and_then(|map| map.get(keys.bytes(at))) else {
            return Ok(default.clone());
        };
        value = found;
    }
    Ok(value)
}

/// `value.(map[string]interface {})`: a named map type is another type.
fn plain_map(value: &Value) -> Result<&Value, CallError> {
    match value {
        Value::Map(map) if map.map_type().name() == template::MapType::Any.name() => Ok(value),
        value => Err(fault::assertion(value, "map[string]interface {}")),
    }
}

fn merge(cx: &mut Context<'_>, args: &[Value], overwrite: Overwrite) -> Outcome {
    let Value::Map(first) = args.any(0) else { return Ok(Value::Nil) };
    let mut target = plain(first);
    for source in args.from(1).iter().filter_map(Value::as_map) {
        if target.is_nil() && !source.is_nil() {
            target = Map::new(template::MapType::Any);
        }
        merge::merge(cx, &target, source, overwrite, MAX_DEPTH)?;
    }
    Ok(Value::Map(target))
}

fn deep_copy(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    match args.any(0) {
        Value::Nil | Value::Missing => {
            Err(CallError::new("reflect: call of reflect.Value.Type on zero Value"))
        }
        value => copy(cx, value, MAX_DEPTH),
    }
}

fn copy(cx: &mut Context<'_>, value: &Value, depth: usize) -> Outcome {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(CallError::new("value is nested too deeply to be copied"));
    };
    match value {
        Value::List(list) if !list.is_nil() => {
            cx.spend(list.len() as u64)?;
            let items = list.iter().map(|item| copy(cx, item, depth));
            let items = items.collect::<Result<Vec<_>, _>>()?;
            Ok(Value::List(List::new(list.list_type(), items)))
        }
        Value::Map(map) if !map.is_nil() => {
            if let Some(copy) = map.copy_unread() {
                return Ok(Value::Map(copy));
            }
            cx.spend(map.len() as u64)?;
            Ok(Value::Map(map.try_map(|value| copy(cx, value, depth))?))
        }
        Value::Object(object) => Ok(object.deep_copied().unwrap_or_else(|| value.clone())),
        value => Ok(value.clone()),
    }
}

/// Whether mergo takes a value for unset: `false`, 0, "", nil and what has no items.
pub(crate) fn is_unset(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        value => !value.truth(),
    }
}

/// The list type of a value that is a slice.
pub(crate) fn is_slice(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Bytes(_))
}
