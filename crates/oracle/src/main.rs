//! `cargo xtask oracle`: compares generated cases with the real Go engine.
//!
//! It prints the seed, how far it is, each difference as soon as it is found, as the question that the
//! oracle was asked, and at last what each generator reached; it ends with 1 where there is a
//! difference.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it talks to a contributor")]

use std::process::ExitCode;

use oracle::{BATCH, Heard, Settings, generate::Generator};

const USAGE: &str = "\
usage: cargo xtask oracle [--cases N] [--seed S] [--only GENERATOR] [--differences D]

  GENERATOR  functions, templates, yaml, set or charts
";

fn main() -> ExitCode {
    let settings = match settings(std::env::args().skip(1)) {
        Ok(settings) => settings,
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            return ExitCode::FAILURE;
        }
    };
    println!("seed {}", settings.seed);
    // Deep but legal recursion of templates needs more stack than a thread usually has.
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(move || {
        std::panic::set_hook(Box::new(|_| {}));
        oracle::run(testkit::oracle(), &settings, &mut show)
    });
    let report = match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(report)) => report,
        Ok(Err(caught)) => {
            let text = caught.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| caught.downcast_ref::<&str>().copied());
            eprintln!("the run ended early: {}", text.unwrap_or_default());
            return ExitCode::FAILURE;
        }
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    print!("{report}");
    if report.different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells of a difference at once, and of every tenth part of a generator's cases.
fn show(heard: &Heard<'_>) {
    match heard {
        Heard::Difference(found) => println!("{found}"),
        Heard::Progress { generator, done, of } => {
            let step = (of / 10).max(BATCH);
            if done == of || *done / step != done.saturating_sub(BATCH) / step {
                println!("{:10} {done} of {of}", generator.name());
            }
        }
    }
}

fn settings(mut words: impl Iterator<Item = String>) -> Result<Settings, String> {
    let mut settings =
        Settings { cases: 100_000, seed: 1, generators: Generator::ALL.to_vec(), differences: 20 };
    while let Some(word) = words.next() {
        let value = words.next().ok_or(format!("{word} needs a value"))?;
        let number = || value.parse().map_err(|e| format!("{word} {value}: {e}"));
        match word.as_str() {
            "--cases" => settings.cases = number()?,
            "--seed" => settings.seed = number()?,
            "--differences" => settings.differences = number()? as usize,
            "--only" => {
                let known = Generator::ALL.into_iter().find(|g| g.name() == value);
                settings.generators = vec![known.ok_or(format!("no generator {value}"))?];
            }
            _ => return Err(format!("unknown flag {word}")),
        }
    }
    Ok(settings)
}
