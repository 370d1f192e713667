//! Custom resource definitions: the kinds they add, and the rules of their schemas.
//!
//! A definition's `openAPIV3Schema` becomes a [`Shape`] (for merging, pruning and ownership) and
//! stays beside it for defaults and validation. Deliberately not here: CEL rules and conversion
//! webhooks; all versions of a kind hold the same object.

pub(crate) mod validation;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::kinds::{Kind, Subresource};
use crate::object::{list, text};
use crate::schema::{Declared, Field, Key, Merge, Shape, Struct, Topology, Zero};

/// The schema of one version of a custom kind.
#[derive(Debug)]
pub(crate) struct CustomSchema {
    /// Whether objects are kept at this version.
    pub(crate) stored: bool,
    /// The schema as the definition holds it.
    pub(crate) schema: Value,
}

/// The kinds a definition serves.
pub(crate) fn kinds(definition: &Value) -> Vec<Kind> {
    let spec = &definition["spec"];
    list(spec, "/versions")
        .iter()
        .filter(|version| version["served"] == json!(true))
        .map(|version| kind(spec, version))
        .collect()
}

/// The store of a definition's objects.
pub(crate) fn storage(definition: &Value) -> String {
    format!("{}.{}", text(definition, "/spec/names/plural"), text(definition, "/spec/group"))
}

/// Fills in what the schema has defaults for.
pub(crate) fn default(value: &mut Value, schema: &Value) {
    match value {
        Value::Object(map) => {
            for (key, member) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(default) = member.get("default")
                    && (!map.contains_key(key)
                        || (map[key].is_null() && member["nullable"] != json!(true)))
                {
                    map.insert(key.clone(), default.clone());
                }
                if let Some(child) = map.get_mut(key) {
                    self::default(child, member);
                }
            }
            if schema["additionalProperties"].is_object() {
                for child in map.values_mut() {
                    self::default(child, &schema["additionalProperties"]);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                self::default(item, &schema["items"]);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn kind(spec: &Value, version: &Value) -> Kind {
    let names = &spec["names"];
    let words = |pointer: &str| -> Vec<String> {
        list(names, pointer).iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let schema = version.pointer("/schema/openAPIV3Schema").cloned().unwrap_or_else(|| json!({}));
    let name = text(names, "/kind").to_owned();
    let verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
    let (group, plural) = (text(spec, "/group").to_owned(), text(names, "/plural").to_owned());
    Kind {
        storage: format!("{plural}.{group}"),
        version: text(version, "/name").to_owned(),
        singular: text(names, "/singular").to_owned(),
        list_kind: text(names, "/listKind").to_owned(),
        namespaced: text(spec, "/scope") == "Namespaced",
        verbs: verbs.map(str::to_owned).to_vec(),
        short_names: words("/shortNames"),
        categories: words("/categories"),
        shape: root_shape(&schema),
        subresources: subresources(version, &name),
        custom: Some(Arc::new(CustomSchema { stored: version["storage"] == json!(true), schema })),
        group,
        plural,
        kind: name,
    }
}

fn subresources(version: &Value, kind: &str) -> Vec<Subresource> {
    let verbs = || ["get", "patch", "update"].map(str::to_owned).to_vec();
    let mut out = vec![];
    if version.pointer("/subresources/status").is_some() {
        out.push(Subresource {
            name: "status".to_owned(),
            group: String::new(),
            version: String::new(),
            kind: kind.to_owned(),
            verbs: verbs(),
        });
    }
    if version.pointer("/subresources/scale").is_some() {
        out.push(Subresource {
            name: "scale".to_owned(),
            group: "autoscaling".to_owned(),
            version: "v1".to_owned(),
            kind: "Scale".to_owned(),
            verbs: verbs(),
        });
    }
    out
}

fn root_shape(schema: &Value) -> Shape {
    let mut of = structure(schema);
    for name in ["apiVersion", "kind"] {
        of.fields.insert(name.to_owned(), field(Shape::Any));
    }
    of.fields.insert("metadata".to_owned(), field(Shape::named("meta.v1.ObjectMeta")));
    Shape::Struct { of: Declared::Inline(Arc::new(of)), atomic: false }
}

fn field(shape: Shape) -> Field {
    Field { shape, zero: Zero::Keep, merge: Merge::Plain, number: vec![] }
}

fn structure(schema: &Value) -> Struct {
    let mut fields: BTreeMap<String, Field> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, member)| (name.clone(), field(shape(member))))
        .collect();
    if schema["x-kubernetes-embedded-resource"] == json!(true) {
        for name in ["apiVersion", "kind"] {
            fields.insert(name.to_owned(), field(Shape::Any));
        }
        fields.insert("metadata".to_owned(), field(Shape::named("meta.v1.ObjectMeta")));
    }
    let open = schema["x-kubernetes-preserve-unknown-fields"] == json!(true);
    Struct { fields, rest: open.then_some(Shape::Any) }
}

fn shape(schema: &Value) -> Shape {
    let atomic = text(schema, "/x-kubernetes-map-type") == "atomic";
    match text(schema, "/type") {
        "object" => match &schema["additionalProperties"] {
            Value::Object(_) => {
                Shape::Map { value: Box::new(shape(&schema["additionalProperties"])), atomic }
            }
            Value::Bool(true) => Shape::Map { value: Box::new(Shape::Any), atomic },
            Value::Null
            | Value::Bool(false)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => {
                Shape::Struct { of: Declared::Inline(Arc::new(structure(schema))), atomic }
            }
        },
        "array" => {
            Shape::List { item: Box::new(shape(&schema["items"])), topology: topology(schema) }
        }
        _ => Shape::Any,
    }
}

fn topology(schema: &Value) -> Topology {
    match text(schema, "/x-kubernetes-list-type") {
        "set" => Topology::Set,
        "map" => {
            let keys = list(schema, "/x-kubernetes-list-map-keys").iter().filter_map(Value::as_str);
            Topology::Keyed(
                keys.map(|name| {
                    let default = schema.pointer(&format!("/items/properties/{name}/default"));
                    Key {
                        name: name.to_owned(),
                        default: default.and_then(Value::as_str).map(str::to_owned),
                    }
                })
                .collect(),
            )
        }
        _ => Topology::Atomic,
    }
}
