//! The values of one release: gathered from files and inline maps, merged, evaluated, and explained.
//!
//! Order, lowest first: the entries of the release's `values` as listed, then those of each layer in the order of the
//! layers. The chart's own defaults lie below all of them and belong to the chart.

use diagnostic::Diagnostic;
use yaml::{Map, Value};

use crate::files::Files;
use crate::place::Place;
use crate::resolved::Release;
use crate::tree::{Read, Tree};

/// The final values of a release, each with its origin.
#[derive(Clone, Debug)]
pub struct Values {
    pub(crate) tree: Tree,
}

/// Why a value is what it is.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Its path: `image.tag`, `hosts[0]`.
    pub path: String,
    /// The value.
    pub value: Value,
    /// Where it was written.
    pub place: Place,
    /// Places of the values that it won over, lowest first.
    pub replaced: Vec<Place>,
    /// Inputs that its expression read, with where they got their values.
    pub read: Vec<Read>,
}

impl Values {
    /// The values as one map; whole numbers stay whole.
    pub fn to_map(&self) -> Map {
        Map::new()
    }

    /// Every scalar and empty collection at a path or below it; an empty path means all. Nothing if there is no such
    /// path.
    pub fn explain(&self, _path: &str) -> Vec<Explanation> {
        vec![]
    }
}

pub(crate) fn gather(_release: &Release, _files: &dyn Files) -> Result<Values, Vec<Diagnostic>> {
    Err(vec![])
}
