//! What was fetched, by its SHA-256, in the layout of Helm's content cache so that both share it.
//!
//! **Invariant**: a file appears whole or not at all (written beside, then renamed), and what is
//! taken out is what its name says: a damaged file counts as missing.
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::FetchError;

/// What a file of the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A packaged chart.
    Chart,
    /// A registry's manifest.
    Manifest,
}

/// The cache.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    root: PathBuf,
}

impl Cache {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The file with a digest, if it is there and whole.
    pub(crate) fn get(&self, digest: &str, kind: Kind) -> Option<(PathBuf, Vec<u8>)> {
        let path = self.path(digest, kind)?;
        let data = fs::read(&path).ok().filter(|data| !data.is_empty())?;
        (sha256(&data) == digest).then_some((path, data))
    }

    /// Keeps a file.
    pub(crate) fn put(&self, digest: &str, kind: Kind, data: &[u8]) -> Result<PathBuf, FetchError> {
        let path = self.path(digest, kind).unwrap_or_else(|| self.root.join("unknown"));
        write_whole(&path, data).map_err(|cause| FetchError::File { path: path.clone(), cause })?;
        Ok(path)
    }

    /// `ab/ab12….chart`; nothing where the digest is none.
    fn path(&self, digest: &str, kind: Kind) -> Option<PathBuf> {
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if digest.len() != 64 || !digest.bytes().all(hex) {
            return None;
        }
        let ending = match kind {
            Kind::Chart => "chart",
            Kind::Manifest => "manifest",
        };
        Some(self.root.join(&digest[..2]).join(format!("{digest}.{ending}")))
    }
}

/// In lower-case hex.
pub(crate) fn sha256(data: &[u8]) -> String {
    hex(&Sha256::digest(data))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes a file so that nobody ever sees a part of it.
pub(crate) fn write_whole(path: &Path, data: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".windrose-").tempfile_in(folder)?;
    file.write_all(data)?;
    file.as_file().sync_all()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Cache, Kind, sha256};

    #[test]
    fn a_damaged_file_counts_as_missing() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        let digest = sha256(b"chart");
        assert!(cache.get(&digest, Kind::Chart).is_none());
        let path = cache.put(&digest, Kind::Chart, b"chart").unwrap();
        assert_eq!(cache.get(&digest, Kind::Chart).unwrap().1, b"chart");
        assert!(path.ends_with(format!("{}/{digest}.chart", &digest[..2])));
        std::fs::write(&path, b"other").unwrap();
        assert!(cache.get(&digest, Kind::Chart).is_none());
        assert!(cache.get("../../etc/passwd", Kind::Chart).is_none());
    }
}
