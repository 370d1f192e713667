//! Numbers as exact decimals, so that 1.1 is a multiple of 0.01.
use std::cmp::Ordering;

use yaml::Value;

/// `digits` × 10^`exponent`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    /// A number; nothing where it is none, or has more digits than fit.
    pub(super) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(n) => Some(Self { digits: i128::from(*n), exponent: 0 }),
            Value::Uint(n) => Some(Self { digits: i128::from(*n), exponent: 0 }),
            Value::Float(f) => Self::parse(&crate::values::go_float(*f)),
            Value::Null | Value::Bool(_) | Value::String(_) | Value::List(_) | Value::Map(_) => {
                None
            }
        }
    }

    /// Reads `12`, `-1.5`, `1e21`; nothing where it has more digits than fit.
    fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
        Some(Self { digits, exponent })
    }

    pub(super) fn compare(self, other: Self) -> Option<Ordering> {
        let (a, b) = self.aligned(other)?;
        Some(a.cmp(&b))
    }

    pub(super) fn is_multiple_of(self, other: Self) -> Option<bool> {
        let (a, b) = self.aligned(other)?;
        a.checked_rem(b).map(|rest| rest == 0)
    }

    pub(super) fn is_whole(self) -> bool {
        if self.exponent == 0 {
            return true;
        }
        let one = Self { digits: 1, exponent: 0 };
        self.is_multiple_of(one).unwrap_or(self.exponent >= 0)
    }

    /// Both sets of digits at the smaller exponent.
    fn aligned(self, other: Self) -> Option<(i128, i128)> {
        let exponent = self.exponent.min(other.exponent);
        let scale = |d: Self| {
            let power = u32::try_from(d.exponent - exponent).ok()?;
            d.digits.checked_mul(10_i128.checked_pow(power)?)
        };
        Some((scale(self)?, scale(other)?))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn decimals_are_exact() {
        let d = |text| Decimal::parse(text).unwrap();
        assert_eq!(d("1.1").is_multiple_of(d("0.01")), Some(true));
        assert_eq!(d("1.15").is_multiple_of(d("0.1")), Some(false));
        assert!(d("1e3").is_whole() && d("2.0").is_whole() && !d("2.5").is_whole());
        assert_eq!(d("-1").compare(d("0.5")), Some(std::cmp::Ordering::Less));
    }
}
