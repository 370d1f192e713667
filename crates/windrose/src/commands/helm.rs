//! `windrose helm`: Helm's commands on the engine of this house.

mod chart;
mod get;
mod global;
mod go_files;
mod history;
mod install;
mod lint;
mod list;
mod name;
mod operation;
mod post_renderer;
mod remote;
mod rollback;
mod show;
mod status;
mod template;
mod uninstall;
mod upgrade;
mod values;
mod verification;

use crate::context::Context;
use crate::failure::Outcome;

pub(crate) use global::GlobalFlags;

/// Helm, faster: charts and releases with Helm's own words and storage
///
/// Releases are Helm's own: `helm list`, `history` and `rollback` work on them, and these commands
/// work on what Helm installed.
#[derive(clap::Args, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: GlobalFlags,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    Template(Box<template::Args>),
    Lint(Box<lint::Args>),
    Install(Box<install::Args>),
    Upgrade(Box<upgrade::Args>),
    Rollback(Box<rollback::Args>),
    #[command(visible_aliases = ["del", "delete", "un"])]
    Uninstall(Box<uninstall::Args>),
    #[command(visible_alias = "ls")]
    List(Box<list::Args>),
    Status(Box<status::Args>),
    #[command(visible_alias = "hist")]
    History(Box<history::Args>),
    Get(Box<get::Args>),
}

impl Args {
    pub(crate) fn run(self, context: &Context) -> Outcome {
        match self.command {
            Command::Template(args) => args.run(context),
            Command::Lint(args) => args.run(context),
            Command::Install(args) => args.run(context),
            Command::Upgrade(args) => args.run(context),
            Command::Rollback(args) => args.run(context),
            Command::Uninstall(args) => args.run(context),
            Command::List(args) => args.run(context),
            Command::Status(args) => args.run(context),
            Command::History(args) => args.run(context),
            Command::Get(args) => args.run(context),
        }
    }
}
