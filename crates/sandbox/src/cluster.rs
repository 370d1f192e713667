//! The cluster behind the API: one door for every write, whoever makes it.
//!
//! Requests and controllers write through [`Cluster::create`], [`Cluster::replace`],
//! [`Cluster::apply`] and [`Cluster::delete`], so that defaults, ownership, validation, generations
//! and finalizers hold for all. Not here: HTTP (see `api`), and what objects cause (`controllers`).

mod delete;
mod write;

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::crd;
use crate::kinds::{Kind, Registry};
use crate::managed::Writer;
use crate::object::{self, Name};
use crate::store::Store;

pub(crate) use delete::{DeleteOptions, Propagation};
pub(crate) use write::{Part, WriteOptions, Written, passing};

/// Tells the time; tests pass one that stands still.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything the sandbox knows.
pub(crate) struct Cluster {
    pub(crate) store: Store,
    pub(crate) registry: Registry,
    clock: Clock,
    minted: u64,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("revision", &self.store.revision()).finish_non_exhaustive()
    }
}

/// Letters Kubernetes makes random names of.
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

impl Cluster {
    /// A cluster without any object.
    pub(crate) fn new(clock: Clock) -> Self {
        Self { store: Store::default(), registry: Registry::builtin(), clock, minted: 0 }
    }

    /// Puts back what a snapshot held.
    pub(crate) fn restore(
        &mut self,
        (revision, minted): (u64, u64),
        objects: Vec<(String, Value)>,
    ) {
        self.minted = minted;
        self.store.restore(revision, objects);
        let definitions: Vec<Arc<Value>> =
            self.store.list(DEFINITIONS, "").map(|(_, object)| object.clone()).collect();
        for definition in definitions {
            self.serve_definition(&definition);
        }
    }

    /// How many names and uids were made, for a snapshot.
    pub(crate) fn minted(&self) -> u64 {
        self.minted
    }

    /// The time, as objects carry it.
    pub(crate) fn now(&self) -> String {
        (self.clock)().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// A uid nobody had before.
    pub(crate) fn mint_uid(&mut self) -> String {
        self.minted += 1;
        // Spread the counter, so that uids look unlike each other in logs.
        let mixed = self.minted.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        format!(
            "{:08x}-{:04x}-4{:03x}-8000-{:012x}",
            mixed >> 32,
            mixed >> 16 & 0xffff,
            mixed & 0xfff,
            self.minted
        )
    }

    /// A five-letter suffix nobody had before.
    pub(crate) fn mint_suffix(&mut self) -> String {
        self.minted += 1;
        suffix(self.minted.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20, 5)
    }

    /// The object of a store, at the version it is kept at.
    pub(crate) fn get(&self, storage: &str, name: &Name) -> Option<Arc<Value>> {
        self.store.get(storage, name).cloned()
    }

    /// The objects of a store in a namespace (or in all), by name.
    pub(crate) fn list(&self, storage: &str, namespace: &str) -> Vec<Arc<Value>> {
        self.store.list(storage, namespace).map(|(_, object)| object.clone()).collect()
    }

    /// Makes the kinds of a definition part of the API.
    pub(crate) fn serve_definition(&mut self, definition: &Value) {
        let established = object::list(definition, "/status/conditions")
            .iter()
            .any(|c| c["type"] == "Established" && c["status"] == "True");
        let kinds = if established { crd::kinds(definition) } else { vec![] };
        self.registry.replace_custom(&crd::storage(definition), kinds);
    }

    /// A writer for one of the cluster's own controllers.
    pub(crate) fn controller_writer(&self, kind: &Kind, subresource: &str) -> Writer {
        Writer {
            manager: "kube-controller-manager".to_owned(),
            api_version: kind.api_version(),
            subresource: subresource.to_owned(),
            now: self.now(),
        }
    }

    /// Rewrites an object's status, if that changes it.
    pub(crate) fn set_status(
        &mut self,
        storage: &str,
        name: &Name,
        change: impl FnOnce(&mut Value),
    ) {
        self.rewrite(storage, name, "status", change);
    }

    /// Rewrites an object as a controller does; what changes is the controller's from then on.
    pub(crate) fn rewrite(
        &mut self,
        storage: &str,
        name: &Name,
        subresource: &str,
        change: impl FnOnce(&mut Value),
    ) {
        let (Some(live), Some(kind)) = (self.get(storage, name), self.registry.by_storage(storage))
        else {
            return;
        };
        let mut new = Value::clone(&live);
        change(&mut new);
        if kind.custom.is_none()
            && let Ok(encoded) = crate::codec::encode(&new, &kind.shape)
        {
            new = encoded.value;
        }
        if new == *live {
            return;
        }
        let writer = self.controller_writer(&kind, subresource);
        crate::managed::track_update(
            &live,
            &mut new,
            &kind.shape,
            &writer,
            &crate::fields::Set::default(),
        );
        self.store.put(storage, new);
    }

    /// Sets a condition; its transition time moves only when its status does.
    pub(crate) fn condition(&self, conditions: &mut Value, new: &Value) {
        if !conditions.is_array() {
            *conditions = json!([]);
        }
        let Some(list) = conditions.as_array_mut() else { return };
        let mut new = new.clone();
        if let Some(old) = list.iter_mut().find(|old| old["type"] == new["type"]) {
            let moved = old["status"] != new["status"];
            new["lastTransitionTime"] =
                if moved { json!(self.now()) } else { old["lastTransitionTime"].clone() };
            if new.get("lastUpdateTime").is_some() {
                let same =
                    !moved && old["reason"] == new["reason"] && old["message"] == new["message"];
                new["lastUpdateTime"] =
                    if same { old["lastUpdateTime"].clone() } else { json!(self.now()) };
            }
            *old = new;
        } else {
            new["lastTransitionTime"] = json!(self.now());
            if new.get("lastUpdateTime").is_some() {
                new["lastUpdateTime"] = json!(self.now());
            }
            list.push(new);
        }
    }
}

/// The store of custom resource definitions.
pub(crate) const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

/// The first letters of a number in the alphabet of random names.
pub(crate) fn suffix(mut number: u64, letters: usize) -> String {
    let base = ALPHABET.len() as u64;
    let mut out = String::new();
    for _ in 0..letters {
        out.push(char::from(ALPHABET[(number % base) as usize]));
        number /= base;
    }
    out
}
