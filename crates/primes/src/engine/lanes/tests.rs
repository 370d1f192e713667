//! The lanes beside `num-bigint` and the scalar engine. What the processor lacks is not tested, and a
//! line says so.

use num_bigint::BigUint;

use super::{Arithmetic, Limbs, Moduli, cut, plain};
use crate::engine::{Engine, avx2, ifma};
use crate::natural::Natural;
use crate::samples::{Samples, big, composites};

fn engines() -> Vec<Engine> {
    let level = fearless_simd::Level::new();
    let found = [level.as_avx512().map(Engine::Ifma), level.as_avx2().map(Engine::Avx2)];
    let found: Vec<Engine> = found.into_iter().flatten().collect();
    if found.len() < 2 {
        eprintln!("this processor has not all vector registers; tested: {found:?}");
    }
    found
}

fn agrees<A: Arithmetic<C, L>, const C: usize, const L: usize, const N: usize>(
    arithmetic: A,
    count: usize,
) {
    let mut samples = Samples::new(3);
    // What is found is 1/2^(2·RADIX·L) of it: once for the product, once for leaving.
    let radix = BigUint::from(1u32) << (2 * A::RADIX * L);
    for round in 0..count {
        let mut n: [Natural<N>; C] = std::array::from_fn(|_| samples.candidate());
        let mut a: [Natural<N>; C] = std::array::from_fn(|_| samples.any());
        let b: [Natural<N>; C] = std::array::from_fn(|_| samples.any());
        if round == 0 {
            (n[0], a[0]) = ([u64::MAX; N], [u64::MAX; N]);
        }
        let moduli = Moduli::new(arithmetic, &n);
        let (left, right) = (cut(A::RADIX, &a), cut(A::RADIX, &b));
        let [product, square, doubled] = [
            arithmetic.multiply(&moduli, &left, &right),
            arithmetic.square(&moduli, &left, &Limbs([0; C])),
            arithmetic.square(&moduli, &left, &Limbs([1; C])),
        ]
        .map(|value| plain(arithmetic, &moduli, &value, &n));
        for lane in 0..C {
            let [n, a, b] = [n[lane], a[lane], b[lane]].map(|number| big(&number));
            let [product, square, doubled] =
                [product[lane], square[lane], doubled[lane]].map(|number| big(&number));
            assert!(product < n && square < n && doubled < n);
            assert_eq!(product * &radix % &n, &a * &b % &n, "lane {lane}: {a:x} · {b:x}");
            assert_eq!(square * &radix % &n, &a * &a % &n, "lane {lane}: {a:x}²");
            assert_eq!(doubled * &radix % &n, &a * &a * 2u32 % &n, "lane {lane}: 2 · {a:x}²");
        }
    }
}

#[test]
fn products_are_those_of_a_big_integer() {
    for engine in engines() {
        match engine {
            Engine::Ifma(token) => {
                agrees::<_, _, { ifma::LIMBS_16 }, 16>(token, 300);
                agrees::<_, _, { ifma::LIMBS_32 }, 32>(token, 100);
            }
            Engine::Avx2(token) => {
                agrees::<_, _, { avx2::LIMBS_16 }, 16>(token, 300);
                agrees::<_, _, { avx2::LIMBS_32 }, 32>(token, 100);
            }
            Engine::Scalar => {}
        }
    }
}

/// The largest prime of 1024 or 2048 bits, random numbers, and squares of primes.
fn answers<const N: usize>(engine: Engine, below: u64) {
    let mut prime = [u64::MAX; N];
    prime[0] -= below - 1;
    let mut samples = Samples::new(N as u64);
    let mut candidates: Vec<Natural<N>> =
        (0..engine.lanes()).map(|_| samples.candidate()).collect();
    for lane in [0, 1, candidates.len() - 1] {
        let composite = std::mem::replace(&mut candidates[lane], prime);
        assert_eq!(engine.fermat(&candidates), Engine::Scalar.fermat(&candidates));
        assert_eq!(engine.fermat(&candidates), 1 << lane);
        assert_eq!(engine.fermat(&candidates[lane..]), 1);
        assert_eq!(engine.fermat(&candidates[..lane]), 0);
        candidates[lane] = composite;
    }
    let bases: Vec<Natural<N>> = (0..11).map(|_| samples.any()).collect();
    for engine in [engine, Engine::Scalar] {
        assert!(engine.passes(&prime, &bases));
        for composite in composites() {
            assert!(!engine.passes::<N>(&composite, &bases));
            assert!(!engine.passes::<N>(&composite, &bases[..1]));
        }
    }
}

#[test]
fn engines_answer_alike() {
    for engine in engines() {
        answers::<16>(engine, 105);
        answers::<32>(engine, 1557);
    }
}
