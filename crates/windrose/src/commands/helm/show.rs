//! `windrose helm show`: parts of a chart that is not installed.

mod jsonpath;

use std::fmt::Write as _;

use ::chart::{Chart, File};

use super::chart::ChartFlags;
use crate::cli::tree::Run;
use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Show parts of a chart
#[derive(clap::Args, Clone, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Part,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Part {
    /// Definition, values, README and CRDs
    All(Which),
    /// The definition: Chart.yaml
    Chart(Which),
    /// The files below crds/
    Crds(Which),
    /// The README
    Readme(Which),
    /// The values file
    Values(Values),
}

#[derive(clap::Args, Clone, Debug)]
struct Which {
    /// The chart: a folder, an archive, or something from elsewhere
    #[arg(value_name = "CHART")]
    reference: String,
    #[command(flatten)]
    chart: ChartFlags,
}

#[derive(clap::Args, Clone, Debug)]
struct Values {
    /// Only what this JSONPath template selects
    #[arg(long, value_name = "TEMPLATE")]
    jsonpath: Option<String>,
    #[command(flatten)]
    which: Which,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let open = |which: &Which| which.chart.open(context, &which.reference);
        let text = match &self.part {
            Part::All(which) => everything(&open(which)?),
            Part::Chart(which) => definition(&open(which)?),
            Part::Crds(which) => crds(&open(which)?),
            Part::Readme(which) => readme(&open(which)?).unwrap_or_default(),
            Part::Values(which) => {
                let chart = open(&which.which)?;
                match which.jsonpath.as_deref().filter(|path| !path.is_empty()) {
                    Some(template) => chosen(template, &chart)?,
                    None => values(&chart).unwrap_or_default(),
                }
            }
        };
        Ok(context.out(&text)?)
    }
}

/// What a template chooses of the values; as in Helm, nothing where it asks for what there is not.
fn chosen(template: &str, chart: &Chart) -> Outcome<String> {
    let values = yaml::Value::Map(chart.values.to_map()).to_json();
    let template = jsonpath::Template::parse(template)
        .map_err(|error| Failure::message(format!("error parsing jsonpath {template}: {error}")))?;
    Ok(template.print(&values).unwrap_or_default())
}

fn everything(chart: &Chart) -> String {
    let mut text = definition(chart);
    for part in [values(chart), readme(chart)].into_iter().flatten() {
        text.push_str("---\n");
        text.push_str(&part);
    }
    text.push_str(&crds(chart));
    text
}

/// What Helm read of `Chart.yaml`, written anew.
fn definition(chart: &Chart) -> String {
    let metadata = yaml::Value::from_json(&release::chart_metadata(&chart.metadata));
    format!("{}\n", yaml::to_string(&metadata))
}

fn values(chart: &Chart) -> Option<String> {
    chart.raw_values.as_ref().map(line)
}

fn readme(chart: &Chart) -> Option<String> {
    const NAMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];
    let is_readme = |file: &&File| NAMES.iter().any(|name| file.name.eq_ignore_ascii_case(name));
    chart.files.iter().find(is_readme).map(line)
}

fn crds(chart: &Chart) -> String {
    chart.crds().iter().fold(String::new(), |mut text, crd| {
        let mark = if crd.data.starts_with(b"---") { "" } else { "---\n" };
        let _ = writeln!(text, "{mark}{}", String::from_utf8_lossy(&crd.data));
        text
    })
}

fn line(file: &File) -> String {
    format!("{}\n", file.text())
}
