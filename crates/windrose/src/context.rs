//! What a command may touch of the outside: its streams, its environment, its folder.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use diagnostic::Style;

use crate::commands::helm::GlobalFlags;
use crate::environment::Environment;
use crate::failure::ErrorForm;

/// When to colour what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Handed to every command.
pub(crate) struct Context {
    /// What was read from the environment.
    pub(crate) environment: Environment,
    /// Flags of every command below `helm`; as if none were given elsewhere.
    pub(crate) helm: GlobalFlags,
    /// In which form failures and warnings are told.
    pub(crate) errors: ErrorForm,
    /// Relative paths start here.
    pub(crate) directory: PathBuf,
    /// Colour for standard output.
    pub(crate) out_style: Style,
    /// Colour for standard error.
    pub(crate) err_style: Style,
    /// Standard error is a terminal: progress may be drawn and redrawn.
    pub(crate) live: bool,
    stdout: io::Stdout,
    stderr: io::Stderr,
}

impl Context {
    /// Looks at the process: its folder and streams.
    pub(crate) fn new(choice: ColorChoice, environment: Environment) -> io::Result<Self> {
        let style = |terminal: bool| match choice {
            ColorChoice::Always => Style::Coloured,
            ColorChoice::Auto if terminal && !environment.no_color => Style::Coloured,
            ColorChoice::Auto | ColorChoice::Never => Style::Plain,
        };
        let (out, err) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        Ok(Self {
            helm: GlobalFlags::default(),
            errors: ErrorForm::default(),
            directory: std::env::current_dir()?,
            out_style: style(out),
            err_style: style(err),
            live: err,
            stdout: io::stdout(),
            stderr: io::stderr(),
            environment,
        })
    }

    /// Data: standard output.
    pub(crate) fn out(&self, text: &str) -> io::Result<()> {
        let mut out = self.stdout.lock();
        write(&mut out, text)
    }

    /// Data in pieces, of which many are small.
    pub(crate) fn out_all<S: AsRef<str>>(&self, pieces: &[S]) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(64 * 1024, self.stdout.lock());
        for piece in pieces {
            out.write_all(piece.as_ref().as_bytes())?;
        }
        out.flush()
    }

    /// Talk: standard error.
    pub(crate) fn say(&self, text: &str) -> io::Result<()> {
        write(&mut self.stderr.lock(), text)
    }

    /// A path as the user gave it, from this folder.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}

/// Talk, where no context is at hand: from a signal or a running task.
pub(crate) fn say(text: &str) -> io::Result<()> {
    write(&mut io::stderr().lock(), text)
}

fn write(to: &mut impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
