//! The handle others hold.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;

use crate::api::{self, Answer, Request};
use crate::cluster::{Clock, Cluster};
use crate::controllers;
use crate::service::{Body, SandboxService, respond};
use crate::snapshot;

/// A cluster in memory; clones share it.
#[derive(Clone)]
pub struct Sandbox {
    cluster: Arc<Mutex<Cluster>>,
    settle: Settle,
}

/// How a sandbox is set up.
#[derive(Clone)]
pub struct Options {
    /// Tells the time.
    pub clock: Clock,
    /// When the controllers run.
    pub settle: Settle,
}

/// When the controllers run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// After each write: what was written is ready when it is read next.
    AfterWrites,
    /// When [`Sandbox::tick`] is called.
    OnTick,
}

/// What can go wrong outside of a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no snapshot.
    #[error("read the sandbox's state")]
    Snapshot(#[source] serde_json::Error),
    /// The snapshot is of another version of the format.
    #[error("the sandbox's state has format {found}, this program reads {}", snapshot::FORMAT)]
    Format {
        /// The version found.
        found: u64,
    },
    /// A connection could not be accepted.
    #[error("accept a connection")]
    Accept(#[source] std::io::Error),
}

impl Options {
    /// Controllers after each write, and the given clock.
    pub fn new(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), settle: Settle::AfterWrites }
    }

    /// As [`Options::new`], with a clock that stands still.
    pub fn at(now: Timestamp) -> Self {
        Self::new(move || now)
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("settle", &self.settle).finish_non_exhaustive()
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("settle", &self.settle).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// A new cluster: the usual namespaces, one node, one storage class.
    pub fn new(options: Options) -> Self {
        let mut cluster = Cluster::new(options.clock);
        controllers::bootstrap(&mut cluster);
        Self { cluster: Arc::new(Mutex::new(cluster)), settle: options.settle }
    }

    /// The cluster a snapshot was taken of.
    pub fn load(state: &[u8], options: Options) -> Result<Self, Error> {
        let mut cluster = Cluster::new(options.clock);
        snapshot::load(&mut cluster, state)?;
        Ok(Self { cluster: Arc::new(Mutex::new(cluster)), settle: options.settle })
    }

    /// The whole state as JSON; equal states give equal bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        snapshot::take(&self.lock())
    }

    /// Grows with every change; equal numbers mean equal states.
    pub fn revision(&self) -> u64 {
        self.lock().store.revision()
    }

    /// Runs the controllers until nothing is left to do.
    pub fn tick(&self) {
        controllers::settle(&mut self.lock());
    }

    /// A service for clients in this process.
    pub fn service(&self) -> SandboxService {
        SandboxService::new(self.clone())
    }

    /// Answers one request; the body of a watch goes on for as long as it is read.
    pub fn handle(&self, request: http::Request<Bytes>) -> http::Response<Body> {
        let request = Request::new(request);
        let mut cluster = self.lock();
        let answer: Answer = api::answer(&mut cluster, &request);
        if self.settle == Settle::AfterWrites {
            controllers::settle(&mut cluster);
        }
        respond(answer)
    }

    fn lock(&self) -> MutexGuard<'_, Cluster> {
        // No write leaves the store half done, so a panic elsewhere does not spoil it.
        self.cluster.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
