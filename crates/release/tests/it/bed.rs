//! What every test stands on: a namespace, a client, contents made of plain text.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use kubernetes::{CancellationToken, Client, ConnectOptions, ObjectRef};
use release::{
    ActOptions, Content, Desired, Error, Event, Hook, Intent, ObserveOptions, Observed, Options,
    Outcome, Plan, Progress, Release, Storage,
};
use serde_json::{Value, json};
use testkit::ControlPlane;

/// One release in a namespace of its own.
pub(crate) struct Bed {
    pub(crate) cluster: &'static ControlPlane,
    pub(crate) client: Client,
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) act: ActOptions,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Bed {
    pub(crate) async fn new() -> Self {
        let cluster = tokio::task::spawn_blocking(ControlPlane::shared).await.unwrap();
        let options =
            ConnectOptions { kubeconfig: Some(cluster.kubeconfig()), ..ConnectOptions::default() };
        let client = Client::connect(options).await.unwrap();
        let act = ActOptions { timeout: Duration::from_mins(1), ..ActOptions::default() };
        Self {
            cluster,
            client,
            namespace: cluster.namespace("release"),
            name: "web".to_owned(),
            options: Options::default(),
            act,
            events: Arc::default(),
        }
    }

    pub(crate) fn desired(&self, intent: Intent, content: Option<Content>) -> Desired {
        Desired {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            intent,
            content,
            options: self.options.clone(),
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        let events = Arc::clone(&self.events);
        Progress::new(move |event| events.lock().unwrap().push(event))
    }

    /// What happened since the last question.
    pub(crate) fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.events.lock().unwrap())
    }

    pub(crate) async fn observe(&self, desired: &Desired) -> Result<Observed, Error> {
        let options =
            ObserveOptions { lock_wait: Duration::from_mins(1), cancel: CancellationToken::new() };
        release::observe(&self.client, desired, &options, &self.progress()).await
    }

    pub(crate) async fn plan(
        &self,
        intent: Intent,
        content: Option<Content>,
    ) -> Result<Plan, Error> {
        let desired = self.desired(intent, content);
        release::decide(&desired, &self.observe(&desired).await?)
    }

    pub(crate) async fn carry_out(&self, plan: &Plan) -> Result<Outcome, Error> {
        release::act(&self.client, plan, &self.act, &self.progress()).await
    }

    pub(crate) async fn run(
        &self,
        intent: Intent,
        content: Option<Content>,
    ) -> Result<Outcome, Error> {
        let plan = self.plan(intent, content).await?;
        self.carry_out(&plan).await
    }

    pub(crate) async fn apply(&self, content: Content) -> Result<Release, Error> {
        Ok(self.run(Intent::Apply, Some(content)).await?.release.unwrap())
    }

    pub(crate) fn storage(&self) -> Storage {
        Storage::new(&self.client, &self.namespace)
    }

    /// `1 superseded, 2 deployed`.
    pub(crate) async fn statuses(&self) -> String {
        let history = self.storage().history(&self.name).await.unwrap();
        let words: Vec<_> = history
            .iter()
            .map(|release| format!("{} {}", release.version, release.info.status.as_str()))
            .collect();
        words.join(", ")
    }

    pub(crate) async fn get(&self, api_version: &str, kind: &str, name: &str) -> Option<Value> {
        let object = ObjectRef::new(api_version, kind, Some(&self.namespace), name);
        self.client.get(&object).await.unwrap()
    }

    pub(crate) async fn config(&self, name: &str) -> Option<Value> {
        Some(self.get("v1", "ConfigMap", name).await?["data"].clone())
    }

    pub(crate) fn helm(&self, arguments: &[&str]) -> String {
        self.helm_with("helm", arguments)
    }

    pub(crate) fn helm3(&self, arguments: &[&str]) -> String {
        self.helm_with("helm3", arguments)
    }

    fn helm_with(&self, program: &str, arguments: &[&str]) -> String {
        let all = [arguments, &["--namespace", &self.namespace]].concat();
        self.cluster.run(program, &all).expect_success().stdout
    }
}

/// Objects as a manifest text.
pub(crate) fn manifest(objects: &[Value]) -> String {
    let documents = objects.iter();
    let documents =
        documents.map(|object| format!("---\n# Source: web/templates/x.yaml\n{object}\n"));
    documents.collect::<Vec<_>>().concat()
}

/// A revision made of these objects.
pub(crate) fn content(objects: &[Value]) -> Content {
    Content {
        chart: json!({
            "metadata": {"name": "web", "version": "0.1.0", "appVersion": "1.0", "apiVersion": "v2"},
            "lock": null, "templates": [], "values": {}, "schema": null, "files": [],
        }),
        manifest: manifest(objects),
        ..Content::default()
    }
}

pub(crate) fn config_map(name: &str, data: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

pub(crate) fn deployment(name: &str, replicas: i64, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    })
}

pub(crate) fn hook(name: &str, events: &[&str], object: &Value) -> Hook {
    Hook {
        name: name.to_owned(),
        kind: object["kind"].as_str().unwrap().to_owned(),
        path: format!("web/templates/{name}.yaml"),
        manifest: object.to_string(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
        ..Hook::default()
    }
}

pub(crate) fn job(name: &str, annotations: &Value) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {"annotations": annotations},
                "spec": {
                    "restartPolicy": "Never",
                    "containers": [{"name": "run", "image": "example.com/job"}],
                },
            },
        },
    })
}
