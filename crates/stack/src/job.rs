//! Runs a job: one process, its output line by line, a bound on its time.
//!
//! A job is an argument vector; no shell reads it. It gets the variables that the caller passes to every job, a few that
//! name the release, and those it declares; nothing else. It runs in a process group of its own, so that stopping it
//! stops what it started.
//!
//! **Invariant**: when [`run`] returns, the process is gone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use diagnostic::Diagnostic;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::event::{JobEvent, JobResult, Stream};
use crate::expression::Scope;
use crate::model::JobFailure;
use crate::resolved::Job;

/// Longer lines are shown in parts.
const LONGEST_LINE: usize = 16 << 10;
/// Lines of output that a failure quotes.
const QUOTED: usize = 20;
/// Time between the polite and the final signal.
const GRACE: Duration = Duration::from_secs(5);
/// How long output is read after the process ended: what it left running may hold the pipe.
const DRAIN: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What a job runs in.
pub(crate) struct Surroundings<'a> {
    /// The directory of the stack file.
    pub(crate) root: &'a Path,
    /// Variables of every job.
    pub(crate) variables: BTreeMap<String, String>,
    /// What its expressions see.
    pub(crate) scope: &'a Scope,
    /// Ends it early.
    pub(crate) cancel: &'a CancellationToken,
    /// Hears what it does.
    pub(crate) tell: &'a (dyn Fn(JobEvent) + Send + Sync),
}

/// How a job ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Well, or in a way that does not matter.
    Fine,
    /// Badly.
    Failed {
        /// What happened.
        why: String,
        /// The last lines of its output.
        output: Vec<String>,
    },
    /// An expression of it cannot be evaluated.
    Wrong(Box<Diagnostic>),
    /// The run was cancelled.
    Cancelled,
}

/// How one try ended.
enum Try {
    Succeeded,
    Failed(String),
    Cancelled,
}

/// Everything of a job after its expressions were evaluated.
struct Prepared {
    command: Vec<String>,
    variables: BTreeMap<String, String>,
    directory: PathBuf,
}

/// Runs a job with its retries, unless its condition is false.
pub(crate) async fn run(job: &Job, around: &Surroundings<'_>) -> Ended {
    let wanted = job.when.as_ref().map_or(Ok(true), |w| w.value.evaluate_bool(around.scope));
    let prepared = match wanted {
        Ok(true) => prepare(job, around),
        Ok(false) => {
            (around.tell)(JobEvent::Finished { result: JobResult::Skipped });
            return Ended::Fine;
        }
        Err(error) => Err(error),
    };
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return Ended::Wrong(error),
    };
    let mut attempt = 1;
    loop {
        (around.tell)(JobEvent::Started { attempt, command: prepared.command.clone() });
        let mut output = vec![];
        let why = match attempt_once(job, &prepared, around, &mut output).await {
            Try::Succeeded => {
                (around.tell)(JobEvent::Finished { result: JobResult::Succeeded });
                return Ended::Fine;
            }
            Try::Cancelled => return cancelled(around),
            Try::Failed(why) => why,
        };
        if attempt > job.retries {
            return match job.on_error {
                JobFailure::Ignore => {
                    (around.tell)(JobEvent::Finished { result: JobResult::Ignored(why) });
                    Ended::Fine
                }
                JobFailure::Fail => {
                    let result = JobResult::Failed(why.clone());
                    (around.tell)(JobEvent::Finished { result });
                    Ended::Failed { why, output }
                }
            };
        }
        let pause = Duration::from_secs(1) * 2_u32.saturating_pow(attempt - 1).min(64);
        tokio::select! {
            () = tokio::time::sleep(pause.min(LONGEST_PAUSE)) => {}
            () = around.cancel.cancelled() => return cancelled(around),
        }
        attempt += 1;
    }
}

fn cancelled(around: &Surroundings<'_>) -> Ended {
    (around.tell)(JobEvent::Finished { result: JobResult::Failed("cancelled".to_owned()) });
    Ended::Cancelled
}

fn prepare(job: &Job, around: &Surroundings<'_>) -> Result<Prepared, Box<Diagnostic>> {
    let command = job.run.iter().map(|text| text.value.evaluate_string(around.scope));
    let command = command.collect::<Result<Vec<String>, _>>()?;
    let mut variables = around.variables.clone();
    for (name, text) in &job.env {
        variables.insert(name.clone(), text.value.evaluate_string(around.scope)?);
    }
    let directory = match &job.workdir {
        Some(text) => around.root.join(text.value.evaluate_string(around.scope)?),
        None => around.root.to_owned(),
    };
    Ok(Prepared { command, variables, directory })
}

async fn attempt_once(
    job: &Job,
    prepared: &Prepared,
    around: &Surroundings<'_>,
    output: &mut Vec<String>,
) -> Try {
    let mut child = match spawn(prepared) {
        Ok(child) => child,
        // The system's error is the same for a missing program and a missing folder.
        Err(_) if !prepared.directory.is_dir() => {
            return Try::Failed(format!(
                "its workdir `{}` is not a folder",
                prepared.directory.display()
            ));
        }
        Err(error) => {
            let program = prepared.command.first().map_or("", String::as_str);
            return Try::Failed(format!("cannot start `{program}`: {error}"));
        }
    };
    let (to, mut lines) = mpsc::channel(256);
    if let Some(out) = child.stdout.take() {
        tokio::spawn(read_lines(BufReader::new(out), Stream::Out, to.clone()));
    }
    if let Some(err) = child.stderr.take() {
        tokio::spawn(read_lines(BufReader::new(err), Stream::Err, to.clone()));
    }
    drop(to);
    let mut hear = |stream, line: String| {
        if output.len() == QUOTED {
            output.remove(0);
        }
        output.push(line.clone());
        (around.tell)(JobEvent::Output { stream, line });
    };
    let deadline = tokio::time::sleep(job.timeout);
    tokio::pin!(deadline);
    let mut open = true;
    let result = loop {
        tokio::select! {
            line = lines.recv(), if open => match line {
                Some((stream, line)) => hear(stream, line),
                None => open = false,
            },
            status = child.wait() => break match status {
                Ok(status) if status.success() => Try::Succeeded,
                Ok(status) => Try::Failed(in_words(status)),
                Err(error) => Try::Failed(error.to_string()),
            },
            () = &mut deadline => {
                stop(&mut child).await;
                break Try::Failed(format!("timed out after {:?}", job.timeout));
            }
            () = around.cancel.cancelled() => {
                stop(&mut child).await;
                break Try::Cancelled;
            }
        }
    };
    while let Ok(Some((stream, line))) = tokio::time::timeout(DRAIN, lines.recv()).await {
        hear(stream, line);
    }
    result
}

fn spawn(prepared: &Prepared) -> std::io::Result<Child> {
    let program = prepared.command.first().map_or("", String::as_str);
    // A relative path is meant from the working directory, whatever the platform makes of it.
    let program = if program.contains('/') {
        prepared.directory.join(program)
    } else {
        PathBuf::from(program)
    };
    Command::new(program)
        .args(prepared.command.iter().skip(1))
        .env_clear()
        .envs(&prepared.variables)
        .current_dir(&prepared.directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Asks the process group to end, and ends it if it does not.
async fn stop(child: &mut Child) {
    let group = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    let signal = |signal| {
        if let Some(group) = group {
            // It may be gone already.
            let _ = rustix::process::kill_process_group(group, signal);
        }
    };
    signal(rustix::process::Signal::TERM);
    let gone = tokio::time::timeout(GRACE, child.wait()).await;
    signal(rustix::process::Signal::KILL);
    if gone.is_err() {
        let _ = child.wait().await;
    }
}

async fn read_lines(
    mut from: impl AsyncBufRead + Unpin,
    stream: Stream,
    to: mpsc::Sender<(Stream, String)>,
) {
    let mut line: Vec<u8> = vec![];
    while let Ok(bytes) = from.fill_buf().await {
        if bytes.is_empty() {
            break;
        }
        let room = LONGEST_LINE.saturating_sub(line.len()).max(1);
        let window = &bytes[..bytes.len().min(room)];
        let end = window.iter().position(|b| *b == b'\n');
        line.extend_from_slice(&window[..end.unwrap_or(window.len())]);
        let used = end.map_or(window.len(), |at| at + 1);
        from.consume(used);
        if (end.is_some() || line.len() >= LONGEST_LINE)
            && to.send((stream, as_text(&mut line))).await.is_err()
        {
            return;
        }
    }
    if !line.is_empty() {
        let _ = to.send((stream, as_text(&mut line))).await;
    }
}

fn as_text(line: &mut Vec<u8>) -> String {
    let text = String::from_utf8_lossy(line).trim_end_matches('\r').to_owned();
    line.clear();
    text
}

fn in_words(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit status {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => status.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diagnostic::Source;

    use super::*;
    use crate::expression::Text;
    use crate::model::JobRuns;
    use crate::place::{Place, Spanned};

    fn text(value: &str) -> Spanned<Text> {
        let source = Source::new("stack.yaml", value);
        let place = Place::new(&source, 0..value.len());
        Spanned::new(Text::parse(value, &place).unwrap(), place)
    }

    fn job(run: &[&str]) -> Job {
        Job {
            name: "test".to_owned(),
            run: run.iter().map(|word| text(word)).collect(),
            when: None,
            env: vec![],
            workdir: None,
            timeout: Duration::from_secs(30),
            retries: 0,
            on_error: JobFailure::Fail,
            runs: JobRuns::OnSuccess,
        }
    }

    async fn run_it(job: &Job, cancel: &CancellationToken) -> (Ended, Vec<JobEvent>) {
        let events = Arc::new(Mutex::new(vec![]));
        let heard = Arc::clone(&events);
        let tell = move |event| heard.lock().unwrap().push(event);
        let scope = Scope::default().with("env", &yaml::Value::from_iter([("name", "staging")]));
        let path = std::env::var("PATH").unwrap_or_default();
        let around = Surroundings {
            root: Path::new("/"),
            variables: BTreeMap::from([("PATH".to_owned(), path)]),
            scope: &scope,
            cancel,
            tell: &tell,
        };
        let ended = run(job, &around).await;
        let events = events.lock().unwrap().clone();
        (ended, events)
    }

    fn lines(events: &[JobEvent]) -> Vec<String> {
        let line = |event: &JobEvent| match event {
            JobEvent::Output { line, .. } => Some(line.clone()),
            JobEvent::Started { .. } | JobEvent::Finished { .. } => None,
        };
        events.iter().filter_map(line).collect()
    }

    #[tokio::test]
    async fn arguments_are_passed_as_they_are() {
        let job = job(&["printf", "%s\\n", "a b", "$HOME; ls", "${{ env.name }}"]);
        let (ended, events) = run_it(&job, &CancellationToken::new()).await;
        assert!(matches!(ended, Ended::Fine));
        assert_eq!(lines(&events), ["a b", "$HOME; ls", "staging"]);
    }

    #[tokio::test]
    async fn only_declared_variables_are_there() {
        let mut job = job(&["env"]);
        job.env = vec![("GREETING".to_owned(), text("hello ${{ env.name }}"))];
        let (_, events) = run_it(&job, &CancellationToken::new()).await;
        let names: Vec<String> =
            lines(&events).iter().map(|l| l.split('=').next().unwrap().to_owned()).collect();
        assert!(lines(&events).contains(&"GREETING=hello staging".to_owned()));
        let known = ["PATH", "GREETING", "PWD", "SHLVL", "_"];
        assert!(names.iter().all(|n| known.contains(&n.as_str())), "{names:?}");
    }

    #[tokio::test]
    async fn a_failure_quotes_the_end_of_the_output() {
        let script = "for i in $(seq 30); do echo $i; done; echo why >&2; exit 3";
        let (ended, _) = run_it(&job(&["sh", "-c", script]), &CancellationToken::new()).await;
        let Ended::Failed { why, output } = ended else { panic!("{ended:?}") };
        assert_eq!(why, "exit status 3");
        assert_eq!(output.len(), QUOTED);
        assert!(output.contains(&"30".to_owned()) && output.contains(&"why".to_owned()));
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let (ended, _) = run_it(&job(&["no-such-program"]), &CancellationToken::new()).await;
        let Ended::Failed { why, .. } = ended else { panic!("{ended:?}") };
        assert!(why.starts_with("cannot start `no-such-program`"), "{why}");
    }

    #[tokio::test]
    async fn a_workdir_that_is_not_there_is_named() {
        let mut nowhere = job(&["true"]);
        nowhere.workdir = Some(text("nowhere"));
        let (ended, _) = run_it(&nowhere, &CancellationToken::new()).await;
        let Ended::Failed { why, .. } = ended else { panic!("{ended:?}") };
        assert!(why.contains("nowhere` is not a folder"), "{why}");
    }

    #[tokio::test]
    async fn a_false_condition_skips_and_an_ignored_failure_is_fine() {
        let mut skipped = job(&["false"]);
        skipped.when = Some(text("${{ env.name == 'production' }}"));
        let (ended, events) = run_it(&skipped, &CancellationToken::new()).await;
        assert!(matches!(ended, Ended::Fine));
        assert_eq!(events, [JobEvent::Finished { result: JobResult::Skipped }]);
        let mut ignored = job(&["false"]);
        ignored.on_error = JobFailure::Ignore;
        let (ended, _) = run_it(&ignored, &CancellationToken::new()).await;
        assert!(matches!(ended, Ended::Fine));
    }

    #[tokio::test]
    async fn time_is_bounded_for_what_it_started_too() {
        let mut slow = job(&["sh", "-c", "sleep 600 & wait"]);
        slow.timeout = Duration::from_millis(50);
        let (ended, _) = run_it(&slow, &CancellationToken::new()).await;
        let Ended::Failed { why, .. } = ended else { panic!("{ended:?}") };
        assert_eq!(why, "timed out after 50ms");
    }

    #[tokio::test]
    async fn cancelling_ends_it() {
        let cancel = CancellationToken::new();
        cancel.cancel();
        let (ended, _) = run_it(&job(&["sleep", "600"]), &cancel).await;
        assert!(matches!(ended, Ended::Cancelled));
    }

    #[tokio::test]
    async fn endless_lines_come_in_parts() {
        let script = "head -c 100000 /dev/zero | tr '\\0' x";
        let (_, events) = run_it(&job(&["sh", "-c", script]), &CancellationToken::new()).await;
        let lines = lines(&events);
        assert_eq!(lines.iter().map(String::len).sum::<usize>(), 100_000);
        assert!(lines.iter().all(|l| l.len() <= LONGEST_LINE));
    }
}
