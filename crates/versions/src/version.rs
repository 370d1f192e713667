//! A version as Masterminds/semver v3.5 reads it with `NewVersion`: a leading `v`, missing
//! segments and leading zeros are allowed. Invariant: equality and order are those of
//! `Compare`, which ignores the build metadata. Constraints are in `constraint`.

use std::cmp::Ordering;
use std::fmt;

use crate::spelling;

/// The longest version that is read, in bytes.
const MAX_LENGTH: usize = 256;

/// A semantic version and the text it was read from.
#[derive(Debug, Clone)]
pub struct Version {
    /// The first number.
    pub major: u64,
    /// The second number.
    pub minor: u64,
    /// The third number.
    pub patch: u64,
    /// What follows `-`, or nothing.
    pub prerelease: String,
    /// What follows `+`, or nothing.
    pub metadata: String,
    /// The text that it was read from.
    pub original: String,
}

/// Why a text is not a version; the messages are Masterminds'.
#[derive(Debug, thiserror::Error)]
pub enum VersionError {
    /// More bytes than are read.
    #[error("version string is too long (max {MAX_LENGTH} bytes)")]
    TooLong,
    /// No version at all.
    #[error("invalid semantic version")]
    Invalid,
    /// A prerelease with an empty part or a character that it must not have.
    #[error("invalid prerelease string")]
    Prerelease,
    /// Metadata with an empty part or a character that it must not have.
    #[error("invalid metadata string")]
    Metadata,
    /// A number of a prerelease with a leading zero.
    #[error("version segment starts with 0")]
    SegmentStartsZero,
    /// A number that 64 bits do not hold.
    #[error(
        "error parsing version segment: strconv.ParseUint: parsing \"{0}\": value out of range"
    )]
    Segment(String),
}

impl Version {
    /// Reads a version loosely (`v1.2` is 1.2.0).
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_LENGTH {
            return Err(VersionError::TooLong);
        }
        let found = spelling::version(text).ok_or(VersionError::Invalid)?;
        let version = Self {
            major: segment(found.major)?,
            minor: segment(found.minor)?,
            patch: segment(found.patch)?,
            prerelease: found.prerelease.to_owned(),
            metadata: found.metadata.to_owned(),
            original: text.to_owned(),
        };
        if !version.prerelease.is_empty() {
            check_prerelease(&version.prerelease)?;
        }
        Ok(version)
    }

    /// The order of two versions; metadata does not count.
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prerelease(&self.prerelease, &other.prerelease),
            })
    }

    /// The next patch version: a prerelease becomes its release.
    #[must_use]
    pub fn next_patch(&self) -> Self {
        let step = u64::from(self.prerelease.is_empty());
        self.release(self.major, self.minor, self.patch.wrapping_add(step))
    }

    /// The next minor version.
    #[must_use]
    pub fn next_minor(&self) -> Self {
        self.release(self.major, self.minor.wrapping_add(1), 0)
    }

    /// The next major version.
    #[must_use]
    pub fn next_major(&self) -> Self {
        self.release(self.major.wrapping_add(1), 0, 0)
    }

    fn release(&self, major: u64, minor: u64, patch: u64) -> Self {
        let v = if self.original.starts_with('v') { "v" } else { "" };
        Self {
            major,
            minor,
            patch,
            prerelease: String::new(),
            metadata: String::new(),
            original: format!("{v}{major}.{minor}.{patch}"),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.prerelease.is_empty() {
            write!(f, "-{}", self.prerelease)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// Compares two prereleases part by part; a missing part is lower than any.
pub(crate) fn compare_prerelease(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (one, other) => match compare_part(one.unwrap_or(""), other.unwrap_or("")) {
                Ordering::Equal => {}
                order @ (Ordering::Less | Ordering::Greater) => return order,
            },
        }
    }
}

/// Whether a text is a prerelease.
pub fn check_prerelease(text: &str) -> Result<(), VersionError> {
    for part in text.split('.') {
        if !is_identifier(part) {
            return Err(VersionError::Prerelease);
        }
        let numeric = part.bytes().all(|b| b.is_ascii_digit());
        if numeric && part.len() > 1 && part.starts_with('0') {
            return Err(VersionError::SegmentStartsZero);
        }
    }
    Ok(())
}

/// Whether a text is build metadata.
pub fn check_metadata(text: &str) -> Result<(), VersionError> {
    if text.split('.').all(is_identifier) { Ok(()) } else { Err(VersionError::Metadata) }
}

fn is_identifier(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn compare_part(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    if left.is_empty() {
        return Ordering::Less;
    }
    if right.is_empty() {
        return Ordering::Greater;
    }
    match (number(left), number(right)) {
        (None, None) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // Two spellings of one number ("1" and "01") count as lower, as in the original.
        (Some(one), Some(other)) if one > other => Ordering::Greater,
        (Some(_), Some(_)) => Ordering::Less,
    }
}

fn number(part: &str) -> Option<u64> {
    if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
}

fn segment(text: &str) -> Result<u64, VersionError> {
    let digits = text.strip_prefix('.').unwrap_or(text);
    if digits.is_empty() {
        return Ok(0);
    }
    digits.parse().map_err(|_| VersionError::Segment(digits.to_owned()))
}
