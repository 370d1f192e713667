//! Fixtures, oracle runners and the real control plane for tests.
//!
//! - [`Tools`]: the real programs (helm, kubectl, kwok …) that `cargo xtask testenv build` compiles.
//! - [`ControlPlane`]: etcd, kube-apiserver, controller-manager, scheduler and kwok on loopback ports.
//! - [`Registry`]: the real OCI registry, with and without TLS and passwords; [`web`]: a server of chart files,
//!   and of every fault a test can think of; [`Certificates`] for both.
//! - [`oracle()`]: what Go's `text/template`, Helm's engine and Go's YAML libraries answer.
//! - [`Sections`]: cases that are one text; [`random()`]: bytes that look random.
//! - [`charts()`], [`workspace_root()`], [`windrose()`]: where things are.
//!
//! **Invariant**: no server outlives the process that started it, however that process ends.
//! Everything here blocks the calling thread, and panics where a test could not go on anyway.
//! Deliberately not here: a Kubernetes client. The programs and plain files are the interface, so
//! that this crate builds in seconds and every room may use it in its tests.
//!
//! ```no_run
//! let cluster = testkit::ControlPlane::shared();
//! let namespace = cluster.namespace("shop");
//! cluster.helm(&["install", "web", "./chart", "--namespace", &namespace, "--wait"]).expect_success();
//! ```

mod certificates;
mod control_plane;
mod error;
mod oracle;
mod random;
mod registry;
mod sections;
mod supervisor;
pub mod testenv;
mod tools;
pub mod web;
mod workspace;

pub use certificates::Certificates;
pub use control_plane::{ControlPlane, Finished, Scope};
pub use error::Error;
pub use oracle::{DIED, Oracle, oracle};
pub use random::random;
pub use registry::{Door, Registry};
pub use sections::Sections;
pub use tools::{Tools, tools};
pub use workspace::{BUILT, charts, windrose, workspace_root};
