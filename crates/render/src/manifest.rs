//! What a rendering gives: manifests in install order, hooks, CRDs, notes.
use chart::{Chart, Crd, Warning};

use crate::Hook;

/// One object of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The template it came from, `chart/templates/x.yaml`.
    pub source: String,
    /// `apiVersion`, empty where it has none.
    pub api_version: String,
    /// `kind`, empty where it has none.
    pub kind: String,
    /// `metadata.name`, empty where it has none.
    pub name: String,
    /// The document's text, without separator.
    pub text: String,
}

/// A rendered chart.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The objects in install order.
    pub manifests: Vec<Manifest>,
    /// The hooks, sorted by kind as Helm keeps them.
    pub hooks: Vec<Hook>,
    /// The files below `crds/`, whether or not they are part of the manifest text.
    pub crds: Vec<Crd>,
    /// The text of `NOTES.txt`, where there is one.
    pub notes: Option<String>,
    /// What the user gave: what Helm records as the release's config.
    pub values: yaml::Map,
    /// The chart with its dependencies settled: what Helm records.
    pub chart: Chart,
    /// Things Helm would have logged.
    pub warnings: Vec<Warning>,
    pub(crate) include_crds: bool,
    pub(crate) hide_secrets: bool,
}

impl Rendered {
    /// The CRDs that are part of the manifest text.
    pub fn shown_crds(&self) -> &[Crd] {
        if self.include_crds { &self.crds } else { &[] }
    }

    /// The manifest as Helm stores it: each object after `---` and `# Source: …`.
    pub fn manifest_text(&self) -> String {
        let mut text = String::new();
        for crd in self.shown_crds() {
            document(&mut text, &crd.filename, &String::from_utf8_lossy(&crd.data));
        }
        for manifest in &self.manifests {
            if self.hide_secrets && manifest.kind == "Secret" && manifest.api_version == "v1" {
                let hidden = "# HIDDEN: The Secret output has been suppressed";
                document(&mut text, &manifest.source, hidden);
            } else {
                document(&mut text, &manifest.source, &manifest.text);
            }
        }
        text
    }

    /// What `helm template` prints: the manifest, then the hooks.
    pub fn template_text(&self) -> String {
        let mut text = self.manifest_text().trim().to_owned();
        text.push('\n');
        for hook in &self.hooks {
            document(&mut text, &hook.path, &hook.manifest);
        }
        text
    }
}

fn document(to: &mut String, source: &str, text: &str) {
    for part in ["---\n# Source: ", source, "\n", text, "\n"] {
        to.push_str(part);
    }
}
