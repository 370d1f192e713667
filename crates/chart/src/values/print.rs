//! Values as Go's `fmt` prints them, for warnings and for names built with `%v`.
use std::fmt::Write as _;

use yaml::Value;
use yaml::float::{self, Float, Notation};

/// `%v`.
pub(crate) fn go_print(value: &Value) -> String {
    let mut text = String::new();
    print(&mut text, value);
    text
}

/// `%t`, which is for bools and complains about everything else.
pub(crate) fn go_print_bool_verb(value: &Value) -> String {
    match value {
        Value::Null => "%!t(<nil>)".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::String(_) => {
            format!("%!t({}={})", value.go_type(), go_print(value))
        }
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(inner_bool_verb).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Map(map) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("%!t(string={key}):{}", inner_bool_verb(value))
            };
            format!("map[{}]", map.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
    }
}

/// Inside of others nil is no complaint.
fn inner_bool_verb(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { go_print_bool_verb(value) }
}

fn print(to: &mut String, value: &Value) {
    match value {
        Value::Null => to.push_str("<nil>"),
        Value::Bool(b) => to.push_str(if *b { "true" } else { "false" }),
        Value::Int(n) => to.push_str(&n.to_string()),
        Value::Uint(n) => to.push_str(&n.to_string()),
        Value::Float(f) => to.push_str(&go_float(*f)),
        Value::String(s) => to.push_str(s),
        Value::List(items) => {
            to.push('[');
            for (i, item) in items.iter().enumerate() {
                to.push_str(if i == 0 { "" } else { " " });
                print(to, item);
            }
            to.push(']');
        }
        Value::Map(map) => {
            to.push_str("map[");
            for (i, (key, item)) in map.iter().enumerate() {
                let space = if i == 0 { "" } else { " " };
                let _ = write!(to, "{space}{key}:");
                print(to, item);
            }
            to.push(']');
        }
    }
}

/// A float as `%v` prints it: the shortest text, with an exponent outside 1e-4 … 1e6.
pub fn go_float(f: f64) -> String {
    float::format(f, Notation::General, None, Float::Float64)
}

#[cfg(test)]
mod tests {
    use super::{go_float, go_print, go_print_bool_verb};

    #[test]
    fn values_print_as_in_go() {
        for (f, text) in [
            (1.0, "1"),
            (123_456.0, "123456"),
            (1e6, "1e+06"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-07"),
        ] {
            assert_eq!(go_float(f), text);
        }
        let value = yaml::Value::from_json(&serde_json::json!({"b": [1, "x", null], "a": true}));
        assert_eq!(go_print(&value), "map[a:true b:[1 x <nil>]]");
        assert_eq!(go_print_bool_verb(&yaml::Value::from("x")), "%!t(string=x)");
        let value = yaml::Value::from_json(&serde_json::json!([null, [null, "a"]]));
        assert_eq!(go_print_bool_verb(&value), "[<nil> [<nil> %!t(string=a)]]");
    }
}
