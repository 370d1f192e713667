//! `windrose helm history`.

use release::Storage;

use super::page;
use crate::cli::go_flags;
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
    #[arg(long, value_name = "N", default_value = "256")]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<i64>(text, "ParseInt"))]
    max: i64,
    /// With a column of the revisions that were rolled back to
    #[arg(long)]
    show_rollback_revision: bool,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = structured::parse_format)]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let history = runtime::block_on_network(async {
            let connection = self.cluster.connect(context).await?;
            let storage = Storage::new(&connection.client, &self.cluster.namespace(context));
            let found = match render::check_name(&self.name) {
                Ok(()) => storage.history(&self.name).await.map_err(|e| Failure::from_error(&e)),
                Err(_) => Err(Failure::message(format!("release name is invalid: {}", self.name))),
            };
            connection.close().await?;
            found
        })?;
        if history.is_empty() {
            return Err(Failure::message("release: not found"));
        }
        let most = usize::try_from(self.max).unwrap_or_default();
        let history = &history[history.len().saturating_sub(most)..];
        if self.output != Format::Table {
            let items: Vec<_> = history.iter().map(page::HistoryItem::of).collect();
            return structured::print(context, self.output, &items);
        }
        let rollback = |cell: String| self.show_rollback_revision.then_some(cell);
        let header = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"].map(str::to_owned);
        let header = header.into_iter().chain(rollback("ROLLBACK".to_owned()));
        let mut rows = vec![header.chain(["DESCRIPTION".to_owned()]).collect::<Vec<_>>()];
        rows.extend(history.iter().map(|r| {
            let to = Some(r.info.rollback_revision).filter(|to| *to > 0);
            let cells = [
                r.version.to_string(),
                page::ansi_c(r.info.last_deployed),
                r.info.status.as_str().to_owned(),
                page::chart(r),
                r.app_version().to_owned(),
            ];
            let to = rollback(to.map(|to| to.to_string()).unwrap_or_default());
            cells.into_iter().chain(to).chain([r.info.description.clone()]).collect()
        }));
        Ok(context.out(&table::helm(&rows))?)
    }
}
