//! Who is at work on a release, and how a dead one is told from a slow one.
//!
//! Whoever acts writes its name and, every few seconds, the time into annotations of the pending
//! revision's Secret; both times are the API server's, so that two machines' clocks need not
//! agree. A pending revision is *left behind* when
//!
//! - its holder has shown no sign of life for [`SILENCE`], or
//! - it has no holder (Helm wrote it, Helm has no such thing) and is older than
//!   `Options::abandoned_after`, far beyond Helm's default timeout.
//!
//! Creating the Secret of the next revision is the lock itself: two cannot create the same name.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::record::Release;

/// Names the process at work.
pub(crate) const HOLDER: &str = "windrose.dev/holder";
/// When it was last alive.
pub(crate) const RENEWED: &str = "windrose.dev/renewed";
/// How often it says so.
pub(crate) const RENEWAL: Duration = Duration::from_secs(4);
/// How long it may be silent.
pub(crate) const SILENCE: Duration = Duration::from_secs(16);

/// What holds a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Lock {
    /// Nothing.
    #[default]
    Free,
    /// A pending revision that somebody left behind.
    LeftBehind {
        /// The revision.
        revision: i64,
        /// How that is known.
        why: String,
    },
    /// Somebody is at work.
    Held {
        /// The revision.
        revision: i64,
        /// Who, as they name themselves; empty if they do not.
        holder: String,
    },
}

/// Judges the latest revision and the Secret that holds it.
pub(crate) fn judge(
    latest: &Release,
    secret: &Value,
    now: Timestamp,
    abandoned_after: Duration,
) -> Lock {
    let status = latest.info.status;
    let uninstalling = status == crate::record::Status::Uninstalling;
    if !status.is_pending() && !uninstalling {
        return Lock::Free;
    }
    let revision = latest.version;
    let annotation = |key: &str| {
        let all = secret.pointer("/metadata/annotations")?;
        all.get(key)?.as_str()
    };
    if let Some(holder) = annotation(HOLDER) {
        let renewed = annotation(RENEWED).and_then(|time| time.parse::<Timestamp>().ok());
        return match renewed.map(|renewed| now.duration_since(renewed).unsigned_abs()) {
            Some(age) if age < SILENCE => Lock::Held { revision, holder: holder.to_owned() },
            Some(age) => Lock::LeftBehind {
                revision,
                why: format!("{holder} has shown no sign of life for {}s", age.as_secs()),
            },
            None => Lock::LeftBehind { revision, why: format!("{holder} left no time") },
        };
    }
    if uninstalling {
        // Helm has no lock for uninstalling: it says itself that this status may be a silent
        // failure.
        return Lock::LeftBehind { revision, why: "an uninstall did not end".to_owned() };
    }
    let age = written(latest, secret).map(|time| now.duration_since(time).unsigned_abs());
    match age {
        Some(age) if age < abandoned_after => Lock::Held { revision, holder: String::new() },
        Some(age) => Lock::LeftBehind {
            revision,
            why: format!("{status} for {} minutes", age.as_secs() / 60, status = status.as_str()),
        },
        None => Lock::LeftBehind { revision, why: "it has no time".to_owned() },
    }
}

/// When the record was last written: Helm labels it with Unix seconds.
fn written(latest: &Release, secret: &Value) -> Option<Timestamp> {
    let label = |key: &str| {
        let text = secret.pointer("/metadata/labels")?.get(key)?.as_str()?;
        Timestamp::from_second(text.parse().ok()?).ok()
    };
    label("modifiedAt").or_else(|| label("createdAt")).or(latest.info.last_deployed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Status;
    use serde_json::json;

    #[test]
    fn table() {
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let held =
            |renewed: &str| json!({"metadata": {"annotations": {HOLDER: "me", RENEWED: renewed}}});
        let helms = |seconds: i64| {
            let written = (now.as_second() - seconds).to_string();
            json!({"metadata": {"labels": {"createdAt": written}}})
        };
        let table = [
            (Status::Deployed, held("2026-01-01T12:00:00Z"), "free"),
            (Status::Failed, json!({}), "free"),
            (Status::PendingInstall, held("2026-01-01T11:59:55Z"), "held"),
            (Status::PendingInstall, held("2026-01-01T12:00:05Z"), "held"),
            (Status::PendingUpgrade, held("2026-01-01T11:59:30Z"), "left"),
            (Status::PendingUpgrade, held("soon"), "left"),
            (Status::PendingUpgrade, helms(30), "held"),
            (Status::PendingRollback, helms(601), "left"),
            (Status::Uninstalling, helms(1), "left"),
            (Status::Uninstalling, held("2026-01-01T11:59:59Z"), "held"),
        ];
        for (status, secret, expected) in table {
            let mut release = Release { version: 3, ..Release::default() };
            release.set_status(status, "");
            let lock = judge(&release, &secret, now, Duration::from_mins(10));
            let word = match lock {
                Lock::Free => "free",
                Lock::LeftBehind { .. } => "left",
                Lock::Held { .. } => "held",
            };
            assert_eq!(word, expected, "{status:?} {secret}");
        }
    }
}
