//! Deciding as tables: what is wanted, what is there, what is done.

use std::sync::Arc;

use kubernetes::{FieldConflict, ObjectRef};
use serde_json::{Value, json};

use super::*;
use crate::desired::{Options, Ownership, Replace};
use crate::diff::Diff;
use crate::manifest::{Owner, set_owner};
use crate::observe::{SeenCrd, SeenLeaving, SeenObject};
use crate::plan::KeepReason;
use crate::record::Info;

const OWNER: Owner<'_> = Owner { name: "web", namespace: "shop" };

fn history(words: &str) -> Vec<Release> {
    words
        .split_whitespace()
        .zip(1..)
        .map(|(word, version)| Release {
            version,
            info: Info { status: serde_json::from_value(json!(word)).unwrap(), ..Info::default() },
            ..Release::default()
        })
        .collect()
}

#[test]
fn which_operation() {
    let left = Lock::LeftBehind { revision: 1, why: String::new() };
    let to = |to| Intent::Rollback { to };
    let table = [
        (Intent::Apply, "", Lock::Free, "install"),
        (Intent::Apply, "failed", Lock::Free, "install"),
        (Intent::Apply, "pending-install", left.clone(), "install"),
        (Intent::Apply, "failed pending-install", left.clone(), "install"),
        (Intent::Apply, "deployed", Lock::Free, "upgrade"),
        (Intent::Apply, "deployed failed", Lock::Free, "upgrade"),
        (Intent::Apply, "superseded failed", Lock::Free, "upgrade"),
        (Intent::Apply, "superseded uninstalled", Lock::Free, "install"),
        (Intent::Apply, "superseded uninstalling", left.clone(), "install"),
        (Intent::Install, "", Lock::Free, "install"),
        (Intent::Install, "failed", Lock::Free, "cannot reuse a name that is still in use"),
        (Intent::Install, "deployed", Lock::Free, "cannot reuse a name that is still in use"),
        (Intent::Install, "pending-install", left.clone(), "install"),
        (Intent::Replace, "", Lock::Free, "install"),
        (Intent::Replace, "failed", Lock::Free, "install"),
        (Intent::Replace, "superseded uninstalled", Lock::Free, "install"),
        (Intent::Replace, "deployed", Lock::Free, "cannot reuse a name that is still in use"),
        (Intent::Upgrade, "", Lock::Free, "\"web\" has no deployed releases"),
        (Intent::Upgrade, "uninstalled", Lock::Free, "\"web\" has no deployed releases"),
        (Intent::Upgrade, "failed", Lock::Free, "upgrade"),
        (Intent::Upgrade, "deployed pending-upgrade", left, "upgrade"),
        (to(None), "superseded deployed", Lock::Free, "rollback 1"),
        (to(Some(0)), "superseded superseded deployed", Lock::Free, "rollback 2"),
        (to(Some(1)), "superseded superseded deployed", Lock::Free, "rollback 1"),
        (to(Some(7)), "superseded deployed", Lock::Free, "release has no 7 version"),
        (to(None), "deployed", Lock::Free, "release has no 0 version"),
        (to(None), "", Lock::Free, "release: not found"),
        (Intent::Uninstall, "", Lock::Free, "release: not found"),
        (Intent::Uninstall, "failed", Lock::Free, "uninstall"),
    ];
    for (intent, words, lock, expected) in table {
        let decided = match settle(&intent, "web", &history(words), &lock) {
            Ok(Action::Install) => "install".to_owned(),
            Ok(Action::Upgrade) => "upgrade".to_owned(),
            Ok(Action::Rollback { to }) => format!("rollback {to}"),
            Ok(Action::Uninstall) => "uninstall".to_owned(),
            Ok(Action::Nothing) => "nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(decided, expected, "{intent:?} on {words:?}");
    }
}

fn desired(intent: Intent) -> Desired {
    let content = Content {
        manifest: "---\n# Source: web/a.yaml\napiVersion: v1\nkind: X\nmetadata:\n  name: a\n"
            .to_owned(),
        chart: json!({"metadata": {"name": "web"}}),
        ..Content::default()
    };
    Desired {
        name: "web".to_owned(),
        namespace: "shop".to_owned(),
        intent,
        content: Some(content),
        options: Options::default(),
    }
}

fn deployed(desired: &Desired) -> Release {
    let content = desired.content.clone().unwrap();
    Release {
        name: "web".to_owned(),
        version: 3,
        chart: content.chart,
        manifest: content.manifest,
        hooks: content.hooks,
        config: content.config,
        info: Info { status: Status::Deployed, ..Info::default() },
        ..Release::default()
    }
}

fn owned(data: &Value) -> Value {
    let mut object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "shop"},
        "data": data,
    });
    set_owner(&mut object, OWNER);
    object
}

fn seen(live: Option<Value>, trial: Trial) -> SeenObject {
    SeenObject {
        original: None,
        object: ObjectRef::new("v1", "ConfigMap", Some("shop"), "a"),
        source: "web/a.yaml".to_owned(),
        manifest: owned(&json!({"x": "1"})),
        live,
        trial,
    }
}

fn observed(desired: &Desired, objects: Vec<SeenObject>) -> Observed {
    Observed {
        history: Arc::new(vec![deployed(desired)]),
        namespace_exists: true,
        objects,
        ..Observed::default()
    }
}

fn word(kind: &ChangeKind) -> String {
    let lines =
        |diff: &Diff| diff.lines().into_iter().map(|line| line.text).collect::<Vec<_>>().join(", ");
    match kind {
        ChangeKind::Create { validated_after: None, .. } => "create".to_owned(),
        ChangeKind::Create { validated_after: Some(first), .. } => format!("create after {first}"),
        ChangeKind::Update { diff } => format!("update {}", lines(diff)),
        ChangeKind::Replace { fields, .. } => format!("replace for {}", fields.join(", ")),
        ChangeKind::Unchanged => "unchanged".to_owned(),
        ChangeKind::Delete => "delete".to_owned(),
        ChangeKind::Keep { reason: KeepReason::ResourcePolicy } => "keep by policy".to_owned(),
        ChangeKind::Keep { reason: KeepReason::NotOwned } => "keep, not owned".to_owned(),
        ChangeKind::Refused(refusal) => format!("refused: {refusal}"),
    }
}

#[test]
fn what_happens_to_an_object() {
    let live = || Some(owned(&json!({"x": "1"})));
    let mut foreign = owned(&json!({}));
    foreign["metadata"]["annotations"]["meta.helm.sh/release-name"] = json!("other");
    let mut noisy = owned(&json!({"x": "1"}));
    noisy["metadata"]["resourceVersion"] = json!("9");
    noisy["status"] = json!({"seen": true});
    let conflict = FieldConflict {
        manager: "kubectl-edit".to_owned(),
        field: ".data.x".to_owned(),
        message: String::new(),
    };
    let invalid = |valid_as_new| Trial::Invalid {
        message: "it is invalid".to_owned(),
        fields: vec!["spec.selector".to_owned()],
        valid_as_new,
    };
    let namespace = ObjectRef::new("v1", "Namespace", None, "shop");
    let after = Trial::Applied(owned(&json!({"x": "1"})));
    let refused = Trial::Refused { message: "exceeded quota".to_owned() };
    let unsupported = || Trial::Unsupported { message: "no dry run".to_owned() };
    let table = [
        (None, after.clone(), "create"),
        (None, unsupported(), "create"),
        (None, Trial::After(namespace), "create after Namespace/shop"),
        (live(), after.clone(), "unchanged"),
        (Some(noisy), after, "unchanged"),
        (live(), Trial::Applied(owned(&json!({"x": "2"}))), "update data.x: 1 → 2"),
        (Some(owned(&json!({"x": "0"}))), unsupported(), "update data.x: 0 → 1"),
        (
            live(),
            Trial::Conflict { conflicts: vec![conflict] },
            "refused: ConfigMap/a has fields that others own: .data.x (kubectl-edit)",
        ),
        (
            live(),
            invalid(true),
            "refused: ConfigMap/a would change immutable fields: spec.selector",
        ),
        (live(), invalid(false), "refused: ConfigMap/a: it is invalid"),
        (None, invalid(false), "refused: ConfigMap/a: it is invalid"),
        (None, refused, "refused: ConfigMap/a: exceeded quota"),
        (
            Some(foreign),
            Trial::NotTried,
            "refused: ConfigMap \"a\" in namespace \"shop\" exists and cannot be imported into the \
             current release: invalid ownership metadata; annotation validation error: key \
             \"meta.helm.sh/release-name\" must equal \"web\": current value is \"other\"",
        ),
    ];
    let desired = desired(Intent::Apply);
    for (live, trial, expected) in table {
        let plan = decide(&desired, &observed(&desired, vec![seen(live, trial)])).unwrap();
        assert_eq!(word(&plan.changes[0].kind), expected);
        assert_eq!(plan.is_nothing(), expected == "unchanged", "{expected}");
    }
}

#[test]
fn immutable_fields_are_replaced_where_that_is_allowed() {
    let mut desired = desired(Intent::Apply);
    desired.options.replace = Replace::Allow;
    desired.options.ownership = Ownership::Take;
    let trial = Trial::Invalid {
        message: String::new(),
        fields: vec!["spec.selector".to_owned()],
        valid_as_new: true,
    };
    let seen = seen(Some(owned(&json!({"x": "0"}))), trial);
    let plan = decide(&desired, &observed(&desired, vec![seen])).unwrap();
    assert_eq!(word(&plan.changes[0].kind), "replace for spec.selector");
}

#[test]
fn what_happens_to_an_object_that_left() {
    let mut foreign = owned(&json!({}));
    foreign["metadata"]["labels"] = json!({});
    let mut kept = owned(&json!({}));
    kept["metadata"]["annotations"]["helm.sh/resource-policy"] = json!(" Keep ");
    let table = [
        (owned(&json!({})), false, false, "delete"),
        (owned(&json!({})), true, false, "keep by policy"),
        (kept, false, false, "keep by policy"),
        (foreign.clone(), false, false, "keep, not owned"),
        (foreign, false, true, "delete"),
    ];
    let desired = desired(Intent::Apply);
    for (live, kept, hook, expected) in table {
        let mut observed = observed(&desired, Vec::new());
        let object = ObjectRef::new("v1", "ConfigMap", Some("shop"), "old");
        observed.leaving = vec![SeenLeaving { object, live, kept, hook }];
        let plan = decide(&desired, &observed).unwrap();
        assert_eq!(word(&plan.changes[0].kind), expected);
        assert_eq!(plan.is_nothing(), expected != "delete");
    }
}

#[test]
fn when_nothing_changes_and_when_something_does() {
    type Change = fn(&mut Desired, &mut Observed);
    let latest = |observed: &mut Observed, change: fn(&mut Release)| {
        let mut history = observed.history.to_vec();
        history.iter_mut().for_each(change);
        observed.history = Arc::new(history);
    };
    let table: [(&str, bool, Change); 12] = [
        ("the same", true, |_, _| ()),
        ("trimmed by helm 3", true, |desired, _| {
            let content = desired.content.as_mut().unwrap();
            content.manifest = format!("{}\n\n", content.manifest.trim());
        }),
        ("other values", false, |desired, _| {
            desired.content.as_mut().unwrap().config.insert("a".to_owned(), json!(1));
        }),
        ("null values", true, |desired, _| {
            desired.content.as_mut().unwrap().config.insert("a".to_owned(), Value::Null);
        }),
        ("another chart", false, |desired, _| {
            desired.content.as_mut().unwrap().chart["metadata"]["version"] = json!("2");
        }),
        ("another hook", false, |desired, _| {
            desired.content.as_mut().unwrap().hooks.push(Hook::default());
        }),
        ("other notes", true, |desired, _| {
            desired.content.as_mut().unwrap().notes = "hello".to_owned();
        }),
        ("a revision on request", false, |desired, _| {
            desired.options.revisions = Revisions::Always;
        }),
        ("a new label", false, |desired, _| {
            desired.options.labels.insert("team".to_owned(), "shop".to_owned());
        }),
        ("a label that is not there is taken away", true, |desired, _| {
            desired.options.labels.insert("team".to_owned(), "null".to_owned());
        }),
        ("a missing definition", false, |_, observed| {
            let value = json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}});
            let seen = SeenCrd { source: String::new(), value, exists: false };
            observed.crds.push(seen);
        }),
        ("an object that was never ours", false, |_, observed| {
            observed.objects.push(seen(None, Trial::Applied(json!({}))));
        }),
    ];
    for (name, nothing, change) in table {
        let mut desired = desired(Intent::Apply);
        let mut observed = observed(&desired, Vec::new());
        change(&mut desired, &mut observed);
        let plan = decide(&desired, &observed).unwrap();
        assert_eq!(plan.is_nothing(), nothing, "{name}");
        let revision = if nothing { 3 } else { 4 };
        assert_eq!(plan.revision, revision, "{name}");
    }
    let desired = desired(Intent::Apply);
    let mut failed = observed(&desired, Vec::new());
    latest(&mut failed, |release| release.info.status = Status::Failed);
    assert!(!decide(&desired, &failed).unwrap().is_nothing(), "a failed revision is done again");
}

#[test]
fn two_deployed_revisions_are_repaired_without_a_new_one() {
    let desired = desired(Intent::Apply);
    let mut observed = observed(&desired, Vec::new());
    let older = Release { version: 2, ..deployed(&desired) };
    observed.history = Arc::new(vec![older, deployed(&desired)]);
    let plan = decide(&desired, &observed).unwrap();
    assert!(plan.is_nothing());
    assert_eq!(plan.repair.unwrap().revision, 2);
}

#[test]
fn names_are_helms() {
    let long = "a".repeat(54);
    let table = [
        ("web", true),
        ("web-1.shop", true),
        ("", false),
        ("Web", false),
        ("-web", false),
        ("web.", false),
        ("we_b", false),
        (long.as_str(), false),
        (&long[1..], true),
    ];
    for (name, valid) in table {
        assert_eq!(check_name(name).is_ok(), valid, "{name:?}");
    }
}

#[test]
fn who_merges() {
    let (server, client) = (ApplyMethod::ServerSide, ApplyMethod::ClientSide);
    let table = [
        (Method::ServerSide, vec![Some(client)], server),
        (Method::ClientSide, vec![Some(server)], client),
        (Method::AsBefore, vec![], server),
        (Method::AsBefore, vec![None], client),
        (Method::AsBefore, vec![Some(server)], server),
        (Method::AsBefore, vec![Some(server), Some(client)], client),
    ];
    for (method, before, expected) in table {
        let mut history = history(&"deployed ".repeat(before.len()));
        for (release, before) in history.iter_mut().zip(&before) {
            release.apply_method = *before;
        }
        let desired = Desired {
            name: "web".to_owned(),
            namespace: "shop".to_owned(),
            intent: if before.is_empty() { Intent::Install } else { Intent::Upgrade },
            content: None,
            options: Options { method, ..Options::default() },
        };
        assert_eq!(super::method(&desired, &history), expected, "{method:?} {before:?}");
    }
}
