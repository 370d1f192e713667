//! Why something from elsewhere could not be had: which of name, connection, TLS, credentials,
//! chart, version, digest or signature was wrong. Texts are Helm's where Helm has one.
use std::path::PathBuf;
use std::time::Duration;

use http::StatusCode;

use crate::address::Address;

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are named by what the texts say of them")]
pub enum FetchError {
    /// Not an address.
    #[error("invalid chart URL format: {text}")]
    Address { text: String },
    /// No way is known to fetch from there.
    #[error("scheme {scheme:?} not supported")]
    Scheme { scheme: String },
    /// The name of the server is not known.
    #[error("cannot reach {address}: the name of the server cannot be resolved: {why}")]
    Unresolved { address: Address, why: String },
    /// The server cannot be connected to.
    #[error("cannot reach {address}: {why}")]
    Connection { address: Address, why: String },
    /// The server is not who it should be, or speaks TLS we do not.
    #[error("cannot reach {address}: TLS failed: {why}")]
    Tls { address: Address, why: String },
    /// The server does not speak TLS at all.
    #[error("cannot reach {address}: the server does not speak TLS")]
    NotTls { address: Address },
    /// No TLS with these settings.
    #[error("can't create TLS config for client: {why}")]
    TlsSettings { why: String },
    /// A certificate or key that cannot be used.
    #[error("can't create TLS config for client: {path}: {why}", path = .path.display())]
    Certificate { path: PathBuf, why: String },
    /// Nothing was heard for too long.
    #[error("{address} said nothing for {seconds} s", seconds = .after.as_secs())]
    Silent { address: Address, after: Duration },
    /// The connection ended in the middle.
    #[error("the download of {address} ended before all of it was there")]
    Truncated { address: Address },
    /// More than may be.
    #[error("{address} is larger than {limit} bytes")]
    TooLarge { address: Address, limit: u64 },
    /// A redirect to nowhere.
    #[error("{address} redirects to {to:?}, which is no address of a web server")]
    Redirect { address: Address, to: String },
    /// Redirects without end.
    #[error("{address} redirects more than 10 times")]
    Redirects { address: Address },
    /// The server answered, but not with the thing.
    #[error("failed to fetch {address} : {status}")]
    Status {
        address: Address,
        status: StatusCode,
        /// Credentials were given.
        gave: bool,
        /// A redirect to another server left them behind.
        lost: bool,
    },
    /// What came is not what was announced.
    #[error("{what} has digest sha256:{found}, expected sha256:{expected}")]
    Digest { what: String, expected: String, found: String },
    /// A file of Helm's settings or caches cannot be read or written.
    #[error("cannot use {path}", path = .path.display())]
    File {
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
    /// A file of Helm's settings has not the form it should have.
    #[error("{path} cannot be understood: {why}", path = .path.display())]
    Settings { path: PathBuf, why: String },
    /// `repo/chart` of a repository that nobody added.
    #[error("repo {name} not found")]
    NoRepository {
        name: String,
        /// Everything that was added.
        known: Vec<String>,
    },
    /// A repository without an address.
    #[error("no URL found for repository {name}")]
    RepositoryWithoutUrl { name: String },
    /// Neither a file nor `repo/chart`.
    #[error("non-absolute URLs should be in form of repo_name/path_to_chart, got: {reference}")]
    NotAReference { reference: String },
    /// The list of a repository's charts was never fetched.
    #[error("no cached repo found. (try 'helm repo update'): open {path}: no such file or directory", path = .path.display())]
    NoIndex { path: PathBuf },
    /// The list of a repository's charts cannot be read.
    #[error("error loading {name}: {why}")]
    Index { name: String, why: String },
    /// The repository cannot be asked.
    #[error("looks like {url:?} is not a valid chart repository or cannot be reached: {cause}")]
    NotARepository {
        url: String,
        #[source]
        cause: Box<FetchError>,
    },
    /// No such chart, or no such version of it.
    #[error("{message}")]
    NoChart {
        message: String,
        /// Did you mean.
        hint: Option<String>,
    },
    /// The index names no file for the chart.
    #[error("{chart} has no downloadable URLs")]
    NoUrls { chart: String },
    /// Not a version constraint.
    #[error("improper constraint: {text}")]
    Constraint { text: String },
    /// Not a reference into a registry.
    #[error("invalid reference: {why}")]
    Reference { why: String },
    /// `--version` and the tag say different things.
    #[error("chart reference and version mismatch: {version} is not {tag}")]
    TagMismatch { version: String, tag: String },
    /// The tag is another thing than the digest names.
    #[error("chart reference digest mismatch: {found} is not {expected}")]
    DigestMismatch { found: String, expected: String },
    /// No tag is a version.
    #[error("unable to locate any tags in provided repository: {reference}")]
    NoTags { reference: String },
    /// The registry's answer is not what the protocol says.
    #[error("{reference}: {why}")]
    Registry { reference: String, why: String },
    /// The registry refused.
    #[error("{reference}: the registry answered {status}{detail}")]
    Refused {
        reference: String,
        status: StatusCode,
        /// Its own words, `: …` or nothing.
        detail: String,
        /// Where credentials came from, nothing if there were none.
        gave: Option<String>,
    },
    /// The program that keeps credentials did not give them.
    #[error("the credential helper {helper:?} gave nothing for {host}: {why}")]
    Helper { host: String, helper: String, why: String },
    /// A dependency that cannot be had.
    #[error("{message}")]
    Dependency { message: String },
    /// The signature or what it signs is wrong.
    #[error("{message}")]
    Provenance {
        /// Which, in Helm's words.
        message: String,
        /// What went wrong on the way to it.
        why: Option<String>,
    },
    /// What was fetched is no chart.
    #[error(transparent)]
    Chart(#[from] crate::Error),
}

impl FetchError {
    /// Advice, if there is any.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unresolved { address, .. } => {
                Some(format!("check the spelling of {:?} and the network", address.host()))
            }
            Self::Tls { why, .. } if why.contains("UnknownIssuer") || why.contains("CaUsed") => {
                Some("name the authority that signed the certificate with --ca-file".to_owned())
            }
            Self::NotTls { .. } => Some(
                "use an http:// address, or --plain-http for a registry, if that is on purpose"
                    .to_owned(),
            ),
            Self::Status { status, gave, lost, .. } => status_hint(*status, *gave, *lost),
            Self::Refused { status, gave, .. } => match (status.as_u16(), gave) {
                (401 | 403, Some(from)) => {
                    Some(format!("the credentials of {from} were sent; are they right?"))
                }
                (401 | 403, None) => Some(
                    "no credentials were sent: log in with `helm registry login`, or give --username and --password".to_owned(),
                ),
                (404, _) => Some("check the names of the repository and the tag".to_owned()),
                _ => None,
            },
            Self::NoRepository { name, known } => {
                match diagnostic::nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => Some(format!("did you mean {near:?}?")),
                    None => Some(
                        "add the repository with `helm repo add`, or name it with --repo"
                            .to_owned(),
                    ),
                }
            }
            Self::NoIndex { .. } => Some("fetch it with `helm repo update`".to_owned()),
            Self::NoChart { hint, .. } => hint.clone(),
            Self::Provenance { why, .. } => why.clone(),
            Self::NotARepository { cause, .. } => cause.hint(),
            Self::Digest { .. } => Some(
                "the file was replaced or damaged on its way; it is not used".to_owned(),
            ),
            Self::Helper { .. } => {
                Some("is docker-credential-… installed? --username and --password do without".to_owned())
            }
            _ => None,
        }
    }
}

fn status_hint(status: StatusCode, gave: bool, lost: bool) -> Option<String> {
    let hint = match status.as_u16() {
        401 | 403 if lost => "a redirect led to another server, which is not sent the credentials",
        401 | 403 if gave => "the credentials were sent; are they right?",
        401 | 403 => {
            "no credentials were sent: give --username and --password; they go to another server than the repository's only with --pass-credentials"
        }
        404 => "there is no such file; is the address right?",
        _ => return None,
    };
    Some(hint.to_owned())
}
