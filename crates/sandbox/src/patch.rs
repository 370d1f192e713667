//! Patches that are not server-side apply.

pub(crate) mod json;
pub(crate) mod merge;
pub(crate) mod strategic;

/// How a patch request is to be read, by its content type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PatchKind {
    /// RFC 6902.
    Json,
    /// RFC 7386.
    Merge,
    /// Kubernetes' own, by merge keys.
    Strategic,
    /// Server-side apply.
    Apply,
}

impl PatchKind {
    /// Reads a content type; `None` for one the server does not take.
    pub(crate) fn of(content_type: &str) -> Option<Self> {
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => Some(Self::Json),
            "application/merge-patch+json" => Some(Self::Merge),
            "application/strategic-merge-patch+json" => Some(Self::Strategic),
            "application/apply-patch+yaml" => Some(Self::Apply),
            _ => None,
        }
    }
}
