//! `windrose sandbox`: the cluster in memory that `--sandbox` uses.

use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::sandbox_state::{self, SandboxState};
use crate::{interrupt, runtime};

/// Look after the cluster in memory that --sandbox uses
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Command {
    /// Say where its state is kept
    Path,
    /// Delete it with everything in it
    Delete,
    /// Serve it to kubectl and other clients until Ctrl-C
    Serve {
        /// Port on 127.0.0.1; 0 takes a free one
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        match self.command {
            Command::Path => {
                let path = sandbox_state::path(context)?;
                Ok(context.out(&format!("{}\n", path.display()))?)
            }
            Command::Delete => {
                let was_there = SandboxState::delete(context)?;
                let words =
                    if was_there { "the sandbox is deleted" } else { "there was no sandbox" };
                Ok(context.say(&format!("{words}\n"))?)
            }
            Command::Serve { port } => runtime::block_on(serve(context, port)),
        }
    }
}

async fn serve(context: &Context, port: u16) -> Outcome {
    let state = SandboxState::open(context)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|e| Failure::message(format!("cannot listen on 127.0.0.1:{port}: {e}")))?;
    let address = listener.local_addr()?;
    context.say(&format!("kubectl --server http://{address} get pods -A\n(Ctrl-C ends it)\n"))?;
    let stop = interrupt::listen()?;
    tokio::select! {
        result = sandbox::serve(state.sandbox().clone(), listener) => result.map_err(|e| Failure::from_error(&e))?,
        () = stop.cancelled() => {}
    }
    state.close().await
}
