//! Natural numbers of a fixed size, the little beside Montgomery arithmetic that a search needs.
//! Invariant: limbs are little-endian, and nothing here allocates or fails.

/// A natural number of `64·N` bits, the least significant limb first.
pub type Natural<const N: usize> = [u64; N];

/// `a·b + sum + carry`, low and high; the sum cannot overflow 128 bits.
pub(crate) fn multiply_add(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b) + u128::from(sum) + u128::from(carry);
    (wide as u64, (wide >> 64) as u64)
}

/// The sum, and whether it overflowed.
pub(crate) fn add<const N: usize>(a: &Natural<N>, b: &Natural<N>) -> (Natural<N>, bool) {
    let mut out = *a;
    let mut carry = false;
    for (limb, &other) in out.iter_mut().zip(b) {
        let (sum, first) = limb.overflowing_add(other);
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        *limb = sum;
        carry = first | second;
    }
    (out, carry)
}

/// The difference, and whether it was negative.
pub(crate) fn subtract<const N: usize>(a: &Natural<N>, b: &Natural<N>) -> (Natural<N>, bool) {
    let mut out = *a;
    let mut borrow = false;
    for (limb, &other) in out.iter_mut().zip(b) {
        let (difference, first) = limb.overflowing_sub(other);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *limb = difference;
        borrow = first | second;
    }
    (out, borrow)
}

/// A number of one limb.
pub(crate) fn small<const N: usize>(value: u64) -> Natural<N> {
    let mut out = [0; N];
    if let Some(first) = out.first_mut() {
        *first = value;
    }
    out
}

/// `2·a mod n` for `a < n`.
pub(crate) fn double<const N: usize>(a: &Natural<N>, n: &Natural<N>) -> Natural<N> {
    let (twice, over) = add(a, a);
    let (reduced, below) = subtract(&twice, n);
    if over || !below { reduced } else { twice }
}

/// `-1/n mod 2^64` for an odd limb.
pub(crate) fn negated_inverse(n: u64) -> u64 {
    inverse(n).wrapping_neg()
}

/// `1/n mod 2^64` for an odd limb.
pub(crate) fn inverse(n: u64) -> u64 {
    // Right in three bits at first; each step doubles how many.
    let mut out = n;
    for _ in 0..5 {
        out = out.wrapping_mul(2u64.wrapping_sub(n.wrapping_mul(out)));
    }
    out
}

/// How many zero bits it ends in.
pub(crate) fn trailing_zeros<const N: usize>(a: &Natural<N>) -> usize {
    let zeros = a.iter().take_while(|&&limb| limb == 0).count();
    a.get(zeros).map_or(64 * N, |limb| 64 * zeros + limb.trailing_zeros() as usize)
}

/// The bit of this weight; zero above the number.
pub(crate) fn bit<const N: usize>(a: &Natural<N>, at: usize) -> bool {
    a.get(at / 64).is_some_and(|limb| limb >> (at % 64) & 1 == 1)
}

/// The bits from a weight on, as many as asked for, up to 63; zeros above the number.
pub(crate) fn bits<const N: usize>(a: &Natural<N>, at: usize, count: u32) -> u64 {
    let limb = |index: usize| a.get(index).copied().unwrap_or(0);
    let (index, shift) = (at / 64, at % 64);
    let low = limb(index) >> shift;
    let high = if shift == 0 { 0 } else { limb(index + 1) << (64 - shift) };
    (low | high) & ((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carries_and_borrows_cross_limbs() {
        assert_eq!(add(&[u64::MAX, 0], &[1, 0]), ([0, 1], false));
        assert_eq!(add(&[u64::MAX; 2], &[1, 0]), ([0, 0], true));
        assert_eq!(subtract(&[0, 1], &[1, 0]), ([u64::MAX, 0], false));
        assert_eq!(subtract(&[0, 0], &[1, 0]), ([u64::MAX; 2], true));
    }

    #[test]
    fn doubles_modulo() {
        assert_eq!(double(&[5], &[7]), [3]);
        assert_eq!(double(&[u64::MAX - 1], &[u64::MAX]), [u64::MAX - 2]);
    }

    #[test]
    fn inverts_odd_limbs() {
        for n in [1, 3, 5, 0xdead_beef_0000_0001, u64::MAX] {
            assert_eq!(n.wrapping_mul(inverse(n)), 1);
        }
    }

    #[test]
    fn reads_bits_across_limbs() {
        let number = [0xf000_0000_0000_0000, 0b101];
        assert_eq!(bits(&number, 62, 4), 0b0111);
        assert_eq!(bits(&number, 64, 4), 0b101);
        assert_eq!(bits(&number, 128, 4), 0);
        assert!(bit(&number, 66) && !bit(&number, 65) && !bit(&number, 500));
        assert_eq!(trailing_zeros(&number), 60);
        assert_eq!(trailing_zeros(&[0, 0]), 128);
    }
}
