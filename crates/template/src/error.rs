//! What goes wrong: in a text (`ParseError`), while executing it (`ExecError`), inside a function
//! (`CallError`).
//!
//! Invariant: every error keeps its structure (where, in which template, and the chain of causes);
//! Go's exact text and the diagnostic with carets are both made from it, never parsed back.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};

use crate::subject::{Origin, Subject};
use crate::unicode::quote;

mod diagnosis;

/// A text that is not a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template: {name}:{line}: {message}")]
pub struct ParseError {
    /// The name that the text was parsed under.
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// Go's words, such as `unexpected "}" in operand`.
    pub message: String,
    /// The text.
    pub source_text: Arc<Source>,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What is still open, where the text ends too early: a structure's pipeline or name.
    pub open: Option<Box<Range<usize>>>,
    /// What may have been meant.
    pub meant: Option<Box<str>>,
}

/// An execution that failed.
#[derive(Debug)]
pub struct ExecError(Box<Repr>);

#[derive(Debug)]
struct Repr {
    frame: Option<Frame>,
    callers: Vec<Frame>,
    message: String,
    cause: Option<CallError>,
    subjects: Vec<Subject>,
    kind: ErrorKind,
}

/// What kind of failure an execution met, where that is of use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ErrorKind {
    /// Any other.
    #[default]
    Other,
    /// There is no template of the name.
    NoTemplate {
        /// A name that is near to it.
        meant: Option<String>,
    },
    /// A budget is spent; what follows will fail, too.
    Limit,
}

/// Where an execution failed: one level of a chain of templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The template that was executing; a file or a `define`.
    pub template: String,
    /// The name that its text was parsed under.
    pub parse_name: String,
    /// Line of the node, counted from 1.
    pub line: usize,
    /// Column of the node in bytes, counted from 0, as Go prints it.
    pub column: usize,
    /// The node's text as Go prints it, between `<` and `>`.
    pub context: String,
    /// The whole text.
    pub source_text: Arc<Source>,
    /// The node's bytes in the text.
    pub span: Range<usize>,
}

/// A function call that failed.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// Plain words.
    #[error("{0}")]
    Message(String),
    /// What the call was to cost is more than is left.
    #[error("{0}")]
    Limit(String),
    /// Words before another error, as Go's `%w` puts them.
    #[error("{message}: {cause}")]
    Wrapped {
        /// What comes before the colon.
        message: String,
        /// The error after it.
        cause: Box<CallError>,
    },
    /// A template that this call executed failed.
    #[error("{0}")]
    Exec(Box<ExecError>),
    /// A text that this call compiled is not a template.
    #[error("{0}")]
    Parse(Box<ParseError>),
    /// An error of the function's own type, to be told apart by whoever called the engine.
    #[error("{0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// A text that was compiled and executed during a render failed.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// It is not a template.
    #[error("{0}")]
    Parse(Box<ParseError>),
    /// It is one, but failed.
    #[error("{0}")]
    Exec(Box<ExecError>),
}

impl ParseError {
    /// The form with carets.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.message.clone()).code("template-syntax");
        diagnostic = diagnostic.label(&self.source_text, self.span.clone(), "");
        if let Some(open) = &self.open {
            let words = "opened here, without an `{{ end }}`";
            diagnostic = diagnostic.context(&self.source_text, open.as_ref().clone(), words);
        }
        self.meant.iter().fold(diagnostic, |d, meant| d.hint(format!("did you mean `{meant}`?")))
    }
}

impl ExecError {
    /// A failure outside of any template: an unknown name, a spent budget.
    pub fn bare(message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            frame: None,
            callers: Vec::new(),
            message: message.into(),
            cause: None,
            subjects: Vec::new(),
            kind: ErrorKind::Other,
        }))
    }

    pub(crate) fn at(
        frame: Frame,
        callers: Vec<Frame>,
        message: String,
        cause: Option<CallError>,
    ) -> Self {
        let (subjects, kind) = (Vec::new(), ErrorKind::Other);
        Self(Box::new(Repr { frame: Some(frame), callers, message, cause, subjects, kind }))
    }

    /// Says which expressions it is about.
    #[must_use]
    pub(crate) fn about(mut self, subjects: Vec<Subject>) -> Self {
        self.0.subjects = subjects;
        self
    }

    pub(crate) fn about_too(&mut self, subject: Option<Subject>) {
        self.0.subjects.extend(subject);
    }

    /// Says what kind of failure it is.
    #[must_use]
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self
    }

    /// What kind of failure it is.
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The expressions that it is about; they stand in the innermost template of the chain.
    pub fn subjects(&self) -> &[Subject] {
        &self.0.subjects
    }

    pub(crate) fn subjects_mut(&mut self) -> &mut [Subject] {
        &mut self.0.subjects
    }

    /// The last of the chain of execution errors.
    pub(crate) fn innermost_mut(&mut self) -> &mut ExecError {
        let mut error = self;
        while error.cause().and_then(CallError::exec).is_some() {
            let next = error.0.cause.as_mut().and_then(CallError::exec_mut);
            error = next.expect("there is one, or the loop had ended");
        }
        error
    }

    /// What the outermost template had as dot is the session's data.
    #[must_use]
    pub(crate) fn settled(mut self) -> Self {
        for subject in self.innermost_mut().subjects_mut() {
            if let Origin::Dot(path) = &mut subject.origin {
                subject.origin = Origin::Data(std::mem::take(path));
            }
        }
        self
    }

    /// The `template` actions that led here, innermost first; Go's text does not mention them.
    pub fn callers(&self) -> &[Frame] {
        &self.0.callers
    }

    /// Where it failed, outermost template; nothing if it failed before any template ran.
    pub fn frame(&self) -> Option<&Frame> {
        self.0.frame.as_ref()
    }

    /// What went wrong here, without place and cause: `error calling include`, `nil pointer
    /// evaluating …`.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The error of the function whose call failed here.
    pub fn cause(&self) -> Option<&CallError> {
        self.0.cause.as_ref()
    }

    /// Go's exact text.
    pub fn text(&self) -> String {
        self.to_string()
    }

    /// This error, then each execution error inside it, outermost first.
    pub fn chain(&self) -> impl Iterator<Item = &ExecError> {
        std::iter::successors(Some(self), |error| error.cause()?.exec())
    }

    /// The error at the root: plain words, or a function's own error.
    pub fn root_cause(&self) -> Option<&CallError> {
        self.cause().map(CallError::root)
    }
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.0.frame {
            let Frame { template, parse_name, line, column, context, .. } = at;
            let template = quote(template);
            write!(
                f,
                "template: {parse_name}:{line}:{column}: executing {template} at <{context}>: "
            )?;
        }
        f.write_str(&self.0.message)?;
        match &self.0.cause {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ExecError {}

impl CallError {
    /// Plain words.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    /// An error of the caller's own type.
    pub fn other(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Other(Box::new(error))
    }

    /// Puts words before this error, as `fmt.Errorf("words: %w", err)`.
    #[must_use]
    pub fn wrap(self, message: impl Into<String>) -> Self {
        Self::Wrapped { message: message.into(), cause: Box::new(self) }
    }

    /// The execution error inside, if there is one.
    pub fn exec(&self) -> Option<&ExecError> {
        match self {
            Self::Exec(error) => Some(error),
            Self::Wrapped { cause, .. } => cause.exec(),
            Self::Message(_) | Self::Limit(_) | Self::Parse(_) | Self::Other(_) => None,
        }
    }

    pub(crate) fn exec_mut(&mut self) -> Option<&mut ExecError> {
        match self {
            Self::Exec(error) => Some(error),
            Self::Wrapped { cause, .. } => cause.exec_mut(),
            Self::Message(_) | Self::Limit(_) | Self::Parse(_) | Self::Other(_) => None,
        }
    }

    /// The innermost cause.
    pub fn root(&self) -> &CallError {
        match self {
            Self::Wrapped { cause, .. } => cause.root(),
            Self::Exec(error) => error.root_cause().unwrap_or(self),
            Self::Message(_) | Self::Limit(_) | Self::Parse(_) | Self::Other(_) => self,
        }
    }
}

impl From<String> for CallError {
    fn from(message: String) -> Self {
        Self::Message(message)
    }
}

impl From<&str> for CallError {
    fn from(message: &str) -> Self {
        Self::Message(message.to_owned())
    }
}

impl From<ExecError> for CallError {
    fn from(error: ExecError) -> Self {
        Self::Exec(Box::new(error))
    }
}

impl From<ParseError> for CallError {
    fn from(error: ParseError) -> Self {
        Self::Parse(Box::new(error))
    }
}

impl From<OverlayError> for CallError {
    fn from(error: OverlayError) -> Self {
        match error {
            OverlayError::Parse(error) => Self::Parse(error),
            OverlayError::Exec(error) => Self::Exec(error),
        }
    }
}

impl From<crate::NilMap> for CallError {
    fn from(error: crate::NilMap) -> Self {
        Self::Message(error.to_string())
    }
}
