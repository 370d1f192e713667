//! Applies and deletes the objects of a plan.

use std::time::Duration;

use futures::{StreamExt, stream};
use kubernetes::wait::Until;
use kubernetes::{
    ApplyOptions, DeleteOptions, DryRun, Force, ObjectRef, Propagation, WriteOptions,
};
use serde_json::Value;

use super::Actor;
use crate::desired::Conflicts;
use crate::error::Error;
use crate::managed_fields;
use crate::plan::{Change, ChangeKind, Stumble, Write};
use crate::progress::{Event, ObjectState, Phase};
use crate::storage::MANAGER;
use crate::three_way::PatchKind;

/// Requests in flight at once; only objects of one kind go together.
const PARALLEL: usize = 8;
/// How long a kind or a service account that must appear by itself is waited for.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(250);

impl Actor<'_> {
    pub(super) async fn apply_objects(&self) -> Result<(), Error> {
        self.progress.send(Event::Phase(Phase::Apply));
        if let Some(why) = self.plan.work.contradiction {
            return Err(Error::Apply(why.to_owned()));
        }
        let stumble = self.plan.work.stumble;
        let mut all = Vec::new();
        for group in self.plan.changes.chunk_by(|a, b| a.object.kind == b.object.kind) {
            // By index: a closure over references would make the future of `act` not `Send`.
            let mut results = stream::iter(0..group.len())
                .map(|at| self.apply_one(&group[at]))
                .buffered(PARALLEL);
            let mut failures = Vec::new();
            for change in group {
                match results.next().await {
                    Some(Ok(())) | None => {}
                    Some(Err(Error::Cancelled)) => return Err(Error::Cancelled),
                    Some(Err(error)) => failures.push((change, error)),
                }
            }
            let creates = |change: &Change| matches!(change.kind, ChangeKind::Create { .. });
            match (stumble, failures.iter().find(|(change, _)| creates(change))) {
                (Stumble::Upgrade, Some((_, error))) => {
                    return Err(Error::Apply(format!("failed to create resource: {error}")));
                }
                _ => all.extend(failures.into_iter().map(|(_, error)| error.to_string())),
            }
            if stumble == Stumble::AfterKind && !all.is_empty() {
                break;
            }
            if all.is_empty() {
                self.establish(group).await?;
            }
        }
        let between = if stumble == Stumble::Upgrade { " && " } else { "\n" };
        if all.is_empty() { Ok(()) } else { Err(Error::Apply(all.join(between))) }
    }

    /// Definitions among the objects must be served before objects of their kinds come.
    async fn establish(&self, group: &[Change]) -> Result<(), Error> {
        let created: Vec<_> = group
            .iter()
            .filter(|change| change.object.kind == "CustomResourceDefinition")
            .filter(|change| matches!(change.kind, ChangeKind::Create { .. }))
            .map(|change| change.object.clone())
            .collect();
        if !created.is_empty() {
            self.wait_ready(&created, Until::Current).await?;
            self.client.forget_discovery();
        }
        Ok(())
    }

    async fn apply_one(&self, change: &Change) -> Result<(), Error> {
        let state = match &change.kind {
            ChangeKind::Create { .. } => ObjectState::Created,
            ChangeKind::Update { .. } => ObjectState::Updated,
            ChangeKind::Replace { .. } => ObjectState::Replaced,
            ChangeKind::Unchanged => ObjectState::Unchanged,
            ChangeKind::Delete | ChangeKind::Keep { .. } | ChangeKind::Refused(_) => return Ok(()),
        };
        self.check_cancelled()?;
        let object = &change.object;
        let touched = state != ObjectState::Unchanged || change.touch.own || change.touch.fold;
        if state == ObjectState::Replaced {
            self.client.delete(object, &DeleteOptions::default()).await?;
        }
        if state == ObjectState::Replaced || change.touch.terminating {
            self.wait_gone(std::slice::from_ref(object)).await?;
        } else if change.touch.fold {
            self.fold(object).await?;
        }
        if touched || change.touch.terminating {
            self.write(change).await?;
        }
        self.progress.send(Event::Object { object: object.clone(), state });
        Ok(())
    }

    async fn write(&self, change: &Change) -> Result<(), Error> {
        let (object, manifest) = (&change.object, &change.manifest);
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No };
        let failed = |what: &str, error: &kubernetes::Error| Error::Apply(format!("{what}{error}"));
        match &change.write {
            Write::Apply => self.apply_patiently(object, manifest).await,
            Write::Create => match self.client.create(manifest, &options).await {
                Ok(_) => Ok(()),
                Err(error) => Err(failed("", &error)),
            },
            Write::Patch(_, patch) if patch.as_object().is_none_or(serde_json::Map::is_empty) => {
                Ok(())
            }
            Write::Patch(kind, patch) => {
                let answer = match kind {
                    PatchKind::Strategic => {
                        self.client.strategic_patch(object, patch, &options).await
                    }
                    PatchKind::Merge => self.client.merge_patch(object, patch, &options).await,
                };
                let what = format!("cannot patch {:?} with kind {}: ", object.name, object.kind);
                answer.map(drop).map_err(|error| failed(&what, &error))
            }
            Write::Overwrite => self
                .overwrite(object, manifest)
                .await
                .map_err(|error| failed("failed to replace object: ", &error)),
        }
    }

    /// Puts the whole object where the live one is, whatever its version.
    async fn overwrite(
        &self,
        object: &ObjectRef,
        manifest: &Value,
    ) -> Result<(), kubernetes::Error> {
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No };
        let mut manifest = manifest.clone();
        if let Some(live) = self.client.get(object).await? {
            let version = live["metadata"]["resourceVersion"].clone();
            manifest["metadata"]["resourceVersion"] = version;
        }
        self.client.update(&manifest, &options).await.map(drop)
    }

    /// Some things appear by themselves shortly after others: a kind after its definition, the
    /// default service account after its namespace.
    pub(super) async fn apply_patiently(
        &self,
        object: &ObjectRef,
        manifest: &Value,
    ) -> Result<(), Error> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let force = match self.plan.work.options.conflicts {
            Conflicts::Refuse => Force::Refuse,
            Conflicts::Force => Force::Take,
        };
        let options = ApplyOptions { manager: MANAGER.to_owned(), force, dry_run: DryRun::No };
        loop {
            let Err(error) = self.client.apply(manifest, &options).await else { return Ok(()) };
            let may_come = match &error {
                kubernetes::Error::UnknownKind { .. } | kubernetes::Error::Stale { .. } => true,
                kubernetes::Error::Forbidden { message } => {
                    message.contains("error looking up service account")
                }
                kubernetes::Error::NotFound { message } => message.contains("requested resource"),
                _ => false,
            };
            if !may_come || tokio::time::Instant::now() >= deadline {
                return Err(Error::Apply(describe(object, &error)));
            }
            self.check_cancelled()?;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Folds what a client-side Helm wrote into Helm's server-side entry.
    async fn fold(&self, object: &ObjectRef) -> Result<(), Error> {
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No };
        for _ in 0..5 {
            let Some(live) = self.client.get(object).await? else { return Ok(()) };
            let Some(patch) = managed_fields::upgrade_patch(&live) else { return Ok(()) };
            match self.client.json_patch(object, &patch, &options).await {
                Ok(_) => return Ok(()),
                // Somebody wrote in between.
                Err(kubernetes::Error::Stale { .. } | kubernetes::Error::Conflict { .. }) => {}
                Err(error) => {
                    return Err(Error::Apply(format!(
                        "failed to patch object to upgrade CSA field manager {}: {error}",
                        place(object)
                    )));
                }
            }
        }
        Err(Error::Apply(format!("{} keeps changing", place(object))))
    }

    pub(super) async fn delete_objects(&self) -> Result<(), Error> {
        let leaving = self.plan.leaving();
        if leaving.is_empty() {
            return Ok(());
        }
        self.progress.send(Event::Phase(Phase::Delete));
        self.delete_all(&leaving, Propagation::Background).await
    }

    /// Deletes in the given order, kind by kind; all failures are told.
    pub(super) async fn delete_all(
        &self,
        objects: &[ObjectRef],
        propagation: Propagation,
    ) -> Result<(), Error> {
        let mut failures = Vec::new();
        for group in objects.chunk_by(|a, b| a.kind == b.kind) {
            let results = stream::iter(group.iter().cloned())
                .map(|object| async move {
                    self.check_cancelled()?;
                    let options = DeleteOptions { propagation, ..DeleteOptions::default() };
                    match self.client.delete(&object, &options).await {
                        // The kind went with its definition, and its objects with it.
                        Ok(_) | Err(kubernetes::Error::UnknownKind { .. }) => {}
                        Err(error) => return Err(Error::Apply(format!("{object}: {error}"))),
                    }
                    self.progress.send(Event::Object { object, state: ObjectState::Deleted });
                    Ok(())
                })
                .buffered(PARALLEL)
                .collect::<Vec<_>>()
                .await;
            for result in results {
                match result {
                    Ok(()) => {}
                    Err(Error::Cancelled) => return Err(Error::Cancelled),
                    Err(error) => failures.push(error.to_string()),
                }
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(Error::Apply(failures.join("; "))) }
    }
}

/// Helm's sentence about an apply that failed.
pub(super) fn describe(object: &ObjectRef, error: &kubernetes::Error) -> String {
    match error {
        kubernetes::Error::Conflict { message, .. } => {
            format!("conflict occurred while applying object {}: {message}", place(object))
        }
        error => format!("server-side apply failed for object {}: {error}", place(object)),
    }
}

fn place(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    let (group, version) = (object.group(), object.version());
    format!("{namespace}/{} {group}/{version}, Kind={}", object.name, object.kind)
}
