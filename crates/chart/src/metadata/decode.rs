//! YAML into metadata as `sigs.k8s.io/yaml` decodes it into Go structs.
//!
//! Numbers and bools become text where the field is text; names match in any case; a field of the
//! wrong type is an error in Go's words, the first one in key order.
use std::collections::BTreeMap;

use yaml::{Map, Numbers, Value};

use super::{Dependency, ImportValue, Lock, Maintainer, Metadata};
use crate::{Error, File};

/// The field a value goes to, for messages: the Go struct and the path from the outermost one.
#[derive(Clone, Copy)]
struct Place<'a> {
    structure: &'static str,
    path: &'a str,
}

type Decoded<T> = Result<T, Mismatch>;

/// A field of the wrong type.
struct Mismatch {
    message: String,
    /// Keys and indexes that lead to it, innermost first.
    inside_out: Vec<String>,
}

impl Mismatch {
    fn below(mut self, step: impl Into<String>) -> Self {
        self.inside_out.push(step.into());
        self
    }
}

/// The `apiVersion` of a chart, which Helm looks at before anything else.
pub(super) fn api_version(file: &File) -> Result<String, Error> {
    let Some(map) = read(file, "loader.chartBase")? else { return Ok(String::new()) };
    let mut found = String::new();
    let at = Place { structure: "chartBase", path: "apiVersion" };
    let result = fields(&map, &["apiVersion"], |_, value| {
        found = text(value, at)?;
        Ok(())
    });
    result.map(|()| found).map_err(bad(file))
}

pub(super) fn metadata(into: &mut Metadata, file: &File) -> Result<(), Error> {
    let Some(map) = read(file, "v2.Metadata")? else { return Ok(()) };
    fields(&map, FIELDS, |field, value| metadata_field(into, field, value)).map_err(bad(file))
}

pub(super) fn lock(file: &File) -> Result<Lock, Error> {
    let mut lock = Lock::default();
    let Some(map) = read(file, "v2.Lock")? else { return Ok(lock) };
    fields(&map, &["generated", "digest", "dependencies"], |field, value| {
        let at = Place { structure: "Lock", path: field };
        match field {
            "generated" => lock.generated = text(value, at)?,
            "digest" => lock.digest = text(value, at)?,
            _ => lock.dependencies = dependencies(value, at)?,
        }
        Ok(())
    })
    .map_err(bad(file))?;
    Ok(lock)
}

const FIELDS: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

/// The first field that the Go structs do not have, in the order of the keys.
pub(super) fn strict_problem(data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    let value = match yaml::from_str_strict(&text, Numbers::Exact) {
        Ok(value) => value,
        Err(error) => return Some(error.to_string()),
    };
    let unknown = unknown_field(value.as_map()?, FIELDS)?;
    let unknown = yaml::quote::quote(&unknown);
    Some(format!("error unmarshaling JSON: while decoding JSON: json: unknown field {unknown}"))
}

fn unknown_field(map: &Map, known: &[&str]) -> Option<String> {
    map.iter().find_map(|(key, value)| {
        let Some(field) = known.iter().find(|f| f.eq_ignore_ascii_case(key)) else {
            return Some(key.clone());
        };
        let inner: &[&str] = match *field {
            "maintainers" => MAINTAINER_FIELDS,
            "dependencies" => DEPENDENCY_FIELDS,
            _ => return None,
        };
        let items = value.as_list().unwrap_or_default().iter().filter_map(Value::as_map);
        items.into_iter().find_map(|item| unknown_field(item, inner))
    })
}

fn metadata_field(into: &mut Metadata, field: &'static str, value: &Value) -> Decoded<()> {
    let at = Place { structure: "Metadata", path: field };
    match field {
        "name" => into.name = text(value, at)?,
        "home" => into.home = text(value, at)?,
        "sources" => into.sources = texts(value, at)?,
        "version" => into.version = text(value, at)?,
        "description" => into.description = text(value, at)?,
        "keywords" => into.keywords = texts(value, at)?,
        "maintainers" => {
            into.maintainers = maintainers(value, at)?;
            into.null_maintainer = null_in(value);
        }
        "icon" => into.icon = text(value, at)?,
        "apiVersion" => into.api_version = text(value, at)?,
        "condition" => into.condition = text(value, at)?,
        "tags" => into.tags = text(value, at)?,
        "appVersion" => into.app_version = text(value, at)?,
        "deprecated" => into.deprecated = flag(value, at)?,
        "annotations" => into.annotations = Some(annotations(value, at)?),
        "kubeVersion" => into.kube_version = text(value, at)?,
        "dependencies" => {
            into.dependencies = Some(dependencies(value, at)?);
            into.null_dependency = null_in(value);
        }
        _ => into.kind = text(value, at)?,
    }
    Ok(())
}

fn read(file: &File, target: &str) -> Result<Option<Map>, Error> {
    let value = yaml::from_slice(&file.data, Numbers::Exact)
        .map_err(|e| Error::file(file, e.to_string()))?;
    match value {
        Value::Null => Ok(None),
        Value::Map(map) => Ok(Some(map)),
        other => {
            let found = other.json_type();
            let message = format!("json: cannot unmarshal {found} into Go value of type {target}");
            Err(bad(file)(Mismatch { message, inside_out: vec![] }))
        }
    }
}

fn bad(file: &File) -> impl Fn(Mismatch) -> Error + '_ {
    |Mismatch { message, mut inside_out }| {
        inside_out.reverse();
        Error::File {
            file: file.name.clone(),
            message: format!("error unmarshaling JSON: while decoding JSON: {message}"),
            at: inside_out,
        }
    }
}

/// Hands each known field to `set`; null leaves a field alone. The first error counts.
fn fields(
    map: &Map,
    known: &[&'static str],
    mut set: impl FnMut(&'static str, &Value) -> Decoded<()>,
) -> Decoded<()> {
    let mut first = Ok(());
    for (key, value) in map {
        let field = known
            .iter()
            .find(|f| *f == key)
            .or_else(|| known.iter().find(|f| f.eq_ignore_ascii_case(key)));
        if let Some(field) = field
            && !value.is_null()
        {
            first = first.and(set(field, value).map_err(|wrong| wrong.below(key.as_str())));
        }
    }
    first
}

fn mismatch<T>(value: &Value, at: Place<'_>, wanted: &str) -> Decoded<T> {
    let Place { structure, path } = at;
    let found = value.json_type();
    let message = format!(
        "json: cannot unmarshal {found} into Go struct field {structure}.{path} of type {wanted}"
    );
    Err(Mismatch { message, inside_out: vec![] })
}

fn text(value: &Value, at: Place<'_>) -> Decoded<String> {
    match value.to_text() {
        Some(text) => Ok(text),
        None if value.is_null() => Ok(String::new()),
        None => mismatch(value, at, "string"),
    }
}

fn flag(value: &Value, at: Place<'_>) -> Decoded<bool> {
    value.as_bool().map_or_else(|| mismatch(value, at, "bool"), Ok)
}

fn list<'v>(value: &'v Value, at: Place<'_>, wanted: &str) -> Decoded<&'v [Value]> {
    value.as_list().map_or_else(|| mismatch(value, at, wanted), Ok)
}

fn texts(value: &Value, at: Place<'_>) -> Decoded<Vec<String>> {
    let items = list(value, at, "[]string")?.iter().enumerate();
    items.map(|(index, item)| text(item, at).map_err(|e| e.below(index.to_string()))).collect()
}

fn annotations(value: &Value, at: Place<'_>) -> Decoded<BTreeMap<String, String>> {
    let Some(map) = value.as_map() else { return mismatch(value, at, "map[string]string") };
    let entry = |(key, v): (&String, &Value)| Ok((key.clone(), text(v, at)?));
    map.iter().map(|found| entry(found).map_err(|e: Mismatch| e.below(found.0))).collect()
}

/// Where the first null of a list is; Go keeps it as a pointer to nothing.
fn null_in(value: &Value) -> Option<usize> {
    value.as_list()?.iter().position(Value::is_null)
}

/// Hands each object of a list to `add`.
fn objects<'v>(
    value: &'v Value,
    at: Place<'_>,
    of: &str,
    mut add: impl FnMut(&'v Map) -> Decoded<()>,
) -> Decoded<()> {
    let items = list(value, at, &format!("[]*{of}"))?;
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
        let map = item.as_map().map_or_else(|| mismatch(item, at, of), Ok);
        map.and_then(&mut add).map_err(|wrong| wrong.below(index.to_string()))?;
    }
    Ok(())
}

fn maintainers(value: &Value, at: Place<'_>) -> Decoded<Vec<Maintainer>> {
    let mut all = Vec::new();
    objects(value, at, "v2.Maintainer", |map| {
        let mut one = Maintainer::default();
        fields(map, MAINTAINER_FIELDS, |field, value| {
            let path = format!("{}.{field}", at.path);
            let at = Place { structure: "Maintainer", path: &path };
            match field {
                "name" => one.name = text(value, at)?,
                "email" => one.email = text(value, at)?,
                _ => one.url = text(value, at)?,
            }
            Ok(())
        })?;
        all.push(one);
        Ok(())
    })?;
    Ok(all)
}

fn dependencies(value: &Value, at: Place<'_>) -> Decoded<Vec<Dependency>> {
    let mut all = Vec::new();
    objects(value, at, "v2.Dependency", |map| {
        let mut one = Dependency::default();
        fields(map, DEPENDENCY_FIELDS, |field, value| {
            let path = format!("{}.{field}", at.path);
            let at = Place { structure: "Dependency", path: &path };
            match field {
                "name" => one.name = text(value, at)?,
                "version" => one.version = text(value, at)?,
                "repository" => one.repository = text(value, at)?,
                "condition" => one.condition = text(value, at)?,
                "tags" => one.tags = texts(value, at)?,
                "enabled" => one.enabled = flag(value, at)?,
                "import-values" => one.import_values = import_values(value, at)?,
                _ => one.alias = text(value, at)?,
            }
            Ok(())
        })?;
        all.push(one);
        Ok(())
    })?;
    Ok(all)
}

const MAINTAINER_FIELDS: &[&str] = &["name", "email", "url"];

const DEPENDENCY_FIELDS: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

fn import_values(value: &Value, at: Place<'_>) -> Decoded<Vec<ImportValue>> {
    let items = list(value, at, "[]interface {}")?;
    let one = |item: &Value| match item {
        Value::String(name) => ImportValue::Export(name.clone()),
        Value::Map(map) => {
            let part = |key| crate::values::go_print(map.get(key).unwrap_or(&Value::Null));
            ImportValue::Path { child: part("child"), parent: part("parent") }
        }
        other => ImportValue::Other(other.clone()),
    };
    Ok(items.iter().map(one).collect())
}
