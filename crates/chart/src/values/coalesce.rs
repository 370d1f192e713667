//! Laying values over defaults, down the tree of charts, with Helm 4.3.1's treatment of null.
//!
//! The steps and their order are Helm's, since they show: a null removes a chart's default, but only
//! where the chart has one; a dependency's table is merged keeping nulls, because it is coalesced
//! again one level down; tables inside `global` are shared between parent and child.
use std::collections::BTreeSet;

use yaml::{Map, Value};

use super::{Node, Tree, go_print, go_print_bool_verb};
use crate::{Chart, Error, Warning};

/// Whether nulls remove what they cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// They do.
    Coalesce,
    /// They stay, to take effect later.
    Merge,
}

/// Values laid over a chart's defaults, with what Helm would have logged.
#[derive(Debug, Clone)]
pub struct Coalesced {
    /// The values of the outermost chart; dependencies have theirs below their names.
    pub values: Tree,
    /// Tables that met scalars, and the like.
    pub warnings: Vec<Warning>,
}

/// The values a chart renders with: `values` over the defaults of the chart and its dependencies.
pub fn coalesce(chart: &Chart, values: &Map) -> Result<(Map, Vec<Warning>), Error> {
    coalesce_tree(chart, values).map(|done| (done.values.to_map(), done.warnings))
}

/// As [`coalesce`], keeping which tables are the same table.
pub fn coalesce_tree(chart: &Chart, values: &Map) -> Result<Coalesced, Error> {
    let mut warnings = Vec::new();
    let values = coalesce_with(chart, values, Mode::Coalesce, &mut warnings)?;
    Ok(Coalesced { values, warnings })
}

/// Lays `over` on `under` as Helm's `CoalesceTables` does: both may change, and tables of `under`
/// that `over` lacks become its own.
pub fn overlay(over: &Tree, under: &Tree) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mode = Mode::Coalesce;
    Pass { warnings: &mut warnings, mode }.tables(over, under, "", mode);
    warnings
}

pub(crate) fn coalesce_with(
    chart: &Chart,
    values: &Map,
    mode: Mode,
    warnings: &mut Vec<Warning>,
) -> Result<Tree, Error> {
    let dest = Tree::from_map(values);
    Pass { warnings, mode }.chart(chart, &dest, "")?;
    Ok(dest)
}

/// Lays `over` on `under`, nulls kept; both may change.
pub(crate) fn merge_tables(over: &Tree, under: &Tree, warnings: &mut Vec<Warning>) {
    Pass { warnings, mode: Mode::Merge }.tables(over, under, "", Mode::Merge);
}

struct Pass<'w> {
    warnings: &'w mut Vec<Warning>,
    mode: Mode,
}

impl Pass<'_> {
    fn chart(&mut self, chart: &Chart, dest: &Tree, prefix: &str) -> Result<(), Error> {
        self.values(chart, dest, prefix);
        for dependency in &chart.dependencies {
            let name = dependency.name();
            let table = match dest.get(name) {
                Some(Node::Table(table)) => table,
                Some(Node::Leaf(value)) => {
                    let value = go_print_bool_verb(&value);
                    return Err(Error::Coalesce(format!("type mismatch on {name}: {value}")));
                }
                None => {
                    let table = Tree::default();
                    dest.set(name, Node::Table(table.clone()));
                    table
                }
            };
            let prefix = join(prefix, chart.name());
            self.globals(&table, dest, &prefix);
            self.chart(dependency, &table, &prefix)?;
        }
        Ok(())
    }

    fn globals(&mut self, dest: &Tree, source: &Tree, prefix: &str) {
        let Some(dest_globals) = self.global_table(dest, "destination") else { return };
        let Some(source_globals) = self.global_table(source, "source") else { return };
        for (key, node) in source_globals.entries() {
            let present = dest_globals.get(&key);
            match (node, present) {
                (Node::Table(table), None) => {
                    dest_globals.set(&key, Node::Table(table.shallow_copy()));
                }
                (Node::Table(table), Some(Node::Table(below))) => {
                    // The parent wins, so the order is the other way round.
                    let copy = table.shallow_copy();
                    self.tables(&copy, &below, &join(prefix, &key), Mode::Merge);
                    dest_globals.set(&key, Node::Table(copy));
                }
                (Node::Table(_), Some(Node::Leaf(_))) => self.warn(format!(
                    "Conflict: cannot merge map onto non-map for {key:?}. Skipping."
                )),
                (Node::Leaf(_), Some(Node::Table(_))) => {
                    self.warn(format!("key {key} is table. Skipping"));
                }
                (leaf @ Node::Leaf(_), _) => dest_globals.set(&key, leaf),
            }
        }
        dest.set("global", Node::Table(dest_globals));
    }

    fn global_table(&mut self, values: &Tree, which: &str) -> Option<Tree> {
        match values.get("global") {
            None => Some(Tree::default()),
            Some(Node::Table(table)) => Some(table),
            Some(Node::Leaf(_)) => {
                self.warn(format!(
                    "warning: skipping globals because {which} global is not a table."
                ));
                None
            }
        }
    }

    fn values(&mut self, chart: &Chart, dest: &Tree, prefix: &str) {
        let prefix = join(prefix, chart.name());
        let defaults = Tree::from_map(&chart.values);
        for (key, default) in defaults.entries() {
            let Some(given) = dest.get(&key) else {
                if self.mode == Mode::Coalesce {
                    if default.is_null() {
                        continue;
                    }
                    drop_nulls(&default);
                }
                dest.set(&key, default);
                continue;
            };
            match (given, default) {
                (given, _) if given.is_null() && self.mode == Mode::Coalesce => dest.remove(&key),
                (Node::Table(given), Node::Table(default)) => {
                    let is_dependency = chart.dependencies.iter().any(|d| d.name() == key);
                    let mode = if is_dependency { Mode::Merge } else { self.mode };
                    if mode == Mode::Coalesce {
                        drop_nulls(&Node::Table(default.clone()));
                    }
                    self.tables(&given, &default, &join(&prefix, &key), mode);
                }
                (Node::Table(_), default) if !default.is_null() => {
                    self.warn(format!("warning: skipped value for {prefix}.{key}: Not a table."));
                }
                (Node::Table(_) | Node::Leaf(_), _) => {}
            }
        }
    }

    /// Merges `source` into `dest`, which has the last word.
    fn tables(&mut self, dest: &Tree, source: &Tree, prefix: &str, mode: Mode) {
        let set_in_source: BTreeSet<String> =
            source.entries().into_iter().filter(|(_, n)| !n.is_null()).map(|(k, _)| k).collect();
        for (key, _) in dest.entries().into_iter().filter(|(_, n)| n.is_null()) {
            source.set(&key, Node::Leaf(Value::Null));
        }
        for (key, node) in source.entries() {
            let full = join(prefix, &key);
            let Some(present) = dest.get(&key) else {
                dest.set(&key, node);
                continue;
            };
            let removed = mode == Mode::Coalesce && present.is_null();
            match (present, node) {
                _ if removed && set_in_source.contains(&key) => dest.remove(&key),
                (Node::Table(below), Node::Table(table)) => {
                    self.tables(&below, &table, &full, mode);
                }
                (Node::Leaf(_), Node::Table(table)) => {
                    let value = go_print(&Value::Map(table.to_map()));
                    self.warn(format!(
                        "warning: cannot overwrite table with non table for {full} ({value})"
                    ));
                }
                (Node::Table(_), Node::Leaf(value)) if !value.is_null() => {
                    let value = go_print(&value);
                    self.warn(format!(
                        "warning: destination for {full} is a table. Ignoring non-table value \
                         ({value})"
                    ));
                }
                (Node::Table(_) | Node::Leaf(_), Node::Leaf(_)) => {}
            }
        }
    }

    fn warn(&mut self, text: String) {
        self.warnings.push(Warning::plain(text));
    }
}

fn drop_nulls(node: &Node) {
    if let Node::Table(table) = node {
        for (key, inner) in table.entries() {
            if inner.is_null() {
                table.remove(&key);
            } else {
                drop_nulls(&inner);
            }
        }
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}
