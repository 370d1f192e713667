//! Laying values over defaults, down the tree of charts, with Helm 4.3.1's treatment of null.
//!
//! The steps and their order are Helm's, since they show: a null removes a chart's default, but only
//! where the chart has one; a dependency's table is merged keeping nulls, because it is coalesced
//! again one level down; tables inside `global` are shared between parent and child.
use std::fmt;
use std::sync::Arc;

use yaml::{Map, Value};

use super::{Node, Table, Tree, go_print, go_print_bool_verb};
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
    coalesce_tree(chart, &Table::from(values)).map(|done| (done.values.to_map(), done.warnings))
}

/// As [`coalesce`], keeping which tables are the same table.
pub fn coalesce_tree(chart: &Chart, values: &Table) -> Result<Coalesced, Error> {
    let mut warnings = Vec::new();
    let values = Tree::new(values.clone());
    lay_over(chart, &values, Mode::Coalesce, &mut warnings)?;
    Ok(Coalesced { values, warnings })
}

/// Lays `over` on `under` as Helm's `CoalesceTables` does: both may change, and tables of `under`
/// that `over` lacks become its own.
pub fn overlay(over: &Tree, under: &Tree) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mode = Mode::Coalesce;
    Pass { warnings: &mut warnings, mode }.tables(over, under, Path::ROOT, mode);
    warnings
}

/// Lays `values` over the defaults of a chart and its dependencies, in place.
pub(crate) fn lay_over(
    chart: &Chart,
    values: &Tree,
    mode: Mode,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    Pass { warnings, mode }.chart(chart, values, Path::ROOT)
}

/// Lays `over` on `under`, nulls kept; both may change.
pub(crate) fn merge_tables(over: &Tree, under: &Tree, warnings: &mut Vec<Warning>) {
    Pass { warnings, mode: Mode::Merge }.tables(over, under, Path::ROOT, Mode::Merge);
}

/// Where in the values a step is; spelled out only for warnings.
#[derive(Clone, Copy)]
struct Path<'a> {
    above: Option<&'a Path<'a>>,
    key: &'a str,
}

struct Pass<'w> {
    warnings: &'w mut Vec<Warning>,
    mode: Mode,
}

impl Pass<'_> {
    fn chart(&mut self, chart: &Chart, dest: &Tree, prefix: Path<'_>) -> Result<(), Error> {
        let prefix = Path { above: Some(&prefix), key: chart.name() };
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
                    dest.set(&name.into(), Node::Table(table.clone()));
                    table
                }
            };
            self.globals(&table, dest, prefix);
            self.chart(dependency, &table, prefix)?;
        }
        Ok(())
    }

    fn globals(&mut self, dest: &Tree, source: &Tree, prefix: Path<'_>) {
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
                    let path = Path { above: Some(&prefix), key: &key };
                    self.tables(&copy, &below, path, Mode::Merge);
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
        dest.set(&"global".into(), Node::Table(dest_globals));
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

    fn values(&mut self, chart: &Chart, dest: &Tree, prefix: Path<'_>) {
        let defaults = Tree::new(chart.values.clone());
        for (key, default) in defaults.entries() {
            let Some(given) = dest.get(&key) else {
                if self.mode == Mode::Coalesce {
                    if default.is_null() {
                        continue;
                    }
                    default.drop_nulls();
                }
                dest.set(&key, default);
                continue;
            };
            match (given, default) {
                (given, _) if given.is_null() && self.mode == Mode::Coalesce => dest.remove(&key),
                (Node::Table(given), Node::Table(default)) => {
                    let is_dependency = chart.dependencies.iter().any(|d| d.name() == &*key);
                    let mode = if is_dependency { Mode::Merge } else { self.mode };
                    if mode == Mode::Coalesce {
                        default.drop_nulls();
                    }
                    let path = Path { above: Some(&prefix), key: &key };
                    self.tables(&given, &default, path, mode);
                }
                (Node::Table(_), default) if !default.is_null() => {
                    let path = Path { above: Some(&prefix), key: &key };
                    self.warn(format!("warning: skipped value for {path}: Not a table."));
                }
                (Node::Table(_) | Node::Leaf(_), _) => {}
            }
        }
    }

    /// Merges `source` into `dest`, which has the last word.
    fn tables(&mut self, dest: &Tree, source: &Tree, prefix: Path<'_>, mode: Mode) {
        let mut covered = Vec::new();
        for key in dest.null_keys() {
            if source.get(&key).is_some_and(|node| !node.is_null()) {
                covered.push(Arc::clone(&key));
            }
            source.set(&key, Node::Leaf(Arc::new(Value::Null)));
        }
        for (key, node) in source.entries() {
            let full = Path { above: Some(&prefix), key: &key };
            let Some(present) = dest.get(&key) else {
                dest.set(&key, node);
                continue;
            };
            let removed = mode == Mode::Coalesce && present.is_null();
            match (present, node) {
                _ if removed && covered.contains(&key) => dest.remove(&key),
                (Node::Table(below), Node::Table(table)) => {
                    self.tables(&below, &table, full, mode);
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

impl Path<'_> {
    const ROOT: Self = Self { above: None, key: "" };
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.above {
            Some(Path { above: None, key: "" }) | None => f.write_str(self.key),
            Some(above) => write!(f, "{above}.{}", self.key),
        }
    }
}
