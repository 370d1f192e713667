//! Watches: what a client has missed, then what happens, one JSON line each.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::read::{Form, Selection};
use super::{Answer, Request, Target};
use crate::cluster::Cluster;
use crate::convert;
use crate::kinds::Kind;
use crate::status::{Refusal, Status};
use crate::store::Change;

/// A running watch: lines that are due, and changes to come.
#[derive(Debug)]
pub(crate) struct Feed {
    kind: Arc<Kind>,
    selection: Selection,
    /// Lines to be sent before any change.
    pub(crate) due: VecDeque<Bytes>,
    /// Changes to come; closed for a client that reads too slowly.
    pub(crate) changes: mpsc::Receiver<Change>,
}

impl Feed {
    /// The line that tells of a change, if the client asked for it.
    pub(crate) fn line(&self, change: &Change) -> Option<Bytes> {
        let before = change.old.as_ref().is_some_and(|old| self.selection.takes(old));
        let after = !change.deleted && self.selection.takes(&change.new);
        let event = match (before, after) {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            (false, false) => return None,
        };
        Some(self.event(event, &change.new))
    }

    fn event(&self, event: &str, object: &Value) -> Bytes {
        let object = self.selection.form.shape(convert::convert(object, &self.kind));
        line(&json!({"type": event, "object": object}))
    }

    /// A bookmark; `initial` marks the end of the objects there were.
    fn bookmark(&self, revision: u64, initial: bool) -> Bytes {
        let (kind, version) = match self.selection.form {
            Form::Full => (self.kind.kind.clone(), self.kind.api_version()),
            Form::Metadata => ("PartialObjectMetadata".to_owned(), "meta.k8s.io/v1".to_owned()),
        };
        let mut metadata = json!({"resourceVersion": revision.to_string()});
        if initial {
            metadata["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        line(&json!({"type": "BOOKMARK",
            "object": {"kind": kind, "apiVersion": version, "metadata": metadata}}))
    }
}

/// Starts a watch from a resource version, or from what is there.
pub(super) fn start(
    cluster: &mut Cluster,
    request: &Request,
    target: &Target,
) -> Result<Answer, Status> {
    let selection = Selection::of(request, target)?;
    let limit = request.parameter("timeoutSeconds").parse().ok().map(Duration::from_secs);
    let initial = check_initial(request)?;
    let storage = target.kind.storage.clone();
    let version = request.parameter("resourceVersion");
    let from: u64 = match version {
        "" => 0,
        text => text.parse().map_err(|_| {
            let refused = Refusal::invalid(
                "resourceVersion",
                &json!(text),
                "strconv.ParseUint: parsing: invalid syntax",
            );
            Status::invalid("ListOptions", "meta.k8s.io", "", &[refused])
        })?,
    };
    let missed =
        if from == 0 || initial { Some(vec![]) } else { cluster.store.since(from, &storage) };
    let mut feed = Feed {
        kind: target.kind.clone(),
        selection,
        due: VecDeque::new(),
        changes: cluster.store.watch(&storage),
    };
    let Some(missed) = missed else {
        let message = format!("too old resource version: {from} ({})", cluster.store.revision());
        feed.due
            .push_back(line(&json!({"type": "ERROR", "object": Status::expired(message).json()})));
        feed.changes.close();
        return Ok(Answer::Watch { feed: Box::new(feed), limit });
    };
    if from == 0 || initial {
        for object in cluster.list(&storage, &target.namespace) {
            if feed.selection.takes(&object) {
                feed.due.push_back(feed.event("ADDED", &object));
            }
        }
    }
    feed.due.extend(missed.iter().filter_map(|change| feed.line(change)).collect::<Vec<_>>());
    if initial {
        feed.due.push_back(feed.bookmark(cluster.store.revision(), true));
    }
    Ok(Answer::Watch { feed: Box::new(feed), limit })
}

/// Whether the client wants the objects there are first, and a bookmark after them.
fn check_initial(request: &Request) -> Result<bool, Status> {
    if !request.flag("sendInitialEvents") {
        return Ok(false);
    }
    if request.parameter("resourceVersionMatch") == "NotOlderThan" {
        return Ok(request.flag("allowWatchBookmarks"));
    }
    let refused = Refusal::forbidden(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
    );
    Err(Status::invalid("ListOptions", "meta.k8s.io", "", &[refused]))
}

fn line(event: &Value) -> Bytes {
    Bytes::from(format!("{event}\n"))
}
