//! `windrose helm get`: parts of a stored revision.

use std::fmt::Write;

use release::Release;
use serde_json::{Value, json};

use super::page::{self, Notes};
use super::status::stored;
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
    All(Which),
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
    #[arg(long, value_name = "N")]
    revision: Option<i64>,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

#[derive(clap::Args, Clone, Debug)]
struct Metadata {
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
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
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    which: Which,
}

impl Which {
    fn stored(&self, context: &Context) -> Outcome<Release> {
        stored(context, &self.cluster, &self.name, self.revision)
    }
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        match self.part {
            Part::All(which) => everything(context, &which.stored(context)?),
            Part::Hooks(which) => Ok(context.out(&hooks(&which.stored(context)?))?),
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
            Part::Metadata(args) => metadata(context, args.output, &args.which.stored(context)?),
            Part::Values(args) => values(context, &args),
        }
    }
}

fn hooks(release: &Release) -> String {
    let all = release.hooks.iter();
    all.flat_map(|hook| render::document_parts(&hook.path, &hook.manifest)).collect()
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
    let method = release.apply_method.map_or("client-side apply (defaulted)", |m| match m {
        release::ApplyMethod::ClientSide => "client-side apply",
        release::ApplyMethod::ServerSide => "server-side apply",
    });
    let seconds = |t: jiff::Timestamp| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let deployed = release.info.last_deployed.map(seconds).unwrap_or_default();
    if format != Format::Table {
        return structured::print(
            context,
            format,
            &json!({
                "name": release.name,
                "chart": release.chart_name(),
                "version": release.chart_version(),
                "appVersion": release.app_version(),
                "namespace": release.namespace,
                "revision": release.version,
                "status": release.info.status.as_str(),
                "deployedAt": deployed,
                "applyMethod": method,
            }),
        );
    }
    let annotations = release.chart.pointer("/metadata/annotations").and_then(Value::as_object);
    let annotations =
        pairs(annotations.into_iter().flatten().map(|(k, v)| (k, v.as_str().unwrap_or_default())));
    let labels = pairs(release.labels.iter().map(|(k, v)| (k, v.as_str())));
    let dependencies = release.chart.pointer("/metadata/dependencies").and_then(Value::as_array);
    let mut dependencies: Vec<&str> = dependencies
        .into_iter()
        .flatten()
        .filter_map(|d| d.get("name").and_then(Value::as_str))
        .collect();
    dependencies.sort_unstable();
    let dependencies = dependencies.join(",");
    Ok(context.out(&format!(
        "NAME: {}\nCHART: {}\nVERSION: {}\nAPP_VERSION: {}\nANNOTATIONS: {}\nLABELS: {}\nDEPENDENCIES: {}\nNAMESPACE: {}\nREVISION: {}\nSTATUS: {}\nDEPLOYED_AT: {deployed}\nAPPLY_METHOD: {method}\n",
        release.name,
        release.chart_name(),
        release.chart_version(),
        release.app_version(),
        annotations,
        labels,
        dependencies,
        release.namespace,
        release.version,
        release.info.status.as_str(),
    ))?)
}

/// `a=b,c=d`
fn pairs<'a>(pairs: impl Iterator<Item = (&'a String, &'a str)>) -> String {
    pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
}

fn everything(context: &Context, release: &Release) -> Outcome {
    let page = page::page(release, Notes::Hidden);
    let (head, tests) = page.split_once("DESCRIPTION: ").unwrap_or((&page, ""));
    let config = yaml::to_string(&yaml::Value::from_json(&supplied(release)));
    let computed = yaml::to_string(&yaml::Value::from_json(&computed(release)?));
    let mut text = format!(
        "{head}CHART: {}\nVERSION: {}\nAPP_VERSION: {}\nDESCRIPTION: {tests}",
        release.chart_name(),
        release.chart_version(),
        release.app_version(),
    );
    let _ = write!(
        text,
        "USER-SUPPLIED VALUES:\n{config}\nCOMPUTED VALUES:\n{computed}\nHOOKS:\n{}MANIFEST:\n{}\n",
        hooks(release),
        release.manifest
    );
    if !release.info.notes.is_empty() {
        let _ = writeln!(text, "NOTES:\n{}", release.info.notes.trim());
    }
    Ok(context.out(&text)?)
}
