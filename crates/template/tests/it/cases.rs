//! Every case of `cases/*.jsonl` prints what Go printed, or fails with Go's words.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use template::{MissingKey, NoHost, Options, Session, TemplateSet, Value};

use crate::library;

#[test]
fn every_case_is_as_go_ran_it() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let library = Arc::new(library::library());
    let mut files: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut run, mut wrong) = (0, Vec::new());
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        for (at, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let case: Json = serde_json::from_str(line).unwrap();
            run += 1;
            let expected = match (&case["output"], &case["error"]) {
                (Json::String(output), _) => Ok(output.clone()),
                (_, Json::String(error)) => Err(error.clone()),
                _ => panic!("{name}:{} has neither output nor error", at + 1),
            };
            let got = execute(&library, &case);
            if got != expected {
                let template = &case["template"];
                wrong.push(format!(
                    "{name}:{}: {template}\n  Go: {expected:?}\n  we: {got:?}",
                    at + 1
                ));
            }
        }
    }
    assert!(run > 500, "only {run} cases were found");
    assert!(wrong.is_empty(), "{} of {run} cases differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn execute(library: &Arc<template::Library>, case: &Json) -> Result<String, String> {
    let text = case["template"].as_str().expect("a case has a template");
    let mut set = TemplateSet::new(Arc::clone(library), "root");
    set.add("t", diagnostic::Source::new("t", text)).map_err(|error| error.to_string())?;
    let missing_key = match case["missing"].as_str() {
        Some("zero") => MissingKey::Zero,
        Some("error") => MissingKey::Error,
        _ => MissingKey::Invalid,
    };
    let mut host = NoHost;
    let options = Options { missing_key, ..Options::default() };
    let data = from_json(&case["data"]);
    let result = Session::new(&set, &mut host, options).execute("t", &data);
    let output = result.map_err(|error| {
        // Whatever fails can be shown.
        let shown = error.to_diagnostic().render(diagnostic::Style::Plain);
        assert!(!shown.is_empty());
        error.to_string()
    })?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}

fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number
            .as_i64()
            .map_or_else(|| Value::float(number.as_f64().unwrap_or_default()), Value::int),
        Json::String(text) => Value::str(text),
        Json::Array(items) => Value::list(items.iter().map(from_json)),
        Json::Object(entries) => Value::map(entries.iter().map(|(k, v)| (k, from_json(v)))),
    }
}
