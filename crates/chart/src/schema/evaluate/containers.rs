//! Keywords of objects and lists.
use serde_json::Value as Json;
use yaml::Value;

use super::super::document::{Draft, Part};
use super::super::failure::{Failure, Kind, count, quote};
use super::{Checked, Evaluator, State, missing, quoted, whole};

impl<'d> Evaluator<'d> {
    pub(super) fn object(&mut self, state: &mut State<'d>, map: &yaml::Map) {
        let schema = state.schema;
        let size = map.len() as u64;
        if let Some(wanted) = whole(schema, "minProperties").filter(|w| size < *w) {
            self.fail(state, format!("minProperties: got {}, want {}", count(size), count(wanted)));
        }
        if let Some(wanted) = whole(schema, "maxProperties").filter(|w| size > *w) {
            self.fail(state, format!("maxProperties: got {}, want {}", count(size), count(wanted)));
        }
        if let Some(required) = schema.get("required") {
            match missing(map, required).as_slice() {
                [] => {}
                [one] => self.fail(state, format!("missing property {}", quote(one))),
                all => self.fail(state, format!("missing properties {}", quoted(all))),
            }
        }
        self.dependencies(state, map, "dependencies");
        self.properties(state, map);
        if self.document.draft >= Draft::D6 && schema.contains_key("propertyNames") {
            self.property_names(state, map);
        }
        if self.document.draft >= Draft::D2019 {
            self.dependencies(state, map, "dependentSchemas");
            self.dependencies(state, map, "dependentRequired");
        }
    }

    fn dependencies(&mut self, state: &mut State<'d>, map: &yaml::Map, keyword: &str) {
        let Some(Json::Object(dependencies)) = state.schema.get(keyword) else { return };
        for (name, wanted) in dependencies.iter().filter(|(name, _)| map.contains_key(*name)) {
            if wanted.is_array() {
                let missing = missing(map, wanted);
                if !missing.is_empty() {
                    let names = quoted(&missing);
                    let name = quote(name);
                    self.fail(state, format!("properties {names} required, if {name} exists"));
                }
            } else {
                self.also(state, wanted, &Value::Map(map.clone()));
            }
        }
    }

    fn properties(&mut self, state: &mut State<'d>, map: &yaml::Map) {
        let schema = state.schema;
        let properties = schema.get("properties").and_then(Json::as_object);
        let patterns = schema.get("patternProperties").and_then(Json::as_object);
        let additional = schema.get("additionalProperties");
        let mut refused = Vec::new();
        for (name, value) in map {
            let mut evaluated = false;
            if let Some(inner) = properties.and_then(|p| p.get(name)) {
                evaluated = true;
                self.below(state, inner, name, value);
            }
            for (pattern, inner) in patterns.into_iter().flatten() {
                if self.document.matches(pattern, name) {
                    evaluated = true;
                    self.below(state, inner, name, value);
                }
            }
            match additional.filter(|_| !evaluated) {
                None => {}
                Some(Json::Bool(allowed)) => {
                    evaluated = true;
                    if !allowed {
                        refused.push(name.as_str());
                    }
                }
                Some(inner) => {
                    evaluated = true;
                    self.below(state, inner, name, value);
                }
            }
            if evaluated {
                state.unevaluated.keys.remove(name);
            }
        }
        if !refused.is_empty() {
            self.fail(state, format!("additional properties {} not allowed", quoted(&refused)));
        }
    }

    fn property_names(&mut self, state: &mut State<'d>, map: &yaml::Map) {
        let Some(names) = state.schema.get("propertyNames") else { return };
        for name in map.keys() {
            let part = self.document.part(names, state.part.base);
            let path = std::mem::take(&mut self.path);
            self.values_entered += 1;
            let result = self.apply(part, &Value::String(name.clone()));
            self.path = path;
            if let Err(failure) = result {
                let kind = Kind::Said(format!("invalid propertyName {}", quote(name)));
                let at = self.path.clone();
                state.failures.push(Failure { at, kind, causes: failure.flat() });
            }
        }
    }

    pub(super) fn list(&mut self, state: &mut State<'d>, items: &[Value]) {
        let schema = state.schema;
        let size = items.len() as u64;
        if let Some(wanted) = whole(schema, "minItems").filter(|w| size < *w) {
            self.fail(state, format!("minItems: got {}, want {}", count(size), count(wanted)));
        }
        if let Some(wanted) = whole(schema, "maxItems").filter(|w| size > *w) {
            self.fail(state, format!("maxItems: got {}, want {}", count(size), count(wanted)));
        }
        if schema.get("uniqueItems") == Some(&Json::Bool(true))
            && let Some((first, second)) = duplicates(items)
        {
            self.fail(state, format!("items at {first} and {second} are equal"));
        }
        self.items(state, items);
        if self.document.draft >= Draft::D6 && schema.contains_key("contains") {
            self.contains(state, items);
        }
    }

    fn items(&mut self, state: &mut State<'d>, items: &[Value]) {
        let new = self.document.draft >= Draft::D2020;
        let (first, rest) =
            if new { ("prefixItems", "items") } else { ("items", "additionalItems") };
        let mut done = 0;
        match state.schema.get(first) {
            Some(Json::Array(schemas)) => {
                for (at, (schema, item)) in schemas.iter().zip(items).enumerate() {
                    self.below(state, schema, &at.to_string(), item);
                    done = at + 1;
                }
            }
            Some(schema) if !new => {
                for (at, item) in items.iter().enumerate() {
                    self.below(state, schema, &at.to_string(), item);
                }
                return;
            }
            Some(_) => {}
            // Without the list before it, what is said of the rest counts only in the new form.
            None if !new => return,
            None => {}
        }
        match state.schema.get(rest) {
            Some(Json::Bool(false)) if !new && done != items.len() => {
                let left = count((items.len() - done) as u64);
                self.fail(state, format!("last {left} additionalItem(s) not allowed"));
            }
            Some(Json::Bool(_)) if !new => {}
            Some(schema) => {
                for (at, item) in items.iter().enumerate().skip(done) {
                    self.below(state, schema, &at.to_string(), item);
                }
            }
            None => {}
        }
    }

    fn contains(&mut self, state: &mut State<'d>, items: &[Value]) {
        let Some(schema) = state.schema.get("contains") else { return };
        let (mut failures, mut matched) = (Vec::new(), Vec::new());
        for (at, item) in items.iter().enumerate() {
            let part = self.document.part(schema, state.part.base);
            match self.enter(part, &at.to_string(), item) {
                Ok(_) => {
                    matched.push(at);
                    if self.document.draft >= Draft::D2020 {
                        state.unevaluated.items.remove(&at);
                    }
                }
                Err(failure) => failures.push(failure),
            }
        }
        let limits = self.document.draft >= Draft::D2019;
        let found = matched.len() as u64;
        let places = matched.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        match whole(state.schema, "minContains").filter(|_| limits) {
            Some(wanted) if found < wanted => {
                let tail = if matched.is_empty() {
                    "none matched".to_owned()
                } else {
                    format!("matched {} items at {places}", count(found))
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
        if let Some(wanted) = whole(state.schema, "maxContains").filter(|w| limits && found > *w) {
            let (wanted, found) = (count(wanted), count(found));
            self.fail(
                state,
                format!(
                    "max {wanted} items required to match contains schema, but matched {found} \
                     items at {places}"
                ),
            );
        }
    }

    /// Applies a schema to a value inside the one at hand and notes the failure.
    pub(super) fn below(
        &mut self,
        state: &mut State<'d>,
        schema: &'d Json,
        key: &str,
        value: &Value,
    ) {
        let part = self.document.part(schema, state.part.base);
        if let Err(failure) = self.enter(part, key, value) {
            state.failures.push(failure);
        }
    }

    fn enter(&mut self, part: Part<'d>, key: &str, value: &Value) -> Checked {
        self.path.push(key.to_owned());
        self.values_entered += 1;
        // Schemas applied to the outer value cannot close a circle on this one.
        let outer = std::mem::take(&mut self.applied);
        let result = self.apply(part, value);
        self.applied = outer;
        self.path.pop();
        result
    }
}

fn duplicates(items: &[Value]) -> Option<(usize, usize)> {
    if items.len() <= 64 {
        return (1..items.len())
            .flat_map(|second| (0..second).map(move |first| (first, second)))
            .find(|(first, second)| same(&items[*first], &items[*second]));
    }
    let mut seen = std::collections::HashMap::new();
    items.iter().enumerate().find_map(|(second, item)| {
        let key = item.to_json().to_string();
        let first = *seen.entry(key).or_insert(second);
        (first != second).then_some((first, second))
    })
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.to_json() == b.to_json()
}
