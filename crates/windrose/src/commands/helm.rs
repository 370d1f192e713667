//! `windrose helm`: Helm's commands on the engine of this house.

mod apply;
mod change;
mod chart;
mod drift;
mod dry_run;
mod env;
mod get;
mod global;
mod go_files;
mod history;
mod install;
mod lint;
mod list;
mod missing;
mod name;
mod object;
mod operation;
mod page;
mod plan;
mod post_renderer;
mod record;
mod remote;
mod resources;
mod rollback;
mod show;
mod status;
mod template;
mod test;
mod uninstall;
mod upgrade;
mod values;
mod verification;
mod version;

use clap::{ArgMatches, Args, Command};

use crate::cli::tree::{self, Detail, Entry};
use crate::context::Context;
use crate::failure::Outcome;

pub(crate) use global::GlobalFlags;

/// Helm, faster: charts and releases with Helm's own words and storage
///
/// Releases are Helm's own: `helm list`, `history` and `rollback` work on them, and these commands
/// work on what Helm installed.
#[derive(Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
struct Group {
    #[command(flatten)]
    global: GlobalFlags,
}

const COMMANDS: &[Entry] = &[
    Entry::new::<template::Args>("template"),
    Entry::new::<lint::Args>("lint"),
    Entry::new::<install::Args>("install"),
    Entry::new::<upgrade::Args>("upgrade"),
    Entry::new::<rollback::Args>("rollback"),
    Entry::new::<uninstall::Args>("uninstall").or(&["del", "delete", "un"]),
    Entry::new::<list::Args>("list").or(&["ls"]),
    Entry::new::<status::Args>("status"),
    Entry::new::<test::Args>("test"),
    Entry::new::<history::Args>("history").or(&["hist"]),
    Entry::new::<get::Args>("get"),
    Entry::new::<show::Args>("show").or(&["inspect"]),
    Entry::new::<plan::Args>("plan").or(&["diff"]),
    Entry::new::<apply::Args>("apply"),
    Entry::new::<drift::Args>("drift"),
    Entry::new::<env::Args>("env"),
    Entry::new::<version::Args>("version"),
];

fn commands() -> impl Iterator<Item = &'static Entry> {
    COMMANDS.iter().chain(missing::COMMANDS)
}

/// The flags that all of them take, and the commands.
pub(crate) fn define(command: Command, detail: Detail<'_>) -> Command {
    tree::define(Group::augment_args(command), commands(), detail)
}

/// Runs the command that was asked for.
pub(crate) fn run(matches: &ArgMatches, context: &Context) -> Result<Outcome, clap::Error> {
    tree::run_named(commands(), matches, context)
}
