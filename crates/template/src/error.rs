//! What goes wrong: in a text (`ParseError`), while executing it (`ExecError`), inside a function
//! (`CallError`).
//!
//! Invariant: every error keeps its structure (where, in which template, and the chain of causes);
//! Go's exact text and the diagnostic with carets are both made from it, never parsed back.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Source};

use crate::unicode::quote;

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
        Diagnostic::error(self.message.clone()).code("template-syntax").label(
            &self.source_text,
            self.span.clone(),
            "",
        )
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
        }))
    }

    pub(crate) fn at(
        frame: Frame,
        callers: Vec<Frame>,
        message: String,
        cause: Option<CallError>,
    ) -> Self {
        Self(Box::new(Repr { frame: Some(frame), callers, message, cause }))
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

    /// The form with carets: the innermost place is the cause, the others are its surroundings.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let innermost = self.chain().last().unwrap_or(self);
        let message = match innermost.root_cause() {
            Some(cause) => format!("{}: {cause}", innermost.message()),
            None => innermost.message().to_owned(),
        };
        let mut diagnostic = Diagnostic::error(message).code("template-execution");
        if let Some(CallError::Parse(error)) = innermost.root_cause() {
            diagnostic =
                diagnostic.label(&error.source_text, error.span.clone(), error.message.clone());
        }
        let mut errors: Vec<&ExecError> = self.chain().collect();
        errors.reverse();
        for (at, error) in errors.into_iter().enumerate() {
            let (frame, callers) = (error.frame(), error.callers());
            if let Some(frame) = frame.filter(|_| at == 0) {
                diagnostic = diagnostic.label(&frame.source_text, frame.span.clone(), "");
            }
            for caller in frame.filter(|_| at > 0).into_iter().chain(callers) {
                let words = format!("called from {:?}", caller.template);
                diagnostic = diagnostic.context(&caller.source_text, caller.span.clone(), words);
            }
        }
        diagnostic
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
            Self::Message(_) | Self::Parse(_) | Self::Other(_) => None,
        }
    }

    /// The innermost cause.
    pub fn root(&self) -> &CallError {
        match self {
            Self::Wrapped { cause, .. } => cause.root(),
            Self::Exec(error) => error.root_cause().unwrap_or(self),
            Self::Message(_) | Self::Parse(_) | Self::Other(_) => self,
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
