//! The keywords of one schema by name, for compiling it.
use yaml::{Map, Value};

use super::decimal::Decimal;
use super::node::Number;

/// A schema's keywords; most schemas have few of the many that are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keywords<'s> {
    map: &'s Map,
    /// A bit for each name that is there; names may share one.
    present: u64,
}

impl<'s> Keywords<'s> {
    pub(super) fn new(map: &'s Map) -> Self {
        Self { map, present: bits(map.keys().map(String::as_str)) }
    }

    #[inline]
    pub(super) fn get(self, name: &str) -> Option<&'s Value> {
        if self.present & bit(name) == 0 { None } else { self.map.get(name) }
    }

    #[inline]
    pub(super) fn text(self, name: &str) -> Option<&'s str> {
        self.get(name)?.as_str()
    }

    #[inline]
    pub(super) fn list(self, name: &str) -> Option<&'s [Value]> {
        self.get(name)?.as_list()
    }

    #[inline]
    pub(super) fn flag(self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }

    #[inline]
    pub(super) fn number(self, name: &str) -> Option<Number> {
        let value = self.get(name)?;
        let is_number = matches!(value, Value::Int(_) | Value::Uint(_) | Value::Float(_));
        let float = value.as_f64().unwrap_or_default();
        is_number.then(|| Number { exact: Decimal::of(value), float })
    }

    /// A whole number that counts something.
    #[inline]
    pub(super) fn count(self, name: &str) -> Option<u64> {
        let number = self.number(name)?;
        let is_whole = number.exact.map_or(number.float.fract() == 0.0, Decimal::is_whole);
        is_whole.then_some(number.float.max(0.0) as u64)
    }
}

/// A bit for each of some names: sets without a common bit have no common name.
pub(super) fn bits<'a>(names: impl Iterator<Item = &'a str>) -> u64 {
    names.fold(0, |all, name| all | bit(name))
}

/// The bit of one name.
#[inline]
pub(super) fn bit(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let ends = [bytes.first(), bytes.last()].map(|byte| u64::from(byte.copied().unwrap_or(0)));
    1 << ((ends[0] + 3 * ends[1] + 11 * bytes.len() as u64) % 64)
}
