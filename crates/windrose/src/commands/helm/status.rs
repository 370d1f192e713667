//! `windrose helm status`.

use release::{Release, Storage};

use super::page::{self, Notes};
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};
use crate::runtime;

/// Show the status of a release
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// This revision instead of the newest
    #[arg(long, value_name = "N")]
    revision: Option<i64>,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let release = stored(context, &self.cluster, &self.name, self.revision)?;
        match self.output {
            Format::Table => Ok(context.out(&page::page(&release, Notes::Shown))?),
            Format::Json | Format::Yaml => {
                structured::print(context, self.output, &page::to_json(&release))
            }
        }
    }
}

/// One revision from the cluster; without a number the newest.
pub(super) fn stored(
    context: &Context,
    cluster: &HelmClusterFlags,
    name: &str,
    revision: Option<i64>,
) -> Outcome<Release> {
    runtime::block_on(async {
        let connection = cluster.connect(context).await?;
        let storage = Storage::new(&connection.client, &cluster.namespace(context));
        let found = storage.get(name, revision.filter(|r| *r > 0)).await;
        connection.close().await?;
        found.map_err(|e| Failure::from_error(&e))
    })
}
