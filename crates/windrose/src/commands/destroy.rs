//! `windrose destroy`: uninstalls everything of a stack, dependents first.

use std::io::{BufRead, IsTerminal};

use crate::commands::apply::finish;
use crate::commands::stack_file::{Opened, StackFlags};
use crate::connection::{ClusterFlags, Connection};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::progress;
use crate::{interrupt, runtime};

/// Uninstall every release of a stack, dependents first
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    #[command(flatten)]
    cluster: ClusterFlags,
    /// Do not ask; needed where nobody can answer (the sandbox never asks)
    #[arg(short, long)]
    yes: bool,
}

impl Args {
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let opened = self.stack.open(context)?;
        runtime::block_on(async {
            let connection = self.cluster.connect(context, opened.pinned_context()).await?;
            let result = self.destroy(context, &opened, &connection).await;
            connection.close().await?;
            result
        })
    }

    async fn destroy(&self, context: &Context, opened: &Opened, to: &Connection) -> Outcome {
        let resolved = &opened.resolved;
        let events = progress::shown(context, resolved.graph.order().iter().rev().cloned());
        let cancel = interrupt::listen()?;
        let session = opened.session(context, to.client.clone(), events, cancel.clone());
        session.check_cluster().await.map_err(|e| Failure::from_error(&e))?;
        if !self.yes && !self.cluster.is_sandbox() {
            confirm(context, opened, to.client.server())?;
        }
        context.say(&format!("{} leaves {}\n\n", resolved.stack, resolved.environment))?;
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
