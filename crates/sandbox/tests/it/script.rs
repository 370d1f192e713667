//! Scripts of requests.

use std::path::{Path, PathBuf};

use http_body_util::BodyExt;
use kube::client::Body;
use serde_json::{Value, json};

use crate::normal;

/// Every script, by name.
pub(crate) fn cases() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

/// Sends a script's requests in order, in a namespace of its own, and returns the answers.
pub(crate) async fn run(client: &kube::Client, case: &Path, namespace: &str) -> Value {
    let text = std::fs::read_to_string(case).unwrap().replace("NAMESPACE", namespace);
    let steps = yaml::from_str(&text, yaml::Numbers::Exact).unwrap();
    let steps: Value = serde_json::from_str(&yaml::json::to_string(&steps)).unwrap();
    make_namespace(client, namespace).await;
    let mut answers = vec![];
    for step in steps.as_array().unwrap() {
        let (code, body) =
            if step["do"] == "WAIT" { poll(client, step).await } else { send(client, step).await };
        let request =
            format!("{} {}", step["do"].as_str().unwrap(), step["path"].as_str().unwrap());
        let answer = json!({"request": request, "code": code, "body": body});
        answers.push(normal::normal(&answer, namespace));
    }
    let gone = json!({"do": "DELETE", "path": format!("/api/v1/namespaces/{namespace}")});
    send(client, &gone).await;
    Value::Array(answers)
}

/// Creates a namespace.
pub(crate) async fn make_namespace(client: &kube::Client, name: &str) {
    let step = json!({"do": "POST", "path": "/api/v1/namespaces",
        "body": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}});
    let (code, body) = send(client, &step).await;
    assert_eq!(code, 201, "{body}");
}

/// Asks until the path is there: a real server serves a new kind a little later.
async fn poll(client: &kube::Client, step: &Value) -> (u16, Value) {
    let get = json!({"do": "GET", "path": step["path"]});
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let (code, body) = send(client, &get).await;
        if code == 200 || std::time::Instant::now() > deadline {
            return (code, body);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

pub(crate) async fn send(client: &kube::Client, step: &Value) -> (u16, Value) {
    let (method, media) = match step["do"].as_str().unwrap() {
        "APPLY" => ("PATCH", "application/apply-patch+yaml"),
        "MERGE" => ("PATCH", "application/merge-patch+json"),
        "JSON" => ("PATCH", "application/json-patch+json"),
        "STRATEGIC" => ("PATCH", "application/strategic-merge-patch+json"),
        method => (method, "application/json"),
    };
    let body = if step["body"].is_null() { String::new() } else { step["body"].to_string() };
    let mut request = http::Request::builder()
        .method(method)
        .uri(step["path"].as_str().unwrap())
        .header("content-type", media)
        .header("user-agent", "script/1");
    if let Some(accept) = step["accept"].as_str() {
        request = request.header("accept", accept);
    }
    let response = client.send(request.body(Body::from(body.into_bytes())).unwrap()).await.unwrap();
    let code = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes)
        .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes).into_owned()));
    (code, body)
}
