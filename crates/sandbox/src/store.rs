//! What the cluster holds: objects, the log of their changes, and who watches.
//!
//! Invariant: every change takes the next revision, is logged, told to the watchers and left for the
//! controllers to see, in one step. Nothing here knows what an object means.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::object::{self, Name};

/// Changes remembered for watches that start in the past.
const REMEMBERED: usize = 8192;
/// Changes a watcher may lag behind before it is cut off; it then lists anew.
pub(crate) const WATCH_BUFFER: usize = 2048;

/// One change of one object.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) storage: Arc<str>,
    pub(crate) revision: u64,
    pub(crate) old: Option<Arc<Value>>,
    /// The object after the change, or its last state when `deleted`.
    pub(crate) new: Arc<Value>,
    pub(crate) deleted: bool,
}

/// The objects of a cluster.
#[derive(Debug, Default)]
pub(crate) struct Store {
    revision: u64,
    objects: BTreeMap<Arc<str>, BTreeMap<Name, Arc<Value>>>,
    log: VecDeque<Change>,
    watchers: Vec<(Arc<str>, mpsc::Sender<Change>)>,
    unseen: VecDeque<Change>,
}

impl Store {
    /// The revision of the last change.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// One object.
    pub(crate) fn get(&self, storage: &str, name: &Name) -> Option<&Arc<Value>> {
        self.objects.get(storage)?.get(name)
    }

    /// All objects of a store in one namespace, or in all where it is empty, by name.
    pub(crate) fn list<'a>(
        &'a self,
        storage: &str,
        namespace: &'a str,
    ) -> impl Iterator<Item = (&'a Name, &'a Arc<Value>)> {
        self.objects
            .get(storage)
            .into_iter()
            .flatten()
            .filter(move |((of, _), _)| namespace.is_empty() || of == namespace)
    }

    /// The names of all stores that ever held something.
    pub(crate) fn storages(&self) -> Vec<Arc<str>> {
        self.objects.keys().cloned().collect()
    }

    /// Writes an object and returns it with its new resource version.
    pub(crate) fn put(&mut self, storage: &str, mut object: Value) -> Arc<Value> {
        self.revision += 1;
        object["metadata"]["resourceVersion"] = json!(self.revision.to_string());
        let name = (object::namespace(&object).to_owned(), object::name(&object).to_owned());
        let storage = self.key(storage);
        let new = Arc::new(object);
        let old = self.objects.entry(storage.clone()).or_default().insert(name, new.clone());
        self.record(Change {
            storage,
            revision: self.revision,
            old,
            new: new.clone(),
            deleted: false,
        });
        new
    }

    /// Takes an object out; its last state carries the revision of the removal.
    pub(crate) fn remove(&mut self, storage: &str, name: &Name) -> Option<Arc<Value>> {
        let old = self.objects.get_mut(storage)?.remove(name)?;
        self.revision += 1;
        let mut last = Value::clone(&old);
        last["metadata"]["resourceVersion"] = json!(self.revision.to_string());
        let storage = self.key(storage);
        let new = Arc::new(last);
        let change = Change {
            storage,
            revision: self.revision,
            old: Some(old),
            new: new.clone(),
            deleted: true,
        };
        self.record(change);
        Some(new)
    }

    /// The next change the controllers have not seen.
    pub(crate) fn next_unseen(&mut self) -> Option<Change> {
        self.unseen.pop_front()
    }

    /// Changes after a revision; `None` where they are no longer remembered.
    pub(crate) fn since(&self, revision: u64, storage: &str) -> Option<Vec<Change>> {
        let oldest = self.log.front().map_or(self.revision, |change| change.revision - 1);
        (revision >= oldest).then(|| {
            self.log
                .iter()
                .filter(|c| c.revision > revision && &*c.storage == storage)
                .cloned()
                .collect()
        })
    }

    /// A feed of the changes of a store from now on.
    pub(crate) fn watch(&mut self, storage: &str) -> mpsc::Receiver<Change> {
        let (sender, receiver) = mpsc::channel(WATCH_BUFFER);
        let storage = self.key(storage);
        self.watchers.push((storage, sender));
        receiver
    }

    /// Everything held, for a snapshot.
    pub(crate) fn everything(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<Value>)> {
        self.objects
            .iter()
            .flat_map(|(storage, objects)| objects.values().map(move |object| (storage, object)))
    }

    /// Puts back what a snapshot held, as it was.
    pub(crate) fn restore(&mut self, revision: u64, objects: Vec<(String, Value)>) {
        self.revision = revision;
        for (storage, object) in objects {
            let name = (object::namespace(&object).to_owned(), object::name(&object).to_owned());
            let storage = self.key(&storage);
            self.objects.entry(storage).or_default().insert(name, Arc::new(object));
        }
    }

    fn key(&self, storage: &str) -> Arc<str> {
        self.objects
            .get_key_value(storage)
            .map_or_else(|| Arc::from(storage), |(key, _)| key.clone())
    }

    fn record(&mut self, change: Change) {
        self.unseen.push_back(change.clone());
        // A watcher that is gone or too slow loses its feed.
        self.watchers.retain(|(storage, sender)| {
            if *storage == change.storage {
                sender.try_send(change.clone()).is_ok()
            } else {
                !sender.is_closed()
            }
        });
        self.log.push_back(change);
        if self.log.len() > REMEMBERED {
            self.log.pop_front();
        }
    }
}
