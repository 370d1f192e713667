//! What is in the cluster of a revision's objects, as `helm status` shows it.

use std::collections::BTreeMap;

use futures::future::join_all;
use kubernetes::{Client, ListOptions, ObjectRef, Scope};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::manifest;
use crate::record::Release;

/// In which form live objects are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// As they are.
    Objects,
    /// As the server prints them for people.
    Tables,
}

/// Live objects by `VERSION/KIND`, in the manifest's order. With each workload come its pods, as one
/// list or table below `v1/Pod(related)`; workloads with the same selector share them.
pub type Live = BTreeMap<String, Vec<Value>>;

/// Asks for every object of a revision; those that are not there or cannot be had are left out.
pub async fn live(client: &Client, release: &Release, view: View) -> Result<Live, Error> {
    let mut wanted = Vec::new();
    for item in manifest::parse(&release.manifest, "current release manifest")? {
        let mut value = item.value;
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let resource = client.resource(text("apiVersion"), text("kind")).await?;
        let own = value.pointer("/metadata/namespace").and_then(Value::as_str);
        if resource.scope == Scope::Namespaced && own.is_none_or(str::is_empty) {
            value["metadata"]["namespace"] = Value::from(release.namespace.as_str());
        }
        wanted.extend(ObjectRef::of(&value).map(|name| (name, value)));
    }
    let found = join_all(wanted.iter().map(|(name, _)| get(client, name, view))).await;
    let mut selectors: Vec<&Map<String, Value>> = Vec::new();
    let mut all = Live::new();
    for ((name, value), found) in wanted.iter().zip(found) {
        let Some(found) = found else { continue };
        let version = name.api_version.rsplit('/').next().unwrap_or_default();
        all.entry(format!("{version}/{}", name.kind)).or_default().push(found);
        let Some(selector) = selector(value).filter(|s| !selectors.contains(s)) else { continue };
        selectors.push(selector);
        if let Some(pods) = pods(client, name, selector, view).await {
            all.entry("v1/Pod(related)".to_owned()).or_default().push(pods);
        }
    }
    Ok(all)
}

async fn get(client: &Client, name: &ObjectRef, view: View) -> Option<Value> {
    let found = match view {
        View::Objects => client.get(name).await,
        View::Tables => client.table(name).await,
    };
    found.ok().flatten()
}

/// What the pods of a workload are chosen by.
fn selector(object: &Value) -> Option<&Map<String, Value>> {
    let selector = match object.get("kind")?.as_str()? {
        "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            object.pointer("/spec/selector/matchLabels")
        }
        "ReplicationController" => object.pointer("/spec/selector"),
        _ => None,
    };
    selector?.as_object().filter(|labels| labels.values().all(Value::is_string))
}

async fn pods(
    client: &Client,
    of: &ObjectRef,
    selector: &Map<String, Value>,
    view: View,
) -> Option<Value> {
    let label = |(key, value): (&String, &Value)| Some(format!("{key}={}", value.as_str()?));
    let labels: Vec<String> = selector.iter().filter_map(label).collect();
    let options = ListOptions {
        namespace: of.namespace.clone(),
        labels: Some(labels.join(",")),
        fields: None,
    };
    let found = match view {
        View::Objects => client.list_object("v1", "Pod", &options).await,
        View::Tables => client.table_of("v1", "Pod", &options).await,
    };
    found.ok()
}
