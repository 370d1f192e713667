//! Who needs whom: checked for unknown names and cycles once, then only walked.
//!
//! **Invariant**: a [`Graph`] has no cycle and every edge leads to a node. Paths are never enumerated: every question is
//! answered in time linear in nodes and edges.

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Diagnostic;

use crate::model::{Need, NeedMode, ReleaseSpec};

/// Releases and their needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    needs: BTreeMap<String, BTreeMap<String, NeedMode>>,
    order: Vec<String>,
}

/// A cycle: each node needs the next one, and the last needs the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle(pub Vec<String>);

impl Graph {
    /// Takes the needs of every node, in the order in which they shall be shown; edges to unknown nodes are dropped.
    pub fn new(
        nodes: impl IntoIterator<Item = (String, BTreeMap<String, NeedMode>)>,
    ) -> Result<Self, Cycle> {
        let nodes: Vec<(String, BTreeMap<String, NeedMode>)> = nodes.into_iter().collect();
        let known: BTreeSet<&String> = nodes.iter().map(|(key, _)| key).collect();
        let needs: BTreeMap<String, BTreeMap<String, NeedMode>> = nodes
            .iter()
            .map(|(key, needs)| {
                let known = needs.iter().filter(|(n, _)| known.contains(n));
                (key.clone(), known.map(|(n, m)| (n.clone(), *m)).collect())
            })
            .collect();
        let order = sort(nodes.iter().map(|(key, _)| key), &needs)?;
        Ok(Self { needs, order })
    }

    /// Every node after all that it needs; otherwise as they were given.
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// What a node needs, and how far that must be.
    pub fn needs(&self, key: &str) -> impl Iterator<Item = (&str, NeedMode)> {
        self.needs.get(key).into_iter().flatten().map(|(n, m)| (n.as_str(), *m))
    }

    /// The graph in which everything waits for what needs it: the order of a destroy.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut needs: BTreeMap<String, BTreeMap<String, NeedMode>> =
            self.order.iter().map(|key| (key.clone(), BTreeMap::new())).collect();
        for (key, needed) in &self.needs {
            for need in needed.keys() {
                if let Some(waits) = needs.get_mut(need) {
                    waits.insert(key.clone(), NeedMode::Ready);
                }
            }
        }
        Self { needs, order: self.order.iter().rev().cloned().collect() }
    }
}

/// A cycle among the needs of releases as they are written, with a label at each `needs` on the way.
pub(crate) fn check_specs(releases: &[ReleaseSpec]) -> Option<Diagnostic> {
    let nodes = releases.iter().map(|release| {
        let needs = release.needs.iter().flatten().map(|n| (n.key.value.clone(), n.mode));
        (release.key.value.clone(), needs.collect())
    });
    let cycle = Graph::new(nodes).err()?.0;
    let next = |at: usize| &cycle[(at + 1) % cycle.len()];
    let need = |at: usize| -> Option<&Need> {
        let release = releases.iter().find(|r| r.key.value == cycle[at])?;
        release.needs.iter().flatten().find(|n| n.key.value == *next(at))
    };
    let mut names = cycle.clone();
    names.push(cycle[0].clone());
    let mut error = Diagnostic::error(format!("releases need each other: {}", names.join(" → ")));
    for (at, key) in cycle.iter().enumerate() {
        let Some(place) = need(at).map(|n| &n.key.place) else { continue };
        let words = format!("`{key}` needs `{}`", next(at));
        error = error.label(&place.source, place.span.clone(), words);
    }
    Some(error.code("needs-cycle"))
}

/// Depth first in the given order, so that a node comes as early as its needs allow; on an explicit stack, because a
/// chain may be long.
fn sort<'a>(
    keys: impl Iterator<Item = &'a String>,
    needs: &'a BTreeMap<String, BTreeMap<String, NeedMode>>,
) -> Result<Vec<String>, Cycle> {
    let mut order = vec![];
    let mut done: BTreeSet<&str> = BTreeSet::new();
    for key in keys {
        let mut path: Vec<(&str, Box<dyn Iterator<Item = &String>>)> = vec![];
        let mut open: BTreeSet<&str> = BTreeSet::new();
        if !done.contains(key.as_str()) {
            open.insert(key);
            path.push((key, Box::new(needs[key].keys())));
        }
        while let Some((node, rest)) = path.last_mut() {
            match rest.next() {
                None => {
                    done.insert(node);
                    open.remove(node);
                    order.push((*node).to_owned());
                    path.pop();
                }
                Some(next) if done.contains(next.as_str()) => {}
                Some(next) if open.contains(next.as_str()) => {
                    let from = path.iter().position(|(n, _)| n == next).unwrap_or(0);
                    return Err(Cycle(path[from..].iter().map(|(n, _)| (*n).to_owned()).collect()));
                }
                Some(next) => {
                    open.insert(next);
                    path.push((next, Box::new(needs[next].keys())));
                }
            }
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(edges: &[(&str, &[&str])]) -> Result<Graph, Cycle> {
        Graph::new(edges.iter().map(|(key, needs)| {
            let needs = needs.iter().map(|n| ((*n).to_owned(), NeedMode::Ready)).collect();
            ((*key).to_owned(), needs)
        }))
    }

    #[test]
    fn orders_after_needs_and_otherwise_as_given() {
        let g = graph(&[("web", &["db", "cache"]), ("z", &[]), ("db", &[]), ("cache", &["db"])]);
        assert_eq!(g.unwrap().order(), ["db", "cache", "web", "z"]);
    }

    #[test]
    fn names_the_whole_cycle_and_nothing_else() {
        let g = graph(&[("a", &["b"]), ("b", &["c"]), ("c", &["d"]), ("d", &["b"]), ("e", &[])]);
        assert_eq!(g.unwrap_err().0, ["b", "c", "d"]);
        assert_eq!(graph(&[("a", &["a"])]).unwrap_err().0, ["a"]);
    }

    #[test]
    fn long_chains_need_no_stack() {
        let key = |n: usize| format!("r{n:06}");
        let nodes = (0..50_000).map(|n| {
            let needs = (n > 0).then(|| (key(n - 1), NeedMode::Ready));
            (key(n), needs.into_iter().collect())
        });
        let nodes: Vec<_> = nodes.rev().collect();
        assert_eq!(Graph::new(nodes).unwrap().order()[0], "r000000");
    }

    #[test]
    fn reversed_waits_for_dependents() {
        let g = graph(&[("a", &[]), ("b", &["a"]), ("c", &["a", "b"])]).unwrap();
        let back = g.reversed();
        assert_eq!(back.order(), ["c", "b", "a"]);
        assert_eq!(back.needs("a").map(|(n, _)| n).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(back.reversed(), g);
    }
}
