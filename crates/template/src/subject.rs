//! What an execution failed over: expressions of the template, with where templates got their
//! values from.
//!
//! Invariant: found out only when something failed, and plain data: no value of the render is kept,
//! so that an error may leave the render's thread. Not here: where the data itself came from.

use std::ops::Range;
use std::sync::Arc;

use diagnostic::Source;

/// An expression that a failure is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The expression as written, `.Values.image`; of a chain the shortest part that matters.
    pub shown: String,
    /// The text that it stands in.
    pub source_text: Arc<Source>,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// What it has to do with the failure.
    pub role: Role,
    /// What was there.
    pub found: Found,
    /// Where templates got it from.
    pub origin: Origin,
}

/// What an expression has to do with a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its value is why it failed.
    Cause,
    /// It is what the failed call was given.
    Argument,
    /// It decided that the place was reached at all.
    Condition,
}

/// What an expression gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// There is nothing of that name.
    Missing,
    /// Null.
    Nil,
    /// A bool, a number or a string: its Go type and, in short, its text.
    Scalar {
        /// Go's name of the type.
        type_name: String,
        /// The value as `%v` prints it, cut after some characters.
        text: String,
    },
    /// A map with these keys.
    Map(Vec<String>),
    /// A list of that many items.
    List(usize),
    /// A value of Go's that is none of these.
    Object(String),
    /// It was computed on the way, and was not computed again.
    Unknown,
}

/// Where a value came from, as far as that could be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A path in the data that the session's template was given.
    Data(Vec<Step>),
    /// A path in what a caller gave as dot; settled while the error passes the callers.
    Dot(Vec<Step>),
    /// A key that a map written in a template does not have.
    Literal {
        /// The template's text.
        source_text: Arc<Source>,
        /// Where the map is written.
        span: Range<usize>,
        /// The key that is not there.
        key: String,
        /// Those that are.
        keys: Vec<String>,
    },
    /// Computed by a function.
    Computed,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The entry of a map.
    Key(String),
    /// The item of a list.
    Index(usize),
}

/// How a function hands on what it was given, so that an error can say where a value came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Gives its last argument.
    Last,
    /// Gives its last argument, or the first one where that is empty.
    Default,
    /// Gives the first argument that is true, or the last.
    FirstTrue,
    /// Gives the entry of its first argument that the others name.
    Entry,
    /// Gives the entry of its last argument that the others name; the one before it is the default.
    Dig,
    /// Makes a map of keys and values.
    Entries,
    /// Makes a list.
    Items,
    /// Makes a map of maps.
    Merged,
    /// Executes a template over its last argument.
    Execution,
    /// Always fails.
    Failure,
}

impl Found {
    /// Whether there is no value.
    pub fn is_nil(&self) -> bool {
        matches!(self, Self::Missing | Self::Nil)
    }
}

impl std::fmt::Display for Step {
    /// `.key` or `[0]`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key(key) => write!(f, ".{key}"),
            Self::Index(at) => write!(f, "[{at}]"),
        }
    }
}
