//! What `install` and `upgrade` have in common: from a chart and values to a new revision.

use std::sync::Arc;
use std::time::Duration;

use chart::Warning;
use kubernetes::{CancellationToken, Client};
use release::{
    ActOptions, Content, Crd, CrdPolicy, Created, Desired, HookLeftovers, Hooks, Intent, Method,
    Namespaces, Observed, OnFailure, Options, Ownership, Rehearsal, Release, Revisions, Stage,
};
use render::{Capabilities, Operation, PostRenderer, Rendered};

use super::chart::{ChartFlags, Kinds};
use super::dry_run::{self, Doing, DryRunFlag};
use super::operation::{self, OperationFlags};
use super::page::{self, Notes};
use super::plan::{self, PlanFlags};
use super::post_renderer::PostRendererFlags;
use super::template::flags::{ForceFlags, Labels};
use super::values::ValueFlags;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;
use crate::output::structured::{self, Format};
use crate::rendering::{self, Job};

/// Flags of both commands.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ChangeFlags {
    #[command(flatten)]
    values: ValueFlags,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    post_renderer: PostRendererFlags,
    #[command(flatten)]
    operation: OperationFlags,
    #[command(flatten)]
    force: ForceFlags,
    #[command(flatten)]
    dry_run: DryRunFlag,
    #[command(flatten)]
    checks: CheckFlags,
    /// Create the release's namespace if it is missing
    #[arg(long)]
    create_namespace: bool,
    /// Go back (or uninstall a first revision) when it fails
    #[arg(long)]
    rollback_on_failure: bool,
    #[arg(long, hide = true)]
    atomic: bool,
    /// Take over objects that exist and belong to nobody or to another release
    #[arg(long)]
    take_ownership: bool,
    /// Labels on the stored release: a=b,c=d
    #[arg(short, long, value_name = "LABELS", value_parser = Labels::parse)]
    labels: Vec<Labels>,
    /// With --dry-run: leave out the contents of Secrets
    #[arg(long)]
    hide_secret: bool,
    /// Do not print the notes
    #[arg(long)]
    hide_notes: bool,
    /// Show the notes of dependencies, too
    #[arg(long)]
    render_subchart_notes: bool,
    /// How to print: table, json or yaml
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    #[arg(value_parser = structured::parse_format)]
    output: Format,
    #[command(flatten)]
    pub(super) cluster: HelmClusterFlags,
}

/// What is left out, or asked besides.
#[derive(clap::Args, Clone, Debug)]
struct CheckFlags {
    /// Do not create the CRDs of crds/
    #[arg(long)]
    skip_crds: bool,
    /// Do not check the values against the chart's schema
    #[arg(long)]
    skip_schema_validation: bool,
    /// Accepted for Helm's sake: the server checks what it is given
    #[arg(long)]
    disable_openapi_validation: bool,
    /// Let templates ask for the addresses of host names
    #[arg(long)]
    enable_dns: bool,
}

/// What was read before a cluster is asked.
pub(super) struct Prepared {
    chart: chart::Chart,
    values: yaml::Map,
    given: chart::values::Given,
}

/// A command under way.
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) flags: &'a ChangeFlags,
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) history_max: usize,
    pub(super) created: Created,
    pub(super) doing: Doing,
    pub(super) post_renderer: Option<PostRenderer>,
    pub(super) cancel: CancellationToken,
    /// Only show what would be done.
    pub(super) planning: Option<&'a PlanFlags>,
}

impl ChangeFlags {
    /// What Helm checks as soon as it has read the flags.
    pub(super) fn start(&self, context: &Context) -> Outcome<(Doing, Option<PostRenderer>)> {
        self.operation.tell_deprecated(context)?;
        operation::tell_deprecated(context, &self.force, self.atomic)?;
        let post_renderer = self.post_renderer.find(context)?;
        self.force.check()?;
        Ok((self.dry_run.choose(context)?, post_renderer))
    }

    /// Reads chart and values.
    pub(super) fn prepare(
        &self,
        context: &Context,
        reference: &str,
        kinds: Kinds,
    ) -> Outcome<Prepared> {
        let path = self.chart.find(context, reference)?;
        let (values, given) = self.values.merge(context)?;
        let chart = self.chart.read_kind(context, &path, &render::Programs::default(), kinds)?;
        Ok(Prepared { chart, values, given })
    }

    /// How it is printed.
    pub(super) fn is_table(&self) -> bool {
        self.output == Format::Table
    }

    /// Prints what came of it.
    pub(super) fn show(&self, context: &Context, release: &Release) -> Outcome {
        let notes = if self.hide_notes { Notes::Hidden } else { Notes::Shown };
        match self.output {
            Format::Table => Ok(context.out(&page::page(release, notes))?),
            Format::Json | Format::Yaml => {
                structured::print(context, self.output, &page::to_json(release))
            }
        }
    }
}

impl Work<'_> {
    /// A first revision, without asking a cluster.
    pub(super) async fn install_here(&self, prepared: Prepared) -> Outcome<Release> {
        self.check_install_name()?;
        Labels::check(&self.flags.labels)?;
        let stage = self.stage(Stage::offline(Capabilities::default()));
        let rendered = self.render(&stage, prepared, 1, Operation::Install).await?;
        let desired = self.desired(Intent::Install, &rendered);
        let nothing = Observed { namespace_exists: true, ..Observed::default() };
        let plan = release::decide(&desired, &nothing).map_err(|e| operation::failed(&e))?;
        dry_run::pretended(&plan, None)
    }

    /// A first revision, or one in the place of a release that was uninstalled.
    pub(super) async fn install(
        &self,
        client: &Client,
        prepared: Prepared,
        intent: Intent,
    ) -> Outcome<Option<Release>> {
        let pretends = self.doing != Doing::Change;
        if self.flags.hide_secret && !pretends {
            let text = "hiding Kubernetes secrets requires a dry-run mode";
            log::say_as_helm(self.context, &Warning::error(text))?;
            return Err(Failure::message(text));
        }
        self.check_install_name()?;
        self.check_free(client, &intent).await?;
        self.bring_crds(client, &prepared).await?;
        Labels::check(&self.flags.labels)?;
        let stage = Stage::of(client).await.map_err(|e| Failure::from_error(&e))?;
        let stage = self.stage(stage);
        let rendered = self.render(&stage, prepared, 1, Operation::Install).await?;
        let desired = self.desired(intent, &rendered);
        if let Some(flags) = self.planning {
            return self.plan(client, &desired, flags).await;
        }
        self.carry_out(client, &desired).await.map(Some).map_err(|error| failed_install(&error))
    }

    /// A further revision.
    pub(super) async fn upgrade(
        &self,
        client: &Client,
        mut prepared: Prepared,
        reuse: impl FnOnce(&Release, &mut chart::Chart, yaml::Map) -> yaml::Map,
    ) -> Outcome<Option<Release>> {
        if render::check_name(&self.name).is_err() {
            return Err(Failure::message(format!("release name is invalid: {}", self.name)));
        }
        if self.flags.hide_secret && self.doing == Doing::Change {
            return Err(Failure::message("hiding Kubernetes secrets requires a dry-run mode"));
        }
        let namespace = self.namespace();
        let upcoming = release::upcoming(client, &namespace, &self.name, &Intent::Upgrade).await;
        let upcoming = upcoming.map_err(|e| operation::failed(&e))?;
        upcoming.action.as_ref().map_err(operation::failed)?;
        if let Some(current) = upcoming.deployed.as_ref().or(upcoming.latest.as_ref()) {
            let values = std::mem::take(&mut prepared.values);
            prepared.values = reuse(current, &mut prepared.chart, values);
        }
        let stage = Stage::of(client).await.map_err(|e| Failure::from_error(&e))?;
        let stage = match self.doing {
            Doing::Client => stage.without_lookup(),
            Doing::Change | Doing::Server => stage,
        };
        let stage = self.stage(stage);
        let rendered = self.render(&stage, prepared, upcoming.revision, Operation::Upgrade).await?;
        Labels::check(&self.flags.labels)?;
        let desired = self.desired(Intent::Upgrade, &rendered);
        if let Some(flags) = self.planning {
            return self.plan(client, &desired, flags).await;
        }
        let done = self.carry_out(client, &desired).await;
        done.map(Some).map_err(|error| self.failed_upgrade(&error))
    }

    /// Shows what would be done, and nothing was.
    async fn plan(
        &self,
        client: &Client,
        desired: &Desired,
        flags: &PlanFlags,
    ) -> Outcome<Option<Release>> {
        let planning = plan::Planning { flags, output: self.flags.output, options: self.options() };
        planning.show(self.context, client, desired).await?;
        Ok(None)
    }

    fn namespace(&self) -> String {
        self.flags.cluster.namespace(self.context)
    }

    fn check_install_name(&self) -> Outcome {
        let Err(error) = render::check_name(&self.name) else { return Ok(()) };
        let text = error.helm_text();
        let what = "release name check failed";
        let why = text.strip_prefix(what).and_then(|t| t.strip_prefix(": ")).unwrap_or(&text);
        operation::log_error(self.context, what, why)?;
        Err(Failure::from_error(&error).in_helms_words(format!("{what}: {why}")))
    }

    async fn check_free(&self, client: &Client, intent: &Intent) -> Outcome {
        if self.doing != Doing::Change {
            return Ok(());
        }
        let upcoming = release::upcoming(client, &self.namespace(), &self.name, intent).await;
        let upcoming = upcoming.map_err(|e| operation::failed(&e))?;
        let Err(error) = upcoming.action else { return Ok(()) };
        let what = "release name check failed";
        operation::log_error(self.context, what, &error.helm_text())?;
        Err(operation::prefixed(&format!("{what}: "), operation::failed(&error)))
    }

    /// Definitions come before anything is rendered: templates may ask for their kinds.
    async fn bring_crds(&self, client: &Client, prepared: &Prepared) -> Outcome {
        if self.planning.is_some()
            || self.flags.checks.skip_crds
            || prepared.chart.crds().is_empty()
        {
            return Ok(());
        }
        let mut chart = prepared.chart.clone();
        if chart::process_dependencies(&mut chart, &(&prepared.values).into()).is_err() {
            // Rendering says it better.
            return Ok(());
        }
        let crds: Vec<Crd> = chart
            .crds()
            .into_iter()
            .map(|crd| Crd {
                source: crd.filename,
                text: String::from_utf8_lossy(&crd.data).into_owned(),
            })
            .collect();
        if crds.is_empty() {
            return Ok(());
        }
        if self.doing != Doing::Change {
            let text = "This chart or one of its subcharts contains CRDs. Rendering may fail or \
                        contain inaccuracies.";
            return log::say(self.context, &Warning::new(text));
        }
        let (_, conflicts) = operation::forced(&self.flags.force);
        let brought = release::bring_crds(client, &crds, (self.method, conflicts), &self.cancel);
        brought.await.map_err(|error| operation::failed(&error))
    }

    fn stage(&self, stage: Stage) -> Stage {
        let form = self.context.errors;
        let stage = stage.telling(Arc::new(move |warning| log::say_late(form, warning)));
        if self.flags.checks.enable_dns { stage.resolving(rendering::resolve) } else { stage }
    }

    async fn render(
        &self,
        stage: &Stage,
        prepared: Prepared,
        revision: i64,
        operation: Operation,
    ) -> Outcome<Rendered> {
        let flags = self.flags;
        let job = Job {
            chart: prepared.chart,
            values: prepared.values,
            name: self.name.clone(),
            namespace: self.namespace(),
            revision,
            operation,
            options: render::Options {
                skip_schema_validation: flags.checks.skip_schema_validation,
                sub_notes: flags.render_subchart_notes,
                hide_secrets: flags.hide_secret,
                post_renderer: self.post_renderer.clone(),
                given: prepared.given,
                ..render::Options::default()
            },
        };
        let rendered = rendering::render_telling(self.context, stage, job).await;
        rendered.map_err(|failed| failed.failure)
    }

    fn desired(&self, intent: Intent, rendered: &Rendered) -> Desired {
        let flags = self.flags;
        let (replace, conflicts) = operation::forced(&flags.force);
        Desired {
            name: self.name.clone(),
            namespace: self.namespace(),
            intent,
            content: Some(Content::from_rendered(rendered)),
            options: Options {
                namespaces: if flags.create_namespace {
                    Namespaces::Create
                } else {
                    Namespaces::MustExist
                },
                ownership: if flags.take_ownership { Ownership::Take } else { Ownership::Required },
                conflicts,
                replace,
                method: self.method,
                rehearsal: Rehearsal::Skipped,
                created: self.created,
                hooks: if flags.operation.no_hooks { Hooks::Skip } else { Hooks::Run },
                crds: match self.planning {
                    Some(_) if !flags.checks.skip_crds => CrdPolicy::CreateOnInstall,
                    // Those of an installation came before.
                    Some(_) | None => CrdPolicy::Skip,
                },
                revisions: Revisions::Always,
                hook_leftovers: HookLeftovers::Keep,
                history_max: self.history_max,
                description: flags.operation.description(),
                labels: flags.labels.iter().flat_map(|all| all.0.clone()).collect(),
                ..Options::default()
            },
        }
    }

    async fn carry_out(
        &self,
        client: &Client,
        desired: &Desired,
    ) -> Result<Release, release::Error> {
        if self.doing != Doing::Change {
            let mut desired = desired.clone();
            desired.options.namespaces = Namespaces::Create;
            let (plan, description) = if desired.intent == Intent::Upgrade {
                let plan = operation::plan(client, &desired, Duration::ZERO, &self.cancel).await?;
                (plan, self.flags.operation.description())
            } else {
                desired.intent = Intent::Install;
                (operation::plan_first(client, &desired, &self.cancel).await?, None)
            };
            return dry_run::pretended(&plan, description.as_deref())
                .map_err(|_| release::Error::Incomplete("the plan has no record"));
        }
        let options = self.options();
        let done = operation::perform(client, desired, &options).await?;
        done.release.ok_or(release::Error::Incomplete("the release was not recorded"))
    }

    fn options(&self) -> ActOptions {
        let on_failure = if self.flags.rollback_on_failure || self.flags.atomic {
            OnFailure::Rollback
        } else {
            OnFailure::Keep
        };
        self.flags.operation.act_options(self.context, on_failure, self.cancel.clone())
    }

    fn failed_upgrade(&self, error: &release::Error) -> Failure {
        if operation::was_begun(error) {
            let cause = match error {
                release::Error::RolledBack { cause, .. } => cause.helm_text(),
                other => other.helm_text(),
            };
            let warning = Warning::new("upgrade failed")
                .with("name", self.name.as_str())
                .with("error", cause);
            log::say_late(self.context.errors, &warning);
        }
        let failure = operation::failed(error);
        match error {
            release::Error::Refused { .. } => {
                operation::prefixed("unable to continue with update: ", failure)
            }
            release::Error::Manifest { what, detail } if what == "new release manifest" => {
                failure.in_helms_words(detail.clone())
            }
            _ => failure,
        }
    }
}

fn failed_install(error: &release::Error) -> Failure {
    let failure = operation::failed(error);
    match error {
        release::Error::Refused { .. } => {
            operation::prefixed("unable to continue with install: ", failure)
        }
        release::Error::Manifest { what, detail } if what == "new release manifest" => failure
            .in_helms_words(format!(
                "unable to build kubernetes objects from release manifest: {detail}"
            )),
        _ => failure,
    }
}
