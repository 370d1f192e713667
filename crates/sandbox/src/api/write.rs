//! Create, update, patch and delete requests.

use serde_json::{Value, json};

use super::read::{self, Form, Selection};
use super::{Answer, JSON, Request, Target};
use crate::cluster::{Cluster, DeleteOptions, Part, Propagation, WriteOptions, Written};
use crate::convert;
use crate::kinds::Kind;
use crate::managed::Conflicts;
use crate::object::{self, text};
use crate::patch::{PatchKind, json as json_patch, merge, strategic};
use crate::schema::Shape;
use crate::status::{Refusal, Status};

/// POST on a resource.
pub(super) fn create(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let body = request.document(&target.kind.shape)?;
    check_kind(&target.kind, &body)?;
    check_namespace(target, &body)?;
    let options = request.write_options(cluster, &target.kind, Part::Main)?;
    let written = cluster.create(&target.kind, &target.namespace, body, &options)?;
    Ok(answer(request, written))
}

/// PUT on an object or its status.
pub(super) fn update(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
    part: Part,
) -> Result<Answer, Status> {
    let body = request.document(&target.kind.shape)?;
    check_kind(&target.kind, &body)?;
    check_namespace(target, &body)?;
    let (key, given) = (target.key(), object::name(&body));
    if given != key.1 {
        return Err(Status::bad_request(if given.is_empty() {
            "name must be provided".to_owned()
        } else {
            format!(
                "the name of the object ({given}) does not match the name on the URL ({})",
                key.1
            )
        }));
    }
    let live = live(cluster, target)?;
    if target.kind.custom.is_some() && text(&body, "/metadata/resourceVersion").is_empty() {
        let refused = Refusal::invalid(
            "metadata.resourceVersion",
            &json!(0),
            "must be specified for an update",
        );
        return Err(Status::invalid(&target.kind.plural, &target.kind.group, &key.1, &[refused]));
    }
    let options = request.write_options(cluster, &target.kind, part)?;
    let written = cluster.replace(&target.kind, &live, body, &options)?;
    Ok(answer(request, written))
}

/// PATCH of any kind on an object or its status.
pub(super) fn patch(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
    part: Part,
) -> Result<Answer, Status> {
    let kind = PatchKind::of(&request.content_type).ok_or_else(unsupported)?;
    let patch = request.document(&target.kind.shape)?;
    let options = request.write_options(cluster, &target.kind, part)?;
    if kind == PatchKind::Apply {
        return apply(cluster, request, target, (&patch, &options));
    }
    if request.flag("force") {
        let refused = Refusal::forbidden("force", "may not be specified for non-apply patch");
        return Err(Status::invalid("PatchOptions", "meta.k8s.io", "", &[refused]));
    }
    let live = live(cluster, target)?;
    let mut new = live.clone();
    match kind {
        PatchKind::Json => json_patch::apply(&mut new, &patch)?,
        PatchKind::Merge => merge::apply(&mut new, &patch),
        PatchKind::Strategic if target.kind.custom.is_some() => return Err(not_strategic()),
        PatchKind::Strategic | PatchKind::Apply => {
            strategic::apply(&mut new, &patch, &target.kind.shape);
        }
    }
    if object::name(&new) != object::name(&live) {
        return Err(Status::bad_request(format!(
            "the name of the object ({}) does not match the name on the URL ({})",
            object::name(&new),
            object::name(&live)
        )));
    }
    let written = cluster.replace(&target.kind, &live, new, &options)?;
    Ok(answer(request, written))
}

fn apply(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
    (config, options): (&Value, &WriteOptions),
) -> Result<Answer, Status> {
    if request.parameter("fieldManager").is_empty() {
        let refused = Refusal::required("fieldManager", "is required for apply patch");
        return Err(Status::invalid("PatchOptions", "meta.k8s.io", "", &[refused]));
    }
    let mut config = config.clone();
    let key = target.key();
    check_namespace(target, &config)?;
    let given = object::name(&config);
    if given.is_empty() {
        object::members(&mut config, "metadata").insert("name".to_owned(), json!(key.1));
    } else if given != key.1 {
        return Err(Status::bad_request(format!(
            "the name of the object ({given}) does not match the name on the URL ({})",
            key.1
        )));
    }
    let conflicts = if request.flag("force") { Conflicts::Force } else { Conflicts::Refuse };
    let written = cluster.apply(&target.kind, &key, &config, (options, conflicts))?;
    Ok(answer(request, written))
}

/// DELETE on an object.
pub(super) fn delete(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let options = delete_options(request)?;
    cluster.delete(&target.kind, &target.key(), &options).map(Answer::ok)
}

/// DELETE on a resource.
pub(super) fn delete_collection(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let options = delete_options(request)?;
    let selection = Selection::of(request, target)?;
    let mut gone = vec![];
    for object in cluster.list(&target.kind.storage, &target.namespace) {
        if selection.takes(&object) {
            let key = (object::namespace(&object).to_owned(), object::name(&object).to_owned());
            cluster.delete(&target.kind, &key, &options)?;
            gone.push(convert::convert(&object, &target.kind));
        }
    }
    let metadata = json!({"resourceVersion": cluster.store.revision().to_string()});
    Ok(Answer::ok(read::wrapped(&target.kind, gone, &metadata, Form::Full)))
}

/// The object a write is about, as the request's version shows it.
pub(super) fn live(cluster: &Cluster, target: &Target) -> Result<Value, Status> {
    let key = target.key();
    let found = cluster
        .get(&target.kind.storage, &key)
        .ok_or_else(|| Status::not_found(&target.kind, &key.1))?;
    Ok(convert::convert(&found, &target.kind))
}

/// The answer to a write.
pub(super) fn answer(request: &Request, written: Written) -> Answer {
    let warnings =
        if request.parameter("fieldValidation") == "Ignore" { vec![] } else { written.warnings };
    Answer::Document {
        code: if written.created { 201 } else { 200 },
        value: Form::of(&request.accept).shape(written.object),
        warnings,
        media: JSON,
    }
}

fn not_strategic() -> Status {
    let message = "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    Status::plain(415, "UnsupportedMediaType", message)
}

/// Refuses a content type that is no patch.
pub(super) fn unsupported() -> Status {
    let refused = Status::plain(415, "UnsupportedMediaType", "415: Unsupported Media Type");
    Status { details: json!({}), ..refused }
}

fn check_kind(kind: &Kind, body: &Value) -> Result<(), Status> {
    let (version, name) = (text(body, "/apiVersion"), text(body, "/kind"));
    if !version.is_empty() && version != kind.api_version() {
        return Err(Status::bad_request(format!(
            "the API version in the data ({version}) does not match the expected API version ({})",
            kind.api_version()
        )));
    }
    if !name.is_empty() && name != kind.kind {
        return Err(Status::bad_request(format!(
            "the kind in the data ({name}) does not match the expected kind ({})",
            kind.kind
        )));
    }
    if body.is_object() {
        Ok(())
    } else {
        Err(Status::bad_request("the request body is not an object"))
    }
}

fn check_namespace(target: &Target, body: &Value) -> Result<(), Status> {
    let given = object::namespace(body);
    if target.kind.namespaced && !given.is_empty() && given != target.namespace {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    Ok(())
}

fn delete_options(request: &Request) -> Result<DeleteOptions, Status> {
    let body = if request.body.is_empty() {
        Value::Null
    } else {
        request.document(&Shape::named("meta.v1.DeleteOptions"))?
    };
    let written = text(&body, "/propagationPolicy");
    let policy = if written.is_empty() { request.parameter("propagationPolicy") } else { written };
    let orphan = body["orphanDependents"].as_bool();
    let propagation = match (policy, orphan) {
        ("Background", _) | ("", Some(false)) => Some(Propagation::Background),
        ("Foreground", _) => Some(Propagation::Foreground),
        ("Orphan", _) | ("", Some(true)) => Some(Propagation::Orphan),
        ("", None) => None,
        (other, _) => {
            let known = ["Foreground", "Background", "Orphan", "nil"].map(str::to_owned);
            let refused = Refusal::unsupported("propagationPolicy", &json!(other), &known);
            return Err(Status::invalid("DeleteOptions", "meta.k8s.io", "", &[refused]));
        }
    };
    let precondition = |name: &str| {
        body.pointer(&format!("/preconditions/{name}")).and_then(Value::as_str).map(str::to_owned)
    };
    let grace = body["gracePeriodSeconds"]
        .as_i64()
        .or_else(|| request.parameter("gracePeriodSeconds").parse().ok());
    Ok(DeleteOptions {
        propagation,
        grace,
        uid: precondition("uid"),
        resource_version: precondition("resourceVersion"),
        dry_run: request.dry_run()? || body["dryRun"] == json!(["All"]),
    })
}
