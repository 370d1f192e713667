//! From files to a [`Chart`]: which file is what, and the charts below `charts/`.
use std::collections::BTreeMap;

use crate::metadata::{self, Lock, Metadata};
use crate::{Chart, Error, File, Limits, Warning, unpack, values};

/// Builds a chart from its files, whose names are relative to the chart's root.
pub fn load(files: Vec<File>) -> Result<Chart, Error> {
    load_with_warnings(files).map(|(chart, _)| chart)
}

/// As [`load`], with what Helm would have logged.
pub fn load_with_warnings(files: Vec<File>) -> Result<(Chart, Vec<Warning>), Error> {
    load_expected(files, &values::Ahead::default())
}

/// The same; some of the values may have been read by now.
pub fn load_expected(
    files: Vec<File>,
    values: &values::Ahead,
) -> Result<(Chart, Vec<Warning>), Error> {
    let mut warnings = Vec::new();
    // Helm asks the outermost chart alone for its version, before anything else.
    if let Some(file) = files.iter().find(|f| f.name == "Chart.yaml") {
        let version = Metadata::api_version_of(file)?;
        if !matches!(version.as_str(), "" | "v1" | "v2" | "v3") {
            return Err(Error::Unsupported);
        }
    }
    let chart = load_files(files, &mut Loading { values, warnings: &mut warnings })?;
    Ok((chart, warnings))
}

/// As [`load_with_warnings`], but whatever `apiVersion` the outermost chart names, as `helm lint`
/// loads it.
pub fn load_any_version(files: Vec<File>) -> Result<(Chart, Vec<Warning>), Error> {
    let mut warnings = Vec::new();
    let values = values::Ahead::default();
    let chart = load_files(files, &mut Loading { values: &values, warnings: &mut warnings })?;
    Ok((chart, warnings))
}

/// What all charts inside each other share while they are loaded.
struct Loading<'a> {
    values: &'a values::Ahead,
    warnings: &'a mut Vec<Warning>,
}

fn load_files(files: Vec<File>, loading: &mut Loading<'_>) -> Result<Chart, Error> {
    let mut chart = Chart { raw: files.clone(), ..Chart::default() };
    let mut present = false;
    for file in files.iter().filter(|f| f.name == "Chart.yaml") {
        chart.metadata.decode(file)?;
        if chart.metadata.api_version.is_empty() {
            "v1".clone_into(&mut chart.metadata.api_version);
        }
        present = true;
    }
    let mut below: BTreeMap<String, Vec<File>> = BTreeMap::new();
    for file in files {
        match file.name.as_str() {
            "Chart.yaml" => {}
            "requirements.yaml" | "requirements.lock" => present = true,
            _ => {}
        }
        place(&mut chart, file, &mut below, loading)?;
    }
    if !present {
        return Err(Error::Missing);
    }
    chart.metadata.validate()?;
    for (name, files) in below {
        if let Some(dependency) = load_below(&chart, &name, files, loading)? {
            chart.dependencies.push(dependency);
        }
    }
    Ok(chart)
}

fn place(
    chart: &mut Chart,
    file: File,
    below: &mut BTreeMap<String, Vec<File>>,
    loading: &mut Loading<'_>,
) -> Result<(), Error> {
    match file.name.as_str() {
        "Chart.yaml" => {}
        "Chart.lock" => chart.lock = Some(Lock::decode(&file)?),
        "values.yaml" => {
            let values = loading.values.values(&file.data);
            chart.values = values.map_err(|e| Error::file(&file, e))?;
            chart.raw_values = Some(file);
        }
        "values.schema.json" => chart.schema = Some(file),
        "requirements.yaml" => {
            chart.metadata.decode(&file)?;
            keep_if_v1(chart, file, metadata::OLD_DEPENDENCIES, loading.warnings);
        }
        "requirements.lock" => {
            chart.lock = Some(Lock::decode(&file)?);
            keep_if_v1(chart, file, metadata::OLD_LOCK, loading.warnings);
        }
        name if name.starts_with("templates/") => chart.templates.push(file),
        name if name.starts_with("charts/") && extension(name) != Some("prov") => {
            let rest = name["charts/".len()..].to_owned();
            let first = rest.split('/').next().unwrap_or_default().to_owned();
            below.entry(first).or_default().push(File { name: rest, data: file.data });
        }
        _ => chart.files.push(file),
    }
    Ok(())
}

fn keep_if_v1(chart: &mut Chart, file: File, warning: &str, warnings: &mut Vec<Warning>) {
    if chart.metadata.api_version == "v1" {
        chart.files.push(file);
    } else {
        warnings.push(Warning::plain(warning));
    }
}

fn load_below(
    chart: &Chart,
    name: &str,
    files: Vec<File>,
    loading: &mut Loading<'_>,
) -> Result<Option<Chart>, Error> {
    if name.starts_with(['_', '.']) {
        return Ok(None);
    }
    let loaded = if extension(name) == Some("tgz") {
        let Some(file) = files.first() else { return Ok(None) };
        if file.name != name {
            return Err(Error::SubchartArchive {
                chart: chart.name().to_owned(),
                name: name.to_owned(),
                found: file.name.clone(),
            });
        }
        unpack(&file.data, Limits::default()).and_then(|files| load_files(files, loading))
    } else {
        let inside = files.into_iter().filter_map(|file| {
            let (_, rest) = file.name.split_once('/')?;
            Some(File { name: rest.to_owned(), data: file.data })
        });
        load_files(inside.collect(), loading)
    };
    loaded.map(Some).map_err(|cause| Error::Subchart {
        name: name.to_owned(),
        chart: chart.name().to_owned(),
        cause: Box::new(cause),
    })
}

fn extension(name: &str) -> Option<&str> {
    name.rsplit('/').next()?.rsplit_once('.').map(|(_, extension)| extension)
}
