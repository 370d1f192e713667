//! Rules about `Chart.yaml`: what it says, and of which types.
use chart::{Metadata, version};
use yaml::quote::quote;
use yaml::{Numbers, Value};

use super::address::{is_email, is_url};
use super::{Contents, Folder, Linted, Severity};

const FILE: &str = "Chart.yaml";

pub(super) fn check(linted: &mut Linted, folder: &Folder) {
    if let Some(Contents::Directory(_)) = folder.chart_file.present() {
        let text = "should be a file, not a directory".to_owned();
        linted.rule(Severity::Error, FILE, Err(text));
    }
    let read = folder.chart_file.read().and_then(|data| Ok((data, Metadata::read(data)?)));
    let (data, chart) = match read {
        Ok(read) => read,
        Err(cause) => {
            linted.rule(Severity::Error, FILE, Err(format!("unable to parse YAML\n\t{cause}")));
            return;
        }
    };
    let strict = match Metadata::strict_problem(data) {
        Some(cause) => Err(format!("failed to strictly parse chart metadata file\n\t{cause}")),
        None => Ok(()),
    };
    linted.rule(Severity::Warning, FILE, strict);
    let untyped = yaml::map_from_slice(data, Numbers::Float64).unwrap_or_default();
    for (severity, result) in [
        (Severity::Error, name(&chart)),
        (Severity::Error, api_version(&chart)),
        (Severity::Error, is_text(&untyped, "version")),
        (Severity::Error, chart_version(&chart)),
        (Severity::Error, is_text(&untyped, "appVersion")),
        (Severity::Error, maintainers(&chart)),
        (Severity::Error, sources(&chart)),
        (Severity::Info, icon_is_there(&chart)),
        (Severity::Error, icon(&chart)),
        (Severity::Error, kind(&chart)),
        (Severity::Error, dependencies(&chart)),
        (Severity::Warning, strict_version(&chart)),
    ] {
        linted.rule(severity, FILE, result);
    }
}

fn refuse(text: impl Into<String>) -> Result<(), String> {
    Err(text.into())
}

fn name(chart: &Metadata) -> Result<(), String> {
    if chart.name.is_empty() {
        return refuse("name is required");
    }
    // The last segment of a path is the whole of it.
    let trimmed = chart.name.trim_end_matches('/');
    let base = match trimmed.rsplit('/').next() {
        Some("") | None => "/",
        Some(base) => base,
    };
    if base == chart.name {
        return Ok(());
    }
    refuse(format!("chart name {} is invalid", quote(&chart.name)))
}

fn api_version(chart: &Metadata) -> Result<(), String> {
    let rule = "The value must be either \"v1\" or \"v2\"";
    match chart.api_version.as_str() {
        "" => refuse(format!("apiVersion is required. {rule}")),
        "v1" | "v2" => Ok(()),
        other => refuse(format!("apiVersion '{other}' is not valid. {rule}")),
    }
}

fn is_text(untyped: &yaml::Map, key: &str) -> Result<(), String> {
    let found = match untyped.get(key) {
        None | Some(Value::String(_)) => return Ok(()),
        Some(Value::Int(_) | Value::Uint(_)) => "float64",
        Some(other) => other.go_type(),
    };
    refuse(format!("{key} should be of type string but it's of type {found}"))
}

fn chart_version(chart: &Metadata) -> Result<(), String> {
    let version = chart.version.as_str();
    if version.is_empty() {
        return refuse("version is required");
    }
    if !version::is_valid(version) {
        return refuse(format!("version '{version}' is not a valid SemVer"));
    }
    if version::is_lowest(version) {
        let plain = version.strip_prefix('v').unwrap_or(version);
        let build = plain.split_once('+').map_or("", |(_, build)| build);
        let plus = if build.is_empty() { "" } else { "+" };
        let canonical = quote(format!("0.0.0-0{plus}{build}"));
        return refuse(format!("version {canonical} is less than or equal to \"0.0.0-0\""));
    }
    Ok(())
}

fn strict_version(chart: &Metadata) -> Result<(), String> {
    if version::is_strict(&chart.version) {
        return Ok(());
    }
    refuse(format!("version '{}' is not a valid SemVerV2", chart.version))
}

fn maintainers(chart: &Metadata) -> Result<(), String> {
    for (at, maintainer) in chart.maintainers.iter().enumerate() {
        if chart.null_maintainer() == Some(at) {
            return refuse("a maintainer entry is empty");
        }
        let chart::Maintainer { name, email, url } = maintainer;
        if name.is_empty() {
            return refuse("each maintainer requires a name");
        }
        if !email.is_empty() && !is_email(email) {
            return refuse(format!("invalid email '{email}' for maintainer '{name}'"));
        }
        if !url.is_empty() && !is_url(url) {
            return refuse(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    match chart.null_maintainer() {
        Some(_) => refuse("a maintainer entry is empty"),
        None => Ok(()),
    }
}

fn sources(chart: &Metadata) -> Result<(), String> {
    match chart.sources.iter().find(|source| !functions::is_request_url(source)) {
        Some(source) => refuse(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon_is_there(chart: &Metadata) -> Result<(), String> {
    if chart.icon.is_empty() { refuse("icon is recommended") } else { Ok(()) }
}

fn icon(chart: &Metadata) -> Result<(), String> {
    if chart.icon.is_empty() || functions::is_request_url(&chart.icon) {
        return Ok(());
    }
    refuse(format!("invalid icon URL '{}'", chart.icon))
}

fn kind(chart: &Metadata) -> Result<(), String> {
    let version = chart.api_version.as_str();
    if chart.kind.is_empty() || version == "v2" {
        return Ok(());
    }
    refuse(format!(
        "chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"
    ))
}

fn dependencies(chart: &Metadata) -> Result<(), String> {
    let version = chart.api_version.as_str();
    if chart.dependencies.iter().flatten().next().is_none() || version == "v2" {
        return Ok(());
    }
    refuse(format!(
        "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid \
         in apiVersion 'v2'"
    ))
}
