//! Row `corpus`: every real chart beside the workspace, one process a chart, ours and Helm's in turn.
//!
//! A case's expected output is what Helm printed twice: a line on which the two runs differed is kept
//! up to the difference and ends in NUL; only that prefix counts.

use std::{
    fs,
    io::Read,
    path::PathBuf,
    process::{Command, Stdio},
};

use flate2::read::GzDecoder;

use super::{
    Row,
    measure::{self, Spread, Unit},
    programs::Programs,
    report::{Figure, Goal, Section, Table},
};
use crate::Outcome;

/// How many of our slowest charts are listed, or of those that are wrong.
const LISTED: usize = 10;

/// A chart, and how it is rendered.
pub(super) struct Case {
    pub(super) name: String,
    directory: PathBuf,
    chart: &'static str,
    /// Without one, Helm is asked.
    expected: Option<PathBuf>,
}

impl Case {
    /// `… template`, with the same arguments for ours and for Helm.
    pub(super) fn command(&self, mut program: Command) -> Command {
        program.current_dir(&self.directory);
        program.args(["template", "rel", self.chart, "--namespace", "ns1"]);
        if self.values().is_some() {
            program.args(["-f", "values.yaml"]);
        }
        program
    }

    /// The chart's archive or folder.
    pub(super) fn chart(&self) -> PathBuf {
        self.directory.join(self.chart)
    }

    /// The user's values, where the case has some.
    pub(super) fn values(&self) -> Option<PathBuf> {
        let values = self.directory.join("values.yaml");
        values.is_file().then_some(values)
    }

    /// Renders once with ours; a difference from Helm's output is told.
    pub(super) fn verify(&self, programs: &Programs) -> Outcome<Result<(), String>> {
        let expected = match &self.expected {
            Some(path) => {
                let mut text = Vec::new();
                GzDecoder::new(fs::File::open(path)?).read_to_end(&mut text)?;
                text
            }
            None => self.command(programs.helm()).output()?.stdout,
        };
        let out = self.command(ours(programs)).stdin(Stdio::null()).output()?;
        if !out.status.success() {
            let why = String::from_utf8_lossy(&out.stderr);
            let why = why.lines().next().unwrap_or_default();
            return Ok(Err(format!("{}: {} {why}", self.name, out.status)));
        }
        Ok(match difference(&expected, &out.stdout) {
            None => Ok(()),
            Some(line) => Err(format!("{}: line {line} is not what Helm prints", self.name)),
        })
    }
}

/// `windrose helm`.
pub(super) fn ours(programs: &Programs) -> Command {
    let mut command = programs.windrose();
    command.arg("helm");
    command
}

/// The charts beside the workspace, by name; none where they are missing.
pub(super) fn cases() -> Outcome<Vec<Case>> {
    let root = testkit::workspace_root().join("../shared/charts");
    let mut cases = Vec::new();
    if !root.is_dir() {
        return Ok(cases);
    }
    for entry in fs::read_dir(root)? {
        let directory = entry?.path();
        let expected = directory.join("expected.yaml.gz");
        if expected.is_file() {
            let name = directory.file_name().unwrap_or_default().to_string_lossy().into_owned();
            cases.push(Case { name, directory, chart: "chart.tgz", expected: Some(expected) });
        }
    }
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(cases)
}

/// A chart of our own, for a workspace that stands alone.
pub(super) fn example() -> Case {
    let directory = testkit::workspace_root().join("examples/shop/charts");
    Case { name: "examples/shop/charts/web".to_owned(), directory, chart: "web", expected: None }
}

/// Compares every chart, then times both programs on it.
pub(super) fn measure(programs: &Programs, runs: usize) -> Outcome<Section> {
    let mut section = Section::new(Row::Corpus);
    let mut cases = cases()?;
    let mut goal = Goal::Times(20.0);
    if cases.is_empty() {
        cases.push(example());
        goal = Goal::None;
        section.notes.push(
            "skipped: `../shared/charts` is not there; one chart of `examples/` instead".to_owned(),
        );
    }
    let mut wrong = Vec::new();
    for case in &cases {
        if let Err(difference) = case.verify(programs)? {
            wrong.push(difference);
        }
    }
    section.notes.push(format!(
        "{} of {} charts byte for byte as Helm prints them.",
        cases.len() - wrong.len(),
        cases.len()
    ));
    if !wrong.is_empty() {
        let more = wrong.len().saturating_sub(LISTED);
        wrong.truncate(LISTED);
        let and_more = if more == 0 { String::new() } else { format!("\nand {more} more") };
        section.fault = Some(format!("wrong output:\n{}{and_more}", wrong.join("\n")));
        return Ok(section);
    }
    let times = time(programs, &cases, runs)?;
    let what = match cases.len() {
        1 => "one chart, one process".to_owned(),
        count => format!("{count} charts, a process each, summed"),
    };
    section.figures.push(Figure {
        what,
        unit: Unit::Milliseconds,
        ours: summed(&times.ours, runs),
        peer: Some(summed(&times.helm, runs)),
        goal,
    });
    let floor = summed(&[times.floor], runs);
    section.notes.push(format!(
        "{runs} runs; chart by chart, ours and then Helm, with nobody reading the output. Starting \
         `true` as often takes {} ({} at the least): no program can be faster here.",
        Unit::Milliseconds.shown(floor.median),
        Unit::Milliseconds.shown(floor.minimum),
    ));
    section.tables.push(slowest(&cases, &times.ours, &times.helm));
    Ok(section)
}

/// Milliseconds: by chart, then by run.
struct Times {
    ours: Vec<Vec<f64>>,
    helm: Vec<Vec<f64>>,
    /// `true`, summed over the charts, by run.
    floor: Vec<f64>,
}

fn time(programs: &Programs, cases: &[Case], runs: usize) -> Outcome<Times> {
    let empty = vec![Vec::with_capacity(runs); cases.len()];
    let mut times = Times { ours: empty.clone(), helm: empty, floor: Vec::new() };
    for run in 0..runs {
        println!("bench: corpus, run {} of {runs}", run + 1);
        let mut floor = 0.0;
        for (index, case) in cases.iter().enumerate() {
            times.ours[index].push(measure::wall(&mut case.command(ours(programs)))?);
            times.helm[index].push(measure::wall(&mut case.command(programs.helm()))?);
            floor += measure::wall(&mut Command::new("true"))?;
        }
        times.floor.push(floor);
    }
    Ok(times)
}

/// Each run's sum over the charts.
fn summed(times: &[Vec<f64>], runs: usize) -> Spread {
    Spread::of((0..runs).map(|run| times.iter().map(|chart| chart[run]).sum()))
}

fn slowest(cases: &[Case], ours: &[Vec<f64>], helm: &[Vec<f64>]) -> Table {
    let median = |times: &Vec<f64>| Spread::of(times.iter().copied()).median;
    let mut all: Vec<(&str, f64, f64)> = cases
        .iter()
        .zip(ours.iter().zip(helm))
        .map(|(case, (ours, helm))| (case.name.as_str(), median(ours), median(helm)))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let lines = all.into_iter().take(LISTED).map(|(name, ours, helm)| {
        let shown = |time| Unit::Milliseconds.shown(time);
        vec![name.to_owned(), shown(ours), shown(helm), format!("{:.1}×", helm / ours)]
    });
    Table {
        title: "Our slowest charts (medians):".to_owned(),
        head: vec!["chart", "ours", "helm", "ratio"],
        lines: lines.collect(),
    }
}

/// The first line, from 1, that differs.
fn difference(expected: &[u8], got: &[u8]) -> Option<usize> {
    let mut expected = expected.split(|byte| *byte == b'\n');
    let mut got = got.split(|byte| *byte == b'\n');
    let mut line = 0;
    loop {
        line += 1;
        match (expected.next(), got.next()) {
            (None, None) => return None,
            (Some(wanted), Some(got)) if agrees(wanted, got) => {}
            _ => return Some(line),
        }
    }
}

fn agrees(wanted: &[u8], got: &[u8]) -> bool {
    wanted == got || wanted.strip_suffix(b"\0").is_some_and(|prefix| got.starts_with(prefix))
}

/// The case whose name contains a text.
pub(super) fn named<'a>(cases: &'a [Case], text: &str) -> Option<&'a Case> {
    cases.iter().find(|case| case.name.contains(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_in_nul_are_prefixes() {
        assert_eq!(difference(b"a\npass: \0\nb\n", b"a\npass: xyz\nb\n"), None);
        assert_eq!(difference(b"a\nb\n", b"a\nb"), Some(3));
        assert_eq!(difference(b"a\nb\0\n", b"a\nc\n"), Some(2));
        assert_eq!(difference(b"a\n", b"a\n\n"), Some(3));
    }

    #[test]
    fn sums_are_made_within_a_run() {
        let times = [vec![1.0, 5.0], vec![2.0, 5.0]];
        assert_eq!(summed(&times, 2), Spread { minimum: 3.0, median: 6.5 });
    }
}
