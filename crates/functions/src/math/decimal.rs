//! Decimal numbers as shopspring/decimal 1.4 computes with them: exact sums and products,
//! quotients to 16 places. Invariant: a number is `value · 10^exponent`, made from the shortest
//! digits of a float.

use num_bigint::{BigInt, Sign};
use template::CallError;
use yaml::float::{self, Float, Notation};

/// Places behind the point that a quotient keeps.
const DIVISION_PRECISION: i64 = 16;

/// `value · 10^exponent`.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// From the shortest digits that read back as the float.
    pub(super) fn new(number: f64) -> Result<Self, CallError> {
        if !number.is_finite() {
            let name = match (number.is_nan(), number > 0.0) {
                (true, _) => "NaN",
                (false, true) => "+Inf",
                (false, false) => "-Inf",
            };
            return Err(CallError::new(format!("Cannot create a Decimal from {name}")));
        }
        let text = float::format(number, Notation::Exponent, None, Float::Float64);
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let value = format!("{whole}{fraction}").parse().unwrap_or_default();
        let exponent: i64 = exponent.parse().unwrap_or(0);
        Ok(Self { value, exponent: exponent - fraction.len() as i64 })
    }

    /// The sum.
    pub(super) fn add(self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { value: self.scaled(exponent) + other.scaled(exponent), exponent }
    }

    /// The difference.
    pub(super) fn subtract(self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Self { value: self.scaled(exponent) - other.scaled(exponent), exponent }
    }

    /// The product.
    pub(super) fn multiply(self, other: &Self) -> Self {
        Self { value: self.value * &other.value, exponent: self.exponent + other.exponent }
    }

    /// The quotient to 16 places, halves away from zero.
    pub(super) fn divide(self, other: &Self) -> Result<Self, CallError> {
        if other.value.sign() == Sign::NoSign {
            return Err(CallError::new("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (above, below) = if shift < 0 {
            (self.value, &other.value * power(-shift))
        } else {
            (self.value * power(shift), other.value.clone())
        };
        let (mut quotient, rest) = (&above / &below, &above % &below);
        let twice: BigInt = rest * 2;
        if twice.magnitude() >= below.magnitude() {
            let away = if above.sign() == below.sign() { 1 } else { -1 };
            quotient += away;
        }
        Ok(Self { value: quotient, exponent: -DIVISION_PRECISION })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(0.0)
    }

    fn scaled(&self, exponent: i64) -> BigInt {
        &self.value * power(self.exponent - exponent)
    }
}

/// Go's `math.Pow(10, places)`.
pub(super) fn power_of_ten(places: i64) -> f64 {
    if places == 1 {
        return 10.0;
    }
    // 10 is 0.625 · 2^4; squares are taken of the first, so the last digit is not always right.
    let (mut square, mut square_exponent) = (0.625f64, 4i64);
    let (mut product, mut exponent) = (1.0f64, 0i64);
    let mut rest = places.unsigned_abs();
    while rest != 0 {
        if square_exponent > 1 << 12 {
            exponent += square_exponent;
            break;
        }
        if rest & 1 == 1 {
            product *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest >>= 1;
    }
    if places < 0 {
        (product, exponent) = (1.0 / product, -exponent);
    }
    scale(product, exponent)
}

/// `number · 2^exponent`, rounded once.
fn scale(number: f64, exponent: i64) -> f64 {
    let two = |exponent: i64| f64::from_bits(((exponent + 1023) as u64) << 52);
    match exponent {
        1024.. => number * two(1023) * two((exponent - 1023).min(1023)),
        -1022..1024 => number * two(exponent),
        ..-1022 => number * two((exponent + 64).max(-1022)) * two(-64),
    }
}

fn power(exponent: i64) -> BigInt {
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}
