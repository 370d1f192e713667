//! The name of a release, from arguments and flags as Helm takes it.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::rendering;

/// Flags that make a name.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct NameFlags {
    /// Generate the name (and omit the NAME argument)
    #[arg(short, long)]
    generate_name: bool,
    /// Template for the name, with Sprig's functions
    #[arg(long, value_name = "TEMPLATE")]
    name_template: Option<String>,
}

impl NameFlags {
    /// The release's name and the chart reference.
    ///
    /// `default` is the name when only a chart is given and no template for one.
    pub(crate) fn name_and_chart(
        &self,
        context: &Context,
        args: &[String],
        default: Option<&str>,
    ) -> Outcome<(String, String)> {
        let template = self.name_template.as_deref().filter(|t| !t.is_empty());
        match args {
            [_, _] if self.generate_name => {
                Err(Failure::message("cannot set --generate-name and also specify a name"))
            }
            [_, _] if template.is_some() => {
                Err(Failure::message("cannot set --name-template and also specify a name"))
            }
            [name, chart] => Ok((name.clone(), chart.clone())),
            [chart] => match (template, default) {
                (Some(template), _) => Ok((from_template(context, template)?, chart.clone())),
                (None, Some(name)) => Ok((name.to_owned(), chart.clone())),
                (None, None) if self.generate_name => Ok((generated(chart), chart.clone())),
                (None, None) => {
                    Err(Failure::message("must either provide a name or specify --generate-name"))
                }
            },
            [] => Err(Failure::usage("expected a chart, or a name and a chart")),
            [_, _, more @ ..] => Err(Failure::message(format!(
                "expected at most two arguments, unexpected arguments: {}",
                more.join(", ")
            ))),
        }
    }
}

fn from_template(context: &Context, template: &str) -> Outcome<String> {
    let zone = rendering::time_zone();
    let host = rendering::host();
    let held = |name: &str| context.environment.all.get(name).cloned().unwrap_or_default();
    render::name_from_template(template, &host, &zone, &held).map_err(Failure::message)
}

fn generated(chart: &str) -> String {
    let base = chart.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let base = base.split('.').next().filter(|b| !b.is_empty()).unwrap_or("chart");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    format!("{base}-{now}")
}
