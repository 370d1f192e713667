//! Keywords of objects and lists.
use std::collections::HashMap;

use foldhash::fast::RandomState;
use yaml::{Map, Value};

use super::super::failure::{Failure, Kind, count, quote};
use super::super::keywords::bit;
use super::super::node::{Dependency, Items, Keyword, NodeId, Properties, Rest};
use super::super::number;
use super::{Evaluator, State, Step, dependency, missing, quoted};

impl<'d, 'v> Evaluator<'d, 'v> {
    pub(super) fn of_object(
        &mut self,
        keyword: &'d Keyword<'d>,
        map: &'v Map,
        state: &mut State<'d, 'v>,
    ) {
        let size = map.len() as u64;
        match keyword {
            Keyword::MinProperties(wanted) if size < *wanted => self.fail(state, || {
                format!("minProperties: got {}, want {}", count(size), count(*wanted))
            }),
            Keyword::MaxProperties(wanted) if size > *wanted => self.fail(state, || {
                format!("maxProperties: got {}, want {}", count(size), count(*wanted))
            }),
            Keyword::Required(required) => match missing(map, required).as_slice() {
                [] => {}
                [one] => self.fail(state, || format!("missing property {}", quote(one))),
                all => self.fail(state, || format!("missing properties {}", quoted(all))),
            },
            Keyword::Dependencies(all) => self.dependencies(all, map, state),
            Keyword::Properties(properties) => self.properties(properties, map, state),
            Keyword::PropertyNames(schema) => self.property_names(*schema, map, state),
            Keyword::UnevaluatedProperties(schema) => {
                for key in state.left.take().into_iter().flat_map(|left| left.keys) {
                    if let Some(value) = map.get(key) {
                        self.below(state, *schema, Step::Key(key), value);
                    }
                }
            }
            _ => {}
        }
    }

    fn dependencies(
        &mut self,
        all: &'d [(&'d str, Dependency<'d>)],
        map: &'v Map,
        state: &mut State<'d, 'v>,
    ) {
        for (name, wanted) in all.iter().filter(|(name, _)| map.contains_key(*name)) {
            match wanted {
                Dependency::Schema(schema) => self.also(state, *schema),
                Dependency::Keys(keys) => {
                    let missing = missing(map, keys);
                    if !missing.is_empty() {
                        self.fail(state, || dependency(name, &missing));
                    }
                }
            }
        }
    }

    fn properties(
        &mut self,
        properties: &'d Properties<'d>,
        map: &'v Map,
        state: &mut State<'d, 'v>,
    ) {
        let mut refused = Vec::new();
        for (name, value) in map {
            if self.quiet && !state.failures.is_empty() {
                return;
            }
            let mut evaluated = false;
            let named = &properties.named;
            if properties.names & bit(name) != 0
                && let Ok(at) = named.binary_search_by(|(known, _)| known.cmp(&name.as_str()))
            {
                evaluated = true;
                self.below(state, named[at].1, Step::Key(name), value);
            }
            for (pattern, schema) in &properties.patterns {
                if pattern.matches(name) {
                    evaluated = true;
                    self.below(state, *schema, Step::Key(name), value);
                }
            }
            match properties.additional.filter(|_| !evaluated) {
                None if !evaluated => continue,
                None | Some(Rest::Allowed) => {}
                Some(Rest::Refused) => refused.push(name.as_str()),
                Some(Rest::Schema(schema)) => self.below(state, schema, Step::Key(name), value),
            }
            state.seen_key(name);
        }
        if !refused.is_empty() {
            self.fail(state, || format!("additional properties {} not allowed", quoted(&refused)));
        }
    }

    fn property_names(&mut self, schema: NodeId, map: &'v Map, state: &mut State<'d, 'v>) {
        for name in map.keys() {
            let text = Value::String(name.clone());
            let mut inner = Evaluator { quiet: self.quiet, ..Evaluator::new(self.schema) };
            if let Err(failure) = inner.apply(schema, &text, "", false) {
                let kind = Kind::Said(format!("invalid propertyName {}", quote(name)));
                state.failures.push(Failure { at: self.at(), kind, causes: failure.flat() });
            }
        }
    }

    pub(super) fn of_list(
        &mut self,
        keyword: &'d Keyword<'d>,
        items: &'v [Value],
        state: &mut State<'d, 'v>,
    ) {
        let size = items.len() as u64;
        match keyword {
            Keyword::MinItems(wanted) if size < *wanted => self
                .fail(state, || format!("minItems: got {}, want {}", count(size), count(*wanted))),
            Keyword::MaxItems(wanted) if size > *wanted => self
                .fail(state, || format!("maxItems: got {}, want {}", count(size), count(*wanted))),
            Keyword::UniqueItems => {
                if let Some((first, second)) = duplicates(items) {
                    self.fail(state, || format!("items at {first} and {second} are equal"));
                }
            }
            Keyword::Items(schemas) => self.items(schemas, items, state),
            Keyword::Contains { schema, min, max } => {
                self.contains(*schema, (*min, *max), items, state);
            }
            Keyword::UnevaluatedItems(schema) => {
                for at in state.left.take().into_iter().flat_map(|left| left.items) {
                    if let Some(value) = items.get(at) {
                        self.below(state, *schema, Step::Item(at), value);
                    }
                }
            }
            _ => {}
        }
    }

    fn items(&mut self, schemas: &'d Items, items: &'v [Value], state: &mut State<'d, 'v>) {
        for (at, (schema, item)) in schemas.first.iter().zip(items).enumerate() {
            self.below(state, *schema, Step::Item(at), item);
        }
        let left = items.len().saturating_sub(schemas.first.len());
        match schemas.rest {
            Some(Rest::Refused) if left > 0 => self.fail(state, || {
                format!("last {} additionalItem(s) not allowed", count(left as u64))
            }),
            Some(Rest::Schema(schema)) => {
                for (at, item) in items.iter().enumerate().skip(schemas.first.len()) {
                    self.below(state, schema, Step::Item(at), item);
                }
            }
            None | Some(Rest::Refused | Rest::Allowed) => {}
        }
    }

    fn contains(
        &mut self,
        schema: NodeId,
        (min, max): (Option<u64>, Option<u64>),
        items: &'v [Value],
        state: &mut State<'d, 'v>,
    ) {
        let (mut failures, mut matched) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            match self.enter(schema, Step::Item(at), item) {
                Ok(()) => {
                    matched.push(at);
                    if state.node.draft >= super::Draft::D2020 {
                        state.seen_item(at);
                    }
                }
                Err(failure) => failures.push(failure),
            }
        }
        let found = matched.len() as u64;
        let places = || matched.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        match min {
            Some(wanted) if found < wanted => {
                let tail = if matched.is_empty() {
                    "none matched".to_owned()
                } else {
                    format!("matched {} items at {}", count(found), places())
                };
                let wanted = count(wanted);
                let words =
                    format!("min {wanted} items required to match contains schema, but {tail}");
                self.fail_with(state, &words, failures);
            }
            None if matched.is_empty() => {
                self.fail_with(state, "no items match contains schema", failures);
            }
            Some(_) | None => {}
        }
        if let Some(wanted) = max.filter(|wanted| found > *wanted) {
            self.fail(state, || {
                let (wanted, found, places) = (count(wanted), count(found), places());
                format!(
                    "max {wanted} items required to match contains schema, but matched {found} \
                     items at {places}"
                )
            });
        }
    }

    /// Applies a schema to a value inside the one at hand and notes the failure.
    fn below(
        &mut self,
        state: &mut State<'d, 'v>,
        schema: NodeId,
        step: Step<'v>,
        value: &'v Value,
    ) {
        let result = self.enter(schema, step, value);
        state.failures.extend(result.err());
    }

    fn enter(&mut self, schema: NodeId, step: Step<'v>, value: &'v Value) -> Result<(), Failure> {
        self.path.push(step);
        let result = self.apply(schema, value, "", false);
        self.path.pop();
        result.map(|_| ())
    }
}

fn duplicates(items: &[Value]) -> Option<(usize, usize)> {
    if items.len() <= 20 {
        return (1..items.len())
            .flat_map(|second| (0..second).map(move |first| (first, second)))
            .find(|(first, second)| number::equal(&items[*first], &items[*second]));
    }
    let mut seen: HashMap<String, Vec<usize>, RandomState> = HashMap::default();
    items.iter().enumerate().find_map(|(second, item)| {
        let alike = seen.entry(yaml::json::to_string_raw(item)).or_default();
        let first = alike.iter().find(|first| number::equal(&items[**first], item)).copied();
        alike.push(second);
        first.map(|first| (first, second))
    })
}
