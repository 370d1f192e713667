//! Version constraints as Masterminds/semver v3.5 reads and checks them: OR groups of AND
//! constraints, wildcards, hyphen ranges, `~` and `^`. Invariant: a prerelease satisfies a
//! group only when one of the group's constraints names a prerelease. Reasons for a refusal
//! (`Validate`) are not kept here: no template function shows them.

use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

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
        let prereleases = constraints.iter().any(|one| !one.version.prerelease.is_empty());
        Ok(Self { constraints, prereleases })
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
        let (major, minor, patch, prerelease) = (part(3), part(4), part(5), part(6));
        let (wildcard, version) = if is_wildcard(major) {
            (Wildcard::Major, format!("0.0.0{prerelease}"))
        } else if is_wildcard(minor) {
            (Wildcard::Minor, format!("{major}.0.0{prerelease}"))
        } else if is_wildcard(patch) {
            (Wildcard::Patch, format!("{major}{minor}.0{prerelease}"))
        } else {
            (Wildcard::None, part(2).to_owned())
        };
        let version = Version::parse(&version).map_err(ConstraintError::Version)?;
        let operator = Operator::parse(part(1)).ok_or_else(improper)?;
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
    for found in PATTERNS.range.captures_iter(text) {
        let part = |at: usize| found.get(at).map_or("", |part| part.as_str());
        out = out.replacen(part(0), &format!(">= {}, <= {} ", part(1), part(11)), 1);
    }
    out
}
