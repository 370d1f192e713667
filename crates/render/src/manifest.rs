//! What a rendering gives: manifests in install order, hooks, CRDs, notes.
use std::borrow::Cow;

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
        self.manifest_parts().concat()
    }

    /// What `helm template` prints: the manifest, then the hooks.
    pub fn template_text(&self) -> String {
        self.template_parts(&self.hooks).concat()
    }

    /// The same with some of the hooks, in pieces to print one after the other.
    pub fn template_parts<'a>(
        &'a self,
        hooks: impl IntoIterator<Item = &'a Hook>,
    ) -> Vec<Cow<'a, str>> {
        let mut parts = self.manifest_parts();
        // Without the white space at its end; at its beginning there is none.
        while let Some(last) = parts.pop() {
            let trimmed = match last {
                Cow::Borrowed(text) => Cow::Borrowed(text.trim_end()),
                Cow::Owned(text) => Cow::Owned(text.trim_end().to_owned()),
            };
            if !trimmed.is_empty() {
                parts.push(trimmed);
                break;
            }
        }
        parts.push("\n".into());
        for hook in hooks {
            parts.extend(borrowed(&hook.path, &hook.manifest));
        }
        parts
    }

    fn manifest_parts(&self) -> Vec<Cow<'_, str>> {
        let mut parts = Vec::with_capacity(5 * self.manifests.len() + 1);
        for crd in self.shown_crds() {
            let data = String::from_utf8_lossy(&crd.data);
            let [mark, source, line, _, end] = borrowed(&crd.filename, "");
            parts.extend([mark, source, line, data, end]);
        }
        for manifest in &self.manifests {
            if self.hide_secrets && manifest.kind == "Secret" && manifest.api_version == "v1" {
                let hidden = "# HIDDEN: The Secret output has been suppressed";
                parts.extend(borrowed(&manifest.source, hidden));
            } else {
                parts.extend(borrowed(&manifest.source, &manifest.text));
            }
        }
        parts
    }
}

/// A document as Helm writes it everywhere, below the template that it came from: in pieces to put one
/// behind the other.
pub fn document_parts<'a>(source: &'a str, text: &'a str) -> [&'a str; 5] {
    ["---\n# Source: ", source, "\n", text, "\n"]
}

fn borrowed<'a>(source: &'a str, text: &'a str) -> [Cow<'a, str>; 5] {
    document_parts(source, text).map(Cow::Borrowed)
}
