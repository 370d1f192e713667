//! A Kubernetes API in memory, with controllers that make workloads ready.
//!
//! A [`Sandbox`] answers HTTP requests as kube-apiserver 1.36 does: discovery, every built-in kind,
//! custom resource definitions, server-side apply with managed fields, watches. Its controllers run
//! to a fixed point after each write, so that what was applied is ready when it is read next.
//! A client reaches it without a network through [`Sandbox::service`]:
//!
//! ```no_run
//! # fn main() {
//! use sandbox::{Options, Sandbox};
//! let sandbox = Sandbox::new(Options::at("2026-01-01T00:00:00Z".parse().expect("a time")));
//! let client = kube::Client::new(sandbox.service(), "default");
//! # }
//! ```
//!
//! Layers inside: `schema`, `fields`, `typed` and `managed` know how values merge and who owns
//! them; `store` keeps objects; `cluster` is the one door for writes; `controllers` act on changes;
//! `api` speaks HTTP.
//!
//! **Invariant**: one lock, held by one synchronous step at a time, never across an await. No file
//! system, no environment and no clock but the one in [`Options`]; equal requests to equal sandboxes
//! get equal answers. What only a real cluster can do (run programs, exec, port forwards, webhooks)
//! is refused by name.

mod api;
mod cluster;
mod codec;
mod controllers;
mod convert;
mod crd;
mod defaults;
mod fields;
mod kinds;
mod managed;
mod object;
mod patch;
mod protobuf;
mod quantity;
mod sandbox;
mod schema;
mod selector;
mod serve;
mod service;
mod snapshot;
mod status;
mod store;
mod strategy;
mod typed;
mod validate;

pub use cluster::Clock;
pub use controllers::OUTCOME;
pub use sandbox::{Error, Options, Sandbox, Settle};
pub use serve::serve;
pub use service::{Body, SandboxService};
