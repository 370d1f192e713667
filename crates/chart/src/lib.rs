//! A chart in memory: metadata, files, dependencies, values merging, schema checks, packaging.
//!
//! The rules are Helm 4.3.1's. A chart goes in as files ([`load`], [`unpack`]), its user values
//! are layered ([`values`], [`strvals`]), its dependencies settled ([`process_dependencies`]), and
//! what comes out is what `render` runs. Nothing here reads a disk, a network or a clock, and
//! nothing here knows the template language.
mod archive;
mod dependencies;
mod error;
pub mod ignore;
mod load;
mod metadata;
mod model;
pub mod schema;
pub mod strvals;
pub mod values;
pub mod version;
mod warning;

pub use archive::{Limits, Tell, unpack, unpack_stream, unpack_telling};
pub use dependencies::process_dependencies;
pub use error::{Error, Violation};
pub use load::{load, load_any_version, load_expected, load_with_warnings};
pub use metadata::{Dependency, ImportValue, Lock, Maintainer, Metadata};
pub use model::{Chart, Crd, File};
pub use warning::{Level, Warning};
