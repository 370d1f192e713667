//! `windrose helm uninstall`.

use std::fmt::Write;

use chart::Warning;
use kubernetes::{CancellationToken, Client, ObjectRef, Propagation};
use release::{Desired, HookLeftovers, Hooks, Intent, KeepReason, OnFailure, Options};

use super::operation::{self, OperationFlags, prefixed};
use super::plan::{PlanFlags, Planning};
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;
use crate::output::structured::Format;
use crate::{interrupt, runtime};

/// Uninstall releases
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The releases
    #[arg(required = true)]
    names: Vec<String>,
    #[command(flatten)]
    operation: OperationFlags,
    /// Change nothing: only tell of which releases
    #[arg(long)]
    dry_run: bool,
    /// Keep the history, with status uninstalled
    #[arg(long)]
    keep_history: bool,
    /// A release that is not there is no error
    #[arg(long)]
    ignore_not_found: bool,
    /// What happens to the objects' dependents: background, orphan or foreground
    #[arg(long, value_name = "HOW", default_value = "background")]
    cascade: String,
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
        if planning.is_some() && self.names.len() > 1 {
            return Err(Failure::usage("a plan is for one release"));
        }
        self.operation.tell_deprecated(context)?;
        let propagation = match self.cascade.as_str() {
            "background" => Propagation::Background,
            "foreground" => Propagation::Foreground,
            "orphan" => Propagation::Orphan,
            other => {
                return Err(Failure::message(format!(
                    "invalid cascade value ({other}). Must be \"background\", \"foreground\", or \
                     \"orphan\""
                )));
            }
        };
        runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let mut result = Ok(());
            for name in &self.names {
                let desired = self.desired(context, name, propagation);
                let client = &connection.client;
                result = match planning {
                    Some((flags, output)) => {
                        let cancel = cancel.clone();
                        let options = self.operation.act_options(context, OnFailure::Keep, cancel);
                        Planning { flags, output, options }.show(context, client, &desired).await
                    }
                    None => self.uninstall(context, client, &desired, &cancel).await,
                };
                if result.is_err() {
                    break;
                }
            }
            connection.close().await?;
            result
        })
    }

    async fn uninstall(
        &self,
        context: &Context,
        client: &Client,
        desired: &Desired,
        cancel: &CancellationToken,
    ) -> Outcome {
        let name = &desired.name;
        if render::check_name(name).is_err() {
            let what = if self.dry_run { "releaseContent" } else { "uninstall" };
            let text = format!("{what}: Release name is invalid: {name}");
            return Err(Failure::message(text));
        }
        let options = self.operation.act_options(context, OnFailure::Keep, cancel.clone());
        let kept = if self.dry_run {
            let plan = operation::plan(client, desired, options.timeout, cancel).await;
            plan.map(|plan| plan.kept())
        } else {
            operation::perform(client, desired, &options).await.map(|done| done.kept)
        };
        match kept {
            Ok(kept) => self.say(context, desired, &kept),
            Err(release::Error::NotFound { .. }) if self.ignore_not_found => {
                Ok(context.out(&format!("release \"{name}\" uninstalled\n"))?)
            }
            Err(error @ release::Error::NotFound { .. }) if !self.dry_run => {
                let prefix = format!("uninstall: Release not loaded: {name}: ");
                Err(prefixed(&prefix, operation::failed(&error)))
            }
            Err(error) => Err(operation::failed(&error)),
        }
    }

    fn desired(&self, context: &Context, name: &str, propagation: Propagation) -> Desired {
        Desired {
            name: name.to_owned(),
            namespace: self.cluster.namespace(context),
            intent: Intent::Uninstall,
            content: None,
            options: Options {
                hooks: if self.operation.no_hooks { Hooks::Skip } else { Hooks::Run },
                hook_leftovers: HookLeftovers::Keep,
                keep_history: self.keep_history,
                description: self.operation.description(),
                propagation,
                ..Options::default()
            },
        }
    }

    fn say(
        &self,
        context: &Context,
        desired: &Desired,
        kept: &[(ObjectRef, KeepReason)],
    ) -> Outcome {
        let of = |wanted: KeepReason| -> Vec<&ObjectRef> {
            let all = kept.iter().filter(|(_, reason)| *reason == wanted);
            all.map(|(object, _)| object).collect()
        };
        let (policy, foreign) = (of(KeepReason::ResourcePolicy), of(KeepReason::NotOwned));
        let mut text = String::new();
        if !policy.is_empty() {
            text.push_str("These resources were kept due to the resource policy:\n");
            text.extend(policy.iter().map(|o| format!("[{}] {}\n", o.kind, o.name)));
        }
        if self.dry_run && !foreign.is_empty() {
            let what = "dry-run: resources would be skipped because they are not owned by this \
                        release";
            let warning = Warning::new(what).with("release", desired.name.as_str());
            log::say(context, &warning.with("count", foreign.len().to_string()))?;
        }
        for object in &foreign {
            let what = if self.dry_run {
                "dry-run: would skip resource"
            } else {
                "skipping delete of resource not owned by this release"
            };
            let mut warning = Warning::new(what)
                .with("kind", object.kind.as_str())
                .with("name", object.name.as_str())
                .with("namespace", object.namespace.as_deref().unwrap_or_default());
            if !self.dry_run {
                warning = warning.with("release", desired.name.as_str());
            }
            log::say(context, &warning)?;
        }
        if !foreign.is_empty() && !self.dry_run {
            if !text.is_empty() {
                text.push('\n');
            }
            let _ = writeln!(
                text,
                "{} resource(s) were not deleted because they are not owned by this release:",
                foreign.len()
            );
            text.extend(foreign.iter().map(|o| format!("[{}] {}\n", o.kind, o.name)));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "release \"{}\" uninstalled", desired.name);
        Ok(context.out(&text)?)
    }
}
