//! A chart's declared dependencies, fetched into its `charts/` and written to its lock file.
//!
//! **Invariant**: nothing changes below the chart before everything is there and checked; each file
//! appears whole. Repositories are asked side by side, and each for its index once.
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use chart::{Chart, Dependency, ImportValue};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::future::try_join_all;
use yaml::{Map, Value};

use crate::address::Address;
use crate::cache::{sha256, write_whole};
use crate::fetcher::{Access, ChartReference, Fetcher};
use crate::repositories::{self, Repository, same_url};
use crate::{Error, FetchError, read_chart};

/// A dependency that was found: its version, and its archive if one belongs into `charts/`.
struct Found {
    version: String,
    archive: Option<(String, Vec<u8>)>,
}

impl Fetcher {
    /// Fetches the dependencies of the chart in a folder and writes its lock file, as
    /// `helm dependency update` does; `now` goes into the lock file. Tells what it did.
    pub async fn update_dependencies(
        &self,
        folder: &Path,
        chart: &Chart,
        now: &str,
    ) -> Result<Vec<String>, FetchError> {
        let known = repositories::read(&self.settings.repository_config)?;
        let mut wanted = chart.metadata.dependencies.clone().unwrap_or_default();
        name_repositories(&mut wanted, &known)?;
        let indexes = self.indexes(&wanted, &known).await?;
        let all = wanted.iter().map(|d| self.dependency(folder, d, &known, &indexes));
        let found = try_join_all(all).await?;
        let mut notes = vec![format!("Saving {} charts", found.len())];
        let from = wanted.iter().filter(|d| !d.repository.is_empty());
        notes.extend(from.map(|d| format!("Downloading {} from repo {}", d.name, d.repository)));
        save(folder, &wanted, &found)?;
        write_lock(folder, chart, &wanted, &found, now)?;
        Ok(notes)
    }

    async fn indexes(
        &self,
        wanted: &[Dependency],
        known: &[Repository],
    ) -> Result<BTreeMap<String, Bytes>, FetchError> {
        let mut urls: Vec<&str> = wanted.iter().map(|d| d.repository.as_str()).collect();
        urls.retain(|url| url.starts_with("http://") || url.starts_with("https://"));
        urls.sort_unstable();
        urls.dedup();
        let all = urls.into_iter().map(async |url| {
            let base = Address::parse(url).ok_or(FetchError::Address { text: url.to_owned() })?;
            let data = self.index(&base, &access(url, known)).await.map_err(|cause| {
                FetchError::NotARepository { url: base.to_string(), cause: Box::new(cause) }
            })?;
            Ok::<_, FetchError>((url.to_owned(), data))
        });
        Ok(try_join_all(all).await?.into_iter().collect())
    }

    async fn dependency(
        &self,
        folder: &Path,
        wanted: &Dependency,
        known: &[Repository],
        indexes: &BTreeMap<String, Bytes>,
    ) -> Result<Found, FetchError> {
        let constraint = if wanted.version.is_empty() { "*" } else { &wanted.version };
        if !chart::version::is_constraint(constraint) {
            return Err(failed(format!(
                "dependency {:?} has an invalid version/constraint format: improper constraint: {}",
                wanted.name, wanted.version
            )));
        }
        let url = wanted.repository.as_str();
        if url.is_empty() {
            let (_, version) = local(&folder.join("charts").join(&wanted.name), wanted)?;
            // The lock names what was asked for, as Helm writes it.
            drop(version);
            return Ok(Found { version: wanted.version.clone(), archive: None });
        }
        if let Some(path) = url.strip_prefix("file://") {
            let (chart, version) = local(&folder.join(path), wanted)?;
            let archive = pack(&chart)
                .map_err(|cause| FetchError::File { path: folder.join(path), cause })?;
            let name = format!("{}-{version}.tgz", chart.metadata.name);
            return Ok(Found { version, archive: Some((name, archive)) });
        }
        let access = access(url, known);
        let fetched = if url.starts_with("oci://") {
            let name = format!("{}/{}", url.trim_end_matches('/'), wanted.name);
            let reference = ChartReference {
                name,
                version: wanted.version.clone(),
                ..ChartReference::default()
            };
            self.chart(&reference, &access).await
        } else {
            let reference = ChartReference {
                name: wanted.name.clone(),
                repository: Some(url.to_owned()),
                version: wanted.version.clone(),
                ..ChartReference::default()
            };
            self.indexed_chart(&reference, &access, indexes.get(url)).await
        };
        let fetched = fetched.map_err(|error| match error {
            FetchError::NoChart { hint, .. } => FetchError::NoChart {
                message: format!(
                    "can't get a valid version for 1 subchart(s): {:?} (repository {url:?}, version {:?}). Make sure a matching chart version exists in the repo, or change the version constraint in Chart.yaml",
                    wanted.name, wanted.version
                ),
                hint,
            },
            error => error,
        })?;
        let files = read_chart(&fetched.path)?;
        let chart = chart::load(files).map_err(Error::Chart)?;
        let data = fs::read(&fetched.path)
            .map_err(|cause| FetchError::File { path: fetched.path.clone(), cause })?;
        Ok(Found { version: chart.metadata.version, archive: Some((fetched.file_name, data)) })
    }
}

fn failed(message: String) -> FetchError {
    FetchError::Dependency { message }
}

/// What is known of a repository by its address.
fn access(url: &str, known: &[Repository]) -> Access {
    let found = known.iter().find(|repository| same_url(&repository.url, url));
    found.map_or_else(Access::default, |repository| Access {
        login: repository.login.clone(),
        pass_credentials: repository.pass_credentials,
        tls: repository.tls.clone(),
        plain_http: false,
    })
}

/// Puts addresses where `@name` and `alias:name` stand.
fn name_repositories(wanted: &mut [Dependency], known: &[Repository]) -> Result<(), FetchError> {
    let mut missing = Vec::new();
    for dependency in wanted {
        let url = &dependency.repository;
        let alias = url.strip_prefix('@').or_else(|| url.strip_prefix("alias:"));
        match alias {
            Some(name) => match known.iter().find(|repository| repository.name == name) {
                Some(found) => dependency.repository.clone_from(&found.url),
                None => missing.push(url.clone()),
            },
            None if url.is_empty() || url.contains("://") => {}
            None => missing.push(url.clone()),
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(failed(format!(
        "no repository definition for {missing}. Please add them via 'helm repo add'"
    )))
}

/// A chart in a folder, and its version, which the dependency must allow.
fn local(path: &Path, wanted: &Dependency) -> Result<(Chart, String), FetchError> {
    if !path.exists() {
        return Err(failed(format!("directory {} not found", path.display())));
    }
    let chart = chart::load(read_chart(path)?).map_err(Error::Chart)?;
    let version = chart.metadata.version.clone();
    if wanted.version.is_empty() || chart::version::is_compatible(&wanted.version, &version) {
        return Ok((chart, version));
    }
    Err(failed(format!(
        "dependency {} at version {version} does not satisfy the constraint {}",
        wanted.name, wanted.version
    )))
}

/// An archive of the chart's files, the same for the same files.
fn pack(chart: &Chart) -> std::io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for file in &chart.raw {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(file.data.len() as u64);
        let name = format!("{}/{}", chart.metadata.name, file.name);
        tar.append_data(&mut header, name, &*file.data)?;
    }
    tar.into_inner()?.finish()
}

/// Writes the archives and removes those of other versions.
fn save(folder: &Path, wanted: &[Dependency], found: &[Found]) -> Result<(), FetchError> {
    let charts = folder.join("charts");
    let at = |path: &Path| {
        let path = path.to_owned();
        move |cause| FetchError::File { path, cause }
    };
    if charts.exists() && !charts.is_dir() {
        return Err(failed(format!("{:?} is not a directory", charts.display().to_string())));
    }
    fs::create_dir_all(&charts).map_err(at(&charts))?;
    let mut names = Vec::new();
    for (name, data) in found.iter().filter_map(|found| found.archive.as_ref()) {
        let path = charts.join(name);
        write_whole(&path, data).map_err(at(&path))?;
        names.push(path);
    }
    for entry in fs::read_dir(&charts).map_err(at(&charts))?.flatten() {
        let path = entry.path();
        if path.is_dir() || names.contains(&path) {
            continue;
        }
        // What is no chart is none of ours.
        let Some(chart) = read_chart(&path).ok().and_then(|files| chart::load(files).ok()) else {
            continue;
        };
        let is_local = |d: &Dependency| d.repository.is_empty() && d.name == chart.metadata.name;
        if !wanted.iter().any(is_local) {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    Ok(())
}

fn write_lock(
    folder: &Path,
    chart: &Chart,
    wanted: &[Dependency],
    found: &[Found],
    now: &str,
) -> Result<(), FetchError> {
    let locked: Vec<Dependency> = wanted
        .iter()
        .zip(found)
        .map(|(wanted, found)| Dependency {
            name: wanted.name.clone(),
            version: found.version.clone(),
            repository: wanted.repository.clone(),
            ..Dependency::default()
        })
        .collect();
    let json = |all: &[Dependency]| all.iter().map(go_json).collect::<Vec<_>>().join(",");
    let digest = format!(
        "sha256:{}",
        sha256(format!("[[{}],[{}]]", json(wanted), json(&locked)).as_bytes())
    );
    if chart.lock.as_ref().is_some_and(|lock| lock.digest == digest) {
        return Ok(());
    }
    let text = |text: &str| Value::String(text.to_owned());
    let entries = locked.iter().map(|d| {
        let pairs = [("name", &d.name), ("repository", &d.repository), ("version", &d.version)];
        let filled = pairs.iter().filter(|(key, value)| *key != "version" || !value.is_empty());
        Value::Map(filled.map(|(key, value)| ((*key).to_owned(), text(value))).collect())
    });
    let lock = Map::from([
        ("dependencies".to_owned(), Value::List(entries.collect())),
        ("digest".to_owned(), text(&digest)),
        ("generated".to_owned(), text(now)),
    ]);
    let old = chart.metadata.api_version == "v1";
    let path: PathBuf = folder.join(if old { "requirements.lock" } else { "Chart.lock" });
    if path.is_symlink() {
        return Err(failed(format!("the {} file is a symlink", path.display())));
    }
    write_whole(&path, yaml::to_string(&Value::Map(lock)).as_bytes())
        .map_err(|cause| FetchError::File { path, cause })
}

/// A dependency as Go prints it, for the digest.
fn go_json(dependency: &Dependency) -> String {
    let text = |text: &str| yaml::json::to_string(&Value::String(text.to_owned()));
    let mut fields = vec![format!("\"name\":{}", text(&dependency.name))];
    let optional =
        |key: &str, value: &str| (!value.is_empty()).then(|| format!("\"{key}\":{}", text(value)));
    fields.extend(optional("version", &dependency.version));
    fields.push(format!("\"repository\":{}", text(&dependency.repository)));
    fields.extend(optional("condition", &dependency.condition));
    if !dependency.tags.is_empty() {
        let tags: Vec<String> = dependency.tags.iter().map(|tag| text(tag)).collect();
        fields.push(format!("\"tags\":[{}]", tags.join(",")));
    }
    if !dependency.import_values.is_empty() {
        let values: Vec<String> = dependency
            .import_values
            .iter()
            .map(|value| match value {
                ImportValue::Export(name) => text(name),
                ImportValue::Path { child, parent } => {
                    format!("{{\"child\":{},\"parent\":{}}}", text(child), text(parent))
                }
                ImportValue::Other(value) => yaml::json::to_string(value),
            })
            .collect();
        fields.push(format!("\"import-values\":[{}]", values.join(",")));
    }
    fields.extend(optional("alias", &dependency.alias));
    format!("{{{}}}", fields.join(","))
}
