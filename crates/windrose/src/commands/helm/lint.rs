//! `windrose helm lint`: what Helm 4.3.1 finds wrong with charts, and what Windrose finds beyond.

use std::fmt::Write as _;

use chart::values::Tree;
use render::findings::{Code, Finding};
use render::lint::{Linted, Severity};
use render::{Capabilities, Host};

use super::values::ValueFlags;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};
use crate::rendering;

mod folder;
mod json;

/// Examine charts for possible issues
///
/// Standard output and the exit code are those of `helm lint`. What Windrose finds beyond follows on
/// standard error: values that nobody reads or nobody defines, templates that never print.
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
    #[arg(long, value_enum, value_name = "WHOSE", default_value = "warnings")]
    findings: Findings,
    /// Fail on these of Windrose's findings (repeatable, or by commas)
    #[arg(long, value_enum, value_name = "CODE", value_delimiter = ',')]
    deny: Vec<Deny>,
    /// Form of the report
    #[arg(short, long, value_enum, value_name = "FORM", default_value = "text")]
    output: Form,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

/// Whose findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Findings {
    /// Helm's, then Windrose's own, and what is only worth knowing.
    All,
    /// Helm's, then what Windrose warns of.
    Warnings,
    /// Helm's alone.
    Helm,
}

/// A finding that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Deny {
    /// A template reads what nobody defines.
    UndefinedValue,
    /// Nothing reads what values.yaml defines.
    UnusedValue,
    /// Nothing includes a named template.
    UnusedTemplate,
    /// A template prints nothing, whatever the values.
    NeverRenders,
    /// All of these.
    All,
}

/// In which form the report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// Lines, as Helm prints them.
    Text,
    /// One JSON document of everything, on standard output.
    Json,
}

/// What became of one path: what was found, or why nothing was.
type Result = std::result::Result<(Linted, Vec<Finding>), String>;

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let capabilities = rendering::capabilities(self.kube_version.as_deref())?;
        let mut paths = self.paths.clone();
        if self.with_subcharts {
            for path in &self.paths {
                paths.extend(folder::below(context, path));
            }
        }
        let (given, _) = self.values.merge(context)?;
        let values = Tree::new(given.clone().into());
        let mut report = Report::default();
        let mut results = vec![];
        for path in paths {
            let result = self.lint(context, &path, (&given, &values), &capabilities);
            if let Ok((linted, _)) = &result {
                for line in &linted.log {
                    context.say(&format!("{line}\n"))?;
                }
            }
            self.report(&mut report, &path, &result);
            results.push((path, result));
        }
        match self.output {
            Form::Text => self.print(context, &report, &results)?,
            Form::Json => context.out(&format!("{}\n", json::report(&results)))?,
        }
        self.conclude(context, &report, &results)
    }
}

impl Args {
    fn lint(
        &self,
        context: &Context,
        path: &str,
        (given, values): (&yaml::Map, &Tree),
        capabilities: &Capabilities,
    ) -> Result {
        let folder::Looked { folder, chart } = folder::read(context, path)?;
        let options = render::lint::Options {
            namespace: self.cluster.namespace(context),
            capabilities,
            skip_schema_validation: self.skip_schema_validation,
            host: Host { resolve: None, ..rendering::host() },
            time_zone: Some(rendering::time_zone()),
        };
        let linted = render::lint::lint(&folder, values, &options);
        let found = match (&chart, self.findings) {
            (Some(chart), Findings::All | Findings::Warnings) => {
                render::findings::find(chart, given)
            }
            (None, _) | (_, Findings::Helm) => vec![],
        };
        let told = |f: &Finding| self.findings == Findings::All || !f.code.is_information();
        let found = found.into_iter().filter(told).collect();
        Ok((linted, found))
    }

    /// Adds one chart to the report, as Helm writes it.
    fn report(&self, report: &mut Report, path: &str, result: &Result) {
        let noteworthy = match result {
            Err(_) => true,
            Ok((linted, _)) => linted.messages.iter().any(|m| m.severity > Severity::Info),
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
            Ok((linted, _)) => {
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

    /// Helm's report on standard output, Windrose's findings on standard error.
    fn print(&self, context: &Context, report: &Report, results: &[(String, Result)]) -> Outcome {
        context.out(&report.text)?;
        let summary = report.summary(results.len());
        if report.failed > 0 {
            context.say(&format!("Error: {summary}\n"))?;
        } else if !self.quiet || report.noteworthy > 0 {
            context.out(&format!("{summary}\n"))?;
        }
        for (path, result) in results {
            let Ok((_, found)) = result else { continue };
            if found.is_empty() {
                continue;
            }
            context.say(&format!("\n==> Beyond Helm's rules: {path}\n"))?;
            for finding in found {
                let text = if finding.code.is_information() {
                    information(&finding.diagnostic)
                } else {
                    finding.diagnostic.render(context.err_style) + "\n"
                };
                context.say(&format!("{text}\n"))?;
            }
        }
        Ok(())
    }

    fn conclude(
        &self,
        context: &Context,
        report: &Report,
        results: &[(String, Result)],
    ) -> Outcome {
        let denied = |finding: &&Finding| self.deny.iter().any(|deny| deny.covers(finding.code));
        let found = results.iter().filter_map(|(_, result)| result.as_ref().ok());
        let denied = found.flat_map(|(_, found)| found).filter(denied).count();
        if denied > 0 {
            context.say(&format!("error: {denied} finding(s) are denied\n"))?;
        }
        if denied > 0 || report.failed > 0 {
            return Err(Failure::Told(Exit::Failed));
        }
        Ok(())
    }
}

impl Deny {
    fn covers(self, code: Code) -> bool {
        match self {
            Self::UndefinedValue => code == Code::UndefinedValue,
            Self::UnusedValue => code == Code::UnusedValue,
            Self::UnusedTemplate => code == Code::UnusedTemplate,
            Self::NeverRenders => code == Code::NeverRenders,
            Self::All => !code.is_information(),
        }
    }
}

impl Report {
    fn summary(&self, charts: usize) -> String {
        format!("{charts} chart(s) linted, {} chart(s) failed", self.failed)
    }
}

/// What is only worth knowing, in a line.
fn information(diagnostic: &diagnostic::Diagnostic) -> String {
    let hints = diagnostic.hints.join("; ");
    format!("info: {diagnostic}: {hints}")
}

/// What is printed at the end, and how it ends.
#[derive(Default)]
struct Report {
    text: String,
    failed: usize,
    noteworthy: usize,
}
