//! Releases on the real control plane, alone and in turns with the real `helm`.
//!
//! Every test has a namespace of its own; the control plane is shared.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "it/alternation.rs"]
mod alternation;
#[path = "it/bed.rs"]
mod bed;
#[path = "it/faults.rs"]
mod faults;
#[path = "it/hooks.rs"]
mod hooks;
#[path = "it/lifecycle.rs"]
mod lifecycle;
#[path = "it/rendered.rs"]
mod rendered;
