//! A chart's directory or archive as the rules of `helm lint` ask for it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chart::ignore::{Entry as Listed, Rules};
use chart::{Chart, File, Limits};
use render::lint::{Contents, Entry, Folder, Kind};
use source::{Links, Told};

use crate::commands::helm::go_files::{clean, followed, words};
use crate::context::Context;
use crate::output::log;

/// A folder, and the chart that is installed from it.
pub(super) struct Looked {
    /// What Helm's rules are about.
    pub(super) folder: Folder,
    /// The chart with everything that an archive holds, ignored or not.
    pub(super) chart: Option<Chart>,
}

/// Looks at the chart at a path; the error is Helm's.
pub(super) fn read(context: &Context, path: &str) -> Result<Looked, String> {
    if is_archive(path) { archive(context, path) } else { directory(context, path) }
}

/// The charts below `charts/` of a chart, in name order, as Helm walks them.
pub(super) fn below(context: &Context, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    walk(context, &clean(&format!("{path}/charts")), &mut found);
    found
}

fn walk(context: &Context, path: &str, found: &mut Vec<String>) {
    let Ok(metadata) = fs::symlink_metadata(context.path(Path::new(path))) else { return };
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    if name == "Chart.yaml" {
        found.push(folder.to_owned());
    } else if is_archive(path) {
        found.push(path.to_owned());
    }
    if !metadata.is_dir() {
        return;
    }
    let Ok(entries) = fs::read_dir(context.path(Path::new(path))) else { return };
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    for name in names {
        walk(context, &format!("{path}/{name}"), found);
    }
}

#[expect(clippy::case_sensitive_file_extension_comparisons, reason = "as Helm compares them")]
fn is_archive(path: &str) -> bool {
    path.ends_with(".tgz") || path.ends_with(".tar.gz")
}

fn directory(context: &Context, path: &str) -> Result<Looked, String> {
    let file = clean(&format!("{path}/Chart.yaml"));
    if let Err(error) = fs::metadata(context.path(Path::new(&file))) {
        let error = words(&error);
        return Err(format!("unable to check Chart.yaml file in chart: stat {file}: {error}"));
    }
    let root = PathBuf::from(clean(&context.path(Path::new(path)).to_string_lossy()));
    let shown = root.to_string_lossy().into_owned();
    // Helm loads the chart twice, for two of its rules.
    let mut links = Vec::new();
    let mut tell = |told: Told<'_>| match told {
        Told::Link(path, to) => links.push(followed(path, to)),
        Told::File(..) => {}
    };
    let chart = source::read_chart_with(&root, Links::Follow, &mut tell)
        .map_err(|error| error.helm_text())
        .and_then(load);
    for link in links.iter().chain(&links) {
        log::say_late(context.errors, link);
    }
    let installed = chart.as_ref().ok().map(|(chart, _)| chart.clone());
    let folder = Folder {
        chart_file: contents(&root, "Chart.yaml"),
        values_file: contents(&root, "values.yaml"),
        schema_file: contents(&root, "values.schema.json"),
        templates: kind(&root, "templates"),
        crds: kind(&root, "crds"),
        chart,
        path: shown,
    };
    Ok(Looked { folder, chart: installed })
}

fn contents(root: &Path, name: &str) -> Entry<Contents> {
    let path = root.join(name);
    let found = match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Entry::Missing,
        Err(error) => {
            return Entry::Unreadable(format!("stat {}: {}", path.display(), words(&error)));
        }
        Ok(found) => found,
    };
    if found.is_dir() {
        return Entry::Present(Contents::Directory(format!(
            "read {}: is a directory",
            path.display()
        )));
    }
    match fs::read(&path) {
        Ok(data) => Entry::Present(Contents::File(data)),
        Err(error) => Entry::Unreadable(format!("open {}: {}", path.display(), words(&error))),
    }
}

fn kind(root: &Path, name: &str) -> Entry<Kind> {
    let path = root.join(name);
    match fs::metadata(&path) {
        Ok(found) if found.is_dir() => Entry::Present(Kind::Directory),
        Ok(_) => Entry::Present(Kind::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Entry::Missing,
        Err(error) => Entry::Unreadable(format!("stat {}: {}", path.display(), words(&error))),
    }
}

/// An archive is linted as the directory that it would unpack to.
fn archive(context: &Context, path: &str) -> Result<Looked, String> {
    let data = fs::read(context.path(Path::new(path)))
        .map_err(|error| format!("unable to open tarball: open {path}: {}", words(&error)))?;
    let unpacked = |error: String| format!("unable to extract tarball: {error}");
    let files = chart::unpack(&data, Limits::default()).map_err(|e| unpacked(e.to_string()))?;
    let name = name_inside(&files).map_err(unpacked)?;
    let file = |name: &str| files.iter().find(|file| file.name == name);
    let contents = |name: &str| match file(name) {
        Some(file) => Entry::Present(Contents::File(file.data.to_vec())),
        None => Entry::Missing,
    };
    let kind = |name: &str| {
        let below = format!("{name}/");
        if files.iter().any(|file| file.name.starts_with(&below)) {
            Entry::Present(Kind::Directory)
        } else if file(name).is_some() {
            Entry::Present(Kind::Other)
        } else {
            Entry::Missing
        }
    };
    let (chart_file, values_file, schema_file) =
        (contents("Chart.yaml"), contents("values.yaml"), contents("values.schema.json"));
    let (templates, crds) = (kind("templates"), kind("crds"));
    let installed = load(files.clone()).ok().map(|(chart, _)| chart);
    let folder = Folder {
        path: clean(&context.path(Path::new(path)).join(name).to_string_lossy()),
        chart_file,
        values_file,
        schema_file,
        templates,
        crds,
        chart: without_ignored(files).and_then(load),
    };
    Ok(Looked { folder, chart: installed })
}

/// The name of the chart in an archive: that of the directory it unpacks to.
fn name_inside(files: &[File]) -> Result<String, String> {
    let mut name = String::new();
    for file in files.iter().filter(|file| file.name == "Chart.yaml") {
        let metadata = chart::Metadata::read(&file.data);
        name = metadata.map_err(|error| format!("cannot load Chart.yaml: {error}"))?.name;
    }
    match name.as_str() {
        "" => Err("chart name not specified".to_owned()),
        "." | ".." => Err(format!("chart name {name:?} is not allowed")),
        _ if name.contains('/') => {
            Err(format!("chart name {name:?} must not contain path separators"))
        }
        _ => Ok(name),
    }
}

/// The files in the order of a directory, `.helmignore` applied.
fn without_ignored(mut files: Vec<File>) -> Result<Vec<File>, String> {
    let ignore = files.iter().find(|file| file.name == ".helmignore");
    let text = ignore.map_or(&b""[..], |file| &file.data);
    let rules = Rules::parse(text).map_err(|error| error.to_string())?;
    files.retain(|file| {
        let folders = file.name.match_indices('/').map(|(at, _)| &file.name[..at]);
        !rules.ignores(&file.name, Listed::File)
            && !folders.into_iter().any(|folder| rules.ignores(folder, Listed::Directory))
    });
    // A file that comes twice is written twice: the last one stays.
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<File> =
        files.into_iter().rev().filter(|f| seen.insert(f.name.clone())).collect();
    kept.sort_by(|a, b| a.name.split('/').cmp(b.name.split('/')));
    Ok(kept)
}

fn load(files: Vec<File>) -> Result<(Chart, Vec<chart::Warning>), String> {
    chart::load_any_version(files).map_err(|error| error.to_string())
}
