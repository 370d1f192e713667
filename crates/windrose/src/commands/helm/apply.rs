//! `windrose helm apply`: carries out a plan that was kept, if the cluster still agrees.

use std::path::PathBuf;
use std::time::Duration;

use release::{ActOptions, Intent, Saved};

use super::operation;
use super::page::{self, Notes};
use super::plan::identity;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};
use crate::{interrupt, runtime};

/// Carry out a plan that `helm plan --out` kept
///
/// It is refused if the cluster moved since, and what moved is told.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The file
    file: PathBuf,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let saved = self.read(context)?;
        let done = runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let client = &connection.client;
            let result = async {
                let here = identity(client).await?;
                if here != saved.cluster {
                    return Err(Failure::message("the plan is for another cluster"));
                }
                let wording = operation::wording(context);
                let options = ActOptions { wording, cancel, ..ActOptions::default() };
                let options = saved.act_options(options);
                let (wanted, cancel) = (&saved.desired, &options.cancel);
                let seen = operation::look(client, wanted, Duration::ZERO, cancel).await;
                let decided =
                    seen.and_then(|seen| release::decide(wanted, &seen).map(|plan| (seen, plan)));
                let plan = match decided {
                    Ok((observed, plan)) => {
                        check(&saved.moved(&observed, &plan))?;
                        plan
                    }
                    Err(error @ (release::Error::Kubernetes(_) | release::Error::Cancelled)) => {
                        return Err(operation::failed(&error));
                    }
                    Err(error) => return check(&[error.to_string()]).map(|()| None),
                };
                let done = release::act(client, &plan, &options, &operation::progress()).await;
                done.map(|done| done.release).map_err(|error| operation::failed(&error))
            }
            .await;
            connection.close().await?;
            result
        })?;
        let Some(release) = done.filter(|_| saved.desired.intent != Intent::Uninstall) else {
            return Ok(context.out(&format!("release {:?} uninstalled\n", saved.desired.name))?);
        };
        match self.output {
            Format::Table => Ok(context.out(&page::page(&release, Notes::Shown))?),
            Format::Json | Format::Yaml => {
                structured::print(context, self.output, &page::to_json(&release))
            }
        }
    }
}

/// Refuses if something moved.
fn check(moved: &[String]) -> Outcome {
    if moved.is_empty() {
        return Ok(());
    }
    let text = format!("the cluster moved since the plan was made:\n  {}", moved.join("\n  "));
    Err(Failure::message(text).hint("make a new plan"))
}

impl Args {
    fn read(&self, context: &Context) -> Outcome<Saved> {
        let name = self.file.display();
        let text = std::fs::read(context.path(&self.file))
            .map_err(|error| Failure::message(format!("{name}: {error}")))?;
        Saved::from_json(&text).map_err(|why| Failure::message(format!("{name}: {why}")))
    }
}
