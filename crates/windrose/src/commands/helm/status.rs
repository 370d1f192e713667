//! `windrose helm status`.

use kubernetes::Client;
use release::{Live, Release, Storage, View};

use super::page::{Detail, Notes, Page};
use super::record::Shown;
use super::resources;
use crate::cli::go_flags;
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
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<i64>(text, "ParseInt"))]
    revision: i64,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = structured::parse_format)]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let (release, live) = runtime::block_on_network(async {
            let connection = self.cluster.connect(context).await?;
            let namespace = self.cluster.namespace(context);
            let found = self.find(&connection.client, &namespace).await;
            connection.close().await?;
            found
        })?;
        if self.output != Format::Table {
            let shown = Shown::with_resources(&release, &live);
            return structured::print(context, self.output, &shown);
        }
        let page = Page {
            release: &release,
            notes: Notes::Shown,
            resources: resources::text(&live),
            detail: Detail::Brief,
        };
        Ok(context.out(&page.text())?)
    }
}

impl Args {
    async fn find(&self, client: &Client, namespace: &str) -> Outcome<(Release, Live)> {
        let storage = Storage::new(client, namespace);
        let release = one(&storage, &self.name, self.revision).await?;
        let view = match self.output {
            Format::Table => View::Tables,
            Format::Json | Format::Yaml => View::Objects,
        };
        let live = release::live(client, &release, view).await;
        Ok((release, live.map_err(|e| Failure::from_error(&e))?))
    }
}

/// One revision of a storage; for 0 or less the newest.
async fn one(storage: &Storage, name: &str, revision: i64) -> Outcome<Release> {
    render::check_name(name).map_err(|_| {
        Failure::message(format!("releaseContent: Release name is invalid: {name}"))
    })?;
    let found = storage.get(name, Some(revision).filter(|revision| *revision > 0)).await;
    found.map_err(|e| Failure::from_error(&e))
}

/// One revision from the cluster; for 0 or less the newest.
pub(super) fn stored(
    context: &Context,
    cluster: &HelmClusterFlags,
    name: &str,
    revision: i64,
) -> Outcome<Release> {
    runtime::block_on_network(async {
        let connection = cluster.connect(context).await?;
        let storage = Storage::new(&connection.client, &cluster.namespace(context));
        let found = one(&storage, name, revision).await;
        connection.close().await?;
        found
    })
}

/// The same with all labels of its record where it is the newest one; Helm shows an older one's own
/// labels alone.
pub(super) fn labelled(
    context: &Context,
    cluster: &HelmClusterFlags,
    name: &str,
    revision: i64,
) -> Outcome<Release> {
    runtime::block_on_network(async {
        let connection = cluster.connect(context).await?;
        let storage = Storage::new(&connection.client, &cluster.namespace(context));
        let mut found = one(&storage, name, revision).await;
        if revision <= 0 && found.is_ok() {
            let last = storage.last(name).await.map_err(|e| Failure::from_error(&e));
            found = last.map(|last| release::Release { labels: last.labels, ..last.release });
        }
        connection.close().await?;
        found
    })
}
