//! Files as Go names them, and as it tells what is wrong with them: its `filepath` and `os`.

use std::path::Path;

use chart::Warning;
pub(super) use source::in_gos_words as words;

/// What Helm logs of a symbolic link that it follows.
pub(super) fn followed(path: &Path, to: &Path) -> Warning {
    Warning::plain("found symbolic link in path. Contents of linked file included and used")
        .with("path", path.to_string_lossy())
        .with("resolved", to.to_string_lossy())
}

/// Go's `filepath.Clean`: the shortest name of the same place.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}
