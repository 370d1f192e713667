//! The chart that a `helm` command names: a folder or an archive.

use std::path::Path;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Flags that say where a chart comes from. Only local charts can be read so far; every other flag
/// is known and refused by name.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct ChartFlags {
    /// Version of the chart to use (charts from repositories are not supported yet)
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// Repository to take the chart from (not supported yet)
    #[arg(long, value_name = "URL")]
    repo: Option<String>,
    /// Update missing dependencies first (not supported yet)
    #[arg(long)]
    dependency_update: bool,
    /// Verify the package before using it (not supported yet)
    #[arg(long)]
    verify: bool,
    /// Use development versions, too (no effect on local charts)
    #[arg(long)]
    devel: bool,
}

impl ChartFlags {
    /// Loads the chart at a path and checks that its dependencies are there, as Helm does.
    pub(crate) fn load(&self, context: &Context, reference: &str) -> Outcome<::chart::Chart> {
        self.refuse()?;
        let path = context.path(Path::new(reference));
        if !path.exists() {
            return Err(missing(reference));
        }
        let files = source::read_chart(&path).map_err(|e| Failure::from_error(&e))?;
        let chart = ::chart::load(files).map_err(|e| Failure::from_error(&e))?;
        chart.installable().map_err(|e| Failure::from_error(&e))?;
        Ok(chart)
    }

    fn refuse(&self) -> Outcome {
        let refused = [
            (self.repo.is_some(), "--repo"),
            (self.dependency_update, "--dependency-update"),
            (self.verify, "--verify"),
        ];
        match refused.iter().find(|(given, _)| *given) {
            Some((_, flag)) => Err(Failure::message(format!("{flag} is not supported yet"))
                .hint("download the chart and give its folder or .tgz")),
            None => Ok(()),
        }
    }
}

fn missing(reference: &str) -> Failure {
    let local = reference.starts_with('.') || reference.starts_with('/');
    let remote = reference.contains("://") || (!local && reference.matches('/').count() == 1);
    if remote {
        return Failure::message(format!(
            "charts from registries and repositories are not supported yet: {reference}"
        ))
        .hint("download the chart and give its folder or .tgz");
    }
    if local {
        return Failure::message(format!("path {reference:?} not found"));
    }
    Failure::message(format!("chart {reference:?} not found: there is no such folder or archive"))
}
