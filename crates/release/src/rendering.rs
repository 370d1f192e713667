//! Renders a chart for a cluster: with its version, its APIs and, for `lookup`, its objects.
//!
//! Templates run on a thread of their own, off the reactor, or on a stack of their own where nothing
//! else is to be done: deep but legal recursion needs more than threads mostly have.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use chart::{Chart, Warning};
use jiff::Timestamp;
use kubernetes::{Client, ListOptions, ObjectRef, Scope};
use render::{Capabilities, Host, KubeVersion, Lookup, Operation, Programs, Rendered, Request};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// A cluster as templates see it; ask once, render many.
#[derive(Clone)]
pub struct Stage {
    lookup: Option<Client>,
    resolve: Option<fn(&str) -> String>,
    tell: Tell,
    capabilities: Arc<Capabilities>,
    programs: Programs,
}

/// Takes what Helm would log while it renders.
pub type Tell = Arc<dyn Fn(&Warning) + Send + Sync>;

/// One rendering.
#[derive(Clone)]
pub struct Rendering {
    /// The chart.
    pub chart: Arc<Chart>,
    /// What the user gave.
    pub values: yaml::Map,
    /// The release's name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// The revision that is being made.
    pub revision: i64,
    /// Whether there was one before.
    pub operation: Operation,
    /// How to go about it.
    pub options: render::Options,
    /// What `now` returns.
    pub now: Timestamp,
    /// The source of random bytes.
    pub entropy: fn(&mut [u8]),
}

/// Why a rendering gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The chart or its values are wrong.
    #[error(transparent)]
    Chart(#[from] render::Error),
    /// There is no thread to render on.
    #[error("no thread can be started to render on")]
    Thread(#[source] std::io::Error),
    /// The rendering ended without a result: a defect of ours.
    #[error("rendering release {name} of chart {chart} stopped unexpectedly")]
    Stopped {
        /// The release.
        name: String,
        /// The chart.
        chart: String,
    },
}

/// As much as a main thread never has; only what is used is ever taken.
const STACK: usize = 256 << 20;

impl Stage {
    /// Asks a cluster for its version and APIs; templates may look objects up in it.
    pub async fn of(client: &Client) -> Result<Self, kubernetes::Error> {
        let version = client.server_version().await?;
        let capabilities = Capabilities {
            kube_version: KubeVersion::reported(
                &version.git_version,
                &version.major,
                &version.minor,
            ),
            api_versions: client.api_versions().await?,
            ..Capabilities::default()
        };
        Ok(Self {
            lookup: Some(client.clone()),
            resolve: None,
            tell: Arc::new(|_| {}),
            capabilities: Arc::new(capabilities),
            programs: Programs::default(),
        })
    }

    /// No cluster: these capabilities, and every lookup finds nothing.
    pub fn offline(capabilities: Capabilities) -> Self {
        Self {
            lookup: None,
            resolve: None,
            tell: Arc::new(|_| {}),
            capabilities: Arc::new(capabilities),
            programs: Programs::default(),
        }
    }

    /// Says what Helm would log of lookups and renderings that fail; else nobody is told.
    #[must_use]
    pub fn telling(self, tell: Tell) -> Self {
        Self { tell, ..self }
    }

    /// Looks nothing up.
    #[must_use]
    pub fn without_lookup(self) -> Self {
        Self { lookup: None, ..self }
    }

    /// Lets templates ask for the addresses of host names (`--enable-dns`).
    #[must_use]
    pub fn resolving(self, resolve: fn(&str) -> String) -> Self {
        Self { resolve: Some(resolve), ..self }
    }

    /// Renders on this thread and for no cluster, for a process that renders one chart: it needs no
    /// reactor. The templates are those of the options, not the stage's.
    pub fn render_here(&self, what: Rendering) -> Result<Rendered, RenderError> {
        let (name, chart) = (what.name.clone(), what.chart.metadata.name.clone());
        let outside = self.outside(None);
        let work = || catch_unwind(AssertUnwindSafe(|| run(what, &outside)));
        match stacker::grow(STACK, work) {
            Ok(result) => Ok(result?),
            Err(_) => Err(RenderError::Stopped { name, chart }),
        }
    }

    /// Renders, with templates that this stage compiled before; call it from within a reactor.
    pub async fn render(&self, mut what: Rendering) -> Result<Rendered, RenderError> {
        let (name, chart) = (what.name.clone(), what.chart.metadata.name.clone());
        what.options.programs = self.programs.clone();
        let (sender, receiver) = oneshot::channel();
        let lookup = self.lookup.clone().map(|client| Objects {
            client,
            reactor: Handle::current(),
            tell: Arc::clone(&self.tell),
        });
        let outside = self.outside(lookup);
        thread::Builder::new()
            .name("render".to_owned())
            .stack_size(STACK)
            .spawn(move || {
                // Nobody waits for the result any more when the caller was dropped.
                let _ = sender.send(run(what, &outside));
            })
            .map_err(RenderError::Thread)?;
        match receiver.await {
            Ok(result) => Ok(result?),
            Err(_) => Err(RenderError::Stopped { name, chart }),
        }
    }

    fn outside(&self, lookup: Option<Objects>) -> Outside {
        Outside {
            capabilities: Arc::clone(&self.capabilities),
            lookup,
            resolve: self.resolve,
            tell: Arc::clone(&self.tell),
        }
    }
}

/// What a rendering sees of the world.
struct Outside {
    capabilities: Arc<Capabilities>,
    lookup: Option<Objects>,
    resolve: Option<fn(&str) -> String>,
    tell: Tell,
}

fn run(what: Rendering, outside: &Outside) -> Result<Rendered, render::Error> {
    let entropy = what.entropy;
    let request = Request {
        chart: &what.chart,
        values: &what.values,
        release: render::Release {
            name: what.name,
            namespace: what.namespace,
            revision: what.revision,
            operation: what.operation,
        },
        capabilities: &outside.capabilities,
        host: Host {
            now: what.now,
            entropy: &entropy,
            lookup: outside.lookup.as_ref().map(|l| l as &dyn Lookup),
            resolve: outside.resolve.as_ref().map(|r| r as &dyn Fn(&str) -> String),
        },
        options: what.options,
    };
    let mut log = Vec::new();
    let result = render::render_logging(&request, &mut log);
    // What succeeds brings its warnings along.
    for warning in &log {
        (outside.tell)(warning);
    }
    if request.options.programs.are_of_one() {
        std::mem::forget((request.options.programs, what.chart, what.values));
    }
    result
}

/// The cluster's objects, asked from a thread outside of the reactor.
struct Objects {
    client: Client,
    reactor: Handle,
    tell: Tell,
}

impl Lookup for Objects {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<yaml::Value, String> {
        let found = self.reactor.block_on(self.find(api_version, kind, namespace, name));
        match found {
            Ok(object) => Ok(yaml::Value::from_json(&object)),
            Err(error) if error.is_not_found() => Ok(yaml::Value::Map(yaml::Map::new())),
            Err(kubernetes::Error::UnknownKind { .. }) => self.unknown(api_version, kind),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl Objects {
    /// One object, a list where no name is given, or an empty map.
    async fn find(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Value, kubernetes::Error> {
        let namespace = (!namespace.is_empty()).then(|| namespace.to_owned());
        if name.is_empty() {
            let options = ListOptions { namespace, ..ListOptions::default() };
            return self.client.list_object(api_version, kind, &options).await;
        }
        if namespace.is_none()
            && self.client.resource(api_version, kind).await?.scope == Scope::Namespaced
        {
            // At the top of the API there is no object of a kind that lives in namespaces.
            return Ok(json!({}));
        }
        let object = ObjectRef {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace,
            name: name.to_owned(),
        };
        Ok(self.client.get(&object).await?.unwrap_or_else(|| json!({})))
    }

    /// A kind that is not served: nothing is there, unless its whole group is not.
    fn unknown(&self, api_version: &str, kind: &str) -> Result<yaml::Value, String> {
        let (group, version) = match api_version.split_once('/') {
            Some((_, version)) if version.contains('/') => ("", ""),
            Some((group, version)) => (group, version),
            None => ("", api_version),
        };
        let served = self.reactor.block_on(self.client.api_versions()).unwrap_or_default();
        if served.iter().any(|v| v == api_version) {
            return Ok(yaml::Value::Map(yaml::Map::new()));
        }
        let reason = if version.is_empty() {
            "groupVersion shouldn't be empty"
        } else {
            "the server could not find the requested resource"
        };
        let asked = if version.is_empty() { "" } else { api_version };
        let what = format!("{group}/{version}, Kind={kind}");
        (self.tell)(
            &Warning::error("unable to retrieve resource list")
                .with("GroupVersion", asked)
                .with("error", reason),
        );
        (self.tell)(
            &Warning::error("unable to get apiresource")
                .with("groupVersionKind", &what)
                .with("error", reason),
        );
        Err(format!("unable to get apiresource from unstructured: {what}: {reason}"))
    }
}
