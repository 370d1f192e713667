//! What would exhaust Go's stack or memory ends with an error.

use std::sync::Arc;

use template::{ExecError, NoHost, Options, Session, TemplateSet, Value};

use crate::library;

fn execute(text: &str, options: Options) -> Result<Vec<u8>, ExecError> {
    let mut set = TemplateSet::new(Arc::new(library::library()), "root");
    set.add("t", diagnostic::Source::new("t", text)).expect("the text is a template");
    let mut host = NoHost;
    Session::new(&set, &mut host, options).execute("t", &Value::Nil)
}

fn refusal(text: &str, options: Options) -> String {
    let error = execute(text, options).expect_err("a limit is reached");
    error.chain().last().unwrap_or(&error).message().to_owned()
}

#[test]
fn recursion_by_template_ends_at_the_depth_of_go() {
    let message =
        refusal(r#"{{define "a"}}{{template "a"}}{{end}}{{template "a"}}"#, Options::default());
    assert_eq!(message, "exceeded maximum template depth (100000)");
}

#[test]
fn recursion_by_a_function_ends_with_an_error() {
    let text = r#"{{define "a"}}{{include "a" .}}{{end}}{{include "a" .}}"#;
    let message = refusal(text, Options { nested: 1000, ..Options::default() });
    assert_eq!(message, "templates are nested more than 1000 calls deep");
    let text = r#"{{define "a"}}{{tpl "{{include \"a\" .}}" .}}{{end}}{{include "a" .}}"#;
    let message = refusal(text, Options { nested: 1000, ..Options::default() });
    assert_eq!(message, "templates are nested more than 1000 calls deep");
}

#[test]
fn endless_loops_run_out_of_fuel() {
    let text = "{{range 1000000000}}{{range 1000000000}}{{end}}{{end}}";
    let message = refusal(text, Options { fuel: 100_000, ..Options::default() });
    assert_eq!(message, "rendering takes more than 100000 steps");
}

#[test]
fn output_and_strings_are_bounded() {
    let options = Options { output: 1000, ..Options::default() };
    let message = refusal("{{range 1000}}0123456789{{end}}", options.clone());
    assert_eq!(message, "output is longer than 1000 bytes");
    let text = r#"{{$x := "0123456789"}}{{range 40}}{{$x = print $x $x}}{{end}}"#;
    assert_eq!(refusal(text, options), "a function returned more than 1000 bytes");
}

#[test]
fn deep_texts_compile_or_are_refused() {
    let nested = format!("{}{}{}", "(".repeat(9_999), "1", ")".repeat(9_999));
    let text = format!("{{{{{nested}}}}}");
    assert_eq!(execute(&text, Options::default()).unwrap(), b"1");
    let library = Arc::new(library::library());
    let mut set = TemplateSet::new(library, "root");
    let text = format!("{{{{{}", "(".repeat(10_001));
    let error = set.add("t", diagnostic::Source::new("t", text)).unwrap_err();
    assert_eq!(error.to_string(), "template: t:1: max expression depth exceeded");
    let text = format!("{}{}", "{{if 1}}".repeat(9_000), "{{end}}".repeat(9_000));
    execute(&text, Options::default()).unwrap();
    let text = "{{if 1}}".repeat(10_001);
    let error = set.add("t", diagnostic::Source::new("t", text)).unwrap_err();
    assert_eq!(error.message, "nested deeper than 10000 levels");
    let text = format!("{{{{if 1}}}}{}{{{{end}}}}", "{{else if 1}}".repeat(9_000));
    execute(&text, Options::default()).unwrap();
}

#[test]
fn values_that_hold_themselves_print_and_go() {
    let text = r#"{{$m := dict "a" 1}}{{$_ := set $m "self" $m}}{{len (print $m)}}"#;
    assert!(execute(text, Options::default()).is_ok());
}

#[test]
fn values_that_hold_themselves_are_not_documents() {
    let map = Value::map([("a", Value::int(1))]);
    let mut set = TemplateSet::new(Arc::new(library::library()), "root");
    set.add("t", diagnostic::Source::new("t", "{{$_ := set . \"self\" (list .)}}")).unwrap();
    let mut host = NoHost;
    let mut session = Session::new(&set, &mut host, Options::default());
    session.execute("t", &map).unwrap();
    let error = yaml::emit::try_v2(&map).unwrap_err().to_string();
    assert!(error.contains("encountered a cycle"), "{error}");
    assert!(yaml::Value::Null != map.to_yaml());
}

#[test]
fn errors_point_into_the_text() {
    let text = "a\n{{define \"x\"}}{{.a.b}}{{end}}{{include \"x\" .}}";
    let mut set = TemplateSet::new(Arc::new(library::library()), "root");
    set.add("t.yaml", diagnostic::Source::new("t.yaml", text)).unwrap();
    let mut host = NoHost;
    let data = Value::map([("a", Value::Nil)]);
    let error = Session::new(&set, &mut host, Options::default()).execute("t.yaml", &data);
    let error = error.unwrap_err();
    let shown = error.to_diagnostic().render(diagnostic::Style::Plain);
    assert!(shown.contains("nil pointer evaluating interface {}.b"), "{shown}");
    assert!(shown.contains("t.yaml:2:17"), "{shown}");
    assert!(shown.contains("called from \"t.yaml\""), "{shown}");
    assert_eq!(error.chain().count(), 2);
}
