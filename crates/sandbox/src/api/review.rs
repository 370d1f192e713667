//! Reviews: the sandbox lets its one user do everything.

use serde_json::{Value, json};

use super::{Answer, JSON, Request};
use crate::cluster::{Cluster, Part, passing};
use crate::kinds::Kind;
use crate::status::Status;

/// Whether a kind is answered at once and never stored.
pub(super) fn is_review(kind: &Kind) -> bool {
    kind.custom.is_none()
        && matches!(kind.group.as_str(), "authorization.k8s.io" | "authentication.k8s.io")
}

/// Answers a review.
pub(super) fn answer(cluster: &Cluster, request: &Request, kind: &Kind) -> Result<Answer, Status> {
    let options = request.write_options(cluster, kind, Part::Main)?;
    let mut review = passing(kind, request.document(&kind.shape)?, &options)?;
    review["status"] = status(kind)?;
    Ok(Answer::Document { code: 201, value: review, warnings: vec![], media: JSON })
}

fn status(kind: &Kind) -> Result<Value, Status> {
    match kind.kind.as_str() {
        "SelfSubjectAccessReview" | "SubjectAccessReview" | "LocalSubjectAccessReview" => {
            Ok(json!({"allowed": true}))
        }
        "SelfSubjectRulesReview" => Ok(json!({"incomplete": false,
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
            "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}]})),
        "SelfSubjectReview" => Ok(json!({"userInfo": {"username": "sandbox-admin",
            "groups": ["system:masters", "system:authenticated"]}})),
        other => Err(Status::not_in_sandbox(other)),
    }
}
