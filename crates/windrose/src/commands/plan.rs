//! `windrose plan`: what an apply would do now, object by object.

use std::fmt::Write;

use kubernetes::CancellationToken;
use serde_json::{Value, json};
use stack::{Planned, ReleasePlan, StackPlan};

use crate::cli::tree::Run;
use crate::commands::stack_file::{Opened, StackFlags, on_cluster};
use crate::connection::{ClusterFlags, Connection};
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::paint::{Ink, paint};
use crate::output::plan::{Tally, body, headline};
use crate::output::progress;
use crate::output::structured::{self, Format};

/// Show what an apply would do now, object by object, from a server-side dry run
///
/// Nothing is changed. Values of Secrets are not shown.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    stack: StackFlags,
    /// Exit with 0 for no changes, 2 for changes, 3 if some delete or replace objects
    #[arg(long)]
    detailed_exitcode: bool,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: ClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        on_cluster(context, &self.stack, &self.cluster, async |opened, to| {
            self.plan(context, opened, to).await
        })
    }
}

impl Args {
    async fn plan(&self, context: &Context, opened: &Opened, to: &Connection) -> Outcome {
        let session = opened.session(
            context,
            to.client.clone(),
            progress::silent(),
            CancellationToken::new(),
        );
        session.check_cluster().await.map_err(|e| Failure::from_error(&e))?;
        let plan = session.plan().await.map_err(|e| Failure::from_error(&e))?;
        let summary = Summary::of(&plan);
        match self.output {
            Format::Table => context.out(&self.for_people(context, opened, &plan, &summary))?,
            Format::Json | Format::Yaml => {
                structured::print(context, self.output, &for_programs(opened, &plan, &summary))?;
            }
        }
        let failures: Vec<(String, stack::Failure)> = plan
            .releases
            .iter()
            .filter_map(|r| match &r.action {
                Planned::Failed(failure) => Some((r.key.clone(), failure.clone())),
                Planned::Known(_) | Planned::Kept | Planned::AfterJob { .. } => None,
            })
            .collect();
        progress::fail_with(context, &failures)?;
        if summary.tally.refused > 0 {
            let objects = summary.tally.refused;
            return Err(Failure::message(format!(
                "{objects} of the objects may not be changed so"
            )));
        }
        match (self.detailed_exitcode, summary.verdict()) {
            (false, _) | (true, "no changes") => Ok(()),
            (true, "destructive") => Err(Failure::Told(Exit::Destructive)),
            (true, _) => Err(Failure::Told(Exit::Changes)),
        }
    }

    fn for_people(
        &self,
        context: &Context,
        opened: &Opened,
        plan: &StackPlan,
        summary: &Summary,
    ) -> String {
        let style = context.out_style;
        let mut text = String::new();
        for release in &plan.releases {
            let (words, ink) = in_words(release);
            let name = paint(style, Ink::Strong, &release.key);
            let _ = writeln!(text, "{name} ({}): {}", release.namespace, paint(style, ink, &words));
            for job in &release.before {
                let _ = writeln!(text, "  > job {job}, before");
            }
            if let Planned::Known(plan) = &release.action {
                text.push_str(&body(plan, style));
            }
            for job in &release.after {
                let _ = writeln!(text, "  > job {job}, after");
            }
        }
        for (key, disabled) in &opened.resolved.disabled {
            let words = format!("{key}: switched off here, {}", disabled.condition);
            let _ = writeln!(text, "{}", paint(style, Ink::Faint, &words));
        }
        for orphan in &plan.orphans {
            let words = format!(
                "{}: no longer in the stack, still in the cluster as {}/{}",
                orphan.key, orphan.namespace, orphan.name
            );
            let _ = writeln!(text, "{}", paint(style, Ink::Notice, &words));
        }
        let tally = summary.tally.words(style);
        let tally = if tally.is_empty() { summary.verdict().to_owned() } else { tally };
        let _ = writeln!(
            text,
            "\nPlan for {} in {}: {tally}",
            opened.resolved.stack, opened.resolved.environment
        );
        if summary.verdict() != "no changes" && summary.tally.refused == 0 && !summary.failed {
            let _ = writeln!(
                text,
                "Do it:  windrose apply{}{}",
                self.stack.repeated(),
                self.cluster.repeated()
            );
        }
        text
    }
}

/// All releases taken together.
struct Summary {
    tally: Tally,
    changes: bool,
    failed: bool,
}

impl Summary {
    fn of(plan: &StackPlan) -> Self {
        let mut summary = Self { tally: Tally::default(), changes: false, failed: false };
        for release in &plan.releases {
            match &release.action {
                Planned::Known(plan) => {
                    summary.tally.add(plan);
                    summary.changes |= !plan.is_nothing();
                }
                Planned::AfterJob { .. } => summary.changes = true,
                Planned::Kept => {}
                Planned::Failed(_) => summary.failed = true,
            }
        }
        summary
    }

    fn verdict(&self) -> &'static str {
        if self.tally.is_destructive() {
            "destructive"
        } else if self.changes {
            "changes"
        } else {
            "no changes"
        }
    }
}

fn in_words(release: &ReleasePlan) -> (String, Ink) {
    match &release.action {
        Planned::Known(plan) if plan.is_nothing() => (headline(plan), Ink::Faint),
        Planned::Known(plan) => (headline(plan), Ink::Notice),
        Planned::Kept => ("installed once, never upgraded".to_owned(), Ink::Faint),
        Planned::AfterJob { job, file } => {
            (format!("known after job {job}, which writes {file}"), Ink::Notice)
        }
        Planned::Failed(_) => ("cannot be planned".to_owned(), Ink::Bad),
    }
}

fn for_programs(opened: &Opened, plan: &StackPlan, summary: &Summary) -> Value {
    let releases: Vec<Value> = plan
        .releases
        .iter()
        .map(|release| {
            let (words, _) = in_words(release);
            let known = match &release.action {
                Planned::Known(plan) => serde_json::to_value(plan).unwrap_or_default(),
                Planned::Kept | Planned::AfterJob { .. } | Planned::Failed(_) => Value::Null,
            };
            json!({
                "key": release.key,
                "name": release.name,
                "namespace": release.namespace,
                "summary": words,
                "jobs": {"before": release.before, "after": release.after},
                "plan": known,
            })
        })
        .collect();
    json!({
        "stack": opened.resolved.stack,
        "environment": opened.resolved.environment,
        "verdict": summary.verdict(),
        "releases": releases,
        "disabled": opened.resolved.disabled.keys().collect::<Vec<_>>(),
        "orphans": plan.orphans.iter().map(|o| json!({"key": o.key, "name": o.name, "namespace": o.namespace})).collect::<Vec<_>>(),
    })
}
