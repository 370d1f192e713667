//! What the server itself puts into an object as it is written: addresses, ports, selectors of
//! jobs, phases; and which kinds count their generations.

mod services;

use serde_json::{Map, Value, json};

use crate::cluster::{Cluster, DEFINITIONS};
use crate::defaults;
use crate::kinds::Kind;
use crate::object::{self, default_to, members, text};
use crate::status::Status;

/// Kinds whose `metadata.generation` counts changes of what was asked for.
const COUNTED: &[&str] = &[
    "pods",
    "replicationcontrollers",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "poddisruptionbudgets.policy",
    "ingresses.networking.k8s.io",
    "ingressclasses.networking.k8s.io",
    "networkpolicies.networking.k8s.io",
    "endpointslices.discovery.k8s.io",
    "priorityclasses.scheduling.k8s.io",
    "flowschemas.flowcontrol.apiserver.k8s.io",
    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingwebhookconfigurations.admissionregistration.k8s.io",
    "validatingadmissionpolicies.admissionregistration.k8s.io",
    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
    "mutatingadmissionpolicies.admissionregistration.k8s.io",
    "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
    DEFINITIONS,
];

/// The finalizer of a volume that may be bound.
pub(crate) const PROTECTED_VOLUME: &str = "kubernetes.io/pv-protection";
/// The finalizer of a claim that a pod may use.
pub(crate) const PROTECTED_CLAIM: &str = "kubernetes.io/pvc-protection";

/// Whether a kind counts generations.
pub(crate) fn has_generation(kind: &Kind) -> bool {
    kind.custom.is_some() || COUNTED.contains(&kind.storage.as_str())
}

/// Whether two objects ask for different things: anything but metadata and status.
pub(crate) fn spec_differs(old: &Value, new: &Value) -> bool {
    let asked = |value: &Value| -> Map<String, Value> {
        let mut map = value.as_object().cloned().unwrap_or_default();
        for key in ["metadata", "status", "apiVersion", "kind"] {
            map.remove(key);
        }
        map
    };
    asked(old) != asked(new)
}

/// Completes a new object before it is validated.
///
/// `given` is the object before defaults were filled in.
pub(crate) fn prepare_create(
    cluster: &Cluster,
    kind: &Kind,
    given: &Value,
    object: &mut Value,
) -> Result<(), Status> {
    match kind.storage.as_str() {
        _ if kind.custom.is_some() => {}
        "services" => services::allocate(cluster, None, object)?,
        "pods" => {
            object["status"]["phase"] = json!("Pending");
            object["status"]["qosClass"] = json!(quality(object));
            if let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) {
                defaults::pod_priority(spec);
            }
        }
        "jobs.batch" => claim_job_pods(given, object),
        "daemonsets.apps" => {
            object["metadata"]["annotations"][defaults::TEMPLATE_GENERATION] = json!("1");
        }
        "namespaces" => {
            object["spec"]["finalizers"] = json!(["kubernetes"]);
            object["status"]["phase"] = json!("Active");
        }
        "persistentvolumeclaims" | "persistentvolumes" => {
            object["status"]["phase"] = json!("Pending");
            protect(kind, object);
            if kind.is("persistentvolumeclaims") {
                default_class(cluster, object);
            }
        }
        DEFINITIONS => {
            let stored = object::list(object, "/spec/versions")
                .iter()
                .find(|version| version["storage"] == json!(true))
                .map(|version| version["name"].clone());
            object["status"] = json!({"conditions": null, "acceptedNames": {"plural": "", "kind": ""},
                "storedVersions": stored.into_iter().collect::<Vec<_>>()});
        }
        _ => {}
    }
    Ok(())
}

/// Completes a changed object before it is validated.
pub(crate) fn prepare_update(
    cluster: &Cluster,
    kind: &Kind,
    live: &Value,
    new: &mut Value,
) -> Result<(), Status> {
    if kind.custom.is_some() {
        return Ok(());
    }
    match kind.storage.as_str() {
        "services" => services::allocate(cluster, Some(live), new)?,
        "daemonsets.apps" => {
            let count: i64 = object::annotation(live, defaults::TEMPLATE_GENERATION)
                .and_then(|count| count.parse().ok())
                .unwrap_or(1);
            let next = count + i64::from(live["spec"]["template"] != new["spec"]["template"]);
            new["metadata"]["annotations"][defaults::TEMPLATE_GENERATION] = json!(next.to_string());
        }
        "namespaces" => new["spec"]["finalizers"] = live["spec"]["finalizers"].clone(),
        "jobs.batch" => {
            default_to(members(new, "spec"), "selector", live["spec"]["selector"].clone());
        }
        "serviceaccounts" => {
            for key in ["secrets"] {
                if new.get(key).is_none() && live.get(key).is_some() {
                    new[key] = live[key].clone();
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// The quality of service a pod's requests and limits amount to.
fn quality(pod: &Value) -> &'static str {
    let containers = object::list(pod, "/spec/containers");
    let of = |which: &str| -> Vec<Option<&Value>> {
        containers
            .iter()
            .flat_map(|c| {
                ["cpu", "memory"].map(|name| c.pointer(&format!("/resources/{which}/{name}")))
            })
            .collect()
    };
    let (requests, limits) = (of("requests"), of("limits"));
    if requests.iter().chain(&limits).all(Option::is_none) {
        "BestEffort"
    } else if limits.iter().all(Option::is_some) && requests == limits {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

/// Ties a job to its pods by its own uid.
fn claim_job_pods(given: &Value, job: &mut Value) {
    if job["spec"]["manualSelector"] == json!(true) {
        return;
    }
    let (uid, name) = (object::uid(job).to_owned(), object::name(job).to_owned());
    // Labels that were defaulted are the template's own map on the server: they change with it.
    let shared = given["metadata"].get("labels").is_none()
        && given.pointer("/spec/template/metadata/labels").is_some();
    let template = members(&mut job["spec"], "template");
    let metadata = template.entry("metadata").or_insert_with(|| json!({}));
    let labels = members(metadata, "labels");
    for prefix in ["", "batch.kubernetes.io/"] {
        labels.insert(format!("{prefix}controller-uid"), json!(uid));
        labels.insert(format!("{prefix}job-name"), json!(name));
    }
    let labels = labels.clone();
    if shared {
        job["metadata"]["labels"] = Value::Object(labels);
    }
    let selector = json!({"matchLabels": {"batch.kubernetes.io/controller-uid": uid}});
    default_to(members(job, "spec"), "selector", selector);
}

/// Keeps a volume or claim from going while it is in use.
fn protect(kind: &Kind, object: &mut Value) {
    let what = if kind.is("persistentvolumes") { PROTECTED_VOLUME } else { PROTECTED_CLAIM };
    let finalizers = members(object, "metadata").entry("finalizers").or_insert_with(|| json!([]));
    if let Some(list) = finalizers.as_array_mut()
        && !list.contains(&json!(what))
    {
        list.push(json!(what));
    }
}

/// Gives a claim without a class the cluster's default one.
fn default_class(cluster: &Cluster, claim: &mut Value) {
    let default = cluster.list("storageclasses.storage.k8s.io", "").into_iter().find(|class| {
        object::annotation(class, "storageclass.kubernetes.io/is-default-class") == Some("true")
    });
    if let Some(default) = default
        && text(claim, "/spec/volumeName").is_empty()
    {
        default_to(members(claim, "spec"), "storageClassName", json!(object::name(&default)));
    }
}
