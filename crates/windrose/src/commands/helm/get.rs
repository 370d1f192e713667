//! `windrose helm get`: parts of a stored revision.

use std::collections::BTreeMap;
use std::fmt::Write;

use release::Release;
use serde_json::{Map, Value};

use super::page::{self, Detail, Notes, Page};
use super::record::{self, InOrder};
use super::{object, status};
use crate::cli::go_flags;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};

/// Get parts of a stored release
#[derive(clap::Args, Clone, Debug)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Part,
}

#[derive(clap::Subcommand, Clone, Debug)]
enum Part {
    /// Everything
    All(Everything),
    /// The hooks
    Hooks(Which),
    /// The manifest
    Manifest(Which),
    /// Name, chart, status
    Metadata(Metadata),
    /// The notes
    Notes(Which),
    /// The values
    Values(Values),
}

#[derive(clap::Args, Clone, Debug)]
struct Which {
    /// The release
    name: String,
    /// This revision instead of the newest
    #[arg(long, value_name = "N", default_value = "0", hide_default_value = true)]
    #[arg(value_parser = |text: &str| go_flags::parse_number::<i64>(text, "ParseInt"))]
    revision: i64,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

#[derive(clap::Args, Clone, Debug)]
struct Everything {
    /// Print by a Go template instead, such as {{.Release.Name}}
    #[arg(long, value_name = "TEMPLATE", default_value = "", hide_default_value = true)]
    template: String,
    #[command(flatten)]
    which: Which,
}

#[derive(clap::Args, Clone, Debug)]
struct Metadata {
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = structured::parse_format)]
    output: Format,
    #[command(flatten)]
    which: Which,
}

#[derive(clap::Args, Clone, Debug)]
struct Values {
    /// With the chart's defaults (computed values)
    #[arg(short, long)]
    all: bool,
    /// How to print
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = structured::parse_format)]
    output: Format,
    #[command(flatten)]
    which: Which,
}

impl Which {
    fn stored(&self, context: &Context) -> Outcome<Release> {
        status::stored(context, &self.cluster, &self.name, self.revision)
    }
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        match self.part {
            Part::All(args) => everything(context, &args),
            Part::Hooks(which) => Ok(context.out(&page::hooks(&which.stored(context)?))?),
            Part::Manifest(which) => {
                Ok(context.out(&format!("{}\n", which.stored(context)?.manifest))?)
            }
            Part::Notes(which) => {
                let notes = which.stored(context)?.info.notes;
                if notes.is_empty() {
                    Ok(())
                } else {
                    Ok(context.out(&format!("NOTES:\n{notes}\n"))?)
                }
            }
            Part::Metadata(args) => {
                let Which { name, revision, cluster } = &args.which;
                let release = status::labelled(context, cluster, name, *revision)?;
                metadata(context, args.output, &release)
            }
            Part::Values(args) => values(context, &args),
        }
    }
}

fn values(context: &Context, args: &Values) -> Outcome {
    let release = args.which.stored(context)?;
    let values = if args.all { computed(&release)? } else { supplied(&release) };
    match args.output {
        Format::Table => {
            let title = if args.all { "COMPUTED VALUES:" } else { "USER-SUPPLIED VALUES:" };
            let yaml = yaml::to_string(&yaml::Value::from_json(&values));
            Ok(context.out(&format!("{title}\n{yaml}"))?)
        }
        Format::Json | Format::Yaml => structured::print(context, args.output, &values),
    }
}

/// What the release was given; Helm tells nothing as null.
fn supplied(release: &Release) -> Value {
    if release.config.is_empty() { Value::Null } else { Value::Object(release.config.clone()) }
}

/// The values that the revision was rendered with.
fn computed(release: &Release) -> Outcome<Value> {
    let map = |value: &Value| match yaml::Value::from_json(value) {
        yaml::Value::Map(map) => map,
        _ => yaml::Map::new(),
    };
    let defaults = map(release.chart.pointer("/values").unwrap_or(&Value::Null));
    let chart = ::chart::Chart { values: defaults.into(), ..::chart::Chart::default() };
    let config = map(&Value::Object(release.config.clone()));
    let (values, _) =
        ::chart::values::coalesce(&chart, &config).map_err(|e| Failure::from_error(&e))?;
    Ok(yaml::Value::Map(values).to_json())
}

fn metadata(context: &Context, format: Format, release: &Release) -> Outcome {
    let shown = ShownMetadata::of(release);
    if format != Format::Table {
        return structured::print(context, format, &shown);
    }
    let method = release.apply_method.map_or("client-side apply (defaulted)", |m| match m {
        release::ApplyMethod::ClientSide => "client-side apply",
        release::ApplyMethod::ServerSide => "server-side apply",
    });
    let annotations = shown.annotations.into_iter().flatten();
    let annotations = pairs(annotations.map(|(k, v)| (k, v.as_str().unwrap_or_default())));
    let labels = pairs(release.labels.iter().map(|(k, v)| (k, v.as_str())));
    let dependencies = shown.dependencies.as_ref().and_then(|all| all.value.as_array());
    let mut dependencies: Vec<&str> = dependencies
        .into_iter()
        .flatten()
        .filter_map(|d| d.get("name").and_then(Value::as_str))
        .collect();
    dependencies.sort_unstable();
    let mut text = String::new();
    for (name, value) in [
        ("NAME", shown.name),
        ("CHART", shown.chart),
        ("VERSION", shown.version),
        ("APP_VERSION", shown.app_version),
        ("ANNOTATIONS", &annotations),
        ("LABELS", &labels),
        ("DEPENDENCIES", &dependencies.join(",")),
        ("NAMESPACE", shown.namespace),
        ("REVISION", &shown.revision.to_string()),
        ("STATUS", shown.status),
        ("DEPLOYED_AT", &shown.deployed_at),
        ("APPLY_METHOD", method),
    ] {
        let _ = writeln!(text, "{name}: {value}");
    }
    Ok(context.out(&text)?)
}

/// What `get metadata` tells programs, in Helm's order.
#[derive(serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownMetadata<'a> {
    name: &'a str,
    chart: &'a str,
    version: &'a str,
    app_version: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<&'a Map<String, Value>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependencies: Option<InOrder<'a>>,
    namespace: &'a str,
    revision: i64,
    status: &'a str,
    deployed_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    apply_method: Option<release::ApplyMethod>,
}

impl<'a> ShownMetadata<'a> {
    fn of(release: &'a Release) -> Self {
        let of_chart = |key: &str| release.chart.get("metadata").and_then(|all| all.get(key));
        let annotations = of_chart("annotations").and_then(Value::as_object);
        let dependencies = of_chart("dependencies").filter(|all| all.as_array().is_some());
        let seconds = |t: jiff::Timestamp| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self {
            name: &release.name,
            chart: release.chart_name(),
            version: release.chart_version(),
            app_version: release.app_version(),
            annotations: annotations.filter(|all| !all.is_empty()),
            labels: &release.labels,
            dependencies: dependencies.map(|value| InOrder { value, shape: record::DEPENDENCIES }),
            namespace: &release.namespace,
            revision: release.version,
            status: release.info.status.as_str(),
            deployed_at: release.info.last_deployed.map(seconds).unwrap_or_default(),
            apply_method: release.apply_method,
        }
    }
}

/// `a=b,c=d`
fn pairs<'a>(pairs: impl Iterator<Item = (&'a String, &'a str)>) -> String {
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

fn everything(context: &Context, args: &Everything) -> Outcome {
    let Which { name, revision, cluster } = &args.which;
    let release = status::labelled(context, cluster, name, *revision)?;
    if !args.template.is_empty() {
        let root = template::Value::map([("Release", object::release(&release))]);
        return Ok(context.out(&object::by_template(&args.template, &root)?)?);
    }
    let detail = Detail::All(both_values(&release)?);
    let page = Page { release: &release, notes: Notes::Shown, resources: String::new(), detail };
    Ok(context.out(&page.text())?)
}

/// The values that were given and those that were rendered with, each below its title.
pub(super) fn both_values(release: &Release) -> Outcome<String> {
    let config = yaml::to_string(&yaml::Value::from_json(&supplied(release)));
    let computed = yaml::to_string(&yaml::Value::from_json(&computed(release)?));
    Ok(format!("USER-SUPPLIED VALUES:\n{config}\nCOMPUTED VALUES:\n{computed}\n"))
}
