//! The command line: which commands there are, and how a process starts and ends.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands;
use crate::context::{ColorChoice, Context, say};
use crate::failure::{Exit, Outcome};

/// Windrose delivers Helm charts, and the infrastructure beside them.
///
/// A stack file names releases, what they need and the environments they go to; `plan` shows what
/// would change in a cluster, `apply` does it. `windrose helm` is Helm, faster.
#[derive(Parser, Debug)]
#[command(name = "windrose", version, max_term_width = 100, subcommand_required = true)]
#[command(
    after_help = "Try it without a cluster:  windrose apply examples/shop -e staging --sandbox"
)]
struct Cli {
    /// When to colour the output
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand, Debug)]
enum Commands {
    Plan(commands::plan::Args),
    Apply(commands::apply::Args),
    Status(commands::status::Args),
    Destroy(commands::destroy::Args),
    Render(commands::render::Args),
    Values(commands::values::Args),
    Helm(commands::helm::Args),
    Sandbox(commands::sandbox::Args),
}

/// Runs one command line to its end.
pub(crate) fn run(args: Vec<OsString>) -> ExitCode {
    let cli = match command().try_get_matches_from(args).and_then(|m| Cli::from_arg_matches(&m)) {
        Ok(cli) => cli,
        Err(error) => return wrong_usage(&error),
    };
    let Ok(context) = Context::new(cli.color) else {
        let _ = say("error: the current folder cannot be read\n");
        return ExitCode::from(Exit::Failed as u8);
    };
    match dispatch(cli.command, &context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = context.say(&failure.render(context.err_style));
            ExitCode::from(failure.exit() as u8)
        }
    }
}

/// The whole command tree; switches below `helm` also take `--switch=false`, as Helm's do.
pub(crate) fn command() -> Command {
    Cli::command().mut_subcommand("helm", switches_take_values)
}

fn dispatch(command: Commands, context: &Context) -> Outcome {
    match command {
        Commands::Plan(args) => args.run(context),
        Commands::Apply(args) => args.run(context),
        Commands::Status(args) => args.run(context),
        Commands::Destroy(args) => args.run(context),
        Commands::Render(args) => args.run(context),
        Commands::Values(args) => args.run(context),
        Commands::Helm(args) => args.run(context),
        Commands::Sandbox(args) => args.run(context),
    }
}

fn wrong_usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(Exit::Usage as u8) } else { ExitCode::SUCCESS }
}

fn switches_take_values(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = command.mut_args(|arg| {
        if !matches!(arg.get_action(), ArgAction::SetTrue) {
            return arg;
        }
        arg.action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .value_parser(clap::value_parser!(bool))
            .default_value("false")
            .default_missing_value("true")
            .hide_default_value(true)
            .hide_possible_values(true)
            .value_name("BOOL")
    });
    names.into_iter().fold(command, |c, name| c.mut_subcommand(name, switches_take_values))
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn the_command_tree_is_sound() {
        command().debug_assert();
    }
}
