//! Helm's storage: one Secret a revision, `sh.helm.release.v1.NAME.vN`.

use kubernetes::Client;

use crate::error::Error;
use crate::record::{Release, Status};

/// Which releases to list; the default is what `helm list` shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One namespace; none: all.
    pub namespace: Option<String>,
    /// Statuses of the latest revision; empty: all.
    pub statuses: Vec<Status>,
}

/// The release Secrets of one namespace.
#[derive(Clone)]
pub struct Storage {
    client: Client,
    namespace: String,
}

#[expect(clippy::unused_async, reason = "signatures first; the bodies follow")]
impl Storage {
    /// The storage of a namespace.
    pub fn new(client: &Client, namespace: &str) -> Self {
        Self { client: client.clone(), namespace: namespace.to_owned() }
    }

    /// The latest revision of every release, by namespace and name.
    pub async fn list(_client: &Client, _filter: &Filter) -> Result<Vec<Release>, Error> {
        Err(Error::Cancelled)
    }

    /// All revisions of a release, oldest first; empty if there is none.
    pub async fn history(&self, _name: &str) -> Result<Vec<Release>, Error> {
        let _ = (&self.client, &self.namespace);
        Err(Error::Cancelled)
    }

    /// One revision; none: the latest.
    pub async fn get(&self, _name: &str, _revision: Option<i64>) -> Result<Release, Error> {
        Err(Error::Cancelled)
    }
}
