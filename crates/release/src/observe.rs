//! Looks at the cluster: history, live objects, and what the server would make of the new ones.

use std::time::Duration;

use kubernetes::{CancellationToken, Client};

use crate::desired::{Desired, Intent};
use crate::error::Error;
use crate::progress::Progress;
use crate::record::Release;

/// What rendering must know before anything can be observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Upcoming {
    /// The revision the operation will write.
    pub revision: i64,
    /// Whether templates see `.Release.IsInstall` (else `.Release.IsUpgrade`).
    pub is_install: bool,
    /// The latest revision there is.
    pub latest: Option<Release>,
    /// The deployed revision, whose values an upgrade may reuse.
    pub deployed: Option<Release>,
}

/// How to observe.
#[derive(Clone, Debug)]
pub struct ObserveOptions {
    /// How long to wait for somebody else's pending operation to end or prove dead; zero (for
    /// plans) does not wait.
    pub lock_wait: Duration,
    /// Stops observing.
    pub cancel: CancellationToken,
}

/// What is there.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// All revisions, oldest first.
    pub history: Vec<Release>,
}

/// Tells what rendering needs: the next revision and whether it is an install.
#[expect(clippy::unused_async, reason = "signatures first; the bodies follow")]
pub async fn upcoming(
    _client: &Client,
    _namespace: &str,
    _name: &str,
    _intent: &Intent,
) -> Result<Upcoming, Error> {
    Err(Error::Cancelled)
}

/// Looks at the cluster; writes nothing.
#[expect(clippy::unused_async, reason = "signatures first; the bodies follow")]
pub async fn observe(
    _client: &Client,
    _desired: &Desired,
    _options: &ObserveOptions,
    _progress: &Progress,
) -> Result<Observed, Error> {
    Err(Error::Cancelled)
}
