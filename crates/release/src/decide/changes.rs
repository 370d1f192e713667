//! What happens to each object: it is made, changed, left as it is, refused or deleted.

use kubernetes::ObjectRef;
use serde_json::Value;

use crate::desired::{CrdPolicy, Desired, Ownership, Replace};
use crate::diff::Diff;
use crate::managed_fields;
use crate::manifest::{self, Owner};
use crate::observe::{Observed, SeenLeaving, SeenObject, Trial};
use crate::plan::{Action, Change, ChangeKind, CrdChange, KeepReason, Refusal, Touch, Write};
use crate::record::ApplyMethod;
use crate::three_way::{self, Baseline};

pub(super) fn crds(desired: &Desired, observed: &Observed, action: Action) -> Vec<CrdChange> {
    let create = match desired.options.crds {
        CrdPolicy::Skip => false,
        CrdPolicy::CreateOnInstall => action == Action::Install,
        CrdPolicy::Create => true,
    };
    observed
        .crds
        .iter()
        .map(|seen| CrdChange {
            name: ObjectRef::of(&seen.value).map(|object| object.name).unwrap_or_default(),
            source: seen.source.clone(),
            creates: create && !seen.exists,
        })
        .collect()
}

pub(super) fn change(desired: &Desired, method: ApplyMethod, seen: &SeenObject) -> Change {
    let owner = Owner { name: &desired.name, namespace: &desired.namespace };
    let live = seen.live.as_ref();
    let kind = match (&seen.trial, live) {
        (Trial::NotTried, Some(live)) => {
            let why = manifest::not_owned(live, owner).unwrap_or_default();
            let message = manifest::foreign_message(&seen.object, &why);
            ChangeKind::Refused(Refusal::Foreign { object: seen.object.clone(), message })
        }
        (Trial::NotTried, None) => create(seen, None),
        (Trial::After(first), _) => create(seen, Some(first.clone())),
        (Trial::Applied(_) | Trial::Skipped, None) => create(seen, None),
        (Trial::Applied(after), Some(live)) => {
            let diff = Diff::between(live, after);
            if diff.is_empty() { ChangeKind::Unchanged } else { ChangeKind::Update { diff } }
        }
        (Trial::Unsupported { .. }, None) => create(seen, None),
        (Trial::Unsupported { .. }, Some(live)) => {
            let diff = Diff::between(live, &laid_over(live, &seen.manifest));
            if diff.is_empty() { ChangeKind::Unchanged } else { ChangeKind::Update { diff } }
        }
        (Trial::Skipped, Some(live)) => {
            ChangeKind::Update { diff: Diff::between(live, &laid_over(live, &seen.manifest)) }
        }
        (Trial::Conflict { conflicts }, _) => ChangeKind::Refused(Refusal::Conflict {
            object: seen.object.clone(),
            conflicts: conflicts.clone(),
        }),
        (Trial::Invalid { message, fields, valid_as_new: true }, Some(live)) => {
            immutable(desired, seen, live, message, fields)
        }
        (Trial::Invalid { message, .. } | Trial::Refused { message }, _) => {
            ChangeKind::Refused(Refusal::Invalid {
                object: seen.object.clone(),
                message: message.clone(),
            })
        }
    };
    let touch = Touch {
        fold: method == ApplyMethod::ServerSide && live.is_some_and(managed_fields::is_client_side),
        own: live.is_some_and(|live| !managed_fields::is_server_side(live)),
        terminating: live.is_some_and(|live| live.pointer("/metadata/deletionTimestamp").is_some()),
    };
    Change {
        object: seen.object.clone(),
        source: seen.source.clone(),
        kind,
        manifest: seen.manifest.clone(),
        touch,
        write: write(desired, method, seen),
    }
}

fn write(desired: &Desired, method: ApplyMethod, seen: &SeenObject) -> Write {
    let overwrite = desired.options.replace == Replace::Overwrite;
    match (&seen.live, method) {
        (Some(_), _) if overwrite => Write::Overwrite,
        (_, ApplyMethod::ServerSide) => Write::Apply,
        (None, ApplyMethod::ClientSide) => Write::Create,
        (Some(live), ApplyMethod::ClientSide) => {
            // What is taken over has no earlier word of ours.
            let original = seen.original.as_ref().unwrap_or(&seen.manifest);
            let baseline = match desired.options.ownership {
                Ownership::Take => Baseline::Live,
                Ownership::Required => Baseline::LastRevision,
            };
            let (kind, patch) = three_way::patch(original, &seen.manifest, live, baseline);
            Write::Patch(kind, patch)
        }
    }
}

fn create(seen: &SeenObject, validated_after: Option<ObjectRef>) -> ChangeKind {
    ChangeKind::Create { diff: Diff::of_new(&seen.manifest), validated_after }
}

fn immutable(
    desired: &Desired,
    seen: &SeenObject,
    live: &Value,
    message: &str,
    fields: &[String],
) -> ChangeKind {
    let fields = fields.to_vec();
    match desired.options.replace {
        Replace::Allow => {
            let diff = Diff::between(live, &laid_over(live, &seen.manifest));
            ChangeKind::Replace { diff, fields }
        }
        Replace::Refuse | Replace::Overwrite => ChangeKind::Refused(Refusal::Immutable {
            object: seen.object.clone(),
            fields,
            message: message.to_owned(),
        }),
    }
}

/// What an object would roughly be, where the server did not compute it: maps are merged, lists
/// replaced unless their items carry names.
fn laid_over(live: &Value, manifest: &Value) -> Value {
    match (live, manifest) {
        (Value::Object(old), Value::Object(new)) => {
            let mut merged = old.clone();
            for (key, value) in new {
                let under = old.get(key).unwrap_or(&Value::Null);
                merged.insert(key.clone(), laid_over(under, value));
            }
            Value::Object(merged)
        }
        (Value::Array(old), Value::Array(new)) => {
            let by_name = |item: &Value| {
                let name = item.get("name")?;
                old.iter().find(|o| o.get("name") == Some(name))
            };
            let items =
                new.iter().map(|item| laid_over(by_name(item).unwrap_or(&Value::Null), item));
            Value::Array(items.collect())
        }
        (_, new) => new.clone(),
    }
}

pub(super) fn leave(desired: &Desired, seen: &SeenLeaving) -> Change {
    let owner = Owner { name: &desired.name, namespace: &desired.namespace };
    let kind = if seen.kept || manifest::is_kept(&seen.live) {
        ChangeKind::Keep { reason: KeepReason::ResourcePolicy }
    } else if !seen.hook && manifest::not_owned(&seen.live, owner).is_some() {
        ChangeKind::Keep { reason: KeepReason::NotOwned }
    } else {
        ChangeKind::Delete
    };
    Change {
        object: seen.object.clone(),
        source: String::new(),
        kind,
        manifest: Value::Null,
        touch: Touch::default(),
        write: Write::default(),
    }
}
