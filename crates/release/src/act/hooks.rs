//! Runs the hooks of one event: by weight, one after the other, each to its end.

use kubernetes::wait::Until;
use kubernetes::{DryRun, ListOptions, LogOptions, ObjectRef, Propagation, Scope, WriteOptions};
use serde_json::Value;

use super::{Actor, Wording};
use crate::decide::hooks_at;
use crate::desired::Hooks;
use crate::error::Error;
use crate::manifest;
use crate::plan::Action;
use crate::progress::{Event, HookState, Phase};
use crate::record::{ApplyMethod, Hook, HookEvent, Release};
use crate::storage::{Held, MANAGER};

mod testing;

pub use testing::{TestFilter, Tests};

const BEFORE_CREATION: &str = "before-hook-creation";
const SUCCEEDED: &str = "hook-succeeded";
const FAILED: &str = "hook-failed";
/// Lines of a failed hook's log that are shown without being asked for.
const TAIL: u32 = 20;

impl Actor<'_> {
    /// Runs the hooks of `event` and writes their runs into the record.
    pub(super) async fn run_hooks(
        &self,
        record: &mut Release,
        event: HookEvent,
    ) -> Result<(), Error> {
        let order = order(&record.hooks, event);
        if order.is_empty() || self.plan.work.options.hooks == Hooks::Skip {
            return Ok(());
        }
        self.progress.send(Event::Phase(Phase::Hooks(event)));
        for (done, index) in order.iter().enumerate() {
            self.check_cancelled()?;
            if let Err(error) = self.run_hook(record, *index, event).await {
                self.after_failure(record, &order[..done], *index).await;
                return Err(error);
            }
        }
        for index in order.iter().rev() {
            let hook = &record.hooks[*index];
            if hook.output_log_policies.iter().any(|policy| policy == SUCCEEDED) {
                self.show_logs(hook, None).await;
            }
            self.delete_hook(hook, SUCCEEDED).await?;
        }
        Ok(())
    }

    async fn run_hook(
        &self,
        record: &mut Release,
        index: usize,
        event: HookEvent,
    ) -> Result<(), Error> {
        let hook = &mut record.hooks[index];
        if hook.delete_policies.is_empty() {
            hook.delete_policies = vec![BEFORE_CREATION.to_owned()];
        }
        let objects = self.hook_objects(&record.hooks[index]).await?;
        self.delete_hook(&record.hooks[index], BEFORE_CREATION).await?;
        let hook = &mut record.hooks[index];
        hook.last_run.started_at = Some(self.client.now());
        hook.last_run.completed_at = None;
        "Running".clone_into(&mut hook.last_run.phase);
        self.storage.update(record, Held::Keep(&self.holder)).await?;
        "Unknown".clone_into(&mut record.hooks[index].last_run.phase);
        let result = self.start_and_wait(&objects, event).await;
        let hook = &mut record.hooks[index];
        hook.last_run.completed_at = Some(self.client.now());
        let phase = if result.is_ok() { "Succeeded" } else { "Failed" };
        phase.clone_into(&mut hook.last_run.phase);
        let state = match &result {
            Ok(()) => HookState::Succeeded,
            Err(error) => HookState::Failed(error.to_string()),
        };
        self.tell(event, &objects, &state);
        result.map_err(|error| match error {
            Error::Cancelled | Error::Overtaken { .. } => error,
            error => Error::Hook { event: event.as_str().to_owned(), cause: Box::new(error) },
        })
    }

    async fn start_and_wait(&self, objects: &[HookObject], event: HookEvent) -> Result<(), Error> {
        let mut names = Vec::new();
        for object in objects {
            match &object.name {
                Some(name) => {
                    self.create_hook(name, &object.value).await?;
                    names.push(name.clone());
                }
                None => names.extend(self.create_generated(&object.value).await?),
            }
        }
        self.tell(event, objects, &HookState::Started);
        self.wait_ready(&names, Until::Completed).await
    }

    async fn create_hook(&self, name: &ObjectRef, value: &Value) -> Result<(), Error> {
        let method = self.plan.work.record.as_ref().and_then(|record| record.apply_method);
        if method == Some(ApplyMethod::ServerSide) || self.plan.action == Action::Uninstall {
            return self.apply_patiently(name, value).await;
        }
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No };
        let created = self.client.create(value, &options).await;
        created.map(drop).map_err(|error| Error::Apply(error.to_string()))
    }

    /// Server-side apply needs a name; `generateName` gets one from the server.
    async fn create_generated(&self, value: &Value) -> Result<Option<ObjectRef>, Error> {
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No };
        Ok(ObjectRef::of(&self.client.create(value, &options).await?))
    }

    fn tell(&self, event: HookEvent, objects: &[HookObject], state: &HookState) {
        for object in objects.iter().filter_map(|object| object.name.clone()) {
            self.progress.send(Event::Hook { event, object, state: state.clone() });
        }
    }

    async fn after_failure(&self, record: &Release, done: &[usize], failed: usize) {
        let hook = &record.hooks[failed];
        let asked = hook.output_log_policies.iter().any(|policy| policy == FAILED);
        // Helm shows what is asked for, and no more.
        if asked || self.options.wording == Wording::Own {
            self.show_logs(hook, (!asked).then_some(TAIL)).await;
        }
        let mut results = vec![self.delete_hook(hook, FAILED).await];
        for index in done {
            results.push(self.delete_hook(&record.hooks[*index], SUCCEEDED).await);
        }
        for error in results.into_iter().filter_map(Result::err) {
            self.progress.send(Event::Warning(format!("deleting a hook failed: {error}")));
        }
    }

    /// Deletes a hook's objects if its policies name `policy`, and waits until they are gone.
    /// Definitions are never deleted: everything of their kind would go with them.
    async fn delete_hook(&self, hook: &Hook, policy: &str) -> Result<(), Error> {
        let named = hook.delete_policies.iter().any(|p| p == policy);
        if !named || hook.kind == "CustomResourceDefinition" {
            return Ok(());
        }
        let objects = self.hook_objects(hook).await?;
        let names: Vec<_> = objects.into_iter().filter_map(|object| object.name).collect();
        let mut there = Vec::new();
        for name in names {
            if self.client.get(&name).await?.is_some() {
                there.push(name);
            }
        }
        if there.is_empty() {
            return Ok(());
        }
        self.delete_all(&there, Propagation::Background).await?;
        self.wait_gone(&there).await
    }

    /// The objects of a hook with their namespaces settled; hooks carry no owner labels.
    async fn hook_objects(&self, hook: &Hook) -> Result<Vec<HookObject>, Error> {
        let mut objects = Vec::new();
        for item in manifest::parse(&hook.manifest, &hook.path)? {
            let mut value = item.value;
            let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
            let resource = self.client.resource(text("apiVersion"), text("kind")).await?;
            if resource.scope == Scope::Namespaced
                && value["metadata"].get("namespace").is_none_or(Value::is_null)
            {
                value["metadata"]["namespace"] = Value::String(self.plan.namespace.clone());
            }
            let name = ObjectRef::of(&value);
            objects.push(HookObject { name, value });
        }
        Ok(objects)
    }

    /// Sends the logs of a hook's pods. That none can be had is no failure of the hook.
    async fn show_logs(&self, hook: &Hook, tail_lines: Option<u32>) {
        let Ok(objects) = self.hook_objects(hook).await else { return };
        for name in objects.into_iter().filter_map(|object| object.name) {
            let namespace = name.namespace.clone().unwrap_or_default();
            let pods = match name.kind.as_str() {
                "Job" => {
                    let labels = Some(format!("job-name={}", name.name));
                    let options =
                        ListOptions { namespace: Some(namespace.clone()), labels, fields: None };
                    self.client.list("v1", "Pod", &options).await.unwrap_or_default()
                }
                "Pod" => self.client.get(&name).await.ok().flatten().into_iter().collect(),
                _ => Vec::new(),
            };
            for pod in pods {
                self.show_pod_logs(&namespace, &pod, tail_lines).await;
            }
        }
    }

    async fn show_pod_logs(&self, namespace: &str, pod: &Value, tail_lines: Option<u32>) {
        let Some(name) = pod.pointer("/metadata/name").and_then(Value::as_str) else { return };
        let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
        for container in containers.into_iter().flatten() {
            let Some(container) = container.get("name").and_then(Value::as_str) else { continue };
            let options =
                LogOptions { container: Some(container.to_owned()), tail_lines, previous: false };
            if let Ok(text) = self.client.logs(namespace, name, &options).await
                && !text.is_empty()
            {
                self.progress.send(Event::HookLog {
                    pod: name.to_owned(),
                    container: container.to_owned(),
                    text,
                });
            }
        }
    }
}

struct HookObject {
    /// None for `generateName`.
    name: Option<ObjectRef>,
    value: Value,
}

/// Indices of an event's hooks in the order in which they run.
fn order(hooks: &[Hook], event: HookEvent) -> Vec<usize> {
    hooks_at(hooks, event)
        .into_iter()
        .filter_map(|chosen| hooks.iter().position(|hook| std::ptr::eq(hook, chosen)))
        .collect()
}
