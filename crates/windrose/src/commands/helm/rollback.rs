//! `windrose helm rollback`.

use release::{Conflicts, Desired, HookLeftovers, Hooks, Intent, OnFailure, Options, Revisions};

use super::operation::{self, OperationFlags};
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::Outcome;
use crate::{interrupt, runtime};

/// Roll back a release to an earlier revision
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// The revision to go back to; left out or 0: the one before
    #[arg(default_value_t = 0)]
    revision: i64,
    #[command(flatten)]
    operation: OperationFlags,
    /// Take over fields that others own
    #[arg(long)]
    force_conflicts: bool,
    /// Revisions to keep; 0 keeps all
    #[arg(long, value_name = "N", default_value_t = 10)]
    history_max: usize,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let namespace = self.cluster.namespace(context);
        runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let desired = Desired {
                name: self.name.clone(),
                namespace,
                intent: Intent::Rollback { to: Some(self.revision).filter(|r| *r > 0) },
                content: None,
                options: Options {
                    conflicts: if self.force_conflicts {
                        Conflicts::Force
                    } else {
                        Conflicts::Refuse
                    },
                    hooks: if self.operation.no_hooks { Hooks::Skip } else { Hooks::Run },
                    hook_leftovers: HookLeftovers::Keep,
                    revisions: Revisions::Always,
                    history_max: self.history_max,
                    description: self.operation.description.clone(),
                    ..Options::default()
                },
            };
            let options = self.operation.act_options(OnFailure::Keep, cancel);
            let done = operation::perform(&connection.client, &desired, &options).await;
            connection.close().await?;
            done.map_err(|e| operation::failed(&e))?;
            Ok(context.out("Rollback was a success! Happy Helming!\n")?)
        })
    }
}
