//! Runs a stored revision's tests and writes their runs into its record: `helm test`.
//!
//! **Invariant**: a record keeps all its hooks, those that were not chosen first, as Helm leaves
//! them. What the tests leave behind is deleted by [`Tests::finish`] alone, so that logs can be read
//! before.

use std::sync::Arc;

use kubernetes::{Client, LogOptions, ObjectRef};
use serde_json::Value;

use super::{BEFORE_CREATION, FAILED, SUCCEEDED, order};
use crate::act::{ActOptions, Actor};
use crate::desired::Options;
use crate::error::Error;
use crate::plan::{Action, Plan, Stumble, Work};
use crate::progress::Progress;
use crate::record::{Hook, HookEvent, Release};
use crate::storage::{Held, Storage};

/// Which tests to run, by their names.
#[derive(Clone, Debug, Default)]
pub struct TestFilter {
    /// These alone; empty: all.
    pub include: Vec<String>,
    /// But not these.
    pub exclude: Vec<String>,
}

impl TestFilter {
    fn chooses(&self, hook: &Hook) -> bool {
        let included = self.include.is_empty() || self.include.contains(&hook.name);
        included && !self.exclude.contains(&hook.name)
    }
}

/// The tests of a revision.
pub struct Tests<'a> {
    client: &'a Client,
    options: &'a ActOptions,
    progress: &'a Progress,
    filter: TestFilter,
    plan: Plan,
    record: Release,
    /// Which one failed, of those that were to run, and how many there are.
    failed: Option<usize>,
    order: Vec<usize>,
}

impl<'a> Tests<'a> {
    /// The chosen tests of a revision; nothing runs yet.
    pub fn of(
        client: &'a Client,
        mut record: Release,
        filter: TestFilter,
        options: &'a ActOptions,
        progress: &'a Progress,
    ) -> Self {
        // Helm tells the excluded apart first, then those that are not included.
        record.hooks.sort_by_key(|hook| {
            let excluded = filter.exclude.contains(&hook.name);
            if excluded { 0 } else { 1 + usize::from(filter.chooses(hook)) }
        });
        let order = order(&record.hooks, HookEvent::Test).into_iter();
        let order = order.filter(|index| filter.chooses(&record.hooks[*index])).collect();
        let plan = Plan {
            action: Action::Nothing,
            release: record.name.clone(),
            namespace: record.namespace.clone(),
            revision: record.version,
            previous: None,
            creates_namespace: false,
            repair: None,
            crds: Vec::new(),
            hooks: Vec::new(),
            changes: Vec::new(),
            warnings: Vec::new(),
            work: Work {
                record: Some(record.clone()),
                history: Arc::default(),
                options: Options::default(),
                crds: Vec::new(),
                replaced: None,
                stumble: Stumble::default(),
                contradiction: None,
            },
        };
        Self { client, options, progress, filter, plan, record, failed: None, order }
    }

    /// The revision as it is recorded now.
    pub fn release(&self) -> &Release {
        &self.record
    }

    /// Runs them one after the other, up to one that fails.
    pub async fn run(&mut self) -> Result<(), Error> {
        let mut record = std::mem::take(&mut self.record);
        let mut result = Ok(());
        for (done, index) in self.order.iter().enumerate() {
            result = self.actor().run_test(&mut record, *index).await;
            if result.is_err() {
                self.failed = Some(done);
                break;
            }
        }
        let stored = self.actor().storage.update(&record, Held::Nobody).await;
        self.record = record;
        result.and(stored)
    }

    /// What the containers of tests that are pods have written: pod, container, text. An error
    /// follows what could be had.
    pub async fn logs(&self) -> (Vec<(String, String, String)>, Vec<String>) {
        let (mut logs, mut errors) = (Vec::new(), Vec::new());
        for index in order(&self.record.hooks, HookEvent::Test) {
            let hook = &self.record.hooks[index];
            if hook.kind != "Pod" || !self.filter.chooses(hook) {
                continue;
            }
            let found = self.pod_logs(&hook.name, &mut logs).await;
            if !found.is_empty() {
                errors.extend(found);
                break;
            }
        }
        (logs, errors)
    }

    async fn pod_logs(&self, pod: &str, logs: &mut Vec<(String, String, String)>) -> Vec<String> {
        let namespace = &self.plan.namespace;
        let name = ObjectRef::new("v1", "Pod", Some(namespace), pod);
        let found = match self.client.get(&name).await {
            Ok(Some(found)) => found,
            Ok(None) => return vec![format!("unable to get pod {pod}: pods {pod:?} not found")],
            Err(error) => return vec![format!("unable to get pod {pod}: {error}")],
        };
        let containers = |pointer: &str| found.pointer(pointer).and_then(Value::as_array).cloned();
        let all = ["/spec/initContainers", "/spec/containers"].map(containers);
        let mut errors = Vec::new();
        for container in all.into_iter().flatten().flatten() {
            let container = container["name"].as_str().unwrap_or_default().to_owned();
            let options =
                LogOptions { container: Some(container.clone()), ..LogOptions::default() };
            match self.client.logs(namespace, pod, &options).await {
                Ok(text) => logs.push((pod.to_owned(), container, text)),
                Err(error) => errors.push(format!(
                    "unable to get logs for pod {pod}, container {container}: {error}"
                )),
            }
        }
        errors
    }

    /// Deletes what the tests' own policies say.
    pub async fn finish(&self) -> Result<(), Error> {
        let actor = self.actor();
        let hooks = &self.record.hooks;
        let Some(failed) = self.failed else {
            for index in self.order.iter().rev() {
                actor.delete_hook(&hooks[*index], SUCCEEDED).await?;
            }
            return Ok(());
        };
        actor.delete_hook(&hooks[self.order[failed]], FAILED).await?;
        for index in &self.order[..failed] {
            actor.delete_hook(&hooks[*index], SUCCEEDED).await?;
        }
        Ok(())
    }

    fn actor(&self) -> Actor<'_> {
        Actor {
            client: self.client,
            storage: Storage::new(self.client, &self.plan.namespace),
            plan: &self.plan,
            options: self.options,
            progress: self.progress,
            holder: String::new(),
        }
    }
}

impl Actor<'_> {
    async fn run_test(&self, record: &mut Release, index: usize) -> Result<(), Error> {
        let hook = &mut record.hooks[index];
        if hook.delete_policies.is_empty() {
            hook.delete_policies = vec![BEFORE_CREATION.to_owned()];
        }
        self.delete_hook(&record.hooks[index], BEFORE_CREATION).await?;
        let objects = self.hook_objects(&record.hooks[index]).await?;
        let run = &mut record.hooks[index].last_run;
        run.started_at = Some(self.client.now());
        run.completed_at = None;
        "Running".clone_into(&mut run.phase);
        self.storage.update(record, Held::Nobody).await?;
        let result = self.start_and_wait(&objects, HookEvent::Test).await;
        let run = &mut record.hooks[index].last_run;
        run.completed_at = Some(self.client.now());
        let phase = if result.is_ok() { "Succeeded" } else { "Failed" };
        phase.clone_into(&mut run.phase);
        result
    }
}
