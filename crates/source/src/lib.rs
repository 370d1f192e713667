//! Turns a reference into a chart's files; today: local directories and archives.
//!
//! Below `kubernetes` the only room that reads a disk. What the files mean is `chart`'s business:
//!
//! ```no_run
//! let files = source::read_chart(std::path::Path::new("charts/web"))?;
//! let chart = chart::load(files)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod archive;
mod directory;
mod error;

use std::path::Path;

pub use error::Error;

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
    read_chart_with(path, Links::StayInside)
}

/// As [`read_chart`], with a choice about symbolic links.
pub fn read_chart_with(path: &Path, links: Links) -> Result<Vec<chart::File>, Error> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => directory::read(path, links),
        Ok(found) => archive::read(path, found.len()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::NotFound { path: path.to_owned() })
        }
        Err(cause) => Err(Error::Read { path: path.to_owned(), cause }),
    }
}
