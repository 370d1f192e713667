//! From a file's nodes to the typed model. Everything that is wrong with a file is found in one reading.
//!
//! **Invariant**: no key is passed over in silence: it is read, refused as unknown with the nearest known one, or refused
//! by name as not supported yet.

mod environment;
mod fields;
mod input;
mod job;
mod layer;
mod release;
mod scalar;
mod stack;

use std::sync::Arc;

use diagnostic::{Diagnostic, Source};
use yaml::node::{Kind, Node};

use crate::expression::{Text, Variables};
use crate::place::{Place, Spanned};

pub(crate) use layer::{Layer, read_layer};
pub(crate) use release::is_word;
pub(crate) use stack::read_stack;

/// Reads one file and gathers what is wrong with it.
pub(crate) struct Reader {
    source: Arc<Source>,
    errors: Vec<Diagnostic>,
    /// What expressions may use at the place that is being read.
    known: Variables,
}

/// The one document of a file; nothing, and an error, if there is none that can be read.
pub(crate) fn document(source: &Arc<Source>, errors: &mut Vec<Diagnostic>) -> Option<Node> {
    match yaml::node::parse(&source.text) {
        Ok(mut documents) => match documents.len() {
            0 => Some(Node { span: 0..0, kind: Kind::Null }),
            1 => documents.pop(),
            _ => {
                let second = &documents[1];
                let place = Place::new(source, second.span.start..second.span.start);
                errors
                    .push(place.error("only one YAML document can stand in this file", "a second"));
                None
            }
        },
        Err(error) => {
            let problem = error.problem();
            let line = problem.line.map(|l| source.line(l));
            let span = problem.span.clone().or(line).unwrap_or(0..0);
            let message =
                problem.message.split_once(": ").map_or(&*problem.message, |(head, rest)| {
                    if head.starts_with("line ") { rest } else { &problem.message }
                });
            let line = source.line(source.position(span.start).line);
            let error = Place::new(source, span)
                .error(format!("not valid YAML: {message}"), "")
                .code("invalid-yaml");
            errors.push(if source.text[line].contains("${{") {
                error.hint("an expression with `: ` or ` #` in it must be quoted: '${{ … }}'")
            } else {
                error
            });
            None
        }
    }
}

impl Reader {
    pub(crate) fn new(source: &Arc<Source>, known: Variables) -> Self {
        Self { source: Arc::clone(source), errors: vec![], known }
    }

    fn place(&self, node: &Node) -> Place {
        Place::new(&self.source, node.span.clone())
    }

    fn error(&mut self, node: &Node, message: impl Into<String>) {
        let place = self.place(node);
        self.errors.push(place.error(message, ""));
    }

    fn error_with_hint(
        &mut self,
        node: &Node,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let place = self.place(node);
        self.errors.push(place.error(message, "").hint(hint));
    }

    /// A string that may hold expressions; they are checked against what is known here.
    fn text(&mut self, node: &Node) -> Option<Spanned<Text>> {
        let value = match &node.kind {
            Kind::String { value, .. } => value.clone(),
            Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Bool(_) => {
                self.written(node).to_owned()
            }
            Kind::Null | Kind::List(_) | Kind::Map(_) => {
                self.error(node, format!("must be a string, not {}", noun(node)));
                return None;
            }
        };
        let place = self.place(node);
        match Text::parse(&value, &place) {
            Ok(text) => {
                self.errors.extend(text.check(&self.known));
                Some(Spanned::new(text, place))
            }
            Err(errors) => {
                self.errors.extend(errors);
                None
            }
        }
    }

    /// A condition: a boolean, or an expression that will give one.
    fn condition(&mut self, node: &Node) -> Option<Spanned<Text>> {
        let text = self.text(node)?;
        let constant = text.value.literal();
        if text.value.whole().is_none() && !matches!(constant, Some("true" | "false")) {
            let hint = match constant {
                Some(literal) => format!("write `${{{{ {literal} }}}}`"),
                None => "make the whole condition one `${{ … }}`".to_owned(),
            };
            self.error_with_hint(node, "a condition must be one expression", hint);
            return None;
        }
        Some(text)
    }

    /// A scalar as it stands in the file.
    fn written(&self, node: &Node) -> &str {
        self.source.text.get(node.span.clone()).unwrap_or_default()
    }
}

/// What a node is, with its article.
fn noun(node: &Node) -> &'static str {
    match &node.kind {
        Kind::Null => "empty",
        Kind::Bool(_) => "a boolean",
        Kind::Int(_) | Kind::Uint(_) => "an integer",
        Kind::Float(_) => "a number",
        Kind::String { .. } => "a string",
        Kind::List(_) => "a list",
        Kind::Map(_) => "a map",
    }
}
