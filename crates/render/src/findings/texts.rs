//! Texts that `tpl` may run: strings in values, files of the chart, constants in templates.
//!
//! Which of them reach `tpl`, and with which `.`, is not known; so each is walked in every chart of
//! the family, and whatever it names counts as read.
use std::sync::LazyLock;

use regex::Regex;
use yaml::{Map, Value};

use super::family::Place;
use super::shape::Shape;
use super::walk::{Reached, Walk};

static PATHS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\.Values((?:\.[A-Za-z_][A-Za-z0-9_]*)*)").ok());

pub(super) fn walk(walk: &mut Walk<'_, '_>, given: &Map) {
    let mut texts = std::mem::take(&mut walk.template_texts);
    strings(&Value::Map(given.clone()), &mut texts);
    for relative in &walk.family.members {
        strings(&Value::Map(relative.chart.values.to_map()), &mut texts);
        let files = relative.chart.files.iter().map(chart::File::text);
        texts.extend(files.filter(|text| text.contains("{{")).map(std::borrow::Cow::into_owned));
    }
    texts.sort_unstable();
    texts.dedup();
    for text in &texts {
        scan(walk, text);
        for member in 0..walk.family.members.len() {
            walk.constant(text, &Shape::Scope(member), Reached::Perhaps);
        }
    }
    walk.template_texts.extend(texts);
}

/// The strings of a value that look like templates.
fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) if text.contains("{{") => into.push(text.clone()),
        Value::List(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Map(map) => map.values().for_each(|item| strings(item, into)),
        _ => {}
    }
}

fn scan(walk: &mut Walk<'_, '_>, text: &str) {
    let Some(paths) = PATHS.as_ref() else { return };
    for found in paths.captures_iter(text) {
        let keys = found.get(1).map_or("", |path| path.as_str());
        for member in 0..walk.family.members.len() {
            let keys = keys.split('.').filter(|key| !key.is_empty());
            let place: Place = walk.family.place(member, keys);
            walk.uses.whole(place);
        }
    }
}
