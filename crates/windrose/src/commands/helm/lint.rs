//! `windrose helm lint`: what Helm 4.3.1 finds wrong with charts.

use std::fmt::Write as _;

use chart::values::Tree;
use render::lint::{Linted, Severity};
use render::{Capabilities, Host};

use super::values::ValueFlags;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};
use crate::rendering;

mod folder;

/// Examine charts for possible issues
///
/// Standard output and the exit code are those of `helm lint`.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// Charts: folders or archives
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    values: ValueFlags,
    /// Fail on Helm's warnings, too
    #[arg(long)]
    strict: bool,
    /// Print only warnings and errors
    #[arg(long)]
    quiet: bool,
    /// Lint the charts below charts/, too
    #[arg(long)]
    with_subcharts: bool,
    /// Kubernetes version for .Capabilities.KubeVersion and deprecations
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Do not check the values against the chart's schema
    #[arg(long)]
    skip_schema_validation: bool,
    /// Whose findings to print
    #[arg(long, value_enum, value_name = "WHOSE", default_value = "helm")]
    findings: Findings,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

/// Whose findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Findings {
    /// Helm's alone.
    Helm,
}

/// What became of one path: findings, or why there are none.
type Result = std::result::Result<Linted, String>;

impl Args {
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let mut capabilities = Capabilities::default();
        if let Some(version) = self.kube_version.as_deref().filter(|v| !v.is_empty()) {
            capabilities.kube_version =
                version.parse().map_err(|e: render::KubeVersionError| {
                    Failure::usage(format!("invalid kube version '{version}': {e}"))
                })?;
        }
        let mut paths = self.paths.clone();
        if self.with_subcharts {
            for path in &self.paths {
                paths.extend(folder::below(context, path));
            }
        }
        let values = Tree::new(self.values.merge(context)?.0.into());
        let mut report = Report::default();
        for path in &paths {
            let result = self.lint(context, path, &values, &capabilities);
            if let Ok(linted) = &result {
                for line in &linted.log {
                    context.say(&format!("{line}\n"))?;
                }
            }
            self.report(&mut report, path, &result);
        }
        self.conclude(context, &report, paths.len())
    }

    fn lint(
        &self,
        context: &Context,
        path: &str,
        values: &Tree,
        capabilities: &Capabilities,
    ) -> Result {
        let folder = folder::read(context, path)?;
        let options = render::lint::Options {
            namespace: self.cluster.namespace(context),
            capabilities,
            skip_schema_validation: self.skip_schema_validation,
            host: Host {
                now: jiff::Timestamp::now(),
                entropy: &rendering::entropy,
                lookup: None,
                resolve: None,
            },
            time_zone: Some(rendering::time_zone()),
        };
        Ok(render::lint::lint(&folder, values, &options))
    }

    /// Adds one chart to the report, as Helm writes it.
    fn report(&self, report: &mut Report, path: &str, result: &Result) {
        let noteworthy = match result {
            Err(_) => true,
            Ok(linted) => linted.messages.iter().any(|m| m.severity > Severity::Info),
        };
        if noteworthy {
            report.noteworthy += 1;
        } else if self.quiet {
            return;
        }
        let _ = writeln!(report.text, "==> Linting {path}");
        let lowest = if self.strict { Severity::Warning } else { Severity::Error };
        let mut failed = false;
        match result {
            Err(cause) => {
                let _ = writeln!(report.text, "Error {cause}");
                failed = true;
            }
            Ok(linted) => {
                for message in &linted.messages {
                    failed |= message.severity >= lowest;
                    if !self.quiet || message.severity > Severity::Info {
                        let _ = writeln!(report.text, "{message}");
                    }
                }
            }
        }
        report.failed += usize::from(failed);
        report.text.push('\n');
    }

    fn conclude(&self, context: &Context, report: &Report, charts: usize) -> Outcome {
        context.out(&report.text)?;
        let summary = format!("{charts} chart(s) linted, {} chart(s) failed", report.failed);
        if report.failed > 0 {
            context.say(&format!("Error: {summary}\n"))?;
            return Err(Failure::Told(Exit::Failed));
        }
        if !self.quiet || report.noteworthy > 0 {
            context.out(&format!("{summary}\n"))?;
        }
        Ok(())
    }
}

/// What is printed at the end, and how it ends.
#[derive(Default)]
struct Report {
    text: String,
    failed: usize,
    noteworthy: usize,
}
