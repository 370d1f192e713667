//! Which kinds a server serves, at which paths: aggregated discovery, cached per client.
//!
//! Servers that do not aggregate are asked group by group.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::transport::{Ask, Retry, Transport};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                          application/json";

/// Where objects of a kind live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In the cluster as a whole.
    Cluster,
}

/// One served kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Group and version (`apps/v1`).
    pub api_version: String,
    /// The kind (`Deployment`).
    pub kind: String,
    /// The path segment (`deployments`).
    pub plural: String,
    /// Namespaced or not.
    pub scope: Scope,
    /// Verbs it serves.
    pub verbs: Vec<String>,
}

/// What the server says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerVersion {
    /// `v1.36.3`.
    pub git_version: String,
    /// `1`.
    pub major: String,
    /// `36`.
    pub minor: String,
}

impl Resource {
    /// The path of a collection; with a name, of one object.
    pub(crate) fn path(&self, namespace: Option<&str>, name: Option<&str>) -> String {
        let mut path = if self.api_version.contains('/') { "/apis/" } else { "/api/" }.to_owned();
        path.push_str(&self.api_version);
        if let (Scope::Namespaced, Some(namespace)) = (self.scope, namespace) {
            path.push_str("/namespaces/");
            path.push_str(&escape(namespace));
        }
        path.push('/');
        path.push_str(&self.plural);
        if let Some(name) = name {
            path.push('/');
            path.push_str(&escape(name));
        }
        path
    }
}

/// Percent-encodes everything that a path segment or query value may not hold.
pub(crate) fn escape(text: &str) -> String {
    use std::fmt::Write as _;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// Everything one server serves.
#[derive(Debug, Default)]
pub(crate) struct Discovery {
    kinds: BTreeMap<(String, String), Resource>,
    names: BTreeSet<String>,
}

impl Discovery {
    pub(crate) async fn fetch(transport: &Transport) -> Result<Self, Error> {
        let mut found = Self::default();
        for root in ["/api", "/apis"] {
            let ask = Ask { accept: AGGREGATED, ..Ask::get(root.to_owned()) };
            let answer = transport.json(&ask, Retry::Bounded).await?;
            if answer.get("kind").and_then(Value::as_str) == Some("APIGroupDiscoveryList") {
                found.read_aggregated(&answer);
            } else {
                found.fetch_groups(transport, root, &answer).await?;
            }
        }
        Ok(found)
    }

    pub(crate) fn get(&self, api_version: &str, kind: &str) -> Option<&Resource> {
        self.kinds.get(&(api_version.to_owned(), kind.to_owned()))
    }

    pub(crate) fn api_versions(&self) -> Vec<String> {
        self.names.iter().cloned().collect()
    }

    fn read_aggregated(&mut self, answer: &Value) {
        for group in list(answer, "items") {
            let name = text(group, "/metadata/name");
            for version in list(group, "versions") {
                let api_version = join(name, text(version, "/version"));
                self.names.insert(api_version.clone());
                for resource in list(version, "resources") {
                    let kind = text(resource, "/responseKind/kind");
                    self.names.insert(format!("{api_version}/{kind}"));
                    for sub in list(resource, "subresources") {
                        let kind = text(sub, "/responseKind/kind");
                        if !kind.is_empty() {
                            self.names.insert(format!("{api_version}/{kind}"));
                        }
                    }
                    self.add(
                        &api_version,
                        kind,
                        resource,
                        text(resource, "/scope") == "Namespaced",
                    );
                }
            }
        }
    }

    async fn fetch_groups(
        &mut self,
        transport: &Transport,
        root: &str,
        answer: &Value,
    ) -> Result<(), Error> {
        let mut versions: Vec<String> = list(answer, "versions")
            .filter_map(|version| version.as_str().map(str::to_owned))
            .collect();
        for group in list(answer, "groups") {
            let all = list(group, "versions").map(|v| text(v, "/groupVersion").to_owned());
            versions.extend(all.filter(|v| !v.is_empty()));
        }
        for api_version in versions {
            let ask = Ask::get(format!("{root}/{api_version}"));
            let answer = match transport.json(&ask, Retry::Bounded).await {
                Ok(answer) => answer,
                // An aggregated API without its server must not take all others with it.
                Err(Error::Api { code: 503, .. } | Error::NotFound { .. }) => continue,
                Err(error) => return Err(error),
            };
            self.read_list(&api_version, &answer);
        }
        Ok(())
    }

    fn read_list(&mut self, api_version: &str, answer: &Value) {
        self.names.insert(api_version.to_owned());
        for resource in list(answer, "resources") {
            let kind = text(resource, "/kind");
            self.names.insert(format!("{api_version}/{kind}"));
            if !text(resource, "/name").contains('/') {
                let namespaced = resource.get("namespaced").and_then(Value::as_bool);
                self.add(api_version, kind, resource, namespaced == Some(true));
            }
        }
    }

    fn add(&mut self, api_version: &str, kind: &str, resource: &Value, namespaced: bool) {
        let plural = match text(resource, "/resource") {
            "" => text(resource, "/name"),
            plural => plural,
        };
        let verbs = list(resource, "verbs").filter_map(|v| v.as_str().map(str::to_owned)).collect();
        let scope = if namespaced { Scope::Namespaced } else { Scope::Cluster };
        self.kinds.entry((api_version.to_owned(), kind.to_owned())).or_insert_with(|| Resource {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            plural: plural.to_owned(),
            scope,
            verbs,
        });
    }
}

fn join(group: &str, version: &str) -> String {
    if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
