//! Which commands there are, as a table of how each is defined and run.
//!
//! Defining the flags of every command takes longer than most commands run, so that the tree for a
//! command line has flags only where the line names a command. **Invariant**: a line that parses with
//! that tree parses the same with the whole one; help and mistakes are told from the whole one.

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command};

use crate::context::Context;
use crate::failure::Outcome;

/// A command that can be run.
pub(crate) trait Run: Args {
    /// Does what the command is for.
    fn run(self, context: &Context) -> Outcome;
}

/// How much of the tree is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Detail<'a> {
    /// All flags of all commands.
    Whole,
    /// The flags of commands whose names stand in a command line.
    Named(&'a [OsString]),
}

/// A command below another one.
pub(crate) struct Entry {
    name: &'static str,
    aliases: &'static [&'static str],
    define: fn(Command, Detail<'_>) -> Command,
    run: fn(&ArgMatches, &Context) -> Result<Outcome, clap::Error>,
}

impl Entry {
    /// A command by its flags.
    pub(crate) const fn new<A: Run>(name: &'static str) -> Self {
        Self { name, aliases: &[], define: |command, _| A::augment_args(command), run: run::<A> }
    }

    /// A command with commands below it.
    pub(crate) const fn group(
        name: &'static str,
        define: fn(Command, Detail<'_>) -> Command,
        run: fn(&ArgMatches, &Context) -> Result<Outcome, clap::Error>,
    ) -> Self {
        Self { name, aliases: &[], define, run }
    }

    /// The same by other names too.
    pub(crate) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    fn is(&self, word: &OsString) -> bool {
        word == self.name || self.aliases.iter().any(|alias| word == alias)
    }
}

fn run<A: Run>(matches: &ArgMatches, context: &Context) -> Result<Outcome, clap::Error> {
    Ok(A::from_arg_matches(matches)?.run(context))
}

/// Puts commands below another one.
pub(crate) fn define<'a>(
    command: Command,
    entries: impl IntoIterator<Item = &'a Entry>,
    detail: Detail<'_>,
) -> Command {
    command.subcommands(entries.into_iter().map(|entry| {
        let command = Command::new(entry.name).visible_aliases(entry.aliases.iter().copied());
        match detail {
            Detail::Named(words) if !words.iter().any(|word| entry.is(word)) => command,
            Detail::Whole | Detail::Named(_) => (entry.define)(command, detail),
        }
    }))
}

/// Runs the command below another one that was asked for.
pub(crate) fn run_named<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    matches: &ArgMatches,
    context: &Context,
) -> Result<Outcome, clap::Error> {
    let named = matches.subcommand().and_then(|(name, below)| {
        entries.into_iter().find(|entry| entry.name == name).map(|entry| (entry, below))
    });
    match named {
        Some((entry, below)) => (entry.run)(below, context),
        None => Err(clap::Error::new(clap::error::ErrorKind::MissingSubcommand)),
    }
}
