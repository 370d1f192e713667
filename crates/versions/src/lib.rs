//! Versions and constraints by the rules of Masterminds/semver 3.5, which are not those of Cargo.
//!
//! Helm reads `version`, `kubeVersion` and dependencies with that library, and templates call it as
//! `semver` and `semverCompare`: one reading for both. Deliberately not here: what Helm asks of the
//! version of a chart, and the objects that templates hold.
//!
//! ```
//! use versions::{Constraints, Version};
//!
//! let version = Version::parse("v1.2")?;
//! assert_eq!(version.to_string(), "1.2.0");
//! assert!(Constraints::parse("^1.1 || 3.x")?.check(&version));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
mod constraint;
mod spelling;
mod version;

pub use constraint::{ConstraintError, Constraints};
pub use version::{Version, VersionError, check_metadata, check_prerelease};
