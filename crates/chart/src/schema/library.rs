//! The texts of schemas at hand: their parts by URL and anchor, their drafts, where references lead.
//!
//! Invariant: what is taken in was checked against the metaschema of its draft. A value inside a text
//! is known by its place in memory: texts outlive the library and do not move.
use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use yaml::quote::quote as go_quote;
use yaml::{Map, Value};

use super::draft::Draft;
use super::evaluate::{Drafts, Evaluator};
use super::failure::Failure;
use super::location::{self, join, push_step, split};
use super::metaschema;
use super::node::Document;

/// All texts that a schema needs.
#[derive(Default)]
pub(super) struct Library<'s> {
    documents: Vec<Document<'s>>,
    pub(super) resources: Vec<Resource<'s>>,
    /// The resource that each schema belongs to, by address.
    known: HashMap<usize, usize, FixedState>,
}

/// A schema with a URL of its own.
pub(super) struct Resource<'s> {
    place: Place<'s>,
    url: String,
    pub(super) draft: Draft,
    anchors: Vec<(String, &'s Value)>,
    pub(super) dynamic_anchors: Vec<(&'s str, &'s Value)>,
}

/// A schema inside a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'s> {
    pub(super) document: usize,
    pub(super) schema: &'s Value,
    /// The resource around it.
    pub(super) enclosing: usize,
}

/// How deep schemas may lie in each other.
const MAX_DEPTH: usize = 128;

/// What stands in for the texts of `urn:` addresses, as in Helm.
static ANYTHING: Value = Value::Bool(true);

/// Where a value lies in memory.
pub(super) fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl<'s> Place<'s> {
    /// A schema inside this one.
    pub(super) fn inside(self, schema: &'s Value) -> Self {
        Self { schema, ..self }
    }
}

impl<'s> Library<'s> {
    /// Takes in a text; the place is that of the whole.
    pub(super) fn add(&mut self, url: &str, root: &'s Value) -> Result<Place<'s>, String> {
        let place =
            Place { document: self.documents.len(), schema: root, enclosing: self.resources.len() };
        self.documents.push(Document { url: url.to_owned(), root });
        self.collect(place, &mut String::new(), 0)?;
        let published = ["http://json-schema.org/", "https://json-schema.org/"];
        if !published.iter().any(|start| url.starts_with(start)) {
            self.check(place)?;
        }
        Ok(place)
    }

    /// Takes in a schema that lies where the draft has none, if it is new.
    pub(super) fn ensure(&mut self, place: Place<'s>) -> Result<(), String> {
        if self.known.contains_key(&address(place.schema)) {
            return Ok(());
        }
        self.collect(place, &mut String::new(), 1)?;
        self.check(place)
    }

    /// The resource that a schema belongs to.
    pub(super) fn resource_of(&self, place: Place<'s>) -> usize {
        self.known.get(&address(place.schema)).copied().unwrap_or(place.enclosing)
    }

    /// The address of a schema.
    pub(super) fn location(&self, place: Place<'s>) -> String {
        let document = &self.documents[place.document];
        location::of_value(&document.url, document.root, place.schema)
    }

    /// All texts, and the URNs among their addresses.
    pub(super) fn into_documents(self) -> (Vec<Document<'s>>, BTreeSet<String>) {
        let urls = self.documents.iter().map(|document| &document.url);
        let urns = urls.filter(|url| url.starts_with("urn:")).cloned().collect();
        (self.documents, urns)
    }

    /// Where a reference leads; the inner error is of a pointer that leads nowhere.
    pub(super) fn resolve(
        &mut self,
        from: Place<'s>,
        reference: &str,
    ) -> Result<Result<Place<'s>, String>, String> {
        let (target, fragment) = split(reference);
        let url = join(&self.resources[self.resource_of(from)].url, target);
        let Some(fragment) = location::decoded(fragment) else {
            return Err(format!("error in parsing {}: invalid URL escape", go_quote(reference)));
        };
        let resource = if let Some(known) = self.find(from.document, &url) {
            known
        } else {
            let text = load(&url)?;
            let place = self.add(&url, text)?;
            self.resource_of(place)
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            return Ok(self.walk(resource, &fragment));
        }
        let Resource { place, url, anchors, .. } = &self.resources[resource];
        let anchor = anchors.iter().find(|(name, _)| *name == fragment);
        let schema = anchor.map(|(_, schema)| *schema).ok_or_else(|| {
            let document = go_quote(&self.documents[place.document].url);
            let reference = go_quote(format!("{url}#{}", location::encoded(&fragment)));
            format!("anchor in {reference} not found in schema {document}")
        })?;
        Ok(Ok(Place { schema, document: place.document, enclosing: resource }))
    }

    /// The resource of this URL: of the same text, or the whole of another one.
    fn find(&self, document: usize, url: &str) -> Option<usize> {
        let whole = |at: usize| {
            let root = self.documents[at].root;
            self.resources
                .iter()
                .position(|r| r.place.document == at && std::ptr::eq(r.place.schema, root))
        };
        if self.documents[document].url == url {
            return whole(document);
        }
        let own = self.resources.iter().position(|r| r.place.document == document && r.url == url);
        own.or_else(|| whole(self.documents.iter().position(|d| d.url == url)?))
    }

    /// Follows a JSON pointer from a resource on.
    fn walk(&self, resource: usize, pointer: &str) -> Result<Place<'s>, String> {
        let start = self.resources[resource].place;
        let mut place = Place { enclosing: resource, ..start };
        let url = || {
            let before = self.location(start);
            go_quote(format!("{before}{}", location::encoded(pointer)))
        };
        for step in pointer.split('/').skip(1) {
            let key = location::key_of_step(step)
                .ok_or_else(|| format!("invalid json-pointer {}", url()))?;
            let inner = match place.schema {
                Value::Map(map) => map.get(&key),
                Value::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            place.schema = inner.ok_or_else(|| format!("json-pointer in {} not found", url()))?;
            place.enclosing = self.resource_of(place);
        }
        Ok(place)
    }

    /// Finds identifiers and anchors in a schema and all schemas inside.
    fn collect(
        &mut self,
        place: Place<'s>,
        pointer: &mut String,
        depth: usize,
    ) -> Result<(), String> {
        let key = address(place.schema);
        if depth > MAX_DEPTH {
            return Err("the schema is nested too deeply".to_owned());
        }
        if self.known.contains_key(&key) {
            return Ok(());
        }
        let Value::Map(map) = place.schema else {
            if depth == 0 {
                self.resources.push(Resource::new(place, self.url_around(place), Draft::LATEST));
            }
            self.known.insert(key, place.enclosing);
            return Ok(());
        };
        let (draft, resource) = self.enter(place, map, pointer, depth)?;
        self.anchors(resource, place.schema, map)?;
        self.known.insert(key, resource);
        let length = pointer.len();
        draft.inner(map, |schema, steps| {
            for step in steps {
                push_step(pointer, step);
            }
            let inner = Place { enclosing: resource, ..place.inside(schema) };
            self.collect(inner, pointer, depth + 1)?;
            pointer.truncate(length);
            Ok(())
        })
    }

    /// The draft of a schema and the resource that it belongs to, which may be a new one.
    fn enter(
        &mut self,
        place: Place<'s>,
        map: &'s Map,
        pointer: &str,
        depth: usize,
    ) -> Result<(Draft, usize), String> {
        let around = self.resources.get(place.enclosing).map(|resource| resource.draft);
        let fallback = around.unwrap_or(Draft::LATEST);
        let named = match map.get("$schema").and_then(Value::as_str) {
            Some(url) => Some(self.named_draft(url, place, depth, fallback)?),
            None => None,
        };
        let mut draft = named.unwrap_or(fallback);
        let mut id = draft.id(map);
        if id.is_none() && depth > 0 {
            // The draft of a schema without an identifier does not count.
            draft = fallback;
            id = draft.id(map);
        }
        let base = self.url_around(place);
        let url = match id {
            Some(id) => join(&base, id),
            None if depth == 0 => base,
            None => return Ok((draft, place.enclosing)),
        };
        let same = |r: &&Resource| r.place.document == place.document && r.url == url;
        if let Some(first) = self.resources.iter().find(same) {
            let document = &self.documents[place.document];
            let before = location::of_value("", document.root, first.place.schema);
            let (id, whole) = (go_quote(&url), go_quote(&document.url));
            let (here, before) = (go_quote(pointer), go_quote(&before[1..]));
            return Err(format!("duplicate id {id} in {whole} at {here} and {before}"));
        }
        let own = self.resources.len();
        let place = Place { enclosing: own, ..place };
        self.resources.push(Resource::new(place, url, draft));
        Ok((draft, own))
    }

    /// The URL that a schema is relative to.
    fn url_around(&self, place: Place<'s>) -> String {
        let resource = self.resources.get(place.enclosing);
        resource.map_or_else(|| self.documents[place.document].url.clone(), |r| r.url.clone())
    }

    /// The draft that `$schema` names.
    fn named_draft(
        &self,
        url: &str,
        place: Place<'s>,
        depth: usize,
        fallback: Draft,
    ) -> Result<Draft, String> {
        if let Some(draft) = Draft::from_url(url) {
            return Ok(draft);
        }
        let url = split(url).0;
        if depth == 0 && url == self.documents[place.document].url {
            return Err(format!("draft {} is not supported", go_quote(url)));
        }
        match load(url)? {
            Value::Map(_) => {
                Err(format!("schemas in the vocabulary of {} are not supported", go_quote(url)))
            }
            _ => Ok(fallback),
        }
    }

    fn anchors(&mut self, at: usize, schema: &'s Value, map: &'s Map) -> Result<(), String> {
        let draft = self.resources[at].draft;
        let text = |key: &str| map.get(key).and_then(Value::as_str);
        if draft < Draft::D2019 {
            if map.contains_key("$ref") {
                return Ok(());
            }
            let Some(id) = text(draft.id_key()) else { return Ok(()) };
            let Some(anchor) = location::decoded(split(id).1) else {
                let place = Place { schema, ..self.resources[at].place };
                let here = go_quote(self.location(place));
                return Err(format!("error in parsing anchor at {here}"));
            };
            if anchor.is_empty() || anchor.starts_with('/') {
                return Ok(());
            }
            return self.anchor(at, anchor, schema);
        }
        if let Some(name) = text("$anchor") {
            self.anchor(at, name.to_owned(), schema)?;
        }
        if let Some(name) = text("$dynamicAnchor").filter(|_| draft >= Draft::D2020) {
            self.anchor(at, name.to_owned(), schema)?;
            self.resources[at].dynamic_anchors.push((name, schema));
        }
        Ok(())
    }

    fn anchor(&mut self, at: usize, name: String, schema: &'s Value) -> Result<(), String> {
        let Resource { place, anchors, .. } = &mut self.resources[at];
        match anchors.iter().find(|(known, _)| *known == name) {
            Some((_, same)) if std::ptr::eq(*same, schema) => {}
            Some((_, first)) => {
                let document = &self.documents[place.document];
                let pointer =
                    |schema| go_quote(&location::of_value("", document.root, schema)[1..]);
                let (name, whole) = (go_quote(&name), go_quote(&document.url));
                let (before, here) = (pointer(first), pointer(schema));
                return Err(format!("duplicate anchor {name} in {whole} at {before} and {here}"));
            }
            None => anchors.push((name, schema)),
        }
        Ok(())
    }

    /// Checks a schema against the metaschema of its draft.
    fn check(&self, place: Place<'s>) -> Result<(), String> {
        let draft = self.resources[self.resource_of(place)].draft;
        let own = self.resources.iter().filter(|r| r.place.document == place.document);
        let others: Drafts =
            own.filter(|r| r.draft != draft).map(|r| (address(r.place.schema), r.draft)).collect();
        let evaluator = Evaluator::of_schemas(metaschema::of(draft), &others);
        evaluator.run(place.schema).map_err(|failures| {
            let (here, url) = (go_quote(self.location(place)), draft.url());
            let text: String = failures.iter().map(Failure::text).collect();
            format!(
                "{here} is not valid against metaschema: jsonschema validation failed with \
                 '{url}#'\n{}",
                text.trim_end()
            )
        })
    }
}

impl<'s> Resource<'s> {
    pub(super) fn place(&self) -> Place<'s> {
        self.place
    }

    fn new(place: Place<'s>, url: String, draft: Draft) -> Self {
        Self { place, url, draft, anchors: Vec::new(), dynamic_anchors: Vec::new() }
    }
}

/// The text at an address that is no part of the schema at hand.
fn load(url: &str) -> Result<&'static Value, String> {
    if let Some(text) = metaschema::published(url) {
        return Ok(text);
    }
    let quoted = go_quote(url);
    match location::scheme(url) {
        Some("urn") => Ok(&ANYTHING),
        Some("http" | "https" | "file") => {
            Err(format!("failing loading {quoted}: schemas of other documents are not fetched"))
        }
        Some(_) | None => {
            Err(format!("failing loading {quoted}: no URLLoader registered for {quoted}"))
        }
    }
}
