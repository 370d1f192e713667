//! `common.Values`: the Go type of `.Values`, with its methods.
#![expect(clippy::unnecessary_wraps, reason = "the shape that template's functions have")]
use template::{CallError, Context, Function, Map, MapType, NamedMap, Param, Str, Value};

/// A chart's values, `.` itself and `.Template`. Among its parent's values a dependency's are the
/// same map under the type `map[string]interface {}`.
pub(crate) const VALUES: MapType =
    MapType::Named(&NamedMap { name: "common.Values", underlying: MapType::Any, methods: METHODS });

const PLAIN: &str = "map[string]interface {}";

const METHODS: &[Function] = &[
    Function { name: "AsMap", params: &[], variadic: None, call: as_map },
    Function { name: "PathValue", params: &[Param::String], variadic: None, call: path_value },
    Function { name: "Table", params: &[Param::String], variadic: None, call: table },
    Function { name: "YAML", params: &[], variadic: None, call: to_yaml },
];

type Outcome = Result<Value, CallError>;

fn as_map(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    let Some(Value::Map(map)) = arguments.first() else { return Ok(Value::Nil) };
    // Go makes another map of an empty one.
    Ok(Value::Map(if map.is_empty() {
        Map::new(MapType::Any)
    } else {
        map.with_type(MapType::Any)
    }))
}

fn to_yaml(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::from(arguments.first().map(yaml::emit::v2).unwrap_or_default()))
}

fn table(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    let [Value::Map(map), Value::Str(path)] = arguments else { return Ok(Value::Nil) };
    table_at(map, &path.to_str_lossy()).map(|table| Value::Map(table.with_type(VALUES)))
}

fn path_value(_: &mut Context<'_>, arguments: &[Value]) -> Outcome {
    let [Value::Map(map), Value::Str(path)] = arguments else { return Ok(Value::Nil) };
    let path = path.to_str_lossy();
    if path.is_empty() {
        return Err(CallError::new("YAML path cannot be empty"));
    }
    let (tables, key) = match path.rsplit_once('.') {
        Some((tables, key)) => (table_at(map, tables).ok(), key),
        None => (Some(map.clone()), path.as_ref()),
    };
    match tables.and_then(|tables| tables.get(key)) {
        Some(value) if value.type_name() != PLAIN => Ok(value),
        Some(_) | None => {
            let key = yaml::quote::quote(key);
            Err(CallError::new(format!("{key} is not a value")))
        }
    }
}

fn table_at(map: &Map, path: &str) -> Result<Map, CallError> {
    path.split('.').try_fold(map.clone(), |map, key| {
        if let Some(Value::Map(inner)) = map.get(Str::from(key))
            && [PLAIN, VALUES.name()].contains(&inner.map_type().name())
        {
            return Ok(inner);
        }
        let key = yaml::quote::quote(key);
        Err(CallError::new(format!("{key} is not a table")))
    })
}
