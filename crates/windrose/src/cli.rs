//! The command line: which commands there are, and how a process starts and ends.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgAction, Command, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use diagnostic::Style;

use crate::commands;
use crate::context::{ColorChoice, Context, say};
use crate::environment::Environment;
use crate::failure::{ErrorForm, Exit, Failure, Outcome};

pub(crate) mod go_flags;
mod usage;

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
    #[arg(alias = "colour")]
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
    Helm(Box<commands::helm::Args>),
    Sandbox(commands::sandbox::Args),
}

/// Runs one command line to its end.
pub(crate) fn run(args: Vec<OsString>) -> ExitCode {
    let mut command = command();
    let environment = Environment::read();
    let (args, mistake) = match go_flags::canonical(&args, &command) {
        Ok(args) => (args, None),
        Err(mistake) => (args, Some(mistake)),
    };
    let form = match error_form(&args, &environment) {
        Ok(form) => form,
        Err(failure) => return end(&failure, ErrorForm::Caret, Style::Plain),
    };
    let parsed = command.try_get_matches_from_mut(args);
    let cli = match (parsed.and_then(|m| Cli::from_arg_matches(&m)), mistake) {
        (Err(error), mistake) => return usage::wrong(&error, mistake, &command, form),
        (Ok(_), Some(mistake)) => {
            return end(&Failure::usage(mistake.0), form, Style::Plain);
        }
        (Ok(cli), None) => cli,
    };
    let Ok(mut context) = Context::new(cli.color, environment) else {
        let _ = say("error: the current folder cannot be read\n");
        return ExitCode::from(Exit::Failed as u8);
    };
    context.errors = form;
    if let Commands::Helm(args) = &cli.command {
        context.helm = args.global.clone();
    }
    match dispatch(cli.command, &context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(&failure, form, context.err_style),
    }
}

/// Shows why a command failed.
fn end(failure: &Failure, form: ErrorForm, style: Style) -> ExitCode {
    let _ = say(&failure.show(form, style));
    ExitCode::from(failure.exit_in(form) as u8)
}

/// How failures are shown: below `helm` as its flag says, else the environment; else for people.
///
/// Looked up before the command line is read, since that may fail, too.
fn error_form(args: &[OsString], environment: &Environment) -> Outcome<ErrorForm> {
    let words = || args.iter().filter_map(|a| a.to_str());
    if !words().any(|word| word == "helm") {
        return Ok(ErrorForm::default());
    }
    let flags = words().take_while(|word| *word != "--");
    let given = flags.filter_map(|word| word.strip_prefix("--errors=")).last();
    if let Some(form) = given.and_then(|word| ErrorForm::from_str(word, true).ok()) {
        return Ok(form);
    }
    match &environment.errors {
        None => Ok(ErrorForm::default()),
        Some(word) => ErrorForm::from_str(word, true).map_err(|_| {
            Failure::usage(format!("WINDROSE_ERRORS is {word:?}")).hint("it is caret, helm or json")
        }),
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

fn switches_take_values(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = command.args_override_self(true).mut_args(|arg| {
        if !matches!(arg.get_action(), ArgAction::SetTrue) {
            return arg;
        }
        arg.action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .value_parser(go_flags::parse_bool)
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
