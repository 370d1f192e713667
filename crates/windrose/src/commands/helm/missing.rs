//! Commands of Helm that are not here yet: they say so, whatever else stands on the line.

use clap::Command;

use crate::cli::tree::{Detail, Entry};
use crate::failure::Failure;

/// A command that says that it is not here.
macro_rules! missing {
    ($name:literal, $instead:literal) => {
        Entry::group($name, define, |_, _| {
            let text = concat!("`helm ", $name, "` is not here yet");
            Ok(Err(Failure::usage(text).hint($instead)))
        })
    };
}

/// In Helm's order.
pub(super) const COMMANDS: &[Entry] = &[
    missing!("completion", "the shell's own completion of files works"),
    missing!("create", "a chart is a folder with Chart.yaml, values.yaml and templates/"),
    missing!("dependency", "`--dependency-update` fetches what a chart's folder lacks")
        .or(&["dep", "dependencies"]),
    missing!("package", "charts can be used from their folders"),
    missing!("plugin", "plugins are not run, but for post-renderers"),
    missing!("pull", "install, upgrade, template and show fetch charts themselves").or(&["fetch"]),
    missing!("push", "Helm can push it"),
    missing!("registry", "credentials of `helm registry login` and `docker login` are used"),
    missing!(
        "repo",
        "repositories that `helm repo add` wrote down are known; `--repo URL` needs none"
    ),
    missing!("search", "`--version` takes constraints"),
    missing!("verify", "`--verify` of install, upgrade, template and show checks signatures"),
];

fn define(command: Command, _: Detail<'_>) -> Command {
    command.about("Not here yet").hide(true).allow_external_subcommands(true)
}
