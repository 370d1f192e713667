//! `windrose helm upgrade`.

use release::{Intent, Upcoming};
use serde_json::Value;

use super::install::{Change, ChangeFlags};
use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::Outcome;

/// Upgrade a release to a chart or to new values
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// The chart: a folder or an archive
    #[arg(value_name = "CHART")]
    chart_path: String,
    /// Install it if it is not there
    #[arg(short, long)]
    install: bool,
    /// Go back to the chart's own values before the given ones
    #[arg(long, conflicts_with = "reset_then_reuse_values")]
    reset_values: bool,
    /// The chart's own values, then those of the last revision, then the given ones
    #[arg(long)]
    reset_then_reuse_values: bool,
    #[command(flatten)]
    change: ChangeFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let intent = if self.install { Intent::Apply } else { Intent::Upgrade };
        let change = Change { name: self.name, reference: self.chart_path, intent };
        let (reset, reuse) = (self.reset_values, self.reset_then_reuse_values);
        self.change.run_with(context, &change, move |upcoming, values| {
            let last = last_config(upcoming);
            if reuse {
                let mut merged = last;
                chart::values::merge(&mut merged, values);
                merged
            } else if !reset && values.is_empty() {
                // Helm goes on with the last revision's values where none are given.
                last
            } else {
                values
            }
        })
    }
}

fn last_config(upcoming: &Upcoming) -> yaml::Map {
    let config = upcoming.deployed.as_ref().or(upcoming.latest.as_ref()).map(|r| &r.config);
    match config.map(|c| yaml::Value::from_json(&Value::Object(c.clone()))) {
        Some(yaml::Value::Map(map)) => map,
        Some(_) | None => yaml::Map::new(),
    }
}
