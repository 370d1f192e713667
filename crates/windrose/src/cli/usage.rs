//! Wrong command lines: told as clap tells them, or in Helm's words, or as data.

use std::error::Error as _;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use diagnostic::{Swap, distance};

use super::go_flags::{self, Mistake, quoted};
use crate::context::say;
use crate::failure::{ErrorForm, Exit, Failure};

/// Tells what is wrong with a command line, or shows the help that was asked for.
///
/// `command` is the one that the line names; `mistake` is what pflag found before. Without one it was
/// content, and so may the words be.
pub(super) fn wrong(
    error: &clap::Error,
    mistake: Option<Mistake>,
    command: &Command,
    form: ErrorForm,
) -> ExitCode {
    if !error.use_stderr() || form == ErrorForm::Caret {
        let _ = error.print();
        let exit = if error.use_stderr() { Exit::Usage as u8 } else { 0 };
        return ExitCode::from(exit);
    }
    if let Some(line) = wrong_color(error).filter(|_| form == ErrorForm::Helm) {
        let _ = say(&line);
        return ExitCode::from(Exit::Failed as u8);
    }
    let text = mistake.map_or_else(|| helm_text(error, command), |mistake| mistake.0);
    super::end(&Failure::usage(text), form, diagnostic::Style::Plain)
}

/// The help of a command that takes others and was given none, as Helm shows it: this is no failure.
pub(super) fn group(args: &[OsString], root: &mut Command) -> Option<ExitCode> {
    let path = match go_flags::group(args, root) {
        Ok(path) => path?.into_iter().map(str::to_owned).collect::<Vec<_>>(),
        Err(mistake) => {
            let failure = Failure::usage(mistake.0);
            return Some(super::end(&failure, ErrorForm::Helm, diagnostic::Style::Plain));
        }
    };
    root.build();
    let mut command = root;
    for name in path {
        command = command.find_subcommand_mut(name)?;
    }
    let shown = command.print_long_help();
    Some(ExitCode::from(if shown.is_ok() { 0 } else { Exit::Failed as u8 }))
}

/// Whether it is about the value of a flag.
pub(super) fn is_of_flag(error: &clap::Error) -> bool {
    let of_value = matches!(error.kind(), ErrorKind::ValueValidation | ErrorKind::InvalidValue);
    let argument = error.get(ContextKind::InvalidArg);
    of_value && matches!(argument, Some(ContextValue::String(name)) if name.starts_with('-'))
}

/// Helm looks at the colour before it has a command to fail with.
fn wrong_color(error: &clap::Error) -> Option<String> {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let color = word(ContextKind::InvalidArg)?.starts_with("--color");
    let mode = quoted(word(ContextKind::InvalidValue).filter(|_| color)?);
    let error = format!("invalid color mode {mode}: must be one of: never, auto, always");
    Some(chart::Warning::new("command failed").with("error", error).helm_line() + "\n")
}

/// Helm's commands that cobra takes for a wrong one, in Helm's order: as good as the same, or with
/// the same beginning.
fn near(unknown: &str) -> impl Iterator<Item = &'static str> {
    const MOST_EDITS: usize = 2;
    let unknown = unknown.to_lowercase();
    let letters: Vec<char> = unknown.chars().collect();
    HELMS_COMMANDS.into_iter().filter(move |name| {
        let other: Vec<char> = name.chars().collect();
        name.starts_with(&unknown) || distance(&letters, &other, Swap::TwoEdits) <= MOST_EDITS
    })
}

/// Every command of Helm but `help`, which is never offered; this program has some of them.
const HELMS_COMMANDS: [&str; 25] = [
    "create",
    "dependency",
    "pull",
    "show",
    "lint",
    "package",
    "repo",
    "search",
    "verify",
    "get",
    "history",
    "install",
    "list",
    "test",
    "rollback",
    "status",
    "template",
    "uninstall",
    "upgrade",
    "completion",
    "env",
    "plugin",
    "version",
    "registry",
    "push",
];

/// The words of pflag and cobra, where they have some.
fn helm_text(error: &clap::Error, command: &Command) -> String {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    match error.kind() {
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let (value, arg) = (word(ContextKind::InvalidValue), word(ContextKind::InvalidArg));
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            format!(
                "invalid argument {} for \"{}\" flag: {cause}",
                quoted(&value),
                names(&arg, command)
            )
        }
        ErrorKind::InvalidSubcommand => {
            let unknown = word(ContextKind::InvalidSubcommand);
            let near: String = near(&unknown).flat_map(|name| ["\t", name, "\n"]).collect();
            let meant = if near.is_empty() {
                String::new()
            } else {
                format!("\n\nDid you mean this?\n{near}")
            };
            let unknown = quoted(&unknown);
            format!("unknown command {unknown} for \"helm\"{meant}\nRun 'helm --help' for usage.")
        }
        _ => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            line.strip_prefix("error: ").unwrap_or(line).to_owned()
        }
    }
}

/// `--labels <LABELS>` as pflag names it: `-l, --labels`.
fn names(arg: &str, command: &Command) -> String {
    let long = arg.split([' ', '=', '[']).next().unwrap_or_default();
    let name = long.trim_start_matches('-');
    let flag = command.get_arguments().find(|flag| flag.get_long() == Some(name));
    let letter = flag.and_then(clap::Arg::get_short);
    letter.map_or_else(|| long.to_owned(), |letter| format!("-{letter}, {long}"))
}

/// The command that a line in canonical form names.
pub(super) fn named<'a>(root: &'a Command, words: &[OsString]) -> &'a Command {
    let names = words.iter().skip(1).map_while(|word| word.to_str());
    let found = names.scan(root, |command, name| {
        *command = command.find_subcommand(name)?;
        Some(*command)
    });
    found.last().unwrap_or(root)
}

#[cfg(test)]
mod tests {
    use super::near;

    /// What Helm 4.3.1 offers.
    #[test]
    fn near_commands_are_offered_in_helms_order() {
        for (unknown, expected) in [
            ("tempalte", "template"),
            ("s", "show search status"),
            ("re", "repo get registry"),
            ("temp", "test template"),
            ("U", "uninstall upgrade"),
            ("Template", "template"),
            ("x", ""),
        ] {
            assert_eq!(near(unknown).collect::<Vec<_>>().join(" "), expected, "{unknown}");
        }
    }
}
