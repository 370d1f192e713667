//! Large random primes, found fast: the slow part of making an RSA key.
//!
//! From a random odd number on, a sieve strikes out what small primes divide; what is left is tested
//! by Fermat's test to base 2, several numbers at once where the processor can, and what passes by
//! as many rounds of Miller and Rabin's test with random bases as FIPS 186-5 asks for. Searching on
//! from a random number is how OpenSSL finds its primes too: a prime after a long gap is a little
//! likelier than one after a short gap, which helps nobody to guess it.
//!
//! **Invariant**: the same random numbers give the same primes, on every processor and with any
//! number of threads. Nothing here has a source of random numbers, or allocates for long.
//!
//! **Not constant in time**: how long a search takes tells how far the prime was from where it began,
//! and memory is read by the bits of candidates. This is for a program that makes a key for the one
//! who runs it, not for a service whose answers a stranger can time, nor for a processor shared with
//! an enemy. Nothing that is done with a finished key belongs here: sign with a library that takes
//! the same time for every key. Memory that held a prime is not wiped.
//!
//! ```
//! let mut state = 1u64; // a generator of the operating system in real life
//! let mut random = || {
//!     state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
//!     state ^ (state >> 33)
//! };
//! let [p, q] = primes::pair::<8>(&mut random)?;
//! assert!(p[7] >> 62 == 3 && q[7] >> 62 == 3 && p != q);
//! # Ok::<(), primes::Exhausted>(())
//! ```

mod engine;
mod montgomery;
mod natural;
#[cfg(test)]
mod samples;
mod search;
mod sieve;

pub use natural::Natural;
pub use search::{Exhausted, pair};
