//! `windrose status`: what of a stack runs, and how it is.

use std::fmt::Write;

use kubernetes::CancellationToken;
use kubernetes::status::Status;
use serde_json::{Value, json};
use stack::{ObjectState, ReleaseStatus, Session};

use crate::cli::tree::Run;
use crate::commands::stack_file::{Opened, StackFlags, on_cluster};
use crate::connection::ClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::paint::{Ink, paint};
use crate::output::structured::{self, Format};
use crate::output::{progress, table};

/// Show what of a stack runs where, and what is not ready
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    /// Show every object, not only those that are not ready
    #[arg(long)]
    objects: bool,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: ClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        on_cluster(context, &self.stack, &self.cluster, async |opened, to| {
            let cancel = CancellationToken::new();
            let session = opened.session(context, to.client.clone(), progress::silent(), cancel);
            let releases = look(&session).await?;
            self.show(context, opened, &releases)
        })
    }
}

impl Args {
    fn show(&self, context: &Context, opened: &Opened, releases: &[ReleaseStatus]) -> Outcome {
        if self.output == Format::Table {
            let mut text = summary(context, releases);
            text.push_str(&details(context, releases, self.objects));
            return Ok(context.out(&text)?);
        }
        let all: Vec<Value> = releases.iter().map(to_json).collect();
        structured::print(
            context,
            self.output,
            &json!({
                "stack": opened.resolved.stack,
                "environment": opened.resolved.environment,
                "releases": all,
            }),
        )
    }
}

/// Asks the cluster that the environment is pinned to, and no other.
pub(super) async fn look(session: &Session) -> Outcome<Vec<ReleaseStatus>> {
    session.check_cluster().await.map_err(|e| Failure::from_error(&e))?;
    session.status().await.map_err(|e| Failure::from_error(&e))
}

/// One row a release.
pub(super) fn summary(context: &Context, releases: &[ReleaseStatus]) -> String {
    let style = context.out_style;
    let header = ["RELEASE", "NAMESPACE", "STATUS", "REVISION", "CHART", "READY"];
    let mut rows = vec![header.map(|h| paint(style, Ink::Faint, h)).to_vec()];
    for release in releases {
        let Some(installed) = &release.installed else {
            let absent = paint(style, Ink::Notice, "not installed");
            rows.push(vec![release.key.clone(), release.namespace.clone(), absent]);
            continue;
        };
        let ready = installed.objects.iter().filter(|o| o.status == Status::Current).count();
        let total = installed.objects.len();
        let ink = if installed.status == "deployed" { Ink::Good } else { Ink::Bad };
        let objects = paint(
            style,
            if ready == total { Ink::Good } else { Ink::Notice },
            &format!("{ready} of {total} objects"),
        );
        rows.push(vec![
            release.key.clone(),
            release.namespace.clone(),
            paint(style, ink, &installed.status),
            installed.revision.to_string(),
            installed.chart.clone(),
            objects,
        ]);
    }
    table::plain(&rows)
}

/// The objects that are not ready (or all), with reasons.
fn details(context: &Context, releases: &[ReleaseStatus], all: bool) -> String {
    let mut text = String::new();
    for release in releases {
        let objects: Vec<&ObjectState> = release
            .installed
            .iter()
            .flat_map(|i| &i.objects)
            .filter(|o| all || o.status != Status::Current)
            .collect();
        if objects.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{}", paint(context.out_style, Ink::Strong, &release.key));
        for object in objects {
            let _ = writeln!(text, "  {}: {}", object.object, words(&object.status));
        }
    }
    text
}

fn words(status: &Status) -> String {
    match status {
        Status::Current => "ready".to_owned(),
        Status::InProgress { reason, .. } => format!("in progress, {reason}"),
        Status::Failed { reason, .. } => format!("failed, {reason}"),
        Status::Terminating => "being deleted".to_owned(),
        Status::NotFound => "missing".to_owned(),
    }
}

fn to_json(release: &ReleaseStatus) -> Value {
    let installed = release.installed.as_ref().map(|i| {
        json!({
            "revision": i.revision,
            "status": i.status,
            "chart": i.chart,
            "appVersion": i.app_version,
            "updated": i.updated,
            "objects": i.objects.iter().map(|o| json!({
                "apiVersion": o.object.api_version,
                "kind": o.object.kind,
                "namespace": o.object.namespace,
                "name": o.object.name,
                "ready": o.status == Status::Current,
                "status": words(&o.status),
            })).collect::<Vec<_>>(),
        })
    });
    json!({
        "key": release.key,
        "name": release.name,
        "namespace": release.namespace,
        "installed": installed,
    })
}
