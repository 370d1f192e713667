//! What holds for any input.

use proptest::prelude::*;
use yaml::{Map, Numbers, Value, emit, json, node};

/// Pieces that YAML gives a meaning to, so that random texts reach deep into the scanner.
const PIECES: &[&str] = &[
    "a",
    "key",
    ": ",
    ":",
    "- ",
    "-",
    "? ",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "\t",
    "\r\n",
    "|",
    "|-",
    ">+",
    "|2",
    "#c",
    "&a ",
    "*a",
    "!!int ",
    "!!binary ",
    "!x ",
    "!<",
    "[",
    "]",
    "{",
    "}",
    ",",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "<<: ",
    "\"",
    "'",
    "\"\\x41\"",
    "\"\\u00",
    "1",
    "0x1F",
    ".inf",
    "2001-01-01",
    "yes",
    "~",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "é",
    "😀",
    "\u{7}",
    "x: y\n",
];

fn text_of_pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

/// Strings that JSON and YAML read alike. Go's literal scalars cannot begin with a tab, so none has
/// lines and tabs.
fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~\né😀\u{2028}]{0,40}",
        "[a\t -]{0,8}",
        "[a-z0-9_.:+-]{0,12}",
        "( |\n|a|word ){0,30}",
        Just("word ".repeat(40)),
        Just("x".repeat(200)),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        string().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::btree_map(string(), inner, 0..6).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = yaml::from_slice(&bytes, Numbers::Float64);
        let _ = json::from_slice(&bytes, Numbers::Float64);
        let _ = node::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_text_panics_and_spans_lie_inside(text in text_of_pieces()) {
        if let Err(error) = yaml::from_str(&text, Numbers::Exact)
            && let Some(span) = error.span()
        {
            prop_assert!(text.get(span).is_some());
        }
        for document in yaml::documents(&text) {
            let _ = document;
        }
        if let Ok(nodes) = node::parse(&text) {
            for node in nodes {
                check_spans(&text, &node);
            }
        }
    }

    #[test]
    fn nodes_mean_what_values_mean(text in text_of_pieces()) {
        // Go reads only the first document, and forgives what follows it.
        if let (Ok(value), Ok(nodes)) = (yaml::from_str_strict(&text, Numbers::Exact), node::parse(&text)) {
            let node = nodes.first().map(node::Node::to_value).unwrap_or_default();
            prop_assert_eq!(json::to_string(&node), json::to_string(&value));
        }
    }

    #[test]
    fn printed_values_read_back(value in value()) {
        let v2 = emit::try_v2(&value).unwrap();
        prop_assert_eq!(&yaml::from_str(&v2, Numbers::Exact).unwrap(), &value, "{}", v2);
        let v3 = emit::v3_indent2(&value);
        prop_assert_eq!(&yaml::from_str(&v3, Numbers::Exact).unwrap(), &value, "{}", v3);
        let compact = json::to_string(&value);
        prop_assert_eq!(&json::from_str(&compact, Numbers::Exact).unwrap(), &value);
        let pretty = json::to_string_pretty(&value, "  ");
        prop_assert_eq!(&json::from_str(&pretty, Numbers::Exact).unwrap(), &value);
        prop_assert_eq!(&yaml::from_str(&compact, Numbers::Exact).unwrap(), &value);
    }

    #[test]
    fn floats_read_back(number in any::<f64>().prop_filter("finite", |f| f.is_finite())) {
        let value = Value::Map(Map::from([("f".to_owned(), Value::Float(number))]));
        prop_assert_eq!(&yaml::from_str(&emit::v2(&value), Numbers::Float64).unwrap(), &value);
        prop_assert_eq!(&json::from_str(&json::to_string(&value), Numbers::Float64).unwrap(), &value);
    }
}

fn check_spans(text: &str, node: &node::Node) {
    assert!(text.get(node.span.clone()).is_some(), "{:?} in {text:?}", node.span);
    match &node.kind {
        node::Kind::List(list) => list.iter().for_each(|item| check_spans(text, item)),
        node::Kind::Map(entries) => {
            for (key, item) in entries {
                assert!(text.get(key.span.clone()).is_some());
                check_spans(text, item);
            }
        }
        node::Kind::Null
        | node::Kind::Bool(_)
        | node::Kind::Int(_)
        | node::Kind::Uint(_)
        | node::Kind::Float(_)
        | node::Kind::String { .. } => {}
    }
}
