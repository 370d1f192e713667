//! `windrose helm drift`: what differs from the last revision, who changed it, and setting it back.

use std::fmt::Write as _;
use std::time::Duration;

use release::{ActOptions, Difference, Drift, Drifted, DriftedField, WaitMode, Writer};

use super::operation;
use crate::cli::tree::Run;
use crate::connection::HelmClusterFlags;
use crate::context::Context;
use crate::failure::{Exit, Failure, Outcome};
use crate::output::paint::{Ink, paint};
use crate::output::plan::short;
use crate::output::structured::{self, Format};
use crate::{duration, interrupt, runtime};

/// Show what differs from the last revision, and who changed it
///
/// Nothing is changed without --repair, which sets back what differs and nothing else: no revision is
/// written and no hook runs.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Args {
    /// The release
    name: String,
    /// Set back what differs
    #[arg(long)]
    repair: bool,
    /// With --repair: wait until what was set back is ready
    #[arg(long)]
    wait: bool,
    /// With --wait: for so long at most
    #[arg(long, value_name = "DURATION", default_value = "5m0s", value_parser = duration::parse)]
    timeout: Duration,
    /// Exit with 2 when something differs (and is not set back)
    #[arg(long)]
    detailed_exitcode: bool,
    /// How to print
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    output: Format,
    #[command(flatten)]
    cluster: HelmClusterFlags,
}

impl Run for Args {
    fn run(self, context: &Context) -> Outcome {
        let namespace = self.cluster.namespace(context);
        let drift = runtime::block_on(async {
            let cancel = interrupt::listen()?;
            let connection = self.cluster.connect(context).await?;
            let client = &connection.client;
            let result = async {
                let drift = release::drift(client, &namespace, &self.name, &cancel).await?;
                self.show(context, &drift)?;
                if self.repair && !drift.is_none() {
                    let wait = if self.wait { WaitMode::Ready } else { WaitMode::Hooks };
                    let timeout = self.timeout;
                    let options = ActOptions { timeout, wait, cancel, ..ActOptions::default() };
                    release::mend(client, &drift, &options, &operation::progress()).await?;
                }
                Ok(drift)
            }
            .await;
            connection.close().await?;
            result.map_err(Stopped::failure)
        })?;
        let left = drift.objects.iter().filter(|object| !self.repair || is_irreparable(object));
        match left.count() {
            0 => Ok(()),
            _ if self.repair => Err(Failure::message("not everything could be set back")),
            _ if self.detailed_exitcode => Err(Failure::Told(Exit::Changes)),
            _ => Ok(()),
        }
    }
}

/// Either room's failure.
enum Stopped {
    Release(release::Error),
    Shown(Failure),
}

impl From<release::Error> for Stopped {
    fn from(error: release::Error) -> Self {
        Self::Release(error)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Shown(failure)
    }
}

impl Stopped {
    fn failure(self) -> Failure {
        match self {
            Self::Release(error) => operation::failed(&error),
            Self::Shown(failure) => failure,
        }
    }
}

fn is_irreparable(object: &Drifted) -> bool {
    matches!(object.how, Difference::Irreparable { .. })
}

impl Args {
    fn show(&self, context: &Context, drift: &Drift) -> Outcome {
        match self.output {
            Format::Table => Ok(context.out(&page(context, drift))?),
            Format::Json | Format::Yaml => structured::print(context, self.output, drift),
        }
    }
}

fn page(context: &Context, drift: &Drift) -> String {
    let style = context.out_style;
    let place = format!("{} in {}, revision {}", drift.release, drift.namespace, drift.revision);
    let mut text = match drift.objects.len() {
        0 => format!("{place}: nothing differs\n"),
        1 => format!("{place}: 1 object differs\n"),
        count => format!("{place}: {count} objects differ\n"),
    };
    for object in &drift.objects {
        let name = match &object.object.namespace {
            Some(other) if *other != drift.namespace => format!("{} in {other}", object.object),
            _ => object.object.to_string(),
        };
        let (ink, line) = match &object.how {
            Difference::Missing => (Ink::Bad, format!("- {name} is gone")),
            Difference::Changed { .. } => (Ink::Notice, format!("~ {name}")),
            Difference::Extra => (Ink::Bad, format!("+ {name} is left of a revision that failed")),
            Difference::Irreparable { message } => (Ink::Bad, format!("✘ {message}")),
        };
        let _ = writeln!(text, "  {}", paint(style, ink, &line));
        if let Difference::Changed { fields } = &object.how {
            for field in fields {
                let who = paint(style, Ink::Faint, &by(&field.writers));
                let _ = writeln!(text, "      {}{who}", values(field));
            }
        }
    }
    text
}

/// `spec.replicas: 5, should be 2`
fn values(field: &DriftedField) -> String {
    let change = &field.change;
    let live = change.before.as_ref().map(short);
    let meant = change.after.as_ref().map(short);
    match (live, meant) {
        (Some(live), Some(meant)) => format!("{}: {live}, should be {meant}", change.path),
        (Some(live), None) => format!("{}: {live}, should not be there", change.path),
        (None, Some(meant)) => format!("{} is gone, should be {meant}", change.path),
        (None, None) => change.path.clone(),
    }
}

/// `  (kubectl-edit, 2026-11-21T14:02:11Z)`
fn by(writers: &[Writer]) -> String {
    if writers.is_empty() {
        return String::new();
    }
    let one = |writer: &Writer| {
        let how = match writer.subresource.as_str() {
            "" => String::new(),
            subresource => format!(" by {subresource}"),
        };
        let when =
            if writer.time.is_empty() { String::new() } else { format!(", {}", writer.time) };
        format!("{}{how}{when}", writer.manager)
    };
    format!("  ({})", writers.iter().map(one).collect::<Vec<_>>().join("; "))
}
