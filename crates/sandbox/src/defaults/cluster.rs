//! Defaults of configuration, storage, access and extension kinds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::{at, each, fill};
use crate::object::default_to;

type Object = Map<String, Value>;

/// Fills in the defaults of a kind by the name of its store.
pub(super) fn apply(storage: &str, root: &mut Object) {
    match storage {
        "secrets" => secret(root),
        "namespaces" => namespace(root),
        "persistentvolumeclaims" => {
            at(root, &["spec"], |spec| default_to(spec, "volumeMode", json!("Filesystem")));
            at(root, &["status"], |status| default_to(status, "phase", json!("Pending")));
        }
        "persistentvolumes" => {
            at(root, &["spec"], |spec| {
                fill(
                    spec,
                    &[
                        ("persistentVolumeReclaimPolicy", json!("Retain")),
                        ("volumeMode", json!("Filesystem")),
                    ],
                );
                at(spec, &["hostPath"], |path| default_to(path, "type", json!("")));
            });
            at(root, &["status"], |status| default_to(status, "phase", json!("Pending")));
        }
        "storageclasses.storage.k8s.io" => {
            fill(
                root,
                &[("reclaimPolicy", json!("Delete")), ("volumeBindingMode", json!("Immediate"))],
            );
        }
        "csidrivers.storage.k8s.io" => at(root, &["spec"], csi_driver),
        "rolebindings.rbac.authorization.k8s.io"
        | "clusterrolebindings.rbac.authorization.k8s.io" => {
            binding(root);
        }
        "priorityclasses.scheduling.k8s.io" => {
            fill(root, &[("preemptionPolicy", json!("PreemptLowerPriority"))]);
        }
        "customresourcedefinitions.apiextensions.k8s.io" => definition(root),
        "apiservices.apiregistration.k8s.io" => {
            at(root, &["spec", "service"], |of| default_to(of, "port", json!(443)));
        }
        "mutatingwebhookconfigurations.admissionregistration.k8s.io" => {
            each(root, &["webhooks"], |hook| {
                webhook(hook);
                default_to(hook, "reinvocationPolicy", json!("Never"));
            });
        }
        "validatingwebhookconfigurations.admissionregistration.k8s.io" => {
            each(root, &["webhooks"], webhook);
        }
        "validatingadmissionpolicies.admissionregistration.k8s.io"
        | "mutatingadmissionpolicies.admissionregistration.k8s.io" => at(root, &["spec"], |spec| {
            default_to(spec, "failurePolicy", json!("Fail"));
            at(spec, &["matchConstraints"], match_resources);
        }),
        "validatingadmissionpolicybindings.admissionregistration.k8s.io"
        | "mutatingadmissionpolicybindings.admissionregistration.k8s.io" => {
            at(root, &["spec", "matchResources"], match_resources);
        }
        "limitranges" => each(root, &["spec", "limits"], limit),
        _ => {}
    }
}

fn secret(root: &mut Object) {
    default_to(root, "type", json!("Opaque"));
    let Some(Value::Object(plain)) = root.remove("stringData") else { return };
    let data = root.entry("data").or_insert_with(|| json!({}));
    if let Some(data) = data.as_object_mut() {
        for (key, value) in plain {
            let text = value.as_str().unwrap_or_default();
            data.insert(key, json!(STANDARD.encode(text)));
        }
    }
}

fn namespace(root: &mut Object) {
    at(root, &["metadata"], |metadata| {
        let Some(name) = metadata.get("name").cloned() else { return };
        default_to(metadata, "labels", json!({}));
        at(metadata, &["labels"], |labels| {
            labels.insert("kubernetes.io/metadata.name".to_owned(), name);
        });
    });
}

fn csi_driver(spec: &mut Object) {
    fill(
        spec,
        &[
            ("attachRequired", json!(true)),
            ("podInfoOnMount", json!(false)),
            ("storageCapacity", json!(false)),
            ("fsGroupPolicy", json!("ReadWriteOnceWithFSType")),
            ("volumeLifecycleModes", json!(["Persistent"])),
            ("requiresRepublish", json!(false)),
            ("seLinuxMount", json!(false)),
        ],
    );
}

fn binding(root: &mut Object) {
    const GROUP: &str = "rbac.authorization.k8s.io";
    at(root, &["roleRef"], |of| {
        if of.get("apiGroup").is_none_or(|group| *group == json!("")) {
            of.insert("apiGroup".to_owned(), json!(GROUP));
        }
    });
    each(root, &["subjects"], |subject| {
        if matches!(subject.get("kind").and_then(Value::as_str), Some("User" | "Group")) {
            default_to(subject, "apiGroup", json!(GROUP));
        }
    });
}

fn definition(root: &mut Object) {
    at(root, &["spec"], |spec| {
        default_to(spec, "conversion", json!({"strategy": "None"}));
        at(spec, &["names"], |names| {
            let kind = names.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
            fill(
                names,
                &[
                    ("singular", json!(kind.to_lowercase())),
                    ("listKind", json!(format!("{kind}List"))),
                ],
            );
        });
    });
}

fn webhook(hook: &mut Object) {
    fill(
        hook,
        &[
            ("failurePolicy", json!("Fail")),
            ("matchPolicy", json!("Equivalent")),
            ("namespaceSelector", json!({})),
            ("objectSelector", json!({})),
            ("timeoutSeconds", json!(10)),
        ],
    );
    at(hook, &["clientConfig", "service"], |of| default_to(of, "port", json!(443)));
    each(hook, &["rules"], |rule| default_to(rule, "scope", json!("*")));
}

fn match_resources(of: &mut Object) {
    fill(
        of,
        &[
            ("matchPolicy", json!("Equivalent")),
            ("namespaceSelector", json!({})),
            ("objectSelector", json!({})),
        ],
    );
    for list in ["resourceRules", "excludeResourceRules"] {
        each(of, &[list], |rule| default_to(rule, "scope", json!("*")));
    }
}

/// A container limit: the maximum is the default, the default is the default request.
fn limit(limit: &mut Object) {
    if limit.get("type") != Some(&json!("Container")) {
        return;
    }
    for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")]
    {
        let Some(Value::Object(values)) = limit.get(from).cloned() else { continue };
        default_to(limit, to, json!({}));
        at(limit, &[to], |target| {
            for (name, value) in values {
                default_to(target, &name, value);
            }
        });
    }
}
