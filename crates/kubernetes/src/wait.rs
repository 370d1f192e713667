//! Waits until a set of objects is ready, or gone, and says what it waits for.
//!
//! Objects are polled with an interval that grows to a bound; only those still pending are asked
//! for again. What a workload waits for comes from its pods' containers, else from the last
//! warning.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::{StreamExt, stream};
use serde_json::Value;
use tokio::time::Instant;

use crate::status::{self, Status};
use crate::{CancellationToken, Client, Error, ListOptions, ObjectRef};

/// Requests in flight at once.
const PARALLEL: usize = 8;
const FIRST_INTERVAL: Duration = Duration::from_millis(150);
const LONGEST_INTERVAL: Duration = Duration::from_secs(2);
/// Reasons are asked for no more often than this.
const REASON_INTERVAL: Duration = Duration::from_secs(2);

/// Jobs with this field go by themselves once they have finished.
const TTL: &str = "/spec/ttlSecondsAfterFinished";

/// Whether an object goes by itself once it has finished.
pub fn is_fleeting(object: &Value) -> bool {
    object.pointer(TTL).is_some()
}

/// What one object is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingFor {
    /// The object.
    pub object: ObjectRef,
    /// In words: `1 of 3 replicas ready; web-5d…: web: ImagePullBackOff: …`.
    pub reason: String,
    /// Its status and message as kstatus has them: `InProgress`, `Ready: 1/3`.
    pub kstatus: (&'static str, String),
}

/// How to wait.
#[derive(Clone, Debug)]
pub struct WaitOptions {
    /// Give up after this long.
    pub timeout: Duration,
    /// Stops the wait.
    pub cancel: CancellationToken,
    /// What counts as ready.
    pub until: Until,
    /// Jobs known to go by themselves once they have finished, maybe before anybody looks.
    pub fleeting: BTreeSet<ObjectRef>,
}

/// When an object counts as ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// kstatus says so; a Job once it runs.
    Current,
    /// As `Current`, but Jobs must complete; a failed Job fails the wait.
    CurrentAndJobsComplete,
    /// Jobs and Pods have completed; others are ready as they are (hooks).
    Completed,
}

/// What became of one object.
enum Verdict {
    Done,
    Pending(String, (&'static str, String)),
    Failed(String, String),
}

/// Hears what is still waited for whenever that changes.
pub type Report<'a> = dyn Fn(&[WaitingFor]) + Send + Sync + 'a;

/// Waits until every object is ready; `report` hears what is still waited for whenever it changes.
/// Objects that failed end the wait once nothing else is in progress.
pub async fn ready(
    client: &Client,
    objects: &[ObjectRef],
    options: &WaitOptions,
    report: &Report<'_>,
) -> Result<(), Error> {
    let judge = |live: Option<&Value>| {
        let absent = || {
            let kstatus = ("NotFound", "Resource not found".to_owned());
            Verdict::Pending("not there yet".to_owned(), kstatus)
        };
        let Some(live) = live else { return absent() };
        match verdict(live, options.until) {
            Status::Current => Verdict::Done,
            Status::InProgress { reason, kstatus } => {
                Verdict::Pending(reason, ("InProgress", kstatus))
            }
            Status::Failed { reason, kstatus } => Verdict::Failed(reason, kstatus),
            Status::Terminating => Verdict::Pending("being deleted".to_owned(), terminating()),
            Status::NotFound => absent(),
        }
    };
    poll(client, objects, options, report, &judge)
        .await
        .map_err(|trouble| trouble.error("not ready"))
}

/// Waits until none of the objects is there.
pub async fn gone(
    client: &Client,
    objects: &[ObjectRef],
    options: &WaitOptions,
    report: &Report<'_>,
) -> Result<(), Error> {
    let judge = |live: Option<&Value>| match live {
        None => Verdict::Done,
        Some(live) if live.pointer("/metadata/deletionTimestamp").is_some() => {
            Verdict::Pending(held_by(live), terminating())
        }
        Some(live) => {
            Verdict::Pending(held_by(live), ("Current", "Resource is current".to_owned()))
        }
    };
    let result = poll(client, objects, options, report, &judge).await;
    result.map_err(|trouble| trouble.error("still exists"))
}

fn terminating() -> (&'static str, String) {
    ("Terminating", "Resource scheduled for deletion".to_owned())
}

/// Why a wait ended badly.
enum Trouble {
    /// Not by what was waited for.
    Other(Error),
    /// Some objects failed for good.
    Failed(Vec<WaitingFor>),
    /// Time is over.
    Late(Duration, Vec<WaitingFor>),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Trouble {
    /// As an error; `what` is what Helm says of the objects that are still waited for.
    fn error(self, what: &str) -> Error {
        let lines = |all: &[WaitingFor]| -> Vec<String> {
            all.iter().map(|waiting| waiting.helm_line(what)).collect()
        };
        match self {
            Self::Other(error) => error,
            Self::Failed(failed) => {
                let helm = lines(&failed).join("\n");
                let mut failed = failed.into_iter();
                let Some(first) = failed.next() else { return Error::Cancelled };
                let reason = failed.fold(first.reason, |all, next| {
                    format!("{all}; {} failed: {}", next.object, next.reason)
                });
                Error::Failed { object: Box::new(first.object), reason, helm }
            }
            Self::Late(after, last) => {
                let waiting: Vec<_> =
                    last.iter().map(|w| format!("{}: {}", w.object, w.reason)).collect();
                let mut helm = lines(&last);
                helm.push("context deadline exceeded".to_owned());
                Error::WaitTimeout { after, waiting: waiting.join("; "), helm: helm.join("\n") }
            }
        }
    }
}

impl WaitingFor {
    fn helm_line(&self, what: &str) -> String {
        let (object, (status, message)) = (&self.object, &self.kstatus);
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let (kind, name) = (&object.kind, &object.name);
        format!("resource {kind}/{namespace}/{name} {what}. status: {status}, message: {message}")
    }
}

fn verdict(live: &Value, until: Until) -> Status {
    let is_job = ObjectRef::of(live).is_some_and(|o| o.group() == "batch" && o.kind == "Job");
    match until {
        Until::Current => status::judge(live),
        Until::CurrentAndJobsComplete if is_job => status::judge_completion(live),
        Until::CurrentAndJobsComplete => status::judge(live),
        Until::Completed => status::judge_completion(live),
    }
}

/// What keeps an object that is being deleted.
fn held_by(live: &Value) -> String {
    let finalizers = live.pointer("/metadata/finalizers").and_then(Value::as_array);
    let names: Vec<_> = finalizers.into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() {
        "still there".to_owned()
    } else {
        format!("held by finalizers: {}", names.join(", "))
    }
}

async fn poll(
    client: &Client,
    objects: &[ObjectRef],
    options: &WaitOptions,
    report: &Report<'_>,
    judge: &(dyn Fn(Option<&Value>) -> Verdict + Send + Sync),
) -> Result<(), Trouble> {
    let started = Instant::now();
    let deadline = started + options.timeout;
    let mut asked_reasons = started;
    let mut interval = FIRST_INTERVAL;
    let mut pending: Vec<ObjectRef> = objects.to_vec();
    let mut reported = None;
    let mut last = Vec::new();
    let mut fleeting = options.fleeting.clone();
    loop {
        let round = tokio::select! {
            () = options.cancel.cancelled() => return Err(Error::Cancelled.into()),
            () = tokio::time::sleep_until(deadline) => return Err(Trouble::Late(options.timeout, last)),
            round = look(client, &pending) => round?,
        };
        let mut waiting = Vec::new();
        let mut failed = Vec::new();
        let explain = asked_reasons.elapsed() >= REASON_INTERVAL;
        for (object, live) in round {
            if live.as_ref().is_some_and(is_fleeting) {
                fleeting.insert(object.clone());
            }
            match judge(live.as_ref()) {
                Verdict::Done => {}
                // It was deleted because it had finished.
                Verdict::Pending(..) if live.is_none() && fleeting.contains(&object) => {}
                Verdict::Failed(reason, kstatus) => {
                    let known = keep_detail(&last, &object, reason.clone());
                    let reason = match &live {
                        Some(live) if known == reason => {
                            because(client, &object, live, reason).await
                        }
                        Some(_) | None => known,
                    };
                    failed.push(WaitingFor { object, reason, kstatus: ("Failed", kstatus) });
                }
                Verdict::Pending(reason, kstatus) => {
                    let reason = match &live {
                        Some(live) if explain => because(client, &object, live, reason).await,
                        Some(_) | None => keep_detail(&last, &object, reason),
                    };
                    waiting.push(WaitingFor { object, reason, kstatus });
                }
            }
        }
        if explain {
            asked_reasons = Instant::now();
        }
        let done = waiting.is_empty();
        if done && !failed.is_empty() {
            return Err(Trouble::Failed(failed));
        }
        waiting.extend(failed);
        if reported.as_ref() != Some(&waiting) {
            report(&waiting);
            reported = Some(waiting.clone());
        }
        if done {
            return Ok(());
        }
        pending = waiting.iter().map(|w| w.object.clone()).collect();
        last = waiting;
        tokio::select! {
            () = options.cancel.cancelled() => return Err(Error::Cancelled.into()),
            () = tokio::time::sleep_until(deadline) => return Err(Trouble::Late(options.timeout, last)),
            () = tokio::time::sleep(interval) => {}
        }
        interval = (interval * 3 / 2).min(LONGEST_INTERVAL);
    }
}

async fn look(
    client: &Client,
    objects: &[ObjectRef],
) -> Result<Vec<(ObjectRef, Option<Value>)>, Error> {
    let answers = stream::iter(objects.to_vec())
        .map(|object| async move {
            let live = client.get(&object).await;
            (object, live)
        })
        .buffered(PARALLEL)
        .collect::<Vec<_>>()
        .await;
    answers.into_iter().map(|(object, live)| live.map(|live| (object, live))).collect()
}

/// Between two questions for reasons the last answer stands, if the counts did not move.
fn keep_detail(last: &[WaitingFor], object: &ObjectRef, reason: String) -> String {
    let known = last.iter().find(|w| w.object == *object && w.reason.starts_with(&reason));
    known.map_or(reason, |w| w.reason.clone())
}

/// Adds what the pods or the last warning say. Not being allowed to look is no failure.
async fn because(client: &Client, object: &ObjectRef, live: &Value, reason: String) -> String {
    if let Ok(Some(found)) = pod_trouble(client, live).await {
        return format!("{reason}; {found}");
    }
    let warning = match client.events(object).await {
        Ok(events) => events.into_iter().rev().find(|event| event.kind == "Warning"),
        Err(_) => None,
    };
    match warning {
        Some(event) => format!("{reason}; {}: {}", event.reason, event.message),
        None => reason,
    }
}

async fn pod_trouble(client: &Client, live: &Value) -> Result<Option<String>, Error> {
    let labels = live.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let (Some(labels), Some(namespace)) = (labels, live.pointer("/metadata/namespace")) else {
        return Ok(None);
    };
    let selector: Vec<_> = labels
        .iter()
        .filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)))
        .collect();
    if selector.is_empty() {
        return Ok(None);
    }
    let options = ListOptions {
        namespace: namespace.as_str().map(str::to_owned),
        labels: Some(selector.join(",")),
        fields: None,
    };
    let pods = client.list("v1", "Pod", &options).await?;
    let told = |why: fn(&Value) -> Option<String>| {
        pods.iter().find_map(|pod| {
            let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
            why(pod).map(|why| format!("{name}: {why}"))
        })
    };
    Ok(told(status::trouble).or_else(|| told(status::unready)))
}

/// A token and a timeout are all most callers have.
impl WaitOptions {
    /// Waits for `until`, at most `timeout`.
    pub fn new(until: Until, timeout: Duration, cancel: &CancellationToken) -> Self {
        Self { timeout, cancel: cancel.clone(), until, fleeting: BTreeSet::new() }
    }
}
