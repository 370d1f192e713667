//! From manifest text to objects, with the owner labels Helm sets.
//!
//! Texts are cut at `---` lines as Kubernetes' own reader cuts them; lists are taken apart.

use kubernetes::ObjectRef;
use serde_json::{Map, Value, json};
use yaml::Numbers;

use crate::error::Error;

const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";
const RESOURCE_POLICY: &str = "helm.sh/resource-policy";

/// One object of a manifest text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// The template it came from, as the `# Source:` line names it; may be empty.
    pub(crate) source: String,
    /// The object.
    pub(crate) value: Value,
}

/// Whose an object is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    pub(crate) name: &'a str,
    pub(crate) namespace: &'a str,
}

/// The objects of a text; `what` names it in errors.
pub(crate) fn parse(text: &str, what: &str) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    let wrong = |detail: String| Error::Manifest { what: what.to_owned(), detail };
    for document in yaml::documents(text) {
        let document = document.map_err(|error| wrong(error.to_string()))?;
        let source = document
            .lines()
            .find_map(|line| line.strip_prefix("# Source: "))
            .unwrap_or_default()
            .trim()
            .to_owned();
        let value = yaml::from_str(document, Numbers::Exact)
            .map_err(|error| wrong(format!("{source}: {error}")))?
            .to_json();
        match value {
            Value::Null => {}
            Value::Object(fields) if fields.is_empty() => {}
            Value::Object(fields) => flatten(Value::Object(fields), &source, &mut items),
            _ => return Err(wrong(format!("{source}: document is not an object"))),
        }
    }
    for item in &items {
        check(item).map_err(wrong)?;
    }
    Ok(items)
}

/// The objects of a list, or the object itself.
pub(crate) fn flatten_list(value: Value) -> Vec<Value> {
    let mut items = Vec::new();
    flatten(value, "", &mut items);
    items.into_iter().map(|item| item.value).collect()
}

fn flatten(mut value: Value, source: &str, items: &mut Vec<Item>) {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|k| k.ends_with("List"));
    if is_list && let Some(Value::Array(list)) = value.get_mut("items").map(Value::take) {
        for item in list {
            flatten(item, source, items);
        }
        return;
    }
    items.push(Item { source: source.to_owned(), value });
}

fn check(item: &Item) -> Result<(), String> {
    let text = |pointer: &str| item.value.pointer(pointer).and_then(Value::as_str).unwrap_or("");
    for (pointer, name) in [("/apiVersion", "apiVersion"), ("/kind", "kind")] {
        if text(pointer).is_empty() {
            return Err(format!("{}: {name} not set", item.source));
        }
    }
    if text("/metadata/name").is_empty() && text("/metadata/generateName").is_empty() {
        return Err(format!("{}: {} has no metadata.name", item.source, text("/kind")));
    }
    Ok(())
}

/// Sets the labels and annotations by which Helm knows its objects.
pub(crate) fn set_owner(object: &mut Value, owner: Owner<'_>) {
    set(object, "labels", MANAGED_BY, "Helm");
    set(object, "annotations", RELEASE_NAME, owner.name);
    set(object, "annotations", RELEASE_NAMESPACE, owner.namespace);
}

fn set(object: &mut Value, map: &str, key: &str, value: &str) {
    let Some(fields) = object.as_object_mut() else { return };
    let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
    if metadata.get(map).is_none_or(Value::is_null) {
        metadata[map] = Value::Object(Map::new());
    }
    metadata[map][key] = json!(value);
}

/// Why an object is not the release's, in Helm's words; none if it is.
pub(crate) fn not_owned(live: &Value, owner: Owner<'_>) -> Option<String> {
    let checks = [
        ("labels", "label", MANAGED_BY, "Helm"),
        ("annotations", "annotation", RELEASE_NAME, owner.name),
        ("annotations", "annotation", RELEASE_NAMESPACE, owner.namespace),
    ];
    let faults: Vec<_> = checks
        .into_iter()
        .filter_map(|(map, word, key, wanted)| {
            let fault = match live.pointer(&format!("/metadata/{map}")).and_then(|m| m.get(key)) {
                None => format!("missing key {key:?}: must be set to {wanted:?}"),
                Some(value) if value.as_str() == Some(wanted) => return None,
                Some(value) => format!(
                    "key {key:?} must equal {wanted:?}: current value is {:?}",
                    value.as_str().unwrap_or_default()
                ),
            };
            Some(format!("{word} validation error: {fault}"))
        })
        .collect();
    (!faults.is_empty()).then(|| format!("invalid ownership metadata; {}", faults.join("; ")))
}

/// Helm's sentence about an object that is somebody else's.
pub(crate) fn foreign_message(object: &ObjectRef, why: &str) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!(
        "{} {:?} in namespace {namespace:?} exists and cannot be imported into the current release: {why}",
        object.kind, object.name
    )
}

/// Whether the object asks to stay when it leaves the release.
pub(crate) fn is_kept(object: &Value) -> bool {
    let annotations = object.pointer("/metadata/annotations");
    let policy = annotations.and_then(|a| a.get(RESOURCE_POLICY)).and_then(Value::as_str);
    policy.is_some_and(|policy| policy.trim().eq_ignore_ascii_case("keep"))
}

/// Where a kind stands in Helm's order; others come last, by name.
pub(crate) fn rank<'a>(kind: &'a str, order: &[&str]) -> (usize, &'a str) {
    match order.iter().position(|known| *known == kind) {
        Some(position) => (position, ""),
        None => (order.len(), kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_is_set_and_known_again() {
        let owner = Owner { name: "web", namespace: "shop" };
        let mut object = json!({"kind": "Service", "metadata": {"name": "x", "labels": null}});
        let why = not_owned(&object, owner).unwrap();
        assert_eq!(
            why,
            "invalid ownership metadata; label validation error: missing key \
             \"app.kubernetes.io/managed-by\": must be set to \"Helm\"; annotation validation error: \
             missing key \"meta.helm.sh/release-name\": must be set to \"web\"; annotation validation \
             error: missing key \"meta.helm.sh/release-namespace\": must be set to \"shop\""
        );
        set_owner(&mut object, owner);
        assert_eq!(not_owned(&object, owner), None);
        let other = not_owned(&object, Owner { name: "api", namespace: "shop" }).unwrap();
        assert!(other.ends_with(
            "key \"meta.helm.sh/release-name\" must equal \"api\": current value is \"web\""
        ));
    }

    #[test]
    fn kinds_without_a_place_come_last_by_name() {
        let mut kinds = vec!["Zoo", "Service", "Ape", "Namespace"];
        kinds.sort_by_key(|kind| rank(kind, render::INSTALL_ORDER));
        assert_eq!(kinds, ["Namespace", "Service", "Ape", "Zoo"]);
    }
}
