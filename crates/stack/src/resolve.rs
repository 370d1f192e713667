//! From a stack and the name of an environment to a [`Resolved`] stack.
//!
//! Layers are read, inputs checked, releases switched on or off and multiplied, needs settled, and all values that can be
//! read already are gathered once, so that whatever is wrong with them is said before anything runs.

mod inputs;
mod releases;

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostic::Diagnostic;
use yaml::Value;

use crate::expression::Scope;
use crate::files::Files;
use crate::model::{Cluster, Environment, Protect, Stack};
use crate::place::Spanned;
use crate::read::{Layer, read_layer};
use crate::resolved::{Release, Resolved};
use crate::values::{Gap, gather, read_file};

/// The name of the environment of a stack that has none.
const ONLY: &str = "default";

/// An environment with everything it inherits.
#[derive(Default)]
struct Inherited {
    name: String,
    layers: Vec<Spanned<String>>,
    cluster: Option<Cluster>,
    protect: Protect,
}

pub(crate) fn resolve(
    stack: &Stack,
    environment: Option<&str>,
    overrides: &BTreeMap<String, String>,
    files: &dyn Files,
) -> Result<Resolved, Vec<Diagnostic>> {
    let chosen = choose(stack, environment).map_err(|e| vec![*e])?;
    let environment = inherit(stack, chosen);
    let layers = read_layers(stack, &environment, files)?;
    let scope = Scope::default()
        .with("env", &Value::from_iter([("name", environment.name.as_str())]))
        .with("stack", &Value::from_iter([("name", stack.name.as_str())]));
    let inputs = inputs::settle(stack, chosen, &layers, overrides, &scope)?;
    let seen = inputs.iter().map(|(name, i)| (name.as_str(), &i.value, i.place.as_ref()));
    let scope = scope.with_inputs(seen);
    let releases::Settled { releases, disabled, graph } = releases::settle(stack, &layers, &scope)?;
    check_values(&releases, files)?;
    Ok(Resolved {
        stack: stack.name.clone(),
        environment: environment.name,
        cluster: environment.cluster,
        protect: environment.protect,
        policy: stack.policy,
        inputs,
        releases,
        disabled,
        graph,
        warnings: vec![],
    })
}

fn choose<'a>(
    stack: &'a Stack,
    name: Option<&str>,
) -> Result<Option<&'a Environment>, Box<Diagnostic>> {
    let usable: Vec<&str> = stack.usable_environments().collect();
    let list = || format!("environments: {}", usable.join(", "));
    let Some(name) = name else {
        return match usable.as_slice() {
            [] if stack.environments.is_empty() => Ok(None),
            [only] => Ok(stack.environments.get(*only)),
            _ => Err(Diagnostic::error("an environment must be named").note(list()).into()),
        };
    };
    match stack.environments.get(name) {
        Some(environment) if environment.is_abstract => Err(environment
            .name
            .place
            .error(format!("environment `{name}` is abstract"), "only to be extended")
            .note(list())
            .into()),
        Some(environment) => Ok(Some(environment)),
        None if stack.environments.is_empty() && name == ONLY => Ok(None),
        None => {
            let error = Diagnostic::error(format!("there is no environment `{name}`"))
                .suggest(name, usable.iter().copied());
            let note = if usable.is_empty() { "the stack has none".to_owned() } else { list() };
            Err(error.note(note).into())
        }
    }
}

/// The layers of what is extended come first; the nearest cluster and limits win.
fn inherit(stack: &Stack, environment: Option<&Environment>) -> Inherited {
    let mut inherited = Inherited { name: ONLY.to_owned(), ..Inherited::default() };
    let Some(first) = environment else { return inherited };
    inherited.name.clone_from(&first.name.value);
    let mut next = Some(first);
    let mut chain = vec![];
    while let Some(environment) = next {
        if inherited.cluster.is_none() {
            inherited.cluster.clone_from(&environment.cluster);
        }
        if inherited.protect.max_deletes.is_none() {
            inherited.protect = environment.protect.clone();
        }
        chain.push(environment);
        next = environment.extends.as_ref().and_then(|e| stack.environments.get(&e.value));
    }
    let layers = chain.into_iter().rev().flat_map(|e| e.layers.iter().cloned());
    inherited.layers = layers.collect();
    inherited
}

fn read_layers(
    stack: &Stack,
    environment: &Inherited,
    files: &dyn Files,
) -> Result<Vec<Layer>, Vec<Diagnostic>> {
    let mut layers = vec![];
    let mut errors = vec![];
    for path in &environment.layers {
        let layer = read_file(path, stack.base(), files)
            .map_err(Gap::into_diagnostics)
            .and_then(|source| read_layer(&source, stack));
        match layer {
            Ok(layer) => layers.push(layer),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(layers) } else { Err(errors) }
}

/// Charts must be there. Values are gathered now and thrown away: only what is wrong with them matters. A file that is missing may be written
/// by a job that runs before.
fn check_values(
    releases: &BTreeMap<String, Arc<Release>>,
    files: &dyn Files,
) -> Result<(), Vec<Diagnostic>> {
    let mut errors: Vec<Diagnostic> = vec![];
    for release in releases.values() {
        let path = &release.chart;
        if !files.has_chart(&path.value) {
            let message = format!("there is no chart at `{}`", path.value.display());
            let error =
                path.place.error(message, "neither a directory with a Chart.yaml nor an archive");
            if !errors.contains(&error) {
                errors.push(error);
            }
        }
        match gather(release, files) {
            Ok(_) => {}
            Err(gap) if gap.only_missing().is_some() && !release.before.is_empty() => {}
            Err(gap) => {
                for error in gap.into_diagnostics() {
                    if !errors.contains(&error) {
                        errors.push(error);
                    }
                }
            }
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}
