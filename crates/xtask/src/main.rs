//! `cargo xtask …`: everything a contributor runs.
//!
//! It opens with the table of commands; each command is a file. **Invariant**: a command says what
//! it runs before it runs it, and ends with a non-zero code on the first failure.
//! Deliberately not here: anything that the product does.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "xtask talks to a contributor")]

use std::{env, process::ExitCode};

mod bench;
mod command;
mod deny;
mod fuzz;
mod go;
mod layers;
mod oracle;
mod test;
mod testenv;

/// How long a target runs where nobody says.
const FUZZ_SECONDS: u32 = 600;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test            build the test environment, then run every check and every test
  testenv build   compile the real programs that the tests run against (cached)
  testenv path    print the directory of those programs
  layers          check that dependencies between crates point down
  oracle          compare generated cases with the real Go engine (--cases N --seed S --only G)
  deny            check licences, bans and sources of dependencies
  fuzz [TARGET] [SECONDS]
                  run the fuzz targets, each for 600 seconds or as told
  bench render    measure rendering beside helm and helmfile (--only ROW --runs N --write)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["test"] => test::run(),
        ["testenv", "build"] => testenv::build().map(|_| ()),
        ["testenv", "path"] => testenv::path(),
        ["layers"] => layers::run(),
        ["oracle", flags @ ..] => oracle::run(flags),
        ["deny"] => deny::run(deny::Missing::Install),
        ["fuzz"] => fuzz::run(None, FUZZ_SECONDS),
        ["fuzz", word] => match word.parse() {
            Ok(seconds) => fuzz::run(None, seconds),
            Err(_) => fuzz::run(Some(word), FUZZ_SECONDS),
        },
        ["fuzz", target, seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run(Some(target), seconds),
            Err(_) => Err(format!("`{seconds}` is no number of seconds").into()),
        },
        ["bench", "render", flags @ ..] => bench::render(flags),
        // What `bench` starts between itself and a program; not for people.
        ["bench", "measure", words @ ..] => bench::child(words),
        ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => Err(format!("unknown command `{}`\n\n{USAGE}", words.join(" ")).into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A failure is a text for a person: nothing in xtask branches on its kind.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
