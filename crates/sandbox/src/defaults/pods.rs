//! Defaults of pods and pod templates.

use serde_json::{Map, Value, json};

use super::{at, each, fill};
use crate::object::default_to;

type Object = Map<String, Value>;

/// A pod: its spec, and what only pods (not templates) get.
pub(super) fn pod(root: &mut Object) {
    at(root, &["spec"], |spec| {
        self::spec(spec);
        default_to(spec, "enableServiceLinks", json!(true));
        let host_network = spec.get("hostNetwork") == Some(&json!(true));
        for list in ["initContainers", "containers"] {
            each(spec, &[list], |container| {
                at(container, &["resources"], requests_from_limits);
                each(container, &["ports"], |port| {
                    if host_network && let Some(number) = port.get("containerPort").cloned() {
                        default_to(port, "hostPort", number);
                    }
                });
            });
        }
    });
}

/// What admission adds to a pod: priority, tolerations of a lost node.
pub(crate) fn pod_priority(spec: &mut Object) {
    fill(spec, &[("priority", json!(0)), ("preemptionPolicy", json!("PreemptLowerPriority"))]);
    let tolerations = spec.entry("tolerations").or_insert_with(|| json!([]));
    let Some(list) = tolerations.as_array_mut() else { return };
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let known = list.iter().any(|toleration| {
            let of = toleration["key"].as_str().unwrap_or_default();
            let effect = toleration["effect"].as_str().unwrap_or_default();
            (of == key || of.is_empty()) && (effect == "NoExecute" || effect.is_empty())
        });
        if !known {
            list.push(json!({"key": key, "operator": "Exists", "effect": "NoExecute",
                "tolerationSeconds": 300}));
        }
    }
}

/// A pod template.
pub(super) fn template(template: &mut Object) {
    at(template, &["spec"], spec);
}

/// A pod's spec.
pub(super) fn spec(spec: &mut Object) {
    fill(
        spec,
        &[
            ("restartPolicy", json!("Always")),
            ("terminationGracePeriodSeconds", json!(30)),
            ("dnsPolicy", json!("ClusterFirst")),
            ("securityContext", json!({})),
            ("schedulerName", json!("default-scheduler")),
        ],
    );
    let account = ["serviceAccountName", "serviceAccount"]
        .iter()
        .find_map(|key| spec.get(*key).filter(|name| name.as_str().is_some_and(|n| !n.is_empty())));
    if let Some(account) = account.cloned() {
        spec.insert("serviceAccountName".to_owned(), account.clone());
        spec.insert("serviceAccount".to_owned(), account);
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        each(spec, &[list], container);
    }
    each(spec, &["volumes"], volume);
}

fn container(container: &mut Object) {
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    let policy = if is_latest(image) { "Always" } else { "IfNotPresent" };
    fill(
        container,
        &[
            ("imagePullPolicy", json!(policy)),
            ("terminationMessagePath", json!("/dev/termination-log")),
            ("terminationMessagePolicy", json!("File")),
        ],
    );
    each(container, &["ports"], |port| default_to(port, "protocol", json!("TCP")));
    each(container, &["env"], |env| {
        at(env, &["valueFrom", "fieldRef"], |of| default_to(of, "apiVersion", json!("v1")));
        at(env, &["valueFrom", "fileKeyRef"], |of| default_to(of, "optional", json!(false)));
        at(env, &["valueFrom", "resourceFieldRef"], |of| default_to(of, "divisor", json!("0")));
    });
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        at(container, &[probe], self::probe);
    }
    for hook in ["postStart", "preStop"] {
        at(container, &["lifecycle", hook, "httpGet"], http_get);
    }
    at(container, &["securityContext"], |_| {});
}

fn probe(probe: &mut Object) {
    fill(
        probe,
        &[
            ("timeoutSeconds", json!(1)),
            ("periodSeconds", json!(10)),
            ("successThreshold", json!(1)),
            ("failureThreshold", json!(3)),
        ],
    );
    at(probe, &["httpGet"], http_get);
    at(probe, &["grpc"], |grpc| default_to(grpc, "service", json!("")));
}

fn http_get(action: &mut Object) {
    fill(action, &[("path", json!("/")), ("scheme", json!("HTTP"))]);
}

fn volume(volume: &mut Object) {
    if volume.keys().all(|key| key == "name") {
        volume.insert("emptyDir".to_owned(), json!({}));
    }
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
        at(volume, &[source], |source| default_to(source, "defaultMode", json!(0o644)));
    }
    each(volume, &["downwardAPI", "items"], downward_item);
    each(volume, &["projected", "sources"], |source| {
        each(source, &["downwardAPI", "items"], downward_item);
        at(source, &["serviceAccountToken"], |token| {
            default_to(token, "expirationSeconds", json!(3600));
        });
    });
    at(volume, &["hostPath"], |path| default_to(path, "type", json!("")));
    at(volume, &["ephemeral", "volumeClaimTemplate", "spec"], |claim| {
        default_to(claim, "volumeMode", json!("Filesystem"));
    });
    at(volume, &["iscsi"], |iscsi| default_to(iscsi, "iscsiInterface", json!("default")));
    at(volume, &["rbd"], |rbd| {
        fill(
            rbd,
            &[
                ("pool", json!("rbd")),
                ("user", json!("admin")),
                ("keyring", json!("/etc/ceph/keyring")),
            ],
        );
    });
}

fn downward_item(item: &mut Object) {
    at(item, &["fieldRef"], |of| default_to(of, "apiVersion", json!("v1")));
    at(item, &["resourceFieldRef"], |of| default_to(of, "divisor", json!("0")));
}

fn requests_from_limits(resources: &mut Object) {
    let Some(Value::Object(limits)) = resources.get("limits").cloned() else { return };
    let requests = resources.entry("requests").or_insert_with(|| json!({}));
    if let Some(requests) = requests.as_object_mut() {
        for (name, limit) in limits {
            default_to(requests, &name, limit);
        }
    }
}

/// Whether an image reference means `latest`: no tag and no digest, or that tag.
fn is_latest(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, false), |(name, _)| (name, true));
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.split_once(':') {
        Some((_, tag)) => tag == "latest",
        None => !digest,
    }
}

#[cfg(test)]
mod tests {
    use super::is_latest;

    #[test]
    fn the_pull_policy_follows_the_tag() {
        for (image, latest) in [
            ("nginx", true),
            ("nginx:latest", true),
            ("nginx:1.2", false),
            ("host:5000/nginx", true),
            ("host:5000/nginx:1", false),
            ("nginx@sha256:00", false),
        ] {
            assert_eq!(is_latest(image), latest, "{image}");
        }
    }
}
