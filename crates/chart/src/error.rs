//! What can go wrong with a chart.
//!
//! Texts are Helm's where Helm has one: `helm template` and `windrose helm template` fail alike.

use diagnostic::Diagnostic;

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
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{0}"
    )]
    Schema(String),
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

impl Error {
    /// The same as diagnostics, with the place where that is known.
    pub fn to_diagnostics(&self) -> Vec<Diagnostic> {
        vec![Diagnostic::error(self.to_string())]
    }
}
