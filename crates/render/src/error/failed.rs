//! A template that failed while it ran: what the chart's author or the caller can do about it.
//!
//! Invariant: everything that needs the render's values is found out when the failure is made.
use diagnostic::Diagnostic;
use template::{CallError, ErrorKind, ExecError, Map, Origin, Role, Subject};

use super::origin::{Background, Explained, Wanted};
use super::{hint, trace};

/// A template that failed while it ran.
#[derive(Debug)]
pub struct Failed {
    path: String,
    error: ExecError,
    explained: Vec<Explained>,
}

/// Values of one failure that are explained.
const MAX_EXPLAINED: usize = 3;

impl Failed {
    pub(crate) fn new(
        path: &str,
        error: ExecError,
        scope: &Map,
        background: &Background<'_>,
    ) -> Self {
        let innermost = error.chain().last().unwrap_or(&error);
        let mut explained: Vec<Explained> = Vec::new();
        for subject in innermost.subjects() {
            let new = explain(subject, path, scope, background);
            if explained.len() < MAX_EXPLAINED && explained.iter().all(|e| e.path != new.path) {
                explained.push(new);
            }
        }
        Self { path: path.to_owned(), error, explained }
    }

    /// The template whose execution failed, by its full path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it failed at the same place as an earlier failure, or over the same missing value.
    pub(super) fn follows(&self, earlier: &Self) -> bool {
        let (own, other) = (self.innermost(), earlier.innermost());
        let same_place = match (own.frame(), other.frame()) {
            (Some(own), Some(other)) => {
                own.source_text == other.source_text && own.span == other.span
            }
            (None, None) => own.message() == other.message(),
            (Some(_), None) | (None, Some(_)) => false,
        };
        let missing = |failed: &Self| {
            let of = failed.innermost().subjects().iter();
            let mut nil = of.filter(|s| s.role == Role::Cause && s.found.is_nil());
            let path = failed.explained.first().map(|e| e.path.clone());
            nil.next().and(path).filter(|path| !path.is_empty())
        };
        same_place || missing(self).is_some_and(|path| missing(earlier) == Some(path))
    }

    /// The place of the failure, in one line.
    pub(super) fn place(&self) -> String {
        match self.error.to_diagnostic().position() {
            Some((source, at)) if source.name == self.path => {
                format!("{}:{}:{}", self.path, at.line, at.column)
            }
            Some((source, at)) => {
                format!("{}:{}:{} from {}", source.name, at.line, at.column, self.path)
            }
            None => self.path.clone(),
        }
    }

    /// Whether a budget is spent, so that what follows fails as well.
    pub(crate) fn is_limit(&self) -> bool {
        *self.innermost().kind() == ErrorKind::Limit
    }

    fn innermost(&self) -> &ExecError {
        self.error.chain().last().unwrap_or(&self.error)
    }

    pub(super) fn helm_text(&self) -> String {
        trace::helm_text(&self.path, &self.error)
    }

    pub(super) fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = self.error.to_diagnostic();
        if let Some(words) = self.error.root_cause().and_then(users_words) {
            diagnostic.message = words;
            diagnostic.code = Some("chart-refused");
        }
        for explained in &self.explained {
            if let Some(((source, span), words)) = &explained.decides {
                diagnostic = diagnostic.context(source, span.clone(), words.clone());
            }
            diagnostic.origin.extend(explained.origins.iter().cloned());
            diagnostic = explained.hints.iter().fold(diagnostic, |d, hint| d.hint(hint.clone()));
        }
        diagnostic
    }
}

fn explain(subject: &Subject, path: &str, scope: &Map, background: &Background<'_>) -> Explained {
    let wanted = match &subject.origin {
        Origin::Data(steps) => Wanted::new(steps, path, background.chart),
        Origin::Dot(_) | Origin::Literal { .. } | Origin::Computed => None,
    };
    let mut explained =
        wanted.map(|w| w.explain(&subject.found, background.given)).unwrap_or_default();
    let decided = explained.decides.is_some() && subject.found.is_nil();
    let meant = if decided { Vec::new() } else { hint::hints(subject, scope) };
    if meant.is_empty() && explained.hints.is_empty() && subject.role == Role::Cause {
        let null = explained.decides.is_some();
        let values = !explained.path.is_empty();
        let advice = values.then(|| hint::advice(&subject.found, &explained.path, null));
        explained.hints.extend(advice.flatten());
    }
    explained.hints.extend(meant);
    explained
}

/// The message of a chart's own `fail` or `required`.
fn users_words(cause: &CallError) -> Option<String> {
    trace::between_marks(&cause.to_string()).map(str::to_owned)
}
