//! Parsing and running a chart's templates, in Helm's order.
//!
//! All templates of a chart and its dependencies share one name space. They are parsed deepest path
//! first and, at one depth, in reverse name order, so that a parent's definitions replace its
//! dependencies'; they run in the same order.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use chart::Chart;
use diagnostic::Source;
use template::{CallError, Lookup, MissingKey, Session, TemplateSet, Traced, Value};

use crate::checked::Refused;
use crate::error::{Background, Failed};
use crate::scope::{Template, Templates, is_partial};
use crate::values_type::VALUES;
use crate::{Error, Request};

/// What a run gives.
pub(crate) struct Output {
    /// Texts by template path.
    pub(crate) texts: BTreeMap<String, String>,
    /// For texts that are no UTF-8, each bad byte and its place; there the text has U+FFFD.
    pub(crate) broken: BTreeMap<String, Vec<(usize, u8)>>,
    pub(crate) warnings: Vec<String>,
}

/// Texts that were rendered, and failures of others.
pub(crate) struct Run {
    pub(crate) output: Output,
    pub(crate) errors: Vec<Error>,
}

/// Failures after which the rest is not tried.
const MAX_ERRORS: usize = 100;

/// Runs every template that is no partial. A template that fails does not keep the others from
/// running: what they say is told as well, and the first failure is the one that Helm meets. Once the
/// values are refused, nothing more runs.
pub(crate) fn run(
    request: &Request<'_>,
    chart: &Chart,
    templates: &Templates,
    refused: &Refused,
) -> Result<Run, Error> {
    let order = order(templates);
    let set = compile(request, &order)?;
    let background = Background { chart, given: &request.options.given };
    let warnings = RefCell::new(Vec::new());
    let mut host = Outside { request, warnings: &warnings };
    let mut until_failure = None;
    let (mut texts, mut broken, mut errors) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut session = Session::new(&set, &mut host, options(request));
    for (path, template) in order.into_iter().filter(|(path, _)| !is_partial(path)) {
        if refused.is_known() {
            break;
        }
        match session.execute(path, &begin(path, template)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => drop(texts.insert(path.to_owned(), without_missing(text))),
                Err(error) => {
                    let (text, bad) = repaired(error.as_bytes());
                    texts.insert(path.to_owned(), text);
                    broken.insert(path.to_owned(), bad);
                }
            },
            Err(error) => {
                until_failure.get_or_insert_with(|| warnings.borrow().len());
                let failed = Failed::new(path, error, &template.scope, &background);
                let last = failed.is_limit() || errors.len() + 1 >= MAX_ERRORS;
                errors.push(Error::Template(Box::new(failed)));
                if last {
                    break;
                }
            }
        }
    }
    drop(session);
    let mut warnings = warnings.into_inner();
    // Helm stops there.
    warnings.truncate(until_failure.unwrap_or(warnings.len()));
    if request.options.programs.are_of_one() {
        std::mem::forget(set);
    }
    Ok(Run { output: Output { texts, broken, warnings }, errors })
}

/// Runs the templates once more up to one of them, and tells what printed which part of its text.
/// The templates must be as they were before the first run, which may have changed their values.
pub(crate) fn trace(request: &Request<'_>, templates: &Templates, path: &str) -> Option<Traced> {
    let order = order(templates);
    let set = compile(request, &order).ok()?;
    let mut host = Outside { request, warnings: &RefCell::default() };
    let mut session = Session::new(&set, &mut host, options(request));
    for (other, template) in order.into_iter().filter(|(path, _)| !is_partial(path)) {
        let scope = begin(other, template);
        if other == path {
            return session.execute_traced(path, &scope).ok();
        }
        // What it prints does not matter, nor whether it failed.
        drop(session.execute(other, &scope));
    }
    None
}

/// All templates, or everything that is wrong with them.
fn compile(request: &Request<'_>, order: &[(&str, &Template)]) -> Result<TemplateSet, Error> {
    let library = functions::library();
    let programs = &request.options.programs;
    let all: Vec<&Arc<[u8]>> = order.iter().map(|(_, template)| &template.text).collect();
    let texts = programs
        .finish(&all)
        .unwrap_or_else(|| all.into_iter().map(|bytes| template::text_of(bytes)).collect());
    let mut set = TemplateSet::with_cache(library, "gotpl", Arc::clone(programs.cache()));
    let mut errors = Vec::new();
    for ((path, _), text) in order.iter().zip(texts) {
        errors.extend(set.add(path, Source::new(*path, text)).map_err(Error::parse).err());
    }
    Error::all(errors).map_or(Ok(set), Err)
}

/// What a template runs with.
fn begin(path: &str, template: &Template) -> Value {
    let about = Value::Map(template::Map::from_entries(
        VALUES,
        vec![
            ("BasePath".into(), Value::from(&*template.base_path)),
            ("Name".into(), Value::from(path)),
        ],
    ));
    // The scope is no nil map, so that setting cannot fail.
    let _ = template.scope.insert("Template", about);
    Value::Map(template.scope.clone())
}

fn options(request: &Request<'_>) -> template::Options {
    let defaults = template::Options::default();
    template::Options {
        missing_key: if request.options.strict { MissingKey::Error } else { MissingKey::Zero },
        fuel: request.options.fuel.unwrap_or(defaults.fuel),
        ..defaults
    }
}

fn order(templates: &Templates) -> Vec<(&str, &Template)> {
    let mut order: Vec<_> = templates.iter().map(|(path, t)| (path.as_str(), t)).collect();
    order.sort_by_cached_key(|(path, _)| std::cmp::Reverse((path.matches('/').count(), *path)));
    order
}

/// Helm deletes what Go prints for a missing value, wherever it comes from.
fn without_missing(mut text: String) -> String {
    if text.contains("<no value>") {
        text = text.replace("<no value>", "");
    }
    // Room was made for as much as the template is long; many print little.
    text.shrink_to_fit();
    text
}

/// A text in which each byte that is no UTF-8 is U+FFFD, and those bytes with their places.
fn repaired(bytes: &[u8]) -> (String, Vec<(usize, u8)>) {
    let (mut text, mut bad) = (String::with_capacity(bytes.len() + 16), Vec::new());
    for chunk in bytes.utf8_chunks() {
        // Between bad bytes, so that places are those of what is left.
        text.push_str(&without_missing(chunk.valid().to_owned()));
        for byte in chunk.invalid() {
            bad.push((text.len(), *byte));
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    (text, bad)
}

/// The world as templates see it.
struct Outside<'a> {
    request: &'a Request<'a>,
    /// What templates want to be told; read while a session has the rest.
    warnings: &'a RefCell<Vec<String>>,
}

impl template::Host for Outside<'_> {
    fn now(&self) -> SystemTime {
        self.request.host.now.into()
    }

    fn time_zone(&self) -> &str {
        self.request.options.time_zone.as_deref().unwrap_or("UTC")
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), CallError> {
        (self.request.host.entropy)(bytes);
        Ok(())
    }

    fn lookup(&mut self, what: &Lookup<'_>) -> Result<Value, CallError> {
        match self.request.host.lookup {
            Some(cluster) if !self.request.options.lint => cluster
                .lookup(what.api_version, what.kind, what.namespace, what.name)
                .map(|found| Value::from_yaml(&found))
                .map_err(CallError::new),
            Some(_) | None => Ok(Value::map::<template::Str>([])),
        }
    }

    fn resolve(&mut self, name: &str) -> String {
        self.request.host.resolve.map(|resolve| resolve(name)).unwrap_or_default()
    }

    fn lint(&self) -> bool {
        self.request.options.lint
    }

    fn warn(&mut self, message: String) {
        self.warnings.borrow_mut().push(message);
    }
}
