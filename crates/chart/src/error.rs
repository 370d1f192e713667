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
    },
    /// There is no `Chart.yaml`.
    #[error("Chart.yaml file is missing")]
    Missing,
    /// The `apiVersion` is neither `v1` nor `v2`.
    #[error("unsupported chart version")]
    Unsupported,
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
        let metadata = files.iter().find(|file| file.name == "Chart.yaml");
        if let (Self::Validation(_) | Self::Unsupported, Some(file), Some(last)) =
            (self, metadata, all.pop())
        {
            let source = Source::new(file.name.as_str(), file.text());
            all.push(match suspect(file).and_then(|key| span_of(&source, key)) {
                Some(span) => last.label(&source, span, ""),
                None => last.note(format!("in {}", file.name)),
            });
        }
        if all.is_empty() { self.to_diagnostics() } else { all }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Archive(_) => "chart-archive",
            Self::File { .. }
            | Self::Missing
            | Self::Unsupported
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

/// An entry at the top of a file, its first line.
fn span_of(source: &Source, key: &str) -> Option<std::ops::Range<usize>> {
    let documents = yaml::node::parse(&source.text).ok()?;
    let (key, value) = documents.first()?.entry(key)?;
    let text = source.text.get(key.span.start..value.span.end.max(key.span.end))?;
    let line = text.lines().next().unwrap_or_default();
    Some(key.span.start..key.span.start + line.trim_end().len())
}

/// Whether a chart's file of this name is read as YAML when the chart is loaded.
fn is_read(name: &str) -> bool {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    let own = folder.is_empty() || folder.split('/').step_by(2).all(|part| part == "charts");
    own && matches!(file, "Chart.yaml" | "values.yaml" | "requirements.yaml" | "Chart.lock")
}
