//! Classes that take letters in either case, as explicit ranges: Go folds by Unicode 15, the `regex`
//! crate by a later one, and it cannot say that a part of a class is left as it is.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::class::{NOTHING, push_range};

/// A set of characters.
#[derive(Debug, Clone)]
pub(super) struct Set(ClassUnicode);

impl Set {
    pub(super) fn empty() -> Self {
        Self(ClassUnicode::empty())
    }

    /// The characters of a range.
    pub(super) fn range(low: u32, high: u32) -> Self {
        let mut set = ClassUnicode::empty();
        for (low, high) in [(low, high.min(0xd7ff)), (low.max(0xe000), high)] {
            if let (Some(low), Some(high)) = (char::from_u32(low), char::from_u32(high))
                && low <= high
            {
                set.push(ClassUnicodeRange::new(low, high));
            }
        }
        Self(set)
    }

    /// The characters of a class in the words of the `regex` crate.
    pub(super) fn parse(class: &str) -> Self {
        let parsed = regex_syntax::parse(class).map(regex_syntax::hir::Hir::into_kind);
        match parsed {
            Ok(HirKind::Class(Class::Unicode(set))) => Self(set),
            Ok(HirKind::Class(Class::Bytes(bytes))) => {
                Self(bytes.to_unicode_class().unwrap_or_else(ClassUnicode::empty))
            }
            Ok(HirKind::Literal(literal)) => {
                let text = std::str::from_utf8(&literal.0).unwrap_or_default();
                let ranges = text.chars().map(|rune| ClassUnicodeRange::new(rune, rune));
                Self(ClassUnicode::new(ranges))
            }
            _ => Self::empty(),
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.0.union(&other.0);
    }

    /// The characters of Go's tables in the other cases, too.
    pub(super) fn folded(mut self) -> Self {
        let newer = yaml::unicode::newer().iter();
        let newer = newer.map(|(low, high)| ClassUnicodeRange::new(*low, *high));
        let newer = ClassUnicode::new(newer);
        let mut known = self.0.clone();
        known.difference(&newer);
        // The crate's tables are complete: it is built with them.
        let _ = known.try_case_fold_simple();
        known.difference(&newer);
        self.0.union(&known);
        self
    }

    pub(super) fn negated(mut self) -> Self {
        self.0.negate();
        self
    }

    /// The class, in which no letter stands for another.
    pub(super) fn text(&self) -> String {
        if self.0.ranges().is_empty() {
            return NOTHING.to_owned();
        }
        let mut out = String::from("(?-i:[");
        for range in self.0.iter() {
            push_range(&mut out, u32::from(range.start()), u32::from(range.end()));
        }
        out.push_str("])");
        out
    }
}
