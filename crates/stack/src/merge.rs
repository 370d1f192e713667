//! How one tree lies over another: maps merge deeply, lists replace, null deletes.
//!
//! Lists grow only where the upper tree says so, by a map in place of the list: `{$append: […]}`, `{$prepend: […]}` (or
//! both), or `{$mergeBy: name, $items: […]}`, which merges items whose `name` is equal and appends the others.
//! A null stays in the result, so that it deletes the chart's own default too, as Helm does it.
//!
//! **Invariant**: the result has no operator left in it.

use std::collections::BTreeMap;

use diagnostic::Diagnostic;
use yaml::Value;

use crate::place::Place;
use crate::tree::{Entry, Tree, TreeKind};

const APPEND: &str = "$append";
const PREPEND: &str = "$prepend";
const MERGE_BY: &str = "$mergeBy";
const ITEMS: &str = "$items";
const OPERATORS: [&str; 4] = [APPEND, PREPEND, MERGE_BY, ITEMS];

/// Lays `upper` over `lower`. What cannot be merged goes to `errors`, and the upper tree wins.
pub(crate) fn merge(lower: Tree, upper: Tree, errors: &mut Vec<Diagnostic>) -> Tree {
    let Tree { place: lower_place, kind: lower_kind, replaced: lower_replaced, .. } = lower;
    let Tree { place, kind, mut replaced, read } = upper;
    let kind = match (lower_kind, kind) {
        (TreeKind::Map(mut low), TreeKind::Map(up)) if !is_operator(&up) => {
            for (name, entry) in up {
                let value = match low.remove(&name) {
                    Some(below) => merge(below.value, entry.value, errors),
                    None => settle(entry.value, errors),
                };
                low.insert(name, Entry { key: entry.key, value });
            }
            return Tree { place, kind: TreeKind::Map(low), replaced, read };
        }
        (low, TreeKind::Map(up)) if is_operator(&up) => {
            let items = match low {
                TreeKind::List(items) => items,
                TreeKind::Scalar(Value::Null) => vec![],
                TreeKind::Scalar(_) | TreeKind::Text(_) | TreeKind::Map(_) => {
                    let error = place.error("only a list can be added to", "").context(
                        &lower_place.source,
                        lower_place.span.clone(),
                        "not a list",
                    );
                    errors.push(error);
                    vec![]
                }
            };
            TreeKind::List(operate(items, up, errors))
        }
        (_, kind) => {
            replaced = lower_replaced;
            replaced.push(lower_place);
            settle(Tree::new(place.clone(), kind), errors).kind
        }
    };
    Tree { place, kind, replaced, read }
}

/// The tree with its operators carried out over nothing.
pub(crate) fn settle(tree: Tree, errors: &mut Vec<Diagnostic>) -> Tree {
    let kind = match tree.kind {
        TreeKind::Map(map) if is_operator(&map) => TreeKind::List(operate(vec![], map, errors)),
        TreeKind::Map(map) => TreeKind::Map(
            map.into_iter()
                .map(|(name, Entry { key, value })| {
                    (name, Entry { key, value: settle(value, errors) })
                })
                .collect(),
        ),
        TreeKind::List(items) => {
            TreeKind::List(items.into_iter().map(|item| settle(item, errors)).collect())
        }
        scalar @ (TreeKind::Scalar(_) | TreeKind::Text(_)) => scalar,
    };
    Tree { kind, ..tree }
}

/// Refuses keys that look like an operator and are none.
pub(crate) fn check_key(name: &str, place: &Place) -> Option<Diagnostic> {
    if name.contains("${{") {
        let error = place.error("a key cannot be an expression", "");
        return Some(error.hint("make the whole map an expression: `${{ {name: value} }}`"));
    }
    if !name.starts_with('$') || OPERATORS.contains(&name) {
        return None;
    }
    if name == "$secret" {
        return Some(place.error("`$secret` is not supported yet", "").code("not-supported"));
    }
    let near = diagnostic::nearest(name, OPERATORS)?;
    Some(
        place
            .error(format!("unknown operator `{name}`"), "")
            .hint(format!("did you mean `{near}`?")),
    )
}

/// Refuses operators that are mixed with data or lack their part.
pub(crate) fn check_operator(kind: &TreeKind) -> Option<Diagnostic> {
    let TreeKind::Map(map) = kind else { return None };
    let operator = map.keys().find(|k| OPERATORS.contains(&k.as_str()))?;
    let at = &map[operator].key;
    if let Some(other) = map.keys().find(|k| !OPERATORS.contains(&k.as_str())) {
        let place = &map[other].key;
        return Some(
            place.error(format!("`{other}` cannot stand beside `{operator}`"), "").context(
                &at.source,
                at.span.clone(),
                "makes this an operator on a list",
            ),
        );
    }
    let has = |name: &str| map.contains_key(name);
    if has(MERGE_BY) != has(ITEMS) {
        let message = format!("`{MERGE_BY}` and `{ITEMS}` belong together");
        return Some(at.error(message, "").hint("write `{$mergeBy: name, $items: […]}`"));
    }
    if has(MERGE_BY) && (has(APPEND) || has(PREPEND)) {
        return Some(at.error(format!("`{MERGE_BY}` already appends what it does not find"), ""));
    }
    None
}

fn is_operator(map: &BTreeMap<String, Entry>) -> bool {
    !map.is_empty() && map.keys().all(|k| OPERATORS.contains(&k.as_str()))
}

fn operate(
    mut items: Vec<Tree>,
    mut operator: BTreeMap<String, Entry>,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Tree> {
    let mut take = |name: &str, errors: &mut Vec<Diagnostic>| {
        let value = operator.remove(name)?.value;
        let place = value.place.clone();
        match settle(value, errors).kind {
            TreeKind::List(items) => Some(items),
            TreeKind::Scalar(_) | TreeKind::Text(_) | TreeKind::Map(_) => {
                errors.push(place.error(format!("`{name}` takes a list"), ""));
                None
            }
        }
    };
    if let Some(mut first) = take(PREPEND, errors) {
        first.append(&mut items);
        items = first;
    }
    items.extend(take(APPEND, errors).unwrap_or_default());
    let Some(new) = take(ITEMS, errors) else { return items };
    let Some(by) = operator.remove(MERGE_BY) else { return items };
    let Value::String(field) = by.value.to_value() else {
        errors.push(by.value.place.error(format!("`{MERGE_BY}` takes the name of a field"), ""));
        return items;
    };
    for item in new {
        let Some(id) = field_of(&item, &field) else {
            errors.push(item.place.error(format!("this item has no `{field}` to merge by"), ""));
            continue;
        };
        match items.iter().position(|below| field_of(below, &field).as_ref() == Some(&id)) {
            Some(at) => {
                let below = items.remove(at);
                items.insert(at, merge(below, item, errors));
            }
            None => items.push(item),
        }
    }
    items
}

fn field_of(item: &Tree, field: &str) -> Option<Value> {
    let TreeKind::Map(map) = &item.kind else { return None };
    let value = map.get(field)?.value.to_value();
    (!value.is_null()).then_some(value)
}

#[cfg(test)]
mod tests {
    use diagnostic::Source;
    use proptest::prelude::*;

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (0..3_i64).prop_map(Value::Int),
            "[ab]".prop_map(Value::String),
        ];
        scalar.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
                prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(Value::Map),
            ]
        })
    }

    fn tree(value: &Value) -> Tree {
        let source = Source::new("values.yaml", "");
        Tree::from_value(value.clone(), &Place::new(&source, 0..0))
    }

    fn merged(values: &[Value]) -> Value {
        let mut errors = vec![];
        let mut trees = values.iter().map(tree);
        let first = settle(trees.next().expect("there is one"), &mut errors);
        let result = trees.fold(first, |lower, upper| merge(lower, upper, &mut errors));
        assert!(errors.is_empty(), "{errors:?}");
        result.to_value()
    }

    /// The rule in its shortest form.
    fn plain(lower: &Value, upper: &Value) -> Value {
        match (lower, upper) {
            (Value::Map(lower), Value::Map(upper)) => {
                let mut result = lower.clone();
                for (key, value) in upper {
                    let below = lower.get(key).unwrap_or(&Value::Null);
                    result.insert(key.clone(), plain(below, value));
                }
                Value::Map(result)
            }
            (_, upper) => upper.clone(),
        }
    }

    fn map(value: Value) -> Value {
        Value::Map(yaml::Map::from([("top".to_owned(), value)]))
    }

    proptest! {
        #[test]
        fn maps_merge_deeply_and_the_rest_replaces(a in value(), b in value(), c in value()) {
            let (a, b, c) = (map(a), map(b), map(c));
            prop_assert_eq!(merged(&[a.clone(), b.clone()]), plain(&a, &b));
            prop_assert_eq!(merged(&[a.clone(), a.clone()]), a.clone());
            let all = merged(&[a.clone(), b.clone(), c.clone()]);
            prop_assert_eq!(all, plain(&plain(&a, &b), &c));
        }

        #[test]
        fn lists_grow_only_where_it_is_said(a in prop::collection::vec(value(), 0..4), b in prop::collection::vec(value(), 0..4)) {
            let operator = |name: &str| {
                let entries = [(name.to_owned(), Value::List(b.clone()))];
                map(Value::Map(entries.into_iter().collect()))
            };
            let below = map(Value::List(a.clone()));
            let both = |first: &[Value], second: &[Value]| map(Value::List([first, second].concat()));
            prop_assert_eq!(merged(&[below.clone(), operator(APPEND)]), both(&a, &b));
            prop_assert_eq!(merged(&[below.clone(), operator(PREPEND)]), both(&b, &a));
            prop_assert_eq!(merged(&[operator(APPEND)]), both(&[], &b));
        }
    }
}
