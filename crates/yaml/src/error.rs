//! What goes wrong while reading or printing, in the words of Go's libraries.
//!
//! Invariant: `Display` is byte for byte what the Go program prints; the place is data beside it.

use std::ops::Range;

/// One problem: Go's message, and where it is in the text as far as that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Go's message without the prefix of the library that wraps it, e.g. `line 3: did not find
    /// expected key`.
    pub message: String,
    /// Line, from 1.
    pub line: Option<usize>,
    /// Column in characters, from 1.
    pub column: Option<usize>,
    /// Byte range in the text that was read.
    pub span: Option<Range<usize>>,
}

/// A failed read or print.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is not YAML, or go-yaml refuses to decode it.
    #[error("error converting YAML to JSON: yaml: {}", .0.message)]
    Parse(Problem),
    /// YAML that has no JSON form: `.nan`, a list as a key.
    #[error("error converting YAML to JSON: {}", .0.message)]
    Convert(Problem),
    /// Something but a comment follows the dashes that separate documents.
    #[error("{}", .0.message)]
    Separator(Problem),
    /// The document's top is not of the type that was asked for.
    #[error("error unmarshaling JSON: while decoding JSON: {}", .0.message)]
    Decode(Problem),
    /// The text is not JSON, or not JSON of the type that was asked for.
    #[error("{}", .0.message)]
    Json(Problem),
    /// The value has no JSON form: not a number, infinite, nested too deeply.
    #[error("error marshaling into JSON: {}", .0.message)]
    Marshal(Problem),
    /// The value's JSON is not YAML: go-yaml refuses some control characters and very long keys.
    #[error("yaml: {}", .0.message)]
    Print(Problem),
}

impl Problem {
    /// A problem that has no place in a text.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: None, column: None, span: None }
    }
}

impl Error {
    /// The problem inside, whatever failed.
    pub fn problem(&self) -> &Problem {
        match self {
            Self::Separator(p)
            | Self::Parse(p)
            | Self::Convert(p)
            | Self::Decode(p)
            | Self::Json(p)
            | Self::Marshal(p)
            | Self::Print(p) => p,
        }
    }

    /// Line, from 1.
    pub fn line(&self) -> Option<usize> {
        self.problem().line
    }

    /// Column in characters, from 1.
    pub fn column(&self) -> Option<usize> {
        self.problem().column
    }

    /// Byte range in the text that was read.
    pub fn span(&self) -> Option<Range<usize>> {
        self.problem().span.clone()
    }
}
