//! Arguments and what Helm 4.3.1 makes of them, taken from its own parser.
use serde_json::{Value as Json, json};
use yaml::{Map, Value};

use super::{Kind, parse_into};

fn run(kind: Kind, base: &Json, text: &str) -> Result<Json, String> {
    let mut values: Map = Value::from_json(base).into_map().unwrap();
    parse_into(text, kind, &mut values).map_err(|e| e.to_string())?;
    Ok(Value::Map(values).to_json())
}

#[test]
fn typed_arguments() {
    let empty = json!({});
    for (text, expected) in [
        ("a=1,b=true,c=null,d=0x,e=00", json!({"a":1,"b":true,"c":null,"d":"0x","e":"00"})),
        ("a.b.c=x,a.b.d=y", json!({"a":{"b":{"c":"x","d":"y"}}})),
        ("a={1,x,},b=2", json!({"a":[1,"x",""],"b":2})),
        ("a={}", json!({"a":[""]})),
        ("a[0]=x,a[2].b=y", json!({"a":["x",null,{"b":"y"}]})),
        ("a[0][1]=x", json!({"a":[[null,"x"]]})),
        ("a=x\\,y,b\\.c=z", json!({"a":"x,y","b.c":"z"})),
        ("a=", json!({"a":""})),
        ("a=,b=1", json!({"a":"","b":1})),
        ("a=-5,b=+5,c=1.5", json!({"a":-5,"b":5,"c":"1.5"})),
        ("a[", json!({})),
        ("a[0].b=", json!({"a":[]})),
    ] {
        assert_eq!(run(Kind::Typed, &empty, text), Ok(expected), "{text}");
    }
}

#[test]
fn values_that_are_there_already() {
    let base = json!({"a":{"b":1},"l":[{"x":1}],"s":"text"});
    for (text, expected) in [
        ("a.c=2", Ok(json!({"a":{"b":1,"c":2},"l":[{"x":1}],"s":"text"}))),
        ("l[0].y=2", Ok(json!({"a":{"b":1},"l":[{"x":1,"y":2}],"s":"text"}))),
        (
            "s.t=1",
            Err(
                "unable to parse key: interface conversion: interface {} is string, not map[string]interface {}",
            ),
        ),
        (
            "a[0]=1",
            Err(
                "unable to parse key: interface conversion: interface {} is map[string]interface {}, not []interface {}",
            ),
        ),
    ] {
        assert_eq!(run(Kind::Typed, &base, text), expected.map_err(str::to_owned), "{text}");
    }
}

#[test]
fn malformed_arguments() {
    let deep = format!("{}=1", vec!["a"; 32].join("."));
    for (text, message) in [
        ("a", "key \"a\" has no value"),
        ("a=1,b", "key \"b\" has no value"),
        ("a,b=1", "key \"a\" has no value (cannot end with ,)"),
        ("a.=1", "key map \"a\" has no value"),
        ("a={1,2", "list must terminate with '}'"),
        ("a[x]=1", "error parsing index: strconv.Atoi: parsing \"x\": invalid syntax"),
        ("a[-1]=1", "negative -1 index not allowed"),
        ("a[70000]=1", "index of 70000 is greater than maximum supported index of 65536"),
        ("a[0]x=1", "unexpected data at end of array index: ['x']"),
        ("a[0]'\"é=1", "unexpected data at end of array index: ['\\'' '\"' 'é']"),
        (&deep, "value name nested level is greater than maximum supported nested level of 30"),
    ] {
        assert_eq!(run(Kind::Typed, &json!({}), text), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn other_kinds() {
    for (kind, text, expected) in [
        (Kind::String, "a=1,b=true", json!({"a":"1","b":"true"})),
        (Kind::Json, "a=007 =", json!({"a":0,"07 ":null})),
        (Kind::Literal, "a.b=x,y={z}\\", json!({"a":{"b":"x,y={z}\\"}})),
        (
            Kind::Json,
            "a={\"x\":[1,2]},b= ,c=\"y\" , d[0]=null",
            json!({"a":{"x":[1,2]},"b":null,"c":"y"," d":[null]}),
        ),
    ] {
        assert_eq!(run(kind, &json!({}), text), Ok(expected), "{text}");
    }
}
