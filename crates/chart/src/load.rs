//! From files to a [`Chart`]: which file is what, and the charts below `charts/`.
use crate::{Chart, Error, File, Warning};

/// Builds a chart from its files, whose names are relative to the chart's root.
pub fn load(files: Vec<File>) -> Result<Chart, Error> {
    load_with_warnings(files).map(|(chart, _)| chart)
}

/// As [`load`], with what Helm would have logged.
pub fn load_with_warnings(_files: Vec<File>) -> Result<(Chart, Vec<Warning>), Error> {
    Err(Error::Missing)
}
