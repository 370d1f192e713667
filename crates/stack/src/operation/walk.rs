//! Walks the graph: every node as soon as its own needs are there, with a bound on how many at once.
//!
//! **Invariant**: a node is started at most once, and never before its needs allow it; every node has an outcome in the
//! end. One task owns all state; workers only send it messages.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::event::{Event, Failure, Outcome, Sink};
use crate::graph::Graph;
use crate::model::{FailurePolicy, NeedMode};

/// How far a walk may go.
pub(super) struct Limits {
    pub(super) concurrency: usize,
    pub(super) failure: FailurePolicy,
    pub(super) cancel: CancellationToken,
}

/// Lets a worker say that its node is applied while it still waits for readiness.
#[derive(Clone)]
pub(super) struct Applied {
    key: String,
    to: mpsc::UnboundedSender<String>,
}

impl Applied {
    /// Dependents that need no more may start.
    pub(super) fn tell(&self) {
        // The walk is over when nobody listens.
        let _ = self.to.send(self.key.clone());
    }
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    Waiting,
    Running { applied: bool },
    Done(Outcome),
}

/// What a waiting node can do now.
enum Turn {
    Start,
    Wait,
    /// Never: this is how it ends.
    End(Outcome),
}

/// Runs `work` for every node and returns all outcomes.
pub(super) async fn walk<W, F>(
    graph: &Graph,
    limits: &Limits,
    events: &Sink,
    work: W,
) -> BTreeMap<String, Outcome>
where
    W: Fn(String, Applied) -> F,
    F: Future<Output = Outcome> + Send + 'static,
{
    let (to, mut applied) = mpsc::unbounded_channel();
    let mut states: BTreeMap<&str, State> =
        graph.order().iter().map(|k| (k.as_str(), State::Waiting)).collect();
    let mut running: JoinSet<(Outcome, Duration)> = JoinSet::new();
    let mut tasks: BTreeMap<tokio::task::Id, &str> = BTreeMap::new();
    say_waiting(graph, events);
    loop {
        let stopped = limits.cancel.is_cancelled()
            || (limits.failure == FailurePolicy::Stop && states.values().any(is_failed));
        for key in graph.order() {
            if states[key.as_str()] != State::Waiting {
                continue;
            }
            let turn = turn(graph, &states, key);
            let ended = match turn {
                Turn::End(outcome) => outcome,
                Turn::Start | Turn::Wait if stopped => Outcome::Cancelled,
                Turn::Start if tasks.len() < limits.concurrency.max(1) => {
                    events(Event::Started { release: key.clone() });
                    let started = Instant::now();
                    let work = work(key.clone(), Applied { key: key.clone(), to: to.clone() });
                    let task = running.spawn(async move { (work.await, started.elapsed()) });
                    tasks.insert(task.id(), key);
                    states.insert(key, State::Running { applied: false });
                    continue;
                }
                Turn::Start | Turn::Wait => continue,
            };
            finish(events, key, &ended, Duration::ZERO);
            states.insert(key, State::Done(ended));
        }
        if tasks.is_empty() {
            break;
        }
        tokio::select! {
            Some(key) = applied.recv() => {
                if let Some((key, State::Running { .. })) = states.get_key_value(key.as_str()) {
                    states.insert(key, State::Running { applied: true });
                }
            }
            Some(joined) = running.join_next_with_id() => {
                let (id, outcome, elapsed) = match joined {
                    Ok((id, (outcome, elapsed))) => (id, outcome, elapsed),
                    Err(error) => (error.id(), crashed(&error), Duration::ZERO),
                };
                if let Some(key) = tasks.remove(&id) {
                    finish(events, key, &outcome, elapsed);
                    states.insert(key, State::Done(outcome));
                }
            }
            () = limits.cancel.cancelled(), if !stopped => {}
        }
    }
    let done = |(key, state): (&str, State)| match state {
        State::Done(outcome) => (key.to_owned(), outcome),
        State::Waiting | State::Running { .. } => (key.to_owned(), Outcome::Cancelled),
    };
    states.into_iter().map(done).collect()
}

fn turn(graph: &Graph, states: &BTreeMap<&str, State>, key: &str) -> Turn {
    let mut turn = Turn::Start;
    for (need, mode) in graph.needs(key) {
        match (&states[need], mode) {
            (State::Done(Outcome::Cancelled), _) => return Turn::End(Outcome::Cancelled),
            (State::Done(outcome), NeedMode::Ready | NeedMode::Applied)
                if !outcome.is_success() =>
            {
                return Turn::End(Outcome::Blocked { by: need.to_owned() });
            }
            (State::Done(_), _) | (State::Running { applied: true }, NeedMode::Applied) => {}
            (State::Waiting | State::Running { .. }, _) => turn = Turn::Wait,
        }
    }
    turn
}

fn is_failed(state: &State) -> bool {
    matches!(state, State::Done(Outcome::Failed(_)))
}

fn say_waiting(graph: &Graph, events: &Sink) {
    for key in graph.order() {
        let needs: Vec<String> = graph.needs(key).map(|(need, _)| need.to_owned()).collect();
        if !needs.is_empty() {
            events(Event::Waiting { release: key.clone(), needs });
        }
    }
}

fn finish(events: &Sink, key: &str, outcome: &Outcome, elapsed: Duration) {
    events(Event::Finished { release: key.to_owned(), outcome: outcome.clone(), elapsed });
}

/// A worker that panicked is a failed release, not a failed run.
fn crashed(error: &tokio::task::JoinError) -> Outcome {
    let message = format!("stopped unexpectedly: {error}; please report it");
    Outcome::Failed(Failure { message, diagnostics: vec![], output: vec![] })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use super::*;

    type Edges = &'static [(&'static str, &'static [(&'static str, NeedMode)])];

    const DIAMOND: Edges = &[
        ("db", &[]),
        ("api", &[("db", NeedMode::Ready)]),
        ("jobs", &[("db", NeedMode::Ready)]),
        ("web", &[("api", NeedMode::Ready), ("jobs", NeedMode::Optional)]),
        ("docs", &[]),
    ];

    fn graph(edges: Edges) -> Graph {
        let nodes = edges.iter().map(|(key, needs)| {
            let needs = needs.iter().map(|(n, m)| ((*n).to_owned(), *m)).collect();
            ((*key).to_owned(), needs)
        });
        Graph::new(nodes).unwrap()
    }

    fn limits(concurrency: usize, failure: FailurePolicy) -> Limits {
        Limits { concurrency, failure, cancel: CancellationToken::new() }
    }

    fn failed() -> Outcome {
        Outcome::Failed(Failure { message: "no".to_owned(), diagnostics: vec![], output: vec![] })
    }

    async fn run(edges: Edges, limits: &Limits, bad: &'static str) -> BTreeMap<String, Outcome> {
        let events: Sink = Arc::new(|_| ());
        walk(&graph(edges), limits, &events, |key, _| async move {
            tokio::task::yield_now().await;
            if key == bad { failed() } else { Outcome::Installed { revision: 1 } }
        })
        .await
    }

    #[tokio::test]
    async fn a_failure_stops_only_its_dependents() {
        let limits = limits(8, FailurePolicy::FinishIndependent);
        let outcomes = run(DIAMOND, &limits, "jobs").await;
        assert!(outcomes["web"].is_success(), "an optional need may fail");
        let outcomes = run(DIAMOND, &limits, "db").await;
        assert_eq!(outcomes["api"], Outcome::Blocked { by: "db".to_owned() });
        assert_eq!(outcomes["web"], Outcome::Blocked { by: "api".to_owned() });
        assert!(outcomes["docs"].is_success());
    }

    #[tokio::test]
    async fn stop_starts_nothing_new() {
        let outcomes = run(DIAMOND, &limits(1, FailurePolicy::Stop), "db").await;
        assert_eq!(outcomes["docs"], Outcome::Cancelled);
    }

    #[tokio::test]
    async fn never_more_at_once_than_allowed_and_never_before_needs() {
        let now = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let done = Arc::new(Mutex::new(BTreeSet::new()));
        let graph = graph(DIAMOND);
        let events: Sink = Arc::new(|_| ());
        let limits = limits(2, FailurePolicy::FinishIndependent);
        walk(&graph, &limits, &events, |key, _| {
            let (now, most, done) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&done));
            let needs: Vec<String> = graph.needs(&key).map(|(n, _)| n.to_owned()).collect();
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                assert!(needs.iter().all(|n| done.lock().unwrap().contains(n)), "{key}");
                tokio::task::yield_now().await;
                done.lock().unwrap().insert(key);
                now.fetch_sub(1, Ordering::SeqCst);
                Outcome::Unchanged { revision: 1 }
            }
        })
        .await;
        assert_eq!(most.load(Ordering::SeqCst), 2);
        assert_eq!(done.lock().unwrap().len(), 5);
    }

    #[tokio::test]
    async fn applied_lets_dependents_start_while_it_still_runs() {
        const PAIR: Edges = &[("crds", &[]), ("app", &[("crds", NeedMode::Applied)])];
        let started = Arc::new(tokio::sync::Notify::new());
        let events: Sink = Arc::new(|_| ());
        let limits = limits(8, FailurePolicy::FinishIndependent);
        let outcomes = walk(&graph(PAIR), &limits, &events, |key, applied| {
            let started = Arc::clone(&started);
            async move {
                if key == "crds" {
                    applied.tell();
                    started.notified().await;
                } else {
                    started.notify_one();
                }
                Outcome::Installed { revision: 1 }
            }
        })
        .await;
        assert!(outcomes.values().all(Outcome::is_success));
    }

    #[tokio::test]
    async fn cancelling_lets_running_work_finish_and_starts_nothing() {
        let limits = limits(1, FailurePolicy::FinishIndependent);
        let cancel = limits.cancel.clone();
        let events: Sink = Arc::new(|_| ());
        let outcomes = walk(&graph(DIAMOND), &limits, &events, |_, _| {
            let cancel = cancel.clone();
            async move {
                cancel.cancel();
                tokio::task::yield_now().await;
                Outcome::Installed { revision: 1 }
            }
        })
        .await;
        assert_eq!(outcomes["db"], Outcome::Installed { revision: 1 });
        assert_eq!(outcomes["web"], Outcome::Cancelled);
    }

    #[tokio::test]
    async fn a_panic_fails_one_release() {
        let events: Sink = Arc::new(|_| ());
        let limits = limits(8, FailurePolicy::FinishIndependent);
        let outcomes = walk(&graph(DIAMOND), &limits, &events, |key, _| async move {
            assert!(key != "db", "boom");
            Outcome::Absent
        })
        .await;
        assert!(matches!(outcomes["db"], Outcome::Failed(_)));
        assert_eq!(outcomes["docs"], Outcome::Absent);
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(64))]

        /// Edges lead to smaller numbers, so there is no cycle; bit n of `bad` fails node n.
        #[test]
        fn any_graph_comes_to_an_end(
            edges in proptest::collection::vec((1..24_usize, 0..23_usize, 0..3_u8), 0..60),
            bad in proptest::prelude::any::<u32>(),
            concurrency in 1..5_usize,
        ) {
            let key = |n: usize| format!("r{n:02}");
            let mut needs: Vec<BTreeMap<String, NeedMode>> = vec![BTreeMap::new(); 24];
            for (from, to, mode) in edges {
                let mode = [NeedMode::Ready, NeedMode::Applied, NeedMode::Optional][mode as usize];
                needs[from].insert(key(to % from), mode);
            }
            let graph = Graph::new(needs.iter().cloned().enumerate().map(|(n, m)| (key(n), m))).unwrap();
            let started = Arc::new(Mutex::new(Vec::new()));
            let events: Sink = Arc::new(|_| ());
            let limits = limits(concurrency, FailurePolicy::FinishIndependent);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let outcomes = runtime.block_on(walk(&graph, &limits, &events, |key, _| {
                let started = Arc::clone(&started);
                async move {
                    started.lock().unwrap().push(key.clone());
                    tokio::task::yield_now().await;
                    let n: u32 = key[1..].parse().unwrap();
                    if bad >> n & 1 == 1 { failed() } else { Outcome::Absent }
                }
            }));
            let started = started.lock().unwrap();
            assert_eq!(outcomes.len(), 24);
            assert_eq!(started.iter().collect::<BTreeSet<_>>().len(), started.len(), "at most once");
            for (n, needs) in needs.iter().enumerate() {
                let allowed = needs.iter().all(|(need, mode)| {
                    *mode == NeedMode::Optional || outcomes[need].is_success()
                });
                assert_eq!(started.contains(&key(n)), allowed, "{n}");
                let blocked = matches!(outcomes[&key(n)], Outcome::Blocked { .. });
                assert_eq!(blocked, !allowed, "{n}");
            }
        }
    }
}
