//! What the server refuses about built-in objects, in its own words.
//!
//! Covers names, labels and the rules that Helm users meet; rules of kinds nobody ships in charts
//! are deliberately not here. Custom kinds are checked against their schema in `crd`.

mod names;
mod update;
mod workloads;

use serde_json::{Value, json};

use crate::cluster::DEFINITIONS;
use crate::kinds::Kind;
use crate::object::{self, list, text};
use crate::status::{Refusal, Status};

pub(crate) use update::update;

/// Refuses a new object.
pub(crate) fn create(kind: &Kind, object: &Value) -> Result<(), Status> {
    let mut refused = vec![];
    names::check(kind, object, &mut refused);
    shared(kind, object, &mut refused);
    answer(kind, object, &refused)
}

fn answer(kind: &Kind, object: &Value, refused: &[Refusal]) -> Result<(), Status> {
    if refused.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(&kind.kind, &kind.group, object::name(object), refused))
}

/// Rules that hold for new and changed objects alike.
fn shared(kind: &Kind, object: &Value, out: &mut Vec<Refusal>) {
    names::check_labels(object, out);
    if kind.custom.is_some() {
        return;
    }
    match kind.storage.as_str() {
        "pods" => workloads::pod_spec(&object["spec"], "spec", out),
        "deployments.apps" | "replicasets.apps" | "daemonsets.apps" | "statefulsets.apps" => {
            workloads::controller(object, out);
        }
        "jobs.batch" => workloads::job(&object["spec"], "spec", out),
        "cronjobs.batch" => {
            if text(object, "/spec/schedule").is_empty() {
                out.push(Refusal::required("spec.schedule", ""));
            }
            workloads::job(&object["spec"]["jobTemplate"]["spec"], "spec.jobTemplate.spec", out);
        }
        "services" => service(object, out),
        "configmaps" | "secrets" => data_keys(object, out),
        "persistentvolumeclaims" => {
            if list(object, "/spec/accessModes").is_empty() {
                out.push(Refusal::required(
                    "spec.accessModes",
                    "at least 1 access mode is required",
                ));
            }
            if object.pointer("/spec/resources/requests/storage").is_none() {
                out.push(Refusal::required("spec.resources[storage]", ""));
            }
        }
        "ingresses.networking.k8s.io" => ingress(object, out),
        "rolebindings.rbac.authorization.k8s.io"
        | "clusterrolebindings.rbac.authorization.k8s.io"
            if text(object, "/roleRef/name").is_empty() =>
        {
            out.push(Refusal::required("roleRef.name", ""));
        }
        "horizontalpodautoscalers.autoscaling"
            if object::integer(object, "/spec/maxReplicas").unwrap_or(0) < 1 =>
        {
            let found = &object["spec"]["maxReplicas"];
            out.push(Refusal::invalid("spec.maxReplicas", found, "must be greater than 0"));
        }
        DEFINITIONS => definition(object, out),
        _ => {}
    }
}

fn service(object: &Value, out: &mut Vec<Refusal>) {
    let (ports, kind) = (list(object, "/spec/ports"), text(object, "/spec/type"));
    let headless = text(object, "/spec/clusterIP") == "None";
    if kind == "ExternalName" && text(object, "/spec/externalName").is_empty() {
        out.push(Refusal::required("spec.externalName", ""));
    }
    if ports.is_empty() && !headless && kind != "ExternalName" {
        out.push(Refusal::required("spec.ports", ""));
    }
    let mut names: Vec<&str> = vec![];
    for (index, port) in ports.iter().enumerate() {
        let path = format!("spec.ports[{index}]");
        let name = text(port, "/name");
        if name.is_empty() && ports.len() > 1 {
            out.push(Refusal::required(format!("{path}.name"), ""));
        } else if !name.is_empty() && names.contains(&name) {
            out.push(Refusal::duplicate(format!("{path}.name"), &port["name"]));
        }
        names.push(name);
        workloads::port_number(&port["port"], &format!("{path}.port"), out);
        if port["targetPort"].is_number() {
            workloads::port_number(&port["targetPort"], &format!("{path}.targetPort"), out);
        }
    }
    let kinds = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
    if !kinds.contains(&kind) {
        let known = kinds.map(str::to_owned);
        out.push(Refusal::unsupported("spec.type", &object["spec"]["type"], &known));
    }
}

fn data_keys(object: &Value, out: &mut Vec<Refusal>) {
    for field in ["data", "binaryData"] {
        for (key, _) in object[field].as_object().into_iter().flatten() {
            let fits = !key.is_empty()
                && key.len() <= 253
                && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            if !fits || key == "." || key == ".." {
                out.push(Refusal::invalid(format!("{field}[{key}]"), &json!(key),
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
            }
        }
    }
}

fn ingress(object: &Value, out: &mut Vec<Refusal>) {
    let rules = list(object, "/spec/rules");
    if rules.is_empty() && object.pointer("/spec/defaultBackend").is_none() {
        let why = "either `defaultBackend` or `rules` must be specified";
        out.push(Refusal::invalid("spec", &object["spec"]["rules"], why));
    }
    for (at, rule) in rules.iter().enumerate() {
        for (index, path) in list(rule, "/http/paths").iter().enumerate() {
            if text(path, "/pathType").is_empty() {
                let field = format!("spec.rules[{at}].http.paths[{index}].pathType");
                out.push(Refusal::required(field, "pathType must be specified"));
            }
        }
    }
}

fn definition(object: &Value, out: &mut Vec<Refusal>) {
    let wanted = crate::crd::storage(object);
    if object::name(object) != wanted {
        let why = "must be spec.names.plural+\".\"+spec.group";
        out.push(Refusal::invalid("metadata.name", &object["metadata"]["name"], why));
    }
    let versions = list(object, "/spec/versions");
    let stored = versions.iter().filter(|version| version["storage"] == json!(true)).count();
    if stored != 1 {
        let why = "must have exactly one version marked as storage version";
        out.push(Refusal::invalid("spec.versions", &object["spec"]["versions"], why));
    }
    for (index, version) in versions.iter().enumerate() {
        if version.pointer("/schema/openAPIV3Schema").is_none() {
            let field = format!("spec.versions[{index}].schema.openAPIV3Schema");
            out.push(Refusal::required(field, "schemas are required"));
        }
    }
}
