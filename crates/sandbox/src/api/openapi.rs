//! OpenAPI v3, made of shapes: enough for clients to see which fields and options there are.
//!
//! Descriptions are not here, and the v2 document is not served at all.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Answer, discovery};
use crate::cluster::Cluster;
use crate::kinds::Kind;
use crate::schema::{Declared, Merge, Scalar, Shape, Struct, Topology};

/// `/openapi/…`.
pub(super) fn answer(cluster: &Cluster, segments: &[&str]) -> Answer {
    match segments {
        ["v3"] => Answer::ok(json!({"paths": index(cluster)})),
        ["v3", "api", version] => document(cluster, "", version),
        ["v3", "apis", group, version] => document(cluster, group, version),
        _ => super::not_here(),
    }
}

fn index(cluster: &Cluster) -> Value {
    let mut paths = Map::new();
    for kind in cluster.registry.all() {
        let path = base(&kind.group, &kind.version);
        let url = format!("/openapi/v3/{path}?hash={}", cluster.registry.all().len());
        paths.insert(path, json!({"serverRelativeURL": url}));
    }
    Value::Object(paths)
}

fn base(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

fn document(cluster: &Cluster, group: &str, version: &str) -> Answer {
    if !discovery::versions(&cluster.registry, group).iter().any(|known| known == version) {
        return super::not_here();
    }
    let (mut paths, mut schemas) = (Map::new(), BTreeMap::new());
    let kinds = cluster.registry.all().iter();
    for kind in kinds.filter(|kind| kind.group == group && kind.version == version) {
        let gvk = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
        let scope = if kind.namespaced { "namespaces/{namespace}/" } else { "" };
        let collection = format!("/{}/{scope}{}", base(group, version), kind.plural);
        let parameters = ["dryRun", "fieldManager", "fieldValidation"].map(|name| {
            json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}})
        });
        let operation = |action: &str| {
            json!({"x-kubernetes-action": action, "x-kubernetes-group-version-kind": gvk,
                "parameters": parameters,
                "responses": {"200": {"description": "OK"}}})
        };
        paths.insert(collection.clone(), json!({"post": operation("post")}));
        let item = json!({"patch": operation("patch"), "put": operation("put")});
        paths.insert(format!("{collection}/{{name}}"), item);
        let name = schema_name(kind);
        let mut schema = shape_schema(&kind.shape, &mut schemas, Depth::Root);
        schema["x-kubernetes-group-version-kind"] = json!([gvk]);
        schemas.insert(name, schema);
    }
    Answer::ok(json!({"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.36.3"},
        "paths": paths, "components": {"schemas": schemas}}))
}

fn schema_name(kind: &Kind) -> String {
    match &kind.shape {
        Shape::Struct { of: Declared::Table(name), .. } => (*name).to_owned(),
        Shape::Struct { .. }
        | Shape::Scalar(_)
        | Shape::Any
        | Shape::Map { .. }
        | Shape::List { .. } => {
            let group: Vec<&str> = kind.group.rsplit('.').collect();
            format!("{}.{}.{}", group.join("."), kind.version, kind.kind)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Write the declaration itself.
    Root,
    /// Refer to it.
    Member,
}

fn shape_schema(shape: &Shape, schemas: &mut BTreeMap<String, Value>, depth: Depth) -> Value {
    match shape {
        Shape::Any => json!({"x-kubernetes-preserve-unknown-fields": true}),
        Shape::Scalar(scalar) => scalar_schema(*scalar),
        Shape::Map { value, .. } => {
            json!({"type": "object", "additionalProperties": shape_schema(value, schemas, Depth::Member)})
        }
        Shape::List { item, topology } => {
            let mut out =
                json!({"type": "array", "items": shape_schema(item, schemas, Depth::Member)});
            match topology {
                Topology::Atomic => out["x-kubernetes-list-type"] = json!("atomic"),
                Topology::Set => out["x-kubernetes-list-type"] = json!("set"),
                Topology::Keyed(keys) => {
                    let keys: Vec<&str> = keys.iter().map(|key| key.name.as_str()).collect();
                    out["x-kubernetes-list-type"] = json!("map");
                    out["x-kubernetes-list-map-keys"] = json!(keys);
                }
            }
            out
        }
        Shape::Struct { of, .. } => match (of, depth) {
            (Declared::Table(name), Depth::Member) => {
                if !schemas.contains_key(*name) {
                    // Recursive types find their name taken.
                    schemas.insert((*name).to_owned(), Value::Null);
                    let written = shape_schema(&Shape::named(name), schemas, Depth::Root);
                    schemas.insert((*name).to_owned(), written);
                }
                json!({"allOf": [{"$ref": format!("#/components/schemas/{name}")}]})
            }
            (Declared::Table(_) | Declared::Inline(_), _) => {
                shape.declared().map_or_else(|| json!({}), |of| structure(of, schemas))
            }
        },
    }
}

fn structure(of: &Struct, schemas: &mut BTreeMap<String, Value>) -> Value {
    let mut properties = Map::new();
    for (name, field) in &of.fields {
        let mut member = shape_schema(&field.shape, schemas, Depth::Member);
        let (strategy, key) = match &field.merge {
            Merge::Plain => ("", ""),
            Merge::ByKey(key) => ("merge", key.as_str()),
            Merge::RetainKeys(key) if key.is_empty() => ("retainKeys", ""),
            Merge::RetainKeys(key) => ("merge,retainKeys", key.as_str()),
        };
        if !strategy.is_empty() {
            member["x-kubernetes-patch-strategy"] = json!(strategy);
        }
        if !key.is_empty() {
            member["x-kubernetes-patch-merge-key"] = json!(key);
        }
        properties.insert(name.clone(), member);
    }
    let mut out = json!({"type": "object", "properties": properties});
    if of.rest.is_some() {
        out["x-kubernetes-preserve-unknown-fields"] = json!(true);
    }
    out
}

fn scalar_schema(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Text => json!({"type": "string"}),
        Scalar::Integer => json!({"type": "integer", "format": "int64"}),
        Scalar::Number => json!({"type": "number", "format": "double"}),
        Scalar::Boolean => json!({"type": "boolean"}),
        Scalar::Bytes => json!({"type": "string", "format": "byte"}),
        Scalar::Time | Scalar::MicroTime => json!({"type": "string", "format": "date-time"}),
        Scalar::Quantity => json!({"oneOf": [{"type": "string"}, {"type": "number"}]}),
        Scalar::IntOrString => {
            json!({"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]})
        }
    }
}
