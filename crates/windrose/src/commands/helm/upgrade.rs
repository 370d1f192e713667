//! `windrose helm upgrade`.

use chart::values::{Tree, overlay};
use kubernetes::Client;
use release::{Created, Intent, Method, Release, Status, Storage};
use serde_json::Value;
use yaml::Map;

use super::change::{ChangeFlags, Prepared, Work};
use super::chart::Kinds;
use super::dry_run::Doing;
use super::operation::{self, prefixed};
use super::plan::PlanFlags;
use crate::cli::go_flags::parse_number;
use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::{interrupt, runtime};

/// Upgrade a release to a chart or to new values
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// The chart: a folder, an archive, or one from elsewhere
    #[arg(value_name = "CHART")]
    chart_path: String,
    /// Install it if it is not there
    #[arg(short, long)]
    install: bool,
    /// Go back to the chart's own values before the given ones
    #[arg(long)]
    reset_values: bool,
    /// Go on with the last revision's values, defaults included, below the given ones
    #[arg(long)]
    reuse_values: bool,
    /// The chart's own values, then those of the last revision, then the given ones
    #[arg(long)]
    reset_then_reuse_values: bool,
    /// Delete what a failed upgrade created
    #[arg(long)]
    cleanup_on_fail: bool,
    /// Whether the server merges objects: true, false, or auto (as the last revision was applied)
    #[arg(long, value_name = "WHO", default_value = "auto")]
    server_side: String,
    /// Revisions to keep; 0 keeps all [default: $HELM_MAX_HISTORY, then 10]
    #[arg(long, value_name = "N", value_parser = |text: &str| parse_number::<i64>(text, "ParseInt"))]
    history_max: Option<i64>,
    #[command(flatten)]
    change: ChangeFlags,
}

const PREFIX: &str = "UPGRADE FAILED: ";

/// What became of a command line.
enum Done {
    Installed(Release),
    Upgraded(Release),
    Planned,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        self.run_or_plan(context, None)
    }
}

impl Args {
    /// Does it, or only shows what would be done.
    pub(super) fn run_or_plan(&self, context: &Context, planning: Option<&PlanFlags>) -> Outcome {
        let (doing, post_renderer) = self.change.start(context)?;
        let prepared = self.change.prepare(context, &self.chart_path, Kinds::All);
        let done = runtime::block_on(async {
            let connection = match self.change.cluster.connect(context).await {
                Ok(connection) => connection,
                // Helm reads the chart before it looks for a cluster, unless it might install.
                Err(failure) if self.install => return Err(failure),
                Err(failure) => return prepared.and(Err(prefixed(PREFIX, failure))),
            };
            let client = &connection.client;
            let work = Work {
                context,
                flags: &self.change,
                name: self.name.clone(),
                method: Method::AsBefore,
                history_max: operation::history_max(context, self.history_max),
                created: if self.cleanup_on_fail { Created::Delete } else { Created::Keep },
                doing,
                post_renderer,
                cancel: interrupt::listen()?,
                planning,
            };
            let result = self.upgrade_or_install(client, work, prepared).await;
            connection.close().await?;
            result
        })?;
        let release = match done {
            Done::Planned => return Ok(()),
            Done::Installed(release) => release,
            Done::Upgraded(release) => {
                if self.change.is_table() {
                    let name = &self.name;
                    context
                        .out(&format!("Release {name:?} has been upgraded. Happy Helming!\n"))?;
                }
                release
            }
        };
        self.change.show(context, &release)
    }

    async fn upgrade_or_install(
        &self,
        client: &Client,
        mut work: Work<'_>,
        prepared: Outcome<Prepared>,
    ) -> Outcome<Done> {
        let context = work.context;
        let intent = self.intent(context, client).await?;
        if intent == Intent::Upgrade {
            let prepared = prepared?;
            let upgrade = async {
                work.method = operation::method(&self.server_side)?;
                work.upgrade(client, prepared, |current, chart, values| {
                    self.reuse(current, chart, values)
                })
                .await
            };
            let release = upgrade.await.map_err(|failure| prefixed(PREFIX, failure))?;
            return Ok(release.map_or(Done::Planned, Done::Upgraded));
        }
        if self.change.is_table() && work.planning.is_none() {
            let name = &self.name;
            context.out(&format!("Release {name:?} does not exist. Installing it now.\n"))?;
        }
        let prepared = prepared?;
        work.history_max = 0;
        work.created = Created::Keep;
        work.method =
            if self.server_side == "false" { Method::ClientSide } else { Method::ServerSide };
        let release = match work.doing {
            Doing::Client => Some(work.install_here(prepared).await?),
            Doing::Change | Doing::Server => work.install(client, prepared, intent).await?,
        };
        Ok(release.map_or(Done::Planned, Done::Installed))
    }

    /// Whether it is there.
    async fn intent(&self, context: &Context, client: &Client) -> Outcome<Intent> {
        if !self.install {
            return Ok(Intent::Upgrade);
        }
        if render::check_name(&self.name).is_err() {
            return Err(Failure::message(format!("release name is invalid: {}", self.name)));
        }
        let namespace = self.change.cluster.namespace(context);
        let history = Storage::new(client, &namespace).history(&self.name).await;
        let history = history.map_err(|error| operation::failed(&error))?;
        Ok(match history.last().map(|last| last.info.status) {
            None => Intent::Install,
            Some(Status::Uninstalled) => Intent::Replace,
            Some(_) => Intent::Upgrade,
        })
    }

    /// Which values an upgrade goes on with.
    fn reuse(&self, current: &Release, chart: &mut chart::Chart, given: Map) -> Map {
        let config = json_map(&Value::Object(current.config.clone()));
        if self.reset_values {
            return given;
        }
        if self.reuse_values {
            // The old defaults stay, below everything.
            let old = tree(&config);
            let _ = overlay(&old, &tree(&json_map(&current.chart["values"])));
            chart.values = (&old.to_map()).into();
        }
        if self.reuse_values || self.reset_then_reuse_values {
            let over = tree(&given);
            let _ = overlay(&over, &tree(&config));
            return over.to_map();
        }
        // Helm goes on with the last values where none are given.
        if given.is_empty() { config } else { given }
    }
}

fn tree(map: &Map) -> Tree {
    Tree::new(map.into())
}

fn json_map(value: &Value) -> Map {
    match yaml::Value::from_json(value) {
        yaml::Value::Map(map) => map,
        _ => Map::new(),
    }
}
