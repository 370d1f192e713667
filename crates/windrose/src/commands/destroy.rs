//! `windrose destroy`: uninstalls everything of a stack, dependents first.

use std::io::{BufRead, IsTerminal};

use crate::cli::tree::Run;
use crate::commands::apply::finish;
use crate::commands::stack_file::{Opened, StackFlags, on_cluster};
use crate::connection::{ClusterFlags, Connection};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::interrupt;
use crate::output::progress;

/// Uninstall every release of a stack, dependents first
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    /// Do not ask; needed where nobody can answer (the sandbox never asks)
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    cluster: ClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        on_cluster(context, &self.stack, &self.cluster, async |opened, to| {
            self.destroy(context, opened, to).await
        })
    }
}

impl Args {
    async fn destroy(&self, context: &Context, opened: &Opened, to: &Connection) -> Outcome {
        let resolved = &opened.resolved;
        let cancel = interrupt::listen()?;
        let client = to.client.clone();
        let mut session = opened.session(context, client, progress::silent(), cancel.clone());
        session.check_cluster().await.map_err(|e| Failure::from_error(&e))?;
        if !self.yes && !self.cluster.is_sandbox() {
            confirm(context, opened, to.client.server())?;
        }
        context.say(&format!("{} leaves {}\n\n", resolved.stack, resolved.environment))?;
        session.events = progress::shown(context, resolved.graph.order().iter().rev().cloned());
        let report = session.destroy().await.map_err(|e| Failure::from_error(&e))?;
        if !report.left.is_empty() {
            context.say("\nleft behind:\n")?;
            for object in &report.left {
                let namespace = object.namespace.as_deref().unwrap_or("-");
                context.say(&format!("  {object} in {namespace}\n"))?;
            }
        }
        finish(context, &report, cancel.is_cancelled())
    }
}

/// The environment's name, typed by hand.
fn confirm(context: &Context, opened: &Opened, server: &str) -> Outcome {
    let environment = &opened.resolved.environment;
    if !std::io::stdin().is_terminal() {
        return Err(Failure::message("destroy asks before it deletes, and nobody can answer")
            .hint("add --yes if you mean it"));
    }
    context.say(&format!(
        "This uninstalls {} releases of {} from {environment} on {server}.\nType {environment} to go on: ",
        opened.resolved.releases.len(),
        opened.resolved.stack,
    ))?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    if answer.trim() == environment {
        return Ok(());
    }
    Err(Failure::message("not confirmed; nothing was deleted"))
}
