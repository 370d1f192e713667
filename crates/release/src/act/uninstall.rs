//! Uninstall: everything goes, the record last, so that a cut uninstall is known and finished.

use kubernetes::{ObjectRef, Propagation};

use super::{Actor, Outcome, WaitMode};
use crate::desired::HookLeftovers;
use crate::error::Error;
use crate::observe::ran_hooks;
use crate::progress::{Event, Phase};
use crate::record::{HookEvent, Release, Status};
use crate::storage::Held;

impl Actor<'_> {
    pub(super) async fn uninstall(&self) -> Result<Outcome, Error> {
        let mut record =
            self.plan.work.record.clone().ok_or(Error::Incomplete("the plan has no record"))?;
        if record.info.status != Status::Uninstalled {
            record.set_status(Status::Uninstalling, "Deletion in progress (or silently failed)");
            record.info.deleted = Some(self.client.now());
            self.storage.seize(&record, &self.holder).await?;
            let heartbeat = self.heartbeat(record.version);
            let result = self.take_down(&mut record).await;
            drop(heartbeat);
            self.progress.send(Event::Phase(Phase::Record));
            if let Err(error) = result {
                // The status stays `uninstalling`; without a holder the next one goes on at once.
                if let Err(second) = self.storage.update(&record, Held::Release(&self.holder)).await
                {
                    let message = format!("the failure could not be recorded: {second}");
                    self.progress.send(Event::Warning(message));
                }
                return Err(error);
            }
            let own = self.plan.work.options.description.clone();
            let description = own.unwrap_or_else(|| "Uninstallation complete".to_owned());
            record.set_status(Status::Uninstalled, description);
        }
        if self.plan.work.options.keep_history {
            self.storage.update(&record, Held::Release(&self.holder)).await?;
            self.supersede(record.version).await?;
        } else {
            self.purge(&record).await?;
        }
        Ok(Outcome { release: Some(record), kept: self.plan.kept() })
    }

    async fn take_down(&self, record: &mut Release) -> Result<(), Error> {
        self.run_hooks(record, HookEvent::PreDelete).await?;
        let leaving = self.plan.leaving();
        let propagation = self.plan.work.options.propagation;
        self.progress.send(Event::Phase(Phase::Delete));
        self.delete_all(&leaving, propagation).await?;
        if propagation != Propagation::Orphan && self.options.wait != WaitMode::Hooks {
            self.wait_gone(&self.still_served(&leaving).await?).await?;
        }
        self.run_hooks(record, HookEvent::PostDelete).await?;
        if self.plan.work.options.hook_leftovers == HookLeftovers::Delete {
            self.delete_leftovers(record).await?;
        }
        Ok(())
    }

    /// Objects of hooks that ran, in this operation or before.
    async fn delete_leftovers(&self, record: &Release) -> Result<(), Error> {
        let mut all: Vec<Release> = self.plan.work.history.to_vec();
        all.push(record.clone());
        let mut there = Vec::new();
        for (mut object, kept) in ran_hooks(&all)? {
            if object.namespace.is_none() {
                object.namespace = Some(self.plan.namespace.clone());
            }
            let live = match self.client.get(&object).await {
                Ok(live) => live,
                Err(kubernetes::Error::UnknownKind { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            if live.is_some() && !kept {
                there.push(object);
            }
        }
        self.delete_all(&there, Propagation::Background).await?;
        self.wait_gone(&there).await
    }

    /// Without those whose kind went with its definition.
    async fn still_served(&self, objects: &[ObjectRef]) -> Result<Vec<ObjectRef>, Error> {
        let mut served = Vec::new();
        for object in objects {
            match self.client.get(object).await {
                Ok(Some(_)) => served.push(object.clone()),
                Ok(None) | Err(kubernetes::Error::UnknownKind { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(served)
    }

    /// The oldest first: as long as the latest is there, the release is known.
    async fn purge(&self, latest: &Release) -> Result<(), Error> {
        for release in self.plan.work.history.iter() {
            if release.version != latest.version {
                self.storage.delete(&release.name, release.version).await?;
            }
        }
        self.storage.delete(&latest.name, latest.version).await
    }
}
