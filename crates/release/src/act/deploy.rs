//! Install, upgrade and rollback: from the pending record to the deployed one.

use kubernetes::wait::Until;
use kubernetes::{DryRun, ObjectRef, Propagation, WriteOptions};
use serde_json::{Value, json};

use super::{Actor, Outcome, WaitMode, Wording};
use crate::desired::Created;
use crate::error::Error;
use crate::plan::{Action, ChangeKind};
use crate::progress::{Event, ObjectState, Phase};
use crate::record::{HookEvent, Release, Status};
use crate::storage::{Held, MANAGER};

impl Actor<'_> {
    pub(super) async fn deploy(&self) -> Result<Outcome, Error> {
        let mut record =
            self.plan.work.record.clone().ok_or(Error::Incomplete("the plan has no record"))?;
        let now = self.client.now();
        record.info.last_deployed = Some(now);
        record.info.first_deployed.get_or_insert(now);
        self.repair().await?;
        self.create_namespace().await?;
        self.create_crds().await?;
        if let Some(replaced) = &self.plan.work.replaced {
            self.storage.update(replaced, Held::Nobody).await?;
        }
        let history = &self.plan.work.history;
        self.storage.prune(history, self.plan.work.options.history_max).await?;
        self.storage.create(&record, &self.holder).await?;
        let heartbeat = self.heartbeat(record.version);
        let result = self.roll_out(&mut record).await;
        drop(heartbeat);
        self.progress.send(Event::Phase(Phase::Record));
        match result {
            Ok(()) => self.succeed(record).await,
            Err(error) => {
                let error = self.fail(record, error).await;
                self.clean_up().await;
                Err(error)
            }
        }
    }

    async fn roll_out(&self, record: &mut Release) -> Result<(), Error> {
        let (before, after) = match self.plan.action {
            Action::Install => (HookEvent::PreInstall, HookEvent::PostInstall),
            Action::Rollback { .. } => (HookEvent::PreRollback, HookEvent::PostRollback),
            Action::Nothing | Action::Upgrade | Action::Uninstall => {
                (HookEvent::PreUpgrade, HookEvent::PostUpgrade)
            }
        };
        self.run_hooks(record, before).await?;
        self.apply_objects().await?;
        self.delete_objects().await?;
        self.wait_for_objects().await?;
        self.run_hooks(record, after).await
    }

    async fn succeed(&self, mut record: Release) -> Result<Outcome, Error> {
        let own = self.plan.work.options.description.clone();
        let description = match self.plan.action {
            Action::Install => own.unwrap_or_else(|| "Install complete".to_owned()),
            Action::Rollback { .. } => record.info.description.clone(),
            Action::Nothing | Action::Upgrade | Action::Uninstall => {
                own.unwrap_or_else(|| "Upgrade complete".to_owned())
            }
        };
        record.set_status(Status::Deployed, description);
        self.storage.update(&record, Held::Release(&self.holder)).await?;
        self.supersede(record.version).await?;
        Ok(Outcome { release: Some(record), kept: self.plan.kept() })
    }

    /// Records a failure, or a cancellation, so that the next operation need not wait for it.
    async fn fail(&self, mut record: Release, error: Error) -> Error {
        if matches!(error, Error::Overtaken { .. }) {
            return error;
        }
        let what = match (self.plan.action, &error) {
            (Action::Install, _) | (Action::Rollback { .. }, Error::NotReady(_)) => "Release",
            (Action::Rollback { .. }, _) => "Rollback",
            (Action::Nothing | Action::Upgrade | Action::Uninstall, _) => "Upgrade",
        };
        let why = match self.options.wording {
            Wording::Own => error.to_string(),
            Wording::Helm => error.helm_text(),
        };
        record.set_status(Status::Failed, format!("{what} {:?} failed: {why}", record.name));
        if let Err(second) = self.storage.update(&record, Held::Release(&self.holder)).await {
            let message = format!("the failure could not be recorded: {second}");
            self.progress.send(Event::Warning(message));
        }
        error
    }

    /// Deletes what this operation created, where that is asked for.
    async fn clean_up(&self) {
        if self.plan.work.options.created == Created::Keep {
            return;
        }
        let changes = self.plan.changes.iter();
        let created = changes.filter(|change| matches!(change.kind, ChangeKind::Create { .. }));
        let created: Vec<_> = created.map(|change| change.object.clone()).collect();
        if let Err(error) = self.delete_all(&created, Propagation::Background).await {
            let message = format!("what was created could not be deleted: {error}");
            self.progress.send(Event::Warning(message));
        }
    }

    /// Marks a revision left behind as failed; whoever left it finds it taken.
    async fn repair(&self) -> Result<(), Error> {
        let Some(repair) = &self.plan.repair else { return Ok(()) };
        let left = self.plan.work.history.iter().find(|release| {
            release.version == repair.revision && release.info.status != Status::Deployed
        });
        let Some(left) = left else { return Ok(()) };
        let mut left = left.clone();
        left.set_status(Status::Failed, format!("Interrupted: {}", repair.why));
        self.storage.update(&left, Held::Nobody).await?;
        self.progress.send(Event::Repaired { revision: repair.revision });
        Ok(())
    }

    async fn create_namespace(&self) -> Result<(), Error> {
        if !self.plan.creates_namespace {
            return Ok(());
        }
        self.check_cancelled()?;
        let name = &self.plan.namespace;
        let namespace = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": { "name": name, "labels": { "name": name } },
        });
        self.create_if_absent(&namespace).await
    }

    async fn create_crds(&self) -> Result<(), Error> {
        let crds = &self.plan.work.crds;
        if crds.is_empty() {
            return Ok(());
        }
        self.progress.send(Event::Phase(Phase::Crds));
        for crd in crds {
            self.check_cancelled()?;
            self.create_if_absent(crd).await?;
        }
        let names: Vec<_> = crds.iter().filter_map(ObjectRef::of).collect();
        self.wait_ready(&names, Until::Current).await?;
        self.client.forget_discovery();
        Ok(())
    }

    async fn create_if_absent(&self, object: &Value) -> Result<(), Error> {
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No };
        match self.client.create(object, &options).await {
            Ok(_) => {
                if let Some(object) = ObjectRef::of(object) {
                    self.progress.send(Event::Object { object, state: ObjectState::Created });
                }
                Ok(())
            }
            Err(kubernetes::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn wait_for_objects(&self) -> Result<(), Error> {
        let until = match self.options.wait {
            WaitMode::Hooks => return Ok(()),
            WaitMode::Ready => Until::Current,
            WaitMode::ReadyAndJobs => Until::CurrentAndJobsComplete,
        };
        self.progress.send(Event::Phase(Phase::Wait));
        let objects: Vec<_> = self
            .plan
            .changes
            .iter()
            .filter(|change| match change.kind {
                ChangeKind::Create { .. }
                | ChangeKind::Update { .. }
                | ChangeKind::Replace { .. }
                | ChangeKind::Unchanged => true,
                ChangeKind::Delete | ChangeKind::Keep { .. } | ChangeKind::Refused(_) => false,
            })
            // A paused Deployment never gets there, by its owner's will.
            .filter(|change| change.manifest.pointer("/spec/paused") != Some(&json!(true)))
            .map(|change| change.object.clone())
            .collect();
        self.wait_ready(&objects, until).await
    }
}
