//! The values of each chart's templates, and which templates there are.
//!
//! **Invariant**: a chart's templates all run with one map, as in Helm: what a template changes in
//! it, the later templates of the same chart see. Tables that are one table in the coalesced values
//! are one map here.
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use chart::values::{Entry, Node, Table, Tree};
use chart::{Chart, Dependency, ImportValue, Metadata};
use template::{IntKind, List, Map, MapType, Str, Value};

use crate::values_type::VALUES;
use crate::{Operation, Request, files, objects};

/// A template and what it runs with.
pub(crate) struct Template {
    pub(crate) text: Arc<[u8]>,
    /// `.`, shared by the templates of a chart.
    pub(crate) scope: Map,
    /// `.Template.BasePath`.
    pub(crate) base_path: Arc<str>,
}

/// Templates by full path, `chart/templates/x.yaml`.
pub(crate) type Templates = BTreeMap<String, Template>;

/// All templates of a chart and its dependencies.
pub(crate) fn templates(request: &Request<'_>, chart: &Chart, values: &Tree) -> Templates {
    let release = &request.release;
    let upgrade = release.operation == Operation::Upgrade;
    let release = Value::map([
        ("Name", Value::from(release.name.as_str())),
        ("Namespace", Value::from(release.namespace.as_str())),
        ("IsUpgrade", Value::Bool(upgrade)),
        // What `helm lint` renders is neither.
        ("IsInstall", Value::Bool(!upgrade && !request.options.lint)),
        ("Revision", Value::Int(release.revision, IntKind::Int)),
        ("Service", Value::from("Helm")),
    ]);
    let mut builder = Builder {
        release,
        capabilities: objects::capabilities(request.capabilities),
        maps: HashMap::new(),
        templates: BTreeMap::new(),
    };
    let values = builder.table(values, VALUES);
    builder.chart(chart, chart.name(), Some(values));
    builder.templates
}

struct Builder {
    release: Value,
    capabilities: Value,
    /// Tables that were converted already, by identity.
    maps: HashMap<usize, Map>,
    templates: Templates,
}

impl Builder {
    fn chart(&mut self, chart: &Chart, path: &str, values: Option<Map>) -> Map {
        let root = path == chart.name();
        let values = values.map_or_else(|| Map::new(VALUES), |values| values.with_type(VALUES));
        let mut subcharts = Vec::new();
        for dependency in &chart.dependencies {
            let name = dependency.name();
            // Helm looks a dependency's values up by a dotted path, dots in its name included.
            let below = name
                .split('.')
                .try_fold(values.clone(), |map, key| map.get(key)?.as_map().cloned());
            let scope = self.chart(dependency, &format!("{path}/charts/{name}"), below);
            subcharts.push((Str::from(name), Value::Map(scope.with_type(MapType::Any))));
        }
        let scope = Map::from_entries(
            VALUES,
            vec![
                (Str::from("Capabilities"), self.capabilities.clone()),
                (Str::from("Chart"), metadata(&chart.metadata, root)),
                (Str::from("Files"), files::files(&chart.files)),
                (Str::from("Release"), self.release.clone()),
                (Str::from("Subcharts"), Value::Map(subcharts.into_iter().collect())),
                (Str::from("Values"), Value::Map(values)),
            ],
        );
        let base_path: Arc<str> = Arc::from(format!("{path}/templates"));
        for template in &chart.templates {
            let partial = is_partial(&template.name);
            if chart.is_library() && !partial {
                continue;
            }
            self.templates.insert(
                format!("{path}/{}", template.name),
                Template {
                    text: Arc::clone(&template.data),
                    scope: scope.clone(),
                    base_path: Arc::clone(&base_path),
                },
            );
        }
        scope
    }

    fn table(&mut self, table: &Tree, map_type: MapType) -> Map {
        if let Some(known) = self.maps.get(&table.identity()) {
            return known.clone();
        }
        if let Some(shared) = table.as_shared() {
            let map = Map::lazy(map_type, Rc::new(Defaults(shared)));
            self.maps.insert(table.identity(), map.clone());
            return map;
        }
        let entries = table.entries().into_iter().map(|(key, node)| {
            let value = match node {
                Node::Leaf(value) => Value::from_yaml(&value),
                Node::Table(inner) => Value::Map(self.table(&inner, MapType::Any)),
            };
            (Str::from(&key), value)
        });
        let map = Map::from_entries(map_type, entries.collect());
        self.maps.insert(table.identity(), map.clone());
        map
    }
}

/// Values that nothing was laid over: maps of them are made when a template asks.
#[derive(Debug)]
struct Defaults(Table);

impl template::Entries for Defaults {
    fn entries(&self) -> Vec<(Str, Value)> {
        let entries = self.0.entries().iter().map(|(key, entry)| {
            let value = match entry {
                Entry::Leaf(value) => Value::from_yaml(value),
                Entry::Table(inner) => {
                    Value::Map(Map::lazy(MapType::Any, Rc::new(Defaults(inner.clone()))))
                }
            };
            (Str::from(key), value)
        });
        entries.collect()
    }
}

/// Whether a template's own output is of no interest: its file name begins with `_`.
pub(crate) fn is_partial(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or(path).starts_with('_')
}

/// `.Chart`: the fields of Helm's struct by their Go names.
fn metadata(of: &Metadata, root: bool) -> Value {
    let texts = |all: &[String]| Value::list(all.iter().map(|t| Value::from(t.as_str())));
    let annotations = match &of.annotations {
        None => Map::nil(MapType::String),
        Some(all) => Map::from_entries(
            MapType::String,
            all.iter().map(|(k, v)| (Str::from(k), Value::from(v.as_str()))).collect(),
        ),
    };
    let maintainers = of.maintainers.iter().map(|m| {
        Value::map([
            ("Name", Value::from(m.name.as_str())),
            ("Email", Value::from(m.email.as_str())),
            ("URL", Value::from(m.url.as_str())),
        ])
    });
    let dependencies = of.dependencies.iter().flatten().map(dependency);
    Value::map([
        ("Name", Value::from(of.name.as_str())),
        ("Home", Value::from(of.home.as_str())),
        ("Sources", texts(&of.sources)),
        ("Version", Value::from(of.version.as_str())),
        ("Description", Value::from(of.description.as_str())),
        ("Keywords", texts(&of.keywords)),
        ("Maintainers", Value::list(maintainers)),
        ("Icon", Value::from(of.icon.as_str())),
        ("APIVersion", Value::from(of.api_version.as_str())),
        ("Condition", Value::from(of.condition.as_str())),
        ("Tags", Value::from(of.tags.as_str())),
        ("AppVersion", Value::from(of.app_version.as_str())),
        ("Deprecated", Value::Bool(of.deprecated)),
        ("Annotations", Value::Map(annotations)),
        ("KubeVersion", Value::from(of.kube_version.as_str())),
        ("Dependencies", Value::list(dependencies)),
        ("Type", Value::from(of.kind.as_str())),
        ("IsRoot", Value::Bool(root)),
    ])
}

fn dependency(of: &Dependency) -> Value {
    let import_values = of.import_values.iter().map(|item| match item {
        ImportValue::Export(name) => Value::from(name.as_str()),
        ImportValue::Path { child, parent } => Value::Map(Map::from_entries(
            MapType::String,
            vec![
                (Str::from("child"), Value::from(child.as_str())),
                (Str::from("parent"), Value::from(parent.as_str())),
            ],
        )),
        ImportValue::Other(value) => Value::from_yaml(value),
    });
    Value::map([
        ("Name", Value::from(of.name.as_str())),
        ("Version", Value::from(of.version.as_str())),
        ("Repository", Value::from(of.repository.as_str())),
        ("Condition", Value::from(of.condition.as_str())),
        ("Tags", Value::List(of.tags.iter().map(|t| Value::from(t.as_str())).collect::<List>())),
        ("Enabled", Value::Bool(of.enabled)),
        ("ImportValues", Value::list(import_values)),
        ("Alias", Value::from(of.alias.as_str())),
    ])
}
