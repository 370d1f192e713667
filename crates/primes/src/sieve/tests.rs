//! What is left over has no small factor, and what is not has.

use num_bigint::BigUint;

use super::{FAR, Group, NEAR, groups, offsets};
use crate::samples::{Samples, big};

#[test]
fn lists_the_primes() {
    let all: Vec<u32> = groups(3, 40).iter().flat_map(|group| group.primes).collect();
    assert_eq!(all, [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 37]);
    let mut counted: Vec<u32> = NEAR.iter().chain(&*FAR).flat_map(|one| one.primes).collect();
    counted.dedup();
    // There are 43390 primes below 2^19, 2 among them.
    assert_eq!(counted.len(), 43_389);
}

#[test]
fn residues_are_those_of_a_big_integer() {
    let mut samples = Samples::new(5);
    for primes in [[3, 5, 7], [131_063, 131_059, 131_041], [524_287, 524_287, 524_261], [3, 1, 1]] {
        let group = Group::new(primes);
        let product: u64 = primes.map(u64::from).iter().product();
        for _ in 0..200 {
            let number = samples.any::<16>();
            assert_eq!(BigUint::from(group.residue(&number)), big(&number) % product);
            let number = samples.any::<7>();
            assert_eq!(BigUint::from(group.residue(&number)), big(&number) % product);
        }
    }
}

#[test]
fn strikes_out_what_small_primes_divide() {
    let small: Vec<u32> = NEAR.iter().flat_map(|group| group.primes).collect();
    let mut samples = Samples::new(9);
    let start = samples.candidate::<4>();
    let left = offsets(&start);
    for offset in 0..1024u32 {
        let number = big(&start) + 2 * offset;
        let divided = |prime: &u32| &number % *prime == BigUint::ZERO;
        let divided = small.iter().any(divided) || &number % 65_537u32 == BigUint::from(1u32);
        assert_eq!(left.contains(&offset), !divided, "{offset}");
    }
}
