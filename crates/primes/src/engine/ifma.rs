//! Eight lanes: AVX-512 with its multiplication of 52-bit integers. Invariant: a column of products
//! of `L` limbs stays below `2^62`.

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_sllv_epi64, _mm512_srli_epi64,
};

use fearless_simd::x86::Avx512;
use fearless_simd::{SimdFrom as _, u64x8};

use super::lanes::{Arithmetic, Limbs, Moduli, Wide, arithmetic};

pub(super) const LANES: usize = 8;
/// Limbs of a number of 16 and of 32 limbs of 64 bits.
pub(super) const LIMBS_16: usize = 20;
pub(super) const LIMBS_32: usize = 40;
const RADIX: usize = 52;

arithmetic!(Avx512, LIMBS_16, square_16, multiply_16);
arithmetic!(Avx512, LIMBS_32, square_32, multiply_32);

#[target_feature(enable = "avx512f,avx512ifma")]
fn square<const L: usize>(
    token: Avx512,
    moduli: &Moduli<LANES, L>,
    a: &Wide<LANES, L>,
    doubled: &Limbs<LANES>,
) -> Wide<LANES, L> {
    let zero = _mm512_setzero_si512();
    let a = loaded(token, a);
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
    reduce(token, moduli, product, load(token, *doubled))
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn multiply<const L: usize>(
    token: Avx512,
    moduli: &Moduli<LANES, L>,
    a: &Wide<LANES, L>,
    b: &Wide<LANES, L>,
) -> Wide<LANES, L> {
    let zero = _mm512_setzero_si512();
    let (a, b) = (loaded(token, a), loaded(token, b));
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
    reduce(token, moduli, product, zero)
}

/// Columns of a product divided by `2^(52·L)` modulo the moduli, two limbs at a time.
#[target_feature(enable = "avx512f,avx512ifma")]
fn reduce<const L: usize>(
    token: Avx512,
    moduli: &Moduli<LANES, L>,
    product: &mut [__m512i],
    doubled: __m512i,
) -> Wide<LANES, L> {
    let zero = _mm512_setzero_si512();
    let n = loaded(token, &moduli.n);
    let inverse = load(token, moduli.inverse);
    for at in (0..L).step_by(2) {
        let row = &mut product[at..at + L + 2];
        let first = _mm512_madd52lo_epu64(zero, row[0], inverse);
        let carried = carry(_mm512_madd52lo_epu64(row[0], first, n[0]));
        let mut limb = _mm512_add_epi64(row[1], carried);
        limb = _mm512_madd52lo_epu64(limb, first, n[1]);
        limb = _mm512_madd52hi_epu64(limb, first, n[0]);
        let second = _mm512_madd52lo_epu64(zero, limb, inverse);
        let carried = carry(_mm512_madd52lo_epu64(limb, second, n[0]));
        row[2] = _mm512_add_epi64(row[2], carried);
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
    let mut out = [Limbs([0; LANES]); L];
    for (limbs, column) in out.iter_mut().zip(&product[L..]) {
        let sum = _mm512_add_epi64(_mm512_sllv_epi64(*column, doubled), carried);
        *limbs = Limbs(u64x8::simd_from(token, _mm512_and_si512(sum, mask)).into());
        carried = carry(sum);
    }
    out
}

/// What is above a limb.
#[target_feature(enable = "avx512f")]
fn carry(column: __m512i) -> __m512i {
    _mm512_srli_epi64::<52>(column)
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(token: Avx512, limbs: Limbs<LANES>) -> __m512i {
    u64x8::simd_from(token, limbs.0).into()
}

#[target_feature(enable = "avx512f")]
#[inline]
fn loaded<const L: usize>(token: Avx512, wide: &Wide<LANES, L>) -> [__m512i; L] {
    let mut out = [_mm512_setzero_si512(); L];
    for (out, limbs) in out.iter_mut().zip(wide) {
        *out = load(token, *limbs);
    }
    out
}
