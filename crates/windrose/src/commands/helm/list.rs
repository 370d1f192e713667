//! `windrose helm list`.

use release::{Filter, Status, Storage};

use super::page;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};
use crate::output::table;
use crate::runtime;

/// List releases
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// List releases of all namespaces
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Deployed releases (the default, with failed ones)
    #[arg(long)]
    deployed: bool,
    /// Failed releases
    #[arg(long)]
    failed: bool,
    /// Pending releases
    #[arg(long)]
    pending: bool,
    /// Superseded releases
    #[arg(long)]
    superseded: bool,
    /// Uninstalled releases whose history was kept
    #[arg(long)]
    uninstalled: bool,
    /// Releases that are being uninstalled
    #[arg(long)]
    uninstalling: bool,
    /// Names only
    #[arg(short = 'q', long)]
    short: bool,
    /// No header line
    #[arg(long)]
    no_headers: bool,
    /// Only names that match this regular expression
    #[arg(long, value_name = "REGEX")]
    filter: Option<String>,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let pattern =
            self.filter.as_deref().map(regex::Regex::new).transpose().map_err(|e| {
                Failure::message(format!("--filter is not a regular expression: {e}"))
            })?;
        let filter = Filter {
            namespace: (!self.all_namespaces).then(|| self.cluster.namespace(context)),
            statuses: self.statuses(),
        };
        let releases = runtime::block_on(async {
            let connection = self.cluster.connect(context).await?;
            let found = Storage::list(&connection.client, &filter).await;
            connection.close().await?;
            found.map_err(|e| Failure::from_error(&e))
        })?;
        let mut releases: Vec<_> = releases
            .into_iter()
            .filter(|r| pattern.as_ref().is_none_or(|p| p.is_match(&r.name)))
            .collect();
        releases.sort_by(|a, b| a.name.cmp(&b.name));
        if self.short {
            let names: Vec<&str> = releases.iter().map(|r| r.name.as_str()).collect();
            return match self.output {
                Format::Table => {
                    let lines: Vec<&str> =
                        releases.iter().flat_map(|r| [r.name.as_str(), "\n"]).collect();
                    Ok(context.out(&lines.concat())?)
                }
                Format::Json | Format::Yaml => structured::print(context, self.output, &names),
            };
        }
        if self.output != Format::Table {
            let items: Vec<_> = releases.iter().map(page::ListItem::of).collect();
            return structured::print(context, self.output, &items);
        }
        let header = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
        let mut rows =
            if self.no_headers { vec![] } else { vec![header.map(str::to_owned).to_vec()] };
        rows.extend(releases.iter().map(|r| {
            vec![
                r.name.clone(),
                r.namespace.clone(),
                r.version.to_string(),
                page::go_string(r.info.last_deployed),
                r.info.status.as_str().to_owned(),
                page::chart(r),
                r.app_version().to_owned(),
            ]
        }));
        Ok(context.out(&table::helm(&rows))?)
    }
}

impl Args {
    fn statuses(&self) -> Vec<Status> {
        let chosen = [
            (self.deployed, vec![Status::Deployed]),
            (self.failed, vec![Status::Failed]),
            (
                self.pending,
                vec![Status::PendingInstall, Status::PendingUpgrade, Status::PendingRollback],
            ),
            (self.superseded, vec![Status::Superseded]),
            (self.uninstalled, vec![Status::Uninstalled]),
            (self.uninstalling, vec![Status::Uninstalling]),
        ];
        chosen.into_iter().filter(|(on, _)| *on).flat_map(|(_, statuses)| statuses).collect()
    }
}
