//! A stream of objects in YAML or JSON, by the rules of Kubernetes' `NewYAMLOrJSONDecoder`.
//!
//! A text that begins with a brace is read as JSON, value after value; where that fails, what is left
//! is read as YAML, unless more than one JSON value came before.
use yaml::Numbers;

use super::head::{Head, Scalars};

/// How far into the text the brace of JSON is looked for.
const LOOK_AHEAD: usize = 4096;

pub(super) struct Stream<'t> {
    text: &'t [u8],
    json: bool,
    /// Where the next JSON value begins.
    consumed: usize,
    count: usize,
    yaml: yaml::Documents<'t, [u8]>,
}

type Decoded = Result<Option<Head>, String>;

impl<'t> Stream<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        let start = &text[..text.len().min(LOOK_AHEAD)];
        let start = String::from_utf8_lossy(start);
        let json = start.trim_start().starts_with('{');
        Self { text, json, consumed: 0, count: 0, yaml: yaml::documents_in_slice(text) }
    }

    /// The next object; nothing inside for an empty document.
    pub(super) fn next(&mut self) -> Option<Decoded> {
        let mut first = None;
        if self.json {
            match self.next_json()? {
                Ok(head) => {
                    self.count += 1;
                    return Some(Ok(head));
                }
                Err(error) if self.count > 1 => return Some(Err(error.plain)),
                Err(error) => first = Some(error.wrapped),
            }
            self.json = false;
            self.yaml = yaml::documents_in_slice(self.after_line_break());
        }
        match self.next_yaml()? {
            Ok(head) => Some(Ok(head)),
            Err(error) => Some(Err(first.unwrap_or(error))),
        }
    }

    fn next_json(&mut self) -> Option<Result<Option<Head>, JsonError>> {
        let rest = self.text.get(self.consumed..)?;
        match yaml::json::first_value(rest, Numbers::Exact) {
            Ok(None) => None,
            Ok(Some((value, length))) => Some(
                Head::decode(&value, Scalars::AreRefused)
                    .map_err(JsonError::same)
                    .inspect(|_| self.consumed += length),
            ),
            Err(error) => {
                let at = error.span().map_or(rest.len(), |span| span.start);
                if at >= rest.len() {
                    return Some(Err(JsonError::same("unexpected EOF".to_owned())));
                }
                let plain = error.problem().message.clone();
                let wrapped = format!("json: offset {}: {plain}", self.consumed + at + 1);
                Some(Err(JsonError { plain, wrapped }))
            }
        }
    }

    fn next_yaml(&mut self) -> Option<Decoded> {
        let document = match self.yaml.next()? {
            Ok(document) => document,
            Err(error) => return Some(Err(error.to_string())),
        };
        let value = match yaml::from_slice(document, Numbers::Exact) {
            Ok(value) => value,
            Err(error) => return Some(Err(error.to_string())),
        };
        Some(
            Head::decode(&value, Scalars::BecomeText)
                .map_err(|error| format!("error unmarshaling JSON: while decoding JSON: {error}")),
        )
    }

    /// What is left, without white space up to and including the first line break.
    fn after_line_break(&self) -> &'t [u8] {
        let rest = self.text.get(self.consumed..).unwrap_or_default();
        let mut start = 0;
        while let Some(byte) = rest.get(start).filter(|byte| byte.is_ascii_whitespace()) {
            start += 1;
            if *byte == b'\n' {
                break;
            }
        }
        &rest[start..]
    }
}

/// A JSON value that is none: the plain words, and those with the place.
struct JsonError {
    plain: String,
    wrapped: String,
}

impl JsonError {
    fn same(text: String) -> Self {
        Self { plain: text.clone(), wrapped: text }
    }
}
