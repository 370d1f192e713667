//! Create, replace and apply.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Cluster, DEFINITIONS};
use crate::codec;
use crate::convert;
use crate::crd::validation as custom;
use crate::defaults;
use crate::fields::Set;
use crate::kinds::Kind;
use crate::managed::{self, Conflicts, Writer};
use crate::object::{self, Name, text};
use crate::status::Status;
use crate::strategy;
use crate::validate;

/// Which part of an object a write may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything but the status, where the kind keeps it apart.
    Main,
    /// The status alone.
    Status,
}

/// How to write.
#[derive(Debug, Clone)]
pub(crate) struct WriteOptions {
    pub(crate) writer: Writer,
    pub(crate) part: Part,
    /// Answer as if written, and write nothing.
    pub(crate) dry_run: bool,
    /// Refuse fields the schema does not know.
    pub(crate) strict: bool,
}

/// A written object, and what the client should be warned of.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) object: Value,
    pub(crate) created: bool,
    pub(crate) warnings: Vec<String>,
}

impl Cluster {
    /// Creates an object.
    pub(crate) fn create(
        &mut self,
        kind: &Arc<Kind>,
        namespace: &str,
        object: Value,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        self.finish_create(kind, namespace, object, options, Tracking::Update)
    }

    /// Replaces an object by one that was made from its live state.
    pub(crate) fn replace(
        &mut self,
        kind: &Arc<Kind>,
        live: &Value,
        object: Value,
        options: &WriteOptions,
    ) -> Result<Written, Status> {
        self.finish_replace(kind, live, object, options, Tracking::Update)
    }

    /// Server-side apply: creates the object where there is none.
    pub(crate) fn apply(
        &mut self,
        kind: &Arc<Kind>,
        name: &Name,
        config: &Value,
        (options, conflicts): (&WriteOptions, Conflicts),
    ) -> Result<Written, Status> {
        let stored = self.get(&kind.storage, name);
        if stored.is_none() && options.part == Part::Status {
            return Err(Status::not_found(kind, &name.1));
        }
        check_applied(kind, config)?;
        let reset = reset_fields(kind, options.part);
        let live = stored.as_ref().map(|live| convert::convert(live, kind));
        let base = live.clone().unwrap_or_else(|| empty(kind));
        let merged =
            managed::apply(&base, config, &kind.shape, &options.writer, (conflicts, &reset))?;
        match live {
            None => self.finish_create(kind, &name.0, merged, options, Tracking::Done),
            Some(live) => self.finish_replace(kind, &live, merged, options, Tracking::Done),
        }
    }

    fn finish_create(
        &mut self,
        kind: &Arc<Kind>,
        namespace: &str,
        object: Value,
        options: &WriteOptions,
        tracking: Tracking,
    ) -> Result<Written, Status> {
        let (mut object, warnings) = decode(kind, object, options, tracking)?;
        if kind.namespaced {
            object["metadata"]["namespace"] = json!(namespace);
        } else {
            object::members(&mut object, "metadata").remove("namespace");
        }
        self.name_object(kind, &mut object)?;
        let given = object.clone();
        defaults::apply(kind, &mut object);
        if tracking == Tracking::Update {
            let reset = reset_fields(kind, Part::Main);
            managed::track_update(&empty(kind), &mut object, &kind.shape, &options.writer, &reset);
        }
        self.stamp(kind, &mut object);
        let name = (object::namespace(&object).to_owned(), object::name(&object).to_owned());
        self.check_namespace(kind, &name)?;
        strategy::prepare_create(self, kind, &given, &mut object)?;
        validate::create(kind, &object)?;
        if self.store.get(&kind.storage, &name).is_some() {
            return Err(Status::already_exists(kind, &name.1));
        }
        let object = self.commit(kind, object, options);
        Ok(Written { object, created: true, warnings })
    }

    fn finish_replace(
        &mut self,
        kind: &Arc<Kind>,
        live: &Value,
        object: Value,
        options: &WriteOptions,
        tracking: Tracking,
    ) -> Result<Written, Status> {
        let (mut new, warnings) = decode(kind, object, options, tracking)?;
        check_identity(kind, live, &new)?;
        keep_system_fields(live, &mut new);
        defaults::apply(kind, &mut new);
        if tracking == Tracking::Update {
            let reset = reset_fields(kind, options.part);
            managed::track_update(live, &mut new, &kind.shape, &options.writer, &reset);
        }
        keep_other_parts(kind, live, &mut new, options.part);
        if options.part == Part::Main {
            strategy::prepare_update(self, kind, live, &mut new)?;
            validate::update(kind, live, &new)?;
        }
        if managed::same_but_times(live, &new) {
            let object = live.clone();
            return Ok(Written { object, created: false, warnings });
        }
        let finished = object::is_deleting(&new)
            && object::list(&new, "/metadata/finalizers").is_empty()
            && object::integer(&new, "/metadata/deletionGracePeriodSeconds").unwrap_or(0) == 0;
        if finished && !options.dry_run {
            let name = (object::namespace(&new).to_owned(), object::name(&new).to_owned());
            self.store.remove(&kind.storage, &name);
            return Ok(Written { object: new, created: false, warnings });
        }
        let object = self.commit(kind, new, options);
        Ok(Written { object, created: false, warnings })
    }

    fn name_object(&mut self, kind: &Kind, object: &mut Value) -> Result<(), Status> {
        if !object::name(object).is_empty() {
            return Ok(());
        }
        let prefix = text(object, "/metadata/generateName").to_owned();
        if prefix.is_empty() {
            let refused = crate::status::Refusal::required(
                "metadata.name",
                "name or generateName is required",
            );
            return Err(Status::invalid(&kind.kind, &kind.group, "", &[refused]));
        }
        let name = format!("{prefix}{}", self.mint_suffix());
        object["metadata"]["name"] = json!(name);
        Ok(())
    }

    fn stamp(&mut self, kind: &Kind, object: &mut Value) {
        let (uid, now) = (self.mint_uid(), self.now());
        let metadata = object::members(object, "metadata");
        for system in
            ["resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"]
        {
            metadata.remove(system);
        }
        metadata.insert("uid".to_owned(), json!(uid));
        metadata.insert("creationTimestamp".to_owned(), json!(now));
        metadata.remove("generation");
        if strategy::has_generation(kind) {
            metadata.insert("generation".to_owned(), json!(1));
        }
        if kind.serves("status") {
            reset_status(kind, object);
        }
    }

    fn check_namespace(&self, kind: &Kind, (namespace, name): &Name) -> Result<(), Status> {
        if !kind.namespaced {
            return Ok(());
        }
        let found = self.store.get("namespaces", &(String::new(), namespace.clone()));
        let Some(found) = found else {
            let namespaces = self.registry.by_storage("namespaces");
            return Err(namespaces.map_or_else(
                || Status::bad_request("no namespaces"),
                |kind| Status::not_found(&kind, namespace),
            ));
        };
        if object::is_deleting(found) {
            let why = format!(
                "unable to create new content in namespace {namespace} because it is being terminated"
            );
            let mut refused = Status::forbidden(kind, name, &why);
            refused.details["causes"] = json!([{"reason": "NamespaceTerminating",
                "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"}]);
            return Err(refused);
        }
        Ok(())
    }

    fn commit(&mut self, kind: &Arc<Kind>, object: Value, options: &WriteOptions) -> Value {
        if options.dry_run {
            return object;
        }
        let keeper = self.registry.by_storage(&kind.storage).unwrap_or_else(|| kind.clone());
        let kept = convert::convert(&object, &keeper);
        let stored = self.store.put(&kind.storage, kept);
        if kind.is(DEFINITIONS) {
            self.serve_definition(&stored);
        }
        convert::convert(&stored, kind)
    }
}

/// An object of a kind that is answered and not stored.
pub(crate) fn passing(kind: &Kind, object: Value, options: &WriteOptions) -> Result<Value, Status> {
    let (mut object, _) = decode(kind, object, options, Tracking::Update)?;
    managed::track_update(&empty(kind), &mut object, &kind.shape, &options.writer, &Set::default());
    Ok(object)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tracking {
    /// Record the write as an update.
    Update,
    /// The object already carries its managed fields.
    Done,
}

/// What a new object of a kind looks like before anybody wrote it.
fn empty(kind: &Kind) -> Value {
    let mut empty =
        if kind.custom.is_some() { json!({"metadata": {}}) } else { codec::empty(&kind.shape) };
    empty["apiVersion"] = json!(kind.api_version());
    empty["kind"] = json!(kind.kind);
    empty
}

fn check_applied(kind: &Kind, config: &Value) -> Result<(), Status> {
    let (given, wanted) = (text(config, "/apiVersion"), kind.api_version());
    if given != wanted || text(config, "/kind") != kind.kind {
        let separator = if given.contains('/') { "" } else { "/" };
        return Err(Status::bad_request(format!(
            "invalid object type: {separator}{given}, Kind={}",
            text(config, "/kind")
        )));
    }
    if config.pointer("/metadata/managedFields").is_some_and(|fields| !fields.is_null()) {
        return Err(Status::bad_request("metadata.managedFields must be nil"));
    }
    let errors = crate::typed::check(config, &kind.shape);
    if errors.is_empty() {
        return Ok(());
    }
    let listed = if let [one] = errors.as_slice() {
        one.clone()
    } else {
        format!("errors:\n  {}", errors.join("\n  "))
    };
    let message = format!(
        "failed to create typed patch object ({}/{}; {}, Kind={}): {listed}",
        object::namespace(config),
        object::name(config),
        if kind.group.is_empty() { format!("/{wanted}") } else { wanted },
        kind.kind
    );
    Err(Status::plain(500, "", message))
}

fn decode(
    kind: &Kind,
    mut object: Value,
    options: &WriteOptions,
    tracking: Tracking,
) -> Result<(Value, Vec<String>), Status> {
    if !object.is_object() {
        return Err(Status::bad_request("the object is not an object"));
    }
    object["apiVersion"] = json!(kind.api_version());
    object["kind"] = json!(kind.kind);
    if let Some(schema) = &kind.custom {
        let mut completed = object.clone();
        crate::crd::default(&mut completed, &schema.schema);
        let refused = custom::validate(&completed, &schema.schema);
        if !refused.is_empty() {
            return Err(Status::invalid(&kind.kind, &kind.group, object::name(&object), &refused));
        }
    }
    let encoded = codec::encode(&object, &kind.shape)
        .map_err(|why| undecodable(kind, &object, &why, tracking))?;
    let unknown: Vec<String> =
        encoded.unknown.iter().map(|path| format!("unknown field \"{path}\"")).collect();
    if options.strict && !unknown.is_empty() {
        return Err(Status::bad_request(format!(
            "{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}",
            kind.kind,
            kind.version,
            kind.kind,
            unknown.join(", ")
        )));
    }
    Ok((encoded.value, unknown))
}

/// What the server says of an object that its type cannot hold.
fn undecodable(kind: &Kind, object: &Value, why: &str, tracking: Tracking) -> Status {
    match tracking {
        Tracking::Update => Status::bad_request(format!(
            "{} in version \"{}\" cannot be handled as a {}: {why}",
            kind.kind, kind.version, kind.kind
        )),
        Tracking::Done => {
            let of = format!("{}/{}, Kind={}", kind.group, kind.version, kind.kind);
            let message = format!(
                "failed to convert new object ({}/{}; {of}) to proper version: unable to convert unstructured object to {of}: error decoding from json: {why}",
                object::namespace(object),
                object::name(object)
            );
            Status::plain(500, "", message)
        }
    }
}

fn check_identity(kind: &Kind, live: &Value, new: &Value) -> Result<(), Status> {
    let (name, given) = (object::name(live), object::uid(new));
    if !given.is_empty() && given != object::uid(live) {
        let why = format!(
            "Precondition failed: UID in precondition: {given}, UID in object meta: {}",
            object::uid(live)
        );
        return Err(Status::conflict(kind, name, &why));
    }
    let (given, current) =
        (text(new, "/metadata/resourceVersion"), text(live, "/metadata/resourceVersion"));
    if !given.is_empty() && given != current {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        return Err(Status::conflict(kind, name, why));
    }
    Ok(())
}

fn keep_system_fields(live: &Value, new: &mut Value) {
    let metadata = object::members(new, "metadata");
    for key in [
        "name",
        "namespace",
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "generation",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generateName",
        "selfLink",
    ] {
        match live["metadata"].get(key) {
            Some(value) => metadata.insert(key.to_owned(), value.clone()),
            None => metadata.remove(key),
        };
    }
}

fn keep_other_parts(kind: &Kind, live: &Value, new: &mut Value, part: Part) {
    match part {
        Part::Main => {
            if kind.serves("status") {
                take(new, live, "status");
            }
            if strategy::has_generation(kind) && strategy::spec_differs(live, new) {
                let next = object::integer(live, "/metadata/generation").unwrap_or(0) + 1;
                new["metadata"]["generation"] = json!(next);
            }
        }
        Part::Status => {
            let mut kept = live.clone();
            take(&mut kept, new, "status");
            let mut metadata = if kind.custom.is_some() {
                live["metadata"].clone()
            } else {
                new["metadata"].clone()
            };
            for key in ["labels", "managedFields"] {
                let from = if key == "labels" { live } else { &*new };
                match from["metadata"].get(key) {
                    Some(value) => metadata[key] = value.clone(),
                    None => {
                        if let Some(map) = metadata.as_object_mut() {
                            map.remove(key);
                        }
                    }
                }
            }
            kept["metadata"] = metadata;
            *new = kept;
        }
    }
}

fn take(into: &mut Value, from: &Value, key: &str) {
    match from.get(key) {
        Some(value) => into[key] = value.clone(),
        None => {
            if let Some(map) = into.as_object_mut() {
                map.remove(key);
            }
        }
    }
}

fn reset_status(kind: &Kind, object: &mut Value) {
    if kind.custom.is_some() {
        if let Some(map) = object.as_object_mut() {
            map.remove("status");
        }
    } else if let Some(shape) = kind.shape.member("status") {
        object["status"] = codec::empty(shape);
    }
}

/// Fields a write to a part of an object never owns.
fn reset_fields(kind: &Kind, part: Part) -> Set {
    match part {
        Part::Main if kind.serves("status") => Set::of_fields(&[&["status"]]),
        Part::Main => Set::default(),
        Part::Status if kind.custom.is_some() => {
            Set::of_fields(&[&["spec"], &["metadata"], &["apiVersion"], &["kind"]])
        }
        Part::Status => Set::of_fields(&[&["spec"], &["metadata", "labels"]]),
    }
}

impl WriteOptions {
    /// How the cluster's own controllers write.
    pub(crate) fn controller(cluster: &Cluster, kind: &Kind) -> Self {
        Self {
            writer: cluster.controller_writer(kind, ""),
            part: Part::Main,
            dry_run: false,
            strict: false,
        }
    }
}
