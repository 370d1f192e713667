//! Finds a chart from elsewhere as Helm finds it, fetches it and keeps it.
//!
//! What is told apart: `oci://host/path`, an address, a chart of a repository that is named with its
//! address, and `repo/chart` of a repository that was added. Local paths come first, and are the
//! caller's.
use std::path::PathBuf;
use std::sync::Mutex;

use crate::address::Address;
use crate::cache::{Cache, Kind, sha256};
use crate::http::{Ask, Http, Login, Proxies, Tls};
use crate::index::{Index, Missing, is_range};
use crate::registry::{Manifest, Reference, Registry, Transport, hex_of, layers};
use crate::repositories::{self, Repository};
use crate::{FetchError, archive};

/// An index larger than this is nobody's.
const MAX_INDEX: u64 = 128 * 1024 * 1024;
const MAX_VALUES: u64 = 64 * 1024 * 1024;
const MAX_PROVENANCE: u64 = 4 * 1024 * 1024;
const ARCHIVE: &str = "application/gzip,application/octet-stream";

/// Where Helm keeps what it knows, and how the network is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `repositories.yaml`.
    pub repository_config: PathBuf,
    /// The folder of the repositories' indexes.
    pub repository_cache: PathBuf,
    /// Files with credentials for registries, the first that knows a host wins.
    pub registry_configs: Vec<PathBuf>,
    /// The folder of fetched charts.
    pub content_cache: PathBuf,
    /// The environment's proxies.
    pub proxies: Proxies,
}

/// What a user gives to be let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// User and password.
    pub login: Option<Login>,
    /// Give them to other servers that a repository's index names, too.
    pub pass_credentials: bool,
    /// Certificates.
    pub tls: Tls,
    /// `http://` for registries.
    pub plain_http: bool,
}

/// Which chart is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChartReference {
    /// `repo/chart`, an address, or a chart's name where `repository` is given.
    pub name: String,
    /// The address of a repository.
    pub repository: Option<String>,
    /// A version or a constraint; empty means the newest stable one.
    pub version: String,
    /// Whether the provenance is wanted, too.
    pub provenance: Provenance,
}

/// Whether to fetch the file with the signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Provenance {
    /// No.
    #[default]
    Ignore,
    /// It must be there.
    Require,
}

/// A chart that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The archive, in the cache.
    pub path: PathBuf,
    /// The name it has at its origin: `web-1.2.3.tgz`.
    pub file_name: String,
    /// Its provenance, if that was asked for.
    pub provenance: Option<Vec<u8>>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Fetches.
pub struct Fetcher {
    pub(crate) settings: Settings,
    clients: Mutex<Vec<(Tls, Http)>>,
}

/// Where an archive is, and what is known of it.
struct Download {
    address: Address,
    authorization: Option<String>,
    tls: Tls,
    /// SHA-256 in hex.
    digest: Option<String>,
}

impl Fetcher {
    /// Touches neither disk nor network yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, clients: Mutex::default() }
    }

    /// Finds and fetches a chart.
    pub async fn chart(
        &self,
        wanted: &ChartReference,
        access: &Access,
    ) -> Result<Fetched, FetchError> {
        let mut notes = Vec::new();
        let download = match &wanted.repository {
            Some(_) => return self.indexed_chart(wanted, access, None).await,
            None if wanted.name.starts_with("oci://") => {
                return self.pull(wanted, access).await;
            }
            None => self.by_name(wanted, access, &mut notes)?,
        };
        self.take(&download, wanted, access, notes).await
    }

    /// A chart of a repository whose index may be at hand.
    pub(crate) async fn indexed_chart(
        &self,
        wanted: &ChartReference,
        access: &Access,
        index: Option<&bytes::Bytes>,
    ) -> Result<Fetched, FetchError> {
        let mut notes = Vec::new();
        let download = self.in_repository(wanted, access, index, &mut notes).await?;
        self.take(&download, wanted, access, notes).await
    }

    /// Downloads; an index may name a registry, too.
    async fn take(
        &self,
        download: &Download,
        wanted: &ChartReference,
        access: &Access,
        notes: Vec<String>,
    ) -> Result<Fetched, FetchError> {
        if download.address.scheme() == "oci" {
            let name = download.address.to_string();
            let wanted = ChartReference { name, repository: None, ..wanted.clone() };
            return self.pull(&wanted, access).await;
        }
        self.download(download, wanted.provenance, notes).await
    }

    /// A file at an address: `http`, `https`, or a chart's archive by `oci`.
    pub async fn file(&self, text: &str) -> Result<Vec<u8>, FetchError> {
        let invalid = || FetchError::Address { text: text.to_owned() };
        let address = Address::parse(text).ok_or_else(invalid)?;
        let access = Access::default();
        match address.scheme() {
            "http" | "https" => {
                let authorization = authorization(&address, None);
                let ask = Ask {
                    address: &address,
                    accept: "",
                    authorization,
                    form: None,
                    limit: MAX_VALUES,
                };
                Ok(self.http(&access.tls)?.fetch(ask).await?.to_vec())
            }
            "oci" => {
                let wanted = ChartReference { name: text.to_owned(), ..ChartReference::default() };
                let path = self.pull(&wanted, &access).await?.path;
                std::fs::read(&path).map_err(|cause| FetchError::File { path, cause })
            }
            scheme => Err(FetchError::Scheme { scheme: scheme.to_owned() }),
        }
    }

    /// `--repo URL chart`.
    async fn in_repository(
        &self,
        wanted: &ChartReference,
        access: &Access,
        index: Option<&bytes::Bytes>,
        notes: &mut Vec<String>,
    ) -> Result<Download, FetchError> {
        let url = wanted.repository.as_deref().unwrap_or_default();
        let base = web_address(url)?;
        let data = match index {
            Some(data) => data.clone(),
            None => self.index(&base, access).await.map_err(|cause| {
                FetchError::NotARepository { url: base.to_string(), cause: Box::new(cause) }
            })?,
        };
        let index = Index::read(&data, url, &wanted.name)?;
        let chart = match wanted.version.as_str() {
            "" => format!("chart {:?}", wanted.name),
            version => format!("chart {:?} version {version:?}", wanted.name),
        };
        let entry = index.find(&wanted.version).map_err(|missing| FetchError::NoChart {
            message: format!("{chart} not found in {base} repository"),
            hint: index.hint(&wanted.name, &missing),
        })?;
        notes.extend(other_version(wanted, &entry.version));
        let url = entry.urls.first().ok_or(FetchError::NoUrls { chart })?;
        let invalid = || FetchError::Address { text: url.clone() };
        let address = base.below(url).ok_or_else(invalid)?;
        let login = (access.pass_credentials || address.same_origin(&base))
            .then_some(access.login.as_ref())
            .flatten();
        let own = base.user().filter(|_| address.same_origin(&base)).map(login_of);
        Ok(Download {
            authorization: authorization(&address, login.or(own.as_ref())),
            tls: access.tls.clone(),
            digest: entry.digest.clone(),
            address,
        })
    }

    /// An address, or `repo/chart`.
    fn by_name(
        &self,
        wanted: &ChartReference,
        access: &Access,
        notes: &mut Vec<String>,
    ) -> Result<Download, FetchError> {
        let repositories = repositories::read(&self.settings.repository_config)?;
        let cache = &self.settings.repository_cache;
        if wanted.name.contains("://") {
            let address = web_address(&wanted.name)?;
            let owner = repositories::owner(&repositories, cache, &address)?;
            return Ok(download_of(address, None, owner, access));
        }
        let not_a_reference = || FetchError::NotAReference { reference: wanted.name.clone() };
        let (name, chart) = wanted.name.split_once('/').ok_or_else(not_a_reference)?;
        let repository = repositories::pick(&repositories, name)?;
        let data = repositories::cached_index(cache, name)?;
        let path = repositories::index_file(cache, name).display().to_string();
        let index = Index::read(&data, &path, chart)?;
        let version = &wanted.version;
        let entry = index.find(version).map_err(|missing| {
            let why = match missing {
                Missing::Chart => "no chart name found".to_owned(),
                Missing::Version if index.versions().is_none_or(<[_]>::is_empty) => {
                    "no chart version found".to_owned()
                }
                Missing::Version => format!("no chart version found for {chart}-{version}"),
                Missing::Constraint => format!("improper constraint: {version}"),
            };
            FetchError::NoChart {
                message: format!("chart {chart:?} matching {version} not found in {name} index. (try 'helm repo update'): {why}"),
                hint: index.hint(chart, &missing),
            }
        })?;
        notes.extend(other_version(wanted, &entry.version));
        let chart = format!("chart {:?}", wanted.name);
        let url = entry.urls.first().ok_or(FetchError::NoUrls { chart })?;
        let invalid = || FetchError::Address { text: url.clone() };
        let address = web_address(&repository.url)?.below(url).ok_or_else(invalid)?;
        Ok(download_of(address, entry.digest.clone(), Some(repository), access))
    }

    /// The index of a repository, fetched.
    pub(crate) async fn index(
        &self,
        base: &Address,
        access: &Access,
    ) -> Result<bytes::Bytes, FetchError> {
        let invalid = || FetchError::Address { text: base.to_string() };
        let address = base.below("index.yaml").ok_or_else(invalid)?;
        let authorization = authorization(base, access.login.as_ref());
        let ask =
            Ask { address: &address, accept: "", authorization, form: None, limit: MAX_INDEX };
        self.http(&access.tls)?.fetch(ask).await
    }

    async fn download(
        &self,
        download: &Download,
        provenance: Provenance,
        notes: Vec<String>,
    ) -> Result<Fetched, FetchError> {
        let address = &download.address;
        if !matches!(address.scheme(), "http" | "https") {
            return Err(FetchError::Scheme { scheme: address.scheme().to_owned() });
        }
        let cache = Cache::new(&self.settings.content_cache);
        let ask = |address, limit| Ask {
            address,
            accept: ARCHIVE,
            authorization: download.authorization.clone(),
            form: None,
            limit,
        };
        let known = download.digest.as_deref().and_then(|digest| cache.get(digest, Kind::Chart));
        let path = if let Some((path, _)) = known {
            path
        } else {
            let http = self.http(&download.tls)?;
            let data = http.fetch(ask(address, archive::MAX_ARCHIVE)).await?;
            let found = sha256(&data);
            if let Some(expected) = download.digest.clone().filter(|digest| *digest != found) {
                return Err(FetchError::Digest { what: address.to_string(), expected, found });
            }
            cache.put(&found, Kind::Chart, &data)?
        };
        let provenance = match provenance {
            Provenance::Ignore => None,
            // Always fetched: a new signature of the same archive counts.
            Provenance::Require => {
                let address = address.with_suffix(".prov");
                let http = self.http(&download.tls)?;
                let data = http.fetch(ask(&address, MAX_PROVENANCE)).await.map_err(|cause| {
                    let address = address.to_string();
                    let message = format!("failed to fetch provenance {address:?}");
                    FetchError::Provenance { message, why: Some(cause.to_string()) }
                })?;
                Some(data.to_vec())
            }
        };
        Ok(Fetched { path, file_name: address.file_name().to_owned(), provenance, notes })
    }

    async fn pull(&self, wanted: &ChartReference, access: &Access) -> Result<Fetched, FetchError> {
        let cache = Cache::new(&self.settings.content_cache);
        let registry = self.registry(access)?;
        let reference = exact(&registry, wanted).await?;
        let kept = reference.digest.as_deref().and_then(hex_of).and_then(|digest| {
            let (_, data) = cache.get(digest, Kind::Manifest)?;
            layers(&reference, &data)
                .is_ok()
                .then(|| Manifest { data: data.into(), digest: format!("sha256:{digest}") })
        });
        let manifest = match kept {
            Some(manifest) => manifest,
            None => registry.manifest(&reference).await?,
        };
        let found = layers(&reference, &manifest.data)?;
        let (Some(chart), Some(digest)) =
            (found.chart.as_ref(), found.chart.as_ref().and_then(|c| hex_of(&c.digest)))
        else {
            let reference = reference.to_string();
            return Err(FetchError::Registry {
                reference,
                why: "there is no chart in it".to_owned(),
            });
        };
        let path = if let Some((path, _)) = cache.get(digest, Kind::Chart) {
            path
        } else {
            let data = registry.layer(&reference, chart, archive::MAX_ARCHIVE).await?;
            cache.put(digest, Kind::Chart, &data)?
        };
        if let Some(hex) = hex_of(&manifest.digest) {
            cache.put(hex, Kind::Manifest, &manifest.data)?;
        }
        let provenance = match (wanted.provenance, &found.provenance) {
            (Provenance::Ignore, _) => None,
            (Provenance::Require, Some(layer)) => {
                Some(registry.layer(&reference, layer, MAX_PROVENANCE).await?.to_vec())
            }
            (Provenance::Require, None) => {
                let message = format!("failed to fetch provenance \"oci://{reference}.prov\"");
                return Err(FetchError::Provenance { message, why: None });
            }
        };
        let name = reference.repository.rsplit('/').next().unwrap_or_default();
        let version = reference.tag.as_deref().unwrap_or_default().replace('_', "+");
        Ok(Fetched {
            path,
            file_name: format!("{name}-{version}.tgz"),
            provenance,
            notes: vec![format!("Pulled: {reference}"), format!("Digest: {}", manifest.digest)],
        })
    }

    pub(crate) fn registry(&self, access: &Access) -> Result<Registry, FetchError> {
        let transport = if access.plain_http { Transport::Plain } else { Transport::Tls };
        let files = self.settings.registry_configs.clone();
        Ok(Registry::new(self.http(&access.tls)?, transport, access.login.clone(), files))
    }

    /// The client for some certificates; made once, so that connections are used again.
    fn http(&self, tls: &Tls) -> Result<Http, FetchError> {
        let Ok(mut clients) = self.clients.lock() else {
            return Http::new(tls, &self.settings.proxies);
        };
        if let Some((_, http)) = clients.iter().find(|(known, _)| known == tls) {
            return Ok(http.clone());
        }
        let http = Http::new(tls, &self.settings.proxies)?;
        clients.push((tls.clone(), http.clone()));
        Ok(http)
    }
}

/// The tag or digest that a reference and a version mean together.
async fn exact(registry: &Registry, wanted: &ChartReference) -> Result<Reference, FetchError> {
    let reference = Reference::parse(&wanted.name)?;
    let version = match (&reference.tag, wanted.version.as_str()) {
        (Some(tag), "") => tag.clone(),
        (Some(tag), version) if *tag != version.replace('+', "_") => {
            return Err(FetchError::TagMismatch { version: version.to_owned(), tag: tag.clone() });
        }
        (_, version) => version.to_owned(),
    };
    if let Some(digest) = &reference.digest {
        if version.is_empty() {
            return Ok(reference);
        }
        // The thing need not be tagged where its digest is given.
        if let Ok(tagged) = registry.manifest(&reference.with_tag(&version)?).await
            && tagged.digest != *digest
        {
            let expected = digest.clone();
            return Err(FetchError::DigestMismatch { found: tagged.digest, expected });
        }
        let tag = reference.with_tag(&version)?.tag;
        return Ok(Reference { tag, ..reference });
    }
    if reference.tag.is_some() || chart::version::is_valid(&version) {
        return reference.with_tag(&version);
    }
    let constraint = if version.is_empty() { "*" } else { &version };
    if !chart::version::is_constraint(constraint) {
        return Err(FetchError::Constraint { text: version });
    }
    let tags = registry.versions(&reference).await?;
    if tags.is_empty() {
        return Err(FetchError::NoTags { reference: wanted.name.clone() });
    }
    match tags.iter().find(|tag| chart::version::is_compatible(constraint, tag)) {
        Some(tag) => reference.with_tag(tag),
        None => Err(FetchError::NoChart {
            message: format!(
                "could not locate a version matching provided version string {version}"
            ),
            hint: Some(format!(
                "the newest versions are {}",
                tags.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ")
            )),
        }),
    }
}

fn download_of(
    address: Address,
    digest: Option<String>,
    owner: Option<&Repository>,
    access: &Access,
) -> Download {
    let Some(owner) = owner else {
        let authorization = authorization(&address, access.login.as_ref());
        return Download { authorization, tls: access.tls.clone(), digest, address };
    };
    let (login, everywhere) = match &owner.login {
        Some(login) => (Some(login.clone()), owner.pass_credentials),
        None => (access.login.clone(), access.pass_credentials),
    };
    let base = Address::parse(&owner.url);
    let home = base.as_ref().is_some_and(|base| base.same_origin(&address));
    let own = base.as_ref().and_then(Address::user).filter(|_| home).map(login_of);
    let login = login.filter(|_| everywhere || home).or(own);
    let files = [&owner.tls.ca_file, &owner.tls.cert_file, &owner.tls.key_file];
    let mut tls =
        if files.iter().any(|file| file.is_some()) { &owner.tls } else { &access.tls }.clone();
    tls.insecure = access.tls.insecure || owner.tls.insecure;
    Download { authorization: authorization(&address, login.as_ref()), tls, digest, address }
}

/// Helm goes on with the nearest version where it has not the one that was named; so do we, loudly.
fn other_version(wanted: &ChartReference, found: &str) -> Option<String> {
    let named = &wanted.version;
    let exact = named.is_empty() || named == found || is_range(named);
    (!exact).then(|| format!("there is no version {named} of {}; using {found}", wanted.name))
}

fn authorization(address: &Address, login: Option<&Login>) -> Option<String> {
    let own = address.user().map(login_of);
    login.or(own.as_ref()).map(Login::basic)
}

fn login_of((user, password): (&str, &str)) -> Login {
    Login { user: user.to_owned(), password: password.to_owned() }
}

fn web_address(text: &str) -> Result<Address, FetchError> {
    let address =
        Address::parse(text).ok_or_else(|| FetchError::Address { text: text.to_owned() })?;
    match address.scheme() {
        "http" | "https" => Ok(address),
        scheme => Err(FetchError::Scheme { scheme: scheme.to_owned() }),
    }
}
