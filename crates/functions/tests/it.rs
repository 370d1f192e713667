//! What Helm's own functions printed, line by line, beside what ours print.
//!
//! A case is a line of `cases/<family>.jsonl`: a template (named `t`), maybe values, and the output
//! or the error of the real program. `RECAPTURE=1 cargo test -p functions` asks the oracle anew and
//! rewrites the files. What is random by nature is judged inside the template, by its shape.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::{Value as Json, json};
use template::{CallError, Host, MissingKey, Options, Session, TemplateSet, Value};

#[path = "it/certificates.rs"]
mod certificates;
#[path = "it/random.rs"]
mod random;

#[test]
fn strings() {
    check("strings");
}

#[test]
fn lists() {
    check("lists");
}

#[test]
fn dicts() {
    check("dicts");
}

#[test]
fn defaults() {
    check("defaults");
}

#[test]
fn math() {
    check("math");
}

#[test]
fn semver() {
    check("semver");
}

#[test]
fn dates() {
    check("dates");
}

#[test]
fn encoding() {
    check("encoding");
}

#[test]
fn url() {
    check("url");
}

#[test]
fn regex() {
    check("regex");
}

#[test]
fn documents() {
    check("documents");
}

/// Complex constants, which no function takes, in front of all of them.
#[test]
fn complex() {
    check("complex");
}

/// Keys and certificates, whole and damaged.
#[test]
fn keys() {
    check("keys");
}

/// Random arguments, sampled.
#[test]
fn generated() {
    check("generated");
}

/// No function is without a case of its own.
#[test]
fn every_function_has_a_case() {
    let mut all = String::new();
    for entry in fs::read_dir(directory()).unwrap() {
        all += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    let words: Vec<&str> = all.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let own = functions::sprig().iter().chain(functions::helm());
    let missing: Vec<&str> =
        own.map(|function| function.name).filter(|name| !words.contains(name)).collect();
    assert!(missing.is_empty(), "no case for {missing:?}");
}

/// A host with a clock and a source of bytes that are good enough for tests.
pub(crate) struct TestHost(u64);

impl Host for TestHost {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random(&mut self, bytes: &mut [u8]) -> Result<(), CallError> {
        // SplitMix64.
        for byte in bytes {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = (mixed ^ (mixed >> 27)) as u8;
        }
        Ok(())
    }
}

/// What a template prints, or Go's text of its error.
pub(crate) fn execute(text: &str, values: Option<&str>) -> Result<String, String> {
    execute_with(text, values, Options::default().fuel)
}

/// The same, with a budget of so many steps.
pub(crate) fn execute_with_fuel(text: &str, fuel: u64) -> Result<String, String> {
    execute_with(text, None, fuel)
}

/// The library has no such bound: it takes what its stack and memory hold.
#[test]
fn toml_goes_so_deep() {
    for (text, what) in [("a = %s1%s", "["), ("[a%s]%s", ".a"), ("a%s = 1%s", ".a")] {
        let error = |depth: usize| {
            let end = if what == "[" { "]" } else { "" };
            let call =
                format!(r#"printf "{text}" (repeat {depth} "{what}") (repeat {depth} "{end}")"#);
            execute_with(&format!("{{{{ (fromToml ({call})).Error }}}}"), None, 10_000).unwrap()
        };
        let most = if what == "[" { 500 } else { 499 };
        assert_eq!(error(most), "<no value>", "{text}");
        assert!(error(most + 1).ends_with(": exceeded max depth"), "{}", error(most + 1));
        assert!(error(100_000).ends_with(": exceeded max depth"), "{text}");
    }
}

fn execute_with(text: &str, values: Option<&str>, fuel: u64) -> Result<String, String> {
    let mut set = TemplateSet::new(functions::library(), "gotpl");
    set.add("t", diagnostic::Source::new("t", text)).map_err(|error| error.to_string())?;
    let values = yaml::from_str(values.unwrap_or("{}"), yaml::Numbers::Float64).unwrap();
    let data = Value::map([("Values", Value::from_yaml(&values))]);
    let mut host = TestHost(42);
    let options = Options { missing_key: MissingKey::Zero, fuel, ..Options::default() };
    let output = Session::new(&set, &mut host, options).execute("t", &data);
    output.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(|error| error.text())
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn check(family: &str) {
    let path = directory().join(format!("{family}.jsonl"));
    let text = fs::read_to_string(&path).unwrap();
    let cases: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    if std::env::var_os("RECAPTURE").is_some() {
        let lines: Vec<String> = cases.iter().map(|case| recapture(case).to_string()).collect();
        fs::write(&path, lines.join("\n") + "\n").unwrap();
        return;
    }
    let mut wrong = Vec::new();
    for case in &cases {
        let template = case["template"].as_str().unwrap();
        let expected = match case.get("error") {
            Some(error) => Err(error.as_str().unwrap().to_owned()),
            None => Ok(case["output"].as_str().unwrap().to_owned()),
        };
        let found = execute(template, case.get("values").and_then(Json::as_str));
        if found != expected {
            wrong.push(format!("{template}\n  expected {expected:?}\n     found {found:?}"));
        }
    }
    let (count, all) = (wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{count} of {all} {family} cases differ:\n{}", wrong.join("\n"));
}

fn recapture(case: &Json) -> Json {
    let oracle = testkit::oracle();
    let values = case.get("values").and_then(Json::as_str).unwrap_or("{}");
    let values = yaml::from_str(values, yaml::Numbers::Float64).unwrap().to_json();
    let mut case = case.clone();
    let answer = oracle.ask(&json!({
        "op": "template",
        "name": "t",
        "template": case["template"],
        "data": {"Values": values},
    }));
    let fields = case.as_object_mut().unwrap();
    fields.remove("output");
    fields.remove("error");
    match answer {
        Ok(output) => fields.insert("output".to_owned(), output),
        Err(error) => fields.insert("error".to_owned(), error.into()),
    };
    case
}
