//! Requests over HTTP and TLS, bounded in size, time and redirects.
//!
//! **Invariant**: credentials go to the server they were given for; a redirect to another one loses
//! them. What is read is counted while it is read. Nothing here is retried.
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, USER_AGENT,
};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::FetchError;
use crate::address::Address;

mod connect;
mod fault;
mod retry;
mod tls;

pub use connect::Proxies;
pub use tls::Tls;

/// As Go's client.
const MAX_REDIRECTS: usize = 10;
const FORM: &str = "application/x-www-form-urlencoded";
/// How long a server may say nothing.
const SILENCE: Duration = Duration::from_secs(30);

/// User and password for a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({}, ***)", self.user)
    }
}

impl Login {
    /// The value of an `Authorization` header.
    pub(crate) fn basic(&self) -> String {
        use base64::Engine;
        let text = format!("{}:{}", self.user, self.password);
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
    }
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) address: &'a Address,
    pub(crate) accept: &'a str,
    /// The `Authorization` header for the address's own server.
    pub(crate) authorization: Option<String>,
    /// A form to send; it is not sent on to where a redirect leads.
    pub(crate) form: Option<String>,
    /// More bytes are an error.
    pub(crate) limit: u64,
}

/// What a server said in the end.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Where the last redirect led.
    pub(crate) address: Address,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A client with its pool of connections.
#[derive(Clone)]
pub(crate) struct Http {
    client: Client<HttpsConnector<connect::Route>, Full<Bytes>>,
}

impl Http {
    pub(crate) fn new(tls: &Tls, proxies: &Proxies) -> Result<Self, FetchError> {
        let config = tls::config(tls)?;
        let connector = hyper_rustls::HttpsConnectorBuilder::new()
            .with_tls_config(config)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connect::Route::new(proxies));
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector) })
    }

    /// Asks, follows redirects and reads the answer, whatever its status.
    pub(crate) async fn get(&self, ask: Ask<'_>) -> Result<Reply, FetchError> {
        let mut address = ask.address.clone();
        let mut authorization = ask.authorization.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.ask(&address, &ask, authorization.as_deref()).await?;
            let (head, body) = response.into_parts();
            let next = head.headers.get(LOCATION).filter(|_| is_redirect(head.status));
            let Some(next) = next.map(|value| value.to_str().unwrap_or_default().to_owned()) else {
                let expected = head.headers.get(CONTENT_LENGTH);
                let expected = expected.and_then(|value| value.to_str().ok()?.parse().ok());
                let body = read(body, &address, ask.limit, expected).await?;
                return Ok(Reply { address, status: head.status, headers: head.headers, body });
            };
            let target = address
                .join(&next)
                .filter(|target| matches!(target.scheme(), "http" | "https"))
                .ok_or_else(|| FetchError::Redirect { address: address.clone(), to: next })?;
            if !target.same_origin(&address) {
                authorization = None;
            }
            address = target;
        }
        Err(FetchError::Redirects { address: ask.address.clone() })
    }

    /// As [`Self::get`]; anything but 200 is an error.
    pub(crate) async fn fetch(&self, ask: Ask<'_>) -> Result<Bytes, FetchError> {
        let asked = ask.address.clone();
        let gave = ask.authorization.is_some();
        let reply = self.get(ask).await?;
        if reply.status == StatusCode::OK {
            return Ok(reply.body);
        }
        let lost = gave && !reply.address.same_origin(&asked);
        Err(FetchError::Status { address: asked, status: reply.status, gave, lost })
    }

    /// Asks again, a few times, where the server says that it is busy.
    async fn ask(
        &self,
        address: &Address,
        ask: &Ask<'_>,
        authorization: Option<&str>,
    ) -> Result<http::Response<Incoming>, FetchError> {
        let mut attempt = 0;
        loop {
            let response = self.send(address, ask, authorization).await?;
            let Some(wait) = retry::wait(&response, attempt) else { return Ok(response) };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    async fn send(
        &self,
        address: &Address,
        ask: &Ask<'_>,
        authorization: Option<&str>,
    ) -> Result<http::Response<Incoming>, FetchError> {
        let invalid = || FetchError::Address { text: address.to_string() };
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(address.to_string())
            .header(USER_AGENT, concat!("windrose/", env!("CARGO_PKG_VERSION")));
        if !ask.accept.is_empty() {
            request = request.header(ACCEPT, ask.accept);
        }
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let form = ask.form.as_ref().filter(|_| address == ask.address);
        if form.is_some() {
            request = request.method(Method::POST).header(CONTENT_TYPE, FORM);
        }
        let body = form.map(|form| Full::from(form.clone())).unwrap_or_default();
        let request = request.body(body).map_err(|_| invalid())?;
        match tokio::time::timeout(SILENCE, self.client.request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(fault::classify(address, &error)),
            Err(_) => Err(FetchError::Silent { address: address.clone(), after: SILENCE }),
        }
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

async fn read(
    mut body: Incoming,
    address: &Address,
    limit: u64,
    expected: Option<u64>,
) -> Result<Bytes, FetchError> {
    let too_large = || FetchError::TooLarge { address: address.clone(), limit };
    if expected.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut all = BytesMut::with_capacity(expected.unwrap_or_default().min(limit) as usize);
    loop {
        let frame = tokio::time::timeout(SILENCE, body.frame())
            .await
            .map_err(|_| FetchError::Silent { address: address.clone(), after: SILENCE })?;
        let Some(frame) = frame else { return Ok(all.freeze()) };
        let frame = frame.map_err(|error| fault::in_body(address, &error))?;
        let Ok(data) = frame.into_data() else { continue };
        if all.len() as u64 + data.len() as u64 > limit {
            return Err(too_large());
        }
        all.extend_from_slice(&data);
    }
}
