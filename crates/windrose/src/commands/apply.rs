//! `windrose apply`: brings a cluster to what the stack says.

use stack::{Outcome as Ended, Report};

use crate::cli::tree::Run;
use crate::commands::stack_file::{Opened, StackFlags, on_cluster};
use crate::commands::status;
use crate::connection::{ClusterFlags, Connection};
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};
use crate::interrupt;
use crate::output::progress;

/// Bring a cluster to what the stack says
///
/// Releases start as soon as what they need is ready; a failed one stops only those that need it.
/// What is as it should be is left alone and gets no new revision.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    /// How many releases to work on at once [default: the stack's policy]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
    #[command(flatten)]
    cluster: ClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        on_cluster(context, &self.stack, &self.cluster, async |opened, to| {
            self.apply(context, opened, to).await
        })
    }
}

impl Args {
    async fn apply(&self, context: &Context, opened: &Opened, to: &Connection) -> Outcome {
        let resolved = &opened.resolved;
        let cancel = interrupt::listen()?;
        let client = to.client.clone();
        let mut session = opened.session(context, client, progress::silent(), cancel.clone());
        session.concurrency = self.concurrency.map(usize::from);
        session.check_cluster().await.map_err(|e| Failure::from_error(&e))?;
        context.say(&format!("{} to {}\n\n", resolved.stack, resolved.environment))?;
        // Not before the title: the tree redraws everything below its first line.
        session.events = progress::shown(context, resolved.graph.order().iter().cloned());
        let report = session.apply().await.map_err(|e| Failure::from_error(&e))?;
        context.say("\n")?;
        context.out(&status::summary(context, &status::look(&session).await?))?;
        tell_orphans(context, &report)?;
        finish(context, &report, cancel.is_cancelled())?;
        context.say(&format!(
            "\nLook further:  windrose status{}{} --objects\n",
            self.stack.repeated(),
            self.cluster.repeated()
        ))?;
        Ok(())
    }
}

fn tell_orphans(context: &Context, report: &Report) -> Outcome {
    for orphan in &report.orphans {
        context.say(&format!(
            "\nrelease {}/{} ({}) is no longer in the stack; `windrose helm uninstall {} -n {}` removes it\n",
            orphan.namespace, orphan.name, orphan.key, orphan.name, orphan.namespace
        ))?;
    }
    Ok(())
}

/// Failures in full, then the exit code that fits.
pub(super) fn finish(context: &Context, report: &Report, interrupted: bool) -> Outcome {
    let failures: Vec<(String, stack::Failure)> = report
        .outcomes
        .iter()
        .filter_map(|(key, outcome)| match outcome {
            Ended::Failed(failure) => Some((key.clone(), failure.clone())),
            Ended::Installed { .. }
            | Ended::Upgraded { .. }
            | Ended::Unchanged { .. }
            | Ended::Uninstalled
            | Ended::Absent
            | Ended::Blocked { .. }
            | Ended::Cancelled => None,
        })
        .collect();
    let failed = progress::fail_with(context, &failures);
    if interrupted {
        context.say("\nstopped before the end; the same command goes on from here\n")?;
        return Err(Failure::Told(Exit::Interrupted));
    }
    failed?;
    if report.is_success() { Ok(()) } else { Err(Failure::Told(Exit::Failed)) }
}
