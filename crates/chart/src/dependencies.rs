//! Which dependencies take part, under which name, and what they lend their parent.
use std::collections::BTreeSet;
use std::sync::Arc;

use yaml::Value;

use crate::metadata::{Dependency, ImportValue};
use yaml::quote::quote as go_quote;

use crate::values::{Mode, Node, Table, Tree, lay_over, merge_tables};
use crate::{Chart, Error, Warning, version};

/// Drops disabled dependencies, applies aliases and `import-values`, recursively.
pub fn process_dependencies(chart: &mut Chart, values: &Table) -> Result<Vec<Warning>, Error> {
    let mut warnings = Vec::new();
    enable(chart, values, "", &mut warnings)?;
    import(chart, &mut warnings)?;
    Ok(warnings)
}

fn enable(
    chart: &mut Chart,
    values: &Table,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    let Some(mut declared) = chart.metadata.dependencies.take() else { return Ok(()) };
    let found = std::mem::take(&mut chart.dependencies);
    chart.dependencies = settle(&found, &mut declared);
    chart.metadata.dependencies = Some(declared);
    let values = Tree::new(values.clone());
    lay_over(chart, &values, Mode::Coalesce, warnings)?;
    let mut declared = chart.metadata.dependencies.take().unwrap_or_default();
    apply_tags(&mut declared, &values, warnings);
    apply_conditions(&mut declared, &values, path, warnings);
    let disabled: BTreeSet<String> =
        declared.iter().filter(|d| !d.enabled).map(|d| d.name.clone()).collect();
    chart.dependencies.retain(|d| !disabled.contains(d.name()));
    declared.retain(|d| !disabled.contains(&d.name));
    if chart.dependencies.iter().any(|chart| chart.metadata.dependencies.is_some()) {
        let values = values.to_table();
        for dependency in &mut chart.dependencies {
            let path = format!("{path}{}.", dependency.name());
            enable(dependency, &values, &path, warnings)?;
        }
    }
    chart.metadata.dependencies = Some(declared).filter(|d| !d.is_empty());
    Ok(())
}

/// The charts that take part: those nobody declared, then one for each declaration that a chart
/// satisfies, under its alias.
fn settle(found: &[Chart], declared: &mut [Dependency]) -> Vec<Chart> {
    let fits = |chart: &Chart, d: &Dependency| {
        chart.name() == d.name && version::is_compatible(&d.version, &chart.metadata.version)
    };
    let undeclared = found.iter().filter(|c| !declared.iter().any(|d| fits(c, d)));
    let mut settled: Vec<Chart> = undeclared.cloned().collect();
    for dependency in declared {
        let mut chart = found.iter().find(|chart| fits(chart, dependency)).cloned();
        if !dependency.alias.is_empty() {
            if let Some(chart) = &mut chart {
                chart.metadata.name.clone_from(&dependency.alias);
            }
            dependency.name.clone_from(&dependency.alias);
        }
        dependency.enabled = true;
        settled.extend(chart);
    }
    settled
}

fn apply_tags(declared: &mut [Dependency], values: &Tree, warnings: &mut Vec<Warning>) {
    let Some(Node::Table(tags)) = values.get("tags") else { return };
    for dependency in declared {
        let (mut on, mut off) = (false, false);
        for tag in &dependency.tags {
            match tags.get(tag) {
                Some(Node::Leaf(value)) if *value == Value::Bool(true) => on = true,
                Some(Node::Leaf(value)) if *value == Value::Bool(false) => off = true,
                Some(_) => warnings.push(
                    Warning::new("returned non-bool value")
                        .with("tag", tag)
                        .with("chart", &dependency.name),
                ),
                None => {}
            }
        }
        dependency.enabled = on || !off;
    }
}

fn apply_conditions(
    declared: &mut [Dependency],
    values: &Tree,
    path: &str,
    warnings: &mut Vec<Warning>,
) {
    for dependency in declared {
        for condition in dependency.condition.trim().split(',').filter(|c| !c.is_empty()) {
            match value_at(values, &format!("{path}{condition}")).as_deref() {
                Some(Value::Bool(enabled)) => {
                    dependency.enabled = *enabled;
                    break;
                }
                Some(_) => warnings.push(
                    Warning::new("returned non-bool value")
                        .with("path", condition)
                        .with("chart", &dependency.name),
                ),
                None => {}
            }
        }
    }
}

/// The value at a dotted path, unless it is a table.
fn value_at(values: &Tree, path: &str) -> Option<Arc<Value>> {
    let (table, key) = match path.rsplit_once('.') {
        Some((tables, key)) => (values.table(tables)?, key),
        None => (values.clone(), path),
    };
    match table.get(key)? {
        Node::Leaf(value) => Some(value),
        Node::Table(_) => None,
    }
}

fn import(chart: &mut Chart, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    for dependency in &mut chart.dependencies {
        import(dependency, warnings)?;
    }
    let Some(mut declared) = chart.metadata.dependencies.take() else { return Ok(()) };
    let values = Tree::default();
    lay_over(chart, &values, Mode::Merge, warnings)?;
    let imported = Tree::default();
    for dependency in &mut declared {
        let mut kept = Vec::new();
        for item in &dependency.import_values {
            let (child, parent) = match item {
                ImportValue::Path { child, parent } => (child.clone(), parent.clone()),
                ImportValue::Export(name) => (format!("exports.{name}"), ".".to_owned()),
                ImportValue::Other(_) => continue,
            };
            match values.table(&format!("{}.{child}", dependency.name)) {
                Some(table) => {
                    // Helm lends a table itself, but of an empty one a new one.
                    let empty = table.entries().is_empty();
                    let table = if empty { Tree::default() } else { table };
                    merge_tables(&imported, &nested(&parent, table), warnings);
                }
                None => warnings.push(no_table(&values, dependency, item, &child)),
            }
            kept.push(ImportValue::Path { child, parent });
        }
        dependency.import_values = kept;
    }
    // The parent's own values win over what it imports. The copy is taken only now, because the
    // imported tables are the values' own and merging may have changed them.
    let values = values.deep_copy();
    merge_tables(&values, &imported, warnings);
    chart.values = values.to_table();
    chart.metadata.dependencies = Some(declared);
    Ok(())
}

/// Helm's words for a table that a dependency should lend and does not have.
fn no_table(values: &Tree, of: &Dependency, item: &ImportValue, child: &str) -> Warning {
    let path = format!("{}.{child}", of.name);
    let mut from = String::new();
    let missing = path.split('.').find(|key| {
        from = if from.is_empty() { (*key).to_owned() } else { format!("{from}.{key}") };
        values.table(&from).is_none()
    });
    let error = format!("{} is not a table", go_quote(missing.unwrap_or_default()));
    match item {
        ImportValue::Path { .. } => Warning::new("ImportValues missing table from chart")
            .with("chart", &of.name)
            .with("error", error),
        ImportValue::Export(_) | ImportValue::Other(_) => {
            Warning::new("ImportValues missing table").with("error", error)
        }
    }
}

/// `table` below the tables that a dotted path names; `.` is the root.
fn nested(path: &str, table: Tree) -> Tree {
    if path == "." {
        return table;
    }
    path.split('.').rev().fold(table, |inner, key| {
        let outer = Tree::default();
        outer.set(&key.into(), Node::Table(inner));
        outer
    })
}
