//! `windrose render`: the manifests of a stack, without touching a cluster.

use std::fmt::Write;

use kubernetes::{CancellationToken, Client};
use sandbox::{Options, Sandbox};

use crate::cli::tree::Run;
use crate::commands::stack_file::StackFlags;
use crate::commands::values::unknown_release;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::progress;
use crate::runtime;

/// Print the manifests of a stack's releases, without touching a cluster
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    /// Only this release
    #[arg(short, long, value_name = "KEY")]
    release: Option<String>,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let opened = self.stack.open(context)?;
        if let Some(key) = &self.release
            && !opened.resolved.releases.contains_key(key)
        {
            return Err(unknown_release(&opened.resolved, key));
        }
        runtime::block_on(async {
            // An empty cluster in memory answers for capabilities and lookups.
            let empty = Sandbox::new(Options::new(jiff::Timestamp::now));
            let client = Client::from_service(empty.service(), "default");
            let cancel = CancellationToken::new();
            let session = opened.session(context, client, progress::silent(), cancel);
            let rendered = session.render().await.map_err(|e| Failure::from_error(&e))?;
            let mut text = String::new();
            let mut failures = vec![];
            for release in rendered {
                if self.release.as_ref().is_some_and(|key| *key != release.key) {
                    continue;
                }
                match release.result {
                    Ok(rendered) => {
                        let _ = writeln!(text, "# Release: {}/{}", release.namespace, release.name);
                        text.push_str(&rendered.template_text());
                    }
                    Err(failure) => failures.push((release.key, failure)),
                }
            }
            context.out(&text)?;
            progress::fail_with(context, &failures)
        })
    }
}
