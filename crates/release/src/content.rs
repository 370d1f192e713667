//! From a rendering to what a revision records, and whether two revisions are made of the same.
//!
//! The chart is stored as Helm's JSON (`pkg/chart/v2`): metadata, lock, templates, values, schema
//! and files of the root chart; subcharts are not stored, as in Helm.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chart::{Chart, Dependency, File, ImportValue, Lock, Metadata};
use render::Rendered;
use serde_json::{Map, Value, json};

use crate::desired::{Content, Crd};
use crate::left_out;
use crate::manifest;
use crate::record::{Hook, HookRun, Release};

impl Content {
    /// What Helm would record of a rendering.
    pub fn from_rendered(rendered: &Rendered) -> Self {
        let config = match yaml::Value::Map(rendered.values.clone()).to_json() {
            Value::Object(config) => config,
            _ => Map::new(),
        };
        Self {
            chart: chart_record(&rendered.chart),
            config,
            manifest: rendered.manifest_text(),
            hooks: rendered.hooks.iter().map(hook_record).collect(),
            crds: rendered
                .crds
                .iter()
                .map(|crd| Crd {
                    source: crd.filename.clone(),
                    text: String::from_utf8_lossy(&crd.data).into_owned(),
                })
                .collect(),
            notes: rendered.notes.clone().unwrap_or_default(),
        }
    }
}

fn hook_record(hook: &render::Hook) -> Hook {
    Hook {
        name: hook.name.clone(),
        kind: hook.kind.clone(),
        path: hook.path.clone(),
        manifest: hook.manifest.clone(),
        events: hook.events.iter().map(|event| event.as_str().to_owned()).collect(),
        last_run: HookRun::default(),
        weight: hook.weight,
        delete_policies: hook.delete_policies.iter().map(|p| p.as_str().to_owned()).collect(),
        output_log_policies: hook
            .output_log_policies
            .iter()
            .map(|p| p.as_str().to_owned())
            .collect(),
    }
}

fn chart_record(chart: &Chart) -> Value {
    json!({
        "metadata": chart_metadata(&chart.metadata),
        "lock": chart.lock.as_ref().map(lock),
        "templates": files(&chart.templates),
        "values": yaml::Value::Map(chart.values.to_map()).to_json(),
        "schema": chart.schema.as_ref().map(|file| STANDARD.encode(&file.data)),
        "schemamodtime": "0001-01-01T00:00:00Z",
        "files": files(&chart.files),
    })
}

/// None at all are null, as in Go.
fn files(files: &[File]) -> Value {
    if files.is_empty() {
        return Value::Null;
    }
    files
        .iter()
        .map(|file| json!({ "name": file.name, "data": STANDARD.encode(&file.data) }))
        .collect()
}

fn lock(lock: &Lock) -> Value {
    json!({
        // Go's zero time stands for a file that names none.
        "generated": if lock.generated.is_empty() { "0001-01-01T00:00:00Z" } else { &lock.generated },
        "digest": lock.digest,
        "dependencies": lock.dependencies.iter().map(dependency).collect::<Vec<_>>(),
    })
}

/// What Helm read of a `Chart.yaml`, as it writes it into a record.
pub fn chart_metadata(metadata: &Metadata) -> Value {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Value| {
        if !is_empty(&value) {
            fields.insert(key.to_owned(), value);
        }
    };
    put("name", json!(metadata.name));
    put("home", json!(metadata.home));
    put("sources", json!(metadata.sources));
    put("version", json!(metadata.version));
    put("description", json!(metadata.description));
    put("keywords", json!(metadata.keywords));
    let maintainers = metadata.maintainers.iter().map(|maintainer| {
        without_empty(json!({
            "name": maintainer.name, "email": maintainer.email, "url": maintainer.url,
        }))
    });
    put("maintainers", maintainers.collect());
    put("icon", json!(metadata.icon));
    put("apiVersion", json!(metadata.api_version));
    put("condition", json!(metadata.condition));
    put("tags", json!(metadata.tags));
    put("appVersion", json!(metadata.app_version));
    put("deprecated", json!(metadata.deprecated));
    put("annotations", json!(metadata.annotations));
    put("kubeVersion", json!(metadata.kube_version));
    let dependencies = metadata.dependencies.iter().flatten().map(dependency);
    put("dependencies", dependencies.collect());
    put("type", json!(metadata.kind));
    Value::Object(fields)
}

fn dependency(dependency: &Dependency) -> Value {
    let imports = dependency.import_values.iter().map(|import| match import {
        ImportValue::Export(name) => json!(name),
        ImportValue::Path { child, parent } => json!({ "child": child, "parent": parent }),
        ImportValue::Other(value) => value.to_json(),
    });
    let mut fields = without_empty(json!({
        "version": dependency.version,
        "condition": dependency.condition,
        "tags": dependency.tags,
        "enabled": dependency.enabled,
        "import-values": imports.collect::<Vec<_>>(),
        "alias": dependency.alias,
    }));
    fields["name"] = json!(dependency.name);
    fields["repository"] = json!(dependency.repository);
    fields
}

fn without_empty(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.into_iter().filter(|(_, value)| !is_empty(value)).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

/// What Go's `omitempty` leaves out.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(b) => !b,
        Value::Number(_) => false,
        Value::String(s) => s.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

/// Whether two chart records are the same chart: times of files, the order of files and the
/// difference between nothing and empty do not count.
pub(crate) fn is_same_chart(a: &Value, b: &Value) -> bool {
    let strip = |chart: &Value| {
        let mut chart = chart.clone();
        if let Some(fields) = chart.as_object_mut() {
            fields.retain(|key, _| key != "schemamodtime" && key != "modtime");
        }
        let by_name = |list: &Value| -> BTreeMap<String, String> {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let files = list.as_array().into_iter().flatten();
            files.map(|f| (text(&f["name"]), text(&f["data"]))).collect()
        };
        let files = left_out::LISTS.map(|list| by_name(&chart[list]));
        if let Some(fields) = chart.as_object_mut() {
            for list in left_out::LISTS {
                fields.remove(list);
            }
        }
        (chart, files)
    };
    let ((a, a_files), (b, b_files)) = (strip(a), strip(b));
    let same_files = a_files.iter().zip(&b_files).all(|(a, b)| {
        a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && left_out::is_same(a.1, b.1))
    });
    same_files && is_same(&a, &b)
}

/// Whether two JSON values mean the same: `1` and `1.0`, missing, null and empty are alike.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => x == y || x.as_f64() == y.as_f64(),
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| is_same(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            let keys: std::collections::BTreeSet<_> = x.keys().chain(y.keys()).collect();
            keys.into_iter().all(|key| {
                is_same(x.get(key).unwrap_or(&Value::Null), y.get(key).unwrap_or(&Value::Null))
            })
        }
        (x, y) => x == y || (is_nothing(x) && is_nothing(y)),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.values().all(is_nothing),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Whether a revision is made of just this.
pub(crate) fn is_same_content(release: &Release, content: &Content) -> bool {
    is_same_chart(&release.chart, &content.chart)
        && is_same(&Value::Object(release.config.clone()), &Value::Object(content.config.clone()))
        && is_same_manifest(&release.manifest, &content.manifest)
        && release.hooks.len() == content.hooks.len()
        && release.hooks.iter().zip(&content.hooks).all(|(a, b)| is_same_hook(a, b))
}

/// Helm 3 trims what Helm 4 keeps, so that texts that differ may still say the same.
fn is_same_manifest(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let parse = |text| manifest::parse(text, "release manifest");
    match (parse(a), parse(b)) {
        (Ok(a), Ok(b)) => {
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| is_same(&a.value, &b.value))
        }
        _ => false,
    }
}

fn is_same_hook(a: &Hook, b: &Hook) -> bool {
    // Helm records the default policy once the hook ran.
    let policies = |hook: &Hook| match hook.delete_policies.as_slice() {
        [] => vec!["before-hook-creation".to_owned()],
        policies => policies.to_vec(),
    };
    a.path == b.path
        && a.name == b.name
        && a.kind == b.kind
        && a.events == b.events
        && a.weight == b.weight
        && policies(a) == policies(b)
        && is_same_manifest(&a.manifest, &b.manifest)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// The fixture is what Helm 4.3.1 stored for this very chart.
    #[test]
    fn our_record_of_a_chart_is_helms() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/web");
        let names = ["Chart.yaml", "values.yaml"]
            .map(str::to_owned)
            .into_iter()
            .chain(["config", "deployment", "hook"].map(|name| format!("templates/{name}.yaml")));
        let files = names
            .map(|name| {
                let data = std::fs::read(root.join(&name)).unwrap().into();
                File { name, data }
            })
            .collect();
        let chart = chart::load(files).unwrap();
        let stored = include_bytes!("../tests/cases/records/helm-4.3.1");
        let helms = crate::codec::decode(stored).unwrap().chart;
        assert!(is_same_chart(&chart_record(&chart), &helms), "{:#}", chart_record(&chart));
    }

    #[test]
    fn same_json() {
        let table = [
            (json!({"a": 1}), json!({"a": 1.0}), true),
            (json!({"a": null}), json!({}), true),
            (json!({"a": {}}), json!({"a": null}), true),
            (json!({"a": []}), json!({}), true),
            (json!({"a": false}), json!({}), false),
            (json!({"a": ""}), json!({}), false),
            (json!({"a": 1}), json!({"a": "1"}), false),
            (json!([1, 2]), json!([2, 1]), false),
        ];
        for (a, b, same) in table {
            assert_eq!(is_same(&a, &b), same, "{a} {b}");
        }
    }

    #[test]
    fn same_chart_ignores_times_and_order_of_files() {
        let ours = json!({
            "metadata": {"name": "web"}, "lock": null, "values": {"replicas": 1},
            "templates": [{"name": "a", "data": "eA=="}, {"name": "b", "data": "eQ=="}],
            "files": [],
        });
        let mut helms = ours.clone();
        helms["templates"] = json!([
            {"name": "b", "data": "eQ==", "modtime": "2026-01-01T00:00:00Z"},
            {"name": "a", "data": "eA=="},
        ]);
        helms["modtime"] = json!("2026-01-01T00:00:00Z");
        assert!(is_same_chart(&ours, &helms));
        helms["values"]["replicas"] = json!(2);
        assert!(!is_same_chart(&ours, &helms));
    }
}
