//! Object by object: what is there, what the server would make of the new one, what leaves.

use futures::{StreamExt, stream};
use kubernetes::{
    ApplyOptions, CancellationToken, Client, DryRun, Force, ObjectRef, Scope, WriteOptions,
};
use serde_json::Value;

use super::{Observed, SeenCrd, SeenLeaving, SeenObject, Trial, current, in_cluster};
use crate::desired::{
    Conflicts, Content, CrdPolicy, Desired, HookLeftovers, Intent, Ownership, Rehearsal,
};
use crate::error::Error;
use crate::managed_fields;
use crate::manifest::{self, Owner};
use crate::record::{ApplyMethod, Release};
use crate::storage::MANAGER;

/// Requests in flight at once.
pub(super) const PARALLEL: usize = 8;

pub(super) struct Look<'a> {
    pub(super) client: &'a Client,
    pub(super) desired: &'a Desired,
    pub(super) cancel: &'a CancellationToken,
    /// How objects will be applied.
    pub(super) method: ApplyMethod,
}

/// A kind that a definition of the same plan brings.
struct Brought {
    definition: ObjectRef,
    group: String,
    kind: String,
    scope: Scope,
}

impl Look<'_> {
    pub(super) async fn crds(
        &self,
        content: &Content,
        observed: &mut Observed,
    ) -> Result<(), Error> {
        if self.desired.options.crds == CrdPolicy::Skip {
            return Ok(());
        }
        for crd in &content.crds {
            for item in manifest::parse(&crd.text, &crd.source)? {
                let Some(object) = ObjectRef::of(&item.value) else { continue };
                self.check_cancelled()?;
                let exists = self.client.get(&object).await?.is_some();
                observed.crds.push(SeenCrd {
                    source: crd.source.clone(),
                    value: item.value,
                    exists,
                });
            }
        }
        Ok(())
    }

    pub(super) async fn objects(
        &self,
        content: &Content,
        observed: &mut Observed,
    ) -> Result<(), Error> {
        let items = manifest::parse(&content.manifest, "new release manifest")?;
        let definitions = observed.crds.iter().map(|crd| &crd.value);
        let brought: Vec<Brought> = definitions
            .chain(items.iter().map(|item| &item.value))
            .chain(&self.desired.options.definitions)
            .filter_map(brought)
            .collect();
        let namespaces: Vec<ObjectRef> = items
            .iter()
            .filter_map(|item| ObjectRef::of(&item.value))
            .filter(|object| object.kind == "Namespace" && object.group().is_empty())
            .collect();
        let previous = self.previous_objects(&observed.history).await?;
        let mut prepared = Vec::new();
        for item in items {
            prepared.push(self.prepare(item, &brought).await?);
        }
        prepared.sort_by(|a, b| {
            let rank =
                |seen: &SeenObject| manifest::rank(&seen.object.kind, render::INSTALL_ORDER).0;
            rank(a).cmp(&rank(b))
        });
        let absent = (!observed.namespace_exists).then(|| self.desired.namespace.clone());
        let tried = stream::iter(prepared)
            .map(|seen| self.try_object(seen, &previous, &namespaces, absent.as_deref()))
            .buffered(PARALLEL)
            .collect::<Vec<_>>()
            .await;
        observed.objects = tried.into_iter().collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Settles the namespace and sets the owner.
    async fn prepare(
        &self,
        item: manifest::Item,
        brought: &[Brought],
    ) -> Result<SeenObject, Error> {
        let mut value = item.value;
        let wrong =
            |detail: String| Error::Manifest { what: "new release manifest".to_owned(), detail };
        let mut object = ObjectRef::of(&value).ok_or_else(|| {
            wrong(format!("{}: metadata.generateName is not supported here", item.source))
        })?;
        let (scope, trial) = match self.scope(&object, brought).await? {
            Known::Served(scope) => (scope, Trial::NotTried),
            Known::Brought(scope, definition) => (scope, Trial::After(definition)),
            Known::Not => {
                return Err(wrong(format!(
                    "resource mapping not found for name: {:?} namespace: {:?} from \"\": no \
                     matches for kind {:?} in version {:?}\nensure CRDs are installed first",
                    object.name,
                    object.namespace.as_deref().unwrap_or_default(),
                    object.kind,
                    object.api_version
                )));
            }
        };
        match scope {
            Scope::Namespaced => {
                let namespace =
                    object.namespace.get_or_insert_with(|| self.desired.namespace.clone());
                value["metadata"]["namespace"] = Value::String(namespace.clone());
            }
            Scope::Cluster => {
                object.namespace = None;
                if let Some(metadata) = value["metadata"].as_object_mut() {
                    metadata.remove("namespace");
                }
            }
        }
        manifest::set_owner(&mut value, self.owner());
        Ok(SeenObject {
            object,
            source: item.source,
            manifest: value,
            live: None,
            original: None,
            trial,
        })
    }

    async fn try_object(
        &self,
        mut seen: SeenObject,
        previous: &[(ObjectRef, Value)],
        namespaces: &[ObjectRef],
        absent: Option<&str>,
    ) -> Result<SeenObject, Error> {
        self.check_cancelled()?;
        if matches!(seen.trial, Trial::After(_)) {
            return Ok(seen);
        }
        if let Some(absent) = absent
            && seen.object.namespace.as_deref() == Some(absent)
        {
            seen.trial = Trial::After(ObjectRef::new("v1", "Namespace", None, absent));
            return Ok(seen);
        }
        seen.live = self.client.get(&seen.object).await?;
        let before = previous.iter().find(|(object, _)| object.is_same(&seen.object));
        seen.original = before.map(|(_, manifest)| manifest.clone());
        let ours = before.is_some();
        if let (Some(live), false, Ownership::Required) =
            (&seen.live, ours, self.desired.options.ownership)
            && manifest::not_owned(live, self.owner()).is_some()
        {
            return Ok(seen);
        }
        seen.trial = if self.method == ApplyMethod::ServerSide
            && self.desired.options.rehearsal == Rehearsal::OnServer
        {
            self.trial(&seen, namespaces).await?
        } else {
            Trial::Skipped
        };
        Ok(seen)
    }

    async fn trial(&self, seen: &SeenObject, namespaces: &[ObjectRef]) -> Result<Trial, Error> {
        let force = match self.desired.options.conflicts {
            Conflicts::Refuse => Force::Refuse,
            Conflicts::Force => Force::Take,
        };
        let client_side = seen.live.as_ref().is_some_and(managed_fields::is_client_side);
        let mut answer = self.dry_apply(&seen.manifest, force).await;
        if let Err(kubernetes::Error::Conflict { conflicts, .. }) = &answer
            && client_side
            && conflicts.iter().all(|conflict| conflict.manager == MANAGER)
        {
            // Conflicts with Helm's own client-side past go away before the real apply.
            answer = self.dry_apply(&seen.manifest, Force::Take).await;
        }
        let error = match (answer, &seen.live) {
            (Ok(after), Some(live)) if client_side => {
                return self.without_left(after, live, seen).await;
            }
            (Ok(after), _) => return Ok(Trial::Applied(after)),
            (Err(error), _) => error,
        };
        match error {
            kubernetes::Error::Conflict { mut conflicts, .. } => {
                conflicts.retain(|conflict| !client_side || conflict.manager != MANAGER);
                Ok(Trial::Conflict { conflicts })
            }
            kubernetes::Error::Invalid { causes, message, .. } => {
                let valid_as_new =
                    seen.live.is_some() && self.is_valid_as_new(&seen.manifest).await;
                let fields = causes.into_iter().map(|cause| cause.field).collect();
                Ok(Trial::Invalid { message, fields, valid_as_new })
            }
            kubernetes::Error::NotFound { message } => {
                let home = seen.object.namespace.as_deref();
                let to_come = namespaces.iter().find(|n| Some(n.name.as_str()) == home);
                Ok(match to_come {
                    Some(namespace) => Trial::After(namespace.clone()),
                    None => Trial::Refused { message },
                })
            }
            kubernetes::Error::Api { message, .. } if message.contains("dry run") => {
                Ok(Trial::Unsupported { message })
            }
            kubernetes::Error::Forbidden { message }
            | kubernetes::Error::Api { code: 400..=499, message, .. } => {
                Ok(Trial::Refused { message })
            }
            other => Err(other.into()),
        }
    }

    /// What remains once the client-side entries are folded: fields that left the manifest go,
    /// and the server sets its defaults again.
    async fn without_left(
        &self,
        after: Value,
        live: &Value,
        seen: &SeenObject,
    ) -> Result<Trial, Error> {
        let mut reduced = after.clone();
        managed_fields::remove_left(&mut reduced, live, &seen.manifest);
        if reduced == after {
            return Ok(Trial::Applied(after));
        }
        for key in ["resourceVersion", "uid", "creationTimestamp"] {
            reduced["metadata"][key] = live["metadata"][key].clone();
        }
        reduced["apiVersion"] = seen.manifest["apiVersion"].clone();
        reduced["kind"] = seen.manifest["kind"].clone();
        reduced["metadata"]["name"] = seen.manifest["metadata"]["name"].clone();
        if let Some(metadata) = reduced["metadata"].as_object_mut() {
            metadata.remove("managedFields");
        }
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::Yes };
        Ok(Trial::Applied(self.client.update(&reduced, &options).await.unwrap_or(after)))
    }

    async fn dry_apply(&self, object: &Value, force: Force) -> Result<Value, kubernetes::Error> {
        let options = ApplyOptions { manager: MANAGER.to_owned(), force, dry_run: DryRun::Yes };
        self.client.apply(object, &options).await
    }

    /// A dry create validates before it finds the name taken: that tells a bad object from a
    /// change that only this object may not make.
    async fn is_valid_as_new(&self, object: &Value) -> bool {
        let options = WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::Yes };
        let answer = self.client.create(object, &options).await;
        matches!(answer, Ok(_) | Err(kubernetes::Error::AlreadyExists { .. }))
    }

    /// The objects that the current revision says, with their namespaces settled.
    async fn previous_objects(
        &self,
        history: &[Release],
    ) -> Result<Vec<(ObjectRef, Value)>, Error> {
        let mut objects = Vec::new();
        if let Some(current) = current(history) {
            for item in manifest::parse(&current.manifest, "current release manifest")? {
                let Some(object) = ObjectRef::of(&item.value) else { continue };
                let settled = self.settle_namespace(object).await?;
                let object = settled.unwrap_or_else(|object| object);
                let mut said = item.value;
                if let Some(namespace) = &object.namespace {
                    said["metadata"]["namespace"] = Value::String(namespace.clone());
                }
                objects.push((object, said));
            }
        }
        Ok(objects)
    }

    pub(super) async fn leaving(&self, observed: &mut Observed) -> Result<(), Error> {
        let uninstall = self.desired.intent == Intent::Uninstall;
        let mut candidates: Vec<Candidate> = Vec::new();
        for revision in in_cluster(&observed.history) {
            for item in manifest::parse(&revision.manifest, "current release manifest")? {
                let Some(object) = ObjectRef::of(&item.value) else { continue };
                let object = match self.settle_namespace(object).await? {
                    Ok(object) => object,
                    Err(object) => {
                        observed.warnings.push(format!(
                            "{object} of revision {} is of a kind that the cluster no longer serves",
                            revision.version
                        ));
                        continue;
                    }
                };
                let stays =
                    !uninstall && observed.objects.iter().any(|o| o.object.is_same(&object));
                if !stays && !candidates.iter().any(|known| known.object.is_same(&object)) {
                    let kept = manifest::is_kept(&item.value);
                    candidates.push(Candidate { object, kept, hook: false });
                }
            }
        }
        candidates.sort_by_key(|candidate| {
            manifest::rank(&candidate.object.kind, render::UNINSTALL_ORDER).0
        });
        if uninstall && self.desired.options.hook_leftovers == HookLeftovers::Delete {
            for (object, kept) in ran_hooks(&observed.history)? {
                if let Ok(object) = self.settle_namespace(object).await? {
                    candidates.push(Candidate { object, kept, hook: true });
                }
            }
        }
        let found = stream::iter(candidates)
            .map(|Candidate { object, kept, hook }| async move {
                self.check_cancelled()?;
                let live = self.client.get(&object).await?;
                Ok::<_, Error>(live.map(|live| SeenLeaving { object, live, kept, hook }))
            })
            .buffered(PARALLEL)
            .collect::<Vec<_>>()
            .await;
        for seen in found {
            observed.leaving.extend(seen?);
        }
        Ok(())
    }

    /// The object with its namespace; the object itself if its kind is no longer served.
    async fn settle_namespace(
        &self,
        object: ObjectRef,
    ) -> Result<Result<ObjectRef, ObjectRef>, Error> {
        let placed = self.place(object.clone()).await?;
        Ok(placed.map(|placed| placed.object).ok_or(object))
    }

    /// The object in its namespace or in none, as its kind wants it; none if the kind is not served.
    pub(super) async fn place(&self, mut object: ObjectRef) -> Result<Option<Placed>, Error> {
        let resource = match self.client.resource(&object.api_version, &object.kind).await {
            Ok(resource) => resource,
            Err(kubernetes::Error::UnknownKind { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match resource.scope {
            Scope::Namespaced => {
                object.namespace.get_or_insert_with(|| self.desired.namespace.clone());
            }
            Scope::Cluster => object.namespace = None,
        }
        Ok(Some(Placed { object, plural: resource.plural }))
    }

    async fn scope(&self, object: &ObjectRef, brought: &[Brought]) -> Result<Known, Error> {
        match self.client.resource(&object.api_version, &object.kind).await {
            Ok(resource) => Ok(Known::Served(resource.scope)),
            Err(kubernetes::Error::UnknownKind { .. }) => {
                let by =
                    brought.iter().find(|b| b.group == object.group() && b.kind == object.kind);
                Ok(by.map_or(Known::Not, |b| Known::Brought(b.scope, b.definition.clone())))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn owner(&self) -> Owner<'_> {
        Owner { name: &self.desired.name, namespace: &self.desired.namespace }
    }

    fn check_cancelled(&self) -> Result<(), Error> {
        if self.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

/// An object of a kind that is served.
pub(super) struct Placed {
    pub(super) object: ObjectRef,
    /// The kind as paths name it.
    pub(super) plural: String,
}

struct Candidate {
    object: ObjectRef,
    kept: bool,
    hook: bool,
}

/// Objects of hooks that ran, and whether they ask to stay; definitions always stay.
pub(crate) fn ran_hooks(history: &[Release]) -> Result<Vec<(ObjectRef, bool)>, Error> {
    let mut found: Vec<(ObjectRef, bool)> = Vec::new();
    let hooks = history.iter().flat_map(|release| &release.hooks);
    for hook in hooks.filter(|hook| hook.last_run.started_at.is_some()) {
        for item in manifest::parse(&hook.manifest, &hook.path)? {
            let Some(object) = ObjectRef::of(&item.value) else { continue };
            let is_definition = object.kind == "CustomResourceDefinition";
            if !is_definition && !found.iter().any(|(known, _)| known.is_same(&object)) {
                let kept = manifest::is_kept(&item.value);
                found.push((object, kept));
            }
        }
    }
    Ok(found)
}

enum Known {
    Served(Scope),
    Brought(Scope, ObjectRef),
    Not,
}

fn brought(definition: &Value) -> Option<Brought> {
    let object = ObjectRef::of(definition)?;
    if object.kind != "CustomResourceDefinition" {
        return None;
    }
    let text = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str);
    Some(Brought {
        group: text("/spec/group")?.to_owned(),
        kind: text("/spec/names/kind")?.to_owned(),
        scope: match text("/spec/scope") {
            Some("Cluster") => Scope::Cluster,
            Some(_) | None => Scope::Namespaced,
        },
        definition: object,
    })
}
