//! What a custom resource's schema refuses, in the server's words.

use serde_json::{Map, Value, json};

use crate::object::text;
use crate::status::Refusal;

/// Everything refused in an object.
pub(crate) fn validate(object: &Value, schema: &Value) -> Vec<Refusal> {
    let mut out = vec![];
    check(object, schema, "", &mut out);
    out
}

fn check(value: &Value, schema: &Value, path: &str, out: &mut Vec<Refusal>) {
    if value.is_null() && schema["nullable"] == json!(true) {
        return;
    }
    let wanted = text(schema, "/type");
    if !fits(value, wanted, schema) {
        let got = type_name(value);
        let shown = if path.is_empty() { "<nil>" } else { path };
        out.push(Refusal::type_invalid(
            path,
            got,
            &format!("{shown} in body must be of type {wanted}: {got:?}"),
        ));
        return;
    }
    if let Some(known) = schema["enum"].as_array()
        && !known.contains(value)
    {
        let known: Vec<String> = known
            .iter()
            .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
            .collect();
        out.push(Refusal::unsupported(path, value, &known));
    }
    match value {
        Value::Object(map) => check_object(map, schema, path, out),
        Value::Array(items) => check_list(items, schema, path, out),
        Value::Number(_) => check_number(value, schema, path, out),
        Value::String(_) => check_text(value, schema, path, out),
        Value::Null | Value::Bool(_) => {}
    }
}

fn fits(value: &Value, wanted: &str, schema: &Value) -> bool {
    if schema["x-kubernetes-int-or-string"] == json!(true) {
        return value.is_string() || value.is_i64();
    }
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        "number" => value.is_number(),
        _ => true,
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn check_object(map: &Map<String, Value>, schema: &Value, path: &str, out: &mut Vec<Refusal>) {
    let mut members: Vec<(&String, &Value)> = map.iter().collect();
    members.sort_by_key(|(name, _)| *name);
    for (name, value) in members {
        if path.is_empty() && matches!(name.as_str(), "metadata" | "apiVersion" | "kind") {
            continue;
        }
        let declared = schema["properties"].get(name);
        if declared.is_some_and(|member| value.is_null() && member["nullable"] != json!(true)) {
            // The server drops such nulls before it validates.
            continue;
        }
        if let Some(member) =
            declared.or(schema.get("additionalProperties").filter(|m| m.is_object()))
        {
            check(value, member, &join(path, name), out);
        }
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !map.contains_key(name) {
            out.push(Refusal::required(join(path, name), ""));
        }
    }
}

fn check_list(items: &[Value], schema: &Value, path: &str, out: &mut Vec<Refusal>) {
    let count = items.len() as u64;
    if let Some(least) = schema["minItems"].as_u64().filter(|least| count < *least) {
        let why = format!("{path} in body should have at least {least} items");
        out.push(Refusal::invalid(path, &json!(count), &why));
    }
    if let Some(most) = schema["maxItems"].as_u64().filter(|most| count > *most) {
        let why = format!("{path} in body should have at most {most} items");
        out.push(Refusal::invalid(path, &json!(count), &why));
    }
    for (index, item) in items.iter().enumerate() {
        check(item, &schema["items"], &format!("{path}[{index}]"), out);
    }
}

fn check_number(value: &Value, schema: &Value, path: &str, out: &mut Vec<Refusal>) {
    let number = value.as_f64().unwrap_or_default();
    if schema["minimum"].as_f64().is_some_and(|least| number < least) {
        let why =
            format!("{path} in body should be greater than or equal to {}", schema["minimum"]);
        out.push(Refusal::invalid(path, value, &why));
    }
    if schema["maximum"].as_f64().is_some_and(|most| number > most) {
        let why = format!("{path} in body should be less than or equal to {}", schema["maximum"]);
        out.push(Refusal::invalid(path, value, &why));
    }
}

fn check_text(value: &Value, schema: &Value, path: &str, out: &mut Vec<Refusal>) {
    let written = value.as_str().unwrap_or_default();
    let length = written.chars().count() as u64;
    if let Some(least) = schema["minLength"].as_u64().filter(|least| length < *least) {
        let why = format!("{path} in body should be at least {least} chars long");
        out.push(Refusal::invalid(path, value, &why));
    }
    if let Some(most) = schema["maxLength"].as_u64().filter(|most| length > *most) {
        let why = format!("{path} in body should be at most {most} chars long");
        out.push(Refusal::invalid(path, value, &why));
    }
    // A pattern only Go's engine reads is not checked.
    if let Some(pattern) = schema["pattern"].as_str()
        && regex::Regex::new(pattern).is_ok_and(|compiled| !compiled.is_match(written))
    {
        let why = format!("{path} in body should match '{pattern}'");
        out.push(Refusal::invalid(path, value, &why));
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
