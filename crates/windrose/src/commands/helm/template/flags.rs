//! Flags of `helm template` that come from `helm install` and change little or nothing here.
//!
//! They are accepted with Helm's meaning: wrong values, and flags that exclude each other, are told
//! in its words.

use std::fmt;

use chart::Warning;
use release::Ownership;

use crate::cli::go_flags::{parse_bool, parse_pairs};
use crate::context::Context;
use crate::duration;
use crate::failure::{Failure, Outcome};
use crate::output::log;

/// What installing takes and rendering ignores.
#[derive(clap::Args, Clone, Debug)]
#[command(next_help_heading = "Accepted for Helm's sake, without effect on what is rendered")]
pub(crate) struct InstallFlags {
    /// Create the release's namespace if it is missing
    #[arg(long, hide_short_help = true)]
    create_namespace: bool,
    #[command(flatten)]
    force: ForceFlags,
    /// Update objects on the server
    #[arg(long, hide_short_help = true, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", value_parser = parse_bool, value_name = "BOOL")]
    server_side: Option<bool>,
    /// Reuse the name of a deleted release
    #[arg(long, hide_short_help = true)]
    replace: bool,
    /// Time to wait for any single operation
    #[arg(long, value_name = "DURATION", hide_short_help = true, value_parser = timeout)]
    timeout: Option<String>,
    /// Wait until everything is ready: watcher, hookOnly or legacy
    #[arg(long, value_name = "STRATEGY", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "watcher", value_parser = wait, hide_short_help = true)]
    wait: Option<String>,
    /// With --wait: also wait until all Jobs have completed
    #[arg(long, hide_short_help = true)]
    wait_for_jobs: bool,
    /// Take over objects that belong to nobody or to another release
    #[arg(long, hide_short_help = true)]
    take_ownership: bool,
    /// Description of the revision
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    description: Option<String>,
    /// Do not check manifests against the server's schema
    #[arg(long, hide_short_help = true)]
    disable_openapi_validation: bool,
    /// Undo the installation when it fails
    #[arg(long, hide_short_help = true)]
    rollback_on_failure: bool,
    #[arg(long, hide = true)]
    atomic: bool,
    /// Labels of the stored release: a=b,c=d
    #[arg(short, long, value_name = "LABELS", hide_short_help = true, value_parser = Labels::parse)]
    labels: Vec<Labels>,
    #[arg(long, hide = true)]
    hide_notes: bool,
    #[arg(long, hide = true)]
    render_subchart_notes: bool,
}

/// Flags that exclude each other.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct ForceFlags {
    /// Replace objects instead of updating them
    #[arg(long, hide_short_help = true, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", value_parser = parse_bool, value_name = "BOOL")]
    pub(crate) force_replace: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", value_parser = parse_bool)]
    pub(crate) force: Option<bool>,
    /// Take over fields that others own
    #[arg(long, hide_short_help = true, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", value_parser = parse_bool, value_name = "BOOL")]
    pub(crate) force_conflicts: Option<bool>,
}

/// `--dry-run` and its old name.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct DryRunFlags {
    /// Where to try it: client (nothing is asked of a cluster) or server (its version, APIs and
    /// objects are used and the manifests checked) [default: client]
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "unset")]
    dry_run: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "true", value_parser = parse_bool)]
    validate: Option<bool>,
}

/// Whether a cluster is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DryRun {
    /// It is not.
    Client,
    /// It is.
    Server,
}

/// One value of `--labels`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels(pub(crate) Vec<(String, String)>);

impl Labels {
    /// Reads a flag's value.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        parse_pairs(text).map(Self)
    }

    /// Refuses labels that Helm keeps for itself.
    pub(crate) fn check(all: &[Self]) -> Outcome {
        let mut names = all.iter().flat_map(|labels| &labels.0).map(|(name, _)| name.as_str());
        if names.any(|name| SYSTEM_LABELS.contains(&name)) {
            return Err(Failure::message(format!(
                "user supplied labels contains system reserved label name. System labels: [{}]",
                SYSTEM_LABELS.join(" ")
            )));
        }
        Ok(())
    }
}

impl ForceFlags {
    /// Refuses flags that exclude each other.
    pub(crate) fn check(&self) -> Outcome {
        let conflicts = self.force_conflicts.is_some();
        check_groups([
            (self.force.is_some() && conflicts, ["force", "force-conflicts"]),
            (self.force_replace.is_some() && conflicts, ["force-replace", "force-conflicts"]),
        ])
    }
}

fn check_groups<const N: usize>(groups: [(bool, [&str; 2]); N]) -> Outcome {
    let Some((_, names)) = groups.into_iter().find(|(both, _)| *both) else { return Ok(()) };
    let mut given = names;
    given.sort_unstable();
    Err(Failure::usage(format!(
        "if any flags in the group [{}] are set none of the others can be; [{}] were all set",
        names.join(" "),
        given.join(" ")
    )))
}

/// Labels that Helm gives its records itself.
const SYSTEM_LABELS: &[&str] = &["name", "owner", "status", "version", "createdAt", "modifiedAt"];

impl InstallFlags {
    /// Tells of flags that have a new name or no meaning any more.
    pub(crate) fn tell_deprecated(&self, context: &Context, dry_run: &DryRunFlags) -> Outcome {
        const NO_EFFECT: &str =
            "this flag has no effect for 'helm template' and will be removed in Helm 5";
        let deprecated = [
            (self.force.force.is_some(), "force", "use --force-replace instead"),
            (self.atomic, "atomic", "use --rollback-on-failure instead"),
            (self.hide_notes, "hide-notes", NO_EFFECT),
            (self.render_subchart_notes, "render-subchart-notes", NO_EFFECT),
            (dry_run.validate.is_some(), "validate", "use '--dry-run=server' instead"),
        ];
        for (_, name, advice) in deprecated.iter().filter(|(given, _, _)| *given) {
            context.say(&format!("Flag --{name} has been deprecated, {advice}\n"))?;
        }
        tell_old_wait(context, self.wait.as_deref())
    }

    /// Refuses flags that exclude each other.
    pub(crate) fn check_groups(&self, dry_run: &DryRunFlags) -> Outcome {
        self.force.check()?;
        check_groups([(
            dry_run.validate.is_some() && dry_run.dry_run.is_some(),
            ["validate", "dry-run"],
        )])
    }

    /// What to make of objects that are in the cluster already.
    pub(crate) fn ownership(&self) -> Ownership {
        if self.take_ownership { Ownership::Take } else { Ownership::Required }
    }

    /// Refuses labels that Helm keeps for itself.
    pub(crate) fn check_labels(&self) -> Outcome {
        Labels::check(&self.labels)
    }
}

impl DryRunFlags {
    /// Where it is tried.
    pub(crate) fn choose(&self, context: &Context) -> Outcome<DryRun> {
        let server = self.validate == Some(true);
        let client = if server { DryRun::Server } else { DryRun::Client };
        let Some(word) = self.dry_run.as_deref() else { return Ok(client) };
        match word {
            "client" => return Ok(DryRun::Client),
            "server" => return Ok(DryRun::Server),
            "unset" => {
                let text = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
                log::say(context, &Warning::new(text))?;
                return Ok(DryRun::Client);
            }
            _ => {}
        }
        match parse_bool(word) {
            Ok(true) => {
                let text = "boolean '--dry-run=true' flag is deprecated and must be replaced with \
                            '--dry-run=client'";
                log::say(context, &Warning::new(text.replace("=true", &format!("={word}"))))?;
                Ok(DryRun::Client)
            }
            Ok(false) => Err(wrong_dry_run(word, "\"server\" or \"client\"")),
            Err(_) if word == "none" => Err(wrong_dry_run(word, "\"server\" or \"client\"")),
            Err(_) => Err(wrong_dry_run(word, "\"none\", \"server\", or \"client\"")),
        }
    }
}

/// A `--dry-run` that is none.
pub(crate) fn wrong_dry_run(word: &str, allowed: impl fmt::Display) -> Failure {
    let word = yaml::quote::quote(word);
    Failure::usage(format!("invalid dry-run value ({word}). Must be {allowed}"))
}

/// Tells of the old words for `--wait`.
pub(crate) fn tell_old_wait(context: &Context, wait: Option<&str>) -> Outcome {
    match wait {
        Some("true") => log::say(context, &old_wait("true", "watcher")),
        Some("false") => log::say(context, &old_wait("false", "hookOnly")),
        Some(_) | None => Ok(()),
    }
}

fn old_wait(given: &str, instead: &str) -> Warning {
    Warning::new(format!(
        "--wait={given} is deprecated (boolean value) and can be replaced with --wait={instead}"
    ))
}

fn timeout(text: &str) -> Result<String, String> {
    duration::check_go(text).map(|()| text.to_owned())
}

/// Reads `--wait`.
pub(crate) fn wait(text: &str) -> Result<String, String> {
    match text {
        "watcher" | "hookOnly" | "legacy" | "true" | "false" => Ok(text.to_owned()),
        _ => Err(format!(
            "invalid wait input {}. Valid inputs are watcher, hookOnly, and legacy",
            yaml::quote::quote(text)
        )),
    }
}
