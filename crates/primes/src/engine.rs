//! How candidates are tested: several at once in the lanes of vector registers where the processor
//! has what that takes, else one by one. Invariant: every engine gives the same answers.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(target_arch = "x86_64")]
mod lanes;

#[cfg(target_arch = "x86_64")]
use fearless_simd::x86::{Avx2, Avx512};

use crate::montgomery::Modulus;
use crate::natural::Natural;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    /// Eight lanes of AVX-512 with multiplication of 52 bits.
    #[cfg(target_arch = "x86_64")]
    Ifma(Avx512),
    /// Four lanes of AVX2.
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    Scalar,
}

impl Engine {
    /// The fastest that this processor has for numbers of this size.
    pub(crate) fn detect(limbs: usize) -> Self {
        #[cfg(target_arch = "x86_64")]
        if matches!(limbs, 16 | 32) {
            let level = fearless_simd::Level::new();
            if let Some(token) = level.as_avx512() {
                return Self::Ifma(token);
            }
            if let Some(token) = level.as_avx2() {
                return Self::Avx2(token);
            }
        }
        let _ = limbs;
        Self::Scalar
    }

    /// How many candidates are tested at once.
    pub(crate) fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(_) => ifma::LANES,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => avx2::LANES,
            Self::Scalar => 1,
        }
    }

    /// Which of the candidates, at most as many as there are lanes, pass Fermat's test to base 2;
    /// the first is the lowest bit.
    pub(crate) fn fermat<const N: usize>(self, candidates: &[Natural<N>]) -> u32 {
        match (self, N) {
            #[cfg(target_arch = "x86_64")]
            (Self::Ifma(token), 16) => {
                lanes::fermat::<_, _, { ifma::LIMBS_16 }, N>(token, candidates)
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Ifma(token), 32) => {
                lanes::fermat::<_, _, { ifma::LIMBS_32 }, N>(token, candidates)
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(token), 16) => {
                lanes::fermat::<_, _, { avx2::LIMBS_16 }, N>(token, candidates)
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(token), 32) => {
                lanes::fermat::<_, _, { avx2::LIMBS_32 }, N>(token, candidates)
            }
            _ => candidates.iter().rev().fold(0, |passed, candidate| {
                passed << 1 | u32::from(Modulus::new(candidate).fermat())
            }),
        }
    }

    /// Whether a number passes Miller and Rabin's test to each base, all below the number.
    pub(crate) fn passes<const N: usize>(self, number: &Natural<N>, bases: &[Natural<N>]) -> bool {
        bases.chunks(self.lanes()).all(|bases| match (self, N) {
            #[cfg(target_arch = "x86_64")]
            (Self::Ifma(token), 16) => {
                lanes::passes::<_, _, { ifma::LIMBS_16 }, N>(token, number, bases)
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Ifma(token), 32) => {
                lanes::passes::<_, _, { ifma::LIMBS_32 }, N>(token, number, bases)
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(token), 16) => {
                lanes::passes::<_, _, { avx2::LIMBS_16 }, N>(token, number, bases)
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Avx2(token), 32) => {
                lanes::passes::<_, _, { avx2::LIMBS_32 }, N>(token, number, bases)
            }
            _ => {
                let modulus = Modulus::new(number);
                bases.iter().all(|base| modulus.passes(base))
            }
        })
    }
}
