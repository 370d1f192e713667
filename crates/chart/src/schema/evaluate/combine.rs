//! Keywords that apply further schemas to the same value, and what is left unevaluated.
use std::collections::BTreeSet;

use yaml::Value;

use super::super::node::{Keyword, Node, NodeId};
use super::{Evaluator, Failure, Left, State, Unevaluated};

impl<'d, 'v> Evaluator<'d, 'v> {
    pub(super) fn of_any(&mut self, keyword: &'d Keyword<'d>, state: &mut State<'d, 'v>) {
        match keyword {
            Keyword::RecursiveRef(to) => {
                let to = self.outermost_recursive(*to);
                let result = self.reference(state, to, "$recursiveRef");
                state.failures.extend(result.err());
            }
            Keyword::DynamicRef { to, anchor } => {
                let to = anchor.map_or(*to, |name| self.outermost_dynamic(*to, name));
                let result = self.reference(state, to, "$dynamicRef");
                state.failures.extend(result.err());
            }
            Keyword::Not(inner) if self.quietly(state, *inner).is_ok() => {
                self.fail(state, || "'not' failed".to_owned());
            }
            Keyword::AllOf(all) => self.all_of(state, all),
            Keyword::AnyOf(any) => self.any_of(state, any),
            Keyword::OneOf(one) => self.one_of(state, one),
            Keyword::Condition { condition, then, otherwise } => {
                let holds = self.quietly(state, *condition).is_ok();
                if let Some(branch) = if holds { then } else { otherwise } {
                    self.also(state, *branch);
                }
            }
            _ => {}
        }
    }

    fn all_of(&mut self, state: &mut State<'d, 'v>, all: &[NodeId]) {
        let mut failures = Vec::new();
        for inner in all {
            failures.extend(self.same_value(state, *inner).err());
            if self.quiet && !failures.is_empty() {
                break;
            }
        }
        if !failures.is_empty() {
            self.fail_with(state, "'allOf' failed", failures);
        }
    }

    fn any_of(&mut self, state: &mut State<'d, 'v>, any: &[NodeId]) {
        let mut failures = Vec::new();
        let mut matched = false;
        for inner in any {
            match self.same_value(state, *inner) {
                Ok(()) => matched = true,
                Err(failure) => failures.push(failure),
            }
            // Only where somebody asks what was evaluated do the others matter.
            if matched && state.left.is_none() {
                break;
            }
        }
        if !matched {
            self.fail_with(state, "'anyOf' failed", failures);
        }
    }

    fn one_of(&mut self, state: &mut State<'d, 'v>, one: &[NodeId]) {
        let mut failures = Vec::new();
        let mut matched = None;
        for (at, inner) in one.iter().enumerate() {
            let result = match matched {
                None => self.same_value(state, *inner),
                Some(_) => self.quietly(state, *inner),
            };
            match (result, matched) {
                (Err(failure), None) => failures.push(failure),
                (Err(_), Some(_)) => {}
                (Ok(()), None) => matched = Some(at),
                (Ok(()), Some(first)) => {
                    self.fail(state, || {
                        format!("'oneOf' failed, subschemas {first}, {at} matched")
                    });
                    return;
                }
            }
        }
        if matched.is_none() {
            self.fail_with(state, "'oneOf' failed, none matched", failures);
        }
    }

    /// The outermost schema of a resource that may be extended, if `to` may be.
    fn outermost_recursive(&self, to: NodeId) -> NodeId {
        let nodes = &self.schema.nodes;
        let open = |node: NodeId| nodes[nodes[node].resource].recursive_anchor;
        if !nodes[to].recursive_anchor {
            return to;
        }
        self.scopes.iter().map(|scope| scope.node).find(|node| open(*node)).unwrap_or(to)
    }

    /// The schema with this dynamic anchor in the outermost resource that has one, if `to` has it.
    fn outermost_dynamic(&self, to: NodeId, name: &str) -> NodeId {
        let nodes = &self.schema.nodes;
        if nodes[to].dynamic_anchor != Some(name) {
            return to;
        }
        let anchored = |node: NodeId| {
            let anchors = &nodes[nodes[node].resource].dynamic_anchors;
            anchors.iter().find(|(known, _)| *known == name).map(|(_, id)| *id)
        };
        self.scopes.iter().find_map(|scope| anchored(scope.node)).unwrap_or(to)
    }

    /// Applies a schema to the value at hand and notes the failure.
    pub(super) fn also(&mut self, state: &mut State<'d, 'v>, inner: NodeId) {
        let result = self.same_value(state, inner);
        state.failures.extend(result.err());
    }

    fn quietly(&mut self, state: &mut State<'d, 'v>, inner: NodeId) -> Result<(), Failure> {
        let quiet = std::mem::replace(&mut self.quiet, true);
        let result = self.same_value(state, inner);
        self.quiet = quiet;
        result
    }

    fn same_value(&mut self, state: &mut State<'d, 'v>, inner: NodeId) -> Result<(), Failure> {
        let inner = self.apply(inner, state.value, "", state.left.is_some())?;
        state.keep_common(inner.as_deref());
        Ok(())
    }
}

/// What a schema starts with: everything that its own keywords do not already cover.
pub(super) fn left<'v>(node: &Node<'_>, value: &'v Value, tracked: bool) -> Left<'v> {
    let covers = node.covers;
    match value {
        Value::Map(map) if !covers.all_keys && (tracked || covers.asks_keys) => {
            let keys: BTreeSet<&str> = map.keys().map(String::as_str).collect();
            (!keys.is_empty()).then(|| Box::new(Unevaluated { keys, items: BTreeSet::new() }))
        }
        Value::List(items) if !covers.all_items && (tracked || covers.asks_items) => {
            let items: BTreeSet<usize> = (covers.first_items..items.len()).collect();
            (!items.is_empty()).then(|| Box::new(Unevaluated { keys: BTreeSet::new(), items }))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_)
        | Value::Map(_) => None,
    }
}
