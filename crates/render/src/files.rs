//! `.Files`: the files of a chart that are no templates, and their methods.
#![expect(clippy::unnecessary_wraps, reason = "the shape that template's functions have")]
use std::collections::BTreeMap;

use template::{CallError, Context, Function, List, Map, MapType, NamedMap, Param, Str, Value};

use crate::glob::Glob;

/// `.Files` of a chart.
pub(crate) fn files(of: &[chart::File]) -> Value {
    let entries = of.iter().map(|f| (Str::from(f.name.as_str()), Value::bytes(&f.data)));
    Value::Map(Map::from_entries(TYPE, entries.collect()))
}

const TYPE: MapType = MapType::Named(&FILES);

static FILES: NamedMap = NamedMap {
    name: "engine.files",
    underlying: MapType::Bytes,
    methods: &[
        Function { name: "Get", params: &[Param::String], variadic: None, call: get },
        Function { name: "GetBytes", params: &[Param::String], variadic: None, call: get_bytes },
        Function { name: "Glob", params: &[Param::String], variadic: None, call: glob },
        Function { name: "AsConfig", params: &[], variadic: None, call: as_config },
        Function { name: "AsSecrets", params: &[], variadic: None, call: as_secrets },
        Function { name: "Lines", params: &[Param::String], variadic: None, call: lines },
    ],
};

type Outcome = Result<Value, CallError>;

fn get(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::Str(contents(arguments)))
}

fn get_bytes(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::bytes(contents(arguments)))
}

fn glob(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    let [Value::Map(files), Value::Str(pattern)] = arguments else { return Ok(Value::Nil) };
    // A malformed pattern matches everything: Helm's answer.
    let glob = Glob::new(&pattern.to_str_lossy()).unwrap_or_else(Glob::everything);
    let chosen = files.to_vec().into_iter().filter(|(name, _)| glob.matches(&name.to_str_lossy()));
    Ok(Value::Map(Map::from_entries(TYPE, chosen.collect())))
}

fn as_config(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(by_base_name(arguments, Clone::clone))
}

fn as_secrets(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    Ok(by_base_name(arguments, |data| Str::from(STANDARD.encode(data.as_bytes()))))
}

fn lines(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    let text = contents(arguments);
    let bytes = text.as_bytes();
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    if text.is_empty() {
        return Ok(Value::List(List::strings::<Str>([])));
    }
    Ok(Value::List(List::strings(bytes.split(|b| *b == b'\n'))))
}

fn contents(arguments: &[Value]) -> Str {
    match arguments {
        [Value::Map(files), Value::Str(name)] => match files.get(name.as_bytes()) {
            Some(Value::Bytes(data)) => (*data).clone(),
            _ => Str::empty(),
        },
        _ => Str::empty(),
    }
}

/// The files by the last segments of their names, as YAML without its last line break.
fn by_base_name(arguments: &[Value], convert: fn(&Str) -> Str) -> Value {
    let [Value::Map(files)] = arguments else { return Value::from("") };
    let mut by_name = BTreeMap::new();
    for (name, data) in files.to_vec() {
        let Value::Bytes(data) = data else { continue };
        let name = name.to_str_lossy().into_owned();
        let base = name.trim_end_matches('/').rsplit('/').next().unwrap_or(&name).to_owned();
        by_name.insert(Str::from(base), Value::Str(convert(&data)));
    }
    let map = Value::Map(Map::from_entries(MapType::String, by_name.into_iter().collect()));
    let text = yaml::emit::v2(&map);
    Value::from(text.strip_suffix('\n').unwrap_or(&text))
}
