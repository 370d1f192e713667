//! What may not change once an object exists.

use serde_json::{Value, json};

use super::{answer, shared};
use crate::cluster::DEFINITIONS;
use crate::kinds::Kind;
use crate::object::{self, list, text};
use crate::quantity;
use crate::status::{Refusal, Status};

const FIXED: &str = "field is immutable";
const SEALED: &str = "field is immutable when `immutable` is set";

/// Refuses a change.
pub(crate) fn update(kind: &Kind, live: &Value, new: &Value) -> Result<(), Status> {
    let mut refused = vec![];
    if kind.custom.is_none() {
        fixed_fields(kind, live, new, &mut refused);
    }
    shared(kind, new, &mut refused);
    answer(kind, new, &refused)
}

fn fixed_fields(kind: &Kind, live: &Value, new: &Value, out: &mut Vec<Refusal>) {
    match kind.storage.as_str() {
        "deployments.apps" | "replicasets.apps" | "daemonsets.apps" => {
            fixed(live, new, "spec.selector", FIXED, out);
        }
        "statefulsets.apps" => stateful_set(live, new, out),
        "jobs.batch" => job(live, new, out),
        "services" => service(live, new, out),
        "configmaps" => sealed(live, new, &["data", "binaryData"], out),
        "secrets" => {
            fixed(live, new, "type", FIXED, out);
            sealed(live, new, &["data"], out);
        }
        "persistentvolumeclaims" => claim(live, new, out),
        "pods" => pod(live, new, out),
        "rolebindings.rbac.authorization.k8s.io"
        | "clusterrolebindings.rbac.authorization.k8s.io"
            if live["roleRef"] != new["roleRef"] =>
        {
            // The server prints its internal type, which has no JSON names.
            let of = &new["roleRef"];
            let shown = json!({"APIGroup": of["apiGroup"], "Kind": of["kind"], "Name": of["name"]});
            out.push(Refusal::invalid("roleRef", &shown, "cannot change roleRef"));
        }
        "storageclasses.storage.k8s.io" => {
            for field in ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] {
                if live.get(field) != new.get(field) {
                    out.push(Refusal::forbidden(
                        field,
                        &format!("updates to {field} are forbidden."),
                    ));
                }
            }
        }
        "priorityclasses.scheduling.k8s.io" if live["value"] != new["value"] => {
            out.push(Refusal::forbidden("value", "may not be changed in an update."));
        }
        "ingressclasses.networking.k8s.io" => fixed(live, new, "spec.controller", FIXED, out),
        DEFINITIONS => {
            for field in ["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"] {
                fixed(live, new, field, FIXED, out);
            }
        }
        _ => {}
    }
}

fn fixed(live: &Value, new: &Value, field: &str, why: &str, out: &mut Vec<Refusal>) {
    let pointer = format!("/{}", field.replace('.', "/"));
    let (old, new) = (live.pointer(&pointer), new.pointer(&pointer));
    if old != new {
        out.push(Refusal::invalid(field, new.unwrap_or(&Value::Null), why));
    }
}

fn stateful_set(live: &Value, new: &Value, out: &mut Vec<Refusal>) {
    let asked = |value: &Value| {
        let mut spec = value["spec"].as_object().cloned().unwrap_or_default();
        for key in [
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ] {
            spec.remove(key);
        }
        spec
    };
    if asked(live) != asked(new) {
        out.push(Refusal::forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"));
    }
}

fn job(live: &Value, new: &Value, out: &mut Vec<Refusal>) {
    let suspended = live["spec"]["suspend"] == json!(true);
    fixed(live, new, "spec.completions", FIXED, out);
    fixed(live, new, "spec.selector", FIXED, out);
    if !suspended {
        fixed(live, new, "spec.template", FIXED, out);
    }
    fixed(live, new, "spec.completionMode", FIXED, out);
}

fn service(live: &Value, new: &Value, out: &mut Vec<Refusal>) {
    let external = |value: &Value| text(value, "/spec/type") == "ExternalName";
    if external(live) || external(new) {
        return;
    }
    let (old, addresses) = (list(live, "/spec/clusterIPs"), list(new, "/spec/clusterIPs"));
    for (index, (before, after)) in old.iter().zip(addresses).enumerate() {
        if before != after && before != "" {
            out.push(Refusal::invalid(
                format!("spec.clusterIPs[{index}]"),
                &json!(addresses),
                "may not change once set",
            ));
        }
    }
    if let (Some(first), Some(address)) = (addresses.first(), new.pointer("/spec/clusterIP"))
        && first != address
    {
        out.push(Refusal::invalid(
            "spec.clusterIPs[0]",
            &json!(addresses),
            "may not change once set",
        ));
    }
}

fn sealed(live: &Value, new: &Value, fields: &[&str], out: &mut Vec<Refusal>) {
    if live["immutable"] != json!(true) {
        return;
    }
    if new["immutable"] != json!(true) {
        out.push(Refusal::forbidden("immutable", SEALED));
    }
    for field in fields {
        if live.get(field) != new.get(field) {
            out.push(Refusal::forbidden(*field, SEALED));
        }
    }
}

fn claim(live: &Value, new: &Value, out: &mut Vec<Refusal>) {
    let asked = |value: &Value| {
        let mut spec = value["spec"].clone();
        if let Some(spec) = spec.as_object_mut() {
            spec.remove("resources");
            spec.remove("volumeAttributesClassName");
            if live["spec"]["volumeName"].is_null() {
                spec.remove("volumeName");
            }
        }
        spec
    };
    if asked(live) != asked(new) {
        out.push(Refusal::forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"));
        return;
    }
    let size =
        |value: &Value| quantity::billionths(text(value, "/spec/resources/requests/storage"));
    if size(new) < size(live) {
        let why = "field can not be less than status.capacity";
        out.push(Refusal::forbidden("spec.resources.requests.storage", why));
    }
}

fn pod(live: &Value, new: &Value, out: &mut Vec<Refusal>) {
    let asked = |value: &Value| {
        let mut spec = value["spec"].clone();
        for kind in ["containers", "initContainers"] {
            if let Some(Value::Array(list)) = spec.get_mut(kind) {
                for container in list {
                    container["image"] = Value::Null;
                }
            }
        }
        if let Some(spec) = spec.as_object_mut() {
            for key in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds"] {
                spec.remove(key);
            }
        }
        spec
    };
    if !object::is_deleting(live) && asked(live) != asked(new) {
        out.push(Refusal::forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"));
    }
}
