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
use std::sync::Arc;

pub use address::Address;
pub use error::{Error, in_gos_words};
pub use fetch_error::FetchError;
pub use fetcher::{Access, ChartReference, Fetched, Fetcher, Provenance, Settings};
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
    read_chart_with(path, Links::StayInside, &mut |_| {})
}

/// What is told while a chart is read.
pub enum Told<'a> {
    /// A symbolic link that is followed, and where it leads to.
    Link(&'a Path, &'a Path),
    /// A file that was read, as [`chart::Tell`] says it.
    File(&'a chart::File, Option<&'a Arc<str>>),
}

/// As [`read_chart`], with a choice about symbolic links and somebody who hears what goes on.
pub fn read_chart_with(
    path: &Path,
    links: Links,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<Vec<chart::File>, Error> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            let files = directory::read(path, links, &mut |path, to| tell(Told::Link(path, to)))?;
            for file in &files {
                tell(Told::File(file, None));
            }
            Ok(files)
        }
        Ok(found) => archive::read(path, &found, &mut |file, text| tell(Told::File(file, text))),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::NotFound { path: path.to_owned() })
        }
        Err(cause) => Err(Error::Read { path: path.to_owned(), cause }),
    }
}
