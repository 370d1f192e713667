//! The door: errors by name, bounded retries, pages, discovery; against the real server and
//! against services that misbehave.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request, Response};
use kube::client::Body;
use kubernetes::{
    ApplyOptions, Client, ConnectOptions, Credentials, DryRun, Error, Force, ListOptions,
    ObjectRef, Scope, Unreachable, WriteOptions,
};
use serde_json::{Value, json};
use testkit::ControlPlane;

fn to(server: String) -> ConnectOptions {
    ConnectOptions {
        server: Some(server),
        connect_timeout: Duration::from_secs(1),
        request_timeout: Duration::from_secs(5),
        ..ConnectOptions::default()
    }
}

async fn failure(options: ConnectOptions) -> Error {
    Client::connect(options).await.unwrap_err()
}

async fn cluster() -> &'static ControlPlane {
    tokio::task::spawn_blocking(ControlPlane::shared).await.unwrap()
}

fn reason(error: &Error) -> Option<Unreachable> {
    if let Error::Unreachable { reason, .. } = error { Some(*reason) } else { None }
}

#[tokio::test]
async fn servers_that_cannot_be_reached_are_told_by_address_and_reason() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = failure(to(format!("https://{free}"))).await;
    assert_eq!(reason(&error), Some(Unreachable::Refused));
    let text = error.to_string();
    assert!(
        text.starts_with(&format!(
            "kubernetes API https://{free} is unreachable: connection refused"
        )),
        "{text}"
    );

    let error = failure(to("https://no-such-host.invalid".to_owned())).await;
    assert_eq!(reason(&error), Some(Unreachable::Dns), "{error}");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = failure(to(format!("https://{}", silent.local_addr().unwrap()))).await;
    assert_eq!(reason(&error), Some(Unreachable::ConnectTimeout), "{error}");

    let missing =
        ConnectOptions { kubeconfig: Some("/no/such/file".into()), ..ConnectOptions::default() };
    let error = failure(missing).await;
    assert!(matches!(error, Error::NoKubeconfig { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/file"), "{error}");
}

#[tokio::test]
async fn the_real_server_refuses_strangers_by_name() {
    let cluster = cluster().await;
    let error = failure(to(cluster.url().to_owned())).await;
    assert_eq!(reason(&error), Some(Unreachable::Tls), "{error}");

    let mut stranger = to(cluster.url().to_owned());
    stranger.insecure_skip_tls_verify = true;
    stranger.token = Some(Credentials::token("nobody"));
    assert_eq!(format!("{:?}", stranger.token), "Some(***)");
    let error = failure(stranger).await;
    assert!(matches!(error, Error::Unauthorized { .. }), "{error}");

    let nobody = ConnectOptions {
        kubeconfig: Some(cluster.kubeconfig()),
        impersonate_user: Some("somebody".to_owned()),
        ..ConnectOptions::default()
    };
    let client = Client::connect(nobody).await.unwrap();
    let error = client.get(&ObjectRef::new("v1", "Node", None, "x")).await.unwrap_err();
    assert!(matches!(error, Error::Forbidden { .. }), "{error}");
    assert!(error.to_string().contains("User \"somebody\" cannot get resource \"nodes\""));
}

#[tokio::test]
async fn the_real_server_is_discovered_and_answers() {
    let cluster = cluster().await;
    let options =
        ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
    let client = Client::connect(options).await.unwrap();
    assert_eq!(client.server_version().await.unwrap().major, "1");
    let versions = client.api_versions().await.unwrap();
    for name in ["v1", "v1/Pod", "apps/v1/Deployment", "policy/v1", "apps/v1/Scale"] {
        assert!(versions.iter().any(|v| v == name), "{name} is not among {versions:?}");
    }
    let resource = client.resource("apps/v1", "Deployment").await.unwrap();
    assert_eq!((resource.plural.as_str(), resource.scope), ("deployments", Scope::Namespaced));
    let error = client.resource("example.com/v1", "Widget").await.unwrap_err();
    assert_eq!(error.to_string(), "no matches for kind \"Widget\" in version \"example.com/v1\"");

    let namespace = cluster.namespace("door");
    let map = |x: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "a", "namespace": namespace}, "data": {"x": x},
        })
    };
    let by = |manager: &str, force, dry_run| ApplyOptions {
        manager: manager.to_owned(),
        force,
        dry_run,
    };
    let object = ObjectRef::of(&map("1")).unwrap();
    client.apply(&map("1"), &by("one", Force::Refuse, DryRun::Yes)).await.unwrap();
    assert_eq!(client.get(&object).await.unwrap(), None);
    client.apply(&map("1"), &by("one", Force::Refuse, DryRun::No)).await.unwrap();
    let error = client.apply(&map("2"), &by("two", Force::Refuse, DryRun::No)).await.unwrap_err();
    let Error::Conflict { conflicts, object: of, .. } = error else { panic!("{error}") };
    assert_eq!((conflicts[0].manager.as_str(), conflicts[0].field.as_str()), ("one", ".data.x"));
    assert_eq!(*of, object);
    let taken = client.apply(&map("2"), &by("two", Force::Take, DryRun::No)).await.unwrap();
    assert_eq!(taken["data"]["x"], "2");
    let write = WriteOptions { manager: "one".to_owned(), dry_run: DryRun::No };
    let error = client.create(&map("3"), &write).await.unwrap_err();
    assert!(matches!(error, Error::AlreadyExists { .. }), "{error}");
    let mut old = taken;
    old["metadata"]["resourceVersion"] = json!("1");
    let error = client.update(&old, &write).await.unwrap_err();
    assert!(matches!(error, Error::Stale { .. }), "{error}");
    assert!(client.delete(&object, &kubernetes::DeleteOptions::default()).await.unwrap());
    assert!(!client.delete(&object, &kubernetes::DeleteOptions::default()).await.unwrap());
}

/// A service that answers `/api/v1/namespaces/…` by a script, and knows ConfigMaps.
fn scripted(script: Vec<(u16, Value)>, asked: Arc<Mutex<Vec<String>>>) -> Client {
    let script = Arc::new(Mutex::new(script.into_iter()));
    let service = tower::service_fn(move |request: Request<Body>| {
        let (script, asked) = (Arc::clone(&script), Arc::clone(&asked));
        async move {
            let path = request.uri().to_string();
            let (status, body) = match path.as_str() {
                "/api" => (200, json!({"kind": "APIVersions", "versions": ["v1"]})),
                "/apis" => (200, json!({"kind": "APIGroupList", "groups": []})),
                "/api/v1" => (
                    200,
                    json!({"resources": [
                        {"name": "configmaps", "kind": "ConfigMap", "namespaced": true, "verbs": []},
                    ]}),
                ),
                _ => {
                    asked.lock().unwrap().push(format!("{} {path}", request.method()));
                    script.lock().unwrap().next().unwrap_or((200, json!({})))
                }
            };
            let response = Response::builder()
                .status(status)
                .header("Retry-After", "0")
                .body(http_body_util::Full::new(bytes::Bytes::from(body.to_string())));
            Ok::<_, Infallible>(response.unwrap())
        }
    });
    Client::from_service(service, "home")
}

#[tokio::test]
async fn requests_are_repeated_a_bounded_number_of_times_where_that_is_harmless() {
    let table = [
        (Method::GET, vec![503, 429, 200], 3, true),
        (Method::GET, vec![500; 9], 5, false),
        (Method::POST, vec![503, 200], 2, true),
        (Method::POST, vec![500, 200], 1, false),
        (Method::PATCH, vec![502, 500, 200], 3, true),
        (Method::GET, vec![403], 1, false),
        (Method::PATCH, vec![422], 1, false),
    ];
    for (method, statuses, count, fine) in table {
        let asked = Arc::default();
        let script = statuses.into_iter().map(|status| (status, json!({}))).collect();
        let client = scripted(script, Arc::clone(&asked));
        let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}});
        let name = ObjectRef::of(&map).unwrap();
        let write = WriteOptions { manager: "test".to_owned(), dry_run: DryRun::No };
        let result = match method {
            Method::POST => client.create(&map, &write).await.map(|_| ()),
            Method::PATCH => client.merge_patch(&name, &map, &write).await.map(|_| ()),
            _ => client.get(&name).await.map(|_| ()),
        };
        let asked = asked.lock().unwrap().clone();
        assert_eq!((asked.len(), result.is_ok()), (count, fine), "{asked:?} {result:?}");
        assert!(asked[0].contains("/api/v1/namespaces/home/configmaps"), "{asked:?}");
    }
}

#[tokio::test]
async fn lists_come_page_by_page() {
    let asked = Arc::default();
    let page = |name: &str, next: &str| {
        (200, json!({"metadata": {"continue": next}, "items": [{"metadata": {"name": name}}]}))
    };
    let client = scripted(vec![page("a", "n&xt"), page("b", "")], Arc::clone(&asked));
    let options = ListOptions { labels: Some("owner=helm".to_owned()), ..ListOptions::default() };
    let found = client.list("v1", "ConfigMap", &options).await.unwrap();
    let names: Vec<_> = found.iter().filter_map(ObjectRef::of).map(|o| o.to_string()).collect();
    assert_eq!(names, ["ConfigMap/a", "ConfigMap/b"]);
    assert_eq!(
        *asked.lock().unwrap(),
        [
            "GET /api/v1/configmaps?limit=250&labelSelector=owner%3Dhelm",
            "GET /api/v1/configmaps?limit=250&labelSelector=owner%3Dhelm&continue=n%26xt",
        ]
    );
}

#[tokio::test]
async fn an_unknown_kind_refreshes_discovery_once() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let service = tower::service_fn(move |request: Request<Body>| {
        if request.uri().path() == "/api" {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        async move {
            let body = json!({"kind": "APIGroupDiscoveryList", "items": []}).to_string();
            Ok::<_, Infallible>(Response::new(http_body_util::Full::new(bytes::Bytes::from(body))))
        }
    });
    let client = Client::from_service(service, "home");
    client.api_versions().await.unwrap();
    assert!(client.resource("v1", "Pod").await.is_err());
    assert_eq!(count.load(Ordering::SeqCst), 2);
}
