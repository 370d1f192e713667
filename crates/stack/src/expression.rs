//! `${{ … }}`: a pure, typed expression (CEL) in a string of the stack's files.
//!
//! A string that is exactly one expression becomes the expression's value with its type; text around expressions takes
//! strings, numbers and booleans and refuses the rest. `$${{` stands for `${{` itself.
//!
//! **Invariant**: an expression sees only its [`Scope`]; it has no clock, no files and no environment. Its size, its
//! nesting and its loops are bounded before it runs. Every error points at the expression in its file.

mod compile;
mod evaluate;
mod scope;

use std::ops::Range;
use std::sync::Arc;

use crate::place::Place;

pub(crate) use evaluate::{kind, show};
pub use scope::{Scope, Variables};

/// A string with any number of expressions.
#[derive(Clone)]
pub struct Text {
    place: Place,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Expression(Arc<Expression>),
}

/// One compiled `${{ … }}`.
struct Expression {
    /// What stands between the braces.
    source: String,
    /// Where that stands.
    place: Place,
    program: cel::Program,
    reads: Vec<Path>,
}

/// A variable that an expression reads, and the field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    root: String,
    field: Option<String>,
    /// Guarded by `has(…)`.
    tested: bool,
    span: Range<usize>,
}

impl Text {
    /// Where the string stands.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The string, if there is no expression in it.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The one expression that the string is, without its braces.
    pub fn whole(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Expression(expression)] => Some(&expression.source),
            _ => None,
        }
    }

    /// Whether an expression reads this field, such as `release` and `changed`.
    pub fn reads(&self, root: &str, field: &str) -> bool {
        self.paths().any(|p| p.root == root && p.field.as_deref().is_none_or(|f| f == field))
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.expressions().flat_map(|e| e.reads.iter())
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.parts.iter().filter_map(|part| match part {
            Part::Literal(_) => None,
            Part::Expression(expression) => Some(&**expression),
        })
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.parts).finish()
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "${{{{ {} }}}}", self.source)
    }
}

impl PartialEq for Text {
    /// The same place and therefore the same text.
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}
