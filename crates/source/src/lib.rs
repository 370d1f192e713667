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

/// The files of the chart at `path`, a directory (its `.helmignore` honoured) or a `.tgz`.
pub fn read_chart(path: &Path) -> Result<Vec<chart::File>, Error> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => directory::read(path),
        Ok(found) => archive::read(path, found.len()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Err(Error::NotFound { path: path.to_owned() })
        }
        Err(cause) => Err(Error::Read { path: path.to_owned(), cause }),
    }
}
