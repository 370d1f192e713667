//! What can go wrong with a chart.
//!
//! Texts are Helm's where Helm has one: `helm template` and `windrose helm template` fail alike.

use std::sync::Arc;

use diagnostic::{Diagnostic, Source};

use crate::{File, Metadata, version};

/// Why a chart or its values were refused.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The archive breaks a rule or a limit.
    #[error("{0}")]
    Archive(String),
    /// A file of the chart cannot be read as what it should be.
    #[error("cannot load {file}: {message}")]
    File {
        /// The file's name below the chart's root.
        file: String,
        /// Why, in the words of Go's decoder.
        message: String,
        /// The keys and indexes of a field of the wrong type.
        at: Vec<String>,
    },
    /// There is no `Chart.yaml`.
    #[error("Chart.yaml file is missing")]
    Missing,
    /// The `apiVersion` is none that Helm reads.
    #[error("unsupported chart version")]
    Unsupported,
    /// The `apiVersion` is one that Helm reads, but does not install: `v3`.
    #[error("invalid chart apiVersion")]
    NotYet,
    /// The metadata breaks a rule.
    #[error("validation: {0}")]
    Validation(String),
    /// A chart below `charts/` cannot be loaded.
    #[error("error unpacking subchart {name} in {chart}: {cause}")]
    Subchart {
        /// The entry below `charts/`.
        name: String,
        /// The chart that holds it.
        chart: String,
        /// Why.
        cause: Box<Error>,
    },
    /// An archive below `charts/` lies where a directory was expected.
    #[error("error unpacking subchart tar in {chart}: expected {name}, got {found}")]
    SubchartArchive {
        /// The chart that holds it.
        chart: String,
        /// The entry below `charts/`.
        name: String,
        /// The file that was found.
        found: String,
    },
    /// A `.helmignore` line is not understood.
    #[error("{0}")]
    Ignore(String),
    /// The values of a dependency are not a table.
    #[error("{0}")]
    Coalesce(String),
    /// A `--set` argument or a values file is malformed.
    #[error("{0}")]
    Values(String),
    /// The values break a chart's schema.
    #[error(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{text}"
    )]
    Schema {
        /// Helm's text of everything that is wrong.
        text: String,
        /// The same one by one.
        violations: Vec<Violation>,
    },
    /// A chart of this type is only there for other charts to use.
    #[error("{0} charts are not installable")]
    NotInstallable(String),
    /// Dependencies that `Chart.yaml` names do not lie in `charts/`.
    #[error(
        "an error occurred while checking for chart dependencies. You may need to run 'helm \
         dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in \
         charts/ directory: {}",
        .0.join(", ")
    )]
    MissingDependencies(Vec<String>),
}

/// One thing that a schema objects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The chart whose schema it is: the names from the outermost chart's dependency down.
    pub chart: Vec<String>,
    /// The value's path in the values of that chart.
    pub at: Vec<String>,
    /// What is wrong, in Helm's words; further lines say what led to it.
    pub message: String,
}

impl Error {
    /// A file that cannot be read as what it should be, with no field to point at.
    pub(crate) fn file(file: &File, message: String) -> Self {
        Self::File { file: file.name.clone(), message, at: vec![] }
    }

    /// The same as diagnostics, with the place where that is known.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        vec![Diagnostic::error(self.to_string()).code(self.code())]
    }

    /// As [`Error::to_diagnostics`], with the places in the files that the chart was read from.
    pub fn diagnose(&self, files: &[File]) -> Vec<Diagnostic> {
        let read = files.iter().filter(|file| is_read(&file.name));
        let broken: Vec<Diagnostic> = read
            .filter_map(|file| broken_yaml(&Source::new(file.name.as_str(), file.text())))
            .collect();
        if !broken.is_empty() {
            return broken;
        }
        let mut all = self.to_diagnostics();
        if let (Some((file, at)), Some(last)) = (self.place(files), all.pop()) {
            let source = Source::new(file.name.as_str(), file.text());
            all.push(match span_of(&source, &at) {
                Some(span) => last.label(&source, span, ""),
                None => last.note(format!("in {}", file.name)),
            });
        }
        if all.is_empty() { self.to_diagnostics() } else { all }
    }

    /// The file that is to blame, and the keys that lead to the value.
    fn place<'f>(&self, files: &'f [File]) -> Option<(&'f File, Vec<String>)> {
        let named = |name: &str| files.iter().find(|file| file.name == name);
        match self {
            Self::Validation(_) | Self::Unsupported | Self::NotYet => {
                let file = named("Chart.yaml")?;
                let key = suspect(file).unwrap_or_default();
                Some((file, vec![key.to_owned()]))
            }
            Self::File { file, at, .. } if !at.is_empty() => Some((named(file)?, at.clone())),
            _ => None,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Archive(_) => "chart-archive",
            Self::File { .. }
            | Self::Missing
            | Self::Unsupported
            | Self::NotYet
            | Self::Validation(_)
            | Self::Subchart { .. }
            | Self::SubchartArchive { .. }
            | Self::Ignore(_)
            | Self::NotInstallable(_) => "chart-file",
            Self::Coalesce(_) | Self::Values(_) => "values",
            Self::Schema { .. } => "schema",
            Self::MissingDependencies(_) => "missing-dependency",
        }
    }
}

/// What is wrong with a text as YAML, where it is wrong.
pub(crate) fn broken_yaml(source: &Arc<Source>) -> Option<Diagnostic> {
    let error = yaml::from_str(&source.text, yaml::Numbers::Exact).err()?;
    let line = error.line().map(|line| source.line(line));
    let span = error.span().or(line)?;
    let words = error.problem().message.clone();
    let title = format!("{} is not YAML: {words}", source.name);
    Some(Diagnostic::error(title).code("yaml-syntax").label(source, span, ""))
}

/// The key of `Chart.yaml` that does not pass the checks, in their order.
fn suspect(file: &File) -> Option<&'static str> {
    let metadata = Metadata::read(&file.data).ok()?;
    let name = metadata.name.as_str();
    let checks = [
        ("apiVersion", !matches!(metadata.api_version.as_str(), "" | "v1" | "v2")),
        ("name", name.is_empty() || matches!(name, "." | "..") || name.contains('/')),
        ("version", !version::is_valid(&metadata.version)),
        ("type", !matches!(metadata.kind.as_str(), "" | "application" | "library")),
        ("maintainers", metadata.null_maintainer().is_some()),
    ];
    let failed = checks.iter().find(|(_, fails)| *fails).map(|(key, _)| *key);
    failed.or(Some("dependencies"))
}

/// An entry of a file, its first line.
fn span_of(source: &Source, path: &[String]) -> Option<std::ops::Range<usize>> {
    let documents = yaml::node::parse(&source.text).ok()?;
    let mut node = documents.first()?;
    let mut span = None;
    for step in path {
        let start;
        (start, node) = match (node.entry(step), node.as_list()) {
            (Some((key, value)), _) => (key.span.start, value),
            (None, Some(items)) => {
                let item = items.get(step.parse::<usize>().ok()?)?;
                (item.span.start, item)
            }
            (None, None) => return None,
        };
        span = Some(start..node.span.end.max(start));
    }
    let span = span?;
    let line = source.text.get(span.clone())?.lines().next().unwrap_or_default();
    Some(span.start..span.start + line.trim_end().len())
}

/// Whether a chart's file of this name is read as YAML when the chart is loaded.
fn is_read(name: &str) -> bool {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let own = folder.is_empty() || folder.split('/').step_by(2).all(|part| part == "charts");
    own && matches!(file, "Chart.yaml" | "values.yaml" | "requirements.yaml" | "Chart.lock")
}
