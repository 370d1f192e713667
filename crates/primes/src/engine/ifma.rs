//! Eight candidates side by side: AVX-512 with its multiplication of 52-bit integers. Invariant:
//! limbs of 52 bits, one lane a candidate; values below four times the modulus, and `2^(52·L)` at
//! least sixteen times the modulus, so that nothing needs to be subtracted in between.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_sllv_epi64, _mm512_srli_epi64,
};

use fearless_simd::x86::Avx512;
use fearless_simd::{SimdFrom as _, u64x8};

use crate::natural::{
    Natural, bit, bits, double, negated_inverse, small, subtract, trailing_zeros,
};

pub(super) const LANES: usize = 8;
const RADIX: usize = 52;
const WINDOW: u32 = 4;

/// Whether numbers of this size are worked on here.
pub(super) const fn supports(n: usize) -> bool {
    n == 16 || n == 32
}

/// Which candidates pass Fermat's test to base 2.
pub(super) fn fermat<const N: usize>(token: Avx512, candidates: &[Natural<N>]) -> u32 {
    let Some(&first) = candidates.first() else { return 0 };
    // Lanes without a candidate repeat the first one.
    let lanes: [Natural<N>; LANES] =
        std::array::from_fn(|lane| candidates.get(lane).copied().unwrap_or(first));
    let passed = match N {
        16 => fermat_16(token, &resized(&lanes)),
        32 => fermat_32(token, &resized(&lanes)),
        _ => 0,
    };
    passed & ((1 << candidates.len().min(LANES)) - 1)
}

/// Whether a number passes Miller and Rabin's test to each base, at most one a lane.
pub(super) fn passes<const N: usize>(
    token: Avx512,
    number: &Natural<N>,
    bases: &[Natural<N>],
) -> bool {
    let Some(&first) = bases.first() else { return true };
    let bases: [Natural<N>; LANES] =
        std::array::from_fn(|lane| bases.get(lane).copied().unwrap_or(first));
    match N {
        16 => passes_16(token, &resized(&[*number])[0], &resized(&bases)),
        32 => passes_32(token, &resized(&[*number])[0], &resized(&bases)),
        _ => false,
    }
}

/// The same numbers in another type for their size.
fn resized<const N: usize, const M: usize, const C: usize>(
    numbers: &[Natural<N>; C],
) -> [Natural<M>; C] {
    numbers.map(|number| std::array::from_fn(|at| number.get(at).copied().unwrap_or(0)))
}

fearless_simd::kernel!(
    fn fermat_16(token: Avx512, candidates: &[Natural<16>; LANES]) -> u32 {
        Lanes::<20>::new(token, candidates).fermat(candidates)
    }
);

fearless_simd::kernel!(
    fn fermat_32(token: Avx512, candidates: &[Natural<32>; LANES]) -> u32 {
        Lanes::<40>::new(token, candidates).fermat(candidates)
    }
);

fearless_simd::kernel!(
    fn passes_16(token: Avx512, number: &Natural<16>, bases: &[Natural<16>; LANES]) -> bool {
        Lanes::<20>::new(token, &[*number; LANES]).passes(number, bases)
    }
);

fearless_simd::kernel!(
    fn passes_32(token: Avx512, number: &Natural<32>, bases: &[Natural<32>; LANES]) -> bool {
        Lanes::<40>::new(token, &[*number; LANES]).passes(number, bases)
    }
);

/// A number of `52·L` bits in each lane.
type Wide<const L: usize> = [__m512i; L];

/// Eight moduli.
struct Lanes<const L: usize> {
    token: Avx512,
    n: Wide<L>,
    /// `-1/n mod 2^52`.
    inverse: __m512i,
}

impl<const L: usize> Lanes<L> {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new<const N: usize>(token: Avx512, moduli: &[Natural<N>; LANES]) -> Self {
        let inverse = moduli.map(|modulus| negated_inverse(modulus[0]) & ((1 << RADIX) - 1));
        Self { token, n: spread(token, moduli), inverse: u64x8::simd_from(token, inverse).into() }
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn fermat<const N: usize>(&self, candidates: &[Natural<N>; LANES]) -> u32 {
        let mut value: Wide<L> = spread(self.token, &candidates.map(|n| one::<N, L>(&n)));
        for at in (0..64 * N).rev() {
            // The exponents are one less: their lowest bit alone differs from the candidate's.
            let bits = candidates.map(|n| u64::from(at > 0 && bit(&n, at)));
            value = self.square(&value, u64x8::simd_from(self.token, bits).into());
        }
        let values = self.leave::<N>(&value, candidates);
        let passed = values.iter().map(|value| u32::from(*value == small(1)));
        passed.rev().fold(0, |all, one| all << 1 | one)
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn passes<const N: usize>(&self, number: &Natural<N>, bases: &[Natural<N>; LANES]) -> bool {
        let mut exponent = *number;
        exponent[0] -= 1;
        let minus_one = exponent;
        let zeros = trailing_zeros(&exponent);
        // Bases are random: that they are taken to be in Montgomery's form changes nothing.
        let mut value = self.power(number, &spread(self.token, bases), zeros);
        let moduli = [*number; LANES];
        let mut passed = self.leave::<N>(&value, &moduli).map(|x| x == small(1) || x == minus_one);
        for _ in 1..zeros {
            value = self.square(&value, _mm512_setzero_si512());
            let values = self.leave::<N>(&value, &moduli);
            for (passed, value) in passed.iter_mut().zip(values) {
                *passed |= value == minus_one;
            }
        }
        passed.iter().all(|&passed| passed)
    }

    /// The bases to the power of the number shifted right.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn power<const N: usize>(&self, number: &Natural<N>, bases: &Wide<L>, shift: usize) -> Wide<L> {
        let one: Wide<L> = spread(self.token, &[one::<N, L>(number); LANES]);
        let mut table = [one; 1 << WINDOW];
        for i in 1..table.len() {
            table[i] = self.multiply(&table[i - 1], bases);
        }
        let mut value = one;
        for window in (0..(64 * N - shift).div_ceil(WINDOW as usize)).rev() {
            for _ in 0..WINDOW {
                value = self.square(&value, _mm512_setzero_si512());
            }
            let at = bits(number, shift + window * WINDOW as usize, WINDOW);
            value = self.multiply(&value, &table[at as usize]);
        }
        value
    }

    /// The values out of Montgomery's form, below their moduli.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn leave<const N: usize>(
        &self,
        value: &Wide<L>,
        moduli: &[Natural<N>; LANES],
    ) -> [Natural<N>; LANES] {
        let mut one = [_mm512_setzero_si512(); L];
        one[0] = _mm512_set1_epi64(1);
        let values: [Natural<N>; LANES] = self.gather(&self.multiply(value, &one));
        std::array::from_fn(|lane| {
            // At most the modulus.
            let (less, below) = subtract(&values[lane], &moduli[lane]);
            if below { values[lane] } else { less }
        })
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn gather<const N: usize>(&self, wide: &Wide<L>) -> [Natural<N>; LANES] {
        let mut out = [[0; N]; LANES];
        for (at, limbs) in wide.iter().enumerate() {
            let limbs: [u64; LANES] = u64x8::simd_from(self.token, *limbs).into();
            let (index, shift) = (at * RADIX / 64, at * RADIX % 64);
            for (number, limb) in out.iter_mut().zip(limbs) {
                if let Some(low) = number.get_mut(index) {
                    *low |= limb << shift;
                }
                if let Some(high) = number.get_mut(index + 1).filter(|_| shift > 64 - RADIX) {
                    *high |= limb >> (64 - shift);
                }
            }
        }
        out
    }

    /// The squares, doubled in the lanes where `doubled` is 1.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn square(&self, a: &Wide<L>, doubled: __m512i) -> Wide<L> {
        let zero = _mm512_setzero_si512();
        let mut columns = [[zero; L]; 2];
        let product = columns.as_flattened_mut();
        let mut carry = zero;
        for at in 0..2 * L - 1 {
            let (mut low, mut high) = (zero, zero);
            for i in (at + 1).saturating_sub(L)..at.div_ceil(2) {
                low = _mm512_madd52lo_epu64(low, a[i], a[at - i]);
                high = _mm512_madd52hi_epu64(high, a[i], a[at - i]);
            }
            low = _mm512_add_epi64(low, low);
            high = _mm512_add_epi64(high, high);
            if at % 2 == 0 {
                low = _mm512_madd52lo_epu64(low, a[at / 2], a[at / 2]);
                high = _mm512_madd52hi_epu64(high, a[at / 2], a[at / 2]);
            }
            product[at] = _mm512_add_epi64(low, carry);
            carry = high;
        }
        product[2 * L - 1] = carry;
        self.reduce(product, doubled)
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn multiply(&self, a: &Wide<L>, b: &Wide<L>) -> Wide<L> {
        let zero = _mm512_setzero_si512();
        let mut columns = [[zero; L]; 2];
        let product = columns.as_flattened_mut();
        let mut carry = zero;
        for at in 0..2 * L - 1 {
            let (mut low, mut high) = (zero, zero);
            for i in (at + 1).saturating_sub(L)..(at + 1).min(L) {
                low = _mm512_madd52lo_epu64(low, a[i], b[at - i]);
                high = _mm512_madd52hi_epu64(high, a[i], b[at - i]);
            }
            product[at] = _mm512_add_epi64(low, carry);
            carry = high;
        }
        product[2 * L - 1] = carry;
        self.reduce(product, zero)
    }

    /// Columns of a product divided by `2^(52·L)` modulo the moduli, two limbs at a time.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn reduce(&self, product: &mut [__m512i], doubled: __m512i) -> Wide<L> {
        let (n, zero) = (&self.n, _mm512_setzero_si512());
        for at in (0..L).step_by(2) {
            let row = &mut product[at..at + L + 2];
            let first = _mm512_madd52lo_epu64(zero, row[0], self.inverse);
            let carry = carry(_mm512_madd52lo_epu64(row[0], first, n[0]));
            let mut limb = _mm512_add_epi64(row[1], carry);
            limb = _mm512_madd52lo_epu64(limb, first, n[1]);
            limb = _mm512_madd52hi_epu64(limb, first, n[0]);
            let second = _mm512_madd52lo_epu64(zero, limb, self.inverse);
            let carry = self::carry(_mm512_madd52lo_epu64(limb, second, n[0]));
            row[2] = _mm512_add_epi64(row[2], carry);
            for k in 2..L {
                let mut limb = _mm512_madd52lo_epu64(row[k], first, n[k]);
                limb = _mm512_madd52hi_epu64(limb, first, n[k - 1]);
                limb = _mm512_madd52lo_epu64(limb, second, n[k - 1]);
                row[k] = _mm512_madd52hi_epu64(limb, second, n[k - 2]);
            }
            let mut limb = _mm512_madd52hi_epu64(row[L], first, n[L - 1]);
            limb = _mm512_madd52lo_epu64(limb, second, n[L - 1]);
            row[L] = _mm512_madd52hi_epu64(limb, second, n[L - 2]);
            row[L + 1] = _mm512_madd52hi_epu64(row[L + 1], second, n[L - 1]);
        }
        let mask = _mm512_set1_epi64((1 << RADIX) - 1);
        let mut carried = zero;
        let mut out = [zero; L];
        for (limb, column) in out.iter_mut().zip(&product[L..]) {
            let sum = _mm512_add_epi64(_mm512_sllv_epi64(*column, doubled), carried);
            *limb = _mm512_and_si512(sum, mask);
            carried = carry(sum);
        }
        out
    }
}

/// What is above a limb.
#[target_feature(enable = "avx512f")]
fn carry(column: __m512i) -> __m512i {
    _mm512_srli_epi64::<52>(column)
}

/// `2^(52·L) mod n`: one in Montgomery's form.
fn one<const N: usize, const L: usize>(n: &Natural<N>) -> Natural<N> {
    let (mut one, _) = subtract(&[0; N], n);
    for _ in 64 * N..RADIX * L {
        one = double(&one, n);
    }
    one
}

/// Numbers cut into limbs, each into a lane.
#[target_feature(enable = "avx512f")]
fn spread<const N: usize, const L: usize>(token: Avx512, numbers: &[Natural<N>; LANES]) -> Wide<L> {
    let mut out = [_mm512_setzero_si512(); L];
    for (at, limb) in out.iter_mut().enumerate() {
        let limbs = numbers.map(|number| bits(&number, at * RADIX, RADIX as u32));
        *limb = u64x8::simd_from(token, limbs).into();
    }
    out
}

#[cfg(test)]
mod tests;
