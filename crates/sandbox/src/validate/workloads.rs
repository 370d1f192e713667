//! Pods, and what makes them.

use serde_json::{Value, json};

use super::names;
use crate::object::{self, list, text};
use crate::selector::Labels;
use crate::status::Refusal;

/// Deployments, replica sets, daemon sets and stateful sets.
pub(super) fn controller(object: &Value, out: &mut Vec<Refusal>) {
    let spec = &object["spec"];
    if object::integer(spec, "/replicas").is_some_and(|replicas| replicas < 0) {
        out.push(Refusal::invalid(
            "spec.replicas",
            &spec["replicas"],
            "must be greater than or equal to 0",
        ));
    }
    let selector = &spec["selector"];
    let labels = spec.pointer("/template/metadata/labels");
    if selector.is_null() {
        out.push(Refusal::required("spec.selector", ""));
        mismatch(labels, out);
    } else {
        let parsed = Labels::of(selector);
        if parsed.is_empty() {
            let why =
                format!("empty selector is invalid for {}", text(object, "/kind").to_lowercase());
            out.push(Refusal::invalid("spec.selector", selector, &why));
        }
        if !parsed.matches_labels(labels.and_then(Value::as_object)) {
            mismatch(labels, out);
        }
    }
    // A stateful set's pods may mount its claims, which become volumes only in the pods.
    let claims = list(spec, "/volumeClaimTemplates");
    let claims: Vec<&str> = claims.iter().map(|claim| text(claim, "/metadata/name")).collect();
    pod_spec_with(&spec["template"]["spec"], "spec.template.spec", &claims, out);
    if text(spec, "/template/spec/restartPolicy") != "Always" {
        let found = &spec["template"]["spec"]["restartPolicy"];
        out.push(Refusal::unsupported(
            "spec.template.spec.restartPolicy",
            found,
            &["Always".to_owned()],
        ));
    }
}

fn mismatch(labels: Option<&Value>, out: &mut Vec<Refusal>) {
    let labels = labels.unwrap_or(&Value::Null);
    let why = "`selector` does not match template `labels`";
    out.push(Refusal::invalid("spec.template.metadata.labels", labels, why));
}

/// A job's spec, its own or a cron job's.
pub(super) fn job(spec: &Value, path: &str, out: &mut Vec<Refusal>) {
    pod_spec(&spec["template"]["spec"], &format!("{path}.template.spec"), out);
    let policy = text(spec, "/template/spec/restartPolicy");
    if matches!(policy, "Always" | "") {
        let why = "valid values: \"OnFailure\", \"Never\"";
        out.push(Refusal::required(format!("{path}.template.spec.restartPolicy"), why));
    } else if !matches!(policy, "OnFailure" | "Never") {
        out.push(Refusal::unsupported(
            format!("{path}.template.spec.restartPolicy"),
            &json!(policy),
            &["OnFailure".to_owned(), "Never".to_owned()],
        ));
    }
}

/// A pod's spec.
pub(super) fn pod_spec(spec: &Value, path: &str, out: &mut Vec<Refusal>) {
    pod_spec_with(spec, path, &[], out);
}

/// A pod's spec whose containers may also mount these volumes.
fn pod_spec_with(spec: &Value, path: &str, claims: &[&str], out: &mut Vec<Refusal>) {
    if list(spec, "/containers").is_empty() {
        out.push(Refusal::required(format!("{path}.containers"), ""));
    }
    let volumes: Vec<&str> = list(spec, "/volumes")
        .iter()
        .map(|volume| text(volume, "/name"))
        .chain(claims.iter().copied())
        .collect();
    let mut seen: Vec<&str> = vec![];
    for kind in ["initContainers", "containers"] {
        for (index, container) in list(spec, &format!("/{kind}")).iter().enumerate() {
            let path = format!("{path}.{kind}[{index}]");
            let name = text(container, "/name");
            if name.is_empty() {
                out.push(Refusal::required(format!("{path}.name"), ""));
            } else {
                names::label(name, &mut |why| {
                    out.push(Refusal::invalid(format!("{path}.name"), &container["name"], why));
                });
                if seen.contains(&name) {
                    out.push(Refusal::duplicate(format!("{path}.name"), &container["name"]));
                }
                seen.push(name);
            }
            self::container(container, &path, &volumes, out);
        }
    }
}

fn container(container: &Value, path: &str, volumes: &[&str], out: &mut Vec<Refusal>) {
    if text(container, "/image").is_empty() {
        out.push(Refusal::required(format!("{path}.image"), ""));
    }
    for (index, port) in list(container, "/ports").iter().enumerate() {
        port_number(&port["containerPort"], &format!("{path}.ports[{index}].containerPort"), out);
    }
    for (index, env) in list(container, "/env").iter().enumerate() {
        if text(env, "/name").is_empty() {
            out.push(Refusal::required(format!("{path}.env[{index}].name"), ""));
        }
    }
    let mut mounted: Vec<&str> = vec![];
    for (index, mount) in list(container, "/volumeMounts").iter().enumerate() {
        let field = format!("{path}.volumeMounts[{index}]");
        let (name, at) = (text(mount, "/name"), text(mount, "/mountPath"));
        if name.is_empty() {
            out.push(Refusal::required(format!("{field}.name"), ""));
        } else if !volumes.contains(&name) {
            out.push(Refusal::not_found(format!("{field}.name"), &mount["name"]));
        }
        if at.is_empty() {
            out.push(Refusal::required(format!("{field}.mountPath"), ""));
        } else if mounted.contains(&at) {
            out.push(Refusal::invalid(
                format!("{field}.mountPath"),
                &mount["mountPath"],
                "must be unique",
            ));
        }
        mounted.push(at);
    }
    requests_within_limits(container, path, out);
}

fn requests_within_limits(container: &Value, path: &str, out: &mut Vec<Refusal>) {
    let requests = container.pointer("/resources/requests").and_then(Value::as_object);
    for (name, request) in requests.into_iter().flatten() {
        let Some(limit) = container.pointer(&format!("/resources/limits/{name}")) else { continue };
        let amount = |value: &Value| crate::quantity::billionths(value.as_str()?);
        if let (Some(asked), Some(most)) = (amount(request), amount(limit))
            && asked > most
        {
            let why = format!(
                "must be less than or equal to {name} limit of {}",
                limit.as_str().unwrap_or_default()
            );
            out.push(Refusal::invalid(format!("{path}.resources.requests"), request, &why));
        }
    }
}

/// Refuses what is not a port.
pub(super) fn port_number(port: &Value, path: &str, out: &mut Vec<Refusal>) {
    match port.as_i64() {
        Some(1..=65535) => {}
        None | Some(0) if path.ends_with("containerPort") => out.push(Refusal::required(path, "")),
        Some(_) | None => {
            out.push(Refusal::invalid(path, port, "must be between 1 and 65535, inclusive"));
        }
    }
}
