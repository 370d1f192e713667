//! Asking both engines, and making a difference small.
//!
//! **Invariant**: a case counts as equal only where Go's answer is the same each time it is asked, or
//! ours is one of its answers: Go walks maps in random order, and some errors name the first it meets.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use template::format::with_address;
use testkit::{DIED, Oracle};

use crate::case::{Answer, Case};
use crate::choices::Choices;
use crate::generate::Generator;

/// How often Go is asked again before a difference is believed.
const ASKED_AGAIN: usize = 12;
/// How many smaller cases are tried, and for how long.
const TRIALS: usize = 1500;
const PATIENCE: Duration = Duration::from_mins(1);

/// How a case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Both said the same.
    Same,
    /// Nothing can be said: Go ended, or does not always say the same.
    Skipped,
    /// They differ as `docs/differences.md` says; this is its heading.
    Known(&'static str),
    /// They differ.
    Different(Box<Difference>),
}

/// Other addresses than our usual one, of other lengths and digits.
const ADDRESSES: [u64; 3] = [7, 0x2b_cdef_9865, u64::MAX];

/// What both said to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What Go said.
    pub go: Answer,
    /// What our engine said.
    pub ours: Answer,
}

/// Judges an answer of Go's.
pub fn judge(oracle: &Oracle, case: &Case, go: Answer) -> Outcome {
    if go == Err(DIED.to_owned()) {
        return Outcome::Skipped;
    }
    let ours = case.comparable(answer(case));
    let go = case.comparable(go);
    if ours == go || without_addresses(&ours) == without_addresses(&go) {
        return Outcome::Same;
    }
    let again = oracle.ask_all(&vec![case.request(); ASKED_AGAIN]);
    let again: Vec<_> = again.into_iter().map(|answer| case.comparable(answer)).collect();
    if again.contains(&ours) {
        return Outcome::Same;
    }
    if again.iter().any(|other| *other != go) {
        return Outcome::Skipped;
    }
    let elsewhere = |address| with_address(address, || case.comparable(answer(case)));
    if ADDRESSES.into_iter().any(|address| elsewhere(address) != ours) {
        return Outcome::Known("Addresses");
    }
    Outcome::Different(Box::new(Difference { go, ours }))
}

/// A case that differs, in as few choices as were found, with its answers.
pub fn shrink(
    oracle: &Oracle,
    generator: Generator,
    number: usize,
    taken: Vec<u32>,
) -> (Case, Difference) {
    let until = Instant::now() + PATIENCE;
    let mut search = Search { oracle, generator, number, best: taken, trials: TRIALS, until };
    while search.pass() {}
    let (_, case, difference) =
        differs(oracle, generator, number, search.best).expect("what was shrunk differs");
    (case, difference)
}

struct Search<'a> {
    oracle: &'a Oracle,
    generator: Generator,
    number: usize,
    best: Vec<u32>,
    trials: usize,
    until: Instant,
}

impl Search<'_> {
    /// Removes runs of choices, then makes single ones 0; says whether that led anywhere.
    fn pass(&mut self) -> bool {
        let mut better = false;
        for size in [64, 16, 8, 4, 2, 1] {
            let mut at = 0;
            while at + size <= self.best.len() {
                let mut candidate = self.best.clone();
                candidate.drain(at..at + size);
                if self.accepts(candidate) { better = true } else { at += size.div_ceil(2) }
            }
        }
        for at in 0.. {
            let Some(choice) = self.best.get(at) else { break };
            if *choice != 0 {
                let mut candidate = self.best.clone();
                candidate[at] = 0;
                better |= self.accepts(candidate);
            }
        }
        better
    }

    fn accepts(&mut self, candidate: Vec<u32>) -> bool {
        if self.trials == 0 || Instant::now() > self.until {
            return false;
        }
        self.trials -= 1;
        let found = differs(self.oracle, self.generator, self.number, candidate);
        let Some((shorter, _, _)) = found.filter(|(taken, _, _)| smaller(taken, &self.best)) else {
            return false;
        };
        self.best = shorter;
        true
    }
}

fn differs(
    oracle: &Oracle,
    generator: Generator,
    number: usize,
    taken: Vec<u32>,
) -> Option<(Vec<u32>, Case, Difference)> {
    let mut choices = Choices::replay(taken);
    let case = generator.case(number, &mut choices);
    let go = oracle.ask_all(&[case.request()]).pop()?;
    match judge(oracle, &case, go) {
        Outcome::Different(difference) => Some((choices.into_taken(), case, *difference)),
        Outcome::Same | Outcome::Skipped | Outcome::Known(_) => None,
    }
}

fn smaller(one: &[u32], other: &[u32]) -> bool {
    (one.len(), one) < (other.len(), other)
}

fn answer(case: &Case) -> Answer {
    catch_unwind(AssertUnwindSafe(|| case.ours())).unwrap_or_else(|caught| {
        let text = caught.downcast_ref::<String>().cloned();
        let text = text.or_else(|| caught.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("PANIC: {}", text.unwrap_or_default()))
    })
}

/// An answer in which every number that is long enough to be an address is the same.
fn without_addresses(answer: &Answer) -> Answer {
    let masked = |text: &str| {
        let mut parts = text.split("0x");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.bytes().take_while(u8::is_ascii_hexdigit).count();
            out.push_str("0x");
            // Those of static variables are the shortest.
            out.push_str(if digits < 6 { part } else { &part[digits..] });
        }
        out
    };
    match answer {
        Ok(Json::String(text)) => Ok(masked(text).into()),
        Ok(other) => Ok(other.clone()),
        Err(error) => Err(masked(error)),
    }
}
