//! How a command fails: what is shown and with which exit code.

use std::error::Error;
use std::io;

use diagnostic::{Diagnostic, Style};

/// Exit codes, as `docs/exit-codes.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for failed.
    Failed = 1,
    /// `plan --detailed-exitcode`: there are changes.
    Changes = 2,
    /// `plan --detailed-exitcode`: there are changes, and some delete or replace objects.
    Destructive = 3,
    /// The command line was wrong.
    Usage = 64,
    /// Stopped by Ctrl-C or a termination signal.
    Interrupted = 130,
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Mistakes in files, each with its place.
    Diagnostics(Vec<Diagnostic>),
    /// An operation that failed, its causes outermost first.
    Operation { chain: Vec<String>, hints: Vec<String> },
    /// Everything was said already; only the exit code remains.
    Told(Exit),
}

/// What every command returns.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with one sentence.
    pub(crate) fn message(text: impl Into<String>) -> Self {
        Self::Operation { chain: vec![text.into()], hints: vec![] }
    }

    /// Adds advice to an operation's failure.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        match &mut self {
            Self::Operation { hints, .. } => hints.push(hint.into()),
            Self::Diagnostics(all) => {
                if let Some(last) = all.pop() {
                    all.push(last.hint(hint));
                }
            }
            Self::Told(_) => {}
        }
        self
    }

    /// The error and its sources, outermost first.
    pub(crate) fn from_error(error: &(dyn Error + 'static)) -> Self {
        let mut chain = vec![];
        let mut next = Some(error);
        while let Some(e) = next {
            let text = e.to_string();
            // An error that prints its source already need not be followed by it.
            if chain.last().is_none_or(|last: &String| !last.ends_with(&text)) {
                chain.push(text);
            }
            next = e.source();
        }
        Self::Operation { chain, hints: vec![] }
    }

    /// Which exit code the process ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Told(exit) => *exit,
            Self::Diagnostics(_) | Self::Operation { .. } => Exit::Failed,
        }
    }

    /// What standard error shows; empty when everything was said.
    pub(crate) fn render(&self, style: Style) -> String {
        match self {
            Self::Diagnostics(all) => {
                all.iter().map(|d| d.render(style) + "\n").collect::<Vec<_>>().join("\n")
            }
            Self::Operation { chain, hints } => {
                let mut d = Diagnostic::error(chain.first().cloned().unwrap_or_default());
                for cause in chain.iter().skip(1) {
                    d = d.note(cause.clone());
                }
                for hint in hints {
                    d = d.hint(hint.clone());
                }
                d.render(style) + "\n"
            }
            Self::Told(_) => String::new(),
        }
    }
}

impl From<io::Error> for Failure {
    /// Output that nobody reads any more ends the command quietly, as a pipe to `head` wants it.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Told(Exit::Failed),
            _ => Self::from_error(&error),
        }
    }
}
