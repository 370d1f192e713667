//! A chart in a `.tgz` on disk.
use std::cell::Cell;
use std::fs::{self, Metadata};
use std::io::{self, BufRead as _, BufReader, ErrorKind, Read};
use std::path::Path;

use chart::{File, Limits, Tell, unpack_stream, unpack_telling};

use crate::Error;

mod content_type;

const GZIP: &[u8] = b"\x1f\x8b\x08";
/// An archive larger than this cannot hold a chart within Helm's limits.
pub(crate) const MAX_ARCHIVE: u64 = 256 * 1024 * 1024;
/// Bytes up to which an archive is read whole.
const SMALL: u64 = 128 * 1024;

pub(crate) fn read(path: &Path, found: &Metadata, tell: &mut Tell<'_>) -> Result<Vec<File>, Error> {
    if found.len() > MAX_ARCHIVE {
        let name = path.display().to_string();
        return Err(Error::TooLarge { name, limit: MAX_ARCHIVE });
    }
    let streamed = if found.is_file() && found.len() > SMALL { stream(path, tell)? } else { None };
    let files = match streamed {
        Some(files) => files,
        None => whole(path, tell)?,
    };
    if files.iter().any(|f| f.name == "Chart.yaml") {
        Ok(files)
    } else {
        Err(Error::NoChartInArchive)
    }
}

fn whole(path: &Path, tell: &mut Tell<'_>) -> Result<Vec<File>, Error> {
    let archive = fs::read(path).map_err(|cause| Error::Read { path: path.to_owned(), cause })?;
    if !archive.starts_with(GZIP) {
        let yaml = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
        let (path, found) = (path.to_owned(), content_type::of(&archive));
        return Err(if yaml {
            Error::IsYaml { path }
        } else {
            Error::NotAnArchive { path, found }
        });
    }
    unpack_telling(&archive, Limits::default(), tell).map_err(Error::Archive)
}

/// The files of an archive that is never in memory as a whole; nothing if it is no archive.
fn stream(path: &Path, tell: &mut Tell<'_>) -> Result<Option<Vec<File>>, Error> {
    let unread = |cause| Error::Read { path: path.to_owned(), cause };
    let file = fs::File::open(path).map_err(unread)?;
    let length = file.metadata().map_err(unread)?.len();
    let failure = Cell::new(None);
    let disk = Disk { file, failure: &failure };
    let mut archive = BufReader::with_capacity(SMALL as usize, disk);
    match archive.fill_buf() {
        Ok(begin) if begin.starts_with(GZIP) => {}
        Ok(_) => return Ok(None),
        Err(error) => return Err(unread(failure.take().unwrap_or(error))),
    }
    let files = unpack_stream(archive, length, Limits::default(), tell);
    match failure.take() {
        Some(cause) => Err(unread(cause)),
        None => files.map(Some).map_err(Error::Archive),
    }
}

/// A file that keeps what went wrong while it was read: whoever unpacks it cannot tell that from an
/// archive that is broken.
struct Disk<'e> {
    file: fs::File,
    failure: &'e Cell<Option<io::Error>>,
}

impl Read for Disk<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer);
        match read {
            Err(error) if error.kind() != ErrorKind::Interrupted => {
                let kind = error.kind();
                self.failure.set(Some(error));
                Err(kind.into())
            }
            read => read,
        }
    }
}
