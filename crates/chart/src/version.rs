//! Version constraints as charts write them (`>=1.2-0 <2 || ~3`), by the rules of Masterminds/semver.

/// Whether `version` satisfies `constraint`; false where either is malformed.
pub fn is_compatible(_constraint: &str, _version: &str) -> bool {
    false
}
