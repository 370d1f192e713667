//! Inputs made to exhaust something.

use yaml::{Numbers, Value, json, node};

fn refused(text: &str) -> String {
    assert!(node::parse(text).is_err());
    yaml::from_str(text, Numbers::Float64).unwrap_err().to_string()
}

#[test]
fn deep_nesting_is_refused() {
    for text in
        ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000)]
    {
        assert!(refused(&text).contains("exceeded max depth"));
    }
    let blocks: String = (0..2000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert!(refused(&blocks).contains("exceeded max depth"));
    let error = json::from_str(&"[".repeat(100_000), Numbers::Float64).unwrap_err();
    assert_eq!(error.to_string(), "exceeded max depth");
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..9 {
        let aliases = vec![format!("*a{}", n - 1); 9].join(", ");
        text.push_str(&format!("a{n}: &a{n} [{aliases}]\n"));
    }
    let expected = "error converting YAML to JSON: yaml: document contains excessive aliasing";
    assert_eq!(refused(&text), expected);
}

#[test]
fn aliases_that_nest_are_refused() {
    let mut text = "- &a0 [x]\n".to_owned();
    for n in 1..3000 {
        text.push_str(&format!("- &a{n} [*a{}]\n", n - 1));
    }
    refused(&text);
    let merges: String = (1..3000).map(|n| format!("a{n}: &a{n}\n  <<: *a{}\n", n - 1)).collect();
    refused(&format!("a0: &a0 {{}}\n{merges}"));
}

#[test]
fn an_anchor_inside_itself_is_refused() {
    let expected = "error converting YAML to JSON: yaml: anchor 'a' value contains itself";
    assert_eq!(refused("a: &a [*a]\n"), expected);
}

#[test]
fn a_value_as_deep_as_it_may_be_prints() {
    let mut value = Value::from(1);
    for n in 0..490 {
        value =
            if n % 2 == 0 { Value::List(vec![value]) } else { Value::from_iter([("k", value)]) };
    }
    let printed = yaml::to_string(&value);
    assert_eq!(yaml::from_str(&printed, Numbers::Exact).unwrap(), value);
}

#[test]
fn large_documents_of_every_shape_are_read() {
    let many = 20_000;
    for text in [
        (0..many).map(|n| format!("key{n}: {{a: [1, 2, 'x'], b: \"y\\n\"}}\n")).collect(),
        format!("a: \"{}\"\n", "word \\\n  ".repeat(many)),
        format!("a: {}\n", "word\n  ".repeat(many)),
        format!("a: >\n{}", "  word\n\n".repeat(many)),
        format!("a: [{}]\n", "{b: c}, ".repeat(many)),
        format!("[{}]\n", "\n".repeat(many)),
        format!("? {}\n: 1\n", "x ".repeat(many)),
    ] {
        assert!(yaml::from_str(&text, Numbers::Float64).is_ok(), "{}", &text[..40.min(text.len())]);
    }
}
