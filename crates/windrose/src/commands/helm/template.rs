//! `windrose helm template`: a chart's manifests, as Helm 4.3.1 prints them.

mod files;
pub(super) mod flags;

use std::sync::Arc;

use chart::Warning;
use kubernetes::Client;
use release::{Stage, Trial};
use render::{Capabilities, HookEvent, Operation, Programs, Rendered};

use super::chart::ChartFlags;
use super::name::NameFlags;
use super::post_renderer::PostRendererFlags;
use super::values::ValueFlags;
use crate::cli::go_flags::CommaList;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;
use crate::{rendering, runtime};
use flags::{DryRun, DryRunFlags, InstallFlags};

/// Render chart templates and print what comes out
///
/// Nothing is asked of a cluster, unless --dry-run=server wants its version, APIs and objects.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// [NAME] CHART
    #[arg(num_args = 0.., value_names = ["NAME", "CHART"])]
    positional: Vec<String>,
    #[command(flatten)]
    name: NameFlags,
    #[command(flatten)]
    values: ValueFlags,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    post_renderer: PostRendererFlags,
    #[command(flatten)]
    output: OutputFlags,
    #[command(flatten)]
    capabilities: CapabilityFlags,
    #[command(flatten)]
    dry_run: DryRunFlags,
    /// Do not check the values against the chart's schema
    #[arg(long)]
    skip_schema_validation: bool,
    /// Let templates ask for the addresses of host names
    #[arg(long)]
    enable_dns: bool,
    #[command(flatten)]
    install: InstallFlags,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

/// What is printed, and where to.
#[derive(clap::Args, Clone, Debug)]
struct OutputFlags {
    /// Only show manifests rendered from these templates (repeatable; globs)
    #[arg(short, long, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// Write the manifests to files below this folder instead of standard output
    #[arg(long, value_name = "DIR")]
    output_dir: Option<String>,
    /// Use the release name in the --output-dir path
    #[arg(long)]
    release_name: bool,
    /// Include CRDs in the output
    #[arg(long)]
    include_crds: bool,
    /// Do not tell of CRDs with --dry-run=server
    #[arg(long)]
    skip_crds: bool,
    /// Leave test hooks out
    #[arg(long)]
    skip_tests: bool,
    /// Leave hooks out
    #[arg(long)]
    no_hooks: bool,
}

/// What templates see of the cluster and the operation.
#[derive(clap::Args, Clone, Debug)]
struct CapabilityFlags {
    /// Set .Release.IsUpgrade instead of .Release.IsInstall
    #[arg(long)]
    is_upgrade: bool,
    /// Kubernetes version for .Capabilities.KubeVersion
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Kubernetes API versions for .Capabilities.APIVersions (repeatable, or by commas)
    #[arg(short, long, value_name = "API", value_parser = CommaList::parse)]
    api_versions: Vec<CommaList>,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        self.install.tell_deprecated(context, &self.dry_run)?;
        let post_renderer = self.post_renderer.find(context)?;
        if self.positional.is_empty() {
            return Err(Failure::usage(
                "\"helm template\" requires at least 1 argument\n\n\
                 Usage:  helm template [NAME] [CHART] [flags]",
            ));
        }
        self.install.check_groups(&self.dry_run)?;
        let capabilities = self.capabilities.read()?;
        let dry_run = self.dry_run.choose(context)?;
        let (name, reference) =
            self.name.name_and_chart(context, &self.positional, Some("release-name"))?;
        let path = self.chart.find(context, &reference)?;
        let (values, given) = self.values.merge(context)?;
        let programs = Programs::ahead_of_one();
        let chart = self.chart.read(context, &path, &programs)?;
        let job = rendering::Job {
            chart,
            values,
            name,
            namespace: self.cluster.namespace(context),
            revision: 1,
            operation: self.capabilities.operation(),
            options: render::Options {
                include_crds: self.output.include_crds,
                skip_schema_validation: self.skip_schema_validation,
                given,
                post_renderer,
                programs,
                ..render::Options::default()
            },
        };
        self.install.check_labels()?;
        match dry_run {
            DryRun::Client => {
                let (stage, name) =
                    (self.stage(context, Stage::offline(capabilities)), job.name.clone());
                let rendered = rendering::render_here(context, &stage, job);
                let rendered = rendered.map_err(|error| self.failed(context, error))?;
                let place = self.output.place(&name);
                if let Some(place) = &place {
                    place.write_manifests(context, &rendered)?;
                }
                let shown = self.show(context, place.as_ref(), &rendered);
                // The process ends here.
                std::mem::forget(rendered);
                shown
            }
            DryRun::Server => runtime::block_on(self.on_server(context, job)),
        }
    }
}

impl Args {
    /// With a cluster's version, APIs and objects, and its opinion about the manifests.
    async fn on_server(&self, context: &Context, job: rendering::Job) -> Outcome {
        let connection = match self.cluster.connect(context).await {
            Ok(connection) => connection,
            Err(failure) => {
                let text = format!("cluster reachability check failed: {}", failure.helm_text());
                log::say_as_helm(context, &Warning::error(&text))?;
                return Err(failure.in_helms_words(text));
            }
        };
        let result = async {
            self.tell_of_crds(context, &job)?;
            let stage = Stage::of(&connection.client).await.map_err(|e| Failure::from_error(&e))?;
            self.perform(context, stage, &connection.client, job).await
        }
        .await;
        connection.close().await?;
        result
    }

    fn tell_of_crds(&self, context: &Context, job: &rendering::Job) -> Outcome {
        // Settling the dependencies costs, and it never adds definitions: mostly there are none.
        if self.output.skip_crds
            || job.chart.crds().is_empty()
            || render::check_name(&job.name).is_err()
        {
            return Ok(());
        }
        let mut chart = job.chart.clone();
        let settled = chart::process_dependencies(&mut chart, &(&job.values).into()).is_ok();
        if settled && !chart.crds().is_empty() {
            let text = "This chart or one of its subcharts contains CRDs. Rendering may fail or \
                        contain inaccuracies.";
            log::say(context, &Warning::new(text))?;
        }
        Ok(())
    }

    /// Renders, asks the cluster what it thinks, and shows what came out.
    async fn perform(
        &self,
        context: &Context,
        stage: Stage,
        client: &Client,
        job: rendering::Job,
    ) -> Outcome {
        let (name, namespace) = (job.name.clone(), job.namespace.clone());
        let stage = self.stage(context, stage);
        let rendered = rendering::render_telling(context, &stage, job).await;
        let rendered = rendered.map_err(|error| self.failed(context, error))?;
        let place = self.output.place(&name);
        if let Some(place) = &place {
            place.write_manifests(context, &rendered)?;
        } else {
            let trial = Trial {
                release: &name,
                namespace: &namespace,
                ownership: (!self.capabilities.is_upgrade).then_some(self.install.ownership()),
            };
            let text = rendered.manifest_text();
            let manifests = render::split_documents(&text);
            let tried = release::try_manifests(client, &manifests, &trial).await;
            tried.map_err(|error| Failure::from_error(&error))?;
        }
        self.show(context, place.as_ref(), &rendered)
    }

    fn stage(&self, context: &Context, stage: Stage) -> Stage {
        let form = context.errors;
        let stage = stage.telling(Arc::new(move |warning| log::say_late(form, warning)));
        if self.enable_dns { stage.resolving(rendering::resolve) } else { stage }
    }

    fn show(
        &self,
        context: &Context,
        place: Option<&files::Place<'_>>,
        rendered: &Rendered,
    ) -> Outcome {
        let hooks = self.hooks(&rendered.hooks);
        let Some(place) = place else {
            let parts = rendered.template_parts(hooks);
            if self.output.show_only.is_empty() {
                return Ok(context.out_all(&parts)?);
            }
            return self.print(context, &parts.concat());
        };
        place.write_hooks(context, hooks)?;
        self.print(context, "\n")
    }

    /// Prints everything, or the documents that `--show-only` names.
    fn print(&self, context: &Context, text: &str) -> Outcome {
        if self.output.show_only.is_empty() {
            return Ok(context.out(text)?);
        }
        let documents = render::split_documents(text);
        let mut shown = String::new();
        for wanted in &self.output.show_only {
            let fits =
                |d: &&&str| source_of(d).is_some_and(|path| render::path_matches(wanted, path));
            let before = shown.len();
            for document in documents.iter().filter(fits) {
                shown.push_str("---\n");
                shown.push_str(document);
                shown.push('\n');
            }
            if shown.len() == before {
                return Err(Failure::message(format!("could not find template {wanted} in chart")));
            }
        }
        Ok(context.out(&shown)?)
    }

    fn hooks<'a>(&self, hooks: &'a [render::Hook]) -> impl Iterator<Item = &'a render::Hook> {
        let (none, no_tests) = (self.output.no_hooks, self.output.skip_tests);
        hooks.iter().filter(move |h| !(none || no_tests && h.events.contains(&HookEvent::Test)))
    }

    /// What `--debug` shows of a failed rendering, and where it is not given, that it would.
    fn failed(&self, context: &Context, error: rendering::Failed) -> Failure {
        let Some(render_error) = &error.error else { return error.failure };
        if !render_error.is_past_values() {
            return error.failure;
        }
        if !context.helm.debug(&context.environment) {
            let text = render_error.helm_text();
            return error
                .failure
                .in_helms_words(text + "\n\nUse --debug flag to render out invalid YAML");
        }
        let mut text = "\n".to_owned();
        if let Some(unsorted) = render_error.unsorted() {
            text = unsorted.text.trim().to_owned() + "\n";
            for hook in self.hooks(&unsorted.hooks) {
                text.extend(render::document_parts(&hook.path, &hook.manifest));
            }
        }
        // The failure itself is told in any case.
        let _ = self.print(context, &text);
        error.failure
    }
}

impl OutputFlags {
    /// Where files go to, if they do.
    fn place<'a>(&'a self, release: &'a str) -> Option<files::Place<'a>> {
        let folder = self.output_dir.as_deref().filter(|dir| !dir.is_empty())?;
        Some(files::Place { folder, release: self.release_name.then_some(release) })
    }
}

impl CapabilityFlags {
    fn read(&self) -> Outcome<Capabilities> {
        let mut capabilities = rendering::capabilities(self.kube_version.as_deref())?;
        let given = self.api_versions.iter().flat_map(CommaList::parts);
        capabilities.api_versions.extend(given.cloned());
        Ok(capabilities)
    }

    fn operation(&self) -> Operation {
        if self.is_upgrade { Operation::Upgrade } else { Operation::Install }
    }
}

/// The path below its chart that a document says, wherever in it, that it comes from.
fn source_of(document: &str) -> Option<&str> {
    let marks = document.match_indices("# Source: ");
    marks.map(|(at, mark)| &document[at + mark.len()..]).find_map(|rest| {
        let (chart, path) = rest.split_once('/')?;
        let path = path.lines().next()?;
        (!chart.is_empty() && !path.is_empty()).then_some(path)
    })
}
