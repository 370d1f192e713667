//! Where something stands in one of the stack's files.
//!
//! **Invariant**: a place keeps its text alive, so a diagnostic can be made at any time later.

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Position, Source};

/// A range of one of the stack's files.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// Bytes of its text.
    pub span: Range<usize>,
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub place: Place,
}

impl Place {
    /// A range of a file.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        Self { source: Arc::clone(source), span }
    }

    /// Line and column of its start, from 1.
    pub fn position(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// An error that points here.
    pub fn error(&self, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::error(message).label(&self.source, self.span.clone(), label)
    }

    /// A warning that points here.
    pub fn warning(&self, message: impl Into<String>, label: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(message).label(&self.source, self.span.clone(), label)
    }
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, place: Place) -> Self {
        Self { value, place }
    }
}

impl std::fmt::Display for Place {
    /// `file:line:column`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.position();
        write!(f, "{}:{}:{}", self.source.name, at.line, at.column)
    }
}

impl std::fmt::Debug for Place {
    /// Without the text of the file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
