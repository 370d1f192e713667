//! A release as `--output json|yaml` shows it: Helm's fields in the order of Helm's structs.
//!
//! Maps of users (values, objects) are by name, as Go writes maps.

use release::{Hook, Info, Live, Release};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use Shape::{Fields, Plain};

/// The whole of a release; without its chart for `helm status`.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    name: &'a str,
    info: ShownInfo<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chart: Option<InOrder<'a>>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    config: &'a Map<String, Value>,
    #[serde(skip_serializing_if = "str::is_empty")]
    manifest: &'a str,
    #[serde(skip_serializing_if = "<[Hook]>::is_empty")]
    hooks: &'a [Hook],
    version: i64,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    apply_method: Option<release::ApplyMethod>,
}

#[derive(Serialize)]
struct ShownInfo<'a> {
    #[serde(flatten)]
    info: &'a Info,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<&'a Live>,
}

impl<'a> Shown<'a> {
    /// With its chart, as `install` and `upgrade` show it.
    pub(super) fn whole(release: &'a Release) -> Self {
        let chart = Some(&release.chart).filter(|chart| !chart.is_null());
        Self {
            name: &release.name,
            info: ShownInfo { info: &release.info, resources: None },
            chart: chart.map(|chart| InOrder { value: chart, shape: CHART }),
            config: &release.config,
            manifest: &release.manifest,
            hooks: &release.hooks,
            version: release.version,
            namespace: &release.namespace,
            apply_method: release.apply_method,
        }
    }

    /// With its live objects, and without its chart.
    pub(super) fn with_resources(release: &'a Release, live: &'a Live) -> Self {
        let mut shown = Self { chart: None, ..Self::whole(release) };
        shown.info.resources = Some(live).filter(|live| !live.is_empty());
        shown
    }
}

/// The fields of a Go struct in its order; in a list, those of each of its items.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Written as it is.
    Plain,
    /// These first.
    Fields(&'static [(&'static str, Shape)]),
}

const FILES: Shape = Fields(&[("name", Plain), ("data", Plain), ("modtime", Plain)]);
pub(super) const DEPENDENCIES: Shape = Fields(&[
    ("name", Plain),
    ("version", Plain),
    ("repository", Plain),
    ("condition", Plain),
    ("tags", Plain),
    ("enabled", Plain),
    ("import-values", Plain),
    ("alias", Plain),
]);
const METADATA: Shape = Fields(&[
    ("name", Plain),
    ("home", Plain),
    ("sources", Plain),
    ("version", Plain),
    ("description", Plain),
    ("keywords", Plain),
    ("maintainers", Fields(&[("name", Plain), ("email", Plain), ("url", Plain)])),
    ("icon", Plain),
    ("apiVersion", Plain),
    ("condition", Plain),
    ("tags", Plain),
    ("appVersion", Plain),
    ("deprecated", Plain),
    ("annotations", Plain),
    ("kubeVersion", Plain),
    ("dependencies", DEPENDENCIES),
    ("type", Plain),
]);
const CHART: Shape = Fields(&[
    ("metadata", METADATA),
    ("lock", Fields(&[("generated", Plain), ("digest", Plain), ("dependencies", DEPENDENCIES)])),
    ("templates", FILES),
    ("values", Plain),
    ("schema", Plain),
    ("schemamodtime", Plain),
    ("files", FILES),
    ("modtime", Plain),
]);

/// JSON that is written in the order of a shape.
pub(super) struct InOrder<'a> {
    pub(super) value: &'a Value,
    pub(super) shape: Shape,
}

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.value, self.shape) {
            (Value::Object(map), Fields(fields)) => {
                let mut written = serializer.serialize_map(Some(map.len()))?;
                for (name, shape) in fields {
                    if let Some(value) = map.get(*name) {
                        written.serialize_entry(name, &InOrder { value, shape: *shape })?;
                    }
                }
                for (name, value) in map {
                    if fields.iter().all(|(known, _)| known != name) {
                        written.serialize_entry(name, value)?;
                    }
                }
                written.end()
            }
            (Value::Array(items), shape @ Fields(_)) => {
                serializer.collect_seq(items.iter().map(|value| InOrder { value, shape }))
            }
            (value, _) => value.serialize(serializer),
        }
    }
}
