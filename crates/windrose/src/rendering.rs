//! Renderings with what only the binary has: the clock, the local zone and random bytes.

use std::net::ToSocketAddrs;
use std::sync::Arc;

use chart::{Chart, Warning};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use release::{RenderError, Rendering, Stage};
use render::{Capabilities, KubeVersionError, Operation, Rendered};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;

/// What a rendering is of.
pub(crate) struct Job {
    pub(crate) chart: Chart,
    pub(crate) values: yaml::Map,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) revision: i64,
    pub(crate) operation: Operation,
    pub(crate) options: render::Options,
}

/// A rendering that gave nothing.
pub(crate) struct Failed {
    /// As it is shown.
    pub(crate) failure: Failure,
    /// What the chart or its values are to blame for.
    pub(crate) error: Option<Box<render::Error>>,
}

/// Renders for a cluster or for none, and tells what Helm would log.
pub(crate) async fn render_telling(
    context: &Context,
    stage: &Stage,
    job: Job,
) -> Result<Rendered, Failed> {
    tell(context, run(stage, job).await)
}

/// The same on this thread, for no cluster.
pub(crate) fn render_here(context: &Context, stage: &Stage, job: Job) -> Result<Rendered, Failed> {
    tell(context, stage.render_here(rendering(job)).map_err(failed))
}

fn tell(context: &Context, rendered: Result<Rendered, Failed>) -> Result<Rendered, Failed> {
    let told = |failure| Failed { failure, error: None };
    match &rendered {
        Ok(rendered) => {
            for warning in &rendered.warnings {
                log::say(context, warning).map_err(told)?;
            }
        }
        Err(failed) => {
            if let Some((message, error)) = failed.error.as_deref().and_then(logged) {
                let error = Warning::error(message).with("error", error);
                log::say_as_helm(context, &error).map_err(told)?;
            }
        }
    }
    rendered
}

/// What Helm logs before it fails with the same words.
fn logged(error: &render::Error) -> Option<(&'static str, String)> {
    let whole = error.helm_text();
    ["release name check failed", "chart dependencies processing failed"].into_iter().find_map(
        |message| Some((message, whole.strip_prefix(message)?.strip_prefix(": ")?.to_owned())),
    )
}

async fn run(stage: &Stage, job: Job) -> Result<Rendered, Failed> {
    stage.render(rendering(job)).await.map_err(failed)
}

fn rendering(job: Job) -> Rendering {
    Rendering {
        chart: Arc::new(job.chart),
        values: job.values,
        name: job.name,
        namespace: job.namespace,
        revision: job.revision,
        operation: job.operation,
        options: render::Options { time_zone: Some(time_zone()), ..job.options },
        now: Timestamp::now(),
        entropy,
    }
}

fn failed(error: RenderError) -> Failed {
    match error {
        RenderError::Chart(error) => Failed {
            failure: Failure::Diagnostics(error.to_diagnostics()).in_helms_words(error.helm_text()),
            error: Some(Box::new(error)),
        },
        RenderError::Thread(_) | RenderError::Stopped { .. } => {
            Failed { failure: Failure::from_error(&error), error: None }
        }
    }
}

/// Helm's capabilities without a cluster, with the version that `--kube-version` names, if any.
pub(crate) fn capabilities(kube_version: Option<&str>) -> Outcome<Capabilities> {
    let mut capabilities = Capabilities::default();
    if let Some(version) = kube_version.filter(|version| !version.is_empty()) {
        capabilities.kube_version = version.parse().map_err(|error: KubeVersionError| {
            Failure::usage(format!("invalid kube version '{version}': {error}"))
        })?;
    }
    Ok(capabilities)
}

/// What templates may see of this machine where there is no cluster.
pub(crate) fn host() -> render::Host<'static> {
    render::Host { now: Timestamp::now(), entropy: &entropy, lookup: None, resolve: Some(&resolve) }
}

/// An address of a host as Sprig's `getHostByName` picks one; empty where there is none.
pub(crate) fn resolve(name: &str) -> String {
    let found = (name, 0u16).to_socket_addrs().ok();
    found.and_then(|mut all| all.next()).map(|address| address.ip().to_string()).unwrap_or_default()
}

/// The IANA name of this machine's zone (`TZ`, else the system's); UTC where there is none.
pub(crate) fn time_zone() -> String {
    let zone = TimeZone::try_system().ok();
    zone.as_ref().and_then(TimeZone::iana_name).unwrap_or("UTC").to_owned()
}

/// The operating system's random bytes.
pub(crate) fn entropy(buffer: &mut [u8]) {
    // Without a random source there is nothing safe to make keys or passwords from.
    getrandom::fill(buffer).expect("the operating system gives random bytes");
}
