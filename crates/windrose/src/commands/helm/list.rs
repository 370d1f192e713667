//! `windrose helm list`.
//!
//! **Invariant**: what is listed is the newest revision of each release, whatever its status was
//! before; only superseded ones asked for alone are older.

mod selector;

use release::{Filter, Found, Status, Storage};

use self::selector::Selector;
use super::page;
use crate::cli::go_flags;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};
use crate::output::table;
use crate::{rendering, runtime};

/// List releases
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// List releases of all namespaces
    #[arg(short = 'A', long)]
    all_namespaces: bool,
    /// Deployed releases (the default is every status)
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
    #[arg(short, long, value_name = "REGEX", default_value = "", hide_default_value = true)]
    filter: String,
    /// Only releases whose stored labels fit
    #[arg(
        short = 'l',
        long,
        value_name = "SELECTOR",
        default_value = "",
        hide_default_value = true
    )]
    selector: String,
    /// Newest first, instead of by name
    #[arg(short, long)]
    date: bool,
    /// The other way round
    #[arg(short, long)]
    reverse: bool,
    /// At most this many; 0 is all
    #[arg(short, long, value_name = "N", default_value = "256")]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<i64>(text, "ParseInt"))]
    max: i64,
    /// Leave out this many first
    #[arg(long, value_name = "N", default_value = "0")]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<i64>(text, "ParseInt"))]
    offset: i64,
    /// Go's layout for times, such as "2006-01-02 15:04"
    #[arg(long, value_name = "LAYOUT", default_value = "", hide_default_value = true)]
    time_format: String,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = structured::parse_format)]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let namespace = (!self.all_namespaces).then(|| self.cluster.namespace(context));
        let superseded = self.statuses() == [Status::Superseded];
        let filter = Filter { namespace, superseded, ..Filter::default() };
        let found = runtime::block_on_network(async {
            let connection = self.cluster.connect(context).await?;
            let found = self.find(&connection.client, &filter).await;
            connection.close().await?;
            found
        })?;
        self.show(context, &self.chosen(found)?)
    }
}

impl Args {
    /// The releases whose name fits.
    async fn find(&self, client: &kubernetes::Client, filter: &Filter) -> Outcome<Vec<Found>> {
        let translation =
            pattern::translate(self.filter.as_bytes()).map_err(|e| Failure::from_error(&e))?;
        let pattern = regex::bytes::Regex::new(&translation.pattern)
            .map_err(|e| Failure::message(format!("--filter: {e}")))?;
        let found = Storage::list(client, filter).await.map_err(|e| Failure::from_error(&e))?;
        Ok(found.into_iter().filter(|f| pattern.is_match(f.release.name.as_bytes())).collect())
    }

    /// Those that were asked for, in the order that was asked for.
    fn chosen(&self, mut found: Vec<Found>) -> Outcome<Vec<Found>> {
        let selector = Selector::parse(&self.selector).map_err(Failure::message)?;
        let statuses = self.statuses();
        found.retain(|found| {
            let status = found.release.info.status;
            let wanted = match statuses.as_slice() {
                [] => status != Status::Unknown,
                statuses => statuses.contains(&status),
            };
            wanted && selector.matches(&found.labels)
        });
        if self.date {
            found.sort_by_key(|found| found.release.info.last_deployed);
        } else {
            found.sort_by(|a, b| a.release.name.cmp(&b.release.name));
        }
        if self.reverse {
            found.reverse();
        }
        let offset = usize::try_from(self.offset)
            .map_err(|_| Failure::usage("--offset is less than nothing"))?;
        let most = usize::try_from(self.max).ok().filter(|max| *max > 0).unwrap_or(usize::MAX);
        Ok(found.into_iter().skip(offset).take(most).collect())
    }

    fn statuses(&self) -> Vec<Status> {
        const PENDING: &[Status] =
            &[Status::PendingInstall, Status::PendingUpgrade, Status::PendingRollback];
        let chosen: [(bool, &[Status]); 6] = [
            (self.deployed, &[Status::Deployed]),
            (self.failed, &[Status::Failed]),
            (self.pending, PENDING),
            (self.superseded, &[Status::Superseded]),
            (self.uninstalled, &[Status::Uninstalled]),
            (self.uninstalling, &[Status::Uninstalling]),
        ];
        let chosen = chosen.into_iter().filter(|(on, _)| *on);
        chosen.flat_map(|(_, statuses)| statuses).copied().collect()
    }

    fn show(&self, context: &Context, found: &[Found]) -> Outcome {
        if self.short {
            let names: Vec<&str> = found.iter().map(|found| found.release.name.as_str()).collect();
            return match self.output {
                Format::Table => {
                    let lines: Vec<&str> =
                        names.into_iter().flat_map(|name| [name, "\n"]).collect();
                    Ok(context.out_all(&lines)?)
                }
                Format::Json | Format::Yaml => structured::print(context, self.output, &names),
            };
        }
        let zone = rendering::time_zone();
        let updated = |at: jiff::Timestamp| match self.time_format.as_str() {
            "" => page::go_string(Some(at)),
            layout => functions::format_time(at, &zone, layout),
        };
        let items: Vec<_> = found
            .iter()
            .map(|Found { release, .. }| {
                let at = release.info.last_deployed;
                page::ListItem::of(release, at.map_or_else(|| "-".to_owned(), updated))
            })
            .collect();
        if self.output != Format::Table {
            return structured::print(context, self.output, &items);
        }
        let header = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
        let header = (!self.no_headers).then(|| header.map(str::to_owned).to_vec());
        let rows: Vec<_> =
            header.into_iter().chain(items.iter().map(page::ListItem::row)).collect();
        Ok(context.out(&table::helm(&rows))?)
    }
}
