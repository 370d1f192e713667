//! Row `library`: instructions and allocations of large charts, without the process around them.
//!
//! Counted by valgrind, so that a busy machine does not matter. A program renders a chart once, then
//! six times: once is the first rendering (with reading and compiling), a fifth of the difference is a
//! cached one. `benches/baseline.json` keeps the counts: what takes over 5 % more instructions
//! than it says fails, unless the baseline is being written.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Map, Value, json};

use super::{
    Keep, Row, corpus, programs,
    report::{Section, Table},
};
use crate::{Outcome, command};

/// Percent of more instructions that pass.
const TOLERATED: f64 = 5.0;
/// How often the second program renders.
const TIMES: u64 = 6;
/// What the names of the charts contain.
const CHARTS: [&str; 3] =
    ["kube-prometheus-stack", "gitlab-org-charts-mirror", "prometheus-operator-crds"];

/// What a rendering costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cost {
    instructions: u64,
    allocations: u64,
    bytes: u64,
}

/// The costs of one chart.
#[derive(Debug, Clone, PartialEq)]
struct Costs {
    first: Cost,
    cached: Cost,
    /// Percent between the instructions of two runs.
    spread: f64,
}

/// Counts, and compares with the baseline or writes it.
pub(super) fn measure(keep: Keep) -> Outcome<Section> {
    if command::output("valgrind", &["--version"]).is_none() {
        return Ok(Section::skipped(Row::Library, "valgrind is not installed"));
    }
    let program = programs::library()?;
    let cases = corpus::cases()?;
    let mut section = Section::new(Row::Library);
    let mut charts = Vec::new();
    for part in CHARTS {
        match corpus::named(&cases, part) {
            Some(case) => charts.push((part, case.chart(), case.values())),
            None => section.notes.push(format!("skipped: {part} is not in `../shared/charts`")),
        }
    }
    let example = corpus::example();
    charts.push(("examples/shop/charts/web", example.chart(), None));
    let mut counted = Vec::new();
    for (name, chart, values) in &charts {
        println!("bench: library, {name}");
        counted.push((*name, costs(&program, chart, values.as_deref())?));
    }
    let path = testkit::workspace_root().join("benches/baseline.json");
    let baseline = match fs::read(&path) {
        Ok(data) => serde_json::from_slice(&data)?,
        Err(_) => Value::Null,
    };
    section.notes.push(notes(&baseline));
    section.tables.push(table(&counted, &baseline));
    match keep {
        Keep::Print => section.fault = regressions(&counted, &baseline),
        Keep::Write => {
            fs::write(&path, format!("{:#}\n", updated(&baseline, &counted)))?;
            println!("bench: written to benches/baseline.json");
        }
    }
    Ok(section)
}

fn costs(program: &Path, chart: &Path, values: Option<&Path>) -> Outcome<Costs> {
    let instructions = |times| callgrind(&rendering(program, chart, times, values));
    let allocations = |times| dhat(&rendering(program, chart, times, values));
    // Twice, since hash seeds and thread order are chance; the smaller counts.
    let ((one, six), (again, six_again)) =
        ((instructions(1)?, instructions(TIMES)?), (instructions(1)?, instructions(TIMES)?));
    let ((bytes, blocks), (six_bytes, six_blocks)) = (allocations(1)?, allocations(TIMES)?);
    let cached = |one: u64, six: u64| six.saturating_sub(one) / (TIMES - 1);
    let apart = |a: u64, b: u64| percent(a.min(b), a.max(b));
    let least = (one.min(again), six.min(six_again));
    Ok(Costs {
        first: Cost { instructions: least.0, allocations: blocks, bytes },
        cached: Cost {
            instructions: cached(least.0, least.1),
            allocations: cached(blocks, six_blocks),
            bytes: cached(bytes, six_bytes),
        },
        spread: apart(one, again).max(apart(six, six_again)),
    })
}

/// `PROGRAM CHART TIMES [VALUES]`.
fn rendering(program: &Path, chart: &Path, times: u64, values: Option<&Path>) -> Vec<PathBuf> {
    let mut words = vec![program.to_path_buf(), chart.to_path_buf(), times.to_string().into()];
    words.extend(values.map(Path::to_path_buf));
    words
}

/// Instructions of all threads.
fn callgrind(words: &[PathBuf]) -> Outcome<u64> {
    let told = valgrind(&["--tool=callgrind", "--callgrind-out-file=/dev/null"], words)?;
    number_after(&told, "Collected :").ok_or_else(|| "callgrind counted nothing".into())
}

/// Bytes and blocks allocated.
fn dhat(words: &[PathBuf]) -> Outcome<(u64, u64)> {
    let told = valgrind(&["--tool=dhat", "--dhat-out-file=/dev/null"], words)?;
    let total = number_after(&told, "Total:").zip(number_after(&told, "bytes in"));
    total.ok_or_else(|| "dhat counted nothing".into())
}

fn valgrind(tool: &[&str], words: &[PathBuf]) -> Outcome<String> {
    let mut command = Command::new("valgrind");
    command.args(tool).args(words).stdin(Stdio::null());
    let out = command.output()?;
    let told = String::from_utf8_lossy(&out.stderr).into_owned();
    if !out.status.success() {
        let end: Vec<&str> = told.lines().rev().take(3).collect();
        return Err(format!("`{}` failed: {}", command::shown(&command), end.join(" / ")).into());
    }
    Ok(told)
}

/// The number, with or without commas, behind the first occurrence of some words.
fn number_after(text: &str, words: &str) -> Option<u64> {
    let (_, rest) = text.split_once(words)?;
    let digits: String =
        rest.trim_start().chars().take_while(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', "").parse().ok()
}

/// How much more the second is.
fn percent(before: u64, after: u64) -> f64 {
    if before == 0 { 0.0 } else { (after as f64 - before as f64) / before as f64 * 100.0 }
}

fn kept(baseline: &Value, chart: &str, rendering: &str, figure: &str) -> Option<u64> {
    baseline["charts"][chart][rendering][figure].as_u64()
}

fn rustc() -> String {
    let told = command::output("rustc", &["--version"]).unwrap_or_default();
    told.split(' ').nth(1).unwrap_or("unknown").to_owned()
}

fn notes(baseline: &Value) -> String {
    let mut text = format!(
        "Instructions by callgrind, allocations by dhat, with fixed random bytes and clock. A cached rendering is a fifth of what the \
         second to sixth cost together. The spread is between two runs: hash seeds are chance. More \
         than {TOLERATED} % over `baseline.json` fails."
    );
    if baseline.is_null() {
        text.push_str(" There is no baseline yet.");
    } else if let Some(compiler) = baseline["rustc"].as_str()
        && compiler != rustc()
    {
        text.push_str(" The baseline was made by another compiler (");
        text.push_str(compiler);
        text.push_str(").");
    }
    text
}

fn table(counted: &[(&str, Costs)], baseline: &Value) -> Table {
    let mut lines = Vec::new();
    for (chart, costs) in counted {
        for (rendering, cost) in [("first", costs.first), ("cached", costs.cached)] {
            let change = |figure: &str, now: u64| {
                kept(baseline, chart, rendering, figure)
                    .map_or("new".to_owned(), |before| format!("{:+.1} %", percent(before, now)))
            };
            lines.push(vec![
                format!("{chart}, {rendering}"),
                format!("{:.2} M", cost.instructions as f64 / 1e6),
                change("instructions", cost.instructions),
                format!("{:.2} %", costs.spread),
                cost.allocations.to_string(),
                change("allocations", cost.allocations),
                format!("{:.2} MB", cost.bytes as f64 / 1e6),
            ]);
        }
    }
    Table {
        title: "Counts, and how they changed since the baseline:".to_owned(),
        head: vec![
            "chart",
            "instructions",
            "change",
            "spread",
            "allocations",
            "change",
            "allocated",
        ],
        lines,
    }
}

/// What needs too many more instructions than the baseline says.
fn regressions(counted: &[(&str, Costs)], baseline: &Value) -> Option<String> {
    let mut found = Vec::new();
    for (chart, costs) in counted {
        for (rendering, cost) in [("first", costs.first), ("cached", costs.cached)] {
            let Some(before) = kept(baseline, chart, rendering, "instructions") else { continue };
            let more = percent(before, cost.instructions);
            if more > TOLERATED {
                found.push(format!(
                    "{chart}: the {rendering} rendering takes {more:.1} % more instructions than \
                     baseline.json says ({before} → {})",
                    cost.instructions
                ));
            }
        }
    }
    (!found.is_empty()).then(|| found.join("\n"))
}

/// The baseline with the new counts; charts that were not measured keep theirs.
fn updated(baseline: &Value, counted: &[(&str, Costs)]) -> Value {
    let kept = baseline.get("charts").and_then(Value::as_object);
    let mut charts: Map<String, Value> = kept.cloned().unwrap_or_default();
    for (chart, costs) in counted {
        let shown = |cost: Cost| {
            json!({
                "instructions": cost.instructions,
                "allocations": cost.allocations,
                "bytes": cost.bytes,
            })
        };
        let costs = json!({ "first": shown(costs.first), "cached": shown(costs.cached) });
        charts.insert((*chart).to_owned(), costs);
    }
    json!({ "rustc": rustc(), "target": std::env::consts::ARCH, "charts": charts })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLGRIND: &str = "==7== Events    : Ir\n==7== Collected : 1234567\n==7==\n";
    const DHAT: &str = "==7== Total:     1,234,567 bytes in 8,901 blocks\n==7== At t-gmax: 1 bytes";

    fn costs(first: u64, cached: u64) -> Costs {
        let cost = |instructions| Cost { instructions, allocations: 1, bytes: 2 };
        Costs { first: cost(first), cached: cost(cached), spread: 0.0 }
    }

    #[test]
    fn valgrind_is_understood() {
        assert_eq!(number_after(CALLGRIND, "Collected :"), Some(1_234_567));
        assert_eq!(number_after(DHAT, "Total:"), Some(1_234_567));
        assert_eq!(number_after(DHAT, "bytes in"), Some(8901));
        assert_eq!(number_after("nothing", "Total:"), None);
    }

    #[test]
    fn regressions_beyond_five_percent_are_told() {
        let baseline = updated(&Value::Null, &[("a", costs(1000, 100))]);
        assert_eq!(regressions(&[("a", costs(1050, 90))], &baseline), None);
        let told = regressions(&[("a", costs(1000, 106)), ("new", costs(1, 1))], &baseline);
        assert_eq!(
            told.as_deref(),
            Some(
                "a: the cached rendering takes 6.0 % more instructions than baseline.json says \
                 (100 → 106)"
            )
        );
        assert_eq!(regressions(&[("a", costs(9999, 9999))], &Value::Null), None);
    }

    #[test]
    fn a_baseline_keeps_what_was_not_measured() {
        let baseline = updated(&Value::Null, &[("a", costs(1, 1)), ("b", costs(2, 2))]);
        let baseline = updated(&baseline, &[("b", costs(3, 3))]);
        assert_eq!(kept(&baseline, "a", "first", "instructions"), Some(1));
        assert_eq!(kept(&baseline, "b", "cached", "instructions"), Some(3));
    }
}
