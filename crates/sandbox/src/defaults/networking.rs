//! Defaults of services, endpoints and policies.

use serde_json::{Map, Value, json};

use super::{at, each, fill};
use crate::object::default_to;

type Object = Map<String, Value>;

/// `v1` Service; addresses and node ports are allocated elsewhere.
pub(super) fn service(root: &mut Object) {
    at(root, &["spec"], |spec| {
        fill(spec, &[("sessionAffinity", json!("None")), ("type", json!("ClusterIP"))]);
        if spec["sessionAffinity"] == json!("None") {
            spec.remove("sessionAffinityConfig");
        } else {
            default_to(
                spec,
                "sessionAffinityConfig",
                json!({"clientIP": {"timeoutSeconds": 10800}}),
            );
        }
        each(spec, &["ports"], |port| {
            default_to(port, "protocol", json!("TCP"));
            if port.get("targetPort").is_none_or(|t| *t == json!(0) || *t == json!("")) {
                let number = port.get("port").cloned().unwrap_or_default();
                port.insert("targetPort".to_owned(), number);
            }
        });
        let kind = spec["type"].as_str().unwrap_or_default().to_owned();
        if kind != "ExternalName" {
            default_to(spec, "internalTrafficPolicy", json!("Cluster"));
        }
        if kind == "NodePort" || kind == "LoadBalancer" {
            default_to(spec, "externalTrafficPolicy", json!("Cluster"));
        }
        if kind == "LoadBalancer" {
            default_to(spec, "allocateLoadBalancerNodePorts", json!(true));
        }
    });
}

/// `v1` Endpoints.
pub(super) fn endpoints(root: &mut Object) {
    each(root, &["subsets"], |subset| {
        each(subset, &["ports"], |port| default_to(port, "protocol", json!("TCP")));
    });
}

/// `discovery.k8s.io/v1` EndpointSlice.
pub(super) fn endpoint_slice(root: &mut Object) {
    each(root, &["ports"], |port| {
        fill(port, &[("name", json!("")), ("protocol", json!("TCP"))]);
    });
}

/// `networking.k8s.io/v1` NetworkPolicy.
pub(super) fn network_policy(root: &mut Object) {
    at(root, &["spec"], |spec| {
        for direction in ["ingress", "egress"] {
            each(spec, &[direction], |rule| {
                each(rule, &["ports"], |port| default_to(port, "protocol", json!("TCP")));
            });
        }
        let egress = spec.get("egress").and_then(Value::as_array).is_some_and(|e| !e.is_empty());
        let types = if egress { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
        default_to(spec, "policyTypes", types);
    });
}

/// `networking.k8s.io/v1` IngressClass.
pub(super) fn ingress_class(root: &mut Object) {
    at(root, &["spec", "parameters"], |of| default_to(of, "scope", json!("Cluster")));
}
