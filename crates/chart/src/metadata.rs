//! `Chart.yaml` and the lock file: their fields, how they are read and what makes them valid.
//!
//! **Invariant**: what [`crate::load`] returns passed [`Metadata::validate`]; messages are Helm's.
use std::collections::BTreeMap;

/// Someone who keeps a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// A person or an organisation.
    pub name: String,
    /// An address to write to.
    pub email: String,
    /// A page about them.
    pub url: String,
}

/// What `Chart.yaml` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The chart's name; after [`crate::process_dependencies`] the alias it runs under.
    pub name: String,
    /// The project's page.
    pub home: String,
    /// Where the sources are.
    pub sources: Vec<String>,
    /// The chart's own version, a semantic version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Search words.
    pub keywords: Vec<String>,
    /// Who keeps it.
    pub maintainers: Vec<Maintainer>,
    /// The URL of a picture.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// A values path that switches the chart; kept, but read only in dependencies.
    pub condition: String,
    /// Tags, comma separated; kept, but read only in dependencies.
    pub tags: String,
    /// The version of the application inside.
    pub app_version: String,
    /// Whether nobody should use it any more.
    pub deprecated: bool,
    /// Free annotations; `None` where the file has none.
    pub annotations: Option<BTreeMap<String, String>>,
    /// The Kubernetes versions it runs on, a constraint.
    pub kube_version: String,
    /// Declared dependencies; `None` (nothing declared) and empty differ, as in Helm.
    pub dependencies: Option<Vec<Dependency>>,
    /// `type`: empty, `application` or `library`.
    pub kind: String,
}

/// A declared dependency.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// The dependency's own name; after [`crate::process_dependencies`] its alias.
    pub name: String,
    /// A version constraint.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Values paths, comma separated, of which the first that holds a bool switches it.
    pub condition: String,
    /// Tags that switch groups of dependencies.
    pub tags: Vec<String>,
    /// Whether it takes part; decided by [`crate::process_dependencies`].
    pub enabled: bool,
    /// Values to lift into the parent.
    pub import_values: Vec<ImportValue>,
    /// The name it runs under in this chart.
    pub alias: String,
}

/// One item of `import-values`.
#[derive(Debug, Clone, PartialEq)]
pub enum ImportValue {
    /// A table below the child's `exports`.
    Export(String),
    /// A table of the child, and where it goes in the parent.
    Path {
        /// The path in the child's values.
        child: String,
        /// The path in the parent's values; `.` is its root.
        parent: String,
    },
    /// Anything else, which Helm skips.
    Other(yaml::Value),
}

/// `Chart.lock`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    /// When it was written, as it stands in the file.
    pub generated: String,
    /// A digest of the declared dependencies.
    pub digest: String,
    /// The versions that were chosen.
    pub dependencies: Vec<Dependency>,
}
