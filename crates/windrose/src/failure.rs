//! How a command fails: what is shown and with which exit code.

use std::error::Error;
use std::io;

use diagnostic::{Diagnostic, Style};
use serde_json::Value;

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

/// In which form failures are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ErrorForm {
    /// The lines of a file with carets below them, and hints.
    #[default]
    Caret,
    /// The text that Helm 4.3.1 prints, and its exit code.
    Helm,
    /// One JSON object a line and error.
    Json,
}

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Mistakes in files, each with its place.
    Diagnostics(Vec<Diagnostic>),
    /// An operation that failed, its causes outermost first.
    Operation { chain: Vec<String>, hints: Vec<String> },
    /// A failure for which Helm has words of its own; they follow its `Error: `.
    Helm { text: String, shown: Box<Failure> },
    /// The command line asks for what there is not, or for what cannot be together.
    Usage { text: String, hints: Vec<String> },
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

    /// The command line is wrong, in one sentence.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::Usage { text: text.into(), hints: vec![] }
    }

    /// Gives the words that Helm has for this failure.
    pub(crate) fn in_helms_words(self, text: impl Into<String>) -> Self {
        Self::Helm { text: text.into(), shown: Box::new(self) }
    }

    /// Adds advice to an operation's failure.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        match &mut self {
            Self::Operation { hints, .. } | Self::Usage { hints, .. } => hints.push(hint.into()),
            Self::Diagnostics(all) => {
                if let Some(last) = all.pop() {
                    all.push(last.hint(hint));
                }
            }
            Self::Helm { shown, .. } => {
                let inner = std::mem::replace(shown.as_mut(), Self::Told(Exit::Failed));
                **shown = inner.hint(hint);
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
            Self::Usage { .. } => Exit::Usage,
            Self::Helm { shown, .. } => shown.exit(),
        }
    }

    /// The exit code where errors have this form; Helm knows but one.
    pub(crate) fn exit_in(&self, form: ErrorForm) -> Exit {
        match (form, self.exit()) {
            (ErrorForm::Helm, Exit::Usage) => Exit::Failed,
            (_, exit) => exit,
        }
    }

    /// What standard error shows in a form; empty when everything was said.
    pub(crate) fn show(&self, form: ErrorForm, style: Style) -> String {
        match (form, self) {
            (_, Self::Told(_)) => String::new(),
            (ErrorForm::Caret, _) => self.render(style),
            (ErrorForm::Helm, _) => format!("Error: {}\n", self.helm_text()),
            (ErrorForm::Json, _) => self
                .to_json()
                .iter()
                .fold(String::new(), |text, error| text + &error.to_string() + "\n"),
        }
    }

    /// What Helm prints after its `Error: `: its own words, else ours from outermost to innermost.
    pub(crate) fn helm_text(&self) -> String {
        match self {
            Self::Helm { text, .. } => text.clone(),
            Self::Diagnostics(all) => {
                all.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
            }
            Self::Operation { chain, .. } => chain.join(": "),
            Self::Usage { text, .. } => text.clone(),
            Self::Told(_) => String::new(),
        }
    }

    /// An object for each error; `docs/errors.md` lists its fields.
    fn to_json(&self) -> Vec<Value> {
        let mut all: Vec<Value> = self.diagnostics().iter().map(Diagnostic::to_json).collect();
        if let Self::Helm { text, .. } = self {
            for error in &mut all {
                error["helm"] = Value::from(text.as_str());
            }
        }
        all
    }

    /// The form for people.
    fn render(&self, style: Style) -> String {
        let all = self.diagnostics();
        all.iter().map(|d| d.render(style) + "\n").collect::<Vec<_>>().join("\n")
    }

    /// What is wrong, each with its advice.
    fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            Self::Diagnostics(all) => all.clone(),
            Self::Operation { chain, hints } => vec![diagnostic(chain, hints)],
            Self::Usage { text, hints } => vec![diagnostic(std::slice::from_ref(text), hints)],
            Self::Helm { shown, .. } => shown.diagnostics(),
            Self::Told(_) => vec![],
        }
    }
}

/// An error with its causes, outermost first.
fn diagnostic(chain: &[String], hints: &[String]) -> Diagnostic {
    let error = Diagnostic::error(chain.first().cloned().unwrap_or_default());
    let error = chain.iter().skip(1).fold(error, |d, cause| d.note(cause.clone()));
    hints.iter().fold(error, |d, hint| d.hint(hint.clone()))
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
