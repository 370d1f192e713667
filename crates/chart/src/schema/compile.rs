//! From the text of a schema to the form that is evaluated.
//!
//! A schema is compiled with all that its references lead to, in the order of the library that Helm
//! uses, and what no reference leads to is not looked at. Before that, the whole text is checked
//! against the metaschema of its draft.
use std::collections::HashMap;

use foldhash::fast::FixedState;
use yaml::Value;

use super::draft::Draft;
use super::keywords::{Keywords, bits};
use super::library::{Library, Place, address};
use super::location;
use super::node::{
    After, Body, Covers, Dependency, Items, Keyword, Limit, Node, NodeId, Properties, Rest, Schema,
    Types,
};
use super::pattern::{self, Pattern};

/// Whether `format` is asserted in the drafts that leave it open (2019-09 and later).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formats {
    Asserted,
    ByDraft,
}

/// Compiles the schema at `url`.
pub(super) fn compile<'s>(
    url: &str,
    root: &'s Value,
    formats: Formats,
) -> Result<Schema<'s>, String> {
    let mut library = Library::default();
    let whole = library.add(url, root)?;
    let mut compiler = Compiler {
        library,
        formats,
        queue: Vec::new(),
        known: HashMap::default(),
        nodes: Vec::new(),
    };
    compiler.enqueue(Ok(whole));
    while let Some(next) = compiler.queue.get(compiler.nodes.len()) {
        let place = next.clone()?;
        compiler.library.ensure(place)?;
        let node = compiler.node(place)?;
        compiler.nodes.push(node);
    }
    let (documents, urns) = compiler.library.into_documents();
    Ok(Schema { nodes: compiler.nodes, documents, urns })
}

struct Compiler<'s> {
    library: Library<'s>,
    formats: Formats,
    /// What becomes a node, in order; the errors of places that are not there come in turn.
    queue: Vec<Result<Place<'s>, String>>,
    known: HashMap<usize, NodeId, FixedState>,
    nodes: Vec<Node<'s>>,
}

/// The schema being compiled.
#[derive(Clone, Copy)]
struct Here<'s> {
    words: Keywords<'s>,
    place: Place<'s>,
    draft: Draft,
}

impl<'s> Compiler<'s> {
    fn enqueue(&mut self, place: Result<Place<'s>, String>) -> NodeId {
        if let Ok(place) = &place {
            let next = self.queue.len();
            let id = *self.known.entry(address(place.schema)).or_insert(next);
            if id < next {
                return id;
            }
        }
        self.queue.push(place);
        self.queue.len() - 1
    }

    fn node(&mut self, place: Place<'s>) -> Result<Node<'s>, String> {
        let resource = self.library.resource_of(place);
        let place = Place { enclosing: resource, ..place };
        let draft = self.library.resources[resource].draft;
        let base = self.library.resources[resource].place();
        let resource_id = self.enqueue(Ok(base));
        let mut node = Node {
            draft,
            source: place.schema,
            document: place.document,
            resource: resource_id,
            body: Body::Anything,
            recursive_anchor: false,
            dynamic_anchor: None,
            dynamic_anchors: Vec::new(),
            covers: Covers::default(),
        };
        if draft >= Draft::D2020 && std::ptr::eq(base.schema, place.schema) {
            for (name, schema) in self.library.resources[resource].dynamic_anchors.clone() {
                let id = self.enqueue(Ok(base.inside(schema)));
                node.dynamic_anchors.push((name, id));
            }
        }
        match place.schema {
            Value::Bool(false) => node.body = Body::Nothing,
            Value::Map(map) if !map.is_empty() => {
                let here = Here { words: Keywords::new(map), place, draft };
                let mut keywords = Vec::new();
                self.keywords(here, &mut node, &mut keywords)?;
                node.body = Body::new(keywords);
            }
            _ => {}
        }
        Ok(node)
    }

    fn keywords(
        &mut self,
        here: Here<'s>,
        node: &mut Node<'s>,
        to: &mut Vec<Keyword<'s>>,
    ) -> Result<(), String> {
        let words = here.words;
        let reference = self.reference(here, "$ref")?;
        if let Some(target) = reference.filter(|_| here.draft < Draft::D2019) {
            // In these drafts nothing else counts beside a reference, but for a slip of the library,
            // which compiles the keywords that draft 6 added.
            to.extend(words.get("const").filter(|_| here.draft >= Draft::D6).map(Keyword::Const));
            to.push(Keyword::Ref { to: target, after: After::Stop });
            return Ok(());
        }
        self.of_any(here, to);
        to.extend(reference.map(|target| Keyword::Ref { to: target, after: After::Continue }));
        self.of_objects(here, to, &mut node.covers)?;
        self.of_lists(here, to, &mut node.covers);
        self.of_texts(here, to)?;
        of_numbers(words, to);
        if here.draft >= Draft::D2019 {
            node.recursive_anchor = words.flag("$recursiveAnchor");
            to.extend(self.reference(here, "$recursiveRef")?.map(Keyword::RecursiveRef));
        }
        if here.draft >= Draft::D2020 {
            node.dynamic_anchor = words.text("$dynamicAnchor").filter(|name| !name.is_empty());
            if let Some(target) = self.reference(here, "$dynamicRef")? {
                let reference = words.text("$dynamicRef").unwrap_or_default();
                let anchor = location::split(reference).1;
                let named = !anchor.is_empty() && !anchor.starts_with('/');
                to.push(Keyword::DynamicRef { to: target, anchor: named.then_some(anchor) });
            }
        }
        self.combinations(here, to);
        if here.draft >= Draft::D2019 {
            let keys = self.inner(here, "unevaluatedProperties");
            let items = self.inner(here, "unevaluatedItems");
            node.covers.asks_keys = keys.is_some();
            node.covers.asks_items = items.is_some();
            to.extend(keys.map(Keyword::UnevaluatedProperties));
            to.extend(items.map(Keyword::UnevaluatedItems));
        }
        Ok(())
    }

    fn of_any(&mut self, here: Here<'s>, to: &mut Vec<Keyword<'s>>) {
        let words = here.words;
        let types = words.get("type").map(Types::read).filter(|types| !types.is_empty());
        to.extend(types.map(Keyword::Type));
        to.extend(words.get("const").filter(|_| here.draft >= Draft::D6).map(Keyword::Const));
        to.extend(words.list("enum").map(Keyword::Enum));
        if self.formats == Formats::Asserted || here.draft < Draft::D2019 {
            to.extend(words.text("format").map(Keyword::Format));
        }
    }

    fn of_objects(
        &mut self,
        here: Here<'s>,
        to: &mut Vec<Keyword<'s>>,
        covers: &mut Covers,
    ) -> Result<(), String> {
        let words = here.words;
        to.extend(words.count("minProperties").map(Keyword::MinProperties));
        to.extend(words.count("maxProperties").map(Keyword::MaxProperties));
        let required = words.list("required").filter(|names| !names.is_empty());
        to.extend(required.map(Keyword::Required));
        self.dependencies(here, "dependencies", to);
        let named = self.named(here, "properties");
        let mut properties = Properties {
            names: bits(named.iter().map(|(name, _)| *name)),
            named,
            patterns: Vec::new(),
            additional: self.rest(here, "additionalProperties"),
        };
        covers.all_keys = properties.additional.is_some();
        for (source, id) in self.named(here, "patternProperties") {
            self.check_pattern(here, "patternProperties", source)?;
            properties.patterns.push((Pattern::new(source), id));
        }
        let any = !properties.named.is_empty() || !properties.patterns.is_empty();
        if any || properties.additional.is_some() {
            to.push(Keyword::Properties(Box::new(properties)));
        }
        if here.draft >= Draft::D6 {
            to.extend(self.inner(here, "propertyNames").map(Keyword::PropertyNames));
        }
        if here.draft >= Draft::D2019 {
            self.dependencies(here, "dependentSchemas", to);
            self.dependencies(here, "dependentRequired", to);
        }
        Ok(())
    }

    fn dependencies(&mut self, here: Here<'s>, keyword: &'static str, to: &mut Vec<Keyword<'s>>) {
        let Some(Value::Map(all)) = here.words.get(keyword) else { return };
        let mut dependencies = Vec::new();
        for (name, value) in all {
            match value {
                Value::List(keys) if keyword != "dependentSchemas" => {
                    dependencies.push((name.as_str(), Dependency::Keys(keys)));
                }
                _ if keyword == "dependentRequired" => {}
                _ => {
                    let id = self.enqueue(Ok(here.place.inside(value)));
                    dependencies.push((name.as_str(), Dependency::Schema(id)));
                }
            }
        }
        if !dependencies.is_empty() {
            to.push(Keyword::Dependencies(dependencies));
        }
    }

    fn of_lists(&mut self, here: Here<'s>, to: &mut Vec<Keyword<'s>>, covers: &mut Covers) {
        let words = here.words;
        to.extend(words.count("minItems").map(Keyword::MinItems));
        to.extend(words.count("maxItems").map(Keyword::MaxItems));
        to.extend(words.flag("uniqueItems").then_some(Keyword::UniqueItems));
        let items = if here.draft >= Draft::D2020 {
            let rest = self.inner(here, "items").map(Rest::Schema);
            Items { first: self.many(here, "prefixItems"), rest }
        } else if words.list("items").is_some() {
            let first = self.many(here, "items");
            Items { first, rest: self.rest(here, "additionalItems") }
        } else {
            Items { first: Vec::new(), rest: self.inner(here, "items").map(Rest::Schema) }
        };
        covers.all_items = items.rest.is_some();
        covers.first_items = items.first.len();
        if !items.first.is_empty() || items.rest.is_some() {
            to.push(Keyword::Items(items));
        }
        if here.draft >= Draft::D6
            && let Some(schema) = self.inner(here, "contains")
        {
            let limits = here.draft >= Draft::D2019;
            let limit = |name| words.count(name).filter(|_| limits);
            let (min, max) = (limit("minContains"), limit("maxContains"));
            to.push(Keyword::Contains { schema, min, max });
        }
    }

    fn of_texts(&mut self, here: Here<'s>, to: &mut Vec<Keyword<'s>>) -> Result<(), String> {
        let words = here.words;
        to.extend(words.count("minLength").map(Keyword::MinLength));
        to.extend(words.count("maxLength").map(Keyword::MaxLength));
        if let Some(source) = words.text("pattern") {
            self.check_pattern(here, "pattern", source)?;
            to.push(Keyword::Pattern(Pattern::new(source)));
        }
        Ok(())
    }

    fn combinations(&mut self, here: Here<'s>, to: &mut Vec<Keyword<'s>>) {
        let filled = |all: Vec<NodeId>| Some(all).filter(|all| !all.is_empty());
        to.extend(self.inner(here, "not").map(Keyword::Not));
        to.extend(filled(self.many(here, "allOf")).map(Keyword::AllOf));
        to.extend(filled(self.many(here, "anyOf")).map(Keyword::AnyOf));
        to.extend(filled(self.many(here, "oneOf")).map(Keyword::OneOf));
        if here.draft >= Draft::D7
            && let Some(condition) = self.inner(here, "if")
        {
            let fixed = here.words.get("if").and_then(Value::as_bool);
            let then = if fixed == Some(false) { None } else { self.inner(here, "then") };
            let otherwise = if fixed == Some(true) { None } else { self.inner(here, "else") };
            to.push(Keyword::Condition { condition, then, otherwise });
        }
    }

    fn reference(&mut self, here: Here<'s>, keyword: &str) -> Result<Option<NodeId>, String> {
        let Some(reference) = here.words.text(keyword) else { return Ok(None) };
        let target = self.library.resolve(here.place, reference)?;
        Ok(Some(self.enqueue(target)))
    }

    fn inner(&mut self, here: Here<'s>, keyword: &str) -> Option<NodeId> {
        let schema = here.words.get(keyword)?;
        Some(self.enqueue(Ok(here.place.inside(schema))))
    }

    fn many(&mut self, here: Here<'s>, keyword: &str) -> Vec<NodeId> {
        let schemas = here.words.list(keyword).unwrap_or_default();
        schemas.iter().map(|schema| self.enqueue(Ok(here.place.inside(schema)))).collect()
    }

    fn named(&mut self, here: Here<'s>, keyword: &str) -> Vec<(&'s str, NodeId)> {
        let Some(Value::Map(schemas)) = here.words.get(keyword) else { return Vec::new() };
        let each = schemas
            .iter()
            .map(|(name, schema)| (name.as_str(), self.enqueue(Ok(here.place.inside(schema)))));
        each.collect()
    }

    fn rest(&mut self, here: Here<'s>, keyword: &str) -> Option<Rest> {
        match here.words.get(keyword)? {
            Value::Bool(true) => Some(Rest::Allowed),
            Value::Bool(false) => Some(Rest::Refused),
            _ => self.inner(here, keyword).map(Rest::Schema),
        }
    }

    fn check_pattern(&self, here: Here<'s>, keyword: &str, source: &str) -> Result<(), String> {
        pattern::check(source).map_err(|why| {
            let at = self.library.location(here.place);
            let source = yaml::quote::quote(source);
            format!("invalid regex {source} at \"{at}/{keyword}\": {why}")
        })
    }
}

fn of_numbers<'s>(words: Keywords<'s>, to: &mut Vec<Keyword<'s>>) {
    let bounds = [
        ("minimum", Limit::Minimum, "exclusiveMinimum", Limit::ExclusiveMinimum),
        ("maximum", Limit::Maximum, "exclusiveMaximum", Limit::ExclusiveMaximum),
    ];
    let mut exclusive = Vec::new();
    for (key, limit, exclusive_key, exclusive_limit) in bounds {
        // In draft 4 the exclusive one is a flag.
        if words.flag(exclusive_key) {
            exclusive.extend(words.number(key).map(|n| Keyword::Limit(exclusive_limit, n)));
        } else {
            to.extend(words.number(key).map(|n| Keyword::Limit(limit, n)));
            let own = words.number(exclusive_key);
            exclusive.extend(own.map(|n| Keyword::Limit(exclusive_limit, n)));
        }
    }
    to.append(&mut exclusive);
    to.extend(words.number("multipleOf").map(Keyword::MultipleOf));
}
