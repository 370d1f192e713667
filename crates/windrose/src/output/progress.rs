//! A stack at work: a live tree on a terminal, plain lines elsewhere, failures in full at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use diagnostic::{Diagnostic, Style};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use stack::{Event, JobEvent, JobResult, Outcome as Ended, Sink, Step};

use crate::context::{Context, say};
use crate::failure::{Exit, Failure, Outcome};
use crate::output::paint::{Ink, paint};

/// A sink for commands that show nothing while they work.
pub(crate) fn silent() -> Sink {
    Arc::new(|_| ())
}

/// A sink that shows what each release is doing, on standard error.
pub(crate) fn shown(context: &Context, releases: impl IntoIterator<Item = String>) -> Sink {
    let releases: Vec<String> = releases.into_iter().collect();
    let width = releases.iter().map(String::len).max().unwrap_or(0);
    let style = context.err_style;
    if context.live {
        // Drawn with the first event: what is said or asked before that would break it.
        let tree = OnceLock::new();
        return Arc::new(move |event| {
            tree.get_or_init(|| Tree::new(&releases, width, style)).show(&event);
        });
    }
    let last = Mutex::new(BTreeMap::new());
    Arc::new(move |event| plain(&event, width, style, &last))
}

/// Reports releases that failed, in full; an error if there are any.
pub(crate) fn fail_with(context: &Context, failures: &[(String, stack::Failure)]) -> Outcome {
    for (releases, failure) in folded(failures) {
        context.say(&format!("\n{}", in_full(&releases, failure, context.err_style)))?;
    }
    if failures.is_empty() { Ok(()) } else { Err(Failure::Told(Exit::Failed)) }
}

/// Failures that are the same in several releases, once.
fn folded(failures: &[(String, stack::Failure)]) -> Vec<(String, &stack::Failure)> {
    let mut all: Vec<(Vec<&str>, &stack::Failure)> = vec![];
    for (release, failure) in failures {
        let same = all.iter_mut().find(|(_, known)| {
            !failure.diagnostics.is_empty() && failure.output.is_empty() && *known == failure
        });
        match same {
            Some((releases, _)) => releases.push(release),
            None => all.push((vec![release], failure)),
        }
    }
    all.into_iter().map(|(releases, failure)| (releases.join("`, `"), failure)).collect()
}

fn in_full(release: &str, failure: &stack::Failure, style: Style) -> String {
    let mut text = String::new();
    let message = failure.message.trim_end();
    if failure.diagnostics.is_empty() {
        let mut lines = message.lines();
        let first = lines.next().unwrap_or_default();
        let mut d = Diagnostic::error(format!("release `{release}`: {first}"));
        for line in lines {
            d = d.note(line);
        }
        let _ = writeln!(text, "{}", d.render(style));
    }
    for diagnostic in &failure.diagnostics {
        let diagnostic = diagnostic.clone().note(format!("in release `{release}`"));
        let _ = writeln!(text, "{}", diagnostic.render(style));
    }
    for line in &failure.output {
        let _ = writeln!(text, "  {} {}", paint(style, Ink::Faint, "|"), one_line(line));
    }
    text
}

/// The tree on a terminal: one line a release, redrawn in place.
struct Tree {
    bars: BTreeMap<String, ProgressBar>,
    style: Style,
}

impl Tree {
    fn new(releases: &[String], width: usize, style: Style) -> Self {
        let all = MultiProgress::new();
        let waiting = line("  {prefix} {wide_msg}");
        let bars = releases
            .iter()
            .map(|name| {
                let bar = all.add(ProgressBar::new_spinner().with_style(waiting.clone()));
                bar.set_prefix(paint(style, Ink::Strong, &format!("{name:width$}")));
                bar.set_message(paint(style, Ink::Faint, "waiting"));
                (name.clone(), bar)
            })
            .collect();
        Self { bars, style }
    }

    fn show(&self, event: &Event) {
        let Some(bar) = self.bars.get(name(event)) else { return };
        match event {
            Event::Started { .. } => {
                bar.set_style(line("{spinner} {prefix} {wide_msg} {elapsed:>4}"));
                bar.reset_elapsed();
                bar.enable_steady_tick(Duration::from_millis(100));
            }
            Event::Finished { outcome, elapsed, .. } => {
                let (mark, text) = ended(outcome, *elapsed, self.style);
                bar.set_style(line(&format!("{mark} {{prefix}} {{wide_msg}}")));
                bar.finish_with_message(text);
                return;
            }
            Event::Waiting { .. } | Event::Step { .. } | Event::Job { .. } => {}
        }
        if let Some(text) = doing(event) {
            bar.set_message(one_line(&text));
        }
    }
}

fn line(template: &str) -> ProgressStyle {
    // The templates are those of this file.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

/// One line for each thing worth a line; a line that repeats the last one of its release is left
/// out.
fn plain(event: &Event, width: usize, style: Style, last: &Mutex<BTreeMap<String, String>>) {
    let quiet = matches!(
        event,
        Event::Waiting { .. }
            | Event::Started { .. }
            | Event::Step { step: Step::Rendering | Step::Observing, .. }
    );
    if quiet {
        return;
    }
    let release = name(event);
    let text = match event {
        Event::Finished { outcome, elapsed, .. } => {
            let (mark, text) = ended(outcome, *elapsed, style);
            format!("{mark} {text}")
        }
        other => match doing(other) {
            Some(text) => one_line(&text),
            None => return,
        },
    };
    let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
    if last.get(release) == Some(&text) {
        return;
    }
    let padded = paint(style, Ink::Strong, &format!("{release:width$}"));
    let _ = say(&format!("{padded}  {text}\n"));
    last.insert(release.to_owned(), text);
}

fn name(event: &Event) -> &str {
    match event {
        Event::Waiting { release, .. }
        | Event::Started { release }
        | Event::Step { release, .. }
        | Event::Job { release, .. }
        | Event::Finished { release, .. } => release,
    }
}

/// What a release is doing, in words; nothing for events that say so themselves.
fn doing(event: &Event) -> Option<String> {
    Some(match event {
        Event::Waiting { needs, .. } => format!("waits for {}", needs.join(", ")),
        Event::Started { .. } => "starting".to_owned(),
        Event::Step { step, .. } => match step {
            Step::Rendering => "rendering".to_owned(),
            Step::Observing => "comparing with the cluster".to_owned(),
            Step::Applying => "applying".to_owned(),
            Step::WaitingFor { object, reason } => format!("waiting for {object}: {reason}"),
            Step::RollingBack => "rolling back".to_owned(),
            Step::Deleting => "deleting".to_owned(),
        },
        Event::Job { job, event, .. } => match event {
            JobEvent::Started { attempt: 1, command } => {
                format!("job {job}: {}", command.join(" "))
            }
            JobEvent::Started { attempt, command } => {
                format!("job {job}, try {attempt}: {}", command.join(" "))
            }
            JobEvent::Output { line, .. } => format!("job {job} | {line}"),
            JobEvent::Finished { result } => match result {
                JobResult::Succeeded => format!("job {job}: done"),
                JobResult::Skipped => format!("job {job}: skipped, its condition is false"),
                JobResult::Failed(why) => format!("job {job}: failed, {why}"),
                JobResult::Ignored(why) => format!("job {job}: failed and ignored, {why}"),
            },
        },
        Event::Finished { .. } => return None,
    })
}

/// How a release ended: a mark and words.
fn ended(outcome: &Ended, elapsed: Duration, style: Style) -> (String, String) {
    let took = format!(" ({:.1}s)", elapsed.as_secs_f64());
    let (ink, mark, text) = match outcome {
        Ended::Installed { revision } => {
            (Ink::Good, "✔", format!("installed, revision {revision}{took}"))
        }
        Ended::Upgraded { revision } => {
            (Ink::Good, "✔", format!("upgraded to revision {revision}{took}"))
        }
        Ended::Unchanged { revision } => {
            (Ink::Faint, "·", format!("unchanged, revision {revision}"))
        }
        Ended::Uninstalled => (Ink::Good, "✔", format!("uninstalled{took}")),
        Ended::Absent => (Ink::Faint, "·", "not installed".to_owned()),
        Ended::Failed(failure) => {
            let first = failure.message.lines().next().unwrap_or_default();
            (Ink::Bad, "✘", format!("failed: {first}"))
        }
        Ended::Blocked { by } => (Ink::Notice, "-", format!("not started: it needs {by}")),
        Ended::Cancelled => (Ink::Notice, "-", "not started: stopped".to_owned()),
    };
    (paint(style, ink, mark), text)
}

/// What would break the line or steer the terminal is taken out.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jobs_last_lines_cannot_steer_the_terminal() {
        let failure = stack::Failure {
            message: "job `before-1` failed".to_owned(),
            output: vec!["\u{1b}[2Jgone".to_owned()],
            diagnostics: Vec::new(),
        };
        let text = in_full("web", &failure, Style::Plain);
        assert!(text.ends_with("  |  [2Jgone\n"), "{text}");
    }
}
