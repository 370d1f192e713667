//! Keywords that apply further schemas to the same value, and what is left unevaluated.
use serde_json::Value as Json;
use yaml::Value;

use super::super::document::Draft;
use super::{Evaluator, Object, State, Unevaluated};

impl<'d> Evaluator<'d> {
    pub(super) fn combinations(&mut self, state: &mut State<'d>, value: &Value) {
        let schema = state.schema;
        if let Some(inner) = schema.get("not")
            && self.same_value(state, inner, value).is_ok()
        {
            self.fail(state, "'not' failed");
        }
        if let Some(Json::Array(all)) = schema.get("allOf") {
            let failures: Vec<_> =
                all.iter().filter_map(|inner| self.same_value(state, inner, value).err()).collect();
            if !failures.is_empty() {
                self.fail_with(state, "'allOf' failed", failures);
            }
        }
        if let Some(Json::Array(any)) = schema.get("anyOf") {
            let results: Vec<_> =
                any.iter().map(|inner| self.same_value(state, inner, value).err()).collect();
            if results.iter().all(Option::is_some) && !results.is_empty() {
                self.fail_with(state, "'anyOf' failed", results.into_iter().flatten().collect());
            }
        }
        if let Some(Json::Array(one)) =
            schema.get("oneOf").filter(|o| !o.as_array().is_none_or(Vec::is_empty))
        {
            self.one_of(state, one, value);
        }
        if self.document.draft >= Draft::D7 {
            self.condition(state, value);
        }
    }

    fn one_of(&mut self, state: &mut State<'d>, schemas: &'d [Json], value: &Value) {
        let mut failures = Vec::new();
        let mut matched = None;
        for (at, inner) in schemas.iter().enumerate() {
            match (self.same_value(state, inner, value), matched) {
                (Err(failure), None) => failures.push(failure),
                (Err(_), Some(_)) => {}
                (Ok(()), None) => matched = Some(at),
                (Ok(()), Some(first)) => {
                    self.fail(state, format!("'oneOf' failed, subschemas {first}, {at} matched"));
                    return;
                }
            }
        }
        if matched.is_none() {
            self.fail_with(state, "'oneOf' failed, none matched", failures);
        }
    }

    fn condition(&mut self, state: &mut State<'d>, value: &Value) {
        let Some(condition) = state.schema.get("if") else { return };
        let branch = if self.same_value(state, condition, value).is_ok() { "then" } else { "else" };
        if let Some(inner) = state.schema.get(branch) {
            self.also(state, inner, value);
        }
    }

    /// `unevaluatedProperties` and `unevaluatedItems`.
    pub(super) fn leftovers(&mut self, state: &mut State<'d>, value: &Value) {
        if let (Some(inner), Value::Map(map)) = (state.schema.get("unevaluatedProperties"), value) {
            for key in std::mem::take(&mut state.unevaluated.keys) {
                if let Some(value) = map.get(&key) {
                    self.below(state, inner, &key, value);
                }
            }
        }
        if let (Some(inner), Value::List(items)) = (state.schema.get("unevaluatedItems"), value) {
            for at in std::mem::take(&mut state.unevaluated.items) {
                if let Some(value) = items.get(at) {
                    self.below(state, inner, &at.to_string(), value);
                }
            }
        }
    }

    /// Applies a schema to the value at hand and notes the failure.
    pub(super) fn also(&mut self, state: &mut State<'d>, schema: &'d Json, value: &Value) {
        if let Err(failure) = self.same_value(state, schema, value) {
            state.failures.push(failure);
        }
    }

    fn same_value(
        &mut self,
        state: &mut State<'d>,
        schema: &'d Json,
        value: &Value,
    ) -> Result<(), super::Failure> {
        let part = self.document.part(schema, state.part.base);
        let inner = self.apply(part, value)?;
        if schema.is_object() {
            state.unevaluated.keep_common(&inner);
        }
        Ok(())
    }

    /// What a schema starts with: everything that its own keywords do not already cover.
    pub(super) fn unevaluated(&self, schema: &Object, value: &Value) -> Unevaluated {
        let mut unevaluated = Unevaluated::default();
        if !self.document.tracks {
            return unevaluated;
        }
        match value {
            Value::Map(map) if !schema.contains_key("additionalProperties") => {
                unevaluated.keys = map.keys().cloned().collect();
            }
            Value::List(items) => {
                let new = self.document.draft >= Draft::D2020;
                let (first, rest) =
                    if new { ("prefixItems", "items") } else { ("items", "additionalItems") };
                let all = match schema.get(first) {
                    Some(Json::Array(_)) | None => schema.contains_key(rest),
                    Some(_) => true,
                };
                let covered = schema.get(first).and_then(Json::as_array).map_or(0, Vec::len);
                if !all {
                    unevaluated.items = (covered..items.len()).collect();
                }
            }
            Value::Map(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_) => {}
        }
        unevaluated
    }
}
