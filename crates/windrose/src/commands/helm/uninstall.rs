//! `windrose helm uninstall`.

use std::fmt::Write;

use kubernetes::Propagation;
use release::{Desired, HookLeftovers, Hooks, Intent, OnFailure, Options};

use super::operation::{self, OperationFlags};
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::Outcome;
use crate::{interrupt, runtime};

/// Uninstall releases
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The releases
    #[arg(required = true)]
    names: Vec<String>,
    #[command(flatten)]
    operation: OperationFlags,
    /// Keep the history, with status uninstalled
    #[arg(long)]
    keep_history: bool,
    /// A release that is not there is no error
    #[arg(long)]
    ignore_not_found: bool,
    /// What happens to the objects' dependents
    #[arg(long, value_enum, value_name = "HOW", default_value = "background")]
    cascade: Cascade,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

/// Kubernetes' propagation policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Cascade {
    /// Deleted afterwards.
    Background,
    /// Deleted first.
    Foreground,
    /// Left behind.
    Orphan,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let options = self.operation.act_options(OnFailure::Keep, cancel);
            let mut result = Ok(());
            for name in &self.names {
                let desired = self.desired(context, name);
                result = match operation::perform(&connection.client, &desired, &options).await {
                    Ok(done) => said(context, name, &done.kept),
                    Err(release::Error::NotFound { .. }) if self.ignore_not_found => {
                        Ok(context.out(&format!("release \"{name}\" uninstalled\n"))?)
                    }
                    Err(error) => Err(operation::failed(&error)),
                };
                if result.is_err() {
                    break;
                }
            }
            connection.close().await?;
            result
        })
    }
}

impl Args {
    fn desired(&self, context: &Context, name: &str) -> Desired {
        Desired {
            name: name.to_owned(),
            namespace: self.cluster.namespace(context),
            intent: Intent::Uninstall,
            content: None,
            options: Options {
                hooks: if self.operation.no_hooks { Hooks::Skip } else { Hooks::Run },
                hook_leftovers: HookLeftovers::Keep,
                keep_history: self.keep_history,
                description: self.operation.description.clone(),
                propagation: match self.cascade {
                    Cascade::Background => Propagation::Background,
                    Cascade::Foreground => Propagation::Foreground,
                    Cascade::Orphan => Propagation::Orphan,
                },
                ..Options::default()
            },
        }
    }
}

fn said(context: &Context, name: &str, kept: &[kubernetes::ObjectRef]) -> Outcome {
    let mut text = String::new();
    if !kept.is_empty() {
        text.push_str("These resources were kept due to the resource policy:\n");
        for object in kept {
            let _ = writeln!(text, "[{}] {}", object.kind, object.name);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "release \"{name}\" uninstalled");
    Ok(context.out(&text)?)
}
