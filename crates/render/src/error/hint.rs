//! What may have been meant: near names, and the same name elsewhere.
use std::collections::{BTreeSet, VecDeque};

use diagnostic::nearest;
use template::{Found, Map, Origin, Step, Subject, Value};

/// Places of one name that are still a help.
const MAX_ELSEWHERE: usize = 3;
/// Entries of the values that are looked through.
const MAX_SEARCHED: usize = 50_000;

/// What may have been meant by a path of the failing template's scope.
pub(super) fn hints(subject: &Subject, scope: &Map) -> Vec<String> {
    match &subject.origin {
        Origin::Data(steps) if subject.found.is_nil() => missing(steps, scope),
        Origin::Literal { key, keys, .. } => {
            let near = nearest(key, keys.iter().map(String::as_str));
            vec![match near {
                Some(near) => format!("did you mean `{near}`, which the caller gives?"),
                None => format!("the caller gives a map of {}; add `{key}` to it", list(keys)),
            }]
        }
        Origin::Data(_) | Origin::Dot(_) | Origin::Computed => Vec::new(),
    }
}

/// A path whose end is not there.
fn missing(steps: &[Step], scope: &Map) -> Vec<String> {
    let Some((known, key, keys, rest)) = gap(steps, scope) else { return Vec::new() };
    let suffix: String = rest.iter().map(ToString::to_string).collect();
    if let Some(near) = nearest(key, keys.iter().map(String::as_str)) {
        return vec![format!("did you mean `{known}.{near}{suffix}`?")];
    }
    let elsewhere = elsewhere(steps, scope);
    if !elsewhere.is_empty() {
        return vec![format!("did you mean {}?", elsewhere.join(" or "))];
    }
    Vec::new()
}

/// Where a path leaves what is there: the path up to it, the missing key, those beside it, the rest.
fn gap<'s>(
    steps: &'s [Step],
    scope: &Map,
) -> Option<(String, &'s str, BTreeSet<String>, &'s [Step])> {
    let mut value = Value::Map(scope.clone());
    let mut known = String::new();
    for (at, step) in steps.iter().enumerate() {
        let next = match (&value, step) {
            (Value::Map(map), Step::Key(key)) => {
                let Some(next) = map.get(key) else {
                    let keys = map.keys().iter().map(|k| k.to_str_lossy().into_owned()).collect();
                    return Some((known, key, keys, &steps[at + 1..]));
                };
                next
            }
            (Value::List(list), Step::Index(at)) => list.get(*at)?.clone(),
            _ => return None,
        };
        value = next;
        known.push_str(&step.to_string());
    }
    None
}

/// Other paths of the values that end as this one does; the last key alone, if it must be.
fn elsewhere(steps: &[Step], scope: &Map) -> Vec<String> {
    let Some(Step::Key(last)) = steps.last() else { return Vec::new() };
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut queue: VecDeque<(Vec<Step>, Value)> = VecDeque::new();
    let top = Step::Key("Values".to_owned());
    queue.extend(scope.get("Values").map(|values| (vec![top], values)));
    let mut searched = 0;
    while let Some((path, value)) = queue.pop_front() {
        let Value::Map(map) = value else { continue };
        for (key, inner) in map.to_vec() {
            searched += 1;
            if searched > MAX_SEARCHED {
                return Vec::new();
            }
            let mut path = path.clone();
            path.push(Step::Key(key.to_str_lossy().into_owned()));
            if key.as_bytes() == last.as_bytes() && !inner.is_nil() && path.as_slice() != steps {
                let same = path.iter().rev().zip(steps.iter().rev());
                let same = same.take_while(|(a, b)| a == b).count();
                found.push((same, path.iter().map(ToString::to_string).collect()));
            }
            queue.push_back((path, inner));
        }
    }
    let most = found.iter().map(|(same, _)| *same).max().unwrap_or(0);
    found.retain(|(same, _)| *same == most);
    if found.len() > MAX_ELSEWHERE {
        return Vec::new();
    }
    found.into_iter().map(|(_, path)| format!("`{path}`")).collect()
}

/// What the user can do about a value that is wrong as it is.
pub(super) fn advice(found: &Found, path: &str, null: bool) -> Option<String> {
    match found {
        Found::Missing | Found::Nil if null => {
            Some(format!("give `{path}` a value there, or take the null out"))
        }
        Found::Missing | Found::Nil => {
            Some(format!("set it in a values file, or with `--set {path}=…`"))
        }
        Found::Scalar { .. }
        | Found::Map(_)
        | Found::List(_)
        | Found::Object(_)
        | Found::Unknown => None,
    }
}

fn list(keys: &[String]) -> String {
    if keys.is_empty() {
        return "nothing".to_owned();
    }
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
}
