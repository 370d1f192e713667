//! Delete: preconditions, finalizers, grace periods and what happens to dependents.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Cluster;
use crate::convert;
use crate::kinds::Kind;
use crate::object::{self, Name, text};
use crate::status::{self, Status};

/// What becomes of the objects an object owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Propagation {
    /// They go after it.
    Background,
    /// They go before it.
    Foreground,
    /// They stay.
    Orphan,
}

/// How to delete.
#[derive(Debug, Clone)]
pub(crate) struct DeleteOptions {
    pub(crate) propagation: Option<Propagation>,
    pub(crate) grace: Option<i64>,
    /// The uid the object must have.
    pub(crate) uid: Option<String>,
    /// The resource version the object must have.
    pub(crate) resource_version: Option<String>,
    pub(crate) dry_run: bool,
}

impl DeleteOptions {
    /// Delete at once, dependents afterwards.
    pub(crate) fn background() -> Self {
        Self {
            propagation: Some(Propagation::Background),
            grace: None,
            uid: None,
            resource_version: None,
            dry_run: false,
        }
    }
}

impl Cluster {
    /// Deletes an object, or starts to: the answer is a `Status` when it is gone, else the object.
    pub(crate) fn delete(
        &mut self,
        kind: &Arc<Kind>,
        name: &Name,
        options: &DeleteOptions,
    ) -> Result<Value, Status> {
        let live = self.get(&kind.storage, name).ok_or_else(|| Status::not_found(kind, &name.1))?;
        check_preconditions(kind, &live, options)?;
        if kind.is("namespaces")
            && matches!(name.1.as_str(), "default" | "kube-system" | "kube-public")
        {
            return Err(Status::forbidden(kind, &name.1, "this namespace may not be deleted"));
        }
        let finalizers = finalizers_for(kind, &live, options);
        let grace = grace_for(kind, &live, options);
        let held = !finalizers.is_empty() || kind.is("namespaces");
        if !held && grace == 0 {
            if !options.dry_run {
                self.store.remove(&kind.storage, name);
            }
            if kind.is("pods") {
                return Ok(Value::clone(&live));
            }
            return Ok(status::deleted(kind, &name.1, object::uid(&live)));
        }
        let mut new = Value::clone(&live);
        new["metadata"]["finalizers"] = json!(finalizers);
        if finalizers.is_empty() {
            object::members(&mut new, "metadata").remove("finalizers");
        }
        if !object::is_deleting(&live) {
            new["metadata"]["deletionTimestamp"] = json!(self.now());
            new["metadata"]["deletionGracePeriodSeconds"] = json!(grace);
            if let Some(generation) = object::integer(&live, "/metadata/generation") {
                new["metadata"]["generation"] = json!(generation + 1);
            }
            if kind.is("namespaces") {
                new["status"]["phase"] = json!("Terminating");
                object::members(&mut new, "metadata").remove("deletionGracePeriodSeconds");
            }
        }
        if options.dry_run || new == *live {
            return Ok(convert::convert(&new, kind));
        }
        let stored = self.store.put(&kind.storage, new);
        Ok(convert::convert(&stored, kind))
    }
}

fn check_preconditions(kind: &Kind, live: &Value, options: &DeleteOptions) -> Result<(), Status> {
    let name = object::name(live);
    if let Some(uid) = options.uid.as_ref().filter(|uid| *uid != object::uid(live)) {
        let why = format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted and then recreated",
            object::uid(live)
        );
        return Err(Status::precondition(kind, name, &why));
    }
    let current = text(live, "/metadata/resourceVersion");
    if let Some(wanted) = options.resource_version.as_ref().filter(|wanted| *wanted != current) {
        let why = format!(
            "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({current}). The object might have been modified"
        );
        return Err(Status::precondition(kind, name, &why));
    }
    Ok(())
}

/// The finalizers an object keeps once it is being deleted.
fn finalizers_for(kind: &Kind, live: &Value, options: &DeleteOptions) -> Vec<String> {
    let mut finalizers: Vec<String> = object::list(live, "/metadata/finalizers")
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let wanted = match options.propagation {
        Some(Propagation::Foreground) => Some("foregroundDeletion"),
        Some(Propagation::Orphan) => Some("orphan"),
        Some(Propagation::Background) => None,
        None if kind.is("replicationcontrollers") => Some("orphan"),
        None => return finalizers,
    };
    finalizers.retain(|name| name != "foregroundDeletion" && name != "orphan");
    finalizers.extend(wanted.map(str::to_owned));
    finalizers
}

fn grace_for(kind: &Kind, live: &Value, options: &DeleteOptions) -> i64 {
    if !kind.is("pods") || text(live, "/spec/nodeName").is_empty() {
        return 0;
    }
    if matches!(text(live, "/status/phase"), "Succeeded" | "Failed") {
        return 0;
    }
    let own = object::integer(live, "/spec/terminationGracePeriodSeconds").unwrap_or(30);
    options.grace.unwrap_or(own)
}
