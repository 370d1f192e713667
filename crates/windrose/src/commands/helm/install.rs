//! `windrose helm install`.

use std::time::Duration;

use release::{
    Conflicts, Content, CrdPolicy, Desired, HookLeftovers, Hooks, Intent, Namespaces, OnFailure,
    Options, Ownership, Revisions, Stage,
};
use render::Operation;

use super::chart::ChartFlags;
use super::name::NameFlags;
use super::operation::{self, OperationFlags};
use super::page::{self, Notes};
use super::post_renderer::PostRendererFlags;
use super::values::ValueFlags;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::structured::{self, Format};
use crate::rendering::{self, Job};
use crate::{interrupt, runtime};

/// Install a chart
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// [NAME] CHART
    #[arg(num_args = 0.., value_names = ["NAME", "CHART"])]
    positional: Vec<String>,
    #[command(flatten)]
    name: NameFlags,
    #[command(flatten)]
    change: ChangeFlags,
}

/// What install and upgrade have in common.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ChangeFlags {
    #[command(flatten)]
    pub(super) values: ValueFlags,
    #[command(flatten)]
    pub(super) chart: ChartFlags,
    #[command(flatten)]
    post_renderer: PostRendererFlags,
    #[command(flatten)]
    pub(super) operation: OperationFlags,
    /// Create the release's namespace if it is missing
    #[arg(long)]
    create_namespace: bool,
    /// Go back (or uninstall a first revision) when it fails
    #[arg(long, visible_alias = "atomic")]
    rollback_on_failure: bool,
    /// Take over objects that exist and belong to nobody or to another release
    #[arg(long)]
    take_ownership: bool,
    /// Take over fields that others own
    #[arg(long)]
    force_conflicts: bool,
    /// Do not create the CRDs of crds/
    #[arg(long)]
    skip_crds: bool,
    /// Do not check the values against the chart's schema
    #[arg(long)]
    skip_schema_validation: bool,
    /// Labels on the stored release: a=b,c=d
    #[arg(short, long, value_name = "LABELS", value_delimiter = ',', value_parser = label)]
    labels: Vec<(String, String)>,
    /// Change nothing: client renders only, server tries it on the API server
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: Option<DryRun>,
    /// Do not print the notes
    #[arg(long)]
    hide_notes: bool,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    pub(super) cluster: HelmClusterFlags,
}

/// Helm's ways not to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DryRun {
    /// Do it.
    #[value(alias = "false")]
    None,
    /// Only render.
    #[value(alias = "true")]
    Client,
    /// Try every object on the API server.
    Server,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let (name, reference) = self.name.name_and_chart(context, &self.positional, None)?;
        render::check_name(&name).map_err(|e| Failure::from_error(&e))?;
        self.change.run(context, &Change { name, reference, intent: Intent::Install })
    }
}

/// One install or upgrade.
pub(super) struct Change {
    pub(super) name: String,
    pub(super) reference: String,
    pub(super) intent: Intent,
}

impl ChangeFlags {
    pub(super) fn run(self, context: &Context, change: &Change) -> Outcome {
        self.run_with(context, change, |_, values| values)
    }

    /// As [`Self::run`]; `reuse` decides which values an upgrade goes on with.
    pub(super) fn run_with(
        self,
        context: &Context,
        change: &Change,
        reuse: impl FnOnce(&release::Upcoming, yaml::Map) -> yaml::Map,
    ) -> Outcome {
        let post_renderer = self.post_renderer.find(context)?;
        let (values, given) = self.values.merge(context)?;
        let chart = self.chart.load(context, &change.reference)?;
        let namespace = self.cluster.namespace(context);
        runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let client = connection.client.clone();
            let result = async {
                let upcoming = release::upcoming(&client, &namespace, &change.name, &change.intent)
                    .await
                    .map_err(|e| operation::failed(&e))?;
                let values = reuse(&upcoming, values);
                let stage = Stage::of(&client).await.map_err(|e| Failure::from_error(&e))?;
                let job = Job {
                    chart,
                    values,
                    name: change.name.clone(),
                    namespace: namespace.clone(),
                    revision: upcoming.revision,
                    operation: if upcoming.is_install {
                        Operation::Install
                    } else {
                        Operation::Upgrade
                    },
                    options: render::Options {
                        skip_schema_validation: self.skip_schema_validation,
                        post_renderer,
                        given,
                        ..render::Options::default()
                    },
                };
                let rendered = rendering::render(&stage, job).await?;
                let desired = Desired {
                    name: change.name.clone(),
                    namespace: namespace.clone(),
                    intent: change.intent.clone(),
                    content: Some(Content::from_rendered(&rendered)),
                    options: self.options(),
                };
                match self.dry_run {
                    Some(DryRun::Client) => Ok(context.out(&rendered.template_text())?),
                    Some(DryRun::Server) => {
                        operation::plan(&client, &desired, Duration::ZERO, &cancel)
                            .await
                            .map_err(|e| operation::failed(&e))?;
                        Ok(context.out(&rendered.template_text())?)
                    }
                    Some(DryRun::None) | None => {
                        let on_failure = if self.rollback_on_failure {
                            OnFailure::Rollback
                        } else {
                            OnFailure::Keep
                        };
                        let options = self.operation.act_options(on_failure, cancel.clone());
                        let done = operation::perform(&client, &desired, &options)
                            .await
                            .map_err(|e| operation::failed(&e))?;
                        self.show(context, done.release.as_ref())
                    }
                }
            }
            .await;
            connection.close().await?;
            result
        })
    }

    fn options(&self) -> Options {
        Options {
            namespaces: if self.create_namespace {
                Namespaces::Create
            } else {
                Namespaces::MustExist
            },
            ownership: if self.take_ownership { Ownership::Take } else { Ownership::Required },
            conflicts: if self.force_conflicts { Conflicts::Force } else { Conflicts::Refuse },
            hooks: if self.operation.no_hooks { Hooks::Skip } else { Hooks::Run },
            crds: if self.skip_crds { CrdPolicy::Skip } else { CrdPolicy::CreateOnInstall },
            revisions: Revisions::Always,
            hook_leftovers: HookLeftovers::Keep,
            description: self.operation.description.clone(),
            labels: self.labels.iter().cloned().collect(),
            ..Options::default()
        }
    }

    fn show(&self, context: &Context, release: Option<&release::Release>) -> Outcome {
        let Some(release) = release else {
            return Err(Failure::message("the release was not recorded"));
        };
        let notes = if self.hide_notes { Notes::Hidden } else { Notes::Shown };
        match self.output {
            Format::Table => Ok(context.out(&page::page(release, notes))?),
            Format::Json | Format::Yaml => {
                structured::print(context, self.output, &page::to_json(release))
            }
        }
    }
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
