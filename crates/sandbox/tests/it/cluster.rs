//! What objects cause in the sandbox, seen through an ordinary client.

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{
    Namespace, PersistentVolume, PersistentVolumeClaim, Pod, Service,
};
use kube::Api;
use kube::api::{
    DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchEvent, WatchParams,
};
use sandbox::{OUTCOME, Options, Sandbox, Settle};
use serde_json::{Value, json};

fn options() -> Options {
    Options::at("2026-01-01T00:00:00Z".parse().unwrap())
}

fn client(sandbox: &Sandbox) -> kube::Client {
    kube::Client::new(sandbox.service(), "default")
}

fn workload(kind: &str, replicas: u32, image: &str, outcome: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "web"}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}, "annotations": {OUTCOME: outcome}},
            "spec": {"containers": [{"name": "main", "image": image}]}}}})
}

async fn apply<K>(api: &Api<K>, object: &Value) -> K
where
    K: Clone + serde::de::DeserializeOwned + std::fmt::Debug,
{
    let name = object["metadata"]["name"].as_str().unwrap();
    api.patch(name, &PatchParams::apply("test").force(), &Patch::Apply(object)).await.unwrap()
}

#[tokio::test]
async fn a_rollout_keeps_the_old_pods_until_the_new_ones_are_ready() {
    let sandbox = Sandbox::new(options());
    let client = client(&sandbox);
    let deployments: Api<Deployment> = Api::default_namespaced(client.clone());
    apply(&deployments, &workload("Deployment", 4, "one:1", "")).await;
    let status = deployments.get("web").await.unwrap().status.unwrap();
    assert_eq!((status.ready_replicas, status.updated_replicas), (Some(4), Some(4)));

    apply(&deployments, &workload("Deployment", 4, "two:1", "never-ready")).await;
    let stuck = deployments.get("web").await.unwrap();
    let status = stuck.status.unwrap();
    assert_eq!(status.observed_generation, stuck.metadata.generation);
    assert_eq!((status.available_replicas, status.replicas), (Some(3), Some(5)));

    apply(&deployments, &workload("Deployment", 4, "three:1", "")).await;
    let status = deployments.get("web").await.unwrap().status.unwrap();
    assert_eq!((status.available_replicas, status.replicas), (Some(4), Some(4)));
    let sets: Api<ReplicaSet> = Api::default_namespaced(client.clone());
    assert_eq!(sets.list(&ListParams::default()).await.unwrap().items.len(), 3);

    deployments.delete("web", &DeleteParams::foreground()).await.unwrap();
    let pods: Api<Pod> = Api::default_namespaced(client);
    assert!(deployments.get_opt("web").await.unwrap().is_none());
    assert!(pods.list(&ListParams::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_stateful_set_binds_claims_that_outlive_it() {
    let sandbox = Sandbox::new(options());
    let client = client(&sandbox);
    let mut set = workload("StatefulSet", 2, "db:1", "");
    set["spec"]["serviceName"] = json!("db");
    set["spec"]["volumeClaimTemplates"] = json!([{"metadata": {"name": "data"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}]);
    let sets: Api<StatefulSet> = Api::default_namespaced(client.clone());
    apply(&sets, &set).await;
    let claims: Api<PersistentVolumeClaim> = Api::default_namespaced(client.clone());
    let bound = |claims: Vec<PersistentVolumeClaim>| {
        claims
            .iter()
            .filter(|c| c.status.as_ref().unwrap().phase.as_deref() == Some("Bound"))
            .count()
    };
    assert_eq!(bound(claims.list(&ListParams::default()).await.unwrap().items), 2);

    set["spec"]["template"]["spec"]["containers"][0]["image"] = json!("db:2");
    apply(&sets, &set).await;
    let status = sets.get("web").await.unwrap().status.unwrap();
    assert_eq!((status.updated_replicas, status.ready_replicas), (Some(2), Some(2)));
    assert_eq!(status.current_revision, status.update_revision);

    sets.delete("web", &DeleteParams::default()).await.unwrap();
    assert_eq!(bound(claims.list(&ListParams::default()).await.unwrap().items), 2);
    claims.delete("data-web-0", &DeleteParams::default()).await.unwrap();
    let volumes: Api<PersistentVolume> = Api::all(client);
    assert_eq!(volumes.list(&ListParams::default()).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn a_job_completes_or_fails_as_its_pods_do() {
    let sandbox = Sandbox::new(options());
    let jobs: Api<Job> = Api::default_namespaced(client(&sandbox));
    for (outcome, ended) in [("", "Complete"), ("fail", "Failed")] {
        let name = format!("job{outcome}");
        let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
            "spec": {"backoffLimit": 1, "template": {"metadata": {"annotations": {OUTCOME: outcome}},
                "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "x"}]}}}});
        apply(&jobs, &job).await;
        let status = jobs.get(&name).await.unwrap().status.unwrap();
        let conditions = status.conditions.unwrap();
        assert!(
            conditions.iter().any(|c| c.type_ == ended && c.status == "True"),
            "{conditions:?}"
        );
    }
}

#[tokio::test]
async fn a_namespace_goes_with_all_it_holds() {
    let sandbox = Sandbox::new(options());
    let client = client(&sandbox);
    let namespaces: Api<Namespace> = Api::all(client.clone());
    apply(
        &namespaces,
        &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}),
    )
    .await;
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), "shop");
    apply(&deployments, &workload("Deployment", 1, "one:1", "")).await;
    namespaces.delete("shop", &DeleteParams::default()).await.unwrap();
    assert!(namespaces.get_opt("shop").await.unwrap().is_none());
    let pods: Api<Pod> = Api::all(client);
    assert!(pods.list(&ListParams::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_watch_tells_what_was_missed_and_what_happens() {
    use futures::TryStreamExt;
    let sandbox = Sandbox::new(Options { settle: Settle::OnTick, ..options() });
    let client = client(&sandbox);
    let services: Api<Service> = Api::default_namespaced(client);
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}});
    let before =
        services.list(&ListParams::default()).await.unwrap().metadata.resource_version.unwrap();
    apply(&services, &service).await;
    let mut events = Box::pin(services.watch(&WatchParams::default(), &before).await.unwrap());
    let addressed = |service: &Service| {
        service
            .status
            .as_ref()
            .and_then(|s| s.load_balancer.as_ref())
            .is_some_and(|b| b.ingress.is_some())
    };
    let Some(WatchEvent::Added(found)) = events.try_next().await.unwrap() else { panic!("added") };
    assert!(!addressed(&found));
    sandbox.tick();
    let Some(WatchEvent::Modified(found)) = events.try_next().await.unwrap() else {
        panic!("modified")
    };
    assert!(addressed(&found));
    services.delete("web", &DeleteParams::default()).await.unwrap();
    let Some(WatchEvent::Deleted(_)) = events.try_next().await.unwrap() else { panic!("deleted") };
}

#[tokio::test]
async fn a_snapshot_is_the_whole_cluster() {
    let sandbox = Sandbox::new(options());
    let deployments: Api<Deployment> = Api::default_namespaced(client(&sandbox));
    apply(&deployments, &workload("Deployment", 2, "one:1", "")).await;
    let state = sandbox.snapshot();
    let copy = Sandbox::load(&state, options()).unwrap();
    assert_eq!(copy.snapshot(), state);
    let deployments: Api<Deployment> = Api::default_namespaced(client(&copy));
    apply(&deployments, &workload("Deployment", 2, "one:1", "")).await;
    assert_eq!(copy.snapshot(), state, "an apply of what is there changes nothing");
    assert!(Sandbox::load(b"{\"format\": 9}", options()).is_err());
}

#[tokio::test]
async fn what_only_a_real_cluster_does_is_refused_by_name() {
    let sandbox = Sandbox::new(options());
    let client = client(&sandbox);
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "main", "image": "x"}]}});
    apply(&pods, &pod).await;
    assert!(pods.logs("web", &kube::api::LogParams::default()).await.unwrap().contains("web"));
    let path = "/api/v1/namespaces/default/pods/web/eviction";
    let request = http::Request::post(path).body(b"{}".to_vec()).unwrap();
    let kube::Error::Api(status) = client.request::<Value>(request).await.unwrap_err() else {
        panic!("a status")
    };
    assert_eq!(status.message, "the sandbox does not do pods/eviction");
    let large = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"},
        "data": {"a": "x".repeat(4 << 20)}});
    let maps: Api<k8s_openapi::api::core::v1::ConfigMap> = Api::default_namespaced(client);
    let (large, parameters) = (serde_json::from_value(large).unwrap(), PostParams::default());
    let kube::Error::Api(status) = maps.create(&parameters, &large).await.unwrap_err() else {
        panic!("a status")
    };
    assert_eq!(status.code, 413);
}
