//! Helm's engine rules: chart, values and capabilities to ordered manifests, hooks, notes.
//!
//! [`render`] is a pure function: the same [`Request`] gives the same [`Rendered`]. What is impure
//! in Helm's templates (the clock, random bytes, `lookup`) comes in through [`Host`]. How a
//! template runs is `template`'s business, what the functions do is `functions`'; here are only
//! Helm's rules around them: which files run, in which order, with which values, and how their
//! output becomes manifests.
mod capabilities;
mod error;
mod hook;
mod kinds;
mod manifest;
mod request;

pub use capabilities::{Capabilities, KubeVersion};
pub use error::Error;
pub use hook::{DeletePolicy, Hook, HookEvent, OutputLogPolicy};
pub use kinds::{INSTALL_ORDER, UNINSTALL_ORDER};
pub use manifest::{Manifest, Rendered};
pub use request::{Entropy, Host, Lookup, Operation, Options, Release, Request};

/// Renders a chart: dependencies, values, schema, templates, then manifests, hooks and notes.
pub fn render(_request: &Request<'_>) -> Result<Rendered, Error> {
    Err(Error::Helm("not there yet".to_owned()))
}
