//! `windrose helm install`.

use chart::Warning;
use release::{Created, Intent, Method};

use super::change::{ChangeFlags, Work};
use super::chart::Kinds;
use super::dry_run::Doing;
use super::name::NameFlags;
use super::operation::prefixed;
use super::plan::PlanFlags;
use crate::cli::go_flags::parse_bool;
use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::Outcome;
use crate::output::log;
use crate::{interrupt, runtime};

/// Install a chart
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// [NAME] CHART
    #[arg(num_args = 0.., value_names = ["NAME", "CHART"])]
    positional: Vec<String>,
    #[command(flatten)]
    name: NameFlags,
    /// Use a name whose release was uninstalled or failed, but is still in the history
    #[arg(long)]
    replace: bool,
    /// Let the server merge objects, instead of doing it here
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(value_parser = parse_bool, value_name = "BOOL")]
    server_side: Option<bool>,
    #[command(flatten)]
    change: ChangeFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        self.run_or_plan(context, None)
    }
}

impl Args {
    /// Does it, or only shows what would be done.
    pub(super) fn run_or_plan(&self, context: &Context, planning: Option<&PlanFlags>) -> Outcome {
        let (doing, post_renderer) = self.change.start(context)?;
        let install = || {
            let (name, reference) = self.name.name_and_chart(context, &self.positional, None)?;
            let prepared = self.change.prepare(context, &reference, Kinds::Applications)?;
            let method = match self.server_side {
                Some(false) => Method::ClientSide,
                Some(true) | None => Method::ServerSide,
            };
            let intent = if self.replace { Intent::Replace } else { Intent::Install };
            runtime::block_on(async {
                let work = Work {
                    context,
                    flags: &self.change,
                    name,
                    method,
                    history_max: 0,
                    created: Created::Keep,
                    doing,
                    post_renderer,
                    cancel: interrupt::listen()?,
                    planning,
                };
                if doing == Doing::Client {
                    return work.install_here(prepared).await.map(Some);
                }
                let connection = match self.change.cluster.connect(context).await {
                    Ok(connection) => connection,
                    Err(failure) => {
                        let failure = prefixed("cluster reachability check failed: ", failure);
                        let text = failure.helm_text();
                        log::say_as_helm(context, &Warning::error(&text))?;
                        return Err(failure);
                    }
                };
                let result = work.install(&connection.client, prepared, intent).await;
                connection.close().await?;
                result
            })
        };
        let release = install().map_err(|failure| prefixed("INSTALLATION FAILED: ", failure))?;
        release.map_or(Ok(()), |release| self.change.show(context, &release))
    }
}
