//! Load balancers get an address; aggregated APIs count as available.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::object::{self, Name, text};

/// Gives a load balancer its address, and takes it from what is none any more.
pub(super) fn reconcile(cluster: &mut Cluster, name: &Name, live: &Value) {
    let balanced = text(live, "/spec/type") == "LoadBalancer" && !object::is_deleting(live);
    let tail = object::uid(live).rsplit('-').next().unwrap_or_default();
    let number = u64::from_str_radix(tail, 16).unwrap_or(0);
    let address = format!("198.18.{}.{}", number >> 8 & 0xff, number & 0xff);
    cluster.set_status("services", name, |service| {
        let ingress = json!({"ingress": [{"ip": address, "ipMode": "VIP"}]});
        service["status"]["loadBalancer"] = if balanced { ingress } else { json!({}) };
    });
}

/// Calls an aggregated API available; nobody serves it here.
pub(super) fn reconcile_api(cluster: &mut Cluster, name: &Name) {
    let storage = "apiservices.apiregistration.k8s.io";
    let Some(live) = cluster.get(storage, name) else { return };
    let mut conditions = live["status"]["conditions"].clone();
    let condition = json!({"type": "Available", "status": "True", "reason": "Passed",
        "message": "all checks passed"});
    cluster.condition(&mut conditions, &condition);
    cluster.set_status(storage, name, |service| service["status"]["conditions"] = conditions);
}
