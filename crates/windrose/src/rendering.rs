//! Renderings with what only the binary has: the clock, the local zone and random bytes.

use std::sync::Arc;

use chart::Chart;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use release::{RenderError, Rendering, Stage};
use render::{Operation, Rendered};

use crate::failure::{Failure, Outcome};

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

/// Renders for a cluster or for none.
pub(crate) async fn render(stage: &Stage, job: Job) -> Outcome<Rendered> {
    let rendering = Rendering {
        chart: Arc::new(job.chart),
        values: job.values,
        name: job.name,
        namespace: job.namespace,
        revision: job.revision,
        operation: job.operation,
        options: render::Options { time_zone: Some(time_zone()), ..job.options },
        now: Timestamp::now(),
        entropy,
    };
    stage.render(rendering).await.map_err(|error| match error {
        RenderError::Chart(error) => Failure::Diagnostics(error.to_diagnostics()),
        RenderError::Thread(_) | RenderError::Stopped { .. } => Failure::from_error(&error),
    })
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
