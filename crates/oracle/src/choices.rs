//! The stream of choices that a case is made from.
//!
//! **Invariant**: the same choices give the same case. So a failing case is shrunk by shrinking its
//! choices: 0 is the simplest answer to every question, and what lies behind the end of a recorded
//! stream is 0.

/// Where a generator gets its decisions.
#[derive(Debug, Clone)]
pub struct Choices {
    taken: Vec<u32>,
    next: usize,
    state: Option<u64>,
}

impl Choices {
    /// Random choices, the same ones for the same seed.
    pub fn random(seed: u64) -> Self {
        Self { taken: Vec::new(), next: 0, state: Some(seed) }
    }

    /// Recorded choices, then zeros.
    pub fn replay(taken: Vec<u32>) -> Self {
        Self { taken, next: 0, state: None }
    }

    /// What was chosen.
    pub fn into_taken(mut self) -> Vec<u32> {
        self.taken.truncate(self.next);
        self.taken
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if self.next == self.taken.len() {
            let drawn = self.state.as_mut().map_or(0, split_mix);
            self.taken.push(drawn);
        }
        let choice = self.taken[self.next];
        self.next += 1;
        choice as usize % bound
    }

    /// Yes with a chance of `percent`.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of several.
    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// SplitMix64, the upper half.
fn split_mix(state: &mut u64) -> u32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::Choices;

    #[test]
    fn a_replay_repeats_and_then_gives_zeros() {
        let mut first = Choices::random(7);
        let drawn: Vec<usize> = (0..5).map(|_| first.below(1000)).collect();
        let mut again = Choices::replay(first.into_taken());
        assert_eq!((0..5).map(|_| again.below(1000)).collect::<Vec<_>>(), drawn);
        assert_eq!(again.below(1000), 0);
    }
}
