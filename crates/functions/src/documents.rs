//! YAML, JSON and TOML to and from text. Invariant: what cannot be printed is "" (or the error's
//! text, for TOML), what cannot be read is a value that holds the error; the `must…` forms fail.

mod toml_reader;
mod toml_writer;

use template::{CallError, Context, Function, List, ListType, Map, MapType, Param, Value};
use yaml::json::{self, Escape};
use yaml::{Numbers, emit};

use crate::arguments::{Arguments, Outcome, fixed};
use crate::dates::LocalTimes;

const S: &[Param] = &[Param::String];
const A: &[Param] = &[Param::Any];

pub(crate) const FUNCTIONS: &[Function] = &[
    fixed("fromJson", S, |_, args| {
        let text = args.text(0);
        if text.trim_matches(JSON_SPACE) == "null" {
            return Ok(Value::Map(Map::nil(MapType::Any)));
        }
        if let Ok(map @ Value::Map(_)) = json::build_from_slice(args.bytes(0), Numbers::Float64) {
            return Ok(map);
        }
        let (map, error) = json::filled_map(args.bytes(0), Numbers::Float64);
        let map = Map::from_yaml(&map);
        if let Some(error) = error {
            // The map is no nil map, so that setting cannot fail.
            let _ = map.insert("Error", Value::str(error.to_string()));
        }
        Ok(Value::Map(map))
    }),
    fixed("fromJsonArray", S, |_, args| {
        let text = args.text(0);
        if text.trim_matches(JSON_SPACE) == "null" {
            return Ok(Value::List(List::nil(ListType::Any)));
        }
        if let Ok(list @ Value::List(_)) = json::build_from_slice(args.bytes(0), Numbers::Float64) {
            return Ok(list);
        }
        Ok(list_or_error(json::list_from_slice(args.bytes(0), Numbers::Float64)))
    }),
    fixed("fromToml", S, from_toml),
    fixed("fromYaml", S, |_, args| {
        Ok(match built_from_yaml(args.bytes(0)) {
            Some(map @ Value::Map(_)) => map,
            // Null, or what has a problem.
            Some(_) | None => map_or_error(yaml::map_from_slice(args.bytes(0), Numbers::Float64)),
        })
    }),
    fixed("fromYamlArray", S, |_, args| {
        Ok(match built_from_yaml(args.bytes(0)) {
            Some(list @ Value::List(_)) => list,
            Some(_) | None => list_or_error(yaml::list_from_slice(args.bytes(0), Numbers::Float64)),
        })
    }),
    fixed("mustFromJson", S, must_from_json),
    fixed("mustToJson", A, |_, args| text(to_json(args, Escape::Html)?)),
    fixed("mustToPrettyJson", A, |_, args| text(to_pretty_json(args)?)),
    fixed("mustToRawJson", A, |_, args| text(to_json(args, Escape::Plain)?)),
    fixed("mustToToml", A, |_, args| text(to_toml(args)?.map_err(CallError::new)?)),
    fixed("mustToYaml", A, |_, args| text(to_yaml(args)?)),
    fixed("toJson", A, |_, args| text(to_json(args, Escape::Html).unwrap_or_default())),
    fixed("toPrettyJson", A, |_, args| text(to_pretty_json(args).unwrap_or_default())),
    // Sprig panics here, so it fails like its `must` form.
    fixed("toRawJson", A, |_, args| text(to_json(args, Escape::Plain)?)),
    fixed("toToml", A, |_, args| text(to_toml(args)?.unwrap_or_else(String::into_bytes))),
    fixed("toYaml", A, |_, args| text(to_yaml(args).unwrap_or_default())),
    fixed("toYamlPretty", A, |_, args| {
        // Here go-yaml 3 panics, which Helm does not catch.
        let printed = emit::try_v3_indent2(args.any(0)).map_err(|error| json_failure(&error))?;
        text(printed.strip_suffix('\n').unwrap_or(&printed))
    }),
];

/// White space between JSON's tokens.
const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

fn text(text: impl Into<template::Str>) -> Outcome {
    Ok(Value::Str(text.into()))
}

fn failure(error: &yaml::Error) -> CallError {
    CallError::new(error.to_string())
}

/// Go's JSON library has no words of its own before the problem.
fn json_failure(error: &yaml::Error) -> CallError {
    CallError::new(error.problem().message.clone())
}

fn to_yaml(args: &[Value]) -> Result<String, CallError> {
    let mut printed = emit::try_v2(args.any(0)).map_err(|error| failure(&error))?;
    if printed.ends_with('\n') {
        printed.pop();
    }
    Ok(printed)
}

fn to_json(args: &[Value], escape: Escape) -> Result<String, CallError> {
    json::try_to_string(args.any(0), escape).map_err(|error| json_failure(&error))
}

fn to_pretty_json(args: &[Value]) -> Result<String, CallError> {
    json::try_to_string_pretty(args.any(0), "  ").map_err(|error| json_failure(&error))
}

/// The outer error is a panic of Go's, the inner one the library's text.
fn to_toml(args: &[Value]) -> Result<Result<Vec<u8>, String>, CallError> {
    if matches!(args.any(0), Value::Nil | Value::Missing) {
        return Err(CallError::new("reflect: call of reflect.Value.Type on zero Value"));
    }
    Ok(toml_writer::write(args.any(0)))
}

fn must_from_json(_: &mut Context<'_>, args: &[Value]) -> Outcome {
    json::build_from_slice(args.bytes(0), Numbers::Float64).map_err(|error| failure(&error))
}

/// What a text that is one holds.
fn built_from_yaml(bytes: &[u8]) -> Option<Value> {
    yaml::build_from_str(std::str::from_utf8(bytes).ok()?, Numbers::Float64).ok()
}

fn map_or_error(result: Result<yaml::Map, yaml::Error>) -> Value {
    match result {
        Ok(map) => Value::Map(Map::from_yaml(&map)),
        Err(error) => Value::map([("Error", Value::str(error.to_string()))]),
    }
}

fn list_or_error(result: Result<Vec<yaml::Value>, yaml::Error>) -> Value {
    match result {
        Ok(list) => Value::list(list.iter().map(Value::from_yaml)),
        Err(error) => Value::list([Value::str(error.to_string())]),
    }
}

fn from_toml(cx: &mut Context<'_>, args: &[Value]) -> Outcome {
    Ok(match toml_reader::read(LocalTimes::new(cx), args.bytes(0))? {
        Ok(value) => value,
        Err(error) => Value::map([("Error", Value::str(error))]),
    })
}
