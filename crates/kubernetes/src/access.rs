//! What the user of a connection may do, asked before it is tried.

use std::fmt;

use http::Method;
use serde_json::{Value, json};

use crate::client::Client;
use crate::error::Error;
use crate::transport::{Ask, Retry};

/// One right: a verb on a kind, in a namespace or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// The namespace; none for cluster-wide kinds.
    pub namespace: Option<String>,
    /// The API group; empty for the core one.
    pub group: String,
    /// The kind as paths name it (`deployments`).
    pub resource: String,
    /// `create`, `patch` …
    pub verb: &'static str,
    /// The object's name.
    pub name: String,
}

impl fmt::Display for Access {
    /// As Kubernetes words it: `create resource "x" in API group "y" in the namespace "z"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, resource, verb, .. } = self;
        write!(f, "{verb} resource {resource:?} in API group {group:?} ")?;
        match &self.namespace {
            Some(namespace) => write!(f, "in the namespace {namespace:?}"),
            None => write!(f, "at the cluster scope"),
        }
    }
}

/// What the server says that a user may do in a namespace; there may be more.
#[derive(Clone, Debug, Default)]
pub struct Rules(Vec<Value>);

impl Rules {
    /// Whether some rule gives the right.
    pub fn allow(&self, access: &Access) -> bool {
        let names = |rule: &Value, field: &str, name: &str| {
            let mut list = rule[field].as_array().into_iter().flatten().filter_map(Value::as_str);
            list.any(|one| one == name || one == "*")
        };
        self.0.iter().any(|rule| {
            let of_some = rule["resourceNames"].as_array().is_some_and(|list| !list.is_empty());
            names(rule, "verbs", access.verb)
                && names(rule, "apiGroups", &access.group)
                && names(rule, "resources", &access.resource)
                && (!of_some || names(rule, "resourceNames", &access.name))
        })
    }
}

impl Client {
    /// The rules for this user in a namespace; none where the server does not tell.
    pub async fn rules(&self, namespace: &str) -> Result<Option<Rules>, Error> {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectRulesReview",
            "spec": { "namespace": namespace },
        });
        Ok(self.review("selfsubjectrulesreviews", &review).await?.map(|answer| {
            let rules = answer.pointer("/status/resourceRules").and_then(Value::as_array);
            Rules(rules.cloned().unwrap_or_default())
        }))
    }

    /// Whether this user has one right; true where the server does not tell.
    pub async fn may(&self, access: &Access) -> Result<bool, Error> {
        let mut attributes = json!({
            "group": access.group,
            "resource": access.resource,
            "verb": access.verb,
            "name": access.name,
        });
        if let Some(namespace) = &access.namespace {
            attributes["namespace"] = json!(namespace);
        }
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": attributes },
        });
        let answer = self.review("selfsubjectaccessreviews", &review).await?;
        let allowed = answer.as_ref().map(|answer| &answer["status"]["allowed"]);
        Ok(allowed.is_none_or(|allowed| *allowed == json!(true)))
    }

    /// Asks for a review, which changes nothing; none where there are no such reviews.
    async fn review(&self, resource: &str, review: &Value) -> Result<Option<Value>, Error> {
        let path = format!("/apis/authorization.k8s.io/v1/{resource}");
        let ask = Ask::with_body(Method::POST, path, "application/json", review);
        match self.transport().json(&ask, Retry::Bounded).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::Forbidden { .. }) => Ok(None),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_give_rights() {
        let rules = Rules(vec![
            json!({"verbs": ["get"], "apiGroups": [""], "resources": ["*"]}),
            json!({"verbs": ["*"], "apiGroups": ["apps"], "resources": ["deployments"]}),
            json!({
                "verbs": ["patch"], "apiGroups": ["*"], "resources": ["secrets"],
                "resourceNames": ["a"],
            }),
            json!({"verbs": ["create"]}),
        ]);
        for (verb, group, resource, name, given) in [
            ("get", "", "pods", "x", true),
            ("get", "batch", "jobs", "x", false),
            ("delete", "apps", "deployments", "x", true),
            ("delete", "apps", "statefulsets", "x", false),
            ("patch", "", "secrets", "a", true),
            ("patch", "", "secrets", "b", false),
            ("create", "", "secrets", "a", false),
        ] {
            let (group, resource, name) = (group.to_owned(), resource.to_owned(), name.to_owned());
            let access = Access { namespace: None, group, resource, verb, name };
            assert_eq!(rules.allow(&access), given, "{access:?}");
        }
    }
}
