//! Parsing and running a chart's templates, in Helm's order.
//!
//! All templates of a chart and its dependencies share one name space. They are parsed deepest path
//! first and, at one depth, in reverse name order, so that a parent's definitions replace its
//! dependencies'; they run in the same order.
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::SystemTime;

use diagnostic::Source;
use template::{CallError, Lookup, MissingKey, Session, TemplateSet, Value};

use crate::scope::{Template, Templates, is_partial};
use crate::values_type::VALUES;
use crate::{Error, Request, error::Failed};

/// What a run gives.
pub(crate) struct Output {
    /// Texts by template path.
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) warnings: Vec<String>,
}

/// Runs every template that is no partial.
pub(crate) fn run(request: &Request<'_>, templates: &Templates) -> Result<Output, Error> {
    let order = order(templates);
    let mut set = TemplateSet::new(functions::library(), "gotpl");
    let mut sources = HashMap::new();
    for (path, template) in &order {
        let text = String::from_utf8_lossy(&template.text);
        let source = Source::new(*path, text);
        set.add(path, Arc::clone(&source)).map_err(Error::parse)?;
        sources.insert(*path, source);
    }
    let mut host = Outside { request, warnings: Vec::new() };
    let mut texts = BTreeMap::new();
    let mut session = Session::new(&set, &mut host, options(request));
    for (path, template) in order {
        if is_partial(path) {
            continue;
        }
        let about = Value::Map(template::Map::from_entries(
            VALUES,
            vec![
                ("BasePath".into(), Value::from(&*template.base_path)),
                ("Name".into(), Value::from(path)),
            ],
        ));
        // The scope is no nil map, so that setting cannot fail.
        let _ = template.scope.insert("Template", about);
        let scope = Value::Map(template.scope.clone());
        let text = session.execute(path, &scope).map_err(|error| {
            Error::Template(Box::new(Failed::new(path, error, &template.scope)))
        })?;
        texts.insert(path.to_owned(), without_missing(text));
    }
    drop(session);
    Ok(Output { texts, warnings: host.warnings })
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
fn without_missing(text: Vec<u8>) -> String {
    let text = String::from_utf8(text)
        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    if text.contains("<no value>") { text.replace("<no value>", "") } else { text }
}

/// The world as templates see it.
struct Outside<'a> {
    request: &'a Request<'a>,
    warnings: Vec<String>,
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
        self.warnings.push(message);
    }
}
