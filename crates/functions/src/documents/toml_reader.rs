//! Reading TOML into template values, as BurntSushi/toml gives them: int64, float64, `[]any`, and
//! `[]map[string]any` for arrays of tables. Known difference: the words of a syntax error are our
//! parser's, behind the line as that library puts it.

use template::{List, ListType, Map, Value};
use toml::value::{Datetime, Offset};

use crate::dates;
use crate::numbers::int64;

/// Reads a document; the error is the text that goes under the key `Error`.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
        format!("toml: line {line}: {}", error.message())
    })?;
    Ok(Value::Map(map(&table)))
}

fn map(table: &toml::Table) -> Map {
    table.iter().map(|(key, item)| (template::Str::from(key), value(item))).collect()
}

fn value(item: &toml::Value) -> Value {
    match item {
        toml::Value::String(text) => Value::str(text),
        toml::Value::Integer(number) => int64(*number),
        toml::Value::Float(number) => Value::float(*number),
        toml::Value::Boolean(value) => Value::Bool(*value),
        toml::Value::Datetime(datetime) => time(datetime),
        toml::Value::Array(items) => {
            let tables = !items.is_empty() && items.iter().all(toml::Value::is_table);
            let list_type = if tables { ListType::Maps } else { ListType::Any };
            Value::List(List::new(list_type, items.iter().map(value).collect()))
        }
        toml::Value::Table(table) => Value::Map(map(table)),
    }
}

/// Dates and times without a zone count as UTC; a time of day is on the first day of year 0.
fn time(datetime: &Datetime) -> Value {
    let (year, month, day) = datetime.date.map_or((0, 1, 1), |d| (d.year, d.month, d.day));
    let (hour, minute, second, nanosecond) = datetime.time.map_or((0, 0, 0, 0), |t| {
        (t.hour, t.minute, t.second.unwrap_or(0), t.nanosecond.unwrap_or(0))
    });
    let minutes = match datetime.offset {
        Some(Offset::Custom { minutes }) => i32::from(minutes),
        Some(Offset::Z) | None => 0,
    };
    dates::from_parts(
        [i64::from(year), i64::from(month), i64::from(day)],
        [i64::from(hour), i64::from(minute), i64::from(second), i64::from(nanosecond)],
        minutes * 60,
    )
}
