//! Why a rendering failed, in Helm's words and as diagnostics with carets.
//!
//! **Invariant**: both forms are made from the same structure. Helm itself parses Go's text to print
//! a trace; the same steps are here, over the texts of the chain of errors.
use std::ops::Range;

use diagnostic::Diagnostic;
use template::{ParseError, Piece};

use crate::Hook;
use crate::documents::Text;

mod failed;
mod folded;
mod hint;
mod manifest;
mod origin;
mod schema;
mod trace;

pub use failed::Failed;
pub(crate) use origin::Background;
pub use schema::SchemaFailed;

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
    /// The values do not fit a schema.
    #[error("{0}")]
    Schema(SchemaFailed),
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
    /// The post-renderer failed, or what it was given or gave cannot be read.
    #[error("{0}")]
    PostRender(String),
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
        /// The line of the template's whole text where the document begins, from 0.
        line: usize,
        /// Which part of a template gave the bad line.
        piece: Option<Box<Piece>>,
        /// Everything that was rendered, to look into.
        unsorted: Box<Unsorted>,
    },
    /// Several independent failures; the first is the one that Helm meets.
    #[error("{0}")]
    Several(Box<Error>, Vec<Error>),
}

/// What was rendered where one of the texts is no manifest.
#[derive(Debug, Default)]
pub struct Unsorted {
    /// All texts with their sources, in path order.
    pub text: String,
    /// The hooks that come before the bad one.
    pub hooks: Vec<Hook>,
}

impl Error {
    pub(crate) fn parse(error: ParseError) -> Self {
        Self::Parse(Box::new(error))
    }

    pub(crate) fn schema(error: chart::Error, background: &Background<'_>) -> Self {
        Self::Schema(SchemaFailed::new(error, background))
    }

    /// One error for several; nothing for none.
    pub(crate) fn all(errors: Vec<Self>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let first = errors.next()?;
        let others: Vec<Self> = errors.collect();
        Some(if others.is_empty() { first } else { Self::Several(Box::new(first), others) })
    }

    /// Notes where a document that is no manifest begins in its template's text.
    pub(crate) fn beginning(mut self, text: &str, at: usize) -> Self {
        if let Self::Manifest { line, .. } = &mut self {
            *line = text[..at].bytes().filter(|&b| b == b'\n').count();
        }
        self
    }

    /// The text that Helm prints after `Error: `.
    pub fn helm_text(&self) -> String {
        self.to_string()
    }

    /// Whether name, dependencies and values were in order, so that Helm went on to templates.
    pub fn is_past_values(&self) -> bool {
        match self {
            Self::Name { .. } | Self::Dependencies(_) | Self::Values(_) | Self::Schema(_) => false,
            Self::KubeVersion { .. }
            | Self::Parse(_)
            | Self::Template(_)
            | Self::PostRender(_)
            | Self::Manifest { .. } => true,
            Self::Several(first, _) => first.is_past_values(),
        }
    }

    /// What was rendered, where it is no manifest.
    pub fn unsorted(&self) -> Option<&Unsorted> {
        match self {
            Self::Manifest { unsorted, .. } => Some(unsorted),
            Self::Name { .. }
            | Self::Dependencies(_)
            | Self::Values(_)
            | Self::Schema(_)
            | Self::KubeVersion { .. }
            | Self::Parse(_)
            | Self::PostRender(_)
            | Self::Template(_) => None,
            Self::Several(first, _) => first.unsorted(),
        }
    }

    /// The same as diagnostics: chart, file, line with carets, the chain of includes, hints. What
    /// follows from one cause is one diagnostic.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Name { .. } | Self::KubeVersion { .. } | Self::PostRender(_) => {
                vec![Diagnostic::error(self.to_string())]
            }
            Self::Dependencies(error) | Self::Values(error) => error.to_diagnostics(),
            Self::Schema(failed) => failed.diagnostics().to_vec(),
            Self::Parse(error) => vec![error.to_diagnostic()],
            Self::Template(failed) => vec![failed.to_diagnostic()],
            Self::Manifest { path, message, span, document, piece, line: _, unsorted: _ } => {
                let at = manifest::At { path, message, span: span.clone(), document };
                vec![manifest::diagnostic(&at, piece.as_deref())]
            }
            Self::Several(first, others) => folded::diagnostics(first, others),
        }
    }
}

fn last_words(message: &str) -> &str {
    message.rsplit(": ").next().unwrap_or(message)
}
