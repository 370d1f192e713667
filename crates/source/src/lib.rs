//! Turns a reference into a chart's files: folders and archives, repositories over HTTP, registries.
//!
//! Below `kubernetes` the only room that reads a disk or a network for charts. What the files mean
//! is `chart`'s business; where Helm's settings lie and who the user is, the caller says
//! ([`Settings`], [`Access`]): nothing here reads the environment.
//!
//! ```no_run
//! let files = source::read_chart(std::path::Path::new("charts/web"))?;
//! let chart = chart::load(files)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Invariant**: everything fetched is bounded in size and time, checked against every digest that
//! is known for it, and kept by its own digest.
mod address;
mod archive;
mod cache;
mod dependencies;
mod directory;
mod error;
mod fetch_error;
mod fetcher;
mod http;
mod index;
mod registry;
mod repositories;

use std::path::Path;

pub use address::Address;
pub use error::{Error, in_gos_words};
pub use fetch_error::FetchError;
pub use fetcher::{Access, ChartReference, Fetched, Fetcher, Provenance, Settings, is_remote};
pub use http::{Login, Proxies, Tls};

/// What to do with a symbolic link that leads out of the chart's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Links {
    /// Refuse the chart: what it holds must not depend on what lies beside it.
    #[default]
    StayInside,
    /// Follow it, as Helm does.
    Follow,
}

/// The files of the chart at `path`, a directory (its `.helmignore` honoured) or a `.tgz`; a
/// symbolic link that leaves the directory is refused.
pub fn read_chart(path: &Path) -> Result<Vec<chart::File>, Error> {
    read_chart_with(path, Links::StayInside, &mut |_, _| {})
}

/// As [`read_chart`], with a choice about symbolic links; `tell` hears of each that is followed, and
/// where it leads to.
pub fn read_chart_with(
    path: &Path,
    links: Links,
    tell: &mut dyn FnMut(&Path, &Path),
) -> Result<Vec<chart::File>, Error> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => directory::read(path, links, tell),
        Ok(found) => archive::read(path, found.len()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::NotFound { path: path.to_owned() })
        }
        Err(cause) => Err(Error::Read { path: path.to_owned(), cause }),
    }
}
