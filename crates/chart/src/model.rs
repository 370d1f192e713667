//! The chart itself: what its files became, and the questions other rooms ask of it.
//!
//! **Invariant**: a `Chart` owns its dependencies and knows no parent; whoever needs a full path
//! walks down from the root. File data is shared, so that a clone copies no contents.
use std::sync::Arc;

use crate::{Error, Lock, Metadata};

/// A file of a chart: its name relative to the chart's root, `/`-separated, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path below the chart's root.
    pub name: String,
    /// The contents, without a leading byte order mark.
    pub data: Arc<[u8]>,
}

impl File {
    /// Whether it lies where templates of the chart or of a chart inside it do.
    pub fn may_be_template(&self) -> bool {
        self.name.starts_with("templates/") || self.name.contains("/templates/")
    }
}

/// A custom resource definition of a chart or of one of its dependencies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crd {
    /// The file's name below its own chart's root, `crds/…`.
    pub name: String,
    /// The full path, `root/charts/sub/crds/…`, as `# Source:` prints it.
    pub filename: String,
    /// The file's bytes.
    pub data: Arc<[u8]>,
}

/// A loaded chart with everything below it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    /// What `Chart.yaml` (and, for `v1` charts, `requirements.yaml`) says.
    pub metadata: Metadata,
    /// `Chart.lock`, or `requirements.lock` of a `v1` chart.
    pub lock: Option<Lock>,
    /// The default values, all documents of `values.yaml` merged.
    pub values: crate::values::Table,
    /// `values.yaml` as it stands in the chart.
    pub raw_values: Option<File>,
    /// `values.schema.json` as it stands in the chart.
    pub schema: Option<File>,
    /// The files below `templates/`, in the order the chart gave them.
    pub templates: Vec<File>,
    /// All other files: README, LICENSE, `crds/`, whatever `.Files` may read.
    pub files: Vec<File>,
    /// Every file as it came in, `Chart.yaml` included.
    pub raw: Vec<File>,
    /// The charts below `charts/`.
    pub dependencies: Vec<Chart>,
}

impl Chart {
    /// Refuses a chart that cannot become a release: a library, or one whose declared dependencies
    /// are not all there. Call it before [`crate::process_dependencies`], as Helm checks it.
    pub fn installable(&self) -> Result<(), Error> {
        match self.metadata.kind.as_str() {
            "" | "application" => {}
            other => return Err(Error::NotInstallable(other.to_owned())),
        }
        let declared = self.metadata.dependencies.iter().flatten();
        let missing: Vec<String> = declared
            .filter(|d| !self.dependencies.iter().any(|c| c.metadata.name == d.name))
            .map(|d| d.name.clone())
            .collect();
        if !missing.is_empty() {
            return Err(Error::MissingDependencies(missing));
        }
        if self.metadata.api_version == "v3" { Err(Error::NotYet) } else { Ok(()) }
    }

    /// The chart's name, or its alias once [`crate::process_dependencies`] ran.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The version of the application inside.
    pub fn app_version(&self) -> &str {
        &self.metadata.app_version
    }

    /// Whether the chart only lends partials (`type: library`, in any case).
    pub fn is_library(&self) -> bool {
        self.metadata.kind.eq_ignore_ascii_case("library")
    }

    /// The definitions below `crds/` of this chart and then of each dependency, in file order.
    pub fn crds(&self) -> Vec<Crd> {
        let mut found = Vec::new();
        self.collect_crds(self.name(), &mut found);
        found
    }

    fn collect_crds(&self, path: &str, found: &mut Vec<Crd>) {
        let own = self.files.iter().filter(|f| f.name.starts_with("crds/") && is_manifest(&f.name));
        found.extend(own.map(|f| Crd {
            name: f.name.clone(),
            filename: format!("{path}/{}", f.name),
            data: Arc::clone(&f.data),
        }));
        for dependency in &self.dependencies {
            dependency.collect_crds(&format!("{path}/charts/{}", dependency.name()), found);
        }
    }
}

impl File {
    /// The contents as text, with what is not UTF-8 replaced.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.data)
    }
}

fn is_manifest(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let extension = file.rsplit_once('.').map_or("", |(_, e)| e);
    ["yaml", "yml", "json"].iter().any(|e| extension.eq_ignore_ascii_case(e))
}
