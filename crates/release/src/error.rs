//! What can go wrong with a release, in Helm's words where Helm has them.

use crate::plan::Refusal;

/// A failed operation on a release.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The cluster did not do what was asked.
    #[error(transparent)]
    Kubernetes(#[from] kubernetes::Error),
    /// The name is not one that Helm accepts.
    #[error("release name is invalid: {name}")]
    Name {
        /// The name.
        name: String,
    },
    /// There is no such release.
    #[error("release: not found")]
    NotFound {
        /// The release.
        name: String,
    },
    /// There is nothing to upgrade.
    #[error("{name:?} has no deployed releases")]
    NoDeployed {
        /// The release.
        name: String,
    },
    /// The revision to roll back to is not there.
    #[error("release has no {revision} version")]
    NoRevision {
        /// The revision asked for.
        revision: i64,
    },
    /// The release's namespace is missing and may not be created.
    #[error("namespaces {namespace:?} not found")]
    NoNamespace {
        /// The namespace.
        namespace: String,
    },
    /// The user may not do what the operation takes; nothing was changed.
    #[error("{}", missing_rights(missing))]
    MissingRights {
        /// Every right that is missing.
        missing: Vec<kubernetes::Access>,
    },
    /// Something the caller must give is missing.
    #[error("{0}")]
    Incomplete(&'static str),
    /// Uninstall of what was uninstalled before.
    #[error("the release named {name:?} is already deleted")]
    AlreadyUninstalled {
        /// The release.
        name: String,
    },
    /// Install of a name that is in use.
    #[error("cannot reuse a name that is still in use")]
    NameInUse {
        /// The release.
        name: String,
    },
    /// Somebody else is at it.
    #[error("another operation (install/upgrade/rollback) is in progress")]
    InProgress {
        /// The release.
        name: String,
        /// The pending revision.
        revision: i64,
        /// Who holds it, as they name themselves; empty if they do not.
        holder: String,
    },
    /// The release was taken over by somebody else while we worked on it.
    #[error("revision {revision} of release {name:?} was changed by somebody else meanwhile")]
    Overtaken {
        /// The release.
        name: String,
        /// The revision.
        revision: i64,
    },
    /// A manifest cannot be read as objects.
    #[error("unable to build kubernetes objects from {what}: {detail}")]
    Manifest {
        /// `new release manifest`, `current release manifest`, a hook's path.
        what: String,
        /// What is wrong.
        detail: String,
    },
    /// The plan may not be carried out; each reason names its object.
    #[error("{}", refusals(reasons))]
    Refused {
        /// Why.
        reasons: Vec<Refusal>,
    },
    /// An object could not be brought to its new state.
    #[error("{0}")]
    Apply(String),
    /// A hook failed.
    #[error("failed {event}: {cause}")]
    Hook {
        /// `pre-install`.
        event: String,
        /// Why.
        cause: Box<Error>,
    },
    /// The objects did not become ready.
    #[error("{0}")]
    NotReady(kubernetes::Error),
    /// It failed and was rolled back.
    #[error("release {name} failed, and has been {}: {cause}", undone(*to))]
    RolledBack {
        /// The release.
        name: String,
        /// The revision it was rolled back to; none: it was uninstalled.
        to: Option<i64>,
        /// The first failure.
        cause: Box<Error>,
    },
    /// A stored release cannot be read or written.
    #[error("stored release {key:?} cannot be used: {detail}")]
    Record {
        /// The Secret's name.
        key: String,
        /// What is wrong.
        detail: String,
    },
    /// The caller cancelled; the release is left in a state that the next operation repairs.
    #[error("cancelled")]
    Cancelled,
}

impl Error {
    /// What Helm 4.3.1 says to it; where it does not know the like, our own words.
    pub fn helm_text(&self) -> String {
        match self {
            Self::NotReady(error) => error.helm_text(),
            Self::NoNamespace { namespace } => {
                format!("create: failed to create: namespaces {namespace:?} not found")
            }
            Self::Hook { event, cause } => {
                let cause = cause.helm_text();
                match event.as_str() {
                    "pre-install" | "post-install" => format!("failed {event}: {cause}"),
                    "pre-upgrade" | "post-upgrade" => format!("{event} hooks failed: {cause}"),
                    _ => cause,
                }
            }
            Self::RolledBack { name, cause, to } => {
                let done = undone(*to);
                let cause = cause.helm_text();
                format!(
                    "release {name} failed, and has been {done} due to rollback-on-failure being \
                     set: {cause}"
                )
            }
            // Helm stops at the first.
            Self::Refused { reasons } => {
                reasons.first().map(ToString::to_string).unwrap_or_default()
            }
            Self::Kubernetes(_)
            | Self::Name { .. }
            | Self::NotFound { .. }
            | Self::NoDeployed { .. }
            | Self::NoRevision { .. }
            | Self::MissingRights { .. }
            | Self::Incomplete(_)
            | Self::AlreadyUninstalled { .. }
            | Self::NameInUse { .. }
            | Self::InProgress { .. }
            | Self::Overtaken { .. }
            | Self::Manifest { .. }
            | Self::Apply(_)
            | Self::Record { .. }
            | Self::Cancelled => self.to_string(),
        }
    }
}

fn missing_rights(missing: &[kubernetes::Access]) -> String {
    let all: Vec<String> = missing.iter().map(|access| format!("cannot {access}")).collect();
    format!("you may not do what this takes: {}", all.join("; "))
}

fn undone(to: Option<i64>) -> &'static str {
    if to.is_some() { "rolled back" } else { "uninstalled" }
}

fn refusals(reasons: &[Refusal]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
