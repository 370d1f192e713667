//! Releases of one environment: layered, switched, multiplied, named, and connected.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diagnostic::Diagnostic;
use yaml::Value;

use crate::expression::{Scope, Text, kind};
use crate::graph::{Graph, check_specs};
use crate::model::{
    ChartUse, Defaults, JobSpec, NeedMode, OnFailure, ReleaseSpec, Stack, Upgrade, Wait,
};
use crate::place::Spanned;
use crate::read::{Layer, is_word};
use crate::resolved::{Disabled, Job, Release};

const TIMEOUT: Duration = Duration::from_mins(5);
/// Items of one `forEach`.
const MOST_ITEMS: usize = 10_000;

/// What an environment's releases are.
pub(super) struct Settled {
    pub(super) releases: BTreeMap<String, Arc<Release>>,
    pub(super) disabled: BTreeMap<String, Disabled>,
    pub(super) graph: Graph,
}

/// A release or one of its instances, before its needs are known.
struct Instance<'a> {
    spec: &'a ReleaseSpec,
    key: Spanned<String>,
    scope: Scope,
}

pub(super) fn settle(
    stack: &Stack,
    layers: &[Layer],
    scope: &Scope,
) -> Result<Settled, Vec<Diagnostic>> {
    let specs: Vec<ReleaseSpec> = stack.releases.iter().map(|spec| overlay(spec, layers)).collect();
    let mut errors: Vec<Diagnostic> = check_specs(&specs).into_iter().collect();
    let mut disabled = BTreeMap::new();
    let mut settled: Vec<(&ReleaseSpec, Release)> = vec![];
    // Which enabled releases, and which disabled ones, a key of the file stands for.
    let mut instances: BTreeMap<&str, (Vec<String>, Vec<String>)> = BTreeMap::new();
    let mut places: BTreeMap<String, Spanned<String>> = BTreeMap::new();
    for spec in &specs {
        let (on, off) = instances.entry(&spec.key.value).or_default();
        for instance in expand(spec, scope, &mut errors) {
            if let Some(other) = places.insert(instance.key.value.clone(), instance.key.clone()) {
                let message = format!("two releases are called `{}`", instance.key.value);
                let place = &other.place;
                let error = instance.key.place.error(message, "");
                errors.push(error.context(&place.source, place.span.clone(), "the other one"));
            }
            if let Some(why) = switched_off(&instance, &mut errors) {
                off.push(instance.key.value.clone());
                disabled.insert(instance.key.value, why);
            } else {
                on.push(instance.key.value.clone());
                settled.extend(release(&instance, stack, &mut errors).map(|r| (spec, r)));
            }
        }
    }
    for (spec, release) in &mut settled {
        for need in spec.needs.iter().flatten() {
            let Some((on, off)) = instances.get(need.key.value.as_str()) else { continue };
            release.needs.extend(on.iter().map(|key| (key.clone(), need.mode)));
            if on.is_empty() && off.is_empty() {
                release.satisfied.push(need.key.value.clone());
            }
            release.satisfied.extend(off.iter().cloned());
        }
    }
    let settled: Vec<Release> = settled.into_iter().map(|(_, release)| release).collect();
    check_names(&settled, &places, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let needs = settled.iter().map(|r| (r.key.clone(), r.needs.clone()));
    let graph: Graph = Graph::new(needs).map_err(|cycle| {
        vec![Diagnostic::error(format!("releases need each other: {}", cycle.0.join(" → ")))]
    })?;
    let releases = settled.into_iter().map(|r| (r.key.clone(), Arc::new(r))).collect();
    Ok(Settled { releases, disabled, graph })
}

/// The release as the layers make it: what a layer says wins, values and labels are added.
fn overlay(spec: &ReleaseSpec, layers: &[Layer]) -> ReleaseSpec {
    let mut spec = spec.clone();
    let layered = layers.iter().flat_map(|l| &l.releases).filter(|r| r.key.value == spec.key.value);
    for layer in layered.cloned().collect::<Vec<_>>() {
        spec.chart = layer.chart.or(spec.chart);
        spec.namespace = layer.namespace.or(spec.namespace);
        spec.needs = layer.needs.or(spec.needs);
        spec.when = layer.when.or(spec.when);
        spec.wait = layer.wait.or(spec.wait);
        spec.timeout = layer.timeout.or(spec.timeout);
        spec.on_failure = layer.on_failure.or(spec.on_failure);
        spec.upgrade = layer.upgrade.or(spec.upgrade);
        spec.values.extend(layer.values);
        spec.labels.extend(layer.labels);
    }
    spec
}

fn expand<'a>(
    spec: &'a ReleaseSpec,
    scope: &Scope,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Instance<'a>> {
    let Some(each) = &spec.for_each else {
        return vec![Instance { spec, key: spec.key.clone(), scope: scope.clone() }];
    };
    let items = match each.items.value.evaluate(scope) {
        Ok(Value::List(items)) if items.len() <= MOST_ITEMS => items,
        Ok(Value::List(_)) => {
            let message = format!("more than {MOST_ITEMS} items");
            errors.push(each.items.place.error(message, ""));
            return vec![];
        }
        Ok(other) => {
            let message = format!("`in` must give a list, not {}", kind(&other));
            errors.push(each.items.place.error(message, ""));
            return vec![];
        }
        Err(error) => {
            errors.push(*error);
            return vec![];
        }
    };
    let mut instances = vec![];
    for item in items {
        let scope = scope.clone().with(&each.variable.value, &item);
        match each.name.value.evaluate_string(&scope) {
            Ok(name) => {
                let key = Spanned::new(name, each.name.place.clone());
                instances.push(Instance { spec, key, scope });
            }
            Err(error) => errors.push(*error),
        }
    }
    instances
}

fn switched_off(instance: &Instance<'_>, errors: &mut Vec<Diagnostic>) -> Option<Disabled> {
    let when = instance.spec.when.as_ref()?;
    match when.value.evaluate_bool(&instance.scope) {
        Ok(true) => None,
        Ok(false) => Some(Disabled {
            condition: when.value.whole().unwrap_or("false").to_owned(),
            place: when.place.clone(),
        }),
        Err(error) => {
            errors.push(*error);
            None
        }
    }
}

fn release(
    instance: &Instance<'_>,
    stack: &Stack,
    errors: &mut Vec<Diagnostic>,
) -> Option<Release> {
    let Instance { spec, key, scope } = instance;
    let defaults: &Defaults = &stack.defaults;
    let mut string = |text: &Spanned<Text>, scope: &Scope| match text.value.evaluate_string(scope) {
        Ok(string) => Some(string),
        Err(error) => {
            errors.push(*error);
            None
        }
    };
    let name = match &spec.name {
        Some(name) => string(name, scope)?,
        None => key.value.clone(),
    };
    let namespace = match spec.namespace.as_ref().or(defaults.namespace.as_ref()) {
        Some(namespace) => string(namespace, scope)?,
        None => "default".to_owned(),
    };
    let own = [("key", &key.value), ("name", &name), ("namespace", &namespace)];
    let own = Value::from_iter(own.map(|(k, v)| (k, v.as_str())));
    let scope = scope.clone().with("release", &own);
    let labels = defaults.labels.iter().chain(&spec.labels);
    let labels: BTreeMap<String, (String, &Spanned<Text>)> =
        labels.filter_map(|(k, text)| Some((k.clone(), (string(text, &scope)?, text)))).collect();
    for (key, (value, text)) in &labels {
        if !value.is_empty() && !is_word(value) {
            let message = format!("`{value}` cannot be the value of the label `{key}`");
            let note = "a value is letters, digits, `-`, `_` and `.`, at most 63 of them";
            errors.push(text.place.error(message, "").note(note));
        }
    }
    let labels = labels.into_iter().map(|(key, (value, _))| (key, value)).collect();
    let path = match spec.chart.as_ref()? {
        ChartUse::Own(chart) => &chart.path,
        ChartUse::Named(name) => &stack.chart(&name.value)?.path,
    };
    let timeout = spec.timeout.or(defaults.timeout).unwrap_or(TIMEOUT);
    let jobs = |specs: &[JobSpec]| specs.iter().map(|spec| job(spec, timeout)).collect();
    Some(Release {
        key: key.value.clone(),
        name,
        namespace,
        chart: Spanned::new(PathBuf::from(&path.value), path.place.clone()),
        needs: BTreeMap::<String, NeedMode>::new(),
        satisfied: vec![],
        labels,
        wait: spec.wait.or(defaults.wait).unwrap_or(Wait::Ready),
        timeout,
        on_failure: spec.on_failure.or(defaults.on_failure).unwrap_or(OnFailure::Keep),
        upgrade: spec.upgrade.unwrap_or(Upgrade::Always),
        before: jobs(&spec.before),
        after: jobs(&spec.after),
        sources: spec.values.clone(),
        scope,
        base: stack.base().to_owned(),
    })
}

fn job(spec: &JobSpec, timeout: Duration) -> Job {
    Job {
        name: spec.name.clone(),
        run: spec.run.clone(),
        when: spec.when.clone(),
        env: spec.env.clone(),
        workdir: spec.workdir.clone(),
        timeout: spec.timeout.unwrap_or(timeout),
        retries: spec.retries,
        on_error: spec.on_error,
        runs: spec.runs,
    }
}

/// Evaluated names must be names, and no two releases the same one.
fn check_names(
    releases: &[Release],
    places: &BTreeMap<String, Spanned<String>>,
    errors: &mut Vec<Diagnostic>,
) {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for release in releases {
        let Some(Spanned { place, .. }) = places.get(&release.key) else { continue };
        for (what, name, longest) in
            [("release", &release.name, 53), ("namespace", &release.namespace, 63)]
        {
            if !is_name(name, longest) {
                let message = format!("`{name}` cannot be the name of a {what}");
                let note = format!(
                    "a name has lower-case letters, digits and `-`, at most {longest} of them"
                );
                errors.push(place.error(message, "").note(note));
            }
        }
        if !seen.insert((&release.namespace, &release.name)) {
            let message = format!(
                "two releases are called `{}` in namespace `{}`",
                release.name, release.namespace
            );
            errors.push(place.error(message, "the second one"));
        }
    }
}

fn is_name(name: &str, longest: usize) -> bool {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty()
        && name.len() <= longest
        && name.bytes().all(good)
        && !name.starts_with('-')
        && !name.ends_with('-')
}
