//! What each input is in one environment: its default, then the layers, then the command line.

use std::collections::BTreeMap;

use diagnostic::Diagnostic;
use yaml::Value;

use crate::expression::Scope;
use crate::input::Input;
use crate::merge;
use crate::model::{Environment, Stack};
use crate::place::Place;
use crate::read::Layer;
use crate::resolved::InputValue;
use crate::tree::Tree;

/// All inputs, or everything that is wrong with them.
pub(super) fn settle(
    stack: &Stack,
    environment: Option<&Environment>,
    layers: &[Layer],
    overrides: &BTreeMap<String, String>,
    scope: &Scope,
) -> Result<BTreeMap<String, InputValue>, Vec<Diagnostic>> {
    let mut errors = vec![];
    for name in overrides.keys().filter(|n| !stack.inputs.contains_key(*n)) {
        let names = stack.inputs.keys().map(String::as_str);
        errors.push(Diagnostic::error(format!("there is no input `{name}`")).suggest(name, names));
    }
    let mut inputs = BTreeMap::new();
    for (name, input) in &stack.inputs {
        let value = match overrides.get(name) {
            Some(text) => from_text(name, input, text, &mut errors),
            None => from_layers(name, input, layers, scope, &mut errors)
                .or_else(|| missing(name, input, environment, &mut errors)),
        };
        inputs.extend(value.map(|value| (name.clone(), value)));
    }
    if errors.is_empty() { Ok(inputs) } else { Err(errors) }
}

fn from_text(
    name: &str,
    input: &Input,
    text: &str,
    errors: &mut Vec<Diagnostic>,
) -> Option<InputValue> {
    let value = match input.schema.read(text) {
        Ok(value) => value,
        Err(why) => {
            errors.push(Diagnostic::error(format!("input `{name}` cannot be read: {why}")));
            return None;
        }
    };
    check(name, input, &value, None, errors);
    Some(InputValue { value, place: None })
}

fn from_layers(
    name: &str,
    input: &Input,
    layers: &[Layer],
    scope: &Scope,
    errors: &mut Vec<Diagnostic>,
) -> Option<InputValue> {
    let default = input.default.as_ref().map(|(v, place)| Tree::from_value(v.clone(), place));
    let mut tree = default;
    for entry in layers.iter().filter_map(|layer| layer.inputs.get(name)) {
        let upper = entry.value.evaluate(scope, errors);
        tree = Some(match tree {
            Some(lower) => merge::merge(lower, upper, errors),
            None => merge::settle(upper, errors),
        });
    }
    let tree = tree?;
    let value = tree.to_value();
    if value.is_null() && input.schema.kind != Some(crate::input::Kind::Null) {
        return None;
    }
    check(name, input, &value, Some(&tree.place), errors);
    Some(InputValue { value, place: Some(tree.place) })
}

fn check(
    name: &str,
    input: &Input,
    value: &Value,
    place: Option<&Place>,
    errors: &mut Vec<Diagnostic>,
) {
    for misfit in input.schema.check(value) {
        let message = format!("input `{name}{}`: {}", misfit.path, misfit.message);
        let error = match place {
            Some(place) => place.error(message, ""),
            None => Diagnostic::error(message),
        };
        let declared = &input.place;
        errors.push(
            error
                .context(&declared.source, declared.span.clone(), "declared here")
                .code("input-misfit"),
        );
    }
}

fn missing(
    name: &str,
    input: &Input,
    environment: Option<&Environment>,
    errors: &mut Vec<Diagnostic>,
) -> Option<InputValue> {
    let declared = &input.place;
    let error = match environment {
        Some(e) => e
            .name
            .place
            .error(format!("environment `{}` does not say `{name}`", e.name.value), "")
            .context(&declared.source, declared.span.clone(), "declared here, without a default"),
        None => declared.error(format!("nothing says `{name}`"), "it has no default"),
    };
    let hint = match environment.and_then(|e| e.layers.last()) {
        Some(layer) => format!("add `{name}: …` to `{}`", layer.value),
        None => "give it a default, or a value in a layer of the environment".to_owned(),
    };
    errors.push(error.hint(hint).code("missing-input"));
    None
}
