//! OCI registries: tags, manifests and the layers of charts.
//!
//! **Invariant**: what is returned has the digest its manifest names, and the manifest the digest it
//! was asked for by. Credentials go to the registry of the reference, to the token server that it
//! names, and nowhere else.
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Mutex;

use bytes::Bytes;
use http::StatusCode;
use http::header::{LINK, WWW_AUTHENTICATE};
use serde_json::Value;

use crate::FetchError;
use crate::address::Address;
use crate::cache::sha256;
use crate::http::{Ask, Http, Login, Reply};

mod challenge;
mod credential_helper;
mod credentials;
mod reference;

use challenge::Challenge;
use credentials::Credential;
pub(crate) use reference::{Reference, hex_of};

const MAX_MANIFEST: u64 = 4 * 1024 * 1024;
const MAX_TAG_PAGES: usize = 500;
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFESTS: &str = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const CHART_OF_OLD: &str = "application/tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/// `http://` only where it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Plain,
    Tls,
}

/// Talks to registries.
pub(crate) struct Registry {
    http: Http,
    transport: Transport,
    /// Given on the command line; before the files.
    login: Option<Login>,
    files: Vec<PathBuf>,
    tokens: Mutex<HashMap<String, String>>,
}

/// A manifest and its digest (`sha256:…`).
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    pub(crate) data: Bytes,
    pub(crate) digest: String,
}

/// The layers of a chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layers {
    pub(crate) chart: Option<Layer>,
    pub(crate) provenance: Option<Layer>,
}

/// A layer in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layer {
    /// `sha256:…`
    pub(crate) digest: String,
    pub(crate) size: u64,
}

impl Registry {
    pub(crate) fn new(
        http: Http,
        transport: Transport,
        login: Option<Login>,
        files: Vec<PathBuf>,
    ) -> Self {
        Self { http, transport, login, files, tokens: Mutex::default() }
    }

    /// The tags that are versions, newest first, `+` where the registry has `_`.
    pub(crate) async fn versions(&self, reference: &Reference) -> Result<Vec<String>, FetchError> {
        let mut address = self.address(reference, "tags/list?n=1000")?;
        let mut versions: Vec<String> = Vec::new();
        for _ in 0..MAX_TAG_PAGES {
            let reply = self.ask(reference, &address, "", MAX_MANIFEST).await?;
            let page: Value = json(reference, &reply.body)?;
            let tags = page.get("tags").and_then(Value::as_array).into_iter().flatten();
            let tags = tags.filter_map(Value::as_str).map(|tag| tag.replace('_', "+"));
            versions.extend(tags.filter(|tag| chart::version::is_strict(tag)));
            let Some(next) = next_page(&reply) else { break };
            address = match address.join(&next) {
                Some(next) if next.same_origin(&address) => next,
                _ => return Err(protocol(reference, "the next page of tags is elsewhere")),
            };
        }
        versions.sort_by(|a, b| chart::version::compare(b, a).unwrap_or(std::cmp::Ordering::Equal));
        Ok(versions)
    }

    /// The manifest of a chart: that of an index is the first which is one.
    pub(crate) async fn manifest(&self, reference: &Reference) -> Result<Manifest, FetchError> {
        let first = self.one_manifest(reference).await?;
        let content: Value = json(reference, &first.data)?;
        let inner = content.get("manifests").and_then(Value::as_array);
        let kind = content.get("mediaType").and_then(Value::as_str);
        let Some(inner) = inner.filter(|_| kind.is_none_or(|kind| kind == INDEX)) else {
            return Ok(first);
        };
        let manifests = inner
            .iter()
            .filter(|m| m.get("mediaType").and_then(Value::as_str) == Some(MANIFEST))
            .filter_map(|m| m.get("digest").and_then(Value::as_str))
            .take(16);
        for digest in manifests {
            let inner = Reference { digest: Some(digest.to_owned()), ..reference.clone() };
            let manifest = self.one_manifest(&inner).await?;
            if layers(reference, &manifest.data).is_ok() {
                return Ok(manifest);
            }
        }
        Err(protocol(reference, "no manifest of the index is a chart's"))
    }

    /// A layer, checked.
    pub(crate) async fn layer(
        &self,
        reference: &Reference,
        layer: &Layer,
        limit: u64,
    ) -> Result<Bytes, FetchError> {
        let address = self.address(reference, &format!("blobs/{}", layer.digest))?;
        if layer.size > limit {
            return Err(FetchError::TooLarge { address, limit });
        }
        let body = self.ask(reference, &address, "", limit).await?.body;
        check(&format!("the layer of {reference}"), &layer.digest, &body)?;
        Ok(body)
    }

    async fn one_manifest(&self, reference: &Reference) -> Result<Manifest, FetchError> {
        let address = self.address(reference, &format!("manifests/{}", reference.wanted()))?;
        let data = self.ask(reference, &address, MANIFESTS, MAX_MANIFEST).await?.body;
        if let Some(digest) = &reference.digest {
            check(&format!("the manifest of {reference}"), digest, &data)?;
        }
        let digest = format!("sha256:{}", sha256(&data));
        Ok(Manifest { data, digest })
    }

    fn address(&self, reference: &Reference, tail: &str) -> Result<Address, FetchError> {
        let scheme = match self.transport {
            Transport::Plain => "http",
            Transport::Tls => "https",
        };
        let host = api_host(&reference.host);
        let text = format!("{scheme}://{host}/v2/{}/{tail}", reference.repository);
        Address::parse(&text).ok_or(FetchError::Address { text })
    }

    /// Asks; where the registry wants credentials, asks again with them.
    async fn ask(
        &self,
        reference: &Reference,
        address: &Address,
        accept: &str,
        limit: u64,
    ) -> Result<Reply, FetchError> {
        let key = format!("{}/{}", reference.host, reference.repository);
        let known = self.tokens.lock().ok().and_then(|tokens| tokens.get(&key).cloned());
        let ask = |authorization| Ask { address, accept, authorization, form: None, limit };
        let mut reply = self.http.get(ask(known)).await?;
        let mut gave = None;
        if reply.status == StatusCode::UNAUTHORIZED {
            let challenge = reply
                .headers
                .get_all(WWW_AUTHENTICATE)
                .iter()
                .find_map(|header| challenge::parse(header.to_str().ok()?));
            let (answer, from) = self.answer(reference, challenge, &reply).await?;
            gave = from;
            reply = self.http.get(ask(Some(answer.clone()))).await?;
            if let Ok(mut tokens) = self.tokens.lock() {
                tokens.insert(key, answer);
            }
        }
        if reply.status == StatusCode::OK {
            Ok(reply)
        } else {
            Err(refused(reference, &reply, gave))
        }
    }

    /// The `Authorization` header that answers a challenge, and where its credentials came from.
    async fn answer(
        &self,
        reference: &Reference,
        challenge: Option<Challenge>,
        reply: &Reply,
    ) -> Result<(String, Option<String>), FetchError> {
        let host = api_host(&reference.host);
        let (credential, from) = match &self.login {
            Some(login) => {
                let from = "--username and --password".to_owned();
                (Some(Credential::Login(login.clone())), Some(from))
            }
            None => credentials::find(host, &self.files).await?.unzip(),
        };
        match (challenge, credential) {
            (Some(Challenge::Basic), Some(Credential::Login(login))) => Ok((login.basic(), from)),
            (Some(Challenge::Bearer { .. }), Some(Credential::Token(token))) => {
                Ok((format!("Bearer {token}"), from))
            }
            (Some(Challenge::Bearer { realm, service, scope }), credential) => {
                let query = Query { realm, service, scope };
                let token = self.token(reference, &query, credential, from.clone()).await?;
                Ok((format!("Bearer {token}"), from))
            }
            _ => Err(refused(reference, reply, from)),
        }
    }

    /// Changes credentials, or nothing, into a token.
    async fn token(
        &self,
        reference: &Reference,
        query: &Query,
        credential: Option<Credential>,
        from: Option<String>,
    ) -> Result<String, FetchError> {
        let realm = Address::parse(&query.realm)
            .filter(|realm| realm.scheme() == "https" || self.transport == Transport::Plain)
            .ok_or_else(|| {
                protocol(
                    reference,
                    &format!("tokens come from {:?}, which is not safe", query.realm),
                )
            })?;
        let (address, authorization, form) = match credential {
            Some(Credential::Refresh(token)) => (realm, None, Some(query.form(&token))),
            Some(Credential::Login(login)) => {
                (query.address(&realm, Some(&login.user)), Some(login.basic()), None)
            }
            Some(Credential::Token(_)) | None => (query.address(&realm, None), None, None),
        };
        let ask = Ask { address: &address, accept: "", authorization, form, limit: MAX_MANIFEST };
        let reply = self.http.get(ask).await?;
        if reply.status != StatusCode::OK {
            return Err(refused(reference, &reply, from));
        }
        let content: Value = json(reference, &reply.body)?;
        ["token", "access_token"]
            .iter()
            .find_map(|key| content.get(key)?.as_str().filter(|token| !token.is_empty()))
            .map(str::to_owned)
            .ok_or_else(|| protocol(reference, "the token server sent no token"))
    }
}

/// What a token is asked for with.
struct Query {
    realm: String,
    service: String,
    scope: String,
}

impl Query {
    fn address(&self, realm: &Address, account: Option<&str>) -> Address {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(account) = account {
            query.append_pair("account", account);
        }
        if !self.service.is_empty() {
            query.append_pair("service", &self.service);
        }
        for scope in self.scope.split(' ').filter(|scope| !scope.is_empty()) {
            query.append_pair("scope", scope);
        }
        realm.with_query(&query.finish())
    }

    fn form(&self, token: &str) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", token)
            .append_pair("service", &self.service)
            .append_pair("client_id", "windrose")
            .append_pair("scope", &self.scope)
            .finish()
    }
}

/// The layers that a chart's manifest names.
pub(crate) fn layers(reference: &Reference, manifest: &[u8]) -> Result<Layers, FetchError> {
    let content: Value = json(reference, manifest)?;
    let text = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let config = content.get("config").map(|config| text(config, "mediaType"));
    if config.as_deref() != Some(CONFIG) {
        return Err(protocol(reference, &format!("could not load config with mediatype {CONFIG}")));
    }
    let mut found = Layers { chart: None, provenance: None };
    for layer in content.get("layers").and_then(Value::as_array).into_iter().flatten() {
        let digest = text(layer, "digest");
        if hex_of(&digest).is_none() {
            continue;
        }
        let size = layer.get("size").and_then(Value::as_u64).unwrap_or_default();
        let one = Some(Layer { digest, size });
        match text(layer, "mediaType").as_str() {
            CHART | CHART_OF_OLD => found.chart = one,
            PROVENANCE => found.provenance = one,
            _ => {}
        }
    }
    if found.chart.is_none() {
        let why = format!("manifest does not contain a layer with mediatype {CHART}");
        return Err(protocol(reference, &why));
    }
    Ok(found)
}

fn check(what: &str, digest: &str, data: &[u8]) -> Result<(), FetchError> {
    let found = sha256(data);
    let expected = hex_of(digest).unwrap_or(digest);
    if found == expected {
        return Ok(());
    }
    Err(FetchError::Digest { what: what.to_owned(), expected: expected.to_owned(), found })
}

fn json(reference: &Reference, data: &[u8]) -> Result<Value, FetchError> {
    serde_json::from_slice(data)
        .map_err(|error| protocol(reference, &format!("the registry's answer is no JSON: {error}")))
}

fn protocol(reference: &Reference, why: &str) -> FetchError {
    FetchError::Registry { reference: reference.to_string(), why: why.to_owned() }
}

fn refused(reference: &Reference, reply: &Reply, gave: Option<String>) -> FetchError {
    let content: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let own = content.as_ref().and_then(|c| c.pointer("/errors/0/message")).and_then(Value::as_str);
    let detail = own.map(|text| format!(": {}", text.chars().take(200).collect::<String>()));
    FetchError::Refused {
        reference: reference.to_string(),
        status: reply.status,
        detail: detail.unwrap_or_default(),
        gave,
    }
}

/// The address of `Link: <…>; rel="next"`.
fn next_page(reply: &Reply) -> Option<String> {
    let link = reply.headers.get(LINK)?.to_str().ok()?;
    let (target, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
    rest.contains("next").then(|| target.to_owned())
}

/// Docker Hub answers under another name.
fn api_host(host: &str) -> &str {
    if host == "docker.io" { "registry-1.docker.io" } else { host }
}
