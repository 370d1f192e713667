//! The tables of `helm status`: live objects as the server prints them, in kubectl's form.
//!
//! **Invariant**: a header stands above the first rows of its columns alone, and each table has
//! widths of its own, as Helm hands them to kubectl's printer one by one.

use std::fmt::Write as _;

use release::Live;
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

/// No column is narrower.
const NARROWEST: usize = 6;
/// Blanks between columns.
const GAP: usize = 3;

/// All groups, each below its `==> VERSION/KIND`. Helm's order is Go's of maps; this is by name.
pub(super) fn text(live: &Live) -> String {
    let mut text = String::new();
    let mut shown = None;
    for (kind, tables) in live {
        let _ = writeln!(text, "==> {kind}");
        for table in tables {
            let plain;
            let table = if table["kind"] == "Table" {
                table
            } else {
                plain = by_name(table);
                &plain
            };
            print(table, &mut shown, &mut text);
        }
        text.push('\n');
    }
    text
}

/// The table of a server that makes none: names and ages.
fn by_name(object: &Value) -> Value {
    let objects = match object.get("items").and_then(Value::as_array) {
        Some(items) => items.iter().collect(),
        None => vec![object],
    };
    let rows = objects.into_iter().map(|object| {
        let created = object.pointer("/metadata/creationTimestamp").and_then(Value::as_str);
        let age = created.and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(age);
        let age = age.unwrap_or_else(|| "<unknown>".to_owned());
        serde_json::json!({ "cells": [object.pointer("/metadata/name"), age] })
    });
    let columns = ["Name", "Age"].map(|name| serde_json::json!({ "name": name }));
    serde_json::json!({ "columnDefinitions": columns, "rows": rows.collect::<Vec<_>>() })
}

/// Seconds, minutes, hours or days, the largest unit of which there are two.
fn age(created: jiff::Timestamp) -> String {
    let seconds = jiff::Timestamp::now().duration_since(created).as_secs().max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// One table; `shown` are the columns whose header was printed last.
fn print(table: &Value, shown: &mut Option<Value>, text: &mut String) {
    let rows = table["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let columns = &table["columnDefinitions"];
    let has_header = shown.as_ref() != Some(columns);
    if rows.is_empty() {
        if has_header {
            *shown = None;
        }
        return;
    }
    let columns = columns.as_array().map_or(&[][..], Vec::as_slice);
    let is_shown = |column: &Value| column["priority"].as_i64().unwrap_or_default() == 0;
    let mut lines = vec![];
    if has_header {
        let names = columns.iter().filter(|column| is_shown(column));
        let names = names.map(|column| column["name"].as_str().unwrap_or_default().to_uppercase());
        lines.push(names.collect());
        *shown = Some(table["columnDefinitions"].clone());
    }
    for row in rows {
        let cells = row["cells"].as_array().map_or(&[][..], Vec::as_slice);
        let cells = columns.iter().zip(cells).filter(|(column, _)| is_shown(column));
        lines.push(cells.map(|(_, cell)| self::cell(cell)).collect());
    }
    align(&lines, text);
}

/// A cell's first line; what was cut off is told by dots.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => match text.split_once(['\n', '\r', '\u{c}']) {
            Some((first, _)) => escaped(first) + "...",
            None => escaped(text),
        },
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('\u{1b}', "^[")
}

fn align(lines: &[Vec<String>], text: &mut String) {
    let width = |column: usize| {
        let cells = lines.iter().filter(|line| column + 1 < line.len()).map(|line| &line[column]);
        cells.map(|cell| cell.width() + GAP).max().unwrap_or(0).max(NARROWEST)
    };
    let widths: Vec<usize> =
        (0..lines.iter().map(Vec::len).max().unwrap_or(0)).map(width).collect();
    for line in lines {
        for (column, cell) in line.iter().enumerate() {
            text.push_str(cell);
            if column + 1 < line.len() {
                let _ = write!(text, "{:1$}", "", widths[column].saturating_sub(cell.width()));
            }
        }
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    /// What kubectl's printer makes of the same tables.
    #[test]
    fn tables_have_widths_of_their_own_and_share_headers() {
        let columns = json!([{"name": "Name"}, {"name": "Age"}, {"name": "Images", "priority": 1}]);
        let table = |name: &str| {
            json!({"kind": "Table", "columnDefinitions": columns,
                   "rows": [{"cells": [name, "5s", "x"]}]})
        };
        let live = [
            ("v1/A".to_owned(), vec![table("a"), table("longer")]),
            ("v1/B".to_owned(), vec![table("b\nmore")]),
        ];
        assert_eq!(
            text(&live.into()),
            "==> v1/A\nNAME   AGE\na      5s\nlonger   5s\n\n==> v1/B\nb...   5s\n\n"
        );
    }
}
