//! Every object of the corpus of real charts, applied as a dry run to both servers.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::normal;
use crate::script::send;

/// Known differences: what the real server checks and the sandbox leaves alone.
pub(crate) struct Totals {
    pub(crate) objects: usize,
    pub(crate) failures: Vec<String>,
}

/// The charts with what Helm prints for them.
pub(crate) fn charts() -> Vec<PathBuf> {
    let Some(root) = testkit::charts() else { return vec![] };
    let mut charts: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("expected.yaml.gz"))
        .filter(|path| path.is_file())
        .collect();
    charts.sort();
    charts
}

/// Applies each object of a chart to both servers and compares the answers.
pub(crate) async fn compare(
    (real, ours): (&kube::Client, &kube::Client),
    (chart, namespace): (&Path, &str),
    paths: &mut BTreeMap<String, Option<(String, bool)>>,
    totals: &mut Totals,
) {
    for object in objects(chart) {
        let (version, kind) = (word(&object, "apiVersion"), word(&object, "kind"));
        let Some((path, namespaced)) = place(ours, (version, kind), paths).await else { continue };
        let mut object = object.clone();
        let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let scope = if namespaced {
            object["metadata"]["namespace"] = json!(namespace);
            format!("namespaces/{namespace}/")
        } else {
            String::new()
        };
        let (base, plural) = path.rsplit_once('/').unwrap();
        let step = json!({"do": "APPLY", "body": object,
            "path": format!("{base}/{scope}{plural}/{name}?fieldManager=corpus&dryRun=All&force=true")});
        let answer = |(code, body): (u16, Value)| {
            normal::normal(&json!({"code": code, "body": body}), namespace)
        };
        let (expected, found) = (answer(send(real, &step).await), answer(send(ours, &step).await));
        totals.objects += 1;
        for difference in normal::differences(&expected, &found) {
            let chart = chart.parent().unwrap().file_name().unwrap().to_string_lossy();
            totals.failures.push(format!("{kind} {name} of {chart}: {difference}"));
        }
    }
}

fn objects(chart: &Path) -> Vec<Value> {
    let mut text = String::new();
    let file = std::fs::File::open(chart).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let documents = yaml::documents(&text).filter_map(Result::ok);
    documents
        // A document that Helm prints differently each time is cut short.
        .filter(|document| !document.contains('\0'))
        .filter_map(|document| yaml::from_str(document, yaml::Numbers::Exact).ok())
        .filter_map(|value| serde_json::from_str(&yaml::json::to_string(&value)).ok())
        .filter(Value::is_object)
        .collect()
}

fn word<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_default()
}

async fn place(
    client: &kube::Client,
    (version, kind): (&str, &str),
    paths: &mut BTreeMap<String, Option<(String, bool)>>,
) -> Option<(String, bool)> {
    let key = format!("{version} {kind}");
    if !paths.contains_key(&key) {
        let root = if version.contains('/') { "/apis" } else { "/api" };
        let list = json!({"do": "GET", "path": format!("{root}/{version}")});
        let (_, body) = send(client, &list).await;
        let found = body["resources"].as_array().into_iter().flatten().find(|resource| {
            resource["kind"] == kind && !resource["name"].as_str().unwrap_or_default().contains('/')
        });
        let place = found.map(|resource| {
            let plural = resource["name"].as_str().unwrap_or_default();
            (format!("{root}/{version}/{plural}"), resource["namespaced"] == json!(true))
        });
        paths.insert(key.clone(), place);
    }
    paths[&key].clone()
}
