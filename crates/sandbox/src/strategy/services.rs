//! Cluster addresses and node ports of services.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::cluster::Cluster;
use crate::object::{self, default_to, text};
use crate::status::{Refusal, Status};

/// Gives a service the addresses and ports its type calls for, keeping those it had.
pub(super) fn allocate(
    cluster: &Cluster,
    live: Option<&Value>,
    service: &mut Value,
) -> Result<(), Status> {
    let name = object::name(service).to_owned();
    let others: Vec<_> = cluster
        .list("services", "")
        .into_iter()
        .filter(|other| object::uid(other) != object::uid(service))
        .collect();
    let Some(spec) = service.get_mut("spec").and_then(Value::as_object_mut) else { return Ok(()) };
    if let Some(live) = live {
        keep(spec, &live["spec"]);
    }
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind == "ExternalName" {
        for key in
            ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"]
        {
            spec.remove(key);
        }
        return Ok(());
    }
    let taken: BTreeSet<&str> = others.iter().map(|other| text(other, "/spec/clusterIP")).collect();
    let wanted = spec.get("clusterIP").and_then(Value::as_str).unwrap_or_default().to_owned();
    if wanted.is_empty() {
        spec.insert("clusterIP".to_owned(), json!(free_address(&taken)));
    } else if wanted != "None" && live.is_none() && taken.contains(wanted.as_str()) {
        let refused = Refusal::invalid(
            "spec.clusterIPs",
            &json!([wanted]),
            &format!("failed to allocate IP {wanted}: provided IP is already allocated"),
        );
        return Err(Status::invalid("Service", "", &name, &[refused]));
    }
    let address = spec["clusterIP"].clone();
    default_to(spec, "clusterIPs", json!([address]));
    default_to(spec, "ipFamilies", json!(["IPv4"]));
    default_to(spec, "ipFamilyPolicy", json!("SingleStack"));
    allocate_ports(spec, &kind, &others, &name)
}

fn allocate_ports(
    spec: &mut Map<String, Value>,
    kind: &str,
    others: &[std::sync::Arc<Value>],
    name: &str,
) -> Result<(), Status> {
    let wanted = kind == "NodePort"
        || (kind == "LoadBalancer"
            && spec.get("allocateLoadBalancerNodePorts") != Some(&json!(false)));
    if !wanted {
        return Ok(());
    }
    let mut taken: BTreeSet<i64> = others
        .iter()
        .flat_map(|other| object::list(other, "/spec/ports"))
        .filter_map(|port| port["nodePort"].as_i64())
        .collect();
    let local = spec.get("externalTrafficPolicy") == Some(&json!("Local"));
    if kind == "LoadBalancer" && local && spec.get("healthCheckNodePort").is_none() {
        let checks = others
            .iter()
            .filter_map(|other| other.pointer("/spec/healthCheckNodePort").and_then(Value::as_i64));
        taken.extend(checks);
        let free = free_port(&taken);
        taken.insert(free);
        spec.insert("healthCheckNodePort".to_owned(), json!(free));
    }
    let Some(Value::Array(ports)) = spec.get_mut("ports") else { return Ok(()) };
    for (index, port) in ports.iter().enumerate() {
        if let Some(number) = port["nodePort"].as_i64()
            && taken.contains(&number)
        {
            let refused = Refusal::invalid(
                format!("spec.ports[{index}].nodePort"),
                &port["nodePort"],
                "provided port is already allocated",
            );
            return Err(Status::invalid("Service", "", name, &[refused]));
        }
    }
    taken.extend(ports.iter().filter_map(|port| port["nodePort"].as_i64()));
    for port in ports.iter_mut().filter_map(Value::as_object_mut) {
        if port.get("nodePort").is_none_or(|number| *number == json!(0)) {
            let free = free_port(&taken);
            taken.insert(free);
            port.insert("nodePort".to_owned(), json!(free));
        }
    }
    Ok(())
}

/// Carries over what was allocated before and what the new type has no use for.
fn keep(spec: &mut Map<String, Value>, live: &Value) {
    let kind = spec.get("type").cloned().unwrap_or_default();
    if kind != "ExternalName" && live["type"] != "ExternalName" {
        for key in
            ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"]
        {
            let empty =
                spec.get(key).is_none_or(|v| v.is_null() || *v == json!("") || *v == json!([]));
            if empty && let Some(value) = live.get(key) {
                spec.insert(key.to_owned(), value.clone());
            }
        }
    }
    let exposed = kind == "NodePort" || kind == "LoadBalancer";
    if !exposed {
        for key in ["externalTrafficPolicy", "healthCheckNodePort", "allocateLoadBalancerNodePorts"]
        {
            if spec.get(key) == live.get(key) {
                spec.remove(key);
            }
        }
    }
    let Some(Value::Array(ports)) = spec.get_mut("ports") else { return };
    for port in ports.iter_mut().filter_map(Value::as_object_mut) {
        let before = object::list(live, "/ports")
            .iter()
            .find(|old| {
                port.get("port") == old.get("port") && port.get("protocol") == old.get("protocol")
            })
            .and_then(|old| old.get("nodePort"));
        if exposed {
            if let Some(before) = before {
                default_to(port, "nodePort", before.clone());
            }
        } else if port.get("nodePort") == before {
            port.remove("nodePort");
        }
    }
}

fn free_port(taken: &BTreeSet<i64>) -> i64 {
    (30_000..32_768).find(|number| !taken.contains(number)).unwrap_or(30_000)
}

fn free_address(taken: &BTreeSet<&str>) -> String {
    (10_u32..65_000)
        .map(|number| format!("10.96.{}.{}", number >> 8, number & 0xff))
        .find(|address| !taken.contains(address.as_str()))
        .unwrap_or_default()
}
