//! Reading TOML into template values, as BurntSushi/toml gives them: int64, float64, `[]any`, and
//! `[]map[string]any` for arrays of tables. Known difference: the words of a syntax error are our
//! parser's, behind the line as that library puts it.

use std::rc::Rc;

use template::{List, ListType, Map, Str, Value};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};
use toml::value::{Datetime, Offset};

use crate::dates;
use crate::numbers::int64;

/// Reads a document; the error is the text that goes under the key `Error`.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        failure(text, at, error.message())
    })?;
    Ok(Value::Map(Reader(text).map(table.get_ref())?))
}

fn failure(text: &str, at: usize, message: &str) -> String {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    format!("toml: line {line}: {message}")
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn map(&self, table: &DeTable<'_>) -> Result<Map, String> {
        let entries = table.iter().map(|(key, item)| {
            let key: &str = key.get_ref();
            Ok((Str::from(key), self.value(item)?))
        });
        entries.collect::<Result<Vec<_>, String>>().map(|entries| entries.into_iter().collect())
    }

    fn value(&self, item: &Spanned<DeValue<'_>>) -> Result<Value, String> {
        let out_of_range = |what: &str| {
            failure(self.0, item.span().start, &format!("{what} is out of the accepted range"))
        };
        Ok(match item.get_ref() {
            DeValue::String(text) => Value::str(&**text),
            DeValue::Integer(number) => {
                let value = i64::from_str_radix(number.as_str(), number.radix());
                int64(value.map_err(|_| out_of_range(number.as_str()))?)
            }
            DeValue::Float(number) => {
                let value = number.as_str().parse();
                Value::float(value.map_err(|_| out_of_range(number.as_str()))?)
            }
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Datetime(datetime) => time(datetime),
            DeValue::Array(items) => self.list(items)?,
            DeValue::Table(table) => Value::Map(self.map(table)?),
        })
    }

    fn list(&self, items: &DeArray<'_>) -> Result<Value, String> {
        // An array of tables is a type of its own; one between brackets holds anything.
        let header = |item: &Spanned<DeValue<'_>>| {
            let inline = self.0.as_bytes().get(item.span().start) == Some(&b'{');
            matches!(item.get_ref(), DeValue::Table(_)) && !inline
        };
        let tables = items.iter().next().is_some_and(header);
        let list_type = if tables { ListType::Maps } else { ListType::Any };
        let values = items.iter().map(|item| self.value(item));
        Ok(Value::List(List::new(list_type, values.collect::<Result<_, _>>()?)))
    }
}

/// What has no zone is in one of the library's own, whose name says what was written; a time of
/// day is on the first day of year 0.
fn time(datetime: &Datetime) -> Value {
    let (year, month, day) = datetime.date.map_or((0, 1, 1), |d| (d.year, d.month, d.day));
    let (hour, minute, second, nanosecond) = datetime.time.map_or((0, 0, 0, 0), |t| {
        (t.hour, t.minute, t.second.unwrap_or(0), t.nanosecond.unwrap_or(0))
    });
    let (name, minutes) = match (datetime.offset, datetime.date, datetime.time) {
        (Some(Offset::Z), _, _) => ("UTC", 0),
        (Some(Offset::Custom { minutes }), _, _) => ("", minutes),
        (None, Some(_), Some(_)) => ("datetime-local", 0),
        (None, Some(_), None) => ("date-local", 0),
        (None, None, _) => ("time-local", 0),
    };
    dates::from_parts(
        [i64::from(year), i64::from(month), i64::from(day)],
        [i64::from(hour), i64::from(minute), i64::from(second), i64::from(nanosecond)],
        (Rc::from(name), i32::from(minutes) * 60),
    )
}
