//! `--dry-run` of the commands that change a cluster.

use chart::Warning;
use jiff::Timestamp;
use release::{Plan, Release};

use super::template::flags::wrong_dry_run;
use crate::cli::go_flags::parse_bool;
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::output::log;

/// Helm's description of a revision that was not made; its page shows the manifests.
const COMPLETE: &str = "Dry run complete";

/// The flag.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct DryRunFlag {
    /// Change nothing: client renders only, server asks the cluster too
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "unset")]
    dry_run: Option<String>,
}

/// What is done about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// It is made.
    Change,
    /// It is rendered.
    Client,
    /// It is rendered with what the cluster says, and checked against it.
    Server,
}

impl DryRunFlag {
    /// What the flag asks for.
    pub(crate) fn choose(&self, context: &Context) -> Outcome<Doing> {
        match self.dry_run.as_deref() {
            None | Some("none") => return Ok(Doing::Change),
            Some("client") => return Ok(Doing::Client),
            Some("server") => return Ok(Doing::Server),
            Some("unset") => {
                let text = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
                log::say(context, &Warning::new(text))?;
                return Ok(Doing::Client);
            }
            Some(_) => {}
        }
        let word = self.dry_run.as_deref().unwrap_or_default();
        let (doing, name) = match parse_bool(word) {
            Ok(true) => (Doing::Client, "client"),
            Ok(false) => (Doing::Change, "none"),
            Err(_) => return Err(wrong_dry_run(word, "\"none\", \"server\", or \"client\"")),
        };
        let text = format!(
            "boolean '--dry-run={word}' flag is deprecated and must be replaced with \
             '--dry-run={name}'"
        );
        log::say(context, &Warning::new(text))?;
        Ok(doing)
    }
}

/// The revision that a plan would have written.
pub(super) fn pretended(plan: &Plan, description: Option<&str>) -> Outcome<Release> {
    let record = plan.record().ok_or_else(|| Failure::message("the plan has no record"))?;
    let mut record = record.clone();
    let now = Timestamp::now();
    record.info.last_deployed = Some(now);
    record.info.first_deployed.get_or_insert(now);
    description.unwrap_or(COMPLETE).clone_into(&mut record.info.description);
    Ok(record)
}
