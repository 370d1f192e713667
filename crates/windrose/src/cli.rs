//! The command line: which commands there are, and how a process starts and ends.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::{ArgAction, ArgMatches, Args, Command, FromArgMatches, ValueEnum};

use diagnostic::Style;

use crate::commands;
use crate::context::{ColorChoice, Context, say};
use crate::environment::Environment;
use crate::failure::{ErrorForm, Exit, Failure, Outcome};

mod arity;
pub(crate) mod go_flags;
pub(crate) mod tree;
mod usage;

use tree::{Detail, Entry};

/// Windrose delivers Helm charts, and the infrastructure beside them.
///
/// A stack file names releases, what they need and the environments they go to; `plan` shows what
/// would change in a cluster, `apply` does it. `windrose helm` is Helm, faster.
#[derive(Args, Debug)]
#[command(name = "windrose", version, max_term_width = 100, subcommand_required = true)]
#[command(
    after_help = "Try it without a cluster:  windrose apply examples/shop -e staging --sandbox"
)]
struct Cli {
    /// When to colour the output
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    #[arg(alias = "colour")]
    color: ColorChoice,
}

const COMMANDS: &[Entry] = &[
    Entry::new::<commands::plan::Args>("plan"),
    Entry::new::<commands::apply::Args>("apply"),
    Entry::new::<commands::status::Args>("status"),
    Entry::new::<commands::destroy::Args>("destroy"),
    Entry::new::<commands::render::Args>("render"),
    Entry::new::<commands::values::Args>("values"),
    Entry::group("helm", commands::helm::define, commands::helm::run),
    Entry::new::<commands::sandbox::Args>("sandbox"),
];

/// Runs one command line to its end. Where this program is called `helm`, it is `windrose helm`, and
/// tells errors as Helm does unless it is asked otherwise.
pub(crate) fn run(args: &[OsString]) -> ExitCode {
    let mut environment = Environment::read();
    let mut args = args.to_vec();
    if is_helm(&args) {
        args.insert(1, "helm".into());
        environment.errors.get_or_insert_with(|| "helm".to_owned());
    }
    run_words(&args, environment)
}

/// Whether this program is called by Helm's name.
fn is_helm(args: &[OsString]) -> bool {
    args.first().is_some_and(|program| Path::new(program).file_stem() == Some("helm".as_ref()))
}

fn run_words(args: &[OsString], environment: Environment) -> ExitCode {
    let mut command = command(Detail::Named(args));
    let (words, mistake) = match go_flags::canonical(args, &command) {
        Ok(words) => (words, None),
        Err(mistake) => (args.to_vec(), Some(mistake)),
    };
    let form = match error_form(&words, &environment) {
        Ok(form) => form,
        Err(failure) => return end(&failure, ErrorForm::Caret, Style::Plain),
    };
    let Ok(matches) = command.try_get_matches_from_mut(&words) else { return wrong(args, form) };
    let arity = || arity::mistake(&words).filter(|_| form == ErrorForm::Helm);
    if let Some(text) = mistake.map(|mistake| mistake.0).or_else(arity) {
        return end(&Failure::usage(text), form, Style::Plain);
    }
    match dispatch(&matches, environment, form) {
        Ok(exit) => exit,
        Err(error) => usage::wrong(&error, None, usage::named(&command, &words), form),
    }
}

/// Tells what is wrong with a command line, or shows the help that was asked for, which takes the
/// whole tree.
fn wrong(args: &[OsString], form: ErrorForm) -> ExitCode {
    let mut command = command(Detail::Whole);
    if form == ErrorForm::Helm
        && let Some(exit) = usage::group(args, &mut command)
    {
        return exit;
    }
    let (words, mistake) = match go_flags::canonical(args, &command) {
        Ok(words) => (words, None),
        Err(mistake) => (args.to_vec(), Some(mistake)),
    };
    match (command.try_get_matches_from_mut(&words), mistake) {
        (Err(error), None) if !usage::is_of_flag(&error) && error.use_stderr() => {
            match arity::mistake(&words).filter(|_| form == ErrorForm::Helm) {
                Some(text) => end(&Failure::usage(text), form, Style::Plain),
                None => usage::wrong(&error, None, usage::named(&command, &words), form),
            }
        }
        (Err(error), mistake) => {
            usage::wrong(&error, mistake, usage::named(&command, &words), form)
        }
        (Ok(_), Some(mistake)) => end(&Failure::usage(mistake.0), form, Style::Plain),
        (Ok(_), None) => {
            end(&Failure::usage("this command line is not understood"), form, Style::Plain)
        }
    }
}

fn dispatch(
    matches: &ArgMatches,
    environment: Environment,
    form: ErrorForm,
) -> Result<ExitCode, clap::Error> {
    let cli = Cli::from_arg_matches(matches)?;
    let Ok(mut context) = Context::new(cli.color, environment) else {
        let _ = say("error: the current folder cannot be read\n");
        return Ok(ExitCode::from(Exit::Failed as u8));
    };
    context.errors = form;
    if let Some(helm) = matches.subcommand_matches("helm") {
        context.helm = commands::helm::GlobalFlags::from_arg_matches(helm)?;
    }
    Ok(match tree::run_named(COMMANDS, matches, &context)? {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(&failure, form, context.err_style),
    })
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

/// The command tree; switches below `helm` also take `--switch=false`, as Helm's do.
pub(crate) fn command(detail: Detail<'_>) -> Command {
    let root = Cli::augment_args(Command::new("windrose"));
    tree::define(root, COMMANDS, detail).mut_subcommand("helm", switches_take_values)
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
    use std::ffi::OsString;

    use super::command;
    use super::tree::Detail;

    #[test]
    fn the_command_tree_is_sound() {
        command(Detail::Whole).debug_assert();
    }

    #[test]
    fn a_part_of_the_tree_reads_what_it_is_for_as_the_whole_does() {
        for line in [
            "windrose plan shop -e staging",
            "windrose --color never render shop",
            "windrose helm template web chart --set a=b --debug",
            "windrose helm --debug ls -A",
            "windrose helm un web --keep-history=false",
            "windrose helm get values web -o json",
            "windrose helm install lint template",
            "windrose sandbox path",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let read = |detail| {
                let mut command = command(detail);
                let words = super::go_flags::canonical(&words, &command).unwrap();
                command.try_get_matches_from_mut(words).map_err(|error| error.to_string())
            };
            let part = read(Detail::Named(&words));
            assert!(part.is_ok(), "{line}: {part:?}");
            assert_eq!(part, read(Detail::Whole), "{line}");
        }
    }
}
