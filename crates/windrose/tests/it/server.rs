//! `--dry-run=server` on the real control plane, beside the real Helm.
//!
//! Each text of `cases/server` holds files and runs as those of `cases/template` do, but the runs
//! have no result: both programs are asked at once and must agree. `$NS` is a namespace of the
//! cluster, `$URL` its address; objects of a section `-- cluster/NAME.json --` are there before.

use super::oracle::{Case, Program, in_folder};

#[test]
fn a_live_cluster_is_asked_as_helm_asks_it() {
    let cluster = testkit::ControlPlane::shared();
    let environment = vec![("KUBECONFIG", cluster.kubeconfig().display().to_string())];
    let helm =
        Program { environment: environment.clone(), ..Program::helm(testkit::tools().helm()) };
    let mut windrose = Program::windrose();
    windrose.environment.extend(environment);
    let mut wrong = vec![];
    let mut seen = 0;
    for path in in_folder("server") {
        let case = Case::read(&path);
        let namespace = cluster.namespace("template");
        for object in case.objects(&namespace) {
            cluster.apply(&object);
        }
        for run in &case.runs {
            let line = run.line.replace("$NS", &namespace).replace("$URL", cluster.url());
            let (expected, got) = (case.run(&line, &helm), case.run(&line, &windrose));
            seen += 1;
            if expected != got {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!("{name}: {line}\nHelm:\n{expected}here:\n{got}"));
            }
        }
    }
    assert!(seen >= 10, "only {seen} runs");
    assert!(wrong.is_empty(), "{} of {seen}\n\n{}", wrong.len(), wrong.join("\n"));
}
