//! Arithmetic modulo an odd number in Montgomery's form, on plain 64-bit limbs. Invariant: values
//! stay below `2^(64·N)`, not always below the modulus; `reduced` gives the one below it.
//!
//! Running times depend on the operands.

use crate::natural::{Natural, bit, bits, double, negated_inverse, subtract};

/// An odd modulus whose top bit is set.
pub(crate) struct Modulus<const N: usize> {
    n: Natural<N>,
    /// `-1/n mod 2^64`.
    inverse: u64,
    /// `2^(64·N) mod n`: one in Montgomery's form.
    one: Natural<N>,
}

/// A sum of three limbs that columns of products are added up in.
#[derive(Clone, Copy, Default)]
struct Column {
    low: u128,
    high: u64,
}

impl Column {
    #[inline]
    fn add(&mut self, product: u128) {
        let (low, over) = self.low.overflowing_add(product);
        self.low = low;
        self.high += u64::from(over);
    }

    #[inline]
    fn add_product(&mut self, a: u64, b: u64) {
        self.add(u128::from(a) * u128::from(b));
    }

    #[inline]
    fn double(&mut self) {
        self.high = self.high << 1 | (self.low >> 127) as u64;
        self.low <<= 1;
    }

    /// Drops the lowest limb.
    #[inline]
    fn shift(&mut self) {
        self.low = self.low >> 64 | u128::from(self.high) << 64;
        self.high = 0;
    }
}

/// Bits of an exponent taken at once.
const WINDOW: u32 = 4;

impl<const N: usize> Modulus<N> {
    /// Of an odd number whose top bit is set.
    pub(crate) fn new(n: &Natural<N>) -> Self {
        debug_assert!(n[0] & 1 == 1 && n[N - 1] >> 63 == 1, "odd and of full length");
        let (one, _) = subtract(&[0; N], n);
        Self { n: *n, inverse: negated_inverse(n[0]), one }
    }

    /// The value below the modulus.
    pub(crate) fn reduced(&self, value: &Natural<N>) -> Natural<N> {
        let (less, below) = subtract(value, &self.n);
        if below { *value } else { less }
    }

    pub(crate) fn square(&self, a: &Natural<N>) -> Natural<N> {
        self.product(|at| {
            let mut column = Column::default();
            for i in (at + 1).saturating_sub(N)..at.div_ceil(2) {
                column.add_product(a[i], a[at - i]);
            }
            column.double();
            if at % 2 == 0 {
                column.add_product(a[at / 2], a[at / 2]);
            }
            column
        })
    }

    pub(crate) fn multiply(&self, a: &Natural<N>, b: &Natural<N>) -> Natural<N> {
        self.product(|at| {
            let mut column = Column::default();
            for i in (at + 1).saturating_sub(N)..(at + 1).min(N) {
                column.add_product(a[i], b[at - i]);
            }
            column
        })
    }

    /// A product given by its columns, divided by `2^(64·N)`.
    #[inline]
    fn product(&self, column: impl Fn(usize) -> Column) -> Natural<N> {
        let n = &self.n;
        let (mut factors, mut out) = ([0; N], [0; N]);
        let mut sum = Column::default();
        for at in 0..N {
            let products = column(at);
            sum.add(products.low);
            sum.high += products.high;
            for i in 0..at {
                sum.add_product(factors[i], n[at - i]);
            }
            factors[at] = (sum.low as u64).wrapping_mul(self.inverse);
            sum.add_product(factors[at], n[0]);
            sum.shift();
        }
        for at in N..2 * N - 1 {
            let products = column(at);
            sum.add(products.low);
            sum.high += products.high;
            for i in at + 1 - N..N {
                sum.add_product(factors[i], n[at - i]);
            }
            out[at - N] = sum.low as u64;
            sum.shift();
        }
        out[N - 1] = sum.low as u64;
        // Below twice 2^(64·N) - 1, so that one subtraction is enough.
        if sum.low >> 64 == 0 { out } else { subtract(&out, n).0 }
    }

    /// Whether `2^(n-1)` is 1: true for primes, and for hardly any other number met by chance.
    pub(crate) fn fermat(&self) -> bool {
        let mut exponent = self.n;
        exponent[0] -= 1;
        let mut value = self.one;
        for at in (0..64 * N).rev() {
            value = self.square(&value);
            if bit(&exponent, at) {
                value = self.twice(&value);
            }
        }
        self.reduced(&value) == self.one
    }

    fn twice(&self, value: &Natural<N>) -> Natural<N> {
        double(&self.reduced(value), &self.n)
    }

    /// One round of Miller and Rabin's test; the base is in Montgomery's form.
    pub(crate) fn passes(&self, base: &Natural<N>) -> bool {
        let mut exponent = self.n;
        exponent[0] -= 1;
        let minus_one = subtract(&self.n, &self.one).0;
        let zeros = crate::natural::trailing_zeros(&exponent);
        let mut value = self.reduced(&self.power(base, &exponent, zeros));
        if value == self.one {
            return true;
        }
        for _ in 1..zeros {
            if value == minus_one {
                return true;
            }
            value = self.reduced(&self.square(&value));
        }
        value == minus_one
    }

    /// A power of a number in Montgomery's form; the exponent is shifted right first.
    fn power(&self, base: &Natural<N>, exponent: &Natural<N>, shift: usize) -> Natural<N> {
        let mut table = [self.one; 1 << WINDOW];
        for i in 1..table.len() {
            table[i] = self.multiply(&table[i - 1], base);
        }
        let mut value = self.one;
        let windows = (64 * N - shift).div_ceil(WINDOW as usize);
        for window in (0..windows).rev() {
            for _ in 0..WINDOW {
                value = self.square(&value);
            }
            let at = bits(exponent, shift + window * WINDOW as usize, WINDOW);
            if at != 0 {
                value = self.multiply(&value, &table[at as usize]);
            }
        }
        value
    }
}

#[cfg(test)]
mod tests;
