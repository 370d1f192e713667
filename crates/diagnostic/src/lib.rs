//! Where an error points: source spans, hints and codes, shown as carets on a terminal or as JSON.
//!
//! A [`Diagnostic`] is data: what is wrong, where (byte ranges of named texts) and what to do about
//! it. It is made wherever a user's mistake is found and shown only by the binary.
//!
//! **Invariant**: building and rendering a diagnostic never fails, whatever the spans; a span that
//! lies outside its text is moved inside. Nothing here prints or knows a terminal.
//!
//! ```
//! use diagnostic::{Diagnostic, Source, Style};
//!
//! let file = Source::new("stack.yaml", "name: shop\nrelases: {}\n");
//! let shown = Diagnostic::error("unknown key `relases`")
//!     .label(&file, 11..18, "not a key of a stack")
//!     .hint("did you mean `releases`?")
//!     .render(Style::Plain);
//! assert!(shown.contains("stack.yaml:2:1"));
//! ```

mod carets;
mod json;
mod nearest;
mod origin;
mod source;

use std::ops::Range;
use std::sync::Arc;

pub use carets::Style;
pub use nearest::{Swap, distance, nearest};
pub use origin::Origin;
pub use source::{Position, Source};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// What was asked for is not done.
    Error,
    /// It is done, but probably not as meant.
    Warning,
}

/// A range of a text with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text that it points into.
    pub source: Arc<Source>,
    /// Bytes of `source.text`; may be empty to point between two characters.
    pub span: Range<usize>,
    /// A few words beside the carets; may be empty.
    pub message: String,
    /// What the range has to do with the error.
    pub role: Role,
}

/// What a label's range has to do with the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It is the cause.
    Cause,
    /// It belongs to the cause: a first definition, where a value was set.
    Context,
    /// It led to the place of the cause: a link of the chain of calls.
    Caller,
}

/// One thing that is wrong, with everything needed to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable name such as `unknown-key`, for programs and documentation.
    pub code: Option<&'static str>,
    /// What is wrong: one sentence, lower case, no full stop.
    pub message: String,
    /// Where: the first cause is the place that is named in one-line forms. Callers stand in the
    /// order of the chain, innermost first.
    pub labels: Vec<Label>,
    /// Where the value that it is about was looked for, the place that wins first.
    pub origin: Vec<Origin>,
    /// Facts that explain it, such as the chain of includes.
    pub notes: Vec<String>,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// An error with this message and nothing else yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// A warning with this message and nothing else yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    /// Names the diagnostic for programs, in kebab case.
    #[must_use]
    pub fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// Points at the cause.
    #[must_use]
    pub fn label(self, at: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Self {
        self.push(at, span, message.into(), Role::Cause)
    }

    /// Points at something that belongs to the cause: a first definition.
    #[must_use]
    pub fn context(self, at: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Self {
        self.push(at, span, message.into(), Role::Context)
    }

    /// Adds the next link of the chain that led here, innermost first.
    #[must_use]
    pub fn caller(self, at: &Arc<Source>, span: Range<usize>, message: impl Into<String>) -> Self {
        self.push(at, span, message.into(), Role::Caller)
    }

    /// Adds a place where the value was looked for.
    #[must_use]
    pub fn asked(mut self, origin: Origin) -> Self {
        self.origin.push(origin);
        self
    }

    /// Adds an explaining fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds `did you mean …?` when a candidate is near enough to `word`.
    #[must_use]
    pub fn suggest<'a>(self, word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(word, candidates) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The label of the first cause, else the first label.
    pub fn main_label(&self) -> Option<&Label> {
        self.labels.iter().find(|l| l.role == Role::Cause).or_else(|| self.labels.first())
    }

    /// The place of the first cause, else of the first label.
    pub fn position(&self) -> Option<(&Source, Position)> {
        let label = self.main_label()?;
        Some((&label.source, label.source.position(label.span.start)))
    }

    /// The form for people: message, source lines with carets, notes and hints; no final newline.
    pub fn render(&self, style: Style) -> String {
        carets::render(self, style)
    }

    /// The form for programs; see `docs/errors.md` for the fields.
    pub fn to_json(&self) -> serde_json::Value {
        json::diagnostic(self)
    }

    fn new(severity: Severity, message: String) -> Self {
        Self {
            severity,
            code: None,
            message,
            labels: vec![],
            origin: vec![],
            notes: vec![],
            hints: vec![],
        }
    }

    fn push(mut self, at: &Arc<Source>, span: Range<usize>, message: String, role: Role) -> Self {
        let span = at.clamp(span);
        self.labels.push(Label { source: Arc::clone(at), span, message, role });
        self
    }
}

impl std::fmt::Display for Diagnostic {
    /// One line: `file:line:column: message`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some((source, at)) = self.position() {
            write!(f, "{}:{}:{}: ", source.name, at.line, at.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}
