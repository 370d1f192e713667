//! What the generators reach, and some thousands of their cases compared with the real engine:
//! `ORACLE_CASES` says how many; `cargo xtask oracle` runs as many as one likes from any seed.

use std::collections::BTreeSet;

use oracle::{Heard, Settings, generate::Generator};

/// A generator that does not reach a function proves nothing about it.
#[test]
fn every_function_is_generated() {
    let mut words = BTreeSet::new();
    for number in 0..4000 {
        for generator in [Generator::Functions, Generator::Templates] {
            let (case, _) = oracle::make(generator, 1, number);
            for text in case.templates() {
                let is_end = |c: char| !c.is_alphanumeric() && c != '_';
                words.extend(text.split(is_end).map(str::to_owned));
            }
        }
    }
    let own = functions::sprig().iter().chain(functions::helm()).map(|f| f.name);
    let missing: Vec<_> = own.filter(|name| !words.contains(*name)).collect();
    assert!(missing.is_empty(), "never generated: {missing:?}");
    for word in ["break", "continue", "block", "define", "template", "with", "range", "else"] {
        assert!(words.contains(word), "never generated: {word}");
    }
}

#[test]
fn generated_cases_are_as_in_go() {
    let oracle = match testkit::Oracle::start() {
        Ok(oracle) => oracle,
        Err(error) => return println!("skipped: {error}"),
    };
    let cases = std::env::var("ORACLE_CASES").map_or(3000, |cases| cases.parse().unwrap());
    let settings = Settings { cases, seed: 1, generators: Generator::ALL.to_vec(), differences: 5 };
    let mut told = |heard: &Heard<'_>| {
        if let Heard::Difference(found) = heard {
            println!("{found}");
        }
    };
    // Deep but legal recursion of templates needs more stack than a thread usually has.
    let run = move || oracle::run(&oracle, &settings, &mut told);
    let worker = std::thread::Builder::new().stack_size(256 << 20).spawn(run).unwrap();
    let report = worker.join().unwrap();
    println!("{report}");
    assert!(report.different.is_empty());
}
