//! A schema document: its draft, its parts by URL, and where references lead.
use std::cell::RefCell;
use std::collections::HashMap;

use regex::Regex;
use serde_json::Value as Json;

/// The name that Helm gives the document.
pub(super) const ROOT: &str = "file:///values.schema.json";

/// A version of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Draft {
    D4,
    D6,
    D7,
    D2019,
    D2020,
}

/// A part of the document: a schema and the URL that its references start from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'s> {
    pub(super) schema: &'s Json,
    pub(super) base: &'s str,
}

pub(super) struct Document<'s> {
    pub(super) draft: Draft,
    pub(super) root: &'s Json,
    /// Whether anything asks what was left unevaluated.
    pub(super) tracks: bool,
    bases: Vec<(String, &'s Json)>,
    anchors: HashMap<(usize, &'s str), &'s Json>,
    patterns: RefCell<HashMap<String, Option<Regex>>>,
}

/// What a URN that nobody can look up stands for.
static ANYTHING: Json = Json::Bool(true);

const MAX_DEPTH: usize = 128;

impl<'s> Document<'s> {
    pub(super) fn new(root: &'s Json) -> Result<Self, String> {
        let draft = draft(root)?;
        jsonschema::meta::validate(root).map_err(|e| {
            format!("\"{ROOT}#\" is not valid against metaschema: at '{}': {e}", e.instance_path())
        })?;
        let mut document = Self {
            draft,
            root,
            tracks: false,
            bases: vec![(ROOT.to_owned(), root)],
            anchors: HashMap::new(),
            patterns: RefCell::default(),
        };
        document.index(root, 0, 0)?;
        Ok(document)
    }

    /// The whole document.
    pub(super) fn whole(&self) -> Part<'_> {
        self.part(self.root, ROOT)
    }

    /// A schema within another: its own identifier, if it has one, becomes the base.
    pub(super) fn part<'d>(&'d self, schema: &'d Json, base: &'d str) -> Part<'d> {
        let own = self.bases.iter().find(|(_, s)| std::ptr::eq(*s, schema));
        Part { schema, base: own.map_or(base, |(url, _)| url) }
    }

    /// Where a reference leads.
    pub(super) fn resolve<'d>(&'d self, base: &str, reference: &str) -> Result<Part<'d>, String> {
        let url = join(base, reference);
        let (target, fragment) = url.split_once('#').unwrap_or((&url, ""));
        let Some(at) = self.bases.iter().position(|(known, _)| known == target) else {
            if target.starts_with("urn:") {
                return Ok(Part { schema: &ANYTHING, base: ROOT });
            }
            return Err(format!(
                "failing loading {target:?}: schemas of other documents are not fetched"
            ));
        };
        let (base, schema) = &self.bases[at];
        let fragment = percent_decoded(fragment);
        if fragment.is_empty() {
            return Ok(Part { schema, base });
        }
        if !fragment.starts_with('/') {
            let anchor = self.anchors.get(&(at, fragment.as_str()));
            return anchor.map(|schema| self.part(schema, base)).ok_or_else(|| {
                format!("anchor in {reference:?} not found in schema \"{target}#\"")
            });
        }
        let mut part = Part { schema, base };
        for token in fragment[1..].split('/') {
            let token = token.replace("~1", "/").replace("~0", "~");
            let inner = match part.schema {
                Json::Object(map) => map.get(&token),
                Json::Array(items) => token.parse::<usize>().ok().and_then(|i| items.get(i)),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
            };
            let schema = inner
                .ok_or_else(|| format!("json-pointer in \"{target}#{fragment}\" not found"))?;
            part = self.part(schema, part.base);
        }
        Ok(part)
    }

    /// Whether `text` contains a match; a pattern that cannot be compiled matches nothing.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        let mut patterns = self.patterns.borrow_mut();
        let compiled =
            patterns.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }

    /// Finds identifiers, anchors and patterns in all that may be a schema.
    fn index(&mut self, schema: &'s Json, base: usize, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("the schema is nested too deeply".to_owned());
        }
        let map = match schema {
            Json::Object(map) => map,
            Json::Array(items) => {
                return items.iter().try_for_each(|item| self.index(item, base, depth + 1));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return Ok(()),
        };
        let mut base = base;
        let id_key = if self.draft == Draft::D4 { "id" } else { "$id" };
        let hides = self.draft < Draft::D2019 && map.contains_key("$ref");
        if let Some(Json::String(id)) = map.get(id_key).filter(|_| !hides) {
            let url = join(&self.bases[base].0, id);
            let (url, anchor) = url.split_once('#').unwrap_or((&url, ""));
            if self.draft < Draft::D2019 && !anchor.is_empty() && id.starts_with('#') {
                self.anchors.insert((base, id[1..].as_ref()), schema);
            } else if depth == 0 {
                // The document keeps the name it was loaded under beside its own.
                self.bases.push((url.to_owned(), schema));
                base = self.bases.len() - 1;
            } else {
                self.bases.push((url.to_owned(), schema));
                base = self.bases.len() - 1;
            }
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(Json::String(name)) = map.get(key) {
                self.anchors.insert((base, name), schema);
            }
        }
        if let Some(Json::String(pattern)) = map.get("pattern") {
            check_pattern(pattern, "pattern")?;
        }
        if let Some(Json::Object(patterns)) = map.get("patternProperties") {
            patterns.keys().try_for_each(|p| check_pattern(p, "patternProperties"))?;
        }
        self.tracks |=
            map.contains_key("unevaluatedProperties") || map.contains_key("unevaluatedItems");
        for (key, inner) in map {
            // What is data cannot hold a schema.
            if !matches!(key.as_str(), "enum" | "const" | "default" | "examples") {
                self.index(inner, base, depth + 1)?;
            }
        }
        Ok(())
    }
}

fn check_pattern(pattern: &str, keyword: &str) -> Result<(), String> {
    Regex::new(pattern).map(|_| ()).map_err(|e| {
        let why = e.to_string();
        let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
        format!("invalid regex {pattern:?} at {keyword:?}: {why}")
    })
}

fn draft(root: &Json) -> Result<Draft, String> {
    let Some(Json::String(url)) = root.get("$schema") else { return Ok(Draft::D2020) };
    let name = url.trim_start_matches("http://").trim_start_matches("https://");
    match name.trim_end_matches('#') {
        "json-schema.org/schema" | "json-schema.org/draft/2020-12/schema" => Ok(Draft::D2020),
        "json-schema.org/draft/2019-09/schema" => Ok(Draft::D2019),
        "json-schema.org/draft-07/schema" => Ok(Draft::D7),
        "json-schema.org/draft-06/schema" => Ok(Draft::D6),
        "json-schema.org/draft-04/schema" => Ok(Draft::D4),
        _ => Err(format!("failing loading {url:?}: schemas of other documents are not fetched")),
    }
}

/// A URL relative to another, as far as schemas use them.
fn join(base: &str, reference: &str) -> String {
    let base = base.split_once('#').map_or(base, |(url, _)| url);
    if reference.is_empty() || reference.starts_with('#') {
        return format!("{base}{reference}");
    }
    let has_scheme = reference.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    });
    if has_scheme {
        return reference.to_owned();
    }
    let path_start = base
        .find("://")
        .map_or(0, |at| base[at + 3..].find('/').map_or(base.len(), |slash| at + 3 + slash));
    if reference.starts_with('/') {
        return format!("{}{reference}", &base[..path_start]);
    }
    let directory = base.rfind('/').filter(|at| *at >= path_start).map_or(base.len(), |at| at + 1);
    let mut parts: Vec<&str> = base[path_start..directory].split('/').collect();
    parts.pop();
    for part in reference.split('/') {
        match part {
            "." => {}
            ".." if parts.len() > 1 => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("{}{}", &base[..path_start], parts.join("/"))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |at: usize| tail.get(at).and_then(|b| char::from(*b).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            bytes.push((high * 16 + low) as u8);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
