//! What can go wrong while a test's surroundings are set up.
//! Tests themselves rarely see it: the convenient entries panic with its text.

use std::{io, path::PathBuf};

/// A failed operation on the test environment.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program of the test environment has not been built.
    #[error("{program} is not built in {}: run `cargo xtask testenv build`", bin.display())]
    NotBuilt {
        /// The program's name.
        program: String,
        /// Where it was looked for.
        bin: PathBuf,
    },
    /// A file or directory could not be read or written.
    #[error("cannot access {}", path.display())]
    Access {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A program could not be started or waited for.
    #[error("cannot run {program}")]
    Run {
        /// The program's name.
        program: String,
        /// The operating system's answer.
        source: io::Error,
    },
    /// A program ended with a failure.
    #[error("{command} failed: {output}")]
    Failed {
        /// The command line.
        command: String,
        /// What it printed.
        output: String,
    },
    /// A server ended before it was ready, or was not ready in time.
    #[error("{server} {problem}; its last lines:\n{log}")]
    NotReady {
        /// The server's name.
        server: String,
        /// What was seen.
        problem: String,
        /// The end of its log.
        log: String,
    },
}

impl Error {
    /// Wraps an I/O error with the path it is about.
    pub(crate) fn access(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Access { path, source }
    }

    /// Wraps an I/O error with the program it is about.
    pub(crate) fn run(program: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let program = program.into();
        move |source| Self::Run { program, source }
    }
}
