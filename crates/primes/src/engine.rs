//! How candidates are tested: several at once in the lanes of vector registers where the processor
//! has what that takes, else one by one. Invariant: every engine gives the same answers.

#[cfg(target_arch = "x86_64")]
mod ifma;

use crate::montgomery::Modulus;
use crate::natural::Natural;

#[derive(Clone, Copy)]
pub(crate) enum Engine {
    /// Eight lanes of AVX-512 with multiplication of 52 bits.
    #[cfg(target_arch = "x86_64")]
    Ifma(fearless_simd::x86::Avx512),
    Scalar,
}

impl Engine {
    /// The fastest that this processor has.
    pub(crate) fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = fearless_simd::Level::new().as_avx512() {
            return Self::Ifma(token);
        }
        Self::Scalar
    }

    /// How many candidates are tested at once.
    pub(crate) fn lanes(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(_) => ifma::LANES,
            Self::Scalar => 1,
        }
    }

    /// Which of the candidates, at most as many as there are lanes, pass Fermat's test to base 2;
    /// the first is the lowest bit.
    pub(crate) fn fermat<const N: usize>(self, candidates: &[Natural<N>]) -> u32 {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(token) if ifma::supports(N) => ifma::fermat(token, candidates),
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(_) => scalar_fermat(candidates),
            Self::Scalar => scalar_fermat(candidates),
        }
    }

    /// Whether a number passes Miller and Rabin's test to each base, all below the number.
    pub(crate) fn passes<const N: usize>(self, number: &Natural<N>, bases: &[Natural<N>]) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(token) if ifma::supports(N) => {
                bases.chunks(ifma::LANES).all(|bases| ifma::passes(token, number, bases))
            }
            #[cfg(target_arch = "x86_64")]
            Self::Ifma(_) => scalar_passes(number, bases),
            Self::Scalar => scalar_passes(number, bases),
        }
    }
}

fn scalar_fermat<const N: usize>(candidates: &[Natural<N>]) -> u32 {
    candidates.iter().enumerate().fold(0, |passed, (lane, candidate)| {
        passed | u32::from(Modulus::new(candidate).fermat()) << lane
    })
}

fn scalar_passes<const N: usize>(number: &Natural<N>, bases: &[Natural<N>]) -> bool {
    let modulus = Modulus::new(number);
    bases.iter().all(|base| modulus.passes(base))
}
