//! Why a rendering failed, in Helm's words and as diagnostics with carets.
//!
//! **Invariant**: both forms are made from the same structure. Helm itself parses Go's text to print
//! a trace; the same steps are here, over the texts of the chain of errors.
use std::ops::Range;

use diagnostic::Diagnostic;
use template::{CallError, ExecError, Map, ParseError};

use crate::Hook;
use crate::documents::Text;

mod hint;
mod trace;

/// Why a rendering failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The release cannot have this name.
    #[error("release name check failed: release name {name:?}: {reason}")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The chart's dependencies cannot be settled.
    #[error("chart dependencies processing failed: {0}")]
    Dependencies(chart::Error),
    /// The values do not fit the chart.
    #[error("{0}")]
    Values(chart::Error),
    /// The chart does not run on this version of Kubernetes.
    #[error("chart requires kubeVersion: {required} which is incompatible with Kubernetes {found}")]
    KubeVersion {
        /// The chart's constraint.
        required: String,
        /// The cluster's version.
        found: String,
    },
    /// A template is malformed.
    #[error("parse error at ({}:{}): {}", .0.name, .0.line, last_words(&.0.message))]
    Parse(Box<ParseError>),
    /// A template failed.
    #[error("{}", .0.helm_text())]
    Template(Box<Failed>),
    /// A template's output is no manifest.
    #[error("YAML parse error on {path}: {message}")]
    Manifest {
        /// The template's path.
        path: String,
        /// Why.
        message: String,
        /// Where in the document.
        span: Option<Range<usize>>,
        /// The document.
        document: Text,
        /// Everything that was rendered, to look into.
        unsorted: Box<Unsorted>,
    },
}

/// What was rendered where one of the texts is no manifest.
#[derive(Debug, Default)]
pub struct Unsorted {
    /// All texts with their sources, in path order.
    pub text: String,
    /// The hooks that come before the bad one.
    pub hooks: Vec<Hook>,
}

/// A template that failed while it ran.
#[derive(Debug)]
pub struct Failed {
    path: String,
    error: ExecError,
    hints: Vec<String>,
}

impl Error {
    pub(crate) fn parse(error: ParseError) -> Self {
        Self::Parse(Box::new(error))
    }

    /// The text that Helm prints after `Error: `.
    pub fn helm_text(&self) -> String {
        self.to_string()
    }

    /// Whether name, dependencies and values were in order, so that Helm went on to templates.
    pub fn is_past_values(&self) -> bool {
        match self {
            Self::Name { .. } | Self::Dependencies(_) | Self::Values(_) => false,
            Self::KubeVersion { .. }
            | Self::Parse(_)
            | Self::Template(_)
            | Self::Manifest { .. } => true,
        }
    }

    /// What was rendered, where it is no manifest.
    pub fn unsorted(&self) -> Option<&Unsorted> {
        match self {
            Self::Manifest { unsorted, .. } => Some(unsorted),
            Self::Name { .. }
            | Self::Dependencies(_)
            | Self::Values(_)
            | Self::KubeVersion { .. }
            | Self::Parse(_)
            | Self::Template(_) => None,
        }
    }

    /// The same as diagnostics: chart, file, line with carets, the chain of includes, hints.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        let diagnostic = match self {
            Self::Name { .. }
            | Self::Dependencies(_)
            | Self::Values(_)
            | Self::KubeVersion { .. } => Diagnostic::error(self.to_string()),
            Self::Parse(error) => error.to_diagnostic(),
            Self::Template(failed) => failed.to_diagnostic(),
            Self::Manifest { path, message, span, document, unsorted: _ } => {
                let whole = Diagnostic::error(format!("{path} does not render to a manifest"))
                    .code("manifest-syntax");
                match span {
                    Some(span) => whole.label(document, span.clone(), message.clone()),
                    None => whole.note(message.clone()),
                }
            }
        };
        vec![diagnostic]
    }
}

impl Failed {
    pub(crate) fn new(path: &str, error: ExecError, scope: &Map) -> Self {
        let hints = hint::hints(&error, scope);
        Self { path: path.to_owned(), error, hints }
    }

    /// The template whose execution failed, by its full path.
    pub fn path(&self) -> &str {
        &self.path
    }

    fn helm_text(&self) -> String {
        trace::helm_text(&self.path, &self.error)
    }

    fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = self.error.to_diagnostic();
        if let Some(words) = self.error.root_cause().and_then(users_words) {
            diagnostic.message = words;
        }
        self.hints.iter().fold(diagnostic, |d, hint| d.hint(hint.clone()))
    }
}

/// The message of a chart's own `fail` or `required`.
fn users_words(cause: &CallError) -> Option<String> {
    trace::between_marks(&cause.to_string()).map(str::to_owned)
}

fn last_words(message: &str) -> &str {
    message.rsplit(": ").next().unwrap_or(message)
}
