//! Discovery: which groups, versions and resources there are, in both forms clients ask for.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Answer, JSON, Request};
use crate::cluster::Cluster;
use crate::kinds::{Kind, Registry, Subresource, join_version};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/// Built-in groups in the server's order; it decides what a short name means.
const ORDER: [&str; 20] = [
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "coordination.k8s.io",
    "node.k8s.io",
    "discovery.k8s.io",
    "resource.k8s.io",
    "flowcontrol.apiserver.k8s.io",
];

/// `/api` or `/apis`.
pub(super) fn root(cluster: &Cluster, request: &Request, prefix: &str) -> Answer {
    let core = prefix == "api";
    let aggregated = request.accept.contains("as=APIGroupDiscoveryList")
        && request.accept.contains("v=v2")
        && request.accept.contains("g=apidiscovery.k8s.io");
    if aggregated {
        let names = if core { vec![String::new()] } else { groups(&cluster.registry) };
        let items: Vec<Value> =
            names.iter().map(|name| aggregate(&cluster.registry, name)).collect();
        let value = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
            "metadata": {}, "items": items});
        return Answer::Document { code: 200, value, warnings: vec![], media: AGGREGATED };
    }
    if core {
        return Answer::ok(json!({"kind": "APIVersions", "versions": ["v1"],
            "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "sandbox"}]}));
    }
    let list: Vec<Value> =
        groups(&cluster.registry).iter().map(|name| api_group(&cluster.registry, name)).collect();
    Answer::ok(json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": list}))
}

/// `/apis/GROUP`.
pub(super) fn group(cluster: &Cluster, name: &str) -> Answer {
    if versions(&cluster.registry, name).is_empty() {
        return super::not_here();
    }
    let mut group = api_group(&cluster.registry, name);
    group["kind"] = json!("APIGroup");
    group["apiVersion"] = json!("v1");
    Answer::ok(group)
}

/// `/api/v1` or `/apis/GROUP/VERSION`.
pub(super) fn version(cluster: &Cluster, group: &str, version: &str) -> Answer {
    let kinds: Vec<_> = cluster
        .registry
        .all()
        .iter()
        .filter(|kind| kind.group == group && kind.version == version)
        .collect();
    if kinds.is_empty() {
        return super::not_here();
    }
    let resources: Vec<Value> = kinds.iter().flat_map(|kind| resources(kind)).collect();
    Answer::Document {
        code: 200,
        value: json!({"kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": join_version(group, version), "resources": resources}),
        warnings: vec![],
        media: JSON,
    }
}

/// The groups but the core one: built-in ones in order, then those of definitions by name.
fn groups(registry: &Registry) -> Vec<String> {
    let known: BTreeSet<&str> = registry.all().iter().map(|kind| kind.group.as_str()).collect();
    let mut out: Vec<String> =
        ORDER.iter().filter(|name| known.contains(*name)).map(|name| (*name).to_owned()).collect();
    for name in known {
        if !name.is_empty() && !ORDER.contains(&name) {
            out.push(name.to_owned());
        }
    }
    out
}

/// The versions of a group, the preferred one first.
pub(super) fn versions(registry: &Registry, group: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    for kind in registry.all().iter().filter(|kind| kind.group == group) {
        if !out.contains(&kind.version) {
            out.push(kind.version.clone());
        }
    }
    out.sort_by_key(|version| std::cmp::Reverse(priority(version)));
    out
}

/// Stable before beta before alpha, then the higher number (rule: apimachinery `version`).
fn priority(version: &str) -> (bool, u8, u64, u64, String) {
    let other = || (false, 0, 0, 0, version.chars().rev().collect());
    let Some(rest) = version.strip_prefix('v') else { return other() };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (major, stage) = rest.split_at(end);
    let Ok(major) = major.parse::<u64>() else { return other() };
    let (rank, minor) = if stage.is_empty() {
        (3, "0")
    } else if let Some(minor) = stage.strip_prefix("beta") {
        (2, minor)
    } else if let Some(minor) = stage.strip_prefix("alpha") {
        (1, minor)
    } else {
        return other();
    };
    (true, rank, major, minor.parse().unwrap_or(0), String::new())
}

fn api_group(registry: &Registry, name: &str) -> Value {
    let versions: Vec<Value> = versions(registry, name)
        .iter()
        .map(|version| json!({"groupVersion": join_version(name, version), "version": version}))
        .collect();
    json!({"name": name, "versions": versions, "preferredVersion": versions.first()})
}

fn resources(kind: &Kind) -> Vec<Value> {
    let mut main = json!({"name": kind.plural, "singularName": kind.singular,
        "namespaced": kind.namespaced, "kind": kind.kind, "verbs": kind.verbs});
    if !kind.short_names.is_empty() {
        main["shortNames"] = json!(kind.short_names);
    }
    if !kind.categories.is_empty() {
        main["categories"] = json!(kind.categories);
    }
    let parts = kind.subresources.iter().map(|part| {
        let mut out = json!({"name": format!("{}/{}", kind.plural, part.name), "singularName": "",
            "namespaced": kind.namespaced, "kind": part.kind, "verbs": part.verbs});
        if !part.version.is_empty() {
            out["group"] = json!(part.group);
            out["version"] = json!(part.version);
        }
        out
    });
    std::iter::once(main).chain(parts).collect()
}

fn aggregate(registry: &Registry, group: &str) -> Value {
    let versions: Vec<Value> = versions(registry, group)
        .iter()
        .map(|version| {
            let resources: Vec<Value> = registry
                .all()
                .iter()
                .filter(|kind| kind.group == group && kind.version == *version)
                .map(|kind| aggregated_resource(kind))
                .collect();
            json!({"version": version, "freshness": "Current", "resources": resources})
        })
        .collect();
    let metadata = if group.is_empty() { json!({}) } else { json!({"name": group}) };
    json!({"metadata": metadata, "versions": versions})
}

fn aggregated_resource(kind: &Kind) -> Value {
    let gvk = |group: &str, version: &str, kind: &str| json!({"group": group, "version": version, "kind": kind});
    let part = |part: &Subresource| {
        json!({"subresource": part.name, "verbs": part.verbs,
            "responseKind": gvk(&part.group, &part.version, &part.kind)})
    };
    let mut out = json!({"resource": kind.plural, "singularResource": kind.singular,
        "responseKind": gvk(&kind.group, &kind.version, &kind.kind),
        "scope": if kind.namespaced { "Namespaced" } else { "Cluster" }, "verbs": kind.verbs});
    if !kind.short_names.is_empty() {
        out["shortNames"] = json!(kind.short_names);
    }
    if !kind.categories.is_empty() {
        out["categories"] = json!(kind.categories);
    }
    if !kind.subresources.is_empty() {
        out["subresources"] = kind.subresources.iter().map(part).collect();
    }
    out
}
