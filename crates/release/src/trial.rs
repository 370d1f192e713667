//! What Helm asks a cluster about manifests before it would install them, without installing them.
//!
//! Kinds must be served, and objects that are there must be the release's own. The server's own
//! checks are not run: Helm 4.3.1 leaves them to the apply. The texts are Helm's.

use kubernetes::{Client, ObjectRef, Scope};
use serde_json::Value;
use yaml::Numbers;

use crate::desired::Ownership;
use crate::manifest::{Owner, flatten_list, foreign_message, not_owned};

/// Why manifests could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// They are no objects that the cluster knows.
    #[error("unable to build kubernetes objects from release manifest: {}", all(.0))]
    Unknown(Vec<String>),
    /// Something stands in the way of a first installation.
    #[error("unable to continue with install: {0}")]
    InTheWay(String),
}

/// Whose the objects would be, and what may be there.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// The release's name.
    pub release: &'a str,
    /// Its namespace, also of objects that name none.
    pub namespace: &'a str,
    /// About objects that exist; none where the release may have them already.
    pub ownership: Option<Ownership>,
}

/// Asks a cluster about the manifests of a release.
pub async fn try_manifests(
    client: &Client,
    manifests: &[&str],
    trial: &Trial<'_>,
) -> Result<(), TrialError> {
    let objects = known_objects(client, manifests, trial.namespace).await?;
    let Some(ownership) = trial.ownership else { return Ok(()) };
    for object in &objects {
        look(client, object, trial, ownership).await.map_err(TrialError::InTheWay)?;
    }
    Ok(())
}

/// An object of a kind that is served.
struct Known {
    name: ObjectRef,
    generated: bool,
}

async fn known_objects(
    client: &Client,
    manifests: &[&str],
    namespace: &str,
) -> Result<Vec<Known>, TrialError> {
    let (mut found, mut wrong) = (vec![], vec![]);
    for text in manifests {
        let Ok(value) = yaml::from_str(text, Numbers::Exact) else { continue };
        let value = value.to_json();
        if value.as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        if let Some(missing) = missing_type(&value) {
            // The stream ends where its text is wrong.
            wrong.push(format!("error validating \"\": error validating data: {missing}"));
            break;
        }
        for object in flatten_list(value) {
            match known(client, &object, namespace).await {
                Ok(object) => found.push(object),
                Err(error) => wrong.push(error),
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(TrialError::Unknown(wrong)) }
}

fn missing_type(value: &Value) -> Option<String> {
    let is_set = |key: &&str| value.get(*key).and_then(Value::as_str).is_none_or(str::is_empty);
    let missing: Vec<String> =
        ["apiVersion", "kind"].into_iter().filter(is_set).map(|k| format!("{k} not set")).collect();
    (!missing.is_empty()).then(|| all(&missing))
}

async fn known(client: &Client, object: &Value, namespace: &str) -> Result<Known, String> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    let (name, own) = (text("/metadata/name"), text("/metadata/namespace"));
    match client.resource(api_version, kind).await {
        Ok(resource) => {
            let namespace = match (resource.scope, own) {
                (Scope::Cluster, _) => None,
                (Scope::Namespaced, "") => Some(namespace),
                (Scope::Namespaced, own) => Some(own),
            };
            Ok(Known {
                name: ObjectRef::new(api_version, kind, namespace, name),
                generated: !text("/metadata/generateName").is_empty(),
            })
        }
        Err(error @ kubernetes::Error::UnknownKind { .. }) => Err(format!(
            "resource mapping not found for name: {name:?} namespace: {own:?} from \"\": {error}\n\
             ensure CRDs are installed first"
        )),
        Err(error) => Err(error.to_string()),
    }
}

async fn look(
    client: &Client,
    object: &Known,
    trial: &Trial<'_>,
    ownership: Ownership,
) -> Result<(), String> {
    let name = &object.name;
    if object.generated {
        if name.name.is_empty() {
            return Ok(());
        }
        return Err("metadata.name and metadata.generateName cannot both be set".to_owned());
    }
    let namespace = name.namespace.as_deref().unwrap_or_default();
    let unknown = |why: &str| {
        format!(
            "could not get information about the resource {} {:?} in namespace {namespace:?}: {why}",
            name.kind, name.name
        )
    };
    if name.name.is_empty() {
        return Err(unknown("resource name may not be empty"));
    }
    let live = client.get(name).await.map_err(|error| unknown(&error.to_string()))?;
    let Some(live) = live.filter(|_| ownership == Ownership::Required) else { return Ok(()) };
    let owner = Owner { name: trial.release, namespace: trial.namespace };
    match not_owned(&live, owner) {
        None => Ok(()),
        Some(why) => Err(foreign_message(name, &why)),
    }
}

/// As Go prints several errors at once.
fn all(texts: &[String]) -> String {
    match texts {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}
