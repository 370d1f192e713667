//! Parts of objects: status, scale, logs; and the ones only a real cluster has.

use serde_json::{Value, json};

use super::{Answer, Request, Target, read, write};
use crate::cluster::{Cluster, Part};
use crate::object::{self, list, text};
use crate::patch::{PatchKind, json as json_patch, merge};
use crate::schema::Shape;
use crate::selector::Labels;
use crate::status::Status;

/// Answers a request to a subresource.
pub(super) fn answer(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
    subresource: &str,
) -> Result<Answer, Status> {
    if !target.kind.serves(subresource) {
        return Err(Status::no_resource());
    }
    match (subresource, request.method.as_str()) {
        ("status" | "approval", "GET") => read::get(cluster, request, target),
        ("status" | "approval", "PUT") => write::update(cluster, request, target, Part::Status),
        ("status" | "approval", "PATCH") => write::patch(cluster, request, target, Part::Status),
        ("scale", "GET") => {
            let live = write::live(cluster, target)?;
            Ok(Answer::ok(scale_of(&live)))
        }
        ("scale", "PUT" | "PATCH") => scale(cluster, request, target),
        ("log", "GET") => log(cluster, target),
        (other, _) => {
            write::live(cluster, target)?;
            Err(Status::not_in_sandbox(&format!("{}/{other}", target.kind.plural)))
        }
    }
}

fn scale_of(live: &Value) -> Value {
    let metadata = &live["metadata"];
    let wanted = live.pointer("/spec/replicas").cloned().unwrap_or(json!(0));
    let mut status = json!({"replicas":
        live.pointer("/status/replicas").cloned().unwrap_or(json!(0))});
    let selector: Vec<String> = live["spec"]["selector"]["matchLabels"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
        .collect();
    if !selector.is_empty() && Labels::parse(&selector.join(",")).is_ok() {
        status["selector"] = json!(selector.join(","));
    }
    let spec = if wanted == json!(0) { json!({}) } else { json!({"replicas": wanted}) };
    let mut about = json!({});
    for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = metadata.get(key) {
            about[key] = value.clone();
        }
    }
    json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": about, "spec": spec,
        "status": status})
}

fn scale(cluster: &mut Cluster, request: &Request, target: &Target) -> Result<Answer, Status> {
    let live = write::live(cluster, target)?;
    let mut scale = scale_of(&live);
    let body = request.document(&Shape::named("autoscaling.v1.Scale"))?;
    if request.method == http::Method::PUT {
        scale = body;
    } else {
        match PatchKind::of(&request.content_type) {
            Some(PatchKind::Json) => json_patch::apply(&mut scale, &body)?,
            Some(PatchKind::Merge | PatchKind::Strategic | PatchKind::Apply) => {
                merge::apply(&mut scale, &body);
            }
            None => return Err(write::unsupported()),
        }
    }
    let mut new = live.clone();
    let wanted = object::integer(&scale, "/spec/replicas").unwrap_or(0);
    object::members(&mut new, "spec").insert("replicas".to_owned(), json!(wanted));
    let version = text(&scale, "/metadata/resourceVersion");
    if !version.is_empty() {
        new["metadata"]["resourceVersion"] = json!(version);
    }
    let mut options = request.write_options(cluster, &target.kind, Part::Main)?;
    "scale".clone_into(&mut options.writer.subresource);
    let written = cluster.replace(&target.kind, &live, new, &options)?;
    Ok(Answer::ok(scale_of(&written.object)))
}

/// A line for each container that ran, since nothing really runs.
fn log(cluster: &Cluster, target: &Target) -> Result<Answer, Status> {
    let pod = write::live(cluster, target)?;
    let containers = list(&pod, "/spec/containers");
    let first = containers.first().map(|container| text(container, "/name")).unwrap_or_default();
    let phase = text(&pod, "/status/phase");
    let line =
        format!("sandbox: pod {} ({first}) is {phase}; nothing runs here\n", object::name(&pod));
    Ok(Answer::Text { code: 200, text: line })
}
