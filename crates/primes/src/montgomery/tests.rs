//! Montgomery arithmetic beside `num-bigint`, on random and on extreme numbers.

use num_bigint::BigUint;

use super::Modulus;
use crate::natural::{Natural, small};
use crate::samples::{Samples, big, composites};

fn check<const N: usize>(n: &Natural<N>, a: &Natural<N>, b: &Natural<N>) {
    let modulus = Modulus::new(n);
    let reduced = |value: &Natural<N>| big(&modulus.reduced(value));
    let radix = BigUint::from(1u32) << (64 * N);
    let (n, a_big, b_big) = (big(n), big(a), big(b));
    // What is found is 1/2^(64·N) of the product.
    let product = reduced(&modulus.multiply(a, b)) * &radix % &n;
    assert_eq!(product, &a_big * b_big % &n, "{n:x}: {a:x?} · {b:x?}");
    assert_eq!(reduced(&modulus.square(a)) * &radix % &n, &a_big * &a_big % &n, "{n:x}: {a:x?}²");
    let twice = a_big * 2u32 % &n;
    assert_eq!(reduced(&modulus.twice(a)), twice, "{n:x}: 2 · {a:x?}");
}

fn agrees<const N: usize>(count: usize) {
    let mut samples = Samples::new(N as u64);
    for _ in 0..count {
        let n = samples.modulus::<N>();
        let (a, b) = (samples.any::<N>(), samples.any::<N>());
        check(&n, &a, &b);
        check(&n, &a, &n);
        check(&n, &small(0), &b);
    }
    check(&[u64::MAX; N], &[u64::MAX; N], &[u64::MAX; N]);
}

#[test]
fn products_are_those_of_a_big_integer() {
    agrees::<1>(2000);
    agrees::<4>(2000);
    agrees::<8>(1000);
    agrees::<16>(1000);
    agrees::<32>(300);
}

#[test]
fn powers_are_those_of_a_big_integer() {
    let mut samples = Samples::new(7);
    for _ in 0..20 {
        let (n, base, exponent) = (samples.modulus::<4>(), samples.any::<4>(), samples.any::<4>());
        let modulus = Modulus::new(&n);
        let found = big(&modulus.reduced(&modulus.power(&base, &exponent, 3)));
        // The base is taken in Montgomery's form, and so is the result.
        let radix: BigUint = BigUint::from(1u32) << 256u32;
        let inverse = radix.modinv(&big(&n));
        let Some(inverse) = inverse else { continue };
        let plain = big(&base) * inverse % big(&n);
        let expected = plain.modpow(&(big(&exponent) >> 3), &big(&n)) * radix % big(&n);
        assert_eq!(found, expected);
    }
}

#[test]
fn tells_primes_from_composites() {
    // 2^64 - 59 and 2^256 - 189 are the largest primes of their length.
    assert!(Modulus::new(&[u64::MAX - 58]).fermat());
    let prime = [u64::MAX - 188, u64::MAX, u64::MAX, u64::MAX];
    assert!(Modulus::new(&prime).fermat());
    assert!(Modulus::new(&prime).passes(&[123, 4, 5, 6]));
    for composite in composites::<4>() {
        assert!(!Modulus::new(&composite).passes(&[123, 4, 5, 6]), "{composite:x?}");
    }
}
