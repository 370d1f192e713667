//! `windrose helm rollback`.

use chart::Warning;
use release::{
    Created, Desired, HookLeftovers, Hooks, Intent, OnFailure, Options, Rehearsal, Revisions,
};

use super::dry_run::{Doing, DryRunFlag};
use super::operation::{self, OperationFlags};
use super::plan::{PlanFlags, Planning};
use super::template::flags::ForceFlags;
use crate::cli::go_flags::{parse_number, quoted};
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;
use crate::output::structured::Format;
use crate::{interrupt, runtime};

/// Helm's bound for what is recorded of a rollback.
const LONGEST_DESCRIPTION: usize = 256;

/// Roll back a release to an earlier revision
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// The revision to go back to; left out or 0: the one before
    #[arg(allow_hyphen_values = true)]
    revision: Option<String>,
    /// Helm takes more words, and no notice of them
    #[arg(hide = true)]
    more: Vec<String>,
    #[command(flatten)]
    operation: OperationFlags,
    #[command(flatten)]
    force: ForceFlags,
    #[command(flatten)]
    dry_run: DryRunFlag,
    /// Delete what a failed rollback created
    #[arg(long)]
    cleanup_on_fail: bool,
    /// Whether the server merges objects: true, false, or auto (as the revision was applied)
    #[arg(long, value_name = "WHO", default_value = "auto")]
    server_side: String,
    /// Revisions to keep; 0 keeps all [default: $HELM_MAX_HISTORY, then 10]
    #[arg(long, value_name = "N", value_parser = |text: &str| parse_number::<i64>(text, "ParseInt"))]
    history_max: Option<i64>,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        self.run_or_plan(context, None)
    }
}

impl Args {
    /// Does it, or only shows what would be done.
    pub(super) fn run_or_plan(
        &self,
        context: &Context,
        planning: Option<(&PlanFlags, Format)>,
    ) -> Outcome {
        self.operation.tell_deprecated(context)?;
        operation::tell_deprecated(context, &self.force, false)?;
        self.force.check()?;
        let to = self.revision()?;
        let length = self.operation.description().map_or(0, |text| text.chars().count());
        if length > LONGEST_DESCRIPTION {
            return Err(Failure::message(format!(
                "description must be {LONGEST_DESCRIPTION} characters or less, got {length}"
            )));
        }
        let doing = self.dry_run.choose(context)?;
        runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let result = async {
                let desired = self.desired(context, to)?;
                let client = &connection.client;
                if let Some((flags, output)) = planning {
                    let options = self.operation.act_options(context, OnFailure::Keep, cancel);
                    return Planning { flags, output, options }
                        .show(context, client, &desired)
                        .await;
                }
                if doing != Doing::Change {
                    return self.check(client, &desired).await;
                }
                let options = self.operation.act_options(context, OnFailure::Keep, cancel);
                let done = operation::perform(client, &desired, &options).await;
                done.map(drop).map_err(|error| self.failed(context, &error))
            }
            .await;
            connection.close().await?;
            result
        })?;
        if planning.is_some() {
            return Ok(());
        }
        Ok(context.out("Rollback was a success! Happy Helming!\n")?)
    }

    fn revision(&self) -> Outcome<i64> {
        let Some(text) = &self.revision else { return Ok(0) };
        text.parse().map_err(|_| {
            Failure::message(format!(
                "could not convert revision to a number: strconv.Atoi: parsing {}: invalid syntax",
                quoted(text)
            ))
        })
    }

    fn desired(&self, context: &Context, to: i64) -> Outcome<Desired> {
        if render::check_name(&self.name).is_err() {
            let text = format!("prepareRollback: Release name is invalid: {}", self.name);
            return Err(Failure::message(text));
        }
        if to < 0 {
            return Err(Failure::message("invalid release revision"));
        }
        let (replace, conflicts) = operation::forced(&self.force);
        Ok(Desired {
            name: self.name.clone(),
            namespace: self.cluster.namespace(context),
            intent: Intent::Rollback { to: Some(to).filter(|to| *to > 0) },
            content: None,
            options: Options {
                conflicts,
                replace,
                method: operation::method(&self.server_side)?,
                rehearsal: Rehearsal::Skipped,
                created: if self.cleanup_on_fail { Created::Delete } else { Created::Keep },
                hooks: if self.operation.no_hooks { Hooks::Skip } else { Hooks::Run },
                hook_leftovers: HookLeftovers::Keep,
                revisions: Revisions::Always,
                history_max: operation::history_max(context, self.history_max),
                description: self.operation.description(),
                ..Options::default()
            },
        })
    }

    /// Whether there is what is to be restored.
    async fn check(&self, client: &kubernetes::Client, desired: &Desired) -> Outcome {
        let (namespace, name, intent) = (&desired.namespace, &desired.name, &desired.intent);
        let upcoming = release::upcoming(client, namespace, name, intent).await;
        let upcoming = upcoming.map_err(|error| operation::failed(&error))?;
        upcoming.action.map(drop).map_err(|error| operation::failed(&error))
    }

    fn failed(&self, context: &Context, error: &release::Error) -> Failure {
        let failure = operation::failed(error);
        match error {
            release::Error::Apply(_) => {
                let text = format!("Rollback {:?} failed: {}", self.name, error.helm_text());
                log::say_late(context.errors, &Warning::new(text));
                failure
            }
            release::Error::NotReady(_) => {
                operation::prefixed(&format!("release {} failed: ", self.name), failure)
            }
            _ => failure,
        }
    }
}
