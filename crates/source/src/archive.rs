//! A chart in a `.tgz` on disk.
use std::fs;
use std::path::Path;

use chart::{File, Limits, Tell, unpack_telling};

use crate::Error;

mod content_type;

const GZIP: &[u8] = b"\x1f\x8b\x08";
/// An archive larger than this cannot hold a chart within Helm's limits.
pub(crate) const MAX_ARCHIVE: u64 = 256 * 1024 * 1024;

pub(crate) fn read(path: &Path, size: u64, tell: &mut Tell<'_>) -> Result<Vec<File>, Error> {
    if size > MAX_ARCHIVE {
        let name = path.display().to_string();
        return Err(Error::TooLarge { name, limit: MAX_ARCHIVE });
    }
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
    let files = unpack_telling(&archive, Limits::default(), tell).map_err(Error::Archive)?;
    if files.iter().any(|f| f.name == "Chart.yaml") {
        Ok(files)
    } else {
        Err(Error::NoChartInArchive)
    }
}
