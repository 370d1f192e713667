//! Version constraints as Masterminds/semver v3.5 reads and checks them: OR groups of AND
//! constraints, wildcards, hyphen ranges, `~` and `^`. Invariant: a prerelease satisfies a
//! group only when one of the group's constraints names a prerelease. Reasons for a refusal
//! (`Validate`) are not kept here: no template function shows them.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

use crate::spelling::{Bound, Spelling, bounds, may_hold_range};
use crate::version::{Version, VersionError, compare_prerelease};

const MAX_LENGTH: usize = 512;
const MAX_GROUPS: usize = 32;

// `\s` of Go: no vertical tab, no Unicode.
const SPACE: &str = r"[\t\n\f\r ]";
const OPERATOR: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";
const VERSION: &str = concat!(
    r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?",
    r"(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?",
    r"(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?"
);

struct Patterns {
    single: Regex,
    range: Regex,
    find: Regex,
    valid: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let new = |pattern: String| Regex::new(&pattern).expect("the pattern is a constant");
    let (s, op, v) = (SPACE, OPERATOR, VERSION);
    Patterns {
        single: new(format!(r"\A{s}*({op}){s}*({v}){s}*\z")),
        range: new(format!(r"{s}*({v}){s}+-{s}+({v}){s}*")),
        find: new(format!(r"({op}){s}*({v})")),
        valid: new(format!(r"\A({s}*({op}){s}*({v}){s}*)((?:{s}+|,{s}*)({op}){s}*({v}){s}*)*\z")),
    }
});

/// A set of constraints: satisfied when all of any one group are.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Group>,
}

/// Why a text is not a constraint; the messages are Masterminds'.
#[derive(Debug, thiserror::Error)]
pub enum ConstraintError {
    /// More bytes than are read.
    #[error("constraint string is too long (max {MAX_LENGTH} bytes)")]
    TooLong,
    /// More alternatives than are read.
    #[error("too many constraint groups (max {MAX_GROUPS})")]
    TooManyGroups,
    /// A part that is no constraint.
    #[error("improper constraint: {}", yaml::quote::quote(.0))]
    Improper(String),
    /// A part whose version is none.
    #[error("constraint parser error")]
    Version(#[source] VersionError),
}

#[derive(Debug, Clone)]
struct Group {
    constraints: Vec<Constraint>,
    prereleases: bool,
}

#[derive(Debug, Clone)]
struct Constraint {
    operator: Operator,
    version: Version,
    wildcard: Wildcard,
}

/// The first segment that is a wildcard or missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wildcard {
    None,
    Major,
    Minor,
    Patch,
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Tilde,
    Caret,
}

impl Constraints {
    /// Reads constraints such as `>=1.2, <3 || ~4.1 || 5.x`.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > MAX_LENGTH {
            return Err(ConstraintError::TooLong);
        }
        let text = rewrite_ranges(text);
        if text.split("||").count() > MAX_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = text.split("||").map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups })
    }

    /// Whether the version satisfies the constraints.
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            (version.prerelease.is_empty() || group.prereleases)
                && group.constraints.iter().all(|constraint| constraint.check(version))
        })
    }
}

impl Group {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        let constraints = match bounds(text) {
            Some(bounds) => {
                bounds.into_iter().map(Constraint::new).collect::<Result<Vec<_>, _>>()?
            }
            None => Self::search(text)?,
        };
        let prereleases = constraints.iter().any(|one| !one.version.prerelease.is_empty());
        Ok(Self { constraints, prereleases })
    }

    /// The constraints as Masterminds' expressions find them.
    fn search(text: &str) -> Result<Vec<Constraint>, ConstraintError> {
        if !PATTERNS.valid.is_match(text) {
            return Err(ConstraintError::Improper(text.to_owned()));
        }
        let mut constraints = PATTERNS
            .find
            .find_iter(text)
            .map(|found| Constraint::parse(found.as_str()))
            .collect::<Result<Vec<_>, _>>()?;
        if constraints.is_empty() {
            constraints.push(Constraint::parse(text)?);
        }
        Ok(constraints)
    }
}

impl Constraint {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.is_empty() {
            let version = Version::parse("0.0.0").map_err(ConstraintError::Version)?;
            return Ok(Self { operator: Operator::Equal, version, wildcard: Wildcard::Major });
        }
        let improper = || ConstraintError::Improper(text.to_owned());
        let found = PATTERNS.single.captures(text).ok_or_else(improper)?;
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        let version = Spelling {
            major: part(3),
            minor: part(4),
            patch: part(5),
            prerelease: part(6).strip_prefix('-').unwrap_or_default(),
            metadata: "",
        };
        Self::new(Bound { operator: part(1), text: part(2), version }).map_err(
            |error| match error {
                ConstraintError::Improper(_) => improper(),
                other => other,
            },
        )
    }

    fn new(bound: Bound<'_>) -> Result<Self, ConstraintError> {
        let Spelling { major, minor, patch, prerelease, .. } = bound.version;
        let dash = if prerelease.is_empty() { "" } else { "-" };
        let (wildcard, version) = if is_wildcard(major) {
            (Wildcard::Major, format!("0.0.0{dash}{prerelease}"))
        } else if is_wildcard(minor) {
            (Wildcard::Minor, format!("{major}.0.0{dash}{prerelease}"))
        } else if is_wildcard(patch) {
            (Wildcard::Patch, format!("{major}{minor}.0{dash}{prerelease}"))
        } else {
            (Wildcard::None, bound.text.to_owned())
        };
        let version = Version::parse(&version).map_err(ConstraintError::Version)?;
        let improper = || ConstraintError::Improper(bound.text.to_owned());
        let operator = Operator::parse(bound.operator).ok_or_else(improper)?;
        Ok(Self { operator, version, wildcard })
    }

    fn check(&self, version: &Version) -> bool {
        let order = version.compare(&self.version);
        match self.operator {
            Operator::Equal if self.wildcard == Wildcard::None => order == Ordering::Equal,
            Operator::Equal | Operator::Tilde => self.check_tilde(version, order),
            Operator::NotEqual => self.check_not_equal(version, order),
            Operator::Greater => self.check_greater(version, order),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterOrEqual => order != Ordering::Less,
            Operator::LessOrEqual => self.check_less_or_equal(version, order),
            Operator::Caret => self.check_caret(version, order),
        }
    }

    fn check_not_equal(&self, version: &Version, order: Ordering) -> bool {
        let con = &self.version;
        match self.wildcard {
            Wildcard::None => order != Ordering::Equal,
            // `*` does not set the original's minor or patch mark, so 0.0.0 is what is compared.
            Wildcard::Major => {
                (con.major, con.minor, con.patch) != (version.major, version.minor, version.patch)
                    || order != Ordering::Equal
            }
            Wildcard::Minor => con.major != version.major,
            Wildcard::Patch => {
                (con.major, con.minor) != (version.major, version.minor)
                    || compare_prerelease(&version.prerelease, &con.prerelease) != Ordering::Equal
            }
        }
    }

    fn check_greater(&self, version: &Version, order: Ordering) -> bool {
        let con = &self.version;
        match self.wildcard {
            Wildcard::None => order == Ordering::Greater,
            Wildcard::Major if version.major == con.major => order == Ordering::Greater,
            Wildcard::Patch if version.major == con.major => version.minor > con.minor,
            Wildcard::Major | Wildcard::Minor | Wildcard::Patch => version.major > con.major,
        }
    }

    fn check_less_or_equal(&self, version: &Version, order: Ordering) -> bool {
        let con = &self.version;
        if self.wildcard == Wildcard::None {
            return order != Ordering::Greater;
        }
        version.major < con.major
            || version.major == con.major
                && (version.minor <= con.minor || self.wildcard == Wildcard::Minor)
    }

    fn check_tilde(&self, version: &Version, order: Ordering) -> bool {
        let con = &self.version;
        if order == Ordering::Less {
            return false;
        }
        let zero = (con.major, con.minor, con.patch) == (0, 0, 0);
        if zero && matches!(self.wildcard, Wildcard::None | Wildcard::Major) {
            return true;
        }
        version.major == con.major
            && (version.minor == con.minor || self.wildcard == Wildcard::Minor)
    }

    fn check_caret(&self, version: &Version, order: Ordering) -> bool {
        let con = &self.version;
        if order == Ordering::Less {
            return false;
        }
        if con.major > 0 || self.wildcard == Wildcard::Minor {
            return version.major == con.major;
        }
        if version.major > 0 {
            return false;
        }
        if con.minor > 0 || self.wildcard == Wildcard::Patch {
            return version.minor == con.minor;
        }
        version.minor == 0 && version.patch == con.patch
    }
}

impl Operator {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "" | "=" => Self::Equal,
            "!=" => Self::NotEqual,
            ">" => Self::Greater,
            "<" => Self::Less,
            ">=" | "=>" => Self::GreaterOrEqual,
            "<=" | "=<" => Self::LessOrEqual,
            "~" | "~>" => Self::Tilde,
            "^" => Self::Caret,
            _ => return None,
        })
    }
}

fn is_wildcard(segment: &str) -> bool {
    matches!(segment.strip_prefix('.').unwrap_or(segment), "" | "x" | "X" | "*")
}

/// `1.2 - 3.4` becomes `>= 1.2, <= 3.4 `, where it first stands.
fn rewrite_ranges(text: &str) -> String {
    let mut out = text.to_owned();
    if !may_hold_range(text) {
        return out;
    }
    for found in PATTERNS.range.captures_iter(text) {
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        out = out.replacen(part(0), &format!(">= {}, <= {} ", part(1), part(11)), 1);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Constraint, Group};
    use crate::spelling::bounds;

    /// Texts of the pieces that constraints are made of, in any order.
    fn texts() -> impl Iterator<Item = String> {
        let pieces = [
            "1", "0", "12", "x", "X", "*", ".", "v", "-", "+", "a", "-rc.1", "+b", " ", ", ", ">",
            "<", "=", "!", "~", "^", "|", "1.2.3", ">=1.2", "",
        ];
        let mut state = 1_u64;
        std::iter::repeat_with(move || {
            let mut text = String::new();
            for _ in 0..5 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            text
        })
    }

    #[test]
    fn cutting_agrees_with_the_expressions() {
        let show = |found: Result<Vec<Constraint>, _>| {
            found.map_err(|e: super::ConstraintError| e.to_string())
        };
        let mut cut = 0;
        for text in texts().take(100_000) {
            let Some(bounds) = bounds(&text) else { continue };
            cut += 1;
            let ours = show(bounds.into_iter().map(Constraint::new).collect());
            let theirs = show(Group::search(&text));
            assert_eq!(format!("{ours:?}"), format!("{theirs:?}"), "{text:?}");
        }
        assert!(cut > 1_000, "{cut} were cut");
    }
}
