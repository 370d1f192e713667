//! Turns a reference into a chart's files; today: local directories and archives.
//!
//! The only room below `kubernetes` that reads a disk. What the files mean is `chart`'s business.
mod directory;
mod error;

use std::path::Path;

pub use error::Error;

/// The files of the chart at `path`, a directory (its `.helmignore` honoured) or a `.tgz`.
pub fn read_chart(path: &Path) -> Result<Vec<chart::File>, Error> {
    directory::read(path)
}
