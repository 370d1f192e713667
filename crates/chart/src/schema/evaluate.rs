//! Evaluating a schema over a value, keyword by keyword, in the order of the library that Helm uses.
//!
//! The value may itself be a schema: then the schema is a metaschema, and a part of the value that
//! names another draft is checked against that draft's.
use std::collections::{BTreeSet, HashMap};

use foldhash::fast::FixedState;
use yaml::Value;

use super::draft::Draft;
use super::failure::{Failure, Kind, quote, quote_all, show, show_value};
use super::keywords::bits;
use super::library::address;
use super::location::{self, push_step};
use super::metaschema;
use super::node::{After, Body, Keyword, Node, NodeId, Schema, Subject, Types};
use super::{format, number};

mod combine;
mod containers;
mod scalars;

/// Checks one value.
pub(super) struct Evaluator<'d, 'v> {
    schema: &'d Schema<'d>,
    /// The way to the value at hand.
    path: Vec<Step<'v>>,
    /// The schemas being applied, from the outermost on.
    scopes: Vec<Scope>,
    /// Whether only yes or no is asked for.
    quiet: bool,
    /// An object that was looked at lately, by address, and its keys as [`bits`].
    keys: (usize, u64),
    /// Of a value that is a schema: the parts of another draft, by address.
    drafts: Option<&'d Drafts>,
}

/// The drafts of schemas by their address.
pub(super) type Drafts = HashMap<usize, Draft, FixedState>;

#[derive(Debug, Clone, Copy)]
enum Step<'v> {
    Key(&'v str),
    Item(usize),
}

/// A schema being applied to the value at some depth.
#[derive(Debug, Clone, Copy)]
struct Scope {
    node: NodeId,
    /// The keyword that led here from another place.
    keyword: &'static str,
    depth: usize,
}

/// The keys and items that no keyword has looked at yet, as far as somebody asks for them.
#[derive(Debug, Default)]
struct Unevaluated<'v> {
    keys: BTreeSet<&'v str>,
    items: BTreeSet<usize>,
}

/// Nothing where everything was looked at, or nobody asks.
type Left<'v> = Option<Box<Unevaluated<'v>>>;
type Checked<'v> = Result<Left<'v>, Failure>;

/// What one schema has found so far.
struct State<'d, 'v> {
    node: &'d Node<'d>,
    value: &'v Value,
    failures: Vec<Failure>,
    left: Left<'v>,
}

impl<'v> State<'_, 'v> {
    /// Leaves only what an inner schema left too.
    fn keep_common(&mut self, inner: Option<&Unevaluated<'v>>) {
        let Some(own) = &mut self.left else { return };
        match inner {
            Some(inner) => {
                own.keys.retain(|key| inner.keys.contains(key));
                own.items.retain(|item| inner.items.contains(item));
                self.drop_empty();
            }
            None => self.left = None,
        }
    }

    /// Notes that a key was looked at.
    fn seen_key(&mut self, key: &str) {
        if let Some(left) = &mut self.left {
            left.keys.remove(key);
            self.drop_empty();
        }
    }

    /// Notes that an item was looked at.
    fn seen_item(&mut self, at: usize) {
        if let Some(left) = &mut self.left {
            left.items.remove(&at);
            self.drop_empty();
        }
    }

    fn drop_empty(&mut self) {
        self.left.take_if(|left| left.keys.is_empty() && left.items.is_empty());
    }
}

/// How many schemas may be applied within each other.
const MAX_SCOPES: usize = 10_000;

impl<'d, 'v> Evaluator<'d, 'v> {
    pub(super) fn new(schema: &'d Schema<'d>) -> Self {
        Self {
            schema,
            path: Vec::new(),
            scopes: Vec::new(),
            quiet: false,
            keys: (0, 0),
            drafts: None,
        }
    }

    /// For a value that is a schema, some parts of which are of other drafts.
    pub(super) fn of_schemas(schema: &'d Schema<'d>, drafts: &'d Drafts) -> Self {
        let drafts = Some(drafts).filter(|drafts| !drafts.is_empty());
        Self { drafts, ..Self::new(schema) }
    }

    /// Checks a value against the whole schema; the failures are the outermost ones.
    pub(super) fn run(mut self, value: &'v Value) -> Result<(), Vec<Failure>> {
        self.apply(0, value, "", false).map(drop).map_err(Failure::flat)
    }

    /// Applies a schema to the value at hand; `tracked` if it matters what stays unevaluated.
    fn apply(
        &mut self,
        id: NodeId,
        value: &'v Value,
        keyword: &'static str,
        tracked: bool,
    ) -> Checked<'v> {
        let schema = self.schema;
        let node = &schema.nodes[id];
        if id == 0
            && let Some(draft) = self.drafts.and_then(|drafts| drafts.get(&address(value)))
            && *draft != node.draft
        {
            return self.apply_draft(*draft, value);
        }
        let left = || combine::left(node, value, tracked);
        match &node.body {
            Body::Anything => Ok(left()),
            Body::Nothing => Err(self.said(|| "false schema".to_owned())),
            Body::Alias { to, .. } if !tracked && self.passes(*to, value) => Ok(None),
            Body::Alias { to, after } => self.scoped(id, keyword, |evaluator| {
                let inner = evaluator.refer(*to, value, "$ref", tracked)?;
                Ok(if *after == After::Stop { left() } else { inner.filter(|_| tracked) })
            }),
            Body::Keywords { checks, others, kinds, names } => {
                for check in checks {
                    self.check(check, value)?;
                }
                if !kinds.has(value) || !self.shares(*names, value) {
                    return Ok(left());
                }
                let state = State { node, value, failures: Vec::new(), left: left() };
                self.scoped(id, keyword, |evaluator| evaluator.keywords(others, state))
            }
        }
    }

    /// Whether a value satisfies a schema at first sight: what it asks for is not there.
    fn passes(&mut self, id: NodeId, value: &'v Value) -> bool {
        match &self.schema.nodes[id].body {
            Body::Keywords { checks, others: _, kinds, names } if id != 0 => {
                (!kinds.has(value) || !self.shares(*names, value))
                    && checks.iter().all(|check| self.check(check, value).is_ok())
            }
            Body::Anything => true,
            Body::Keywords { .. } | Body::Nothing | Body::Alias { .. } => false,
        }
    }

    /// Whether a value may have some of these names.
    fn shares(&mut self, names: Option<u64>, value: &Value) -> bool {
        let (Some(names), Value::Map(map)) = (names, value) else { return true };
        let address = address(value);
        if self.keys.0 != address {
            self.keys = (address, bits(map.keys().map(String::as_str)));
        }
        self.keys.1 & names != 0
    }

    /// Does something within the scope of a schema.
    fn scoped(
        &mut self,
        node: NodeId,
        keyword: &'static str,
        work: impl FnOnce(&mut Self) -> Checked<'v>,
    ) -> Checked<'v> {
        self.scopes.push(Scope { node, keyword, depth: self.path.len() });
        let result = self.circle().and_then(|()| yaml::descend(|| work(self)));
        self.scopes.pop();
        result
    }

    /// Applies the metaschema of another draft to the schema at hand.
    fn apply_draft(&mut self, draft: Draft, value: &'v Value) -> Checked<'v> {
        let path = std::mem::take(&mut self.path);
        let mut inner = Self { path, scopes: Vec::new(), schema: metaschema::of(draft), ..*self };
        let result = inner.apply(0, value, "", false);
        self.path = inner.path;
        result
    }

    /// A keyword that ends the check where it fails.
    fn check(&self, keyword: &Keyword<'_>, value: &Value) -> Result<(), Failure> {
        match keyword {
            Keyword::Type(types) => self.check_type(*types, value),
            Keyword::Const(wanted) => self.check_const(wanted, value),
            Keyword::Enum(wanted) => self.check_enum(wanted, value),
            Keyword::Format(name) => self.check_format(name, value),
            _ => Ok(()),
        }
    }

    fn keywords(&mut self, keywords: &'d [Keyword<'d>], mut state: State<'d, 'v>) -> Checked<'v> {
        for keyword in keywords {
            if self.quiet && !state.failures.is_empty() {
                break;
            }
            if let Keyword::Ref { to, after } = keyword {
                let result = self.reference(&mut state, *to, "$ref");
                if *after == After::Stop {
                    return result.map(|()| state.left);
                }
                state.failures.extend(result.err());
            } else {
                self.keyword(keyword, &mut state);
            }
        }
        match state.failures.len() {
            0 => Ok(state.left),
            1 => Err(state.failures.remove(0)),
            _ => Err(Failure { at: self.at(), kind: Kind::Group, causes: state.failures }),
        }
    }

    /// A keyword that leaves the others their turn.
    fn keyword(&mut self, keyword: &'d Keyword<'d>, state: &mut State<'d, 'v>) {
        match (keyword.subject(), state.value) {
            (Subject::Map, Value::Map(map)) => self.of_object(keyword, map, state),
            (Subject::List, Value::List(items)) => self.of_list(keyword, items, state),
            (Subject::Text, Value::String(text)) => self.of_text(keyword, text, state),
            (Subject::Number, Value::Int(_) | Value::Uint(_) | Value::Float(_)) => {
                self.of_number(keyword, state);
            }
            (Subject::Any, _) => self.of_any(keyword, state),
            (Subject::Map | Subject::List | Subject::Text | Subject::Number, _) => {}
        }
    }

    /// Refuses a schema that is being applied to this value already.
    fn circle(&self) -> Result<(), Failure> {
        let Some((last, before)) = self.scopes.split_last() else { return Ok(()) };
        if before.len() > MAX_SCOPES {
            return Err(self.said(|| "schemas are nested too deeply".to_owned()));
        }
        let nearest =
            before.iter().rposition(|scope| scope.depth != last.depth || scope.node == last.node);
        let Some(at) = nearest.filter(|at| before[*at].depth == last.depth) else { return Ok(()) };
        Err(self.said(|| {
            let (one, other) = (self.way_to(before.len()), self.way_to(at));
            let url = yaml::quote::quote(self.location(last.node));
            format!("both {one} and {other} resolve to {url} causing reference cycle")
        }))
    }

    /// The keywords that led to a scope.
    fn way_to(&self, at: usize) -> String {
        let mut way = String::new();
        for pair in self.scopes[..=at].windows(2) {
            if pair[1].keyword.is_empty() {
                let (outer, inner) = (self.location(pair[0].node), self.location(pair[1].node));
                way.push_str(inner.get(outer.len()..).unwrap_or_default());
            } else {
                push_step(&mut way, pair[1].keyword);
            }
        }
        way
    }

    fn location(&self, id: NodeId) -> String {
        let node = &self.schema.nodes[id];
        let document = &self.schema.documents[node.document];
        location::of_value(&document.url, document.root, node.source)
    }

    fn check_type(&self, types: Types, value: &Value) -> Result<(), Failure> {
        let found = type_of(value);
        if matches!(value, Value::Float(number) if !number.is_finite()) {
            return Err(self.said(|| "invalid jsonType float64".to_owned()));
        }
        if types.has(found) || types.has(Types::INTEGER) && number::is_whole(value) {
            return Ok(());
        }
        Err(self.said(|| {
            let wanted: Vec<&str> = types.names().collect();
            format!("got {found}, want {}", wanted.join(" or "))
        }))
    }

    fn check_const(&self, wanted: &Value, value: &Value) -> Result<(), Failure> {
        if number::equal(value, wanted) {
            return Ok(());
        }
        Err(self.said(|| match wanted {
            Value::List(_) | Value::Map(_) => "'const' failed".to_owned(),
            plain => format!("value must be {}", show(plain)),
        }))
    }

    fn check_enum(&self, wanted: &[Value], value: &Value) -> Result<(), Failure> {
        if wanted.iter().any(|wanted| number::equal(value, wanted)) {
            return Ok(());
        }
        Err(self.said(|| {
            if wanted.iter().any(|w| matches!(w, Value::List(_) | Value::Map(_))) {
                return "'enum' failed".to_owned();
            }
            let all: Vec<String> = wanted.iter().map(show).collect();
            let one_of = if all.len() == 1 { "" } else { "one of " };
            format!("value must be {one_of}{}", all.join(", "))
        }))
    }

    fn check_format(&self, name: &str, value: &Value) -> Result<(), Failure> {
        let Value::String(text) = value else { return Ok(()) };
        let Err(why) = format::check(name, text) else { return Ok(()) };
        Err(self.said(|| format!("{} is not valid {name}: {why}", show_value(value))))
    }

    fn reference(
        &mut self,
        state: &mut State<'d, 'v>,
        to: NodeId,
        keyword: &'static str,
    ) -> Result<(), Failure> {
        let inner = self.refer(to, state.value, keyword, state.left.is_some())?;
        state.keep_common(inner.as_deref());
        Ok(())
    }

    /// Applies a schema from another place to the value at hand.
    fn refer(
        &mut self,
        to: NodeId,
        value: &'v Value,
        keyword: &'static str,
        tracked: bool,
    ) -> Checked<'v> {
        match self.apply(to, value, keyword, tracked) {
            Err(failure) if !self.quiet => {
                Err(Failure { at: self.at(), kind: Kind::Reference, causes: failure.flat() })
            }
            result => result,
        }
    }

    /// The way to the value at hand.
    fn at(&self) -> Vec<String> {
        let steps = self.path.iter().map(|step| match step {
            Step::Key(key) => (*key).to_owned(),
            Step::Item(at) => at.to_string(),
        });
        steps.collect()
    }

    fn said(&self, words: impl FnOnce() -> String) -> Failure {
        if self.quiet {
            return Failure::unsaid();
        }
        Failure { at: self.at(), kind: Kind::Said(words()), causes: Vec::new() }
    }

    fn fail(&self, state: &mut State<'d, 'v>, words: impl FnOnce() -> String) {
        let failure = self.said(words);
        state.failures.push(failure);
    }

    fn fail_with(&self, state: &mut State<'d, 'v>, words: &str, causes: Vec<Failure>) {
        let failure = self.said(|| words.to_owned());
        state.failures.push(Failure { causes, ..failure });
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        other => other.json_type(),
    }
}

fn quoted(names: &[&str]) -> String {
    quote_all(names.iter().copied())
}

/// The names in a list that a map does not have.
fn missing<'s>(map: &yaml::Map, required: &'s [Value]) -> Vec<&'s str> {
    let names = required.iter().filter_map(Value::as_str);
    names.filter(|name| !map.contains_key(*name)).collect()
}

/// That keys are missing which another one asks for.
fn dependency(name: &str, missing: &[&str]) -> String {
    format!("properties {} required, if {} exists", quoted(missing), quote(name))
}
