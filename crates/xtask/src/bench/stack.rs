//! Row `stack`: a hundred releases of one chart with differing values, by a stack file and by an
//! equal helmfile.
//!
//! Both files are written into a temporary folder beside a copy of `benches/stack/chart`. **Invariant**:
//! both programs print the same documents; their order is their own.

use std::{fmt::Write, fs, path::Path, process::Command};

use super::{
    Row, largest,
    measure::{self, Sample},
    programs::Programs,
    report::{Goal, Section},
};
use crate::Outcome;

const RELEASES: usize = 100;
/// So many releases share a namespace.
const TOGETHER: usize = 10;
/// Milliseconds.
const WALL: f64 = 300.0;
/// MiB in 100 MB.
const MEMORY: f64 = 100_000_000.0 / 1024.0 / 1024.0;

/// Renders the stack with both programs.
pub(super) fn measure(programs: &Programs, runs: usize) -> Outcome<Section> {
    let mut section = Section::new(Row::Stack);
    let folder = tempfile::tempdir()?;
    copy(&testkit::workspace_root().join("benches/stack/chart"), &folder.path().join("chart"))?;
    fs::write(folder.path().join("stack.yaml"), stack_file())?;
    fs::write(folder.path().join("helmfile.yaml"), helmfile())?;
    let mut ours = programs.windrose();
    ours.args(["render", "stack.yaml", "--environment", "production"]).current_dir(folder.path());
    let theirs = programs.helmfile().map(|mut command| {
        command.args(["--file", "helmfile.yaml", "template", "--skip-deps"]);
        command.current_dir(folder.path());
        command
    });
    section.notes.push(format!(
        "{RELEASES} releases of one chart; {runs} runs, in turn. Memory is that of the largest \
         single process: helmfile starts one Helm a release, several at once, which are not summed; \
         their CPU time is."
    ));
    let rendered = documents(&printed(&mut ours)?);
    let mut theirs = theirs.map_err(|reason| {
        section.notes.push(format!("skipped: helmfile, since {reason}"));
    });
    if let Ok(theirs) = &mut theirs {
        section.fault = difference(&rendered, &documents(&printed(theirs)?));
        section.notes.push(format!("Documents, compared one by one: {}.", rendered.len()));
    }
    if section.fault.is_some() {
        return Ok(section);
    }
    let (mut our_samples, mut their_samples): (Vec<Sample>, Vec<Sample>) = Default::default();
    for _ in 0..runs {
        our_samples.push(measure::sample(&ours)?);
        if let Ok(theirs) = &theirs {
            their_samples.push(measure::sample(theirs)?);
        }
    }
    let peer = theirs.is_ok().then_some(their_samples.as_slice());
    let goals = [Goal::Below(WALL), Goal::None, Goal::Below(MEMORY)];
    section.figures.extend(largest::figures("100 releases", &our_samples, peer, goals));
    Ok(section)
}

/// Why two programs did not print the same documents, both sorted.
fn difference(ours: &[String], theirs: &[String]) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let (who, document) = match ours.iter().find(|document| !theirs.contains(document)) {
        Some(document) => ("windrose", Some(document)),
        None => ("helmfile", theirs.iter().find(|document| !ours.contains(document))),
    };
    Some(format!(
        "windrose prints {} documents, helmfile {}; {who} alone prints:\n{}",
        ours.len(),
        theirs.len(),
        document.map_or("(one of them twice)", String::as_str),
    ))
}

fn stack_file() -> String {
    let mut text = String::from(
        "apiVersion: stack/v1\nname: services\nenvironments:\n  production: {}\n\
         charts:\n  service: {path: ./chart}\nreleases:\n",
    );
    add_releases(&mut text, |name| format!("  {name}:\n    chart: service\n"));
    text
}

fn helmfile() -> String {
    let mut text = String::from("releases:\n");
    add_releases(&mut text, |name| format!("  - name: {name}\n    chart: ./chart\n"));
    text
}

fn add_releases(text: &mut String, begin: impl Fn(&str) -> String) {
    for number in 1..=RELEASES {
        text.push_str(&begin(&name(number)));
        let (namespace, values) = (namespace(number), values(number));
        let _ = write!(text, "    namespace: {namespace}\n    values:\n{values}");
    }
}

fn name(number: usize) -> String {
    format!("service-{number:03}")
}

fn namespace(number: usize) -> String {
    format!("team-{:02}", (number - 1) / TOGETHER + 1)
}

/// The values of one release, as the only item of a list.
fn values(number: usize) -> String {
    let mut text = format!(
        "      - replicas: {}\n        image:\n          tag: \"1.{number}.0\"\n        settings:\n          \
         LOG_LEVEL: {}\n          WORKERS: \"{}\"\n          DATABASE: postgres://database/{}\n",
        number % 5 + 1,
        ["debug", "info", "warn"][number % 3],
        number % 8 + 1,
        name(number),
    );
    if number.is_multiple_of(2) {
        let _ = write!(
            text,
            "        ingress:\n          enabled: true\n          className: public\n          hosts:\n            \
             - host: {}.example.com\n              paths:\n                - path: /\n                  \
             pathType: Prefix\n",
            name(number),
        );
    }
    if number.is_multiple_of(3) {
        let _ = write!(
            text,
            "        autoscaling:\n          enabled: true\n          maxReplicas: {}\n",
            number % 7 + 3,
        );
    }
    text
}

/// What a program prints, or why it failed.
fn printed(command: &mut Command) -> Outcome<String> {
    let out = command.output()?;
    if !out.status.success() {
        let why = String::from_utf8_lossy(&out.stderr);
        return Err(format!("`{}` failed: {why}", crate::command::shown(command)).into());
    }
    Ok(String::from_utf8(out.stdout)?)
}

/// The documents without comments and empty lines around them, sorted.
fn documents(text: &str) -> Vec<String> {
    let mut documents = vec![String::new()];
    for line in text.lines() {
        if line.trim_end() == "---" {
            documents.push(String::new());
        } else if let Some(document) = documents.last_mut()
            && !line.starts_with('#')
        {
            document.push_str(line);
            document.push('\n');
        }
    }
    let mut documents: Vec<String> = documents
        .into_iter()
        .map(|document| document.trim().to_owned())
        .filter(|document| !document.is_empty())
        .collect();
    documents.sort();
    documents
}

fn copy(from: &Path, to: &Path) -> Outcome<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_compared_whatever_their_order() {
        let ours = "# Release: a/b\n---\n# Source: x\na: 1\n\n---\nb: 2\n";
        let theirs = "---\n# Source: y\nb: 2\n---\n# Source: x\na: 1\n";
        assert_eq!(documents(ours), documents(theirs));
        assert_eq!(documents(ours), ["a: 1", "b: 2"]);
    }

    #[test]
    fn releases_differ() {
        assert_ne!(values(1), values(2));
        assert_eq!(namespace(10), "team-01");
        assert_eq!(namespace(11), "team-02");
    }
}
