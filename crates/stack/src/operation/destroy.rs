//! Takes the stack out of the cluster: dependents first, and then says what is left.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kubernetes::{ListOptions, ObjectRef};
use release::{
    ActOptions, Desired, Event as Happened, Intent, ObserveOptions, Phase, Progress, Storage,
};

use super::act::failed;
use super::status::parsed;
use super::walk::walk;
use super::{Error, Orphan, Report, Session};
use crate::event::{Event, Outcome, Step};
use crate::graph::Graph;
use crate::model::NeedMode;

const LOCK_WAIT: Duration = Duration::from_mins(1);
/// For releases that are no longer in the file.
const TIMEOUT: Duration = Duration::from_mins(5);

/// A release to take out.
#[derive(Clone)]
struct Target {
    name: String,
    namespace: String,
    timeout: Duration,
}

/// What was found while releases went.
#[derive(Default)]
struct Found {
    kept: Vec<ObjectRef>,
    /// Beginnings of the names of claims, with their namespaces.
    claims: BTreeSet<(String, String)>,
}

impl Session {
    /// Uninstalls everything, dependents first, and says what is left.
    ///
    /// Releases of this stack and environment that left the file go first: nothing in the file can need them.
    pub async fn destroy(&self) -> Result<Report, Error> {
        self.check_cluster().await?;
        let orphans = self.owned().await?;
        let (graph, targets) = self.targets(&orphans);
        let targets = Arc::new(targets);
        let found = Arc::new(Mutex::new(Found::default()));
        let outcomes = walk(&graph, &self.limits(), &self.events, |key, _| {
            let (session, targets, found) =
                (self.clone(), Arc::clone(&targets), Arc::clone(&found));
            async move {
                match targets.get(&key) {
                    Some(target) => session.uninstall(&key, target, &found).await,
                    None => Outcome::Absent,
                }
            }
        })
        .await;
        let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
        let mut left = found.kept;
        left.extend(self.claims(&found.claims).await);
        left.sort();
        left.dedup();
        Ok(Report { outcomes, orphans: vec![], left })
    }

    fn targets(&self, owned: &[Orphan]) -> (Graph, BTreeMap<String, Target>) {
        let mut targets: BTreeMap<String, Target> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for (key, release) in &self.stack.releases {
            known.insert((release.namespace.clone(), release.name.clone()));
            let target = Target {
                name: release.name.clone(),
                namespace: release.namespace.clone(),
                timeout: release.timeout,
            };
            targets.insert(key.clone(), target);
        }
        let reversed = self.stack.graph.reversed();
        let mut nodes: Vec<(String, BTreeMap<String, NeedMode>)> = vec![];
        for orphan in owned {
            if known.contains(&(orphan.namespace.clone(), orphan.name.clone())) {
                continue;
            }
            let key = if targets.contains_key(&orphan.key) {
                format!("{}/{}", orphan.namespace, orphan.name)
            } else {
                orphan.key.clone()
            };
            let target = Target {
                name: orphan.name.clone(),
                namespace: orphan.namespace.clone(),
                timeout: TIMEOUT,
            };
            targets.insert(key.clone(), target);
            nodes.push((key, BTreeMap::new()));
        }
        let first: Vec<String> = nodes.iter().map(|(key, _)| key.clone()).collect();
        for key in reversed.order() {
            let mut needs: BTreeMap<String, NeedMode> =
                reversed.needs(key).map(|(need, mode)| (need.to_owned(), mode)).collect();
            // What left the file may still use what is in it.
            needs.extend(first.iter().map(|orphan| (orphan.clone(), NeedMode::Optional)));
            nodes.push((key.clone(), needs));
        }
        // Orphans need nothing and the rest is a reversed graph: there is no cycle.
        (Graph::new(nodes).unwrap_or(reversed), targets)
    }

    async fn uninstall(&self, key: &str, target: &Target, found: &Mutex<Found>) -> Outcome {
        let storage = Storage::new(&self.client, &target.namespace);
        let latest = match storage.get(&target.name, None).await {
            Ok(latest) => latest,
            Err(release::Error::NotFound { .. }) => return Outcome::Absent,
            Err(error) => return failed(&error),
        };
        let claims = claim_names(&latest.manifest, &target.namespace);
        found.lock().unwrap_or_else(PoisonError::into_inner).claims.extend(claims);
        match self.uninstall_found(key, target).await {
            Ok(kept) => {
                found.lock().unwrap_or_else(PoisonError::into_inner).kept.extend(kept);
                Outcome::Uninstalled
            }
            Err(error) => failed(&error),
        }
    }

    async fn uninstall_found(
        &self,
        key: &str,
        target: &Target,
    ) -> Result<Vec<ObjectRef>, release::Error> {
        let desired = Desired {
            name: target.name.clone(),
            namespace: target.namespace.clone(),
            intent: Intent::Uninstall,
            content: None,
            options: release::Options::default(),
        };
        let progress = self.destroy_progress(key);
        let options = ObserveOptions { lock_wait: LOCK_WAIT, cancel: self.cancel.clone() };
        let observed = release::observe(&self.client, &desired, &options, &progress).await?;
        let plan = release::decide(&desired, &observed)?;
        let options = ActOptions {
            timeout: target.timeout,
            cancel: self.cancel.clone(),
            ..ActOptions::default()
        };
        let done = release::act(&self.client, &plan, &options, &progress).await?;
        Ok(done.kept.into_iter().map(|(object, _)| object).collect())
    }

    fn destroy_progress(&self, key: &str) -> Progress {
        let events = Arc::clone(&self.events);
        let release = key.to_owned();
        Progress::new(move |happened| {
            let step = match happened {
                Happened::Phase(Phase::Delete) => Step::Deleting,
                Happened::Waiting { waiting, .. } => match waiting.into_iter().next() {
                    Some(w) => Step::WaitingFor { object: w.object.to_string(), reason: w.reason },
                    None => return,
                },
                Happened::Hook { event, object, state: release::HookState::Started } => {
                    Step::WaitingFor {
                        object: object.to_string(),
                        reason: format!("{} hook", event.as_str()),
                    }
                }
                Happened::Phase(_)
                | Happened::Object { .. }
                | Happened::Hook { .. }
                | Happened::HookLog { .. }
                | Happened::Repaired { .. }
                | Happened::Warning(_) => return,
            };
            events(Event::Step { release: release.clone(), step });
        })
    }

    /// The claims that StatefulSets leave behind. Not being allowed to look is no failure of a destroy.
    async fn claims(&self, names: &BTreeSet<(String, String)>) -> Vec<ObjectRef> {
        let namespaces: BTreeSet<&String> = names.iter().map(|(namespace, _)| namespace).collect();
        let mut left = vec![];
        for namespace in namespaces {
            let options =
                ListOptions { namespace: Some(namespace.clone()), ..ListOptions::default() };
            let claims = self.client.list("v1", "PersistentVolumeClaim", &options).await;
            for mut claim in claims.unwrap_or_default() {
                // Items of a list do not say what they are.
                claim["apiVersion"] = "v1".into();
                claim["kind"] = "PersistentVolumeClaim".into();
                let Some(object) = ObjectRef::of(&claim) else { continue };
                let ours = names.iter().any(|(n, prefix)| {
                    let ordinal = object.name.strip_prefix(prefix);
                    n == namespace
                        && ordinal
                            .is_some_and(|o| !o.is_empty() && o.bytes().all(|b| b.is_ascii_digit()))
                });
                if ours {
                    left.push(object);
                }
            }
        }
        left
    }
}

/// `data-db-` for the claim template `data` of the StatefulSet `db`, with its namespace.
fn claim_names(manifest: &str, namespace: &str) -> Vec<(String, String)> {
    let mut names = vec![];
    for object in parsed(manifest) {
        let text = |pointer: &str| object.pointer(pointer).and_then(serde_json::Value::as_str);
        if text("/kind") != Some("StatefulSet") {
            continue;
        }
        let namespace = text("/metadata/namespace").unwrap_or(namespace).to_owned();
        let templates = object.pointer("/spec/volumeClaimTemplates").and_then(|t| t.as_array());
        for template in templates.into_iter().flatten() {
            let claim = template.pointer("/metadata/name").and_then(serde_json::Value::as_str);
            if let (Some(claim), Some(set)) = (claim, text("/metadata/name")) {
                names.push((namespace.clone(), format!("{claim}-{set}-")));
            }
        }
    }
    names
}
