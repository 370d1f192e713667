//! A request taken apart.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::cluster::{Cluster, Part, WriteOptions};
use crate::kinds::Kind;
use crate::managed::Writer;
use crate::protobuf;
use crate::schema::Shape;
use crate::status::Status;

/// Largest body the server reads: etcd's own limit of a request.
pub(crate) const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// One HTTP request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: http::Method,
    pub(crate) segments: Vec<String>,
    query: BTreeMap<String, String>,
    pub(crate) accept: String,
    pub(crate) content_type: String,
    user_agent: String,
    pub(crate) body: Bytes,
}

impl Request {
    /// Takes a request apart.
    pub(crate) fn new(request: http::Request<Bytes>) -> Self {
        let (head, body) = request.into_parts();
        let header = |name: http::HeaderName| {
            head.headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let query = head.uri.query().unwrap_or_default();
        Self {
            segments: head
                .uri
                .path()
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(decoded)
                .collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            accept: header(http::header::ACCEPT),
            content_type: header(http::header::CONTENT_TYPE),
            user_agent: header(http::header::USER_AGENT),
            method: head.method,
            body,
        }
    }

    /// A query parameter, or the empty string.
    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A boolean query parameter.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.query.get(name).is_some_and(|value| matches!(value.as_str(), "true" | "1" | ""))
    }

    /// Whether nothing is to be written.
    pub(crate) fn dry_run(&self) -> Result<bool, Status> {
        match self.parameter("dryRun") {
            "" => Ok(false),
            "All" => Ok(true),
            other => {
                let refused = crate::status::Refusal::unsupported(
                    "dryRun",
                    &json!([other]),
                    &["All".to_owned()],
                );
                Err(Status::invalid("CreateOptions", "meta.k8s.io", "", &[refused]))
            }
        }
    }

    /// The body as JSON; YAML and protobuf are read where the content type says so.
    pub(crate) fn document(&self, shape: &Shape) -> Result<Value, Status> {
        if self.body.len() > BODY_LIMIT {
            let message = format!("Request entity too large: limit is {BODY_LIMIT}");
            return Err(Status::plain(413, "RequestEntityTooLarge", message));
        }
        if self.content_type.contains("protobuf") {
            return protobuf::decode(&self.body, shape).ok_or_else(|| {
                Status::bad_request("error decoding protobuf: the body does not fit its kind")
            });
        }
        if self.content_type.contains("cbor") {
            let message = "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf";
            return Err(Status::plain(415, "UnsupportedMediaType", message));
        }
        match serde_json::from_slice(&self.body) {
            Ok(value) => Ok(value),
            Err(error) if self.content_type.contains("yaml") => {
                yaml::from_slice(&self.body, yaml::Numbers::Exact)
                    .ok()
                    .and_then(|value| serde_json::from_str(&yaml::json::to_string(&value)).ok())
                    .ok_or_else(|| Status::bad_request(format!("error decoding YAML: {error}")))
            }
            Err(error) => Err(Status::bad_request(format!("error decoding JSON: {error}"))),
        }
    }

    /// How this request writes an object of a kind.
    pub(crate) fn write_options(
        &self,
        cluster: &Cluster,
        kind: &Kind,
        part: Part,
    ) -> Result<WriteOptions, Status> {
        let given = self.parameter("fieldManager");
        let program = self.user_agent.split('/').next().unwrap_or_default();
        let manager = if given.is_empty() { program } else { given };
        let subresource = match part {
            Part::Main => "",
            Part::Status => "status",
        };
        Ok(WriteOptions {
            writer: Writer {
                manager: manager.to_owned(),
                api_version: kind.api_version(),
                subresource: subresource.to_owned(),
                now: cluster.now(),
            },
            part,
            dry_run: self.dry_run()?,
            strict: self.parameter("fieldValidation") == "Strict",
        })
    }
}

fn decoded(segment: &str) -> String {
    // A path keeps its plus signs; form decoding would turn them into spaces.
    let plus = segment.replace('+', "%2B");
    form_urlencoded::parse(plus.as_bytes())
        .next()
        .map_or_else(String::new, |(key, _)| key.into_owned())
}
