//! Get and list, in full or as metadata alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Answer, Request, Target};
use crate::cluster::Cluster;
use crate::convert;
use crate::kinds::Kind;
use crate::object::{self, Name};
use crate::selector::{Fields, Labels};
use crate::status::Status;

/// How much of an object a client wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Full,
    Metadata,
}

/// Which objects of a store a client wants, and how.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    pub(crate) namespace: String,
    pub(crate) labels: Labels,
    pub(crate) fields: Fields,
    pub(crate) form: Form,
}

impl Form {
    /// Reads an `Accept` header.
    pub(crate) fn of(accept: &str) -> Self {
        let first = accept.split(',').next().unwrap_or_default();
        if first.contains("as=PartialObjectMetadata") { Self::Metadata } else { Self::Full }
    }

    /// An object in this form.
    pub(crate) fn shape(self, object: Value) -> Value {
        match self {
            Self::Full => object,
            Self::Metadata => {
                json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
                "metadata": object["metadata"]})
            }
        }
    }
}

impl Selection {
    /// Reads the selectors of a request.
    pub(crate) fn of(request: &Request, target: &Target) -> Result<Self, Status> {
        let labels =
            Labels::parse(request.parameter("labelSelector")).map_err(Status::bad_request)?;
        let mut text = request.parameter("fieldSelector").to_owned();
        if let Some(name) = &target.name {
            text = format!("metadata.name={name},{text}");
        }
        Ok(Self {
            namespace: target.namespace.clone(),
            labels,
            fields: Fields::parse(&text).map_err(Status::bad_request)?,
            form: Form::of(&request.accept),
        })
    }

    /// Whether an object is wanted.
    pub(crate) fn takes(&self, object: &Value) -> bool {
        (self.namespace.is_empty() || object::namespace(object) == self.namespace)
            && self.labels.matches(object)
            && self.fields.matches(object)
    }
}

/// Answers with one object.
pub(super) fn get(cluster: &Cluster, request: &Request, target: &Target) -> Result<Answer, Status> {
    let key = target.key();
    let found = cluster
        .get(&target.kind.storage, &key)
        .ok_or_else(|| Status::not_found(&target.kind, &key.1))?;
    Ok(Answer::ok(Form::of(&request.accept).shape(convert::convert(&found, &target.kind))))
}

/// Answers with many objects.
pub(super) fn list(
    cluster: &Cluster,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let selection = Selection::of(request, target)?;
    let limit = request.parameter("limit").parse::<usize>().ok().filter(|limit| *limit > 0);
    let start = match request.parameter("continue") {
        "" => None,
        token => Some(read_token(token).ok_or_else(|| {
            Status::bad_request("continue key is not valid: encoding/json: invalid token")
        })?),
    };
    let mut items: Vec<(Name, Value)> = cluster
        .store
        .list(&target.kind.storage, &target.namespace)
        .filter(|(name, _)| start.as_ref().is_none_or(|start| *name > start))
        .filter(|(_, object)| selection.takes(object))
        .map(|(name, object)| (name.clone(), convert::convert(object, &target.kind)))
        .collect();
    let mut metadata = json!({"resourceVersion": cluster.store.revision().to_string()});
    if target.kind.custom.is_some() {
        // Lists of custom kinds always carry the field.
        metadata["continue"] = json!("");
    }
    if let Some(limit) = limit
        && items.len() > limit
    {
        let rest = items.split_off(limit);
        if let Some((last, _)) = items.last() {
            metadata["continue"] = json!(write_token(last));
            metadata["remainingItemCount"] = json!(rest.len());
        }
    }
    let objects = items.into_iter().map(|(_, object)| object).collect();
    Ok(Answer::ok(wrapped(&target.kind, objects, &metadata, selection.form)))
}

/// A list of objects as a kind's version shows it.
pub(super) fn wrapped(kind: &Kind, objects: Vec<Value>, metadata: &Value, form: Form) -> Value {
    let (list, version) = match form {
        Form::Full => (kind.list_kind.clone(), kind.api_version()),
        Form::Metadata => ("PartialObjectMetadataList".to_owned(), "meta.k8s.io/v1".to_owned()),
    };
    let items: Vec<Value> = objects
        .into_iter()
        .map(|object| {
            let mut item = form.shape(object);
            // Typed lists do not repeat their kind on each item; custom ones do.
            if kind.custom.is_none()
                && form == Form::Full
                && let Some(item) = item.as_object_mut()
            {
                item.remove("apiVersion");
                item.remove("kind");
            }
            item
        })
        .collect();
    json!({"kind": list, "apiVersion": version, "metadata": metadata, "items": items})
}

fn write_token((namespace, name): &Name) -> String {
    URL_SAFE_NO_PAD.encode(json!([namespace, name]).to_string())
}

fn read_token(token: &str) -> Option<Name> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
