//! How a stack's files are read.
//!
//! **Invariant**: nothing else in this crate opens a file of the stack, so tests can hand in files from memory.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Files beside the stack file. Paths are relative to its directory or absolute.
pub trait Files: Send + Sync {
    /// The bytes of a file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// The files of a chart in a directory or an archive.
    fn chart(&self, path: &Path) -> Result<Vec<chart::File>, String>;

    /// Whether there is a chart: a directory with a `Chart.yaml`, or a file.
    fn has_chart(&self, path: &Path) -> bool;

    /// The directory in which jobs run.
    fn root(&self) -> &Path;
}

/// Files in a directory of this machine.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
}

/// Files in memory, for tests and for whoever holds them already.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

/// Larger values files and layers are refused.
const LARGEST: u64 = 16 << 20;

impl Directory {
    /// The files below `root`, the directory of the stack file.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Files for Directory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        use io::Read;
        let file = std::fs::File::open(self.root.join(path))?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"));
        }
        let mut bytes = vec![];
        file.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
        }
        Ok(bytes)
    }

    fn chart(&self, path: &Path) -> Result<Vec<chart::File>, String> {
        source::read_chart(&self.root.join(path)).map_err(|e| e.to_string())
    }

    fn has_chart(&self, path: &Path) -> bool {
        let path = self.root.join(path);
        path.is_file() || path.join("Chart.yaml").is_file()
    }

    fn root(&self) -> &Path {
        &self.root
    }
}

impl<P: Into<PathBuf>, T: Into<Vec<u8>>> FromIterator<(P, T)> for Memory {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        Self { files: files.into_iter().map(|(p, t)| (p.into(), t.into())).collect() }
    }
}

impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn chart(&self, path: &Path) -> Result<Vec<chart::File>, String> {
        let files: Vec<chart::File> = self
            .files
            .iter()
            .filter_map(|(name, data)| {
                let name = name.strip_prefix(path).ok()?.to_str()?.to_owned();
                Some(chart::File { name, data: data.as_slice().into() })
            })
            .collect();
        if files.is_empty() { Err("no such chart".to_owned()) } else { Ok(files) }
    }

    fn has_chart(&self, path: &Path) -> bool {
        self.files.contains_key(path) || self.files.contains_key(&path.join("Chart.yaml"))
    }

    fn root(&self) -> &Path {
        Path::new(".")
    }
}
