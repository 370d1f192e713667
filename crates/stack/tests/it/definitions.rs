//! A release that uses kinds which another release defines.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubernetes::{CancellationToken, Client};
use stack::{Memory, Outcome, Planned, Session, Source};

const STACK: &str = "
apiVersion: stack/v1
name: definitions
defaults: {namespace: definitions}
releases:
  backup: {chart: {path: backup}, needs: [between]}
  between: {chart: {path: empty}, needs: [operator]}
  operator: {chart: {path: operator}}
";

const DEFINITION: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Backup, plural: backups, singular: backup, listKind: BackupList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

const BACKUP: &str = "
apiVersion: example.com/v1
kind: Backup
metadata: {name: nightly}
spec: {at: '03:00'}
";

/// A plan of a fresh cluster knows the kind; the apply brings it first.
pub(crate) async fn story(client: Client) {
    let chart = |name: &str| format!("{{apiVersion: v2, name: {name}, version: 0.1.0}}");
    let files = Memory::from_iter([
        ("operator/Chart.yaml", chart("operator")),
        ("operator/templates/definition.yaml", DEFINITION.to_owned()),
        ("empty/Chart.yaml", chart("empty")),
        ("backup/Chart.yaml", chart("backup")),
        ("backup/templates/backup.yaml", BACKUP.to_owned()),
    ]);
    let stack = stack::load(&Source::new("stack.yaml", STACK)).unwrap();
    let resolved = stack::resolve(&stack, None, &BTreeMap::new(), &files).unwrap();
    let session = Session {
        stack: Arc::new(resolved),
        files: Arc::new(files),
        client,
        events: Arc::new(|_| ()),
        cancel: CancellationToken::new(),
        concurrency: None,
        time_zone: "UTC".to_owned(),
        environment: BTreeMap::new(),
    };
    let plan = session.plan().await.unwrap();
    let backup = plan.releases.iter().find(|r| r.key == "backup").unwrap();
    let Planned::Known(plan) = &backup.action else { panic!("{backup:#?}") };
    let release::ChangeKind::Create { validated_after, .. } = &plan.changes[0].kind else {
        panic!("{:?}", plan.changes)
    };
    assert_eq!(validated_after.as_ref().unwrap().name, "backups.example.com");
    let report = session.apply().await.unwrap();
    for (key, outcome) in &report.outcomes {
        assert_eq!(*outcome, Outcome::Installed { revision: 1 }, "{key}");
    }
    let report = session.destroy().await.unwrap();
    assert!(report.is_success(), "{report:?}");
}
