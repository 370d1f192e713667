//! The client: one API server and the requests that rooms above make.
//!
//! Objects go in and come out as JSON. Paths come from discovery; an unknown kind refreshes it
//! once, so that a kind whose definition was just created is found.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request, Response};
use jiff::Timestamp;
use kube::client::{Body, ClientBuilder};
use serde_json::{Value, json};
use tower::{BoxError, Service};

use crate::connect;
use crate::discovery::{Discovery, Resource, Scope, ServerVersion, escape};
use crate::error::Error;
use crate::failure;
use crate::object::ObjectRef;
use crate::options::{
    ApplyOptions, ConnectOptions, DeleteOptions, DryRun, Force, ListOptions, LogOptions,
    ObjectEvent, WriteOptions,
};
use crate::transport::{Ask, Retry, Transport};

mod table;

/// A server that is there answers the first question sooner.
const FIRST_ANSWER: Duration = Duration::from_secs(10);
/// Objects of one page of a list.
const PAGE: usize = 250;

/// A connection to one API server; clones share it and its discovery cache.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    transport: Transport,
    default_namespace: String,
    discovery: Mutex<Option<Arc<Discovery>>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("server", &self.server()).finish_non_exhaustive()
    }
}

impl Client {
    /// Connects by kubeconfig or from inside a cluster, and asks the server for its version, so
    /// that a wrong address or refused credentials are known within seconds.
    pub async fn connect(options: ConnectOptions) -> Result<Self, Error> {
        let config = connect::configuration(&options).await?;
        let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
        let namespace = config.default_namespace.clone();
        let kube = ClientBuilder::try_from(config)
            .map_err(|error| match failure::from_connection(&server, &error) {
                Error::Unreachable { detail, .. } => Error::Config { detail },
                other => other,
            })?
            .build();
        let client = Self::with(Transport::new(kube, server, options.request_timeout), namespace);
        let patience = options.request_timeout.min(FIRST_ANSWER);
        client.ask_version(Retry::Never, Some(patience)).await?;
        Ok(client)
    }

    /// Speaks to a service in this process (the sandbox) instead of a server.
    pub fn from_service<S, B>(service: S, default_namespace: &str) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = bytes::Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let kube = kube::Client::new(service, default_namespace);
        let timeout = ConnectOptions::default().request_timeout;
        let transport = Transport::new(kube, "(in this process)".to_owned(), timeout);
        Self::with(transport, default_namespace.to_owned())
    }

    fn with(transport: Transport, default_namespace: String) -> Self {
        let discovery = Mutex::new(None);
        Self { inner: Arc::new(Inner { transport, default_namespace, discovery }) }
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.inner.transport
    }

    /// The namespace of the context.
    pub fn default_namespace(&self) -> &str {
        &self.inner.default_namespace
    }

    /// The server's address, for messages.
    pub fn server(&self) -> &str {
        &self.inner.transport.server
    }

    /// The time by the server's clock, as its last answer told it.
    pub fn now(&self) -> Timestamp {
        self.inner.transport.now()
    }

    /// The server's version.
    pub async fn server_version(&self) -> Result<ServerVersion, Error> {
        self.ask_version(Retry::Bounded, None).await
    }

    async fn ask_version(
        &self,
        retry: Retry,
        within: Option<Duration>,
    ) -> Result<ServerVersion, Error> {
        let ask = Ask { within, ..Ask::get("/version".to_owned()) };
        let answer = self.inner.transport.json(&ask, retry).await?;
        serde_json::from_value(answer)
            .map_err(|error| Error::Decode { request: ask.name(), detail: error.to_string() })
    }

    /// What `.Capabilities.APIVersions` holds: `group/version` and `group/version/Kind`.
    pub async fn api_versions(&self) -> Result<Vec<String>, Error> {
        Ok(self.discovery().await?.api_versions())
    }

    /// Forgets which kinds the server serves; the next question asks it again.
    pub fn forget_discovery(&self) {
        *self.cache() = None;
    }

    /// The served kind; discovery is refreshed once if it is unknown.
    pub async fn resource(&self, api_version: &str, kind: &str) -> Result<Resource, Error> {
        let cached = self.cache().clone();
        if let Some(found) = cached.as_ref().and_then(|d| d.get(api_version, kind)) {
            return Ok(found.clone());
        }
        self.forget_discovery();
        let fresh = self.discovery().await?;
        fresh.get(api_version, kind).cloned().ok_or_else(|| Error::UnknownKind {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
        })
    }

    async fn discovery(&self) -> Result<Arc<Discovery>, Error> {
        if let Some(found) = self.cache().clone() {
            return Ok(found);
        }
        let found = Arc::new(Discovery::fetch(&self.inner.transport).await?);
        *self.cache() = Some(Arc::clone(&found));
        Ok(found)
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Option<Arc<Discovery>>> {
        self.inner.discovery.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// One object; none if it is not there.
    pub async fn get(&self, object: &ObjectRef) -> Result<Option<Value>, Error> {
        let path = self.path_of(object).await?;
        match self.inner.transport.json(&Ask::get(path), Retry::Bounded).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The UID of `kube-system`, by which clusters are told apart; none where there is no such namespace.
    pub async fn cluster_uid(&self) -> Result<Option<String>, Error> {
        let system = ObjectRef::new("v1", "Namespace", None, "kube-system");
        let found = self.get(&system).await?;
        let uid = found.as_ref().and_then(|object| object.pointer("/metadata/uid")?.as_str());
        Ok(uid.map(str::to_owned))
    }

    /// All objects of a kind that the options select, page by page.
    pub async fn list(
        &self,
        api_version: &str,
        kind: &str,
        options: &ListOptions,
    ) -> Result<Vec<Value>, Error> {
        let mut whole = self.list_object(api_version, kind, options).await?;
        match whole.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            Some(_) | None => Ok(vec![]),
        }
    }

    /// As [`Client::list`], as the one object that the server answers with: its kind is the list's.
    pub async fn list_object(
        &self,
        api_version: &str,
        kind: &str,
        options: &ListOptions,
    ) -> Result<Value, Error> {
        let resource = self.resource(api_version, kind).await?;
        let base = resource.path(options.namespace.as_deref(), None);
        let mut query = vec![("limit", PAGE.to_string())];
        query.extend(options.labels.clone().map(|labels| ("labelSelector", labels)));
        query.extend(options.fields.clone().map(|fields| ("fieldSelector", fields)));
        let mut found = Vec::new();
        let mut next = String::new();
        loop {
            let mut page = query.clone();
            if !next.is_empty() {
                page.push(("continue", next.clone()));
            }
            let ask = Ask::get(with_query(&base, &page));
            let mut answer = self.inner.transport.json(&ask, Retry::Bounded).await?;
            if let Some(Value::Array(items)) = answer.get_mut("items").map(Value::take) {
                found.extend(items.into_iter().map(|item| named(item, api_version, kind)));
            }
            let token = answer.pointer("/metadata/continue").and_then(Value::as_str);
            match token {
                Some(token) if !token.is_empty() => token.clone_into(&mut next),
                Some(_) | None => {
                    answer["items"] = Value::Array(found);
                    return Ok(answer);
                }
            }
        }
    }

    /// Server-side apply; the object as the server made it.
    pub async fn apply(&self, object: &Value, options: &ApplyOptions) -> Result<Value, Error> {
        let name = ObjectRef::of(object).ok_or(Error::Unnamed)?;
        let force = options.force == Force::Take;
        let mut query = vec![
            ("fieldManager", options.manager.clone()),
            ("force", force.to_string()),
            ("fieldValidation", "Strict".to_owned()),
        ];
        query.extend(dry_run(options.dry_run));
        let path = with_query(&self.path_of(&name).await?, &query);
        let ask = Ask::with_body(Method::PATCH, path, "application/apply-patch+yaml", object);
        self.write(&ask, &name).await
    }

    /// Creates; `AlreadyExists` if it is there.
    pub async fn create(&self, object: &Value, options: &WriteOptions) -> Result<Value, Error> {
        let name = ObjectRef::of(object).ok_or(Error::Unnamed)?;
        let resource = self.resource(&name.api_version, &name.kind).await?;
        let path = resource.path(Some(self.namespace_of(&name)), None);
        let ask = Ask::with_body(
            Method::POST,
            with_query(&path, &write_query(options)),
            "application/json",
            object,
        );
        self.write(&ask, &name).await
    }

    /// Replaces; with `metadata.resourceVersion` set only if unchanged (`Stale` otherwise).
    pub async fn update(&self, object: &Value, options: &WriteOptions) -> Result<Value, Error> {
        let name = ObjectRef::of(object).ok_or(Error::Unnamed)?;
        let path = with_query(&self.path_of(&name).await?, &write_query(options));
        self.write(&Ask::with_body(Method::PUT, path, "application/json", object), &name).await
    }

    /// JSON merge patch (RFC 7386).
    pub async fn merge_patch(
        &self,
        object: &ObjectRef,
        patch: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Error> {
        self.patch(object, "application/merge-patch+json", patch, options).await
    }

    /// Strategic merge patch, for built-in kinds.
    pub async fn strategic_patch(
        &self,
        object: &ObjectRef,
        patch: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Error> {
        self.patch(object, "application/strategic-merge-patch+json", patch, options).await
    }

    /// JSON patch (RFC 6902).
    pub async fn json_patch(
        &self,
        object: &ObjectRef,
        patch: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Error> {
        self.patch(object, "application/json-patch+json", patch, options).await
    }

    async fn patch(
        &self,
        object: &ObjectRef,
        kind: &'static str,
        patch: &Value,
        options: &WriteOptions,
    ) -> Result<Value, Error> {
        let path = with_query(&self.path_of(object).await?, &write_query(options));
        self.write(&Ask::with_body(Method::PATCH, path, kind, patch), object).await
    }

    /// Deletes; false if it was not there.
    pub async fn delete(&self, object: &ObjectRef, options: &DeleteOptions) -> Result<bool, Error> {
        let path = self.path_of(object).await?;
        let mut body = json!({
            "kind": "DeleteOptions",
            "apiVersion": "v1",
            "propagationPolicy": options.propagation.as_str(),
        });
        if let Some(uid) = &options.uid {
            body["preconditions"] = json!({ "uid": uid });
        }
        if options.dry_run == DryRun::Yes {
            body["dryRun"] = json!(["All"]);
        }
        let ask = Ask::with_body(Method::DELETE, path, "application/json", &body);
        match self.write(&ask, object).await {
            Ok(_) => Ok(true),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Events of an object, oldest first.
    pub async fn events(&self, object: &ObjectRef) -> Result<Vec<ObjectEvent>, Error> {
        let selector =
            format!("involvedObject.kind={},involvedObject.name={}", object.kind, object.name);
        let options = ListOptions {
            namespace: Some(object.namespace.clone().unwrap_or_else(|| "default".to_owned())),
            fields: Some(selector),
            ..ListOptions::default()
        };
        let mut events: Vec<ObjectEvent> = self
            .list("v1", "Event", &options)
            .await?
            .iter()
            .map(|event| {
                let text = |pointer: &str| {
                    let text = event.pointer(pointer).and_then(Value::as_str);
                    text.filter(|text| !text.is_empty()).map(str::to_owned)
                };
                ObjectEvent {
                    kind: text("/type").unwrap_or_default(),
                    reason: text("/reason").unwrap_or_default(),
                    message: text("/message").unwrap_or_default(),
                    last_seen: text("/series/lastObservedTime")
                        .or_else(|| text("/lastTimestamp"))
                        .or_else(|| text("/eventTime"))
                        .or_else(|| text("/metadata/creationTimestamp"))
                        .unwrap_or_default(),
                }
            })
            .collect();
        events.sort_by(|a, b| a.last_seen.cmp(&b.last_seen));
        Ok(events)
    }

    /// Log text of a pod's container, up to the read limit.
    pub async fn logs(
        &self,
        namespace: &str,
        pod: &str,
        options: &LogOptions,
    ) -> Result<String, Error> {
        let object = ObjectRef::new("v1", "Pod", Some(namespace), pod);
        let mut query = Vec::new();
        query.extend(options.container.clone().map(|name| ("container", name)));
        query.extend(options.tail_lines.map(|lines| ("tailLines", lines.to_string())));
        if options.previous {
            query.push(("previous", "true".to_owned()));
        }
        let path = format!("{}/log", self.path_of(&object).await?);
        let ask = Ask { accept: "*/*", ..Ask::get(with_query(&path, &query)) };
        let bytes = self.inner.transport.bytes(&ask, Retry::Bounded).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn write(&self, ask: &Ask, object: &ObjectRef) -> Result<Value, Error> {
        self.inner.transport.json(ask, Retry::Bounded).await.map_err(|error| match error {
            Error::Conflict { conflicts, message, .. } => {
                Error::Conflict { object: Box::new(object.clone()), conflicts, message }
            }
            Error::Invalid { causes, message, .. } => {
                Error::Invalid { object: Box::new(object.clone()), causes, message }
            }
            other => other,
        })
    }

    async fn path_of(&self, object: &ObjectRef) -> Result<String, Error> {
        let resource = self.resource(&object.api_version, &object.kind).await?;
        let namespace = match resource.scope {
            Scope::Namespaced => Some(self.namespace_of(object)),
            Scope::Cluster => None,
        };
        Ok(resource.path(namespace, Some(&object.name)))
    }

    fn namespace_of<'a>(&'a self, object: &'a ObjectRef) -> &'a str {
        object.namespace.as_deref().unwrap_or(&self.inner.default_namespace)
    }
}

/// Items of a list come without `apiVersion` and `kind`.
fn named(mut item: Value, api_version: &str, kind: &str) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.entry("apiVersion").or_insert_with(|| json!(api_version));
        fields.entry("kind").or_insert_with(|| json!(kind));
    }
    item
}

fn dry_run(dry_run: DryRun) -> Option<(&'static str, String)> {
    (dry_run == DryRun::Yes).then(|| ("dryRun", "All".to_owned()))
}

fn write_query(options: &WriteOptions) -> Vec<(&'static str, String)> {
    let mut query = vec![("fieldManager", options.manager.clone())];
    query.extend(dry_run(options.dry_run));
    query
}

fn with_query(path: &str, query: &[(&str, String)]) -> String {
    let pairs: Vec<_> =
        query.iter().map(|(key, value)| format!("{key}={}", escape(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
