//! Numbers for tests: random ones with long runs of equal bits in them, which carries cross.

use num_bigint::BigUint;

use crate::natural::Natural;

pub(crate) struct Samples(u64);

impl Samples {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn any<const N: usize>(&mut self) -> Natural<N> {
        std::array::from_fn(|_| match self.next() % 6 {
            0 => 0,
            1 => u64::MAX,
            2 => u64::MAX << (self.next() % 64),
            3 => u64::MAX >> (self.next() % 64),
            _ => self.next(),
        })
    }

    /// An odd number whose top bit is set.
    pub(crate) fn modulus<const N: usize>(&mut self) -> Natural<N> {
        let mut out = self.any();
        out[0] |= 1;
        out[N - 1] |= 1 << 63;
        out
    }

    /// An odd number whose two top bits are set, as candidates are.
    pub(crate) fn candidate<const N: usize>(&mut self) -> Natural<N> {
        let mut out = self.modulus();
        out[N - 1] |= 3 << 62;
        out
    }
}

pub(crate) fn big<const N: usize>(number: &Natural<N>) -> BigUint {
    let bytes: Vec<u8> = number.iter().flat_map(|limb| limb.to_le_bytes()).collect();
    BigUint::from_bytes_le(&bytes)
}

/// Odd composites whose factors are large: squares and products of primes.
pub(crate) fn composites<const N: usize>() -> Vec<Natural<N>> {
    // 2^(32·N) - k is prime for these.
    let k = match N {
        4 => 159u32,
        16 => 569,
        32 => 105,
        _ => return Vec::new(),
    };
    let prime = (BigUint::from(1u32) << (32 * N)) - k;
    let square = &prime * &prime;
    let digits = square.to_u64_digits();
    vec![std::array::from_fn(|at| digits.get(at).copied().unwrap_or(0))]
}
