//! Oracle cases: `tests/cases/*.jsonl` hold what Go's libraries printed (`tests/oracle` captures
//! them anew).

use std::fmt::Write as _;
use std::path::Path;

use yaml::{Error, Numbers, Value, emit, json};

/// Compares every line of a case file; reports all that differ.
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut report = String::new();
    let mut count = 0;
    for line in text.lines() {
        let expected: serde_json::Value = serde_json::from_str(line).unwrap();
        let got = run(&expected);
        if got != expected {
            let _ = writeln!(report, "expected {expected}\n     got {got}");
        }
        count += 1;
    }
    assert!(count > 100, "{name} holds {count} cases");
    assert!(report.is_empty(), "{report}");
}

fn run(case: &serde_json::Value) -> serde_json::Value {
    let mut got = serde_json::Map::new();
    let mut set = |name: &str, text: String| {
        if !text.is_empty() {
            got.insert(name.to_owned(), text.into());
        }
    };
    let value = if let Some(text) = case["yaml"].as_str() {
        set("yaml", text.to_owned());
        let read = yaml::from_str(text, Numbers::Float64);
        if let (Ok(_), Err(error)) = (&read, yaml::from_str_strict(text, Numbers::Float64)) {
            set("strict", error.to_string());
        }
        read
    } else {
        let text = case["json"].as_str().unwrap();
        set("json", text.to_owned());
        let read = json::from_str(text, Numbers::Float64);
        if let Ok(value) = &read {
            set("pretty", json::to_string_pretty(value, "  "));
        }
        read
    };
    match value {
        Ok(value) => print(&value, set),
        Err(error) => set("error", error.to_string()),
    }
    // An empty input is a case too.
    for input in ["yaml", "json"] {
        if let Some(text) = case.get(input) {
            got.insert(input.to_owned(), text.clone());
        }
    }
    got.into()
}

fn print(value: &Value, mut set: impl FnMut(&str, String)) {
    set("value", json::to_string(value));
    let printed = emit::try_v2(value);
    set("v2", printed.unwrap_or_else(|error: Error| format!("error: {error}")));
    set("v3", emit::v3_indent2(value));
}

#[test]
fn written() {
    check("written.jsonl");
}

#[test]
fn generated() {
    check("generated.jsonl");
}

#[test]
fn json_and_what_is_printed_of_it() {
    check("json.jsonl");
}

#[test]
fn tops_that_are_not_what_was_asked_for() {
    let error = yaml::map_from_str("- 1\n", Numbers::Float64).unwrap_err();
    assert_eq!(
        error.to_string(),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of \
         type map[string]interface {}"
    );
    let error = json::list_from_slice(b"3", Numbers::Float64).unwrap_err();
    assert_eq!(
        error.to_string(),
        "json: cannot unmarshal number into Go value of type []interface {}"
    );
    assert!(yaml::map_from_str("", Numbers::Float64).unwrap().is_empty());
}

#[test]
fn exact_numbers_stay_whole() {
    let value =
        yaml::from_str("[9007199254740993, 18446744073709551615, 1e3]", Numbers::Exact).unwrap();
    let expected = Value::List(vec![
        Value::Int(9_007_199_254_740_993),
        Value::Uint(u64::MAX),
        Value::Float(1000.0),
    ]);
    assert_eq!(value, expected);
    assert_eq!(yaml::to_string(&value), "- 9007199254740993\n- 18446744073709551615\n- 1000\n");
}

#[test]
fn errors_point() {
    let error = yaml::from_str("a: 1\nb: [\n  c: }\n", Numbers::Exact).unwrap_err();
    assert_eq!((error.line(), error.column(), error.span()), (Some(3), Some(6), Some(15..16)));
}

#[test]
fn strings_that_are_not_utf8() {
    struct Bytes;
    impl emit::Emit for Bytes {
        fn emit(&self, to: &mut emit::Emitter<'_>) {
            to.bytes(b"a\xff\xfe");
        }
    }
    assert_eq!(emit::v2(&Bytes), "a\u{fffd}\u{fffd}\n");
    assert_eq!(emit::v3_indent2(&Bytes), "!!binary Yf/+\n");
    assert_eq!(json::to_string(&Bytes), "\"a\\ufffd\\ufffd\"");
}

/// What a key's value held is forgotten when the key is given again.
#[test]
fn keys_without_a_name_count_where_they_are_kept() {
    let said = |text| yaml::from_str(text, Numbers::Float64).err().map(|error| error.to_string());
    assert_eq!(said("a:\n  b: 1\n  ~: 2\na: 3\na: 4\n"), None);
    assert_eq!(said("a: {0xFFFFFFFFFFFFFFFF: {b: 1}}\nb: 1\na: 2\n"), None);
    let kept = "error converting YAML to JSON: unsupported map key of type: %!s(<nil>), key: <nil>, \
                value: 2";
    assert_eq!(said("a: 3\na:\n  b: 1\n  ~: 2\n").as_deref(), Some(kept));
    assert_eq!(said("a: {~: 1}\na: {~: 2}\n").as_deref(), Some(kept));
}
