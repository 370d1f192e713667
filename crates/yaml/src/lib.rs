//! YAML and JSON exactly as Go's libraries read and write them.
//!
//! Helm reads every file through `sigs.k8s.io/yaml` 1.6.0 (go-yaml 2.4.4, then JSON) and prints
//! with it, or with go-yaml 3.0.5 for `toYamlPretty`. The rules here are theirs: which words are
//! booleans, when a number loses its last digits, which strings are quoted, in which order keys are
//! printed, and the text of every error.
//!
//! ```
//! let value = yaml::from_str("replicas: 3\nname: web\n", yaml::Numbers::Float64)?;
//! assert_eq!(value.lookup(&["name"]).and_then(yaml::Value::as_str), Some("web"));
//! assert_eq!(yaml::to_string(&value), "name: web\nreplicas: 3\n");
//! # Ok::<(), yaml::Error>(())
//! ```
//!
//! Two readers stand side by side: `quick` makes values of a document of the usual shape in one
//! pass; everything else, every place and every error is the full reader's (`scanner`, `parser`,
//! `composer`, `decoder`). In the same way `emit::ascii` prints what is ASCII.
//!
//! Invariant: no input panics, overflows the stack or takes more than linear time.
//! Not here: edits that keep a file's other bytes, and schemas.

mod build;
mod composer;
mod cursor;
mod decimal;
mod decoder;
mod descend;
mod document;
pub mod emit;
mod entries;
mod error;
pub mod float;
mod gosyntax;
pub mod json;
pub mod node;
mod parser;
mod quick;
pub mod quote;
mod resolver;
mod scanner;
mod source;
pub mod styled;
mod timestamp;
mod token;
pub mod unicode;
mod value;

pub use build::Build;
pub use decoder::Wanted;
pub use descend::descend;
pub use document::{
    Documents, Numbers, build_from_str, documents, documents_in_slice, from_slice, from_str,
    from_str_strict, list_from_slice, list_from_str, map_from_slice, map_from_str, parts_from_str,
    to_string,
};
pub use entries::{Entries, each_entry};
pub use error::{Error, Problem};
pub use value::{Map, Value};
