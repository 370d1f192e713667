//! Where values were written: who says what at a path, for errors.
//!
//! Invariant: asked only when something failed; files are read once more with their places then,
//! so that rendering pays nothing. Not here: what becomes of the answers (`render`).
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use yaml::node::{Kind as NodeKind, Node};
use yaml::{Map, Value};

use super::{Options, go_print, set_json};
use crate::error::broken_yaml;
use crate::strvals;

/// Whoever knows where the user's values were written.
pub trait Provenance: fmt::Debug + Send + Sync {
    /// What each place says at a path of the outermost chart's values, the one that wins first.
    fn ask(&self, path: &[Key]) -> Vec<Answer>;
}

/// One step of a path of values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The entry of a table.
    Name(String),
    /// The item of a list.
    Index(usize),
}

/// What one place says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The place: `-f prod.yaml`, `--set`.
    pub from: String,
    /// What it says.
    pub says: Says,
}

/// What a place says at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Says {
    /// It sets the path to this.
    Sets(Said),
    /// It sets something above the path, which therefore cannot be there.
    Covers {
        /// How many keys of the path lead there.
        depth: usize,
        /// What is there.
        said: Said,
    },
    /// It does not set the path.
    Nothing {
        /// How many keys of the path it has, and where the last of them is.
        nearest: Option<(usize, Spot)>,
    },
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What kind of value.
    pub what: What,
    /// Where.
    pub spot: Spot,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Null.
    Null,
    /// A bool, a number or a string, as Go prints it, perhaps cut.
    Scalar(String),
    /// A list.
    List,
    /// A table.
    Table,
}

impl What {
    /// The kind of a value.
    pub fn of(value: &Value) -> Self {
        const SHOWN: usize = 60;
        match value {
            Value::Null => Self::Null,
            Value::Map(_) => Self::Table,
            Value::List(_) => Self::List,
            Value::String(text) => {
                let mut short: String = text.chars().take(SHOWN).collect();
                if short.len() < text.len() {
                    short.push('…');
                }
                Self::Scalar(yaml::quote::quote(&short))
            }
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_) => {
                Self::Scalar(go_print(value))
            }
        }
    }
}

/// Where something was written.
pub type Spot = (Arc<Source>, Range<usize>);

/// Whom to ask for the user's values; by default nobody.
#[derive(Debug, Clone, Default)]
pub struct Given(Option<Arc<dyn Provenance>>);

impl Given {
    /// Asks this one.
    pub fn by(provenance: impl Provenance + 'static) -> Self {
        Self(Some(Arc::new(provenance)))
    }

    /// What each place says at a path, the one that wins first.
    pub fn ask(&self, path: &[Key]) -> Vec<Answer> {
        self.0.as_ref().map(|given| given.ask(path)).unwrap_or_default()
    }
}

impl Provenance for Options {
    fn ask(&self, path: &[Key]) -> Vec<Answer> {
        let typed = |kind| move |text: &str, map: &mut Map| strvals::parse_into(text, kind, map);
        let json = |text: &str, map: &mut Map| set_json(text, map);
        let file = |text: &str, map: &mut Map| {
            strvals::parse_files_into(text, &|_| Ok(b"(a file)".to_vec()), map)
        };
        let mut answers = Vec::new();
        let literal = typed(strvals::Kind::Literal);
        answers.extend(flags("--set-literal", &self.set_literal, path, &literal));
        answers.extend(flags("--set-file", &self.set_file, path, &file));
        let string = typed(strvals::Kind::String);
        answers.extend(flags("--set-string", &self.set_string, path, &string));
        answers.extend(flags("--set", &self.set, path, &typed(strvals::Kind::Typed)));
        answers.extend(flags("--set-json", &self.set_json, path, &json));
        for (name, data) in self.files.iter().rev() {
            let source = Source::new(name.as_str(), String::from_utf8_lossy(data));
            answers.push(Answer { from: format!("-f {name}"), says: ask_file(&source, path) });
        }
        answers
    }
}

impl Options {
    /// What is wrong with the values that the user gave, each with its place, after [`merge`]
    /// refused them with this error.
    ///
    /// [`merge`]: Options::merge
    pub fn diagnose(&self, error: &crate::Error) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        for (name, data) in &self.files {
            all.extend(broken_yaml(&Source::new(name.as_str(), String::from_utf8_lossy(data))));
        }
        let kinds = [
            ("--set", &self.set, strvals::Kind::Typed),
            ("--set-string", &self.set_string, strvals::Kind::String),
            ("--set-literal", &self.set_literal, strvals::Kind::Literal),
        ];
        for (flag, texts, kind) in kinds {
            for text in texts {
                let Err(error) = strvals::parse_into(text, kind, &mut Map::new()) else { continue };
                let source = Source::new(flag, text.as_str());
                let title = format!("{flag} is not understood: {error}");
                let whole = 0..text.len();
                all.push(Diagnostic::error(title).code("values").label(&source, whole, ""));
            }
        }
        if all.is_empty() { error.to_diagnostics() } else { all }
    }
}

/// What a values file says at a path; of several documents the last one wins.
pub fn ask_file(source: &Arc<Source>, path: &[Key]) -> Says {
    let Ok(documents) = yaml::node::parse(&source.text) else {
        // What points cannot be read: a key is given twice. Helm reads it all the same.
        return ask_unplaced(source, path);
    };
    let mut nearest = None;
    for document in documents.iter().rev() {
        match look(source, document, path) {
            Says::Nothing { nearest: near } => nearest = nearest.or(near),
            says @ (Says::Sets(_) | Says::Covers { .. }) => return says,
        }
    }
    Says::Nothing { nearest }
}

fn look(source: &Arc<Source>, document: &Node, path: &[Key]) -> Says {
    let mut node = document;
    let mut spot = None;
    for (depth, key) in path.iter().enumerate() {
        let next = match (key, &node.kind) {
            (Key::Name(name), NodeKind::Map(_)) => {
                node.entry(name).map(|(key, node)| (key.span.start..node.span.end, node))
            }
            (Key::Index(at), NodeKind::List(items)) => {
                items.get(*at).map(|node| (node.span.clone(), node))
            }
            // An empty file says nothing at all.
            (_, NodeKind::Null) if depth == 0 => None,
            _ => {
                let spot = spot.unwrap_or_else(|| (Arc::clone(source), node.span.clone()));
                return Says::Covers { depth, said: Said { what: what(node), spot } };
            }
        };
        let Some((span, next)) = next else {
            return Says::Nothing { nearest: spot.map(|spot| (depth, spot)) };
        };
        spot = Some((Arc::clone(source), first_line(&source.text, span)));
        node = next;
    }
    let spot = spot.unwrap_or_else(|| (Arc::clone(source), node.span.clone()));
    Says::Sets(Said { what: what(node), spot })
}

/// A table of many lines is pointed at by its first.
fn first_line(text: &str, span: Range<usize>) -> Range<usize> {
    let line = text.get(span.clone()).and_then(|t| t.lines().next()).unwrap_or_default();
    span.start..span.start + line.trim_end().len()
}

fn ask_unplaced(source: &Arc<Source>, path: &[Key]) -> Says {
    let values = super::parse(source.text.as_bytes()).unwrap_or_default();
    look_up(&values, path, &(Arc::clone(source), 0..0)).unwrap_or(Says::Nothing { nearest: None })
}

type Read<'a> = dyn Fn(&str, &mut Map) -> Result<(), crate::Error> + 'a;

/// What the arguments of one flag say, the last one that says something.
fn flags(flag: &str, texts: &[String], path: &[Key], read: &Read<'_>) -> Option<Answer> {
    let found = texts.iter().rev().find_map(|text| {
        let source = Source::new(flag, text.as_str());
        let whole = flag == "--set-literal" || text.trim_start().starts_with('{');
        let separators = if whole { Vec::new() } else { separators(text) };
        between(&separators, text.len()).into_iter().rev().find_map(|part| {
            let mut map = Map::new();
            read(&text[part.clone()], &mut map).ok()?;
            look_up(&map, path, &(Arc::clone(&source), part))
        })
    });
    let says = found.or((!texts.is_empty()).then_some(Says::Nothing { nearest: None }))?;
    Some(Answer { from: flag.to_owned(), says })
}

/// What a map without places says, if it says anything.
fn look_up(map: &Map, path: &[Key], spot: &Spot) -> Option<Says> {
    let (first, rest) = path.split_first()?;
    let Key::Name(first) = first else { return None };
    let mut value = map.get(first)?;
    for (depth, key) in rest.iter().enumerate() {
        value = match (key, value) {
            (Key::Name(name), Value::Map(map)) => map.get(name)?,
            (Key::Index(at), Value::List(items)) => items.get(*at)?,
            (_, other) => {
                let said = Said { what: What::of(other), spot: spot.clone() };
                return Some(Says::Covers { depth: depth + 1, said });
            }
        };
    }
    Some(Says::Sets(Said { what: What::of(value), spot: spot.clone() }))
}

/// The commas between the assignments of an argument, `a=1,b={2,3}`.
fn separators(text: &str) -> Vec<usize> {
    let mut commas = Vec::new();
    let (mut nested, mut escaped) = (0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' | '[' => nested += 1,
            '}' | ']' => nested = nested.saturating_sub(1),
            ',' if nested == 0 => commas.push(at),
            _ => {}
        }
    }
    commas
}

/// What lies before, between and behind separators of one byte.
fn between(separators: &[usize], len: usize) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(separators.iter().map(|at| at + 1));
    starts.zip(separators.iter().copied().chain([len])).map(|(start, end)| start..end).collect()
}

fn what(node: &Node) -> What {
    match &node.kind {
        NodeKind::Map(_) => What::Table,
        NodeKind::List(_) => What::List,
        NodeKind::Null => What::Null,
        NodeKind::Bool(_)
        | NodeKind::Int(_)
        | NodeKind::Uint(_)
        | NodeKind::Float(_)
        | NodeKind::String { .. } => What::of(&node.to_value()),
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Scalar(text) => f.write_str(text),
            Self::List => f.write_str("a list"),
            Self::Table => f.write_str("a table"),
        }
    }
}
