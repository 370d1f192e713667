//! `.helmignore`: which files of a directory are not part of the chart.
use crate::Error;

/// The rules of one `.helmignore` file, with Helm's defaults.
#[derive(Debug, Clone, Default)]
pub struct Rules {}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Anything that is not a directory.
    File,
    /// A directory.
    Directory,
}

impl Rules {
    /// Reads a `.helmignore` file.
    pub fn parse(_text: &[u8]) -> Result<Self, Error> {
        Ok(Self {})
    }

    /// Whether `path`, relative to the chart's root, is left out.
    pub fn ignores(&self, _path: &str, _entry: Entry) -> bool {
        false
    }
}
