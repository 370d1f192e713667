//! Rules about `templates/`: they render, and what they render are objects that Kubernetes takes.
use std::collections::BTreeMap;

use chart::values::{Table, Tree, coalesce_tree};
use chart::{Chart, process_dependencies};
use yaml::quote::quote;
use yaml::{Map, Numbers, Value};

use super::head::{Head, mismatch};
use super::stream::Stream;
use super::{Entry, Folder, Kind, Linted, Options, Severity, deprecated, names};
use crate::checked::Refused;
use crate::{Error, Operation, Release, Request, engine, scope};

const FOLDER: &str = "templates/";

pub(super) fn check(linted: &mut Linted, folder: &Folder, values: &Tree, options: &Options<'_>) {
    match &folder.templates {
        Entry::Missing => {
            let text = "directory does not exist".to_owned();
            linted.rule(Severity::Warning, FOLDER, Err(text));
            return;
        }
        Entry::Unreadable(error) => {
            linted.rule(Severity::Error, FOLDER, Err(error.clone()));
            return;
        }
        Entry::Present(Kind::Other) => {
            linted.rule(Severity::Error, FOLDER, Err("not a directory".to_owned()));
            return;
        }
        Entry::Present(Kind::Directory) => {}
    }
    let chart = match &folder.chart {
        Ok((chart, warnings)) => {
            linted.log(warnings);
            chart.clone()
        }
        Err(cause) => {
            linted.rule(Severity::Error, FOLDER, Err(cause.clone()));
            return;
        }
    };
    match render(linted, chart, &values.to_map(), options) {
        Ok((chart, texts)) => files(linted, &chart, &texts, options),
        // Helm leaves the rule without a word.
        Err(None) => {}
        Err(Some(text)) => {
            linted.rule(Severity::Error, FOLDER, Err(text));
        }
    }
}

type Texts = BTreeMap<String, String>;

/// The settled chart and its texts by path; an error without a text is not told.
fn render(
    linted: &mut Linted,
    mut chart: Chart,
    values: &Map,
    options: &Options<'_>,
) -> Result<(Chart, Texts), Option<String>> {
    let given = Table::from(values);
    let warnings = process_dependencies(&mut chart, &given).map_err(|_| None)?;
    linted.log(&warnings);
    let first = coalesce_tree(&chart, &given).map_err(|_| None)?;
    linted.log(&first.warnings);
    // Twice, as in Helm: a null that removed a default is forgotten by now, and the default is back.
    let coalesced = coalesce_tree(&chart, &first.values.to_table());
    let coalesced = coalesced.map_err(|error| Some(error.to_string()))?;
    linted.log(&coalesced.warnings);
    if !options.skip_schema_validation {
        let valid = chart::schema::validate(&chart, &coalesced.values);
        valid.map_err(|error| Some(error.to_string()))?;
    }
    let request = Request {
        chart: &chart,
        values,
        release: Release {
            name: "test-release".to_owned(),
            namespace: options.namespace.clone(),
            revision: 0,
            operation: Operation::Install,
        },
        capabilities: options.capabilities,
        host: crate::Host { lookup: None, resolve: None, ..options.host },
        options: crate::Options {
            lint: true,
            time_zone: options.time_zone.clone(),
            ..crate::Options::default()
        },
    };
    let templates = scope::templates(&request, &chart, &coalesced.values);
    let run = engine::run(&request, &chart, &templates, &Refused::default());
    let failed = |error: Error| Some(error.helm_text());
    let engine::Run { output, errors } = run.map_err(failed)?;
    linted.log.extend(output.warnings);
    if let Some(error) = Error::all(errors) {
        return Err(failed(error));
    }
    Ok((chart, output.texts))
}

fn files(linted: &mut Linted, chart: &Chart, texts: &Texts, options: &Options<'_>) {
    for template in &chart.templates {
        let name = template.name.as_str();
        let extension = extension(name);
        if !matches!(extension, ".yaml" | ".yml" | ".tpl" | ".txt") {
            let text = format!(
                "file extension '{extension}' not valid. Valid extensions are .yaml, .yml, .tpl, \
                 or .txt"
            );
            linted.rule(Severity::Error, name, Err(text));
        }
        let extension = extension.to_lowercase();
        if !matches!(extension.as_str(), ".yaml" | ".yml") {
            continue;
        }
        let Some(text) = texts.get(&format!("{}/{name}", chart.name())) else { continue };
        if text.trim().is_empty() {
            continue;
        }
        linted.rule(Severity::Warning, name, top_indent(text));
        if objects(linted, name, text, options).is_err() {
            return;
        }
    }
}

/// The objects of one text; one that cannot be read ends the whole rule.
fn objects(
    linted: &mut Linted,
    name: &str,
    text: &str,
    options: &Options<'_>,
) -> Result<(), Stopped> {
    let mut stream = Stream::new(text.as_bytes());
    while let Some(document) = stream.next() {
        let head = match document {
            Ok(Some(head)) => head,
            Ok(None) => continue,
            Err(cause) => {
                linted.rule(Severity::Error, name, Err(format!("unable to parse YAML: {cause}")));
                return Err(Stopped);
            }
        };
        linted.rule(Severity::Warning, name, names::check(&head));
        let version = &options.capabilities.kube_version;
        linted.rule(Severity::Warning, name, deprecated::check(&head, version));
        linted.rule(Severity::Error, name, selector(&head, text));
        linted.rule(Severity::Error, name, list_annotations(&head, text));
    }
    Ok(())
}

struct Stopped;

/// Go's `filepath.Ext`.
fn extension(name: &str) -> &str {
    let file = name.rfind('/').map_or(0, |at| at + 1);
    name[file..].rfind('.').map_or("", |at| &name[file + at..])
}

/// The first line that has something on it begins at the margin.
fn top_indent(text: &str) -> Result<(), String> {
    // Go's scanner gives up on a line that is longer.
    const LONGEST: usize = 64 * 1024;
    for line in text.split('\n') {
        if line.len() >= LONGEST {
            return Err("bufio.Scanner: token too long".to_owned());
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.trim().is_empty() {
            continue;
        }
        if line.starts_with([' ', '\t']) {
            return Err(format!(
                "document starts with an illegal indent: {}, which may cause parsing problems",
                quote(line)
            ));
        }
        return Ok(());
    }
    Ok(())
}

fn selector(head: &Head, text: &str) -> Result<(), String> {
    let wants =
        matches!(head.kind.as_str(), "Deployment" | "ReplicaSet" | "DaemonSet" | "StatefulSet");
    if !wants || text.contains("matchLabels") || text.contains("matchExpressions") {
        return Ok(());
    }
    Err(format!(
        "a {} must contain matchLabels or matchExpressions, and {} does not",
        head.kind,
        quote(&head.name)
    ))
}

fn list_annotations(head: &Head, text: &str) -> Result<(), String> {
    if head.kind != "List" {
        return Ok(());
    }
    let unreadable = |cause: String| format!("unable to parse YAML: {cause}");
    let value =
        yaml::from_str(text, Numbers::Exact).map_err(|error| unreadable(error.to_string()))?;
    let items = field(&value, "items").and_then(Value::as_list).unwrap_or_default();
    for item in items {
        let annotations = field(item, "metadata").and_then(|m| field(m, "annotations"));
        let Some(Value::Map(annotations)) = annotations else { continue };
        if let Some(bad) =
            annotations.values().find(|v| matches!(v, Value::List(_) | Value::Map(_)))
        {
            let target = "struct field .Items.Metadata.Annotations of type string";
            let cause = mismatch(bad, target);
            let head = "error unmarshaling JSON: while decoding JSON";
            return Err(unreadable(format!("{head}: {cause}")));
        }
        if annotations.contains_key("helm.sh/resource-policy") {
            let text = "annotation 'helm.sh/resource-policy' within List objects are ignored";
            return Err(text.to_owned());
        }
    }
    Ok(())
}

/// An entry in any case, as Go's JSON finds fields.
fn field<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_map()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
