//! `bench render`: the figures that rendering promises, measured in one run beside the peers.
//!
//! Each row is a file. **Invariants**: what is measured is compared first, and a wrong output fails
//! the row; ours and the peer's turn take turns, one process at a time; what cannot be measured here
//! says why. `benches/RESULTS.md` holds the rows of one run only.
//! Deliberately not here: what is rendered (`benches/`).

use std::fs;

use crate::Outcome;

mod corpus;
mod largest;
mod library;
mod machine;
mod measure;
mod programs;
mod report;
mod stack;

pub(crate) use measure::child;

use machine::Machine;
use programs::Programs;

const ROWS: [Row; 4] = [Row::Corpus, Row::Largest, Row::Stack, Row::Library];

/// What can be measured on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Corpus,
    Largest,
    Stack,
    Library,
}

impl Row {
    fn name(self) -> &'static str {
        match self {
            Self::Corpus => "corpus",
            Self::Largest => "largest",
            Self::Stack => "stack",
            Self::Library => "library",
        }
    }
}

/// What happens to the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    Print,
    Write,
}

#[derive(Debug, PartialEq, Eq)]
struct Settings {
    only: Option<Row>,
    runs: usize,
    keep: Keep,
}

/// Measures all rows or one of them, prints the figures, and writes them where that is asked for.
pub(crate) fn render(flags: &[&str]) -> Outcome<()> {
    let settings = parse(flags)?;
    // Before anything is built: a build is load, too.
    let machine = Machine::read();
    let programs = match settings.only {
        Some(Row::Library) => None,
        only => Some(Programs::find(only)?),
    };
    let versions = programs::versions(programs.as_ref());
    let mut sections: Vec<report::Section> = Vec::new();
    for row in ROWS.into_iter().filter(|row| settings.only.is_none_or(|only| only == *row)) {
        println!("bench: {}", row.name());
        sections.push(match (row, &programs) {
            (Row::Corpus, Some(programs)) => corpus::measure(programs, settings.runs)?,
            (Row::Largest, Some(programs)) => largest::measure(programs, settings.runs)?,
            (Row::Stack, Some(programs)) => stack::measure(programs, settings.runs)?,
            (Row::Library, _) if sections.iter().any(|section| section.fault.is_some()) => {
                library::measure(Keep::Print)?
            }
            (Row::Library, _) => library::measure(settings.keep)?,
            (Row::Corpus | Row::Largest | Row::Stack, None) => continue,
        });
    }
    let text = report::markdown(&machine, &versions, &sections);
    println!("\n{text}");
    let faults: Vec<&str> = sections.iter().filter_map(|s| s.fault.as_deref()).collect();
    if !faults.is_empty() {
        return Err(faults.join("\n").into());
    }
    if settings.keep == Keep::Write && settings.only.is_none() {
        fs::write(testkit::workspace_root().join("benches/RESULTS.md"), text)?;
        println!("bench: written to benches/RESULTS.md");
    }
    Ok(())
}

fn parse(flags: &[&str]) -> Outcome<Settings> {
    let mut settings = Settings { only: None, runs: 5, keep: Keep::Print };
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        let mut value = || flags.next().ok_or_else(|| format!("`{flag}` wants a value"));
        match *flag {
            "--only" => settings.only = Some(row(value()?)?),
            "--runs" => {
                let count = value()?;
                settings.runs = count
                    .parse()
                    .ok()
                    .filter(|runs| *runs > 0)
                    .ok_or_else(|| format!("`{count}` is no number of runs"))?;
            }
            "--write" => settings.keep = Keep::Write,
            other => return Err(format!("unknown flag `{other}` of bench render").into()),
        }
    }
    if settings.keep == Keep::Write && settings.only.is_some_and(|only| only != Row::Library) {
        return Err(
            "RESULTS.md holds the rows of one run: `--write` goes without `--only`, or with \
                    `--only library`, which writes baseline.json alone"
                .into(),
        );
    }
    Ok(settings)
}

fn row(name: &str) -> Outcome<Row> {
    ROWS.into_iter().find(|row| row.name() == name).ok_or_else(|| {
        let known: Vec<&str> = ROWS.iter().map(|row| row.name()).collect();
        format!("no row is called `{name}`; there are {}", known.join(", ")).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read() {
        let read = |flags: &[&str]| parse(flags).map_err(|e| e.to_string());
        assert_eq!(
            read(&["--only", "stack", "--runs", "3"]),
            Ok(Settings { only: Some(Row::Stack), runs: 3, keep: Keep::Print })
        );
        assert_eq!(read(&["--write"]), Ok(Settings { only: None, runs: 5, keep: Keep::Write }));
        assert!(read(&["--write", "--only", "corpus"]).is_err());
        assert!(read(&["--write", "--only", "library"]).is_ok());
        assert_eq!(
            read(&["--only", "x"]),
            Err("no row is called `x`; there are corpus, largest, stack, library".to_owned())
        );
        assert_eq!(read(&["--runs", "0"]), Err("`0` is no number of runs".to_owned()));
        assert_eq!(read(&["--runs"]), Err("`--runs` wants a value".to_owned()));
    }
}
