//! Which numbers of an interval no small prime divides. Invariant: no prime above the small ones
//! is sifted out, except those that cannot go with the public exponent 65537.

use std::sync::LazyLock;

use crate::natural::{Natural, inverse, multiply_add};

/// Small primes multiplied together as far as they fit in a limb: one pass over a large number
/// serves them all.
struct Group {
    primes: [u32; 3],
    product: u64,
    /// `1/product mod 2^64`.
    inverse: u64,
    /// `2^128 mod product`.
    squared: u64,
}

/// The exponent of every public key.
const EXPONENT: u64 = 65_537;

/// A deeper sieve pays where testing a number is dear: from this many limbs on.
const LARGE: usize = 24;
static NEAR: LazyLock<Vec<Group>> = LazyLock::new(|| groups(3, 1 << 17));
static FAR: LazyLock<Vec<Group>> = LazyLock::new(|| groups(1 << 17, 1 << 19));

/// Offsets, in twos, from an odd number of numbers that may be prime; in order.
pub(crate) fn offsets<const N: usize>(start: &Natural<N>) -> Vec<u32> {
    // Long enough that one interval in a hundred thousand holds no prime.
    let mut composite = vec![false; 256 * N];
    let far: &[Group] = if N >= LARGE { &FAR } else { &[] };
    for group in NEAR.iter().chain(far) {
        let residue = group.residue(start);
        for prime in group.primes {
            let prime = u64::from(prime);
            strike(&mut composite, prime, residue % prime);
        }
    }
    let exponent = Group::new([EXPONENT as u32, 1, 1]);
    // A number one above a multiple of the exponent has no inverse for it.
    strike(&mut composite, EXPONENT, (exponent.residue(start) + EXPONENT - 1) % EXPONENT);
    let left = composite.iter().zip(0..).filter(|(composite, _)| !**composite);
    left.map(|(_, offset)| offset).collect()
}

/// Strikes out what is divided by a prime, by the remainder of the first number.
fn strike(composite: &mut [bool], prime: u64, residue: u64) {
    // The least offset with residue + 2·offset a multiple of the prime.
    let missing = if residue == 0 { 0 } else { prime - residue };
    let first = if missing % 2 == 0 { missing } else { missing + prime } / 2;
    let struck = composite.iter_mut().skip(first as usize).step_by(prime as usize);
    struck.for_each(|one| *one = true);
}

impl Group {
    fn new(primes: [u32; 3]) -> Self {
        let product: u64 = primes.iter().map(|&prime| u64::from(prime)).product();
        let once = u128::from(u64::MAX % product + 1);
        let squared = (once * once % u128::from(product)) as u64;
        Self { primes, product, inverse: inverse(product), squared }
    }

    /// The remainder of a number by the product.
    fn residue<const N: usize>(&self, number: &Natural<N>) -> u64 {
        // Montgomery's reduction limb by limb leaves number / 2^(64·N).
        let scaled = number.iter().fold(0, |carried, &limb| {
            let sum = u128::from(carried) + u128::from(limb);
            self.reduce(sum)
        });
        let mut scale = self.squared;
        let mut at = N.ilog2();
        while at > 0 {
            at -= 1;
            scale = self.multiply(scale, scale);
            if N >> at & 1 == 1 {
                scale = self.multiply(scale, self.squared);
            }
        }
        self.multiply(scaled, scale) % self.product
    }

    /// `a·b / 2^64` modulo the product, for factors below twice the product; as small itself.
    fn multiply(&self, a: u64, b: u64) -> u64 {
        self.reduce(u128::from(a) * u128::from(b))
    }

    /// `a / 2^64` modulo the product, for `a` below `2^64·product`; below twice the product.
    fn reduce(&self, a: u128) -> u64 {
        let factor = (a as u64).wrapping_mul(self.inverse);
        let (_, high) = multiply_add(0, factor, self.product, 0);
        (a >> 64) as u64 + self.product - high
    }
}

/// The primes from one bound up to another, in threes.
fn groups(from: usize, to: usize) -> Vec<Group> {
    let mut composite = vec![false; to / 2];
    let mut found = Vec::new();
    for half in 1..composite.len() {
        if composite[half] {
            continue;
        }
        let prime = 2 * half + 1;
        if prime >= from {
            found.push(prime as u32);
        }
        let multiples = composite.iter_mut().skip(prime * prime / 2).step_by(prime);
        multiples.for_each(|one| *one = true);
    }
    // The last one again rather than a group of fewer.
    let last = found.last().copied().unwrap_or(3);
    let threes = found.chunks(3).map(|primes| {
        let prime = |at: usize| primes.get(at).copied().unwrap_or(last);
        Group::new([prime(0), prime(1), prime(2)])
    });
    threes.collect()
}

#[cfg(test)]
mod tests;
