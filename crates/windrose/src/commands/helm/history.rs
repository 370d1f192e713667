//! `windrose helm history`.

use release::Storage;

use super::page;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};
use crate::output::table;
use crate::runtime;

/// Show the revisions of a release
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// At most this many revisions, the newest
    #[arg(long, value_name = "N", default_value_t = 256)]
    max: usize,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let history = runtime::block_on(async {
            let connection = self.cluster.connect(context).await?;
            let storage = Storage::new(&connection.client, &self.cluster.namespace(context));
            let found = storage.history(&self.name).await;
            connection.close().await?;
            found.map_err(|e| Failure::from_error(&e))
        })?;
        if history.is_empty() {
            return Err(Failure::message("release: not found"));
        }
        let history = &history[history.len().saturating_sub(self.max)..];
        if self.output != Format::Table {
            let items: Vec<_> = history.iter().map(page::HistoryItem::of).collect();
            return structured::print(context, self.output, &items);
        }
        let header = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(history.iter().map(|r| {
            vec![
                r.version.to_string(),
                page::ansi_c(r.info.last_deployed),
                r.info.status.as_str().to_owned(),
                page::chart(r),
                r.app_version().to_owned(),
                r.info.description.clone(),
            ]
        }));
        Ok(context.out(&table::helm(&rows))?)
    }
}
