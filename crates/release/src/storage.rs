//! Helm's storage: one Secret a revision, `sh.helm.release.v1.NAME.vN`.
//!
//! **Invariant:** what Helm 3 and 4 write is read here, and what is written here they read. The
//! only addition are two annotations on a revision that somebody works on (see `lock`).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kubernetes::{Client, DeleteOptions, DryRun, ListOptions, ObjectRef, WriteOptions};
use serde_json::{Value, json};

use crate::codec;
use crate::error::Error;
use crate::lock::{HOLDER, RENEWED};
use crate::record::{Release, Status};

/// The field manager of everything a release owns, Helm's own name.
pub(crate) const MANAGER: &str = "helm";
const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// Which releases to list; the default is every release of every namespace.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One namespace; none: all.
    pub namespace: Option<String>,
    /// Statuses of the latest revision; empty: all.
    pub statuses: Vec<Status>,
    /// Superseded revisions, all of them, instead of the latest.
    pub superseded: bool,
}

/// A stored revision with the labels that its record has.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The revision.
    pub release: Release,
    /// Helm's own labels (`owner`, `status` …) and the user's.
    pub labels: BTreeMap<String, String>,
}

/// The release Secrets of one namespace.
#[derive(Clone, Debug)]
pub struct Storage {
    client: Client,
    namespace: String,
}

/// A record and the Secret it came in.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) release: Release,
    pub(crate) secret: Value,
}

impl Storage {
    /// The storage of a namespace.
    pub fn new(client: &Client, namespace: &str) -> Self {
        Self { client: client.clone(), namespace: namespace.to_owned() }
    }

    /// The latest revision of every release, by namespace and name. Records that cannot be read
    /// are left out, as Helm leaves them out.
    pub async fn list(client: &Client, filter: &Filter) -> Result<Vec<Found>, Error> {
        let superseded = if filter.superseded { ",status=superseded" } else { "" };
        let options = ListOptions {
            namespace: filter.namespace.clone(),
            labels: Some(format!("owner=helm{superseded}")),
            fields: None,
        };
        let mut latest: BTreeMap<(String, String, i64), (i64, Value)> = BTreeMap::new();
        for secret in client.list("v1", "Secret", &options).await? {
            let text = |pointer: &str| secret.pointer(pointer).and_then(Value::as_str);
            let version: Option<i64> =
                text("/metadata/labels/version").and_then(|v| v.parse().ok());
            let key = text("/metadata/namespace").zip(text("/metadata/labels/name"));
            let (Some(version), Some((namespace, name))) = (version, key) else { continue };
            let apart = if filter.superseded { version } else { 0 };
            let key = (namespace.to_owned(), name.to_owned(), apart);
            if latest.get(&key).is_none_or(|(known, _)| *known < version) {
                latest.insert(key, (version, secret));
            }
        }
        let found = latest.into_values().filter_map(|(_, secret)| read(secret).ok());
        Ok(found
            .map(Found::of)
            .filter(|found| {
                let status = found.release.info.status;
                filter.statuses.is_empty() || filter.statuses.contains(&status)
            })
            .collect())
    }

    /// The latest revision with the labels of its record.
    pub async fn last(&self, name: &str) -> Result<Found, Error> {
        let last = self.stored(name).await?.pop();
        last.map(Found::of).ok_or_else(|| Error::NotFound { name: name.to_owned() })
    }

    /// All revisions of a release, oldest first; empty if there is none.
    pub async fn history(&self, name: &str) -> Result<Vec<Release>, Error> {
        Ok(self.stored(name).await?.into_iter().map(|stored| stored.release).collect())
    }

    /// One revision; none: the latest.
    pub async fn get(&self, name: &str, revision: Option<i64>) -> Result<Release, Error> {
        let missing = || Error::NotFound { name: name.to_owned() };
        match revision {
            Some(revision) => {
                let secret =
                    self.client.get(&self.key(name, revision)).await?.ok_or_else(missing)?;
                Ok(read(secret)?.release)
            }
            None => self.history(name).await?.pop().ok_or_else(missing),
        }
    }

    pub(crate) async fn stored(&self, name: &str) -> Result<Vec<Stored>, Error> {
        let options = ListOptions {
            namespace: Some(self.namespace.clone()),
            labels: Some(format!("name={name},owner=helm")),
            fields: None,
        };
        let secrets = self.client.list("v1", "Secret", &options).await?;
        let mut all = secrets.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        all.sort_by_key(|stored| stored.release.version);
        Ok(all)
    }

    /// Stores a first version of a record with its holder; `InProgress` if somebody was faster.
    pub(crate) async fn create(&self, release: &Release, holder: &str) -> Result<(), Error> {
        let now = self.client.now();
        let mut secret = self.secret(release, "createdAt")?;
        secret["metadata"]["annotations"] = json!({ HOLDER: holder, RENEWED: now.to_string() });
        match self.client.create(&secret, &write()).await {
            Ok(_) => Ok(()),
            Err(kubernetes::Error::AlreadyExists { .. }) => Err(Error::InProgress {
                name: release.name.clone(),
                revision: release.version,
                holder: String::new(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes a record again. With a holder, only while that holder still has it.
    pub(crate) async fn update(&self, release: &Release, held: Held<'_>) -> Result<(), Error> {
        let key = self.key(&release.name, release.version);
        let overtaken =
            || Error::Overtaken { name: release.name.clone(), revision: release.version };
        // Packing a large record takes longer than a sign of life lasts: not between get and update.
        let mut secret = self.secret(release, "modifiedAt")?;
        for _ in 0..5 {
            let Some(live) = self.client.get(&key).await? else { return Err(overtaken()) };
            let holder = live.pointer("/metadata/annotations").and_then(|all| all.get(HOLDER));
            secret["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
            match held {
                Held::Keep(me) | Held::Release(me) if holder != Some(&json!(me)) => {
                    return Err(overtaken());
                }
                Held::Keep(me) => {
                    let now = self.client.now().to_string();
                    secret["metadata"]["annotations"] = json!({ HOLDER: me, RENEWED: now });
                }
                Held::Release(_) | Held::Nobody => {}
            }
            match self.client.update(&secret, &write()).await {
                Ok(_) => return Ok(()),
                // The holder's own sign of life came in between.
                Err(kubernetes::Error::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(overtaken())
    }

    /// Takes over a revision for an operation on itself (uninstall).
    pub(crate) async fn seize(&self, release: &Release, holder: &str) -> Result<(), Error> {
        let key = self.key(&release.name, release.version);
        let live = self.client.get(&key).await?;
        let live = live.ok_or_else(|| Error::NotFound { name: release.name.clone() })?;
        let mut secret = self.secret(release, "modifiedAt")?;
        secret["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"].clone();
        let now = self.client.now().to_string();
        secret["metadata"]["annotations"] = json!({ HOLDER: holder, RENEWED: now });
        self.client.update(&secret, &write()).await?;
        Ok(())
    }

    /// A sign of life.
    pub(crate) async fn renew(&self, name: &str, revision: i64) -> Result<(), Error> {
        let patch = json!({
            "metadata": { "annotations": { RENEWED: self.client.now().to_string() } },
        });
        self.client.merge_patch(&self.key(name, revision), &patch, &write()).await?;
        Ok(())
    }

    pub(crate) async fn delete(&self, name: &str, revision: i64) -> Result<(), Error> {
        self.client.delete(&self.key(name, revision), &DeleteOptions::default()).await?;
        Ok(())
    }

    /// Makes room for one more revision; the deployed one is never removed.
    pub(crate) async fn prune(&self, history: &[Release], history_max: usize) -> Result<(), Error> {
        for release in to_prune(history, history_max) {
            self.delete(&release.name, release.version).await?;
        }
        Ok(())
    }

    fn key(&self, name: &str, revision: i64) -> ObjectRef {
        let key = format!("sh.helm.release.v1.{name}.v{revision}");
        ObjectRef::new("v1", "Secret", Some(&self.namespace), &key)
    }

    fn secret(&self, release: &Release, stamp: &str) -> Result<Value, Error> {
        let key = self.key(&release.name, release.version);
        let data = codec::encode(release)
            .map_err(|detail| Error::Record { key: key.name.clone(), detail })?;
        let mut labels: BTreeMap<&str, String> =
            release.labels.iter().map(|(k, v)| (k.as_str(), v.clone())).collect();
        labels.insert(stamp, self.client.now().as_second().to_string());
        labels.insert("name", release.name.clone());
        labels.insert("owner", "helm".to_owned());
        labels.insert("status", release.info.status.as_str().to_owned());
        labels.insert("version", release.version.to_string());
        Ok(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": { "name": key.name, "namespace": self.namespace, "labels": labels },
            "type": "helm.sh/release.v1",
            "data": { "release": STANDARD.encode(data) },
        }))
    }
}

/// What happens to the holder's annotations when a record is written again.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Held<'a> {
    /// The holder goes on.
    Keep(&'a str),
    /// The holder is done.
    Release(&'a str),
    /// There is none, or it is dead.
    Nobody,
}

fn read(secret: Value) -> Result<Stored, Error> {
    let key = secret.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let wrong = |detail: String| Error::Record { key: key.to_owned(), detail };
    let data = secret.pointer("/data/release").and_then(Value::as_str);
    let data = data.ok_or_else(|| wrong("it has no data".to_owned()))?;
    let data = STANDARD.decode(data).map_err(|error| wrong(error.to_string()))?;
    let mut release = codec::decode(&data).map_err(wrong)?;
    release.labels = labels(&secret);
    release.labels.retain(|key, _| !SYSTEM_LABELS.contains(&key.as_str()));
    Ok(Stored { release, secret })
}

impl Found {
    fn of(stored: Stored) -> Self {
        Self { labels: labels(&stored.secret), release: stored.release }
    }
}

fn labels(secret: &Value) -> BTreeMap<String, String> {
    let labels = secret.pointer("/metadata/labels").and_then(Value::as_object);
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    labels.into_iter().flatten().filter_map(text).collect()
}

/// The oldest revisions that must go so that one more fits below the maximum.
fn to_prune(history: &[Release], history_max: usize) -> Vec<&Release> {
    if history_max == 0 || history.len() < history_max {
        return Vec::new();
    }
    let deployed = history.iter().rfind(|r| r.info.status == Status::Deployed);
    let excess = history.len() + 1 - history_max;
    history
        .iter()
        .filter(|release| deployed.is_none_or(|d| d.version != release.version))
        .take(excess)
        .collect()
}

fn write() -> WriteOptions {
    WriteOptions { manager: MANAGER.to_owned(), dry_run: DryRun::No }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pruning_spares_the_deployed_revision() {
        let history: Vec<_> = (1..=10)
            .map(|version| {
                let mut release = Release { version, ..Release::default() };
                let deployed = version == 1;
                release.set_status(if deployed { Status::Deployed } else { Status::Failed }, "");
                release
            })
            .collect();
        let pruned = |max| to_prune(&history, max).iter().map(|r| r.version).collect::<Vec<_>>();
        assert_eq!(pruned(10), [2]);
        assert_eq!(pruned(8), [2, 3, 4]);
        assert_eq!(pruned(11), [0_i64; 0]);
        assert_eq!(pruned(0), [0_i64; 0]);
    }
}
