//! `windrose helm plan`: what a command would do, object by object, shown and kept for `helm apply`.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kubernetes::Client;
use release::{ActOptions, Desired, Rehearsal, Saved};

use super::{install, operation, rollback, uninstall, upgrade};
use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::plan::{Tally, body, headline};
use crate::output::structured::{self, Format};

/// Show what a command would do, object by object, from a server-side dry run
///
/// Nothing is changed. Values of Secrets are not shown; a file of --out holds them.
#[derive(clap::Args, Clone, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Planned,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Planned {
    /// What `helm install` would do
    Install(Box<Of<install::Args>>),
    /// What `helm upgrade` would do
    Upgrade(Box<Of<upgrade::Args>>),
    /// What `helm rollback` would do
    Rollback(Printed<rollback::Args>),
    /// What `helm uninstall` would do
    Uninstall(Printed<uninstall::Args>),
}

/// A command and what is done with its plan.
#[derive(clap::Args, Clone, Debug)]
struct Of<A: clap::Args> {
    #[command(flatten)]
    plan: PlanFlags,
    #[command(flatten)]
    command: A,
}

/// The same for commands that print no release.
#[derive(clap::Args, Clone, Debug)]
struct Printed<A: clap::Args> {
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    of: Of<A>,
}

/// What is done with a plan.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct PlanFlags {
    /// Keep the plan in this file, for `helm apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 0 for no changes, 2 for changes, 3 if some delete or replace objects
    #[arg(long)]
    detailed_exitcode: bool,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        match self.command {
            Planned::Install(of) => of.command.run_or_plan(context, Some(&of.plan)),
            Planned::Upgrade(of) => of.command.run_or_plan(context, Some(&of.plan)),
            Planned::Rollback(Printed { output, of }) => {
                of.command.run_or_plan(context, Some((&of.plan, output)))
            }
            Planned::Uninstall(Printed { output, of }) => {
                of.command.run_or_plan(context, Some((&of.plan, output)))
            }
        }
    }
}

/// A plan that is wanted.
pub(super) struct Planning<'a> {
    pub(super) flags: &'a PlanFlags,
    pub(super) output: Format,
    /// How it would be carried out.
    pub(super) options: ActOptions,
}

impl Planning<'_> {
    /// Looks, decides, shows and keeps.
    pub(super) async fn show(
        &self,
        context: &Context,
        client: &Client,
        desired: &Desired,
    ) -> Outcome {
        let mut desired = desired.clone();
        desired.options.rehearsal = Rehearsal::OnServer;
        let cancel = &self.options.cancel;
        let observed = operation::look(client, &desired, Duration::ZERO, cancel).await;
        let observed = observed.map_err(|error| operation::failed(&error))?;
        let plan = release::decide(&desired, &observed).map_err(|e| operation::failed(&e))?;
        let mut tally = Tally::default();
        tally.add(&plan);
        match self.output {
            Format::Table => {
                let style = context.out_style;
                let (title, body) = (headline(&plan), body(&plan, style));
                let words = tally.words(style);
                let words = if words.is_empty() { "no object changes".to_owned() } else { words };
                let text = format!("{}: {title}\n{body}{words}\n", plan.release);
                context.out(&text)?;
            }
            Format::Json | Format::Yaml => structured::print(context, self.output, &plan)?,
        }
        if tally.refused > 0 {
            let objects = tally.refused;
            return Err(Failure::message(format!(
                "{objects} of the objects may not be changed so"
            )));
        }
        if let Some(file) = &self.flags.out {
            let cluster = identity(client).await?;
            let saved = Saved::new(&desired, &observed, &plan, &self.options, &cluster);
            keep(&context.path(file), &saved.to_json())?;
            if self.output == Format::Table {
                let name = file.display();
                context.say(&format!(
                    "kept in {name}: `windrose helm apply {name}` does just that\n"
                ))?;
            }
        }
        match (self.flags.detailed_exitcode, tally == Tally::default(), tally.is_destructive()) {
            (false, _, _) | (true, true, _) => Ok(()),
            (true, false, true) => Err(Failure::Told(Exit::Destructive)),
            (true, false, false) => Err(Failure::Told(Exit::Changes)),
        }
    }
}

/// The UID of `kube-system`; nothing where it may not be read.
pub(super) async fn identity(client: &Client) -> Outcome<String> {
    match client.cluster_uid().await {
        Ok(uid) => Ok(uid.unwrap_or_default()),
        Err(kubernetes::Error::Forbidden { .. }) => Ok(String::new()),
        Err(error) => Err(Failure::from_error(&error)),
    }
}

/// Writes a file that its owner alone may read; the old one stays until the new one is whole.
fn keep(path: &Path, text: &str) -> Outcome {
    let failed = |error: &std::io::Error| {
        Failure::message(format!("the plan cannot be kept in {}: {error}", path.display()))
    };
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = (|| {
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(&error)
    })
}
