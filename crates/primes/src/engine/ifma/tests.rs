//! The lanes beside `num-bigint` and the scalar engine. Where the processor lacks them, nothing is
//! tested, and a line says so.

use fearless_simd::x86::Avx512;
use num_bigint::BigUint;

use super::{LANES, Lanes};
use crate::engine::Engine;
use crate::natural::Natural;
use crate::samples::{Samples, big, composites};

/// Products, squares and doubled squares, out of Montgomery's form.
type Results<const N: usize> = [[Natural<N>; LANES]; 3];

macro_rules! results {
    ($name:ident, $n:literal, $l:literal) => {
        fearless_simd::kernel!(
            fn $name(
                token: Avx512,
                n: &[Natural<$n>; LANES],
                a: &[Natural<$n>; LANES],
                b: &[Natural<$n>; LANES],
            ) -> Results<$n> {
                let lanes = Lanes::<$l>::new(token, n);
                let (a, b) = (super::spread(token, a), super::spread(token, b));
                let none = super::_mm512_setzero_si512();
                let all = super::_mm512_set1_epi64(1);
                [
                    lanes.leave(&lanes.multiply(&a, &b), n),
                    lanes.leave(&lanes.square(&a, none), n),
                    lanes.leave(&lanes.square(&a, all), n),
                ]
            }
        );
    };
}

results!(results_16, 16, 20);
results!(results_32, 32, 40);

fn token() -> Option<Avx512> {
    let token = fearless_simd::Level::new().as_avx512();
    if token.is_none() {
        eprintln!("skipped: this processor has no AVX-512 with 52-bit multiplication");
    }
    token
}

fn check<const N: usize>(
    samples: &mut Samples,
    limbs: usize,
    results: impl Fn(&[Natural<N>; LANES], &[Natural<N>; LANES], &[Natural<N>; LANES]) -> Results<N>,
) {
    let n: [Natural<N>; LANES] = std::array::from_fn(|_| samples.candidate());
    let a: [Natural<N>; LANES] = std::array::from_fn(|_| samples.any());
    let b: [Natural<N>; LANES] =
        std::array::from_fn(|lane| if lane == 0 { [u64::MAX; N] } else { samples.any() });
    let [products, squares, doubled] = results(&n, &a, &b);
    // What is found is 1/2^(2·52·L) of it: once for the product, once for leaving.
    let radix = BigUint::from(1u32) << (104 * limbs);
    for lane in 0..LANES {
        let n = big(&n[lane]);
        let (a, b) = (big(&a[lane]), big(&b[lane]));
        assert_eq!(big(&products[lane]) * &radix % &n, &a * &b % &n, "lane {lane}");
        assert_eq!(big(&squares[lane]) * &radix % &n, &a * &a % &n, "lane {lane}");
        assert_eq!(big(&doubled[lane]) * &radix % &n, &a * &a * 2u32 % &n, "lane {lane}");
        assert!(big(&products[lane]) < n && big(&squares[lane]) < n);
    }
}

#[test]
fn products_are_those_of_a_big_integer() {
    let Some(token) = token() else { return };
    let mut samples = Samples::new(3);
    for _ in 0..400 {
        check(&mut samples, 20, |n, a, b| results_16(token, n, a, b));
    }
    for _ in 0..100 {
        check(&mut samples, 40, |n, a, b| results_32(token, n, a, b));
    }
}

/// The largest primes of 1024 and 2048 bits, and squares of primes.
fn answers<const N: usize>(token: Avx512, below: u64) {
    let mut prime = [u64::MAX; N];
    prime[0] -= below - 1;
    let mut candidates = vec![prime; LANES];
    let mut samples = Samples::new(N as u64);
    for lane in [0, 2, 3, 7] {
        candidates[lane] = samples.candidate();
    }
    let lanes = Engine::Ifma(token);
    assert_eq!(lanes.fermat(&candidates), 0b0111_0010);
    assert_eq!(lanes.fermat(&candidates), Engine::Scalar.fermat(&candidates));
    assert_eq!(lanes.fermat(&candidates[..3]), 0b010);
    let bases: Vec<Natural<N>> = (0..11).map(|_| samples.any()).collect();
    for engine in [lanes, Engine::Scalar] {
        assert!(engine.passes(&prime, &bases));
        for composite in composites() {
            assert!(!engine.passes::<N>(&composite, &bases));
            assert!(!engine.passes::<N>(&composite, &bases[..1]));
        }
    }
}

#[test]
fn both_engines_answer_alike() {
    let Some(token) = token() else { return };
    answers::<16>(token, 105);
    answers::<32>(token, 1557);
}
