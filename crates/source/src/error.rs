//! Why a chart could not be fetched. Texts are Helm's where Helm has one.
use std::path::PathBuf;

/// Why a chart could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing at the path.
    #[error("path {path:?} not found")]
    NotFound {
        /// What was asked for.
        path: PathBuf,
    },
    /// A directory without `Chart.yaml`.
    #[error("unable to detect chart at {path}: open {path}: {cause}", path = .path.display(), cause = in_gos_words(.cause))]
    NoChart {
        /// The file that should be there.
        path: PathBuf,
        /// Why it cannot be looked at; shown in the text, as Helm does.
        cause: std::io::Error,
    },
    /// An archive without `Chart.yaml`.
    #[error("unable to detect chart version, no Chart.yaml found")]
    NoChartInArchive,
    /// A file or directory cannot be read.
    #[error("cannot read {path}", path = .path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A file of the chart cannot be read.
    #[error("cannot read {path}", path = .path.display())]
    ReadFile {
        /// Its name below the chart's root.
        name: String,
        /// Where it lies.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A symbolic link leads to nothing.
    #[error("the symbolic link {path} leads to {to}, which cannot be read", path = .path.display(), to = .to.display())]
    BrokenLink {
        /// The link.
        path: PathBuf,
        /// Where it leads to, as far as that is there, and the first name that is not.
        to: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The files together are larger than a chart may be.
    #[error("error reading {name}: chart exceeds maximum decompressed size of {limit} bytes")]
    TooLarge {
        /// The file that went over.
        name: String,
        /// The bytes allowed.
        limit: u64,
    },
    /// A symbolic link leads out of the chart.
    #[error("{path} leads out of the chart", path = .path.display())]
    LeavesChart {
        /// The link.
        path: PathBuf,
    },
    /// Directories go on and on: a link leads back to its own parent.
    #[error("directories below {path} do not end; a symbolic link leads in a circle", path = .path.display())]
    TooDeep {
        /// Where it was given up.
        path: PathBuf,
    },
    /// A device, a socket or the like.
    #[error("cannot load irregular file {path} as it has file mode type bits set", path = .path.display())]
    Irregular {
        /// Which one.
        path: PathBuf,
    },
    /// A values file where a chart was expected.
    #[error("file '{path}' seems to be a YAML file, but expected a gzipped archive", path = .path.display())]
    IsYaml {
        /// Which one.
        path: PathBuf,
    },
    /// Something else where a chart was expected.
    #[error("file '{path}' does not appear to be a gzipped archive; got '{found}'", path = .path.display())]
    NotAnArchive {
        /// Which one.
        path: PathBuf,
        /// What its first bytes look like, a content type.
        found: &'static str,
    },
    /// The archive breaks a rule or a limit.
    #[error("unable to load chart archive")]
    Archive(#[source] chart::Error),
    /// The files break a chart's rules.
    #[error(transparent)]
    Chart(#[from] chart::Error),
}

impl Error {
    /// What Helm says, which keeps some causes to itself.
    pub fn helm_text(&self) -> String {
        match self {
            Self::Read { path, cause } => {
                format!("open {}: {}", path.display(), in_gos_words(cause))
            }
            Self::ReadFile { name, path, cause } => {
                let (path, cause) = (path.display(), in_gos_words(cause));
                format!("error reading {name}: open {path}: {cause}")
            }
            Self::BrokenLink { path, to, cause } => {
                let (path, to, cause) = (path.display(), to.display(), in_gos_words(cause));
                format!("error evaluating symlink {path}: lstat {to}: {cause}")
            }
            other => other.to_string(),
        }
    }
}

/// Go's words for an error of the operating system.
pub fn in_gos_words(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}
