//! `Chart.yaml` and the lock file: their fields, how they are read and what makes them valid.
//!
//! **Invariant**: what [`crate::load`] returns passed [`Metadata::validate`]; messages are Helm's.
use std::collections::BTreeMap;

use crate::{Error, File, version};
use yaml::quote::quote as go_quote;

mod decode;

pub(crate) const OLD_DEPENDENCIES: &str = "Warning: Dependencies are handled in Chart.yaml since \
    apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.";
pub(crate) const OLD_LOCK: &str = "Warning: Dependency locking is handled in Chart.lock since \
    apiVersion \"v2\". We recommend migrating to Chart.lock.";

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
    /// Where the list of maintainers holds nothing.
    pub(crate) null_maintainer: Option<usize>,
    /// Where the list of dependencies holds nothing.
    pub(crate) null_dependency: Option<usize>,
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

impl Metadata {
    /// Reads `Chart.yaml` as it stands: nothing is checked. The message is that of Go's decoder.
    pub fn read(data: &[u8]) -> Result<Self, String> {
        let mut metadata = Self::default();
        let file = File { name: String::new(), data: data.into() };
        metadata.decode(&file).map(|()| metadata).map_err(|error| match error {
            Error::File { message, .. } => message,
            other => other.to_string(),
        })
    }

    /// The place in the list of maintainers that holds nothing; [`Metadata::maintainers`] leaves
    /// it out.
    pub fn null_maintainer(&self) -> Option<usize> {
        self.null_maintainer
    }

    /// What a strict reader of `Chart.yaml` objects to: a key given twice, or an unknown field.
    pub fn strict_problem(data: &[u8]) -> Option<String> {
        decode::strict_problem(data)
    }

    /// Reads `Chart.yaml` or `requirements.yaml` over what is already there.
    pub(crate) fn decode(&mut self, file: &File) -> Result<(), Error> {
        decode::metadata(self, file)
    }

    /// The `apiVersion` of a `Chart.yaml`, which may be any; the message is that of Helm's first look.
    pub(crate) fn api_version_of(file: &File) -> Result<String, Error> {
        decode::api_version(file)
    }

    /// Checks the fields and replaces what cannot be printed in them.
    pub fn validate(&mut self) -> Result<(), Error> {
        self.sanitize();
        let invalid = |why: String| Err(Error::Validation(why));
        if self.api_version.is_empty() {
            return invalid("chart.metadata.apiVersion is required".to_owned());
        }
        if self.name.is_empty() {
            return invalid("chart.metadata.name is required".to_owned());
        }
        if matches!(self.name.as_str(), "." | "..") {
            return invalid(format!("chart.metadata.name {} is not allowed", go_quote(&self.name)));
        }
        if self.name.contains('/') {
            return invalid(format!("chart.metadata.name {} is invalid", go_quote(&self.name)));
        }
        if self.version.is_empty() {
            return invalid("chart.metadata.version is required".to_owned());
        }
        if !version::is_valid(&self.version) {
            return invalid(format!(
                "chart.metadata.version {} is invalid",
                go_quote(&self.version)
            ));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return invalid("chart.metadata.type must be application or library".to_owned());
        }
        if self.null_maintainer.is_some() {
            return invalid("maintainers must not contain empty or null nodes".to_owned());
        }
        if self.null_dependency.is_some() {
            return invalid("dependencies must not contain empty or null nodes".to_owned());
        }
        self.validate_dependencies()
    }

    fn validate_dependencies(&mut self) -> Result<(), Error> {
        let mut seen = std::collections::BTreeSet::new();
        for dependency in self.dependencies.iter_mut().flatten() {
            dependency.validate()?;
            let key =
                if dependency.alias.is_empty() { &dependency.name } else { &dependency.alias };
            if !seen.insert(key.clone()) {
                return Err(Error::Validation(format!(
                    "more than one dependency with name or alias {}",
                    go_quote(key)
                )));
            }
        }
        Ok(())
    }

    fn sanitize(&mut self) {
        let single = [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ];
        let people =
            self.maintainers.iter_mut().flat_map(|m| [&mut m.name, &mut m.email, &mut m.url]);
        single
            .into_iter()
            .chain(&mut self.sources)
            .chain(&mut self.keywords)
            .chain(people)
            .for_each(sanitize);
    }
}

impl Dependency {
    fn validate(&mut self) -> Result<(), Error> {
        [&mut self.name, &mut self.version, &mut self.repository, &mut self.condition]
            .into_iter()
            .chain(&mut self.tags)
            .for_each(sanitize);
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if self.alias.chars().all(legal) {
            Ok(())
        } else {
            Err(Error::Validation(format!(
                "dependency {} has disallowed characters in the alias",
                go_quote(&self.name)
            )))
        }
    }
}

impl Lock {
    pub(crate) fn decode(file: &File) -> Result<Self, Error> {
        decode::lock(file)
    }
}

/// Any white space becomes a space; what Go does not count as printable goes.
fn sanitize(text: &mut String) {
    let plain = |c: char| c.is_ascii_graphic() || c == ' ';
    if !text.chars().all(plain) {
        *text = text
            .chars()
            .filter_map(|c| match c {
                c if c.is_whitespace() => Some(' '),
                c if yaml::unicode::is_print(c) => Some(c),
                _ => None,
            })
            .collect();
    }
}
