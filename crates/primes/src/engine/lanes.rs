//! Both tests on several numbers side by side, one a lane, over the arithmetic that a kind of vector
//! register gives. Invariant: limbs of `RADIX` bits; values stay below four times the modulus, and
//! `2^(RADIX·L)` is at least sixteen times the modulus, so that nothing is subtracted in between.

use crate::natural::{
    Natural, bit, bits, double, negated_inverse, small, subtract, trailing_zeros,
};

/// A limb of each lane.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Limbs<const C: usize>(pub(super) [u64; C]);

/// A number in each lane, the least significant limbs first.
pub(super) type Wide<const C: usize, const L: usize> = [Limbs<C>; L];

/// A modulus in each lane.
pub(super) struct Moduli<const C: usize, const L: usize> {
    pub(super) n: Wide<C, L>,
    /// `-1/n mod 2^RADIX`.
    pub(super) inverse: Limbs<C>,
}

/// Montgomery's arithmetic on `C` lanes of `L` limbs.
pub(super) trait Arithmetic<const C: usize, const L: usize>: Copy {
    const RADIX: usize;

    /// The squares, doubled in the lanes where `doubled` is 1 rather than 0.
    fn square(self, moduli: &Moduli<C, L>, a: &Wide<C, L>, doubled: &Limbs<C>) -> Wide<C, L>;

    fn multiply(self, moduli: &Moduli<C, L>, a: &Wide<C, L>, b: &Wide<C, L>) -> Wide<C, L>;
}

/// Gives a kind of register its arithmetic on numbers of so many limbs: through functions compiled
/// for that register around the module's own `square` and `multiply`, with its `LANES` and `RADIX`.
macro_rules! arithmetic {
    ($token:ident, $limbs:ident, $square:ident, $multiply:ident) => {
        fearless_simd::kernel!(
            fn $square(
                token: $token,
                moduli: &Moduli<LANES, $limbs>,
                a: &Wide<LANES, $limbs>,
                doubled: &Limbs<LANES>,
            ) -> Wide<LANES, $limbs> {
                square(token, moduli, a, doubled)
            }
        );

        fearless_simd::kernel!(
            fn $multiply(
                token: $token,
                moduli: &Moduli<LANES, $limbs>,
                a: &Wide<LANES, $limbs>,
                b: &Wide<LANES, $limbs>,
            ) -> Wide<LANES, $limbs> {
                multiply(token, moduli, a, b)
            }
        );

        impl Arithmetic<LANES, $limbs> for $token {
            const RADIX: usize = RADIX;

            fn square(
                self,
                moduli: &Moduli<LANES, $limbs>,
                a: &Wide<LANES, $limbs>,
                doubled: &Limbs<LANES>,
            ) -> Wide<LANES, $limbs> {
                $square(self, moduli, a, doubled)
            }

            fn multiply(
                self,
                moduli: &Moduli<LANES, $limbs>,
                a: &Wide<LANES, $limbs>,
                b: &Wide<LANES, $limbs>,
            ) -> Wide<LANES, $limbs> {
                $multiply(self, moduli, a, b)
            }
        }
    };
}
pub(super) use arithmetic;

/// Bits of an exponent taken at once.
const WINDOW: u32 = 4;

/// Which of at most `C` candidates pass Fermat's test to base 2; the first is the lowest bit.
pub(super) fn fermat<A: Arithmetic<C, L>, const C: usize, const L: usize, const N: usize>(
    arithmetic: A,
    candidates: &[Natural<N>],
) -> u32 {
    let lanes = filled::<C, N>(candidates);
    let moduli = Moduli::new(arithmetic, &lanes);
    let mut value: Wide<C, L> = cut(A::RADIX, &lanes.map(|n| one(A::RADIX * L, &n)));
    for at in (0..64 * N).rev() {
        // The exponents are one less: their lowest bit alone differs from the candidates'.
        let doubled = lanes.each_ref().map(|n| u64::from(at > 0 && bit(n, at)));
        value = arithmetic.square(&moduli, &value, &Limbs(doubled));
    }
    let values = plain(arithmetic, &moduli, &value, &lanes);
    let passed = values.iter().zip(candidates).rev();
    passed.fold(0, |all, (value, _)| all << 1 | u32::from(*value == small(1)))
}

/// Whether a number passes Miller and Rabin's test to each of at most `C` bases.
pub(super) fn passes<A: Arithmetic<C, L>, const C: usize, const L: usize, const N: usize>(
    arithmetic: A,
    number: &Natural<N>,
    bases: &[Natural<N>],
) -> bool {
    let numbers = [*number; C];
    let moduli = Moduli::new(arithmetic, &numbers);
    let mut minus_one = *number;
    minus_one[0] -= 1;
    let zeros = trailing_zeros(&minus_one);
    // Bases are random: that they are taken to be in Montgomery's form changes nothing.
    let bases = cut(A::RADIX, &filled::<C, N>(bases));
    let one = cut(A::RADIX, &[one(A::RADIX * L, number); C]);
    let mut value =
        power(arithmetic, &moduli, [&one, &bases], |at| bits(number, zeros + at, WINDOW));
    let values = plain(arithmetic, &moduli, &value, &numbers);
    let mut passed = values.map(|value| value == small(1) || value == minus_one);
    for _ in 1..zeros {
        value = arithmetic.square(&moduli, &value, &Limbs([0; C]));
        let values = plain(arithmetic, &moduli, &value, &numbers);
        for (passed, value) in passed.iter_mut().zip(values) {
            *passed |= value == minus_one;
        }
    }
    passed.iter().all(|&passed| passed)
}

/// A power of the bases, by what reads a window of the exponent from a bit on.
fn power<A: Arithmetic<C, L>, const C: usize, const L: usize>(
    arithmetic: A,
    moduli: &Moduli<C, L>,
    [one, bases]: [&Wide<C, L>; 2],
    exponent: impl Fn(usize) -> u64,
) -> Wide<C, L> {
    let mut table = [*one; 1 << WINDOW];
    for i in 1..table.len() {
        table[i] = arithmetic.multiply(moduli, &table[i - 1], bases);
    }
    let mut value = *one;
    for at in (0..A::RADIX * L).step_by(WINDOW as usize).rev() {
        for _ in 0..WINDOW {
            value = arithmetic.square(moduli, &value, &Limbs([0; C]));
        }
        value = arithmetic.multiply(moduli, &value, &table[exponent(at) as usize]);
    }
    value
}

/// Values out of Montgomery's form, below their moduli.
fn plain<A: Arithmetic<C, L>, const C: usize, const L: usize, const N: usize>(
    arithmetic: A,
    moduli: &Moduli<C, L>,
    value: &Wide<C, L>,
    numbers: &[Natural<N>; C],
) -> [Natural<N>; C] {
    let mut one = [Limbs([0; C]); L];
    one[0] = Limbs([1; C]);
    let values: [Natural<N>; C] = joined(A::RADIX, &arithmetic.multiply(moduli, value, &one));
    std::array::from_fn(|lane| {
        // At most the modulus.
        let (less, below) = subtract(&values[lane], &numbers[lane]);
        if below { values[lane] } else { less }
    })
}

impl<const C: usize, const L: usize> Moduli<C, L> {
    fn new<A: Arithmetic<C, L>, const N: usize>(_: A, moduli: &[Natural<N>; C]) -> Self {
        let mask = (1 << A::RADIX) - 1;
        let inverse = moduli.each_ref().map(|modulus| negated_inverse(modulus[0]) & mask);
        Self { n: cut(A::RADIX, moduli), inverse: Limbs(inverse) }
    }
}

/// Numbers for all lanes: those that have none repeat the first.
fn filled<const C: usize, const N: usize>(numbers: &[Natural<N>]) -> [Natural<N>; C] {
    std::array::from_fn(|lane| numbers.get(lane).or(numbers.first()).copied().unwrap_or([1; N]))
}

/// `2^weight mod n`: one in Montgomery's form.
fn one<const N: usize>(weight: usize, n: &Natural<N>) -> Natural<N> {
    let (one, _) = subtract(&[0; N], n);
    (64 * N..weight).fold(one, |one, _| double(&one, n))
}

/// Numbers cut into limbs, each into a lane.
fn cut<const C: usize, const L: usize, const N: usize>(
    radix: usize,
    numbers: &[Natural<N>; C],
) -> Wide<C, L> {
    std::array::from_fn(|at| {
        Limbs(numbers.each_ref().map(|number| bits(number, at * radix, radix as u32)))
    })
}

/// Numbers put together from their limbs.
fn joined<const C: usize, const L: usize, const N: usize>(
    radix: usize,
    wide: &Wide<C, L>,
) -> [Natural<N>; C] {
    std::array::from_fn(|lane| {
        let mut out = [0; N];
        for (at, limbs) in wide.iter().enumerate() {
            let (index, shift) = (at * radix / 64, at * radix % 64);
            if let Some(low) = out.get_mut(index) {
                *low |= limbs.0[lane] << shift;
            }
            if let Some(high) = out.get_mut(index + 1).filter(|_| shift + radix > 64) {
                *high |= limbs.0[lane] >> (64 - shift);
            }
        }
        out
    })
}

#[cfg(test)]
pub(super) mod tests;
