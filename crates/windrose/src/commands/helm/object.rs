//! A release as Go's templates see it: `get all --template '{{.Release.Name}}'`.
//!
//! **Invariant**: fields have the names of Helm's structs, not those of its JSON.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use diagnostic::Source;
use jiff::Timestamp;
use release::{Hook, Release};
use serde_json::Value as Json;
use template::{Library, NoHost, Object, Session, TemplateSet, Value};

use crate::failure::{Failure, Outcome};
use crate::rendering;

/// What a template with Go's own functions prints of a value.
pub(super) fn by_template(text: &str, root: &Value) -> Outcome<String> {
    const NAME: &str = "_";
    let mut set = TemplateSet::new(Arc::new(Library::new()), NAME);
    set.add(NAME, Source::new(NAME, text)).map_err(|e| Failure::message(e.to_string()))?;
    let mut host = NoHost;
    let mut session = Session::new(&set, &mut host, template::Options::default());
    let printed = session.execute(NAME, root);
    let printed = printed.map_err(|e| Failure::message(e.text()))?;
    Ok(String::from_utf8_lossy(&printed).into_owned())
}

/// `.Release`.
pub(super) fn release(of: &Release) -> Value {
    let zone = rendering::time_zone();
    let time = |at: Option<Timestamp>| functions::time(at, &zone);
    let info = structure(
        "*v1.Info",
        vec![
            ("FirstDeployed", time(of.info.first_deployed)),
            ("LastDeployed", time(of.info.last_deployed)),
            ("Deleted", time(of.info.deleted)),
            ("Description", Value::from(of.info.description.as_str())),
            ("Status", Value::from(of.info.status.as_str())),
            ("RollbackRevision", Value::int(of.info.rollback_revision)),
            ("Notes", Value::from(of.info.notes.as_str())),
        ],
    );
    let method = of.apply_method.map_or("", |method| match method {
        release::ApplyMethod::ClientSide => "csa",
        release::ApplyMethod::ServerSide => "ssa",
    });
    let labels = of.labels.iter().map(|(key, text)| (key.as_str(), Value::from(text.as_str())));
    structure(
        "*v1.Release",
        vec![
            ("Name", Value::from(of.name.as_str())),
            ("Info", info),
            ("Chart", chart(&of.chart)),
            ("Config", Value::map(of.config.iter().map(|(key, v)| (key.as_str(), value(v))))),
            ("Manifest", Value::from(of.manifest.as_str())),
            ("Hooks", Value::list(of.hooks.iter().map(|hook| self::hook(hook, &time)))),
            ("Version", Value::int(of.version)),
            ("Namespace", Value::from(of.namespace.as_str())),
            ("Labels", Value::map(labels)),
            ("ApplyMethod", Value::from(method)),
        ],
    )
}

fn hook(of: &Hook, time: &dyn Fn(Option<Timestamp>) -> Value) -> Value {
    let words = |all: &[String]| Value::list(all.iter().map(|word| Value::from(word.as_str())));
    let run = structure(
        "v1.HookExecution",
        vec![
            ("StartedAt", time(of.last_run.started_at)),
            ("CompletedAt", time(of.last_run.completed_at)),
            ("Phase", Value::from(of.last_run.phase.as_str())),
        ],
    );
    structure(
        "*v1.Hook",
        vec![
            ("Name", Value::from(of.name.as_str())),
            ("Kind", Value::from(of.kind.as_str())),
            ("Path", Value::from(of.path.as_str())),
            ("Manifest", Value::from(of.manifest.as_str())),
            ("Events", words(&of.events)),
            ("LastRun", run),
            ("Weight", Value::int(of.weight)),
            ("DeletePolicies", words(&of.delete_policies)),
            ("OutputLogPolicies", words(&of.output_log_policies)),
        ],
    )
}

fn chart(of: &Json) -> Value {
    const METADATA: &[(&str, &str)] = &[
        ("Name", "name"),
        ("Home", "home"),
        ("Sources", "sources"),
        ("Version", "version"),
        ("Description", "description"),
        ("Keywords", "keywords"),
        ("Maintainers", "maintainers"),
        ("Icon", "icon"),
        ("APIVersion", "apiVersion"),
        ("Condition", "condition"),
        ("Tags", "tags"),
        ("AppVersion", "appVersion"),
        ("Deprecated", "deprecated"),
        ("Annotations", "annotations"),
        ("KubeVersion", "kubeVersion"),
        ("Dependencies", "dependencies"),
        ("Type", "type"),
    ];
    const TEXTS: &[&str] = &[
        "Name",
        "Home",
        "Version",
        "Description",
        "Icon",
        "APIVersion",
        "Condition",
        "Tags",
        "AppVersion",
        "KubeVersion",
        "Type",
    ];
    let field = |(name, key): &(&'static str, &str)| {
        let found = of.pointer("/metadata").and_then(|all| all.get(key));
        let value = match found {
            Some(found) => named(found),
            None if TEXTS.contains(name) => Value::from(""),
            None if *name == "Deprecated" => Value::from(false),
            None => Value::list([]),
        };
        (*name, value)
    };
    let values = value(of.get("values").unwrap_or(&Json::Null));
    structure(
        "*v2.Chart",
        vec![
            ("Metadata", structure("*v2.Metadata", METADATA.iter().map(field).collect())),
            ("Values", values),
        ],
    )
}

/// Maintainers and dependencies are structs; their fields begin with capitals.
fn named(of: &Json) -> Value {
    const FIELDS: &[(&str, &str)] = &[
        ("name", "Name"),
        ("email", "Email"),
        ("url", "URL"),
        ("version", "Version"),
        ("repository", "Repository"),
        ("condition", "Condition"),
        ("tags", "Tags"),
        ("enabled", "Enabled"),
        ("alias", "Alias"),
    ];
    let Json::Array(items) = of else { return value(of) };
    Value::list(items.iter().map(|item| {
        let Json::Object(map) = item else { return value(item) };
        let fields = map.iter().filter_map(|(key, of)| {
            let (_, name) = FIELDS.iter().find(|(known, _)| known == key)?;
            Some((*name, value(of)))
        });
        structure("*v2.Dependency", fields.collect())
    }))
}

/// Plain JSON, with numbers as Go's reader makes them.
fn value(of: &Json) -> Value {
    match of {
        Json::Null => Value::Nil,
        Json::Bool(truth) => Value::from(*truth),
        Json::Number(number) => Value::from(number.as_f64().unwrap_or_default()),
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => Value::list(items.iter().map(value)),
        Json::Object(map) => Value::map(map.iter().map(|(key, of)| (key.as_str(), value(of)))),
    }
}

fn structure(name: &'static str, fields: Vec<(&'static str, Value)>) -> Value {
    Value::Object(Rc::new(Structure { name, fields }))
}

/// A Go struct that only has fields.
#[derive(Debug)]
struct Structure {
    name: &'static str,
    fields: Vec<(&'static str, Value)>,
}

impl Object for Structure {
    fn type_name(&self) -> &str {
        self.name
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn equals(&self, other: &dyn Object) -> bool {
        std::ptr::addr_eq(self, other)
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        self.fields.clone()
    }
}
