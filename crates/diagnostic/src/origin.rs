//! Where a value was looked for: the answers of every place that could have set it.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use crate::Source;

/// What one place says of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The path that was looked for, as this place knows it: `web.image.tag`.
    pub path: String,
    /// The place: `-f prod.yaml`, `--set`, `values.yaml of chart "web"`.
    pub from: String,
    /// What it says: `sets it to null`, `does not set it`.
    pub says: String,
    /// Where it says so, or where it says something near.
    pub at: Option<(Arc<Source>, Range<usize>)>,
    /// Whether this is what counts.
    pub wins: bool,
}

/// The answers as notes, one for each path.
pub(crate) fn notes(origins: &[Origin]) -> Vec<String> {
    let mut notes: Vec<(&str, String)> = vec![];
    // One place that counts is pointed at already.
    let alone = |o: &&Origin| origins.iter().filter(|other| other.path == o.path).count() == 1;
    for origin in origins.iter().filter(|o| !(o.wins && alone(o))) {
        if notes.last().is_none_or(|(path, _)| *path != origin.path) {
            let title = format!("where `{}` would come from, what wins first:", origin.path);
            notes.push((&origin.path, title));
        }
        if let Some((_, note)) = notes.last_mut() {
            let _ = write!(note, "\n- {} {}", origin.from, origin.says);
            if let Some((source, span)) = &origin.at {
                let at = source.position(span.start);
                let _ = write!(note, " ({}:{}:{})", source.name, at.line, at.column);
            }
        }
    }
    notes.into_iter().map(|(_, note)| note).collect()
}
