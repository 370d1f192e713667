//! The values of one release: gathered from files and inline maps, merged, evaluated, and explained.
//!
//! Order, lowest first: the entries of the release's `values` as listed, then those of each layer in the order of the
//! layers. The chart's own defaults lie below all of them and belong to the chart.

use std::path::Path;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use yaml::{Map, Value};

use crate::expression::kind;
use crate::files::Files;
use crate::merge;
use crate::model::ValuesEntry;
use crate::place::{Place, Spanned};
use crate::read;
use crate::resolved::Release;
use crate::tree::{Read, Tree, TreeKind};

mod provenance;

/// The final values of a release, each with its origin.
#[derive(Clone, Debug)]
pub struct Values {
    pub(crate) tree: Option<Tree>,
}

/// Why a value is what it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Its path: `image.tag`, `hosts[0]`.
    pub path: String,
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub place: Place,
    /// Places of the values that it won over, lowest first.
    pub replaced: Vec<Place>,
    /// Inputs that its expression read, with where they got their values.
    pub read: Vec<Read>,
}

/// Why values could not be gathered.
#[derive(Debug, Default)]
pub(crate) struct Gap {
    /// Files that are not there (yet).
    pub(crate) missing: Vec<Spanned<String>>,
    /// What is wrong with what is there.
    pub(crate) wrong: Vec<Diagnostic>,
}

impl Values {
    /// The values as one map; whole numbers stay whole.
    pub fn to_map(&self) -> Map {
        self.tree
            .as_ref()
            .map(Tree::to_value)
            .and_then(|value| value.into_map().ok())
            .unwrap_or_default()
    }

    /// The values as a chart sees them: numbers as Helm reads them from a values file.
    pub(crate) fn to_chart(&self) -> Map {
        let mut map = self.to_map();
        map.values_mut().for_each(float_numbers);
        map
    }

    /// Every scalar and empty collection at a path or below it; an empty path means all. Nothing if there is no such
    /// path.
    pub fn explain(&self, path: &str) -> Vec<Explanation> {
        let mut all = vec![];
        if let Some(tree) = &self.tree {
            leaves(tree, String::new(), &mut all);
        }
        all.retain(|e| {
            e.path.strip_prefix(path).is_some_and(|rest| {
                path.is_empty() || rest.is_empty() || rest.starts_with(['.', '['])
            })
        });
        all
    }
}

/// The values of a release from its files and inline maps.
pub(crate) fn gather(release: &Release, files: &dyn Files) -> Result<Values, Gap> {
    let mut gap = Gap::default();
    let mut merged: Option<Tree> = None;
    for entry in &release.sources {
        let tree = match entry {
            ValuesEntry::File(path) => match read_file(path, &release.base, files) {
                Ok(source) => read_values(&source, release, &mut gap.wrong),
                Err(more) => {
                    gap.missing.extend(more.missing);
                    gap.wrong.extend(more.wrong);
                    None
                }
            },
            ValuesEntry::Inline(tree) => Some(tree.clone()),
        };
        let Some(tree) = tree else { continue };
        let tree = tree.evaluate(&release.scope, &mut gap.wrong);
        if !matches!(tree.kind, TreeKind::Map(_)) {
            let message = format!("values must be a map, not {}", kind(&tree.to_value()));
            gap.wrong.push(tree.place.error(message, ""));
            continue;
        }
        merged = Some(match merged {
            Some(below) => merge::merge(below, tree, &mut gap.wrong),
            None => merge::settle(tree, &mut gap.wrong),
        });
    }
    if gap.missing.is_empty() && gap.wrong.is_empty() {
        Ok(Values { tree: merged })
    } else {
        Err(gap)
    }
}

/// A file of the stack as text, named as the stack file in `base` is; errors point at the mention of it.
pub(crate) fn read_file(
    path: &Spanned<String>,
    base: &Path,
    files: &dyn Files,
) -> Result<Arc<Source>, Gap> {
    let wrong = |why: String| {
        let message = format!("cannot read `{}`: {why}", path.value);
        Gap { missing: vec![], wrong: vec![path.place.error(message, "")] }
    };
    let bytes = match files.read(Path::new(&path.value)) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return Err(Gap { missing: vec![path.clone()], wrong: vec![] });
        }
        Err(e) => return Err(wrong(e.to_string())),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(base.join(&path.value).display().to_string(), text)),
        Err(_) => Err(wrong("it is not UTF-8".to_owned())),
    }
}

impl Gap {
    /// The gap as what a user sees.
    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let missing = self.missing.iter().map(|path| {
            let message = format!("there is no file `{}`", path.value);
            path.place.error(message, "").code("no-such-file")
        });
        missing.chain(self.wrong).collect()
    }

    /// The first missing file, if nothing else is wrong: a job may write it yet.
    pub(crate) fn only_missing(&self) -> Option<&Spanned<String>> {
        if self.wrong.is_empty() { self.missing.first() } else { None }
    }
}

/// An empty file has no values.
fn read_values(
    source: &Arc<Source>,
    release: &Release,
    errors: &mut Vec<Diagnostic>,
) -> Option<Tree> {
    let node = read::document(source, errors)?;
    if matches!(node.kind, yaml::node::Kind::Null) {
        return None;
    }
    let before = errors.len();
    let tree = Tree::from_node(&node, source, &release.scope.names(), errors);
    (errors.len() == before).then_some(tree)
}

fn leaves(tree: &Tree, path: String, out: &mut Vec<Explanation>) {
    match &tree.kind {
        TreeKind::Map(map) if !map.is_empty() => {
            for (name, entry) in map {
                let path = match (path.is_empty(), name.contains(['.', '['])) {
                    (true, false) => name.clone(),
                    (false, false) => format!("{path}.{name}"),
                    (_, true) => format!("{path}[\"{name}\"]"),
                };
                leaves(&entry.value, path, out);
            }
        }
        TreeKind::List(items) if !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, format!("{path}[{at}]"), out);
            }
        }
        TreeKind::Scalar(_) | TreeKind::Text(_) | TreeKind::Map(_) | TreeKind::List(_) => {
            out.push(Explanation {
                path,
                value: tree.to_value(),
                place: tree.place.clone(),
                replaced: tree.replaced.clone(),
                read: tree.read.clone(),
            });
        }
    }
}

/// As Helm decodes a values file: every number is a float.
fn float_numbers(value: &mut Value) {
    match value {
        Value::Int(n) => *value = Value::Float(*n as f64),
        Value::Uint(n) => *value = Value::Float(*n as f64),
        Value::List(items) => items.iter_mut().for_each(float_numbers),
        Value::Map(map) => map.values_mut().for_each(float_numbers),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::String(_) => {}
    }
}
