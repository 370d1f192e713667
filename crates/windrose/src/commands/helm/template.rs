//! `windrose helm template`: a chart's manifests, as Helm 4.3.1 prints them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};

use release::Stage;
use render::{Capabilities, HookEvent, Operation, Rendered};

use super::chart::ChartFlags;
use super::name::NameFlags;
use super::values::ValueFlags;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::{rendering, runtime};

/// Render chart templates locally and display the output.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// [NAME] CHART
    #[arg(required = true, num_args = 1..=2, value_names = ["NAME", "CHART"])]
    positional: Vec<String>,
    #[command(flatten)]
    name: NameFlags,
    #[command(flatten)]
    values: ValueFlags,
    #[command(flatten)]
    chart: ChartFlags,
    /// Only show manifests rendered from these templates (repeatable; globs)
    #[arg(short, long, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// Write the manifests to files below this folder instead of standard output
    #[arg(long, value_name = "DIR")]
    output_dir: Option<PathBuf>,
    /// Use the release name in the --output-dir path
    #[arg(long)]
    release_name: bool,
    /// Include CRDs in the output
    #[arg(long)]
    include_crds: bool,
    /// Leave CRDs out, whatever --include-crds says
    #[arg(long)]
    skip_crds: bool,
    /// Leave test hooks out
    #[arg(long)]
    skip_tests: bool,
    /// Leave hooks out
    #[arg(long)]
    no_hooks: bool,
    /// Set .Release.IsUpgrade instead of .Release.IsInstall
    #[arg(long)]
    is_upgrade: bool,
    /// Kubernetes version for .Capabilities.KubeVersion
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Kubernetes API versions for .Capabilities.APIVersions (repeatable, or by commas)
    #[arg(short, long, value_name = "API", value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Do not check the values against the chart's schema
    #[arg(long)]
    skip_schema_validation: bool,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Args {
    pub(crate) fn run(self, context: &Context) -> Outcome {
        let (name, reference) = self.name.name_and_chart(&self.positional, Some("release-name"))?;
        let values = self.values.merge(context)?;
        let chart = self.chart.load(context, &reference)?;
        let mut capabilities = Capabilities::default();
        if let Some(version) = &self.kube_version {
            capabilities.kube_version =
                version.parse().map_err(|e: render::KubeVersionError| {
                    Failure::message(format!("invalid kube version '{version}': {e}"))
                })?;
        }
        capabilities.api_versions.extend(self.api_versions.iter().cloned());
        let job = rendering::Job {
            chart,
            values,
            name: name.clone(),
            namespace: self.cluster.namespace(context),
            revision: 1,
            operation: if self.is_upgrade { Operation::Upgrade } else { Operation::Install },
            options: render::Options {
                include_crds: self.include_crds && !self.skip_crds,
                skip_schema_validation: self.skip_schema_validation,
                ..render::Options::default()
            },
        };
        let stage = Stage::offline(capabilities);
        let rendered = runtime::block_on_light(rendering::render(&stage, job))?;
        for warning in &rendered.warnings {
            context.say(&format!("{warning}\n"))?;
        }
        match &self.output_dir {
            Some(folder) => self.write(context, &context.path(folder), &name, &rendered),
            None => self.print(context, &rendered),
        }
    }

    fn print(&self, context: &Context, rendered: &Rendered) -> Outcome {
        let mut text = rendered.manifest_text().trim().to_owned();
        text.push('\n');
        for hook in self.hooks(rendered) {
            let _ = write!(text, "---\n# Source: {}\n{}\n", hook.path, hook.manifest);
        }
        if self.show_only.is_empty() {
            return Ok(context.out(&text)?);
        }
        let documents = render::split_documents(&text);
        let mut shown = String::new();
        for wanted in &self.show_only {
            let before = shown.len();
            for document in &documents {
                if source_of(document).is_some_and(|path| render::path_matches(wanted, path)) {
                    let _ = writeln!(shown, "---\n{document}");
                }
            }
            if shown.len() == before {
                return Err(Failure::message(format!("could not find template {wanted} in chart")));
            }
        }
        Ok(context.out(&shown)?)
    }

    fn hooks<'a>(&self, rendered: &'a Rendered) -> impl Iterator<Item = &'a render::Hook> {
        let (none, no_tests) = (self.no_hooks, self.skip_tests);
        rendered
            .hooks
            .iter()
            .filter(move |h| !(none || no_tests && h.events.contains(&HookEvent::Test)))
    }

    /// `--output-dir`: one file a template, documents after one another.
    fn write(&self, context: &Context, folder: &Path, name: &str, rendered: &Rendered) -> Outcome {
        let folder = if self.release_name { folder.join(name) } else { folder.to_owned() };
        let mut written = BTreeSet::new();
        let crds = rendered
            .crds
            .iter()
            .filter(|_| self.include_crds && !self.skip_crds)
            .map(|c| (c.filename.as_str(), String::from_utf8_lossy(&c.data).into_owned()));
        let manifests = rendered.manifests.iter().map(|m| (m.source.as_str(), m.text.clone()));
        let hooks = self.hooks(rendered).map(|h| (h.path.as_str(), h.manifest.clone()));
        for (source, text) in crds.chain(manifests).chain(hooks) {
            let path = inside(&folder, source)?;
            append(&path, source, &text, !written.insert(path.clone()))
                .map_err(|e| Failure::message(format!("cannot write {}: {e}", path.display())))?;
            context.out(&format!("wrote {}\n", path.display()))?;
        }
        Ok(())
    }
}

/// The path below the chart that a document says it comes from.
fn source_of(document: &str) -> Option<&str> {
    let line = document.lines().find_map(|l| l.strip_prefix("# Source: "))?;
    line.split_once('/').map(|(_, path)| path)
}

/// A template's path may not lead out of the folder.
fn inside(folder: &Path, source: &str) -> Outcome<PathBuf> {
    let path = Path::new(source);
    if path.components().all(|c| matches!(c, Component::Normal(_))) {
        return Ok(folder.join(path));
    }
    Err(Failure::message(format!("the template path {source:?} leaves the output folder")))
}

fn append(path: &Path, source: &str, text: &str, more: bool) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    let mut file = if more { options.append(true) } else { options.truncate(true) }.open(path)?;
    write!(file, "---\n# Source: {source}\n{text}\n")
}
