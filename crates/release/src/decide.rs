//! Decides: what is wanted and what is there become a plan. Pure: no clock, no cluster.

use std::borrow::Cow;
use std::sync::Arc;

use kubernetes::ObjectRef;

use self::changes::{change, crds, leave};
use self::record::{labels, record};
use crate::content::is_same_content;
use crate::desired::{
    Conflicts, Content, Desired, Hooks, Intent, Method, Namespaces, Rehearsal, Replace, Revisions,
};
use crate::error::Error;
use crate::lock::Lock;
use crate::manifest;
use crate::observe::{Observed, Trial, current};
use crate::plan::{
    Action, Change, ChangeKind, CrdChange, Plan, PlannedHook, Repair, Stumble, Work,
};
use crate::record::{ApplyMethod, Hook, HookEvent, Release, Status};

mod changes;
mod record;
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
    let method = method(desired, history);
    let crds = crds(desired, observed, action);
    let mut changes: Vec<Change> =
        observed.objects.iter().map(|seen| change(desired, method, seen)).collect();
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
    let record = record(desired, history, (action, method), &content);
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
            replaced: replaced(desired, history),
            stumble: stumble(desired, action, observed),
            contradiction: contradiction(desired, method, action, observed),
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
    let replaceable = latest
        .is_none_or(|release| matches!(release.info.status, Status::Uninstalled | Status::Failed));
    let left_behind = matches!(lock, Lock::LeftBehind { .. });
    match intent {
        Intent::Install if latest.is_none() || (never_deployed && left_behind) => {
            Ok(Action::Install)
        }
        Intent::Replace if replaceable => Ok(Action::Install),
        Intent::Install | Intent::Replace => Err(Error::NameInUse { name: name.to_owned() }),
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

/// How the objects of the new revision are applied.
pub(crate) fn method(desired: &Desired, history: &[Release]) -> ApplyMethod {
    let before =
        match (&desired.intent, settle(&desired.intent, &desired.name, history, &Lock::Free)) {
            (_, Ok(Action::Rollback { to })) => {
                history.iter().find(|release| release.version == to)
            }
            (_, Ok(Action::Upgrade)) => history.last(),
            _ => None,
        };
    match (desired.options.method, before) {
        (Method::ClientSide, _) => ApplyMethod::ClientSide,
        (Method::ServerSide, _) | (Method::AsBefore, None) => ApplyMethod::ServerSide,
        // Helm 3 wrote down nothing.
        (Method::AsBefore, Some(before)) => before.apply_method.unwrap_or(ApplyMethod::ClientSide),
    }
}

/// The last record of a name that is used again.
fn replaced(desired: &Desired, history: &[Release]) -> Option<Release> {
    let last = history.last().filter(|last| {
        desired.intent == Intent::Replace && last.info.status == Status::Uninstalled
    })?;
    let mut last = last.clone();
    last.set_status(Status::Superseded, "superseded by new release");
    Some(last)
}

fn stumble(desired: &Desired, action: Action, observed: &Observed) -> Stumble {
    let fresh = observed.objects.iter().all(|seen| seen.live.is_none());
    match (desired.options.rehearsal, action) {
        (Rehearsal::OnServer, _) => Stumble::AfterKind,
        (Rehearsal::Skipped, Action::Install) if fresh => Stumble::AtEnd,
        (Rehearsal::Skipped, _) => Stumble::Upgrade,
    }
}

/// Helm finds out only when it is about to write objects that are there.
fn contradiction(
    desired: &Desired,
    method: ApplyMethod,
    action: Action,
    observed: &Observed,
) -> Option<&'static str> {
    let options = &desired.options;
    let fresh = observed.objects.iter().all(|seen| seen.live.is_none());
    if options.rehearsal == Rehearsal::OnServer || (action == Action::Install && fresh) {
        return None;
    }
    match (method, options.conflicts, options.replace) {
        (ApplyMethod::ClientSide, Conflicts::Force, _) => Some(
            "invalid client update option(s): forceConflicts enabled when serverSideApply disabled",
        ),
        (ApplyMethod::ServerSide, _, Replace::Overwrite) => {
            Some("invalid operation: cannot use server-side apply and force replace together")
        }
        _ => None,
    }
}

/// What the new revision is made of; none for an uninstall.
pub(crate) fn content<'a>(desired: &'a Desired, history: &[Release]) -> Option<Cow<'a, Content>> {
    match &desired.intent {
        Intent::Install | Intent::Replace | Intent::Upgrade | Intent::Apply => {
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
            replaced: None,
            stumble: Stumble::default(),
            contradiction: None,
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
            replaced: None,
            stumble: Stumble::default(),
            contradiction: None,
        },
    })
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
