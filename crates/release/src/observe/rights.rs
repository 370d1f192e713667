//! Whether the user may do what an operation takes, asked before anything else is.
//!
//! One question for each namespace answers it where everything is allowed; what its answer does not
//! name is asked one by one, since some servers know more than they tell. Waiting and logs are not
//! asked for: an operation gets by without them.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use kubernetes::{Access, ObjectRef};

use super::look::{Look, PARALLEL, Placed};
use super::{Observed, in_cluster};
use crate::decide::{events, hooks_at, settle};
use crate::desired::{Content, CrdPolicy, Hooks, Intent};
use crate::error::Error;
use crate::manifest;
use crate::record::Hook;

const APPLY: [&str; 3] = ["get", "patch", "create"];
const CHANGE: [&str; 2] = ["get", "patch"];
const LEAVE: [&str; 2] = ["get", "delete"];
const HOOK: [&str; 4] = ["get", "patch", "create", "delete"];

impl Look<'_> {
    /// Refuses with every right that is missing.
    pub(super) async fn rights(
        &self,
        content: Option<&Content>,
        observed: &Observed,
    ) -> Result<(), Error> {
        let needed = self.needed(content, observed).await?;
        let mut rules = BTreeMap::new();
        let mut doubtful: Vec<Access> = vec![];
        for access in needed {
            let home = access.namespace.clone().unwrap_or(self.desired.namespace.clone());
            if !rules.contains_key(&home) {
                rules.insert(home.clone(), self.client.rules(&home).await?);
            }
            let told = rules.get(&home).and_then(Option::as_ref);
            let known = |other: &Access| {
                other.verb == access.verb
                    && other.resource == access.resource
                    && other.group == access.group
                    && other.namespace == access.namespace
            };
            if told.is_some_and(|rules| !rules.allow(&access)) && !doubtful.iter().any(known) {
                doubtful.push(access);
            }
        }
        let mut missing: Vec<Access> = stream::iter(doubtful)
            .map(|access| async move {
                let may = self.client.may(&access).await?;
                Ok::<_, Error>((!may).then_some(access))
            })
            .buffered(PARALLEL)
            .try_filter_map(|access| async move { Ok(access) })
            .try_collect()
            .await?;
        missing.sort();
        if missing.is_empty() { Ok(()) } else { Err(Error::MissingRights { missing }) }
    }

    async fn needed(
        &self,
        content: Option<&Content>,
        observed: &Observed,
    ) -> Result<Vec<Access>, Error> {
        let options = &self.desired.options;
        let mut needed = vec![];
        let record = |verb| Access {
            namespace: Some(self.desired.namespace.clone()),
            group: String::new(),
            resource: "secrets".to_owned(),
            verb,
            name: String::new(),
        };
        needed.extend(["get", "create", "update", "patch"].map(record));
        if self.desired.intent == Intent::Uninstall && !options.keep_history {
            needed.push(record("delete"));
        }
        let mut old = vec![];
        for revision in in_cluster(&observed.history) {
            for item in manifest::parse(&revision.manifest, "current release manifest")? {
                let object = ObjectRef::of(&item.value);
                if let Some(known) = self.known(object).await? {
                    old.push((known, manifest::is_kept(&item.value)));
                }
            }
        }
        let text = content.map_or("", |content| &content.manifest);
        let mut new = vec![];
        for item in manifest::parse(text, "new release manifest")? {
            let Some(known) = self.known(ObjectRef::of(&item.value)).await? else { continue };
            let is_there = old.iter().any(|(old, _)| old.object.is_same(&known.object));
            needed.extend(known.rights(if is_there { &CHANGE } else { &APPLY }));
            new.push(known);
        }
        for (known, kept) in old {
            if !kept && !new.iter().any(|new| new.object.is_same(&known.object)) {
                needed.extend(known.rights(&LEAVE));
            }
        }
        if options.crds != CrdPolicy::Skip {
            for crd in observed.crds.iter().filter(|crd| !crd.exists) {
                let known = self.known(ObjectRef::of(&crd.value)).await?;
                needed.extend(known.into_iter().flat_map(|known| known.rights(&["create"])));
            }
        }
        if options.hooks == Hooks::Run {
            for hook in self.hooks(content, observed) {
                for item in manifest::parse(&hook.manifest, &hook.path)? {
                    let known = self.known(ObjectRef::of(&item.value)).await?;
                    needed.extend(known.into_iter().flat_map(|known| known.rights(&HOOK)));
                }
            }
        }
        Ok(needed)
    }

    /// The hooks that will run.
    fn hooks<'b>(&self, content: Option<&'b Content>, observed: &'b Observed) -> Vec<&'b Hook> {
        let (history, lock) = (&observed.history, &observed.lock);
        let Ok(action) = settle(&self.desired.intent, &self.desired.name, history, lock) else {
            return vec![];
        };
        let latest = history.last().map(|release| release.hooks.as_slice());
        let hooks = content.map(|content| content.hooks.as_slice()).or(latest).unwrap_or_default();
        events(action).into_iter().flat_map(|event| hooks_at(hooks, event)).collect()
    }

    /// The object in its place; none where its kind is not served yet.
    async fn known(&self, object: Option<ObjectRef>) -> Result<Option<Placed>, Error> {
        match object {
            Some(object) => self.place(object).await,
            None => Ok(None),
        }
    }
}

impl Placed {
    fn rights(&self, verbs: &'static [&'static str]) -> Vec<Access> {
        let right = |verb: &&'static str| Access {
            namespace: self.object.namespace.clone(),
            group: self.object.group().to_owned(),
            resource: self.plural.clone(),
            verb,
            name: self.object.name.clone(),
        };
        verbs.iter().map(right).collect()
    }
}
