//! The example `examples/shop` on a cluster: plan, apply, apply again, change, fail, destroy.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kubernetes::{CancellationToken, Client};
use stack::{
    Directory, Error, Event, JobEvent, JobResult, Outcome, Planned, Report, Session, Source,
};

/// A cluster with the shop's files and what was heard of the last run.
struct Bed {
    client: Client,
    root: PathBuf,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Bed {
    fn new(client: Client) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
        Self { client, root, events: Arc::default() }
    }

    /// A session for staging, after some words of the stack file were replaced.
    fn session(&self, inputs: &[(&str, &str)], replaced: &[(&str, &str)]) -> Session {
        let mut text = std::fs::read_to_string(self.root.join("stack.yaml")).unwrap();
        for (old, new) in replaced {
            assert!(text.contains(old), "{old}");
            text = text.replacen(old, new, 1);
        }
        let files = Directory::new(&self.root);
        let stack = stack::load(&Source::new("stack.yaml", text)).unwrap();
        let inputs: BTreeMap<String, String> =
            inputs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let resolved = stack::resolve(&stack, Some("staging"), &inputs, &files).unwrap();
        let events = Arc::clone(&self.events);
        Session {
            stack: Arc::new(resolved),
            files: Arc::new(files),
            client: self.client.clone(),
            events: Arc::new(move |event| events.lock().unwrap().push(event)),
            cancel: CancellationToken::new(),
            concurrency: None,
            time_zone: "UTC".to_owned(),
            environment: BTreeMap::from([(
                "PATH".to_owned(),
                std::env::var("PATH").unwrap_or_default(),
            )]),
        }
    }

    async fn apply(&self, inputs: &[(&str, &str)], replaced: &[(&str, &str)]) -> Report {
        self.events.lock().unwrap().clear();
        self.session(inputs, replaced).apply().await.unwrap()
    }

    /// Where an event stands among all of the last run.
    fn at(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.events.lock().unwrap().iter().position(is).expect("the event was heard")
    }

    fn started(&self, key: &str) -> usize {
        self.at(|e| matches!(e, Event::Started { release } if release == key))
    }

    fn finished(&self, key: &str) -> usize {
        self.at(|e| matches!(e, Event::Finished { release, .. } if release == key))
    }

    fn job(&self, name: &str) -> Option<JobResult> {
        self.events.lock().unwrap().iter().find_map(|e| match e {
            Event::Job { job, event: JobEvent::Finished { result }, .. } if job == name => {
                Some(result.clone())
            }
            _ => None,
        })
    }
}

/// Runs the whole story on one cluster.
pub(crate) async fn story(client: Client) {
    let bed = Bed::new(client);
    plans_and_installs(&bed).await;
    leaves_alone_what_did_not_change(&bed).await;
    changes_only_what_depends_on_an_input(&bed).await;
    switches_a_release_on_and_lists_it_when_it_left(&bed).await;
    stops_only_dependents_of_a_failure(&bed).await;
    refuses_what_is_not_its_own(&bed).await;
    deletes_no_more_than_it_may(&bed).await;
    stops_cleanly_and_goes_on(&bed).await;
    destroys_in_reverse(&bed).await;
}

async fn plans_and_installs(bed: &Bed) {
    let plan = bed.session(&[], &[]).plan().await.unwrap();
    for release in &plan.releases {
        let Planned::Known(plan) = &release.action else { panic!("{release:?}") };
        assert_eq!(plan.action, release::Action::Install, "{}", release.key);
        assert!(plan.refusals().is_empty(), "{}: {:?}", release.key, plan.refusals());
    }
    let web = plan.releases.iter().find(|r| r.key == "web").unwrap();
    assert_eq!(
        (web.before.as_slice(), web.after.as_slice()),
        (["announce".to_owned()].as_slice(), ["tell".to_owned()].as_slice())
    );
    let nothing = bed.session(&[], &[]).status().await.unwrap();
    assert!(nothing.iter().all(|r| r.installed.is_none()), "a plan changes nothing");

    let report = bed.apply(&[], &[]).await;
    for (key, outcome) in &report.outcomes {
        assert_eq!(*outcome, Outcome::Installed { revision: 1 }, "{key}");
    }
    assert!(bed.finished("database") < bed.started("migrate"));
    assert!(bed.finished("migrate") < bed.started("web"));
    assert!(bed.finished("cache") < bed.started("worker"));
    assert_eq!(bed.job("announce"), Some(JobResult::Succeeded));
    assert_eq!(bed.job("tell"), Some(JobResult::Succeeded));

    let status = bed.session(&[], &[]).status().await.unwrap();
    for release in status {
        let installed = release.installed.expect("it is installed");
        assert_eq!((installed.revision, installed.status.as_str()), (1, "deployed"));
        let current = kubernetes::status::Status::Current;
        assert!(installed.objects.iter().all(|o| o.status == current), "{:?}", installed.objects);
    }
}

async fn leaves_alone_what_did_not_change(bed: &Bed) {
    let plan = bed.session(&[], &[]).plan().await.unwrap();
    for release in &plan.releases {
        let Planned::Known(plan) = &release.action else { panic!("{release:?}") };
        let changes: Vec<_> = plan.effective().collect();
        assert!(plan.is_nothing(), "{}: {changes:#?}", release.key);
        assert!(release.after.is_empty(), "its condition is `release.changed`");
    }
    let report = bed.apply(&[], &[]).await;
    for (key, outcome) in &report.outcomes {
        assert_eq!(*outcome, Outcome::Unchanged { revision: 1 }, "{key}");
    }
    assert_eq!(bed.job("tell"), Some(JobResult::Skipped));
}

async fn changes_only_what_depends_on_an_input(bed: &Bed) {
    let report = bed.apply(&[("replicas", "3")], &[]).await;
    for (key, outcome) in &report.outcomes {
        let expected = match key.as_str() {
            "cache" | "web" => Outcome::Upgraded { revision: 2 },
            _ => Outcome::Unchanged { revision: 1 },
        };
        assert_eq!(*outcome, expected, "{key}");
    }
}

async fn switches_a_release_on_and_lists_it_when_it_left(bed: &Bed) {
    let with = [("replicas", "3"), ("metrics", "true")];
    let report = bed.apply(&with, &[]).await;
    assert_eq!(report.outcomes["metrics"], Outcome::Installed { revision: 1 });
    assert!(report.orphans.is_empty());
    let plan = bed.session(&[("replicas", "3")], &[]).plan().await.unwrap();
    let orphans: Vec<&str> = plan.orphans.iter().map(|o| o.key.as_str()).collect();
    assert_eq!(orphans, ["metrics"]);
}

async fn stops_only_dependents_of_a_failure(bed: &Bed) {
    let broken = [(
        "    needs: [database]\n",
        "    needs: [database]\n    jobs: {before: [{name: fail, run: [sh, -c, 'echo because; exit 3']}]}\n",
    )];
    let report = bed.apply(&[("replicas", "3")], &broken).await;
    let Outcome::Failed(failure) = &report.outcomes["migrate"] else { panic!("{report:?}") };
    assert_eq!(failure.message, "job `fail` failed: exit status 3");
    assert_eq!(failure.output, ["because"]);
    let blocked = Outcome::Blocked { by: "migrate".to_owned() };
    assert_eq!(report.outcomes["web"], blocked);
    assert_eq!(report.outcomes["worker"], blocked);
    assert_eq!(report.outcomes["cache"], Outcome::Unchanged { revision: 2 });
}

async fn refuses_what_is_not_its_own(bed: &Bed) {
    let pin =
        [("layers: [env/staging.yaml]", "layers: [env/staging.yaml], cluster: {uid: deadbeef}")];
    let refused = bed.session(&[], &pin).apply().await;
    assert!(matches!(refused, Err(Error::WrongCluster { .. })), "{refused:?}");
    let other = [("name: shop", "name: bakery"), ("namespace: shop-$", "namespace: shop-$")];
    let report = bed.apply(&[], &other).await;
    let Outcome::Failed(failure) = &report.outcomes["cache"] else { panic!("{report:?}") };
    assert_eq!(
        failure.message,
        "release `cache` in namespace `shop-staging` belongs to stack `shop`, environment `staging`"
    );
}

/// Without a host there is no Ingress.
async fn deletes_no_more_than_it_may(bed: &Bed) {
    let layers = "layers: [env/staging.yaml]";
    let protected = format!("{layers}, protect: {{maxDeletes: 0}}");
    let inputs = [("replicas", "3"), ("host", "")];
    let report = bed.apply(&inputs, &[(layers, &protected)]).await;
    let Outcome::Failed(failure) = &report.outcomes["web"] else { panic!("{report:?}") };
    assert_eq!(
        failure.message,
        "it would delete 1 object; `maxDeletes: 0` of this environment leaves 0"
    );
    let report = bed.apply(&inputs, &[]).await;
    assert_eq!(report.outcomes["web"], Outcome::Upgraded { revision: 3 });
}

async fn stops_cleanly_and_goes_on(bed: &Bed) {
    let slow = [(
        "    needs: [database]\n",
        "    needs: [database]\n    jobs: {before: [{run: [sleep, '600']}]}\n",
    )];
    let mut session = bed.session(&[("replicas", "3"), ("host", "")], &slow);
    let cancel = session.cancel.clone();
    session.events = Arc::new(move |event| {
        if let Event::Job { event: JobEvent::Started { .. }, release, .. } = event
            && release == "migrate"
        {
            cancel.cancel();
        }
    });
    let report = session.apply().await.unwrap();
    for key in ["migrate", "web", "worker"] {
        assert_eq!(report.outcomes[key], Outcome::Cancelled, "{key}");
    }
    let report = bed.apply(&[("replicas", "3"), ("host", "")], &[]).await;
    assert!(report.is_success(), "{report:?}");
}

async fn destroys_in_reverse(bed: &Bed) {
    bed.events.lock().unwrap().clear();
    let report = bed.session(&[], &[]).destroy().await.unwrap();
    for (key, outcome) in &report.outcomes {
        assert_eq!(*outcome, Outcome::Uninstalled, "{key}");
    }
    assert!(report.outcomes.contains_key("metrics"), "what left the file goes too");
    assert!(bed.finished("web") < bed.started("migrate"));
    assert!(bed.finished("migrate") < bed.started("database"));
    let left: Vec<String> = report.left.iter().map(|o| format!("{}/{}", o.kind, o.name)).collect();
    assert_eq!(left, ["PersistentVolumeClaim/data-database-0"]);
    let again = bed.session(&[], &[]).destroy().await.unwrap();
    assert!(again.outcomes.values().all(|o| *o == Outcome::Absent));
}
