//! The HTTP face: from a request to an answer, under one lock, without waiting.
//!
//! Paths are those of kube-apiserver 1.36. Not here: what a write means (`cluster`), and the bytes
//! of a running watch (`service`).

mod discovery;
mod openapi;
mod path;
mod read;
mod request;
mod review;
mod subresource;
mod watch;
mod write;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::kinds::Kind;
use crate::object::Name;
use crate::status::Status;
use path::Place;

pub(crate) use request::{BODY_LIMIT, Request};
pub(crate) use watch::Feed;

/// What a request is answered with.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A JSON document.
    Document {
        code: u16,
        value: Value,
        /// Shown by clients to their users.
        warnings: Vec<String>,
        media: &'static str,
    },
    /// Plain text.
    Text { code: u16, text: String },
    /// A stream of changes.
    Watch { feed: Box<Feed>, limit: Option<Duration> },
}

/// What a resource request is about.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) kind: Arc<Kind>,
    pub(crate) namespace: String,
    pub(crate) name: Option<String>,
}

const JSON: &str = "application/json";

impl Answer {
    fn ok(value: Value) -> Self {
        Self::Document { code: 200, value, warnings: vec![], media: JSON }
    }

    fn text(code: u16, text: &str) -> Self {
        Self::Text { code, text: text.to_owned() }
    }
}

impl Target {
    /// The key of a named object.
    pub(crate) fn key(&self) -> Name {
        (self.namespace.clone(), self.name.clone().unwrap_or_default())
    }
}

/// Answers a request; never fails, since a refusal is an answer too.
pub(crate) fn answer(cluster: &mut Cluster, request: &Request) -> Answer {
    route(cluster, request).unwrap_or_else(|status| refusal(&status))
}

/// A refusal as an answer.
pub(crate) fn refusal(status: &Status) -> Answer {
    Answer::Document { code: status.code, value: status.json(), warnings: vec![], media: JSON }
}

fn route(cluster: &mut Cluster, request: &Request) -> Result<Answer, Status> {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    if segments.is_empty() {
        return Ok(Answer::ok(json!({"paths": ["/api", "/api/v1", "/apis", "/healthz", "/livez",
            "/openapi/v3", "/readyz", "/version"]})));
    }
    match segments[0] {
        "healthz" | "readyz" | "livez" => Ok(Answer::text(200, "ok")),
        "version" => Ok(Answer::ok(version())),
        "openapi" => Ok(openapi::answer(cluster, &segments[1..])),
        "api" | "apis" => match path::parse(&segments) {
            Some(Place::Root) => Ok(discovery::root(cluster, request, segments[0])),
            Some(Place::Group(group)) => Ok(discovery::group(cluster, group)),
            Some(Place::Version(group, version)) => Ok(discovery::version(cluster, group, version)),
            Some(Place::Resource(at)) => resource(cluster, request, &at),
            None => Ok(not_here()),
        },
        _ => Ok(not_here()),
    }
}

fn resource(
    cluster: &mut Cluster,
    request: &Request,
    at: &path::Resource<'_>,
) -> Result<Answer, Status> {
    let Some(kind) = cluster.registry.by_resource(at.group, at.version, at.plural) else {
        let known = cluster.registry.serves(at.group, at.version);
        return if known { Err(Status::no_resource()) } else { Ok(not_here()) };
    };
    if at.namespace.is_some() && !kind.namespaced {
        return Err(Status::no_resource());
    }
    let target = Target {
        namespace: at.namespace.unwrap_or_default().to_owned(),
        name: at.name.map(str::to_owned),
        kind,
    };
    if let Some(subresource) = at.subresource {
        return subresource::answer(cluster, request, &target, subresource);
    }
    let verb = verb(request, &target);
    if !target.kind.allows(verb) {
        return Err(Status::method_not_allowed());
    }
    match verb {
        "get" => read::get(cluster, request, &target),
        "list" => read::list(cluster, request, &target),
        "watch" => watch::start(cluster, request, &target),
        "create" if review::is_review(&target.kind) => {
            review::answer(cluster, request, &target.kind)
        }
        "create" => write::create(cluster, request, &target),
        "update" => write::update(cluster, request, &target, crate::cluster::Part::Main),
        "patch" => write::patch(cluster, request, &target, crate::cluster::Part::Main),
        "delete" => write::delete(cluster, request, &target),
        "deletecollection" => write::delete_collection(cluster, request, &target),
        _ => Err(Status::method_not_allowed()),
    }
}

fn verb(request: &Request, target: &Target) -> &'static str {
    match (request.method.as_str(), &target.name) {
        ("GET" | "HEAD", _) if request.flag("watch") => "watch",
        ("GET" | "HEAD", Some(_)) => "get",
        ("GET" | "HEAD", None) => "list",
        ("POST", None) if !target.kind.namespaced || !target.namespace.is_empty() => "create",
        ("PUT", Some(_)) => "update",
        ("PATCH", Some(_)) => "patch",
        ("DELETE", Some(_)) => "delete",
        ("DELETE", None) if !target.kind.namespaced || !target.namespace.is_empty() => {
            "deletecollection"
        }
        _ => "",
    }
}

fn not_here() -> Answer {
    Answer::text(404, "404 page not found\n")
}

fn version() -> Value {
    json!({"major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
        "minCompatibilityMajor": "1", "minCompatibilityMinor": "35", "gitVersion": "v1.36.3",
        "gitCommit": "", "gitTreeState": "", "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "", "compiler": "", "platform": "windrose/sandbox"})
}
