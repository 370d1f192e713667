//! Names and labels.

use serde_json::{Value, json};

use crate::kinds::Kind;
use crate::object;
use crate::status::Refusal;

const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/// Refuses a name the kind may not have.
pub(super) fn check(kind: &Kind, object: &Value, out: &mut Vec<Refusal>) {
    let name = object::name(object);
    let mut refuse = |why: &str| out.push(Refusal::invalid("metadata.name", &json!(name), why));
    match kind.storage.as_str() {
        "namespaces" | "services" => label(name, &mut refuse),
        storage if storage.ends_with(".rbac.authorization.k8s.io") => {
            if matches!(name, "." | "..") {
                refuse(&format!("may not be '{name}'"));
            }
            for part in ["/", "%"] {
                if name.contains(part) {
                    refuse(&format!("may not contain '{part}'"));
                }
            }
        }
        _ => subdomain(name, &mut refuse),
    }
}

/// Refuses labels the server would not keep.
pub(super) fn check_labels(object: &Value, out: &mut Vec<Refusal>) {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    for (key, value) in labels.into_iter().flatten() {
        let (prefix, name) = key.rsplit_once('/').unwrap_or(("", key));
        if !is_label_value(name) || name.is_empty() {
            out.push(Refusal::invalid("metadata.labels", &json!(key), KEY));
        }
        if key.contains('/') && !is_subdomain(prefix) {
            out.push(Refusal::invalid(
                "metadata.labels",
                &json!(key),
                &format!("prefix part {SUBDOMAIN}"),
            ));
        }
        let text = value.as_str().unwrap_or_default();
        if text.len() > 63 {
            out.push(Refusal::invalid("metadata.labels", value, "must be no more than 63 bytes"));
        }
        if !is_label_value(text) {
            out.push(Refusal::invalid("metadata.labels", value, VALUE));
        }
    }
}

/// Refuses what is not a DNS label.
pub(super) fn label(name: &str, refuse: &mut dyn FnMut(&str)) {
    if name.len() > 63 {
        refuse("must be no more than 63 bytes");
    }
    if !is_label(name) {
        refuse(LABEL);
    }
}

fn subdomain(name: &str, refuse: &mut dyn FnMut(&str)) {
    if name.len() > 253 {
        refuse("must be no more than 253 bytes");
    }
    if !is_subdomain(name) {
        refuse(SUBDOMAIN);
    }
}

fn is_subdomain(name: &str) -> bool {
    name.split('.').all(is_label)
}

fn is_label(name: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    !name.is_empty()
        && name.chars().all(|c| alphanumeric(c) || c == '-')
        && name.starts_with(alphanumeric)
        && name.ends_with(alphanumeric)
}

fn is_label_value(text: &str) -> bool {
    let alphanumeric = |c: char| c.is_ascii_alphanumeric();
    text.is_empty()
        || (text.chars().all(|c| alphanumeric(c) || matches!(c, '-' | '_' | '.'))
            && text.starts_with(alphanumeric)
            && text.ends_with(alphanumeric))
}
