//! What goes wrong, in the words of Helm and of the library it uses.
//!
//! Invariant: `Display` is byte for byte what Helm prints.

/// Why a chart is not verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The provenance is no clear-signed message.
    #[error("signature block not found")]
    NoMessage,
    /// The message does not hold metadata and sums.
    #[error("message block must have at least two parts")]
    OnePart,
    /// The sums cannot be read.
    #[error("{0}")]
    Sums(yaml::Error),
    /// The message is about other files.
    #[error("provenance does not contain a SHA for a file named {}", yaml::quote::quote(.0))]
    NoSum(String),
    /// The archive is not the one that was signed.
    #[error(
        "sha256 sum does not match for {file}: {} != {}",
        yaml::quote::quote(.signed),
        yaml::quote::quote(.found)
    )]
    Sum {
        /// The archive's name.
        file: String,
        /// The sum that was signed.
        signed: String,
        /// The sum it has.
        found: String,
    },
    /// A keyring in GnuPG's own format that is broken.
    #[error("reading keybox {file}: {problem}")]
    Keybox {
        /// Its name.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A keyring in text form that is broken.
    #[error("reading armored keyring {file}: {problem}")]
    Armored {
        /// Its name.
        file: String,
        /// What is wrong.
        problem: Box<Error>,
    },
    /// Data that breaks OpenPGP's rules.
    #[error("openpgp: invalid data: {0}")]
    Structure(String),
    /// What OpenPGP knows and is not supported.
    #[error("openpgp: unsupported feature: {0}")]
    Unsupported(String),
    /// Things that do not fit together.
    #[error("openpgp: invalid argument: {0}")]
    Argument(String),
    /// A signature that its key did not make.
    #[error("openpgp: invalid signature: {0}")]
    Signature(String),
    /// None of the keys made the signature.
    #[error("openpgp: signature made by unknown entity")]
    UnknownSigner,
    /// The key is not valid any more.
    #[error("openpgp: key expired")]
    KeyExpired,
    /// The signature is not valid any more, or not yet.
    #[error("openpgp: signature expired")]
    SignatureExpired,
    /// The key was taken back.
    #[error("openpgp: signature made by revoked key")]
    KeyRevoked,
    /// A packet of a kind that must be known.
    #[error("openpgp: unknown critical packet type: {0}")]
    UnknownPacket(u8),
    /// Anything that the library says without naming itself: `unexpected EOF`.
    #[error("{0}")]
    Other(String),
}

impl Error {
    pub(crate) fn structure(what: impl Into<String>) -> Self {
        Self::Structure(what.into())
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::Unsupported(what.into())
    }

    /// Data that ends too early.
    pub(crate) fn cut_off() -> Self {
        Self::Other("unexpected EOF".to_owned())
    }
}
