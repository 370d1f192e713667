//! Helm's release record: what a revision was made of and what became of it.
//!
//! Field names, omissions and the order of the JSON are Helm 4.3.1's (`pkg/release/v1`), so that
//! Helm 3 and 4 read what we write. Unknown fields are dropped, as Helm drops them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One revision of a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The release's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Status, times, notes.
    #[serde(default)]
    pub info: Info,
    /// The chart as Helm stores it (`metadata`, `lock`, `templates`, `values`, `schema`, `files`).
    #[serde(default)]
    pub chart: Value,
    /// What the user gave on top of the chart's values.
    #[serde(default, skip_serializing_if = "empty_config", deserialize_with = "null_as_empty")]
    pub config: Map<String, Value>,
    /// Every object in install order, each after `---` and `# Source: …`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// The hooks.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    pub hooks: Vec<Hook>,
    /// The revision, from 1.
    #[serde(default)]
    pub version: i64,
    /// The namespace of the release.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Labels of the user on the stored Secret; not part of the JSON.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
    /// How the objects were applied; none is Helm 3's client-side apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_method: Option<ApplyMethod>,
}

/// How a revision's objects were applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplyMethod {
    /// Three-way merge on the client.
    #[serde(rename = "csa")]
    ClientSide,
    /// Server-side apply.
    #[serde(rename = "ssa")]
    ServerSide,
}

/// What became of a revision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// When the release's first revision was made.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time")]
    pub first_deployed: Option<Timestamp>,
    /// When this revision was made.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time")]
    pub last_deployed: Option<Timestamp>,
    /// When it was uninstalled.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time")]
    pub deleted: Option<Timestamp>,
    /// A sentence for people (`Upgrade complete`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The status.
    #[serde(default)]
    pub status: Status,
    /// The revision this one restores; 0 if it is no rollback.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rollback_revision: i64,
    /// The chart's notes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// The status of a revision.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// In the cluster.
    Deployed,
    /// Taken out of the cluster, kept as history.
    Uninstalled,
    /// A newer revision took its place.
    Superseded,
    /// It did not get there.
    Failed,
    /// Being taken out.
    Uninstalling,
    /// Being installed.
    PendingInstall,
    /// Being upgraded.
    PendingUpgrade,
    /// Being rolled back.
    PendingRollback,
    /// Nobody knows.
    #[default]
    #[serde(other)]
    Unknown,
}

impl Status {
    /// As Helm writes it (`pending-install`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// Whether somebody is, or was, in the middle of it.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }
}

/// A manifest that runs at an event instead of being part of the release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    /// `metadata.name`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The object's kind.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The template it came from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// The manifest's text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// When it runs, in the annotation's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    pub events: Vec<String>,
    /// Its last run.
    #[serde(default)]
    pub last_run: HookRun,
    /// Order among hooks of one event, lowest first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight: i64,
    /// When it is deleted, in the annotation's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    pub delete_policies: Vec<String>,
    /// When its logs are shown, in the annotation's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "null_as_empty")]
    pub output_log_policies: Vec<String>,
}

/// The last run of a hook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HookRun {
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time")]
    pub completed_at: Option<Timestamp>,
    /// `""`, `Unknown`, `Running`, `Succeeded` or `Failed`.
    #[serde(default)]
    pub phase: String,
}

/// An event of a release at which hooks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookEvent {
    /// Before a first install.
    PreInstall,
    /// After it.
    PostInstall,
    /// Before an upgrade.
    PreUpgrade,
    /// After it.
    PostUpgrade,
    /// Before a rollback.
    PreRollback,
    /// After it.
    PostRollback,
    /// Before an uninstall.
    PreDelete,
    /// After it.
    PostDelete,
    /// On `test`.
    Test,
}

impl HookEvent {
    /// As the annotation and the record write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::Test => "test",
        }
    }
}

impl Release {
    /// The chart's name.
    pub fn chart_name(&self) -> &str {
        self.chart_field("/metadata/name")
    }

    /// The chart's version.
    pub fn chart_version(&self) -> &str {
        self.chart_field("/metadata/version")
    }

    /// The version of the application inside.
    pub fn app_version(&self) -> &str {
        self.chart_field("/metadata/appVersion")
    }

    fn chart_field(&self, pointer: &str) -> &str {
        self.chart.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn set_status(&mut self, status: Status, description: impl Into<String>) {
        self.info.status = status;
        self.info.description = description.into();
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(n: &i64) -> bool {
    *n == 0
}

fn empty_config(config: &Map<String, Value>) -> bool {
    config.is_empty()
}

fn null_as_empty<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// Times as Go writes them; Helm 2 and 3 left empty strings behind, and Go's zero time is none.
mod time {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::ref_option, reason = "serde passes a reference")]
    pub(super) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => serializer.collect_str(time),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        if text.is_empty() || text.starts_with("0001-01-01T00:00:00") {
            return Ok(None);
        }
        text.parse().map(Some).map_err(D::Error::custom)
    }
}
