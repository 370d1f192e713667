//! One process at a time: how long it takes, how much it computes, how large it becomes.
//!
//! CPU time and peak memory come from a small process of our own between us and the program, since
//! the kernel tells only the sum and the maximum over all children: `xtask bench measure PROGRAM …`.
//! The peak is that of the largest single process below it, and never under that small process's own
//! few MiB. Wall time is taken inside it and does not include its start.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeVal,
};
use serde_json::{Value, json};

use crate::{Outcome, command};

/// One run of a program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// Milliseconds.
    pub(super) wall: f64,
    /// Milliseconds, in user and system mode.
    pub(super) cpu: f64,
    /// MiB.
    pub(super) peak: f64,
}

/// What several runs gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) minimum: f64,
    pub(super) median: f64,
}

impl Spread {
    /// Of at least one figure.
    pub(super) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.len() / 2;
        let median = match figures.len() {
            0 => f64::NAN,
            count if count % 2 == 1 => figures[middle],
            _ => f64::midpoint(figures[middle - 1], figures[middle]),
        };
        Self { minimum: figures.first().copied().unwrap_or(f64::NAN), median }
    }
}

/// Runs a program with nobody reading what it prints; milliseconds.
pub(super) fn wall(program: &mut Command) -> Outcome<f64> {
    let elapsed = run(program)?;
    Ok(elapsed.as_secs_f64() * 1000.0)
}

/// As [`wall`], with everything that the kernel counts.
pub(super) fn sample(program: &Command) -> Outcome<Sample> {
    let mut outer = Command::new(std::env::current_exe()?);
    outer.args(["bench", "measure"]);
    let mut outer = command::wrapped(outer, program);
    let out = outer.output()?;
    if !out.status.success() {
        return Err(String::from_utf8_lossy(&out.stderr).trim().to_owned().into());
    }
    let told: Value = serde_json::from_slice(&out.stdout)?;
    let figure = |name: &str| told[name].as_f64().ok_or_else(|| format!("no {name} measured"));
    Ok(Sample { wall: figure("wall")?, cpu: figure("cpu")?, peak: figure("peak")? })
}

/// The process in between: runs the words and prints what they cost.
pub(crate) fn child(words: &[&str]) -> Outcome<()> {
    let [program, arguments @ ..] = words else {
        return Err("bench measure wants a program".into());
    };
    let elapsed = run(Command::new(program).args(arguments))?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = milliseconds(usage.user_time()) + milliseconds(usage.system_time());
    let wall = elapsed.as_secs_f64() * 1000.0;
    println!("{}", json!({ "wall": wall, "cpu": cpu, "peak": usage.max_rss() as f64 / 1024.0 }));
    Ok(())
}

fn run(program: &mut Command) -> Outcome<Duration> {
    program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let since = Instant::now();
    let status = program.status();
    let elapsed = since.elapsed();
    match status {
        Ok(status) if status.success() => Ok(elapsed),
        Ok(status) => Err(format!("`{}` failed ({status})", command::shown(program)).into()),
        Err(error) => Err(format!("cannot run `{}`: {error}", command::shown(program)).into()),
    }
}

fn milliseconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0
}

/// In what a figure is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Milliseconds,
    Mebibytes,
}

impl Unit {
    /// Three digits that mean something, and the unit.
    pub(super) fn shown(self, figure: f64) -> String {
        match self {
            Self::Milliseconds if figure >= 1000.0 => format!("{:.2} s", figure / 1000.0),
            Self::Milliseconds if figure >= 100.0 => format!("{figure:.0} ms"),
            Self::Milliseconds => format!("{figure:.1} ms"),
            Self::Mebibytes => format!("{figure:.1} MiB"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_minimum_and_median() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Spread { minimum: 1.0, median: 2.0 });
        assert_eq!(Spread::of([4.0, 1.0]), Spread { minimum: 1.0, median: 2.5 });
    }

    #[test]
    fn figures_read_well() {
        assert_eq!(Unit::Milliseconds.shown(12345.0), "12.35 s");
        assert_eq!(Unit::Milliseconds.shown(123.4), "123 ms");
        assert_eq!(Unit::Milliseconds.shown(1.23), "1.2 ms");
        assert_eq!(Unit::Mebibytes.shown(99.96), "100.0 MiB");
    }
}
