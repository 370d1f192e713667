//! Four lanes: AVX2, which multiplies 32-bit integers. Invariant: limbs of 28 bits, so that a column
//! of products of `2·L` limbs stays below `2^64`.

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_and_si256, _mm256_mul_epu32, _mm256_set1_epi64x,
    _mm256_setzero_si256, _mm256_sllv_epi64, _mm256_srli_epi64,
};

use fearless_simd::x86::Avx2;
use fearless_simd::{SimdFrom as _, u64x4};

use super::lanes::{Arithmetic, Limbs, Moduli, Wide, arithmetic};

pub(super) const LANES: usize = 4;
/// Limbs of a number of 16 and of 32 limbs of 64 bits.
pub(super) const LIMBS_16: usize = 37;
pub(super) const LIMBS_32: usize = 74;
const RADIX: usize = 28;

arithmetic!(Avx2, LIMBS_16, square_16, multiply_16);
arithmetic!(Avx2, LIMBS_32, square_32, multiply_32);

#[target_feature(enable = "avx2")]
fn square<const L: usize>(
    token: Avx2,
    moduli: &Moduli<LANES, L>,
    a: &Wide<LANES, L>,
    doubled: &Limbs<LANES>,
) -> Wide<LANES, L> {
    let zero = _mm256_setzero_si256();
    let a = loaded(token, a);
    let mut columns = [[zero; L]; 2];
    let product = columns.as_flattened_mut();
    // Two columns at a time share what they load.
    for at in (0..2 * L).step_by(2) {
        let (mut even, mut odd) = (zero, zero);
        let first = (at + 2).saturating_sub(L);
        if at + 1 >= L && at + 1 - L < at / 2 {
            even = multiply_add(even, a[at + 1 - L], a[L - 1]);
        }
        for i in first..at / 2 {
            even = multiply_add(even, a[i], a[at - i]);
            odd = multiply_add(odd, a[i], a[at + 1 - i]);
        }
        if at / 2 >= first {
            odd = multiply_add(odd, a[at / 2], a[at / 2 + 1]);
        }
        product[at] = multiply_add(_mm256_add_epi64(even, even), a[at / 2], a[at / 2]);
        product[at + 1] = _mm256_add_epi64(odd, odd);
    }
    reduce(token, moduli, product, load(token, *doubled))
}

#[target_feature(enable = "avx2")]
fn multiply<const L: usize>(
    token: Avx2,
    moduli: &Moduli<LANES, L>,
    a: &Wide<LANES, L>,
    b: &Wide<LANES, L>,
) -> Wide<LANES, L> {
    let zero = _mm256_setzero_si256();
    let (a, b) = (loaded(token, a), loaded(token, b));
    let mut columns = [[zero; L]; 2];
    let product = columns.as_flattened_mut();
    for (at, column) in product.iter_mut().enumerate() {
        for i in (at + 1).saturating_sub(L)..(at + 1).min(L) {
            *column = multiply_add(*column, a[i], b[at - i]);
        }
    }
    reduce(token, moduli, product, zero)
}

/// Columns of a product divided by `2^(28·L)` modulo the moduli, four limbs at a time.
#[target_feature(enable = "avx2")]
fn reduce<const L: usize>(
    token: Avx2,
    moduli: &Moduli<LANES, L>,
    product: &mut [__m256i],
    doubled: __m256i,
) -> Wide<LANES, L> {
    let n = loaded(token, &moduli.n);
    let inverse = load(token, moduli.inverse);
    let mask = _mm256_set1_epi64x((1 << RADIX) - 1);
    for at in (0..L - L % 4).step_by(4) {
        let row = &mut product[at..at + L + 3];
        let mut factors = [_mm256_setzero_si256(); 4];
        for i in 0..4 {
            let mut limb = row[i];
            for k in 0..i {
                limb = multiply_add(limb, factors[k], n[i - k]);
            }
            factors[i] = _mm256_and_si256(_mm256_mul_epu32(limb, inverse), mask);
            let carried = carry(multiply_add(limb, factors[i], n[0]));
            row[i + 1] = _mm256_add_epi64(row[i + 1], carried);
        }
        let [first, second, third, fourth] = factors;
        for k in 4..L {
            let mut limb = multiply_add(row[k], first, n[k]);
            limb = multiply_add(limb, second, n[k - 1]);
            limb = multiply_add(limb, third, n[k - 2]);
            row[k] = multiply_add(limb, fourth, n[k - 3]);
        }
        row[L] = multiply_add(row[L], second, n[L - 1]);
        row[L] = multiply_add(row[L], third, n[L - 2]);
        row[L] = multiply_add(row[L], fourth, n[L - 3]);
        row[L + 1] = multiply_add(row[L + 1], third, n[L - 1]);
        row[L + 1] = multiply_add(row[L + 1], fourth, n[L - 2]);
        row[L + 2] = multiply_add(row[L + 2], fourth, n[L - 1]);
    }
    for at in L - L % 4..L {
        let row = &mut product[at..at + L];
        let factor = _mm256_and_si256(_mm256_mul_epu32(row[0], inverse), mask);
        let carried = carry(multiply_add(row[0], factor, n[0]));
        row[1] = _mm256_add_epi64(row[1], carried);
        for k in 1..L {
            row[k] = multiply_add(row[k], factor, n[k]);
        }
    }
    let mut carried = _mm256_setzero_si256();
    let mut out = [Limbs([0; LANES]); L];
    for (limbs, column) in out.iter_mut().zip(&product[L..]) {
        // A column has no bit to spare for being doubled, its two parts have.
        let low = _mm256_sllv_epi64(_mm256_and_si256(*column, mask), doubled);
        let high = _mm256_sllv_epi64(carry(*column), doubled);
        let sum = _mm256_add_epi64(low, carried);
        *limbs = Limbs(u64x4::simd_from(token, _mm256_and_si256(sum, mask)).into());
        carried = _mm256_add_epi64(high, carry(sum));
    }
    out
}

#[target_feature(enable = "avx2")]
fn multiply_add(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
    _mm256_add_epi64(sum, _mm256_mul_epu32(a, b))
}

/// What is above a limb.
#[target_feature(enable = "avx2")]
fn carry(column: __m256i) -> __m256i {
    _mm256_srli_epi64::<28>(column)
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(token: Avx2, limbs: Limbs<LANES>) -> __m256i {
    u64x4::simd_from(token, limbs.0).into()
}

#[target_feature(enable = "avx2")]
#[inline]
fn loaded<const L: usize>(token: Avx2, wide: &Wide<LANES, L>) -> [__m256i; L] {
    let mut out = [_mm256_setzero_si256(); L];
    for (out, limbs) in out.iter_mut().zip(wide) {
        *out = load(token, *limbs);
    }
    out
}
