//! Prints what `helm template` prints, for comparing with it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use render::{Capabilities, Host, Operation, Options, Release, Request};

fn main() -> ExitCode {
    let worker = std::thread::Builder::new()
        .stack_size(256 << 20)
        .spawn(|| run().map_err(|e| e.to_string()));
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(text))) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Ok(Ok(Err(why))) => {
            eprintln!("Error: {why}");
            ExitCode::FAILURE
        }
        _ => ExitCode::from(2),
    }
}

fn run() -> Result<String, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut values = chart::values::Options::default();
    let mut options = Options::default();
    let mut capabilities = Capabilities::default();
    let (mut namespace, mut names, mut notes, mut diagnostics) =
        ("default".to_owned(), Vec::new(), false, false);
    let mut operation = Operation::Install;
    while let Some(argument) = arguments.next() {
        let mut next = || arguments.next().ok_or("a value is missing");
        match argument.as_str() {
            "template" => {}
            "--namespace" | "-n" => namespace = next()?,
            "-f" | "--values" => {
                let path = next()?;
                let data = std::fs::read(&path)?;
                values.files.push((path, data));
            }
            "--set" => values.set.push(next()?),
            "--set-string" => values.set_string.push(next()?),
            "--set-json" => values.set_json.push(next()?),
            "--set-literal" => values.set_literal.push(next()?),
            "--set-file" => values.set_file.push(next()?),
            "--kube-version" => capabilities.kube_version = next()?.parse()?,
            "-a" | "--api-versions" => capabilities.api_versions.push(next()?),
            "--include-crds" => options.include_crds = true,
            "--is-upgrade" => operation = Operation::Upgrade,
            "--skip-schema-validation" => options.skip_schema_validation = true,
            "--notes" => notes = true,
            "--diagnostics" => diagnostics = true,
            _ => names.push(argument),
        }
    }
    let [name, path] = names.as_slice() else { return Err("give NAME and CHART".into()) };
    let chart = chart::load(source::read_chart(Path::new(path))?)?;
    let values = values.merge(&|path| std::fs::read(path).map_err(|e| e.to_string()))?;
    let state = std::cell::Cell::new(0x9e37_79b9_7f4a_7c15_u64);
    let entropy = |bytes: &mut [u8]| {
        for byte in bytes {
            let mut x = state.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            state.set(x);
            *byte = (x >> 32) as u8;
        }
    };
    let rendered = render::render(&Request {
        chart: &chart,
        values: &values,
        release: Release { name: name.clone(), namespace, revision: 1, operation },
        capabilities: &capabilities,
        host: Host { now: jiff::Timestamp::now(), entropy: &entropy, lookup: None, resolve: None },
        options,
    })
    .map_err(|error| {
        if diagnostics {
            let all = error.to_diagnostics();
            all.iter().map(|d| d.render(diagnostic::Style::Plain)).collect::<Vec<_>>().join("\n")
        } else {
            error.helm_text()
        }
    })?;
    if notes {
        return Ok(rendered.notes.unwrap_or_default());
    }
    Ok(rendered.template_text())
}
