//! Version constraints as charts write them (`>=1.2-0 <2 || ~3`), by the rules of Masterminds/semver 3.5.
//!
//! A constraint is a list of alternatives, each a list of comparisons that must all hold. Versions
//! are read loosely: `v1.2` is 1.2.0, `01.2` is 1.2.0. A pre-release satisfies an alternative only
//! if that alternative names a pre-release itself.
use std::cmp::Ordering;
use std::sync::LazyLock;

use regex::Regex;

const LOOSE: &str = r"v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?";
const PATTERN: &str = r"v?([0-9|x|X|\*]+)(\.[0-9|x|X|\*]+)?(\.[0-9|x|X|\*]+)?(-([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?(\+([0-9A-Za-z\-]+(\.[0-9A-Za-z\-]+)*))?";
const OPERATORS: &str = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^";
/// Go's `\s`.
const SPACE: &str = r"[\t\n\f\r ]";

/// The longest version that is read, in bytes.
const MAX_LENGTH: usize = 256;

static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("^{LOOSE}$")).ok());
static ONE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!("^{SPACE}*({OPERATORS}){SPACE}*({PATTERN}){SPACE}*$")).ok()
});
static RANGE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!("{SPACE}*({PATTERN}){SPACE}+-{SPACE}+({PATTERN}){SPACE}*")).ok()
});
static FIND: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!("({OPERATORS}){SPACE}*({PATTERN})")).ok());
static VALID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let one = format!("({OPERATORS}){SPACE}*({PATTERN}){SPACE}*");
    Regex::new(&format!("^({SPACE}*{one})((?:{SPACE}+|,{SPACE}*){one})*$")).ok()
});

/// Whether `version` satisfies `constraint`; false where either is malformed.
pub fn is_compatible(constraint: &str, version: &str) -> bool {
    let Some(version) = Version::parse(version) else { return false };
    constraints(constraint).is_some_and(|any| any.iter().any(|all| group_holds(all, &version)))
}

/// Whether Masterminds/semver reads `text` as a version.
pub fn is_valid(text: &str) -> bool {
    Version::parse(text).is_some()
}

/// Whether `text` is a version in the strict sense of semver.org: three numbers, nothing before.
pub fn is_strict(text: &str) -> bool {
    let loose = text.starts_with(|c: char| c.is_ascii_digit()) && is_valid(text);
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let plain = |n: &str| n == "0" || !n.starts_with('0');
    loose && text.len() <= MAX_LENGTH && core.split('.').count() == 3 && core.split('.').all(plain)
}

/// Whether a version is below every other: `0.0.0-0`, with any build metadata.
pub fn is_lowest(text: &str) -> bool {
    Version::parse(text).is_some_and(|v| (v.major, v.minor, v.patch, &*v.pre) == (0, 0, 0, "0"))
}

/// Whether Masterminds/semver reads `text` as a constraint.
pub fn is_constraint(text: &str) -> bool {
    constraints(text).is_some()
}

/// The order of two versions by precedence, build metadata aside; none where either is malformed.
pub fn compare(a: &str, b: &str) -> Option<Ordering> {
    Some(Version::parse(a)?.compare(&Version::parse(b)?))
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let found = VERSION.as_ref()?.captures(text)?;
        let part = |i| found.get(i).map_or("", |m| m.as_str());
        let number = |i| match part(i).trim_start_matches('.') {
            "" => Some(0),
            digits => digits.parse().ok(),
        };
        let pre = part(5);
        let bad =
            |p: &str| p.len() > 1 && p.starts_with('0') && p.bytes().all(|b| b.is_ascii_digit());
        if pre.split('.').any(bad) {
            return None;
        }
        Some(Self { major: number(1)?, minor: number(2)?, patch: number(3)?, pre: pre.to_owned() })
    }

    fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| compare_pre(&self.pre, &other.pre))
    }
}

/// By SemVer: without a pre-release is newest, then part by part, numbers below words.
fn compare_pre(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => x.cmp(y),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// One comparison; what the constraint left open is marked.
struct Constraint {
    operator: Operator,
    version: Version,
    open: bool,
    open_minor: bool,
    open_patch: bool,
}

fn constraints(text: &str) -> Option<Vec<Vec<Constraint>>> {
    let text = rewrite_ranges(text)?;
    text.split("||")
        .map(|group| {
            if !VALID.as_ref()?.is_match(group) {
                return None;
            }
            FIND.as_ref()?.find_iter(group).map(|m| constraint(m.as_str())).collect()
        })
        .collect()
}

/// `1.2 - 1.4` means `>= 1.2, <= 1.4`.
fn rewrite_ranges(text: &str) -> Option<String> {
    let mut out = text.to_owned();
    for found in RANGE.as_ref()?.captures_iter(text) {
        let (low, high) = (found.get(1)?.as_str(), found.get(11)?.as_str());
        out = out.replacen(found.get(0)?.as_str(), &format!(">= {low}, <= {high} "), 1);
    }
    Some(out)
}

fn constraint(text: &str) -> Option<Constraint> {
    let found = ONE.as_ref()?.captures(text)?;
    let part = |i| found.get(i).map_or("", |m| m.as_str());
    let operator = match part(1) {
        "" | "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        ">" => Operator::Greater,
        "<" => Operator::Less,
        ">=" | "=>" => Operator::GreaterEqual,
        "<=" | "=<" => Operator::LessEqual,
        "~" | "~>" => Operator::Tilde,
        _ => Operator::Caret,
    };
    let is_open = |part: &str| matches!(part.trim_start_matches('.'), "" | "x" | "X" | "*");
    let (major, minor, patch, pre) = (part(3), part(4), part(5), part(6));
    let (text, open, open_minor, open_patch) = if is_open(major) {
        (format!("0.0.0{pre}"), true, false, false)
    } else if is_open(minor) {
        (format!("{major}.0.0{pre}"), true, true, false)
    } else if is_open(patch) {
        (format!("{major}{minor}.0{pre}"), true, false, true)
    } else {
        (part(2).to_owned(), false, false, false)
    };
    let version = Version::parse(&text)?;
    Some(Constraint { operator, version, open, open_minor, open_patch })
}

fn group_holds(all: &[Constraint], version: &Version) -> bool {
    let wants_pre = all.iter().any(|c| !c.version.pre.is_empty());
    (version.pre.is_empty() || wants_pre) && all.iter().all(|c| c.holds(version))
}

impl Constraint {
    fn holds(&self, v: &Version) -> bool {
        let order = v.compare(&self.version);
        match self.operator {
            Operator::Equal if self.open => self.tilde(v),
            Operator::Equal => order == Ordering::Equal,
            Operator::NotEqual => self.not_equal(v),
            Operator::Greater => self.greater(v),
            Operator::Less => order == Ordering::Less,
            Operator::GreaterEqual => order != Ordering::Less,
            Operator::LessEqual if self.open => {
                let c = &self.version;
                v.major <= c.major && (v.major != c.major || v.minor <= c.minor || self.open_minor)
            }
            Operator::LessEqual => order != Ordering::Greater,
            Operator::Tilde => self.tilde(v),
            Operator::Caret => self.caret(v),
        }
    }

    fn not_equal(&self, v: &Version) -> bool {
        let c = &self.version;
        if !self.open {
            return v.compare(c) != Ordering::Equal;
        }
        if c.major != v.major {
            return true;
        }
        if self.open_minor {
            return false;
        }
        if c.minor != v.minor {
            return true;
        }
        if self.open_patch {
            return (!v.pre.is_empty() || !c.pre.is_empty()) && v.pre != c.pre;
        }
        c.patch != v.patch || v.compare(c) != Ordering::Equal
    }

    fn greater(&self, v: &Version) -> bool {
        let c = &self.version;
        if !self.open || (v.major == c.major && !self.open_minor && !self.open_patch) {
            return v.compare(c) == Ordering::Greater;
        }
        v.major > c.major || (v.major == c.major && self.open_patch && v.minor > c.minor)
    }

    fn tilde(&self, v: &Version) -> bool {
        let c = &self.version;
        if v.compare(c) == Ordering::Less {
            return false;
        }
        let any = (c.major, c.minor, c.patch) == (0, 0, 0) && !self.open_minor && !self.open_patch;
        any || (v.major == c.major && (v.minor == c.minor || self.open_minor))
    }

    fn caret(&self, v: &Version) -> bool {
        let c = &self.version;
        if v.compare(c) == Ordering::Less {
            return false;
        }
        if c.major > 0 || self.open_minor {
            return v.major == c.major;
        }
        if v.major > 0 {
            return false;
        }
        if c.minor > 0 || self.open_patch {
            return v.minor == c.minor;
        }
        v.minor == 0 && v.patch == c.patch
    }
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
