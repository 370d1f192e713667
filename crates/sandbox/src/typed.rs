//! Values walked beside their shape: field sets, comparison, merge, removal, checking.
//!
//! These are the walkers of structured-merge-diff v6. Invariant: `None` is an absent value and
//! `Some(Null)` a written null; the two are never mixed up, because ownership depends on it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::fields::{Set, Step, item_step, path_text};
use crate::schema::{Atom, Scalar, Shape, Topology};

/// What differs between two values.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) added: Set,
    pub(crate) modified: Set,
    pub(crate) removed: Set,
}

/// The paths a configuration speaks of.
pub(crate) fn field_set(value: &Value, shape: &Shape) -> Set {
    let mut set = Set::default();
    collect_fields(value, shape, &mut vec![], &mut set);
    set
}

/// What changed from `old` to `new`.
pub(crate) fn compare(old: &Value, new: &Value, shape: &Shape) -> Comparison {
    let mut out = Comparison::default();
    compare_at(Some(old), Some(new), shape, &mut Walk { path: vec![], out: &mut out });
    out
}

/// `live` with everything `config` says laid over it; `None` when nothing is left.
pub(crate) fn merge(live: Option<&Value>, config: Option<&Value>, shape: &Shape) -> Option<Value> {
    match shape.atom(config.filter(|v| !v.is_null()).or(live)) {
        Atom::Leaf => config.or(live).cloned(),
        Atom::List { item, topology } => {
            let (old, new) = (items(live), items(config));
            if *topology == Topology::Atomic || (old.is_empty() && new.is_empty()) {
                return config.or(live).cloned();
            }
            merge_lists(old, new, item, topology)
        }
        Atom::Object { atomic } => {
            let (old, new) = (members(live), members(config));
            let empty = old.is_none_or(Map::is_empty) && new.is_none_or(Map::is_empty);
            if atomic || empty {
                return config.or(live).cloned();
            }
            let mut out = Map::new();
            for key in keys_of(old, new) {
                let member = shape.member(key).unwrap_or(&Shape::Any);
                let merged =
                    merge(old.and_then(|m| m.get(key)), new.and_then(|m| m.get(key)), member);
                if let Some(merged) = merged {
                    out.insert(key.clone(), merged);
                }
            }
            (!out.is_empty()).then_some(Value::Object(out))
        }
    }
}

/// `value` without the paths of `set`; `None` when nothing is left of it.
pub(crate) fn remove(value: &Value, set: &Set, shape: &Shape) -> Option<Value> {
    match shape.atom(Some(value)) {
        Atom::Leaf => Some(value.clone()),
        Atom::List { item, topology } => {
            if *topology == Topology::Atomic {
                return None;
            }
            let kept: Vec<Value> = items(Some(value))
                .iter()
                .enumerate()
                .filter_map(|(index, child)| {
                    let step = item_step(topology, index, child).ok()?;
                    if set.has(&step) {
                        return None;
                    }
                    match set.below(&step) {
                        Some(below) => Some(remove(child, below, item).unwrap_or(Value::Null)),
                        None => Some(child.clone()),
                    }
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        Atom::Object { atomic } => {
            if atomic {
                return None;
            }
            let mut out = Map::new();
            for (key, child) in members(Some(value)).into_iter().flatten() {
                let step = Step::field(key);
                if set.has(&step) {
                    continue;
                }
                let kept = match (set.below(&step), shape.member(key)) {
                    (Some(below), Some(member)) => {
                        remove(child, below, member).unwrap_or(Value::Null)
                    }
                    (Some(_) | None, _) => child.clone(),
                };
                out.insert(key.clone(), kept);
            }
            (!out.is_empty()).then_some(Value::Object(out))
        }
    }
}

/// What of a configuration the schema refuses, as the server words it.
pub(crate) fn check(value: &Value, shape: &Shape) -> Vec<String> {
    let mut errors = vec![];
    check_at(value, shape, &mut vec![], &mut errors);
    errors
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn members(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

fn keys_of<'a>(
    old: Option<&'a Map<String, Value>>,
    new: Option<&'a Map<String, Value>>,
) -> Vec<&'a String> {
    let mut keys: Vec<&String> =
        old.into_iter().flat_map(Map::keys).chain(new.into_iter().flat_map(Map::keys)).collect();
    keys.sort();
    keys.dedup();
    keys
}

fn collect_fields(value: &Value, shape: &Shape, path: &mut Vec<Step>, set: &mut Set) {
    match shape.atom(Some(value)) {
        Atom::Leaf => set.insert(path),
        Atom::List { item, topology } => {
            if *topology == Topology::Atomic {
                set.insert(path);
                return;
            }
            let mut seen: BTreeMap<Step, (usize, &Value)> = BTreeMap::new();
            for (index, child) in items(Some(value)).iter().enumerate() {
                if let Ok(step) = item_step(topology, index, child) {
                    seen.entry(step).or_insert((0, child)).0 += 1;
                }
            }
            for (step, (count, child)) in seen {
                path.push(step);
                set.insert(path);
                if count == 1 {
                    collect_fields(child, item, path, set);
                }
                path.pop();
            }
        }
        Atom::Object { atomic } => {
            if atomic {
                set.insert(path);
                return;
            }
            for (key, child) in members(Some(value)).into_iter().flatten() {
                let Some(member) = shape.member(key) else { continue };
                path.push(Step::field(key));
                collect_fields(child, member, path, set);
                let hollow = child.is_null() || child.as_object().is_some_and(Map::is_empty);
                if hollow || !shape.declares(key) {
                    set.insert(path);
                }
                path.pop();
            }
        }
    }
}

struct Walk<'a> {
    path: Vec<Step>,
    out: &'a mut Comparison,
}

fn compare_at(old: Option<&Value>, new: Option<&Value>, shape: &Shape, walk: &mut Walk<'_>) {
    let leaf = match shape.atom(new.filter(|v| !v.is_null()).or(old)) {
        Atom::Leaf => true,
        Atom::List { item, topology } => {
            let (before, after) = (items(old), items(new));
            let whole = *topology == Topology::Atomic || (before.is_empty() && after.is_empty());
            if !whole {
                compare_lists((before, after), item, topology, walk);
            }
            whole
        }
        Atom::Object { atomic } => {
            let (before, after) = (members(old), members(new));
            let empty = before.is_none_or(Map::is_empty) && after.is_none_or(Map::is_empty);
            if !(atomic || empty) {
                for key in keys_of(before, after) {
                    let Some(member) = shape.member(key) else { continue };
                    walk.path.push(Step::field(key));
                    let pair = (before.and_then(|m| m.get(key)), after.and_then(|m| m.get(key)));
                    compare_at(pair.0, pair.1, member, walk);
                    walk.path.pop();
                }
            }
            atomic || empty
        }
    };
    match (old, new) {
        (None, _) => walk.out.added.insert(&walk.path),
        (Some(_), None) => walk.out.removed.insert(&walk.path),
        (Some(old), Some(new)) if leaf && old != new => walk.out.modified.insert(&walk.path),
        (Some(_), Some(_)) => {}
    }
}

fn compare_lists(
    (before, after): (&[Value], &[Value]),
    item: &Shape,
    topology: &Topology,
    walk: &mut Walk<'_>,
) {
    let group = |list: &[Value]| -> BTreeMap<Step, Vec<Value>> {
        let mut out: BTreeMap<Step, Vec<Value>> = BTreeMap::new();
        for (index, child) in list.iter().enumerate() {
            if let Ok(step) = item_step(topology, index, child) {
                out.entry(step).or_default().push(child.clone());
            }
        }
        out
    };
    let (before, after) = (group(before), group(after));
    let steps: std::collections::BTreeSet<&Step> = before.keys().chain(after.keys()).collect();
    for step in steps {
        let old = before.get(step).map_or(&[][..], Vec::as_slice);
        let new = after.get(step).map_or(&[][..], Vec::as_slice);
        walk.path.push(step.clone());
        match (old.len() > 1, new.len() > 1) {
            (false, false) => compare_at(old.first(), new.first(), item, walk),
            (true, true) if old != new => walk.out.modified.insert(&walk.path),
            (true, true) => {}
            (true, false) => {
                if let Some(new) = new.first() {
                    compare_at(None, Some(new), item, walk);
                }
                walk.out.removed.insert(&walk.path);
            }
            (false, true) => {
                if let Some(old) = old.first() {
                    compare_at(Some(old), None, item, walk);
                }
                walk.out.added.insert(&walk.path);
            }
        }
        walk.path.pop();
    }
}

/// Merges by key: the order of `new` wins, items only in `old` keep their place before the next
/// shared one.
fn merge_lists(old: &[Value], new: &[Value], item: &Shape, topology: &Topology) -> Option<Value> {
    let index = |list: &[Value]| -> Vec<Step> {
        list.iter()
            .enumerate()
            .map(|(i, child)| item_step(topology, i, child).unwrap_or(Step::Index(i as u64)))
            .collect()
    };
    let (old_steps, new_steps) = (index(old), index(new));
    let find = |steps: &[Step], step: &Step| steps.iter().position(|s| s == step);
    let unique_old = |step: &Step| {
        let mut hits = old_steps.iter().enumerate().filter(|(_, s)| *s == step);
        let first = hits.next().map(|(i, _)| &old[i]);
        if hits.next().is_some() { None } else { first }
    };
    let mut shared =
        new_steps.iter().filter(|step| old_steps.contains(step)).collect::<Vec<_>>().into_iter();
    let mut next_shared = shared.next();
    let mut merged: Vec<&Step> = vec![];
    let mut out = vec![];
    let (mut l, mut r) = (0, 0);
    while l < old.len() || r < new.len() {
        if l < old.len() && r < new.len() {
            let step = &old_steps[l];
            if *step == new_steps[r] {
                merged.push(step);
                out.extend(merge(unique_old(step), Some(&new[r]), item));
                l += 1;
                r += 1;
                next_shared = shared.next();
                continue;
            }
            if find(&new_steps, step).is_some() && next_shared.is_some_and(|next| next != step) {
                l += 1;
                continue;
            }
        }
        if l < old.len() {
            let step = &old_steps[l];
            if find(&new_steps, step).is_none() {
                out.push(old[l].clone());
                l += 1;
                continue;
            }
            if merged.contains(&step) {
                l += 1;
            }
        }
        if r < new.len() {
            let step = &new_steps[r];
            merged.push(step);
            out.extend(merge(unique_old(step), Some(&new[r]), item));
            r += 1;
            if next_shared == Some(step) {
                next_shared = shared.next();
            }
        }
    }
    (!out.is_empty()).then_some(Value::Array(out))
}

fn check_at(value: &Value, shape: &Shape, path: &mut Vec<Step>, errors: &mut Vec<String>) {
    if value.is_null() {
        return;
    }
    let mut refuse =
        |path: &[Step], text: String| errors.push(format!("{}: {text}", path_text(path)));
    match shape.atom(Some(value)) {
        Atom::Leaf => {
            if let Shape::Scalar(scalar) = shape
                && let Some(expected) = refused_scalar(*scalar, value)
            {
                let got = match scalar {
                    Scalar::Integer | Scalar::Number => go_type(value).to_owned(),
                    Scalar::Text
                    | Scalar::Boolean
                    | Scalar::Bytes
                    | Scalar::Quantity
                    | Scalar::Time
                    | Scalar::MicroTime
                    | Scalar::IntOrString => described(value),
                };
                refuse(path, format!("expected {expected}, got {got}"));
            }
        }
        Atom::List { item, topology } => {
            let Some(list) = value.as_array() else {
                return refuse(path, format!("expected list, got {}", described(value)));
            };
            let mut seen: Vec<Step> = vec![];
            for (index, child) in list.iter().enumerate() {
                match item_step(topology, index, child) {
                    Err(text) => refuse(path, format!("element {index}: {text}")),
                    Ok(step) if seen.contains(&step) => {
                        refuse(path, format!("duplicate entries for key {}", path_text(&[step])));
                    }
                    Ok(step) => seen.push(step),
                }
            }
            for (child, step) in list.iter().zip(seen) {
                path.push(step);
                check_at(child, item, path, errors);
                path.pop();
            }
        }
        Atom::Object { .. } => {
            let Some(object) = value.as_object() else {
                return refuse(path, format!("expected map, got {}", described(value)));
            };
            for (key, child) in object {
                path.push(Step::field(key));
                match shape.member(key) {
                    Some(member) => check_at(child, member, path, errors),
                    None => {
                        errors.push(format!("{}: field not declared in schema", path_text(path)));
                    }
                }
                path.pop();
            }
        }
    }
}

fn refused_scalar(scalar: Scalar, value: &Value) -> Option<&'static str> {
    let (fits, expected) = match scalar {
        Scalar::Integer | Scalar::Number => (value.is_number(), "numeric (int or float)"),
        Scalar::Boolean => (value.is_boolean(), "boolean"),
        Scalar::Text | Scalar::Bytes | Scalar::Time | Scalar::MicroTime => {
            (value.is_string(), "string")
        }
        Scalar::Quantity | Scalar::IntOrString => {
            (value.is_string() || value.is_number(), "string or number")
        }
    };
    (!fits).then_some(expected)
}

/// A value's type as Go's `%T` prints it.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float64",
        Value::Number(_) => "int64",
        Value::String(_) => "string",
        Value::Array(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

/// A value as Go's `%v` prints the wrapper around it.
fn described(value: &Value) -> String {
    let inner = match value {
        Value::String(text) => format!("{text:?}"),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) => "[]interface {}{…}".to_owned(),
        Value::Object(_) => "map[string]interface {}{…}".to_owned(),
    };
    format!("&value.valueUnstructured{{Value:{inner}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod_spec() -> Shape {
        Shape::named("core.v1.PodSpec")
    }

    #[test]
    fn containers_merge_by_name_and_args_are_replaced() {
        let live = json!({"containers": [{"name": "a", "image": "a:1", "args": ["x", "y"]}, {"name": "b"}]});
        let config = json!({"containers": [{"name": "a", "args": ["z"]}]});
        let merged = merge(Some(&live), Some(&config), &pod_spec()).unwrap();
        assert_eq!(
            merged,
            json!({"containers": [{"name": "a", "image": "a:1", "args": ["z"]}, {"name": "b"}]})
        );
    }

    #[test]
    fn the_applied_order_wins_for_shared_items() {
        let names = |list: &Value| -> Vec<String> {
            items(Some(&list["containers"]))
                .iter()
                .map(|c| c["name"].as_str().unwrap().to_owned())
                .collect()
        };
        let of = |list: &[&str]| json!({"containers": list.iter().map(|n| json!({"name": n})).collect::<Vec<_>>()});
        let cases: &[(&[&str], &[&str], &[&str])] = &[
            (&["a", "b", "c"], &["c", "a"], &["b", "c", "a"]),
            (&["a", "b"], &["x", "b"], &["a", "x", "b"]),
            (&["a", "b"], &["b", "a", "c"], &["b", "a", "c"]),
        ];
        for (live, config, expected) in cases {
            let merged = merge(Some(&of(live)), Some(&of(config)), &pod_spec()).unwrap();
            assert_eq!(names(&merged), *expected, "{live:?} + {config:?}");
        }
    }

    #[test]
    fn an_undeclared_field_and_a_duplicate_key_are_refused_with_their_path() {
        let config =
            json!({"containers": [{"name": "a", "imag": "x"}, {"name": "a"}], "replicas": 1});
        assert_eq!(
            check(&config, &pod_spec()),
            [
                r#".containers: duplicate entries for key [name="a"]"#,
                r#".containers[name="a"].imag: field not declared in schema"#,
                ".replicas: field not declared in schema",
            ]
        );
    }
}
