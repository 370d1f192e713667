//! The record of a new revision, before anything was done.

use std::collections::BTreeMap;

use crate::desired::{Content, Desired};
use crate::observe::current;
use crate::plan::Action;
use crate::record::{ApplyMethod, Info, Release, Status};

pub(super) fn record(
    desired: &Desired,
    history: &[Release],
    (action, method): (Action, ApplyMethod),
    content: &Content,
) -> Release {
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
        apply_method: Some(method),
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
pub(super) fn labels(
    desired: &Desired,
    history: &[Release],
    action: Action,
) -> BTreeMap<String, String> {
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
