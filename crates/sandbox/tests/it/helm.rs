//! The real Helm, talking to the sandbox through a port.

use std::path::Path;
use std::process::Command;

use sandbox::{Options, Sandbox, serve};

#[tokio::test]
async fn helm_installs_upgrades_rolls_back_and_uninstalls() {
    let Ok(tools) = testkit::Tools::find() else {
        println!("skipped: the test environment is not built");
        return;
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let sandbox = Sandbox::new(Options::new(jiff::Timestamp::now));
    let server = tokio::spawn(async move { serve(sandbox, listener).await });
    let home = tempfile::tempdir().unwrap();
    let config = format!(
        r#"{{"apiVersion": "v1", "kind": "Config", "current-context": "s",
        "clusters": [{{"name": "s", "cluster": {{"server": "http://{address}"}}}}],
        "contexts": [{{"name": "s", "context": {{"cluster": "s", "user": "s"}}}}],
        "users": [{{"name": "s", "user": {{}}}}]}}"#
    );
    let kubeconfig = home.path().join("kubeconfig");
    std::fs::write(&kubeconfig, config).unwrap();
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/chart");
    for program in [tools.helm(), tools.helm3()] {
        let (kubeconfig, chart, home) = (kubeconfig.clone(), chart.clone(), home.path().to_owned());
        let journey = move || journey(&program, &kubeconfig, &chart, &home);
        tokio::task::spawn_blocking(journey).await.unwrap();
    }
    server.abort();
}

fn journey(helm: &Path, kubeconfig: &Path, chart: &Path, home: &Path) {
    let run = |arguments: &[&str]| -> String {
        let output = Command::new(helm)
            .args(arguments)
            .args(["--namespace", "shop"])
            .env_clear()
            .env("HOME", home)
            .env("KUBECONFIG", kubeconfig)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{} {arguments:?}: {error}", helm.display());
        String::from_utf8(output.stdout).unwrap()
    };
    let chart = chart.to_str().unwrap();
    let wait = ["--wait", "--timeout", "30s"];
    run(&[&["install", "web", chart, "--create-namespace"], wait.as_slice()].concat());
    assert!(run(&["list"]).contains("deployed"));
    run(&[&["upgrade", "web", chart, "--set", "replicas=3"], wait.as_slice()].concat());
    run(&["test", "web", "--timeout", "30s"]);
    run(&[&["rollback", "web", "1"], wait.as_slice()].concat());
    let history = run(&["history", "web", "--output", "json"]);
    assert_eq!(history.matches("\"revision\":").count(), 3, "{history}");
    run(&[&["uninstall", "web"], wait.as_slice()].concat());
    assert!(!run(&["list"]).contains("web"));
}
