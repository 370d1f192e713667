//! Generated templates, values and charts, compared with the real Go engine.
//!
//! A [`Generator`](generate::Generator) makes a [`Case`](case::Case) from a stream of random
//! [`Choices`](choices::Choices); the oracle of `testenv/` and our own crates are asked the same, and
//! output or error text must be equal. A difference is shrunk by shrinking its choices and printed so
//! that it can be run again. `cargo xtask oracle` runs as many cases as one likes; the test runs some
//! thousands.
//!
//! **Invariant**: the same seed and number give the same case. Every function is called by name.
//! Deliberately not here: what either side should answer, and stored cases (they live with the room
//! whose rule they pin).

#![expect(clippy::format_push_string, reason = "a generator is read more often than it runs")]

pub mod case;
pub mod choices;
pub mod compare;
pub mod generate;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use case::Case;
use choices::Choices;
use compare::{Difference, Outcome};
use generate::Generator;
use testkit::Oracle;

/// What to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Cases of all generators together.
    pub cases: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The generators that take part.
    pub generators: Vec<Generator>,
    /// Differences after which no more are looked for.
    pub differences: usize,
}

/// How a run went.
#[derive(Debug, Default)]
pub struct Report {
    /// Cases in which both printed the same, by generator.
    pub printed: BTreeMap<Generator, u64>,
    /// Cases in which both failed with the same words, by generator.
    pub failed: BTreeMap<Generator, u64>,
    /// Cases that Go could not answer in a comparable way, by generator.
    pub skipped: BTreeMap<Generator, u64>,
    /// Cases that differ as `docs/differences.md` says, by its heading.
    pub known: BTreeMap<&'static str, u64>,
    /// What differs, shrunk.
    pub different: Vec<Found>,
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for generator in Generator::ALL {
            let of = |counts: &BTreeMap<_, u64>| counts.get(&generator).copied().unwrap_or(0);
            let (printed, failed) = (of(&self.printed), of(&self.failed));
            let (name, same, skipped) = (generator.name(), printed + failed, of(&self.skipped));
            writeln!(
                f,
                "{name:10} {same} same ({printed} outputs, {failed} errors), {skipped} not comparable"
            )?;
        }
        for (heading, count) in &self.known {
            writeln!(f, "{count} differ as docs/differences.md says: {heading}")?;
        }
        writeln!(f, "{} differences", self.different.len())
    }
}

/// A difference, and where it came from.
#[derive(Debug)]
pub struct Found {
    /// Who made it.
    pub generator: Generator,
    /// The case's number.
    pub number: u64,
    /// The case, shrunk.
    pub case: Case,
    /// What both said.
    pub difference: Difference,
}

impl Display for Found {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { generator, number, case, difference } = self;
        writeln!(f, "\n{} case {number} differs:\n  {}", generator.name(), case.request())?;
        writeln!(f, "  Go:   {:?}\n  ours: {:?}", difference.go, difference.ours)
    }
}

/// What a run tells while it goes on.
#[derive(Debug)]
pub enum Heard<'a> {
    /// A difference, shrunk.
    Difference(&'a Found),
    /// Cases of a generator that are done.
    Progress {
        /// Which one.
        generator: Generator,
        /// How many are done.
        done: u64,
        /// How many there are.
        of: u64,
    },
}

/// Cases that are asked together.
pub const BATCH: u64 = 200;

/// Runs cases until they are done or enough differences are found. `heard` gets each difference when
/// it is found, and how far the run is after each batch.
pub fn run(oracle: &Oracle, settings: &Settings, heard: &mut dyn FnMut(&Heard<'_>)) -> Report {
    let mut report = Report::default();
    let shares: u64 = settings.generators.iter().map(|g| g.share()).sum();
    for &generator in &settings.generators {
        let cases = (settings.cases * generator.share()).div_ceil(shares.max(1));
        let mut next = 0;
        while next < cases && report.different.len() < settings.differences {
            let numbers: Vec<u64> = (next..cases).take(BATCH as usize).collect();
            next += numbers.len() as u64;
            let before = report.different.len();
            batch(oracle, settings, generator, &numbers, &mut report);
            report.different[before..].iter().for_each(|found| heard(&Heard::Difference(found)));
            heard(&Heard::Progress { generator, done: next, of: cases });
        }
    }
    report
}

/// The case of a seed and number, and the choices that made it.
pub fn make(generator: Generator, seed: u64, number: u64) -> (Case, Vec<u32>) {
    let mut choices = Choices::random(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let case = generator.case(number as usize, &mut choices);
    (case, choices.into_taken())
}

fn batch(
    oracle: &Oracle,
    settings: &Settings,
    generator: Generator,
    numbers: &[u64],
    report: &mut Report,
) {
    let made: Vec<_> = numbers.iter().map(|n| (*n, make(generator, settings.seed, *n))).collect();
    let requests: Vec<_> = made.iter().map(|(_, (case, _))| case.request()).collect();
    let answers = oracle.ask_all(&requests);
    for ((number, (case, taken)), go) in made.into_iter().zip(answers) {
        let agreed = if go.is_ok() { &mut report.printed } else { &mut report.failed };
        match compare::judge(oracle, &case, go) {
            Outcome::Same => *agreed.entry(generator).or_default() += 1,
            Outcome::Known(heading) => *report.known.entry(heading).or_default() += 1,
            Outcome::Skipped => *report.skipped.entry(generator).or_default() += 1,
            Outcome::Different(_) if report.different.len() >= settings.differences => return,
            Outcome::Different(_) => {
                let (case, difference) = compare::shrink(oracle, generator, number as usize, taken);
                report.different.push(Found { generator, number, case, difference });
            }
        }
    }
}
