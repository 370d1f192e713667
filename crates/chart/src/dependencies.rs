//! Which dependencies take part, under which name, and what they lend their parent.
use crate::{Chart, Error, Warning};

/// Drops disabled dependencies, applies aliases and `import-values`, recursively.
pub fn process_dependencies(
    _chart: &mut Chart,
    _values: &yaml::Map,
) -> Result<Vec<Warning>, Error> {
    Err(Error::Missing)
}
