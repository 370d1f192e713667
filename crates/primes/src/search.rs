//! The search: a random start, the numbers above it that no small prime divides, the first of them
//! that is prime. Invariant: what is found depends on the random numbers alone, never on how many
//! threads looked for it or in which order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::engine::Engine;
use crate::natural::{Natural, add, small, subtract};
use crate::sieve;

/// The random numbers repeat themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

impl std::fmt::Display for Exhausted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the random source repeats itself")
    }
}

impl std::error::Error for Exhausted {}

/// Fresh starts before the random numbers are at fault: with fair ones hardly a second is needed.
const STARTS: usize = 32;

/// More threads would wait for one another more than they find.
const THREADS: usize = 8;

/// The numbers to test above one start.
struct Line<const N: usize> {
    start: Natural<N>,
    offsets: Vec<u32>,
    /// The first that nobody tests yet.
    next: AtomicUsize,
    /// The first that passed so far.
    found: AtomicUsize,
}

/// Two different primes for an RSA modulus of `128·N` bits, the larger first.
///
/// Both have their two highest bits set, so that the modulus has exactly its length, and neither is
/// one above a multiple of 65537, the public exponent. They differ in their highest 100 bits.
pub fn pair<const N: usize>(random: &mut dyn FnMut() -> u64) -> Result<[Natural<N>; 2], Exhausted> {
    const { assert!(N >= 4, "too small for a key") };
    let engine = Engine::detect(N);
    for _ in 0..STARTS {
        let starts = [start(random), start(random)];
        let lines = both(&starts, Line::new);
        hunt(engine, &lines);
        let [Some(p), Some(q)] = [lines[0].first(), lines[1].first()] else { continue };
        let tested = [p, q].map(|prime| (prime, bases(&prime, random)));
        let prime = both(&tested, |(number, bases)| engine.passes(number, bases));
        if prime == [true; 2]
            && let Some(pair) = apart(p, q)
        {
            return Ok(pair);
        }
    }
    Err(Exhausted)
}

/// Does two things on two threads, or on one where there is no other.
fn both<A: Sync, B: Send>([first, second]: &[A; 2], work: impl Fn(&A) -> B + Sync) -> [B; 2] {
    thread::scope(|scope| {
        let other = thread::Builder::new().spawn_scoped(scope, || work(second));
        let first = work(first);
        let done = other.ok().and_then(|other| other.join().ok());
        [first, done.unwrap_or_else(|| work(second))]
    })
}

/// A random odd number with its two highest bits set.
fn start<const N: usize>(random: &mut dyn FnMut() -> u64) -> Natural<N> {
    let mut out = std::array::from_fn(|_| random());
    out[0] |= 1;
    out[N - 1] |= 3 << 62;
    out
}

/// Random bases below the number.
fn bases<const N: usize>(n: &Natural<N>, random: &mut dyn FnMut() -> u64) -> Vec<Natural<N>> {
    let draw = || {
        let base = std::array::from_fn(|_| random());
        // Most are; the highest bit of the others is.
        let (less, below) = subtract(&base, n);
        if below { base } else { less }
    };
    std::iter::repeat_with(draw).take(rounds(64 * N)).collect()
}

/// How often a random number of so many bits is tested, as FIPS 186-5 asks (table B.1 and appendix
/// C.1) and Go does.
fn rounds(bits: usize) -> usize {
    match bits {
        3747.. => 3,
        1345.. => 4,
        476.. => 5,
        400.. => 6,
        347.. => 7,
        308.. => 8,
        55.. => 27,
        _ => 34,
    }
}

/// The larger first, if they are far enough from each other (FIPS 186-5, A.1.3, step 5.5).
fn apart<const N: usize>(p: Natural<N>, q: Natural<N>) -> Option<[Natural<N>; 2]> {
    let (difference, below) = subtract(&p, &q);
    let (difference, [p, q]) =
        if below { (subtract(&q, &p).0, [q, p]) } else { (difference, [p, q]) };
    // More than 2^(64·N - 100).
    let high = (u128::from(difference[N - 1]) << 64 | u128::from(difference[N - 2])) >> 28;
    (high > 1).then_some([p, q])
}

/// Tests the numbers of both lines until each has its first prime.
fn hunt<const N: usize>(engine: Engine, lines: &[Line<N>; 2]) {
    let [p, q] = lines;
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    thread::scope(|scope| {
        for helper in 1..threads {
            // Every other one begins at the other line, then helps where the first is not done.
            let order = if helper % 2 == 0 { [p, q] } else { [q, p] };
            let work = move || order.iter().for_each(|line| line.work(engine));
            // Without another thread this one does it all.
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        p.work(engine);
        q.work(engine);
    });
}

impl<const N: usize> Line<N> {
    fn new(start: &Natural<N>) -> Self {
        let offsets = sieve::offsets(start);
        Self {
            start: *start,
            offsets,
            next: AtomicUsize::new(0),
            found: AtomicUsize::new(usize::MAX),
        }
    }

    /// The number at an offset, unless it has one bit too many.
    fn number(&self, at: usize) -> Option<Natural<N>> {
        let offset = self.offsets.get(at)?;
        let (number, over) = add(&self.start, &small(2 * u64::from(*offset)));
        (!over).then_some(number)
    }

    fn work(&self, engine: Engine) {
        let lanes = engine.lanes();
        loop {
            let from = self.next.fetch_add(lanes, Ordering::Relaxed);
            if from > self.found.load(Ordering::Relaxed) {
                return;
            }
            let numbers: Vec<_> = (from..from + lanes).map_while(|at| self.number(at)).collect();
            if numbers.is_empty() {
                return;
            }
            let passed = engine.fermat(&numbers);
            if passed != 0 {
                let first = from + passed.trailing_zeros() as usize;
                self.found.fetch_min(first, Ordering::Relaxed);
            }
        }
    }

    fn first(&self) -> Option<Natural<N>> {
        self.number(self.found.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
