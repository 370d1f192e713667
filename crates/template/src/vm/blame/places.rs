//! Where in the session's data a map or list is, by its identity.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};

use crate::subject::Step;
use crate::{List, Map, Value};

/// Paths of the maps and lists of the data, the shortest of each; found when one is first asked for.
pub(super) struct Places<'a> {
    data: Option<&'a Value>,
    known: OnceCell<HashMap<usize, Vec<Step>>>,
}

/// Data may hold itself, and be large.
const MAX_PLACES: usize = 200_000;

impl<'a> Places<'a> {
    pub(super) fn of(data: Option<&'a Value>) -> Self {
        Self { data, known: OnceCell::new() }
    }

    pub(super) fn find(&self, value: &Value) -> Option<&Vec<Step>> {
        let identity = identity(value)?;
        self.known.get_or_init(|| paths(self.data)).get(&identity)
    }
}

fn paths(data: Option<&Value>) -> HashMap<usize, Vec<Step>> {
    let mut known = HashMap::new();
    let mut queue: VecDeque<(Value, Vec<Step>)> = VecDeque::new();
    queue.extend(data.map(|data| (data.clone(), Vec::new())));
    while let Some((value, path)) = queue.pop_front() {
        let Some(identity) = identity(&value) else { continue };
        if known.contains_key(&identity) || known.len() >= MAX_PLACES {
            continue;
        }
        match &value {
            Value::Map(map) => queue.extend(map.to_vec().into_iter().map(|(key, inner)| {
                let key = Step::Key(key.to_str_lossy().into_owned());
                (inner, below(&path, key))
            })),
            Value::List(list) => queue.extend(
                list.iter().enumerate().map(|(at, v)| (v.clone(), below(&path, Step::Index(at)))),
            ),
            _ => {}
        }
        known.insert(identity, path);
    }
    known
}

fn below(path: &[Step], step: Step) -> Vec<Step> {
    path.iter().cloned().chain([step]).collect()
}

/// Nothing for values without identity; an empty list may share its items' place with any other.
fn identity(value: &Value) -> Option<usize> {
    match value {
        Value::Map(map) => Some(Map::identity(map)),
        Value::List(list) if !list.is_empty() => Some(List::identity(list)),
        _ => None,
    }
}
