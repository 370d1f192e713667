//! Decides: what is wanted and what is there become a plan. Pure: no clock, no cluster.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use kubernetes::ObjectRef;
use serde_json::Value;

use crate::content::{is_same, is_same_chart};
use crate::desired::{Content, CrdPolicy, Desired, Hooks, Intent, Namespaces, Replace, Revisions};
use crate::diff::Diff;
use crate::error::Error;
use crate::lock::Lock;
use crate::managed_fields;
use crate::manifest::{self, Owner};
use crate::observe::{Observed, SeenLeaving, SeenObject, Trial, current};
use crate::plan::{
    Action, Change, ChangeKind, CrdChange, KeepReason, Plan, PlannedHook, Refusal, Repair, Touch,
    Work,
};
use crate::record::{ApplyMethod, Hook, HookEvent, Info, Release, Status};

#[cfg(test)]
mod tests;

/// Names longer than this leave no room for Helm's own names.
const LONGEST_NAME: usize = 53;

/// Decides what to do.
pub fn decide(desired: &Desired, observed: &Observed) -> Result<Plan, Error> {
    check_name(&desired.name)?;
    let history = &observed.history;
    if let Lock::Held { revision, holder } = &observed.lock {
        let (name, holder) = (desired.name.clone(), holder.clone());
        return Err(Error::InProgress { name, revision: *revision, holder });
    }
    let action = settle(&desired.intent, &desired.name, history, &observed.lock)?;
    let repair = repair(&observed.lock, history);
    if action == Action::Uninstall {
        return uninstall(desired, observed, repair);
    }
    let content =
        content(desired, history).ok_or(Error::Incomplete("the new revision has no content"))?;
    if !observed.namespace_exists && desired.options.namespaces == Namespaces::MustExist {
        return Err(Error::NoNamespace { namespace: desired.namespace.clone() });
    }
    let crds = crds(desired, observed, action);
    let mut changes: Vec<Change> =
        observed.objects.iter().map(|seen| change(desired, seen)).collect();
    changes.extend(observed.leaving.iter().map(|seen| leave(desired, seen)));
    let creates_crds = crds.iter().any(|crd| crd.creates);
    let settled = changes
        .iter()
        .all(|change| matches!(change.kind, ChangeKind::Unchanged | ChangeKind::Keep { .. }));
    let as_deployed = history.last().filter(|latest| {
        latest.info.status == Status::Deployed && is_same_content(latest, &content)
    });
    if let (Some(latest), true, false, Revisions::OnChange) =
        (as_deployed, settled, creates_crds, desired.options.revisions)
        && !matches!(action, Action::Rollback { .. })
        && labels(desired, history, action) == latest.labels
    {
        return Ok(nothing(desired, observed, latest, changes, crds));
    }
    let record = record(desired, history, action, &content);
    let hooks = match desired.options.hooks {
        Hooks::Run => planned_hooks(&record, action),
        Hooks::Skip => Vec::new(),
    };
    let to_create = observed.crds.iter().zip(&crds).filter(|(_, change)| change.creates);
    Ok(Plan {
        action,
        release: desired.name.clone(),
        namespace: desired.namespace.clone(),
        revision: record.version,
        previous: current(history).map(|release| release.version),
        creates_namespace: !observed.namespace_exists,
        repair,
        hooks,
        changes,
        warnings: warnings(observed),
        work: Work {
            crds: to_create.map(|(seen, _)| seen.value.clone()).collect(),
            record: Some(record),
            history: Arc::clone(history),
            options: desired.options.clone(),
        },
        crds,
    })
}

/// Which operation an intent comes to.
pub(crate) fn settle(
    intent: &Intent,
    name: &str,
    history: &[Release],
    lock: &Lock,
) -> Result<Action, Error> {
    let latest = history.last();
    // A first install that never came to an end is begun again, with its hooks.
    let never_deployed = !history.iter().any(|release| match release.info.status {
        Status::Deployed | Status::Superseded => true,
        Status::Unknown
        | Status::Uninstalled
        | Status::Failed
        | Status::Uninstalling
        | Status::PendingInstall
        | Status::PendingUpgrade
        | Status::PendingRollback => false,
    });
    let gone = latest.is_some_and(|release| {
        matches!(release.info.status, Status::Uninstalled | Status::Uninstalling)
    });
    let left_behind = matches!(lock, Lock::LeftBehind { .. });
    match intent {
        Intent::Install if latest.is_none() || (never_deployed && left_behind) => {
            Ok(Action::Install)
        }
        Intent::Install => Err(Error::NameInUse { name: name.to_owned() }),
        Intent::Upgrade if latest.is_none() || gone => {
            Err(Error::NoDeployed { name: name.to_owned() })
        }
        Intent::Upgrade => Ok(Action::Upgrade),
        Intent::Apply if never_deployed || gone => Ok(Action::Install),
        Intent::Apply => Ok(Action::Upgrade),
        Intent::Rollback { to } => {
            let latest = latest.ok_or_else(|| Error::NotFound { name: name.to_owned() })?;
            let to = to.filter(|to| *to != 0).unwrap_or(latest.version - 1);
            if history.iter().any(|release| release.version == to) {
                Ok(Action::Rollback { to })
            } else {
                Err(Error::NoRevision { revision: to })
            }
        }
        Intent::Uninstall if latest.is_none() => Err(Error::NotFound { name: name.to_owned() }),
        Intent::Uninstall => Ok(Action::Uninstall),
    }
}

/// What the new revision is made of; none for an uninstall.
pub(crate) fn content<'a>(desired: &'a Desired, history: &[Release]) -> Option<Cow<'a, Content>> {
    match &desired.intent {
        Intent::Install | Intent::Upgrade | Intent::Apply => {
            desired.content.as_ref().map(Cow::Borrowed)
        }
        Intent::Uninstall => None,
        Intent::Rollback { .. } => {
            let settled = settle(&desired.intent, &desired.name, history, &Lock::Free);
            let Ok(Action::Rollback { to }) = settled else { return None };
            let target = history.iter().find(|release| release.version == to)?;
            Some(Cow::Owned(Content {
                chart: target.chart.clone(),
                config: target.config.clone(),
                manifest: target.manifest.clone(),
                hooks: target.hooks.clone(),
                crds: Vec::new(),
                notes: target.info.notes.clone(),
            }))
        }
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let label = |part: &str| {
        let edge = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        part.starts_with(edge) && part.ends_with(edge) && part.chars().all(|c| edge(c) || c == '-')
    };
    if name.len() <= LONGEST_NAME && name.split('.').all(label) {
        Ok(())
    } else {
        Err(Error::Name { name: name.to_owned() })
    }
}

fn repair(lock: &Lock, history: &[Release]) -> Option<Repair> {
    if let Lock::LeftBehind { revision, why } = lock {
        return Some(Repair { revision: *revision, why: why.clone() });
    }
    let mut deployed = history.iter().filter(|r| r.info.status == Status::Deployed);
    match (deployed.next(), deployed.next()) {
        (Some(older), Some(_)) => Some(Repair {
            revision: older.version,
            why: "more than one revision is marked deployed".to_owned(),
        }),
        _ => None,
    }
}

fn warnings(observed: &Observed) -> Vec<String> {
    let untried = observed.objects.iter().filter_map(|seen| match &seen.trial {
        Trial::Unsupported { message } => Some(format!("{}: {message}", seen.object)),
        _ => None,
    });
    observed.warnings.iter().cloned().chain(untried).collect()
}

fn crds(desired: &Desired, observed: &Observed, action: Action) -> Vec<CrdChange> {
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

fn change(desired: &Desired, seen: &SeenObject) -> Change {
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
        (Trial::Applied(_), None) => create(seen, None),
        (Trial::Applied(after), Some(live)) => {
            let diff = Diff::between(live, after);
            if diff.is_empty() { ChangeKind::Unchanged } else { ChangeKind::Update { diff } }
        }
        (Trial::Unsupported { .. }, None) => create(seen, None),
        (Trial::Unsupported { .. }, Some(live)) => {
            let diff = Diff::between(live, &laid_over(live, &seen.manifest));
            if diff.is_empty() { ChangeKind::Unchanged } else { ChangeKind::Update { diff } }
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
        fold: live.is_some_and(managed_fields::is_client_side),
        own: live.is_some_and(|live| !managed_fields::is_server_side(live)),
        terminating: live.is_some_and(|live| live.pointer("/metadata/deletionTimestamp").is_some()),
    };
    Change {
        object: seen.object.clone(),
        source: seen.source.clone(),
        kind,
        manifest: seen.manifest.clone(),
        touch,
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
        Replace::Refuse => ChangeKind::Refused(Refusal::Immutable {
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

fn leave(desired: &Desired, seen: &SeenLeaving) -> Change {
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
    }
}

fn nothing(
    desired: &Desired,
    observed: &Observed,
    latest: &Release,
    changes: Vec<Change>,
    crds: Vec<CrdChange>,
) -> Plan {
    Plan {
        action: Action::Nothing,
        release: desired.name.clone(),
        namespace: desired.namespace.clone(),
        revision: latest.version,
        previous: Some(latest.version),
        creates_namespace: false,
        repair: repair(&observed.lock, &observed.history),
        crds,
        hooks: Vec::new(),
        changes,
        warnings: warnings(observed),
        work: Work {
            record: Some(latest.clone()),
            history: Arc::clone(&observed.history),
            options: desired.options.clone(),
            crds: Vec::new(),
        },
    }
}

fn uninstall(
    desired: &Desired,
    observed: &Observed,
    repair: Option<Repair>,
) -> Result<Plan, Error> {
    let latest = observed.history.last();
    let latest = latest.ok_or_else(|| Error::NotFound { name: desired.name.clone() })?;
    if latest.info.status == Status::Uninstalled && desired.options.keep_history {
        return Err(Error::AlreadyUninstalled { name: desired.name.clone() });
    }
    let hooks = match desired.options.hooks {
        Hooks::Run if latest.info.status != Status::Uninstalled => {
            planned_hooks(latest, Action::Uninstall)
        }
        Hooks::Run | Hooks::Skip => Vec::new(),
    };
    Ok(Plan {
        action: Action::Uninstall,
        release: desired.name.clone(),
        namespace: desired.namespace.clone(),
        revision: latest.version,
        previous: Some(latest.version),
        creates_namespace: false,
        repair,
        crds: Vec::new(),
        hooks,
        changes: observed.leaving.iter().map(|seen| leave(desired, seen)).collect(),
        warnings: warnings(observed),
        work: Work {
            record: Some(latest.clone()),
            history: Arc::clone(&observed.history),
            options: desired.options.clone(),
            crds: Vec::new(),
        },
    })
}

fn record(desired: &Desired, history: &[Release], action: Action, content: &Content) -> Release {
    let first = match action {
        Action::Install => None,
        Action::Nothing | Action::Upgrade | Action::Rollback { .. } | Action::Uninstall => {
            current(history).and_then(|release| release.info.first_deployed)
        }
    };
    let (status, description, rollback_revision) = match action {
        Action::Rollback { to } => {
            let description = desired.options.description.clone();
            let description = description.unwrap_or_else(|| format!("Rollback to {to}"));
            (Status::PendingRollback, description, to)
        }
        Action::Install => (Status::PendingInstall, "Initial install underway".to_owned(), 0),
        Action::Nothing | Action::Upgrade | Action::Uninstall => {
            (Status::PendingUpgrade, "Preparing upgrade".to_owned(), 0)
        }
    };
    Release {
        name: desired.name.clone(),
        namespace: desired.namespace.clone(),
        version: history.last().map_or(1, |latest| latest.version + 1),
        chart: content.chart.clone(),
        config: content.config.clone(),
        manifest: content.manifest.clone(),
        hooks: content.hooks.clone(),
        labels: labels(desired, history, action),
        apply_method: Some(ApplyMethod::ServerSide),
        info: Info {
            first_deployed: first,
            last_deployed: None,
            deleted: None,
            description,
            status,
            rollback_revision,
            notes: content.notes.clone(),
        },
    }
}

/// Upgrades inherit labels; the value `null` takes one away. Rollbacks restore them.
fn labels(desired: &Desired, history: &[Release], action: Action) -> BTreeMap<String, String> {
    let inherited = match action {
        Action::Rollback { to } => history.iter().find(|r| r.version == to),
        Action::Nothing | Action::Upgrade | Action::Uninstall => history.last(),
        Action::Install => None,
    };
    let mut labels = inherited.map(|release| release.labels.clone()).unwrap_or_default();
    labels.extend(desired.options.labels.clone());
    labels.retain(|_, value| value != "null");
    labels
}

fn planned_hooks(record: &Release, action: Action) -> Vec<PlannedHook> {
    events(action)
        .into_iter()
        .flat_map(|event| {
            hooks_at(&record.hooks, event).into_iter().map(move |hook| PlannedHook {
                event,
                object: hook_object(hook),
                weight: hook.weight,
                path: hook.path.clone(),
            })
        })
        .collect()
}

fn hook_object(hook: &Hook) -> ObjectRef {
    let parsed = manifest::parse(&hook.manifest, &hook.path).ok();
    let object = parsed.and_then(|items| ObjectRef::of(&items.first()?.value));
    object.unwrap_or_else(|| ObjectRef::new("", &hook.kind, None, &hook.name))
}

/// The events of an operation, first the one before, then the one after.
pub(crate) fn events(action: Action) -> Vec<HookEvent> {
    match action {
        Action::Nothing => vec![],
        Action::Install => vec![HookEvent::PreInstall, HookEvent::PostInstall],
        Action::Upgrade => vec![HookEvent::PreUpgrade, HookEvent::PostUpgrade],
        Action::Rollback { .. } => vec![HookEvent::PreRollback, HookEvent::PostRollback],
        Action::Uninstall => vec![HookEvent::PreDelete, HookEvent::PostDelete],
    }
}

/// The hooks of an event in the order in which they run: by weight, then by name.
pub(crate) fn hooks_at(hooks: &[Hook], event: HookEvent) -> Vec<&Hook> {
    let mut chosen: Vec<_> =
        hooks.iter().filter(|hook| hook.events.iter().any(|e| e == event.as_str())).collect();
    chosen.sort_by(|a, b| a.weight.cmp(&b.weight).then_with(|| a.name.cmp(&b.name)));
    chosen
}

/// Whether a revision is made of just this.
fn is_same_content(release: &Release, content: &Content) -> bool {
    is_same_chart(&release.chart, &content.chart)
        && is_same(&Value::Object(release.config.clone()), &Value::Object(content.config.clone()))
        && is_same_manifest(&release.manifest, &content.manifest)
        && release.hooks.len() == content.hooks.len()
        && release.hooks.iter().zip(&content.hooks).all(|(a, b)| is_same_hook(a, b))
}

/// Helm 3 trims what Helm 4 keeps, so that texts that differ may still say the same.
fn is_same_manifest(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let parse = |text| manifest::parse(text, "release manifest");
    match (parse(a), parse(b)) {
        (Ok(a), Ok(b)) => {
            a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| is_same(&a.value, &b.value))
        }
        _ => false,
    }
}

fn is_same_hook(a: &Hook, b: &Hook) -> bool {
    // Helm records the default policy once the hook ran.
    let policies = |hook: &Hook| match hook.delete_policies.as_slice() {
        [] => vec!["before-hook-creation".to_owned()],
        policies => policies.to_vec(),
    };
    a.path == b.path
        && a.name == b.name
        && a.kind == b.kind
        && a.events == b.events
        && a.weight == b.weight
        && policies(a) == policies(b)
        && is_same_manifest(&a.manifest, &b.manifest)
}
