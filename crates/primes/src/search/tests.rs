//! Pairs as keys need them.

use num_bigint::BigUint;

use super::{Exhausted, apart, pair};
use crate::samples::{Samples, big};

fn is_prime(number: &BigUint) -> bool {
    let one = BigUint::from(1u32);
    let bases = [3u32, 5, 7, 11, 13].map(BigUint::from);
    bases.iter().all(|base| base.modpow(&(number - &one), number) == one)
}

fn check<const N: usize>(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut samples = Samples::new(seed);
        let primes = pair::<N>(&mut || samples.next()).unwrap();
        let mut again = Samples::new(seed);
        assert_eq!(pair::<N>(&mut || again.next()), Ok(primes), "the same from the same numbers");
        let [p, q] = primes.map(|prime| big(&prime));
        assert!(p > q);
        assert_eq!((&p * &q).bits(), 128 * N as u64);
        for prime in [p, q] {
            assert!(is_prime(&prime), "{prime}");
            assert_eq!(prime.bits(), 64 * N as u64);
            assert!(&prime % 65_537u32 != BigUint::from(1u32));
        }
    }
}

#[test]
fn pairs_are_primes_of_the_length() {
    check::<4>(0..40);
    check::<8>(0..8);
    check::<16>(0..4);
    check::<24>(0..1);
    check::<32>(0..1);
}

#[test]
fn a_source_without_chance_is_an_error() {
    assert_eq!(pair::<4>(&mut || 0), Err(Exhausted));
    assert_eq!(pair::<4>(&mut || u64::MAX), Err(Exhausted));
}

#[test]
fn near_primes_are_refused() {
    let p = [1, 2, 3, 4 << 40];
    let mut near = p;
    near[2] += 1 << 28;
    assert_eq!(apart(p, near), None);
    near[2] += 1 << 28;
    assert_eq!(apart(p, near), Some([near, p]));
    assert_eq!(apart(near, p), Some([near, p]));
    assert_eq!(apart(p, p), None);
}
