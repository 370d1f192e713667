//! Hooks: manifests that run at an event of a release instead of being part of it.

/// A manifest with the annotation `helm.sh/hook`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// `metadata.name`.
    pub name: String,
    /// The object's kind.
    pub kind: String,
    /// The template it came from, `chart/templates/job.yaml`.
    pub path: String,
    /// The manifest's text.
    pub manifest: String,
    /// When it runs, in the order the annotation names.
    pub events: Vec<HookEvent>,
    /// The order among hooks of one event, lowest first.
    pub weight: i64,
    /// When it is deleted; words that Helm does not know are kept.
    pub delete_policies: Vec<DeletePolicy>,
    /// When its logs are shown.
    pub output_log_policies: Vec<OutputLogPolicy>,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// The word as the annotation and the release record write it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Reads that word.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// An event of a release at which hooks run.
    HookEvent {
        /// Before the first install.
        PreInstall = "pre-install",
        /// After the first install.
        PostInstall = "post-install",
        /// Before uninstalling.
        PreDelete = "pre-delete",
        /// After uninstalling.
        PostDelete = "post-delete",
        /// Before an upgrade.
        PreUpgrade = "pre-upgrade",
        /// After an upgrade.
        PostUpgrade = "post-upgrade",
        /// Before a rollback.
        PreRollback = "pre-rollback",
        /// After a rollback.
        PostRollback = "post-rollback",
        /// `helm test`.
        Test = "test",
    }
}

/// When a hook's object is deleted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DeletePolicy {
    /// After it succeeded.
    Succeeded,
    /// After it failed.
    Failed,
    /// Before it is created again; the default.
    BeforeCreation,
    /// A word that has no effect, kept because the release record keeps it.
    Other(String),
}

/// When a hook's logs are shown.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OutputLogPolicy {
    /// After it succeeded.
    Succeeded,
    /// After it failed.
    Failed,
    /// A word that has no effect, kept because the release record keeps it.
    Other(String),
}

impl DeletePolicy {
    /// Reads the annotation's word, already trimmed and in lower case.
    pub fn parse(word: &str) -> Self {
        match word {
            "hook-succeeded" => Self::Succeeded,
            "hook-failed" => Self::Failed,
            "before-hook-creation" => Self::BeforeCreation,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word as the annotation and the release record write it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Succeeded => "hook-succeeded",
            Self::Failed => "hook-failed",
            Self::BeforeCreation => "before-hook-creation",
            Self::Other(word) => word,
        }
    }
}

impl OutputLogPolicy {
    /// Reads the annotation's word, already trimmed and in lower case.
    pub fn parse(word: &str) -> Self {
        match word {
            "hook-succeeded" => Self::Succeeded,
            "hook-failed" => Self::Failed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The word as the annotation and the release record write it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Succeeded => "hook-succeeded",
            Self::Failed => "hook-failed",
            Self::Other(word) => word,
        }
    }
}
