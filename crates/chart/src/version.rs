//! What Helm asks of versions and constraints as charts write them (`>=1.2-0 <2 || ~3`).
//!
//! Versions are read loosely: `v1.2` is 1.2.0, `01.2` is 1.2.0. A pre-release satisfies an
//! alternative of a constraint only if that alternative names a pre-release itself. The reading is
//! in `versions`; here a malformed text is an answer, not an error.
use std::cmp::Ordering;

use versions::{Constraints, Version};

/// Whether `version` satisfies `constraint`; false where either is malformed.
pub fn is_compatible(constraint: &str, version: &str) -> bool {
    let Ok(version) = Version::parse(version) else { return false };
    Constraints::parse(constraint).is_ok_and(|constraints| constraints.check(&version))
}

/// Whether Masterminds/semver reads `text` as a version.
pub fn is_valid(text: &str) -> bool {
    Version::parse(text).is_ok()
}

/// Whether `text` is a version in the strict sense of semver.org: three numbers, nothing before.
pub fn is_strict(text: &str) -> bool {
    let loose = text.starts_with(|c: char| c.is_ascii_digit()) && is_valid(text);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let plain = |n: &str| n == "0" || !n.starts_with('0');
    loose && core.split('.').count() == 3 && core.split('.').all(plain)
}

/// Whether a version is below every other: `0.0.0-0`, with any build metadata.
pub fn is_lowest(text: &str) -> bool {
    Version::parse(text)
        .is_ok_and(|v| (v.major, v.minor, v.patch, &*v.prerelease) == (0, 0, 0, "0"))
}

/// Whether Masterminds/semver reads `text` as a constraint.
pub fn is_constraint(text: &str) -> bool {
    Constraints::parse(text).is_ok()
}

/// The order of two versions by precedence, build metadata aside; none where either is malformed.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    Some(Version::parse(a).ok()?.compare(&Version::parse(b).ok()?))
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{compare, is_compatible, is_constraint, is_strict};

    #[test]
    fn versions_are_told_apart_and_ordered() {
        assert_eq!(compare("1.10.0", "v1.9"), Some(Ordering::Greater));
        assert_eq!(compare("1.0.0-rc.2", "1.0.0-rc.10"), Some(Ordering::Less));
        assert_eq!(compare("1.0.0+a", "1.0.0+b"), Some(Ordering::Equal));
        assert_eq!(compare("one", "1.0.0"), None);
        assert!(is_strict("1.2.3-rc.1+build") && !is_strict("v1.2.3") && !is_strict("1.2"));
        assert!(!is_strict("1.02.3"));
        assert!(is_constraint("^1.2, <2") && !is_constraint("latest"));
    }

    #[test]
    fn constraints_hold_as_in_helm() {
        for (constraint, version, expected) in [
            (">=1.20.0-0", "1.36.0", true),
            (">=1.20", "v1.36.0", true),
            (">= 1.16.0 < 1.20.0", "1.19.4", true),
            (">=1.19.0,<2", "2.0.0", false),
            ("1.x.x", "1.9.3", true),
            ("*", "1.0.0-alpha", false),
            ("*-0", "1.0.0-alpha", true),
            ("~1.2.3", "1.2.9", true),
            ("~1.2.3", "1.3.0", false),
            ("^0.2.3", "0.3.0", false),
            ("^0.0.3", "0.0.3", true),
            ("1.2 - 1.4", "1.4.5", true),
            ("<1 || >=2", "2.1", true),
            (">11", "11.1.0", false),
            (">11.1", "11.2.0", true),
            ("!=1.x", "1.2.0", false),
            ("=0.10.0", "0.10.0", true),
            ("", "1.0.0", false),
            ("not a version", "1.0.0", false),
            (">=1.0.0", "one", false),
        ] {
            assert_eq!(is_compatible(constraint, version), expected, "{constraint} {version}");
        }
    }
}
