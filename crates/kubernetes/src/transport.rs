//! One request and its answer: timeout, bounded retries with jitter, read limit, and errors by
//! name.
//!
//! **Invariant:** a request that may have had an effect is repeated only if repeating it is
//! harmless.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;
use kube::client::Body;
use serde_json::Value;

use crate::error::{Error, Unreachable};
use crate::failure;

/// How often a request is tried in all.
const ATTEMPTS: u32 = 5;
/// The first pause; doubled each time, with jitter.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// No pause is longer, whatever the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// No answer may be larger.
pub(crate) const READ_LIMIT: usize = 256 << 20;

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) accept: &'static str,
    pub(crate) body: Option<(&'static str, Bytes)>,
    /// Give up after this long instead of the transport's timeout.
    pub(crate) within: Option<Duration>,
}

/// Whether a failed request is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    Never,
    Bounded,
}

/// The way to one server.
pub(crate) struct Transport {
    pub(crate) kube: kube::Client,
    pub(crate) server: String,
    pub(crate) timeout: Duration,
    /// The server's clock minus ours, in milliseconds.
    skew: AtomicI64,
}

impl Ask {
    pub(crate) fn get(path: String) -> Self {
        Self { method: Method::GET, path, accept: "application/json", body: None, within: None }
    }

    pub(crate) fn with_body(
        method: Method,
        path: String,
        kind: &'static str,
        body: &Value,
    ) -> Self {
        let body = Bytes::from(body.to_string());
        Self { method, path, accept: "application/json", body: Some((kind, body)), within: None }
    }

    /// Method and path without the query, for messages.
    pub(crate) fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {path}", self.method)
    }
}

impl Transport {
    pub(crate) fn new(kube: kube::Client, server: String, timeout: Duration) -> Self {
        Self { kube, server, timeout, skew: AtomicI64::new(0) }
    }

    /// The server's clock, as its last answer told it.
    pub(crate) fn now(&self) -> Timestamp {
        let now = Timestamp::now().as_millisecond() + self.skew.load(Ordering::Relaxed);
        Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The answer's bytes, or what went wrong.
    pub(crate) async fn bytes(&self, ask: &Ask, retry: Retry) -> Result<Bytes, Error> {
        let mut attempt = 1;
        loop {
            let (failure, wait) = match self.once(ask).await {
                Ok((status, _, body)) if status.is_success() => return Ok(body),
                Ok((status, headers, body)) => {
                    let error = failure::from_answer(&self.server, ask, status, &body);
                    (error, retry_after(&headers))
                }
                Err(error) => (error, None),
            };
            if retry == Retry::Never || attempt >= ATTEMPTS || !may_repeat(ask, &failure) {
                return Err(failure);
            }
            tokio::time::sleep(wait.unwrap_or_else(|| pause(attempt)).min(LONGEST_PAUSE)).await;
            attempt += 1;
        }
    }

    /// The answer as JSON.
    pub(crate) async fn json(&self, ask: &Ask, retry: Retry) -> Result<Value, Error> {
        let bytes = self.bytes(ask, retry).await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| Error::Decode { request: ask.name(), detail: error.to_string() })
    }

    async fn once(&self, ask: &Ask) -> Result<(StatusCode, HeaderMap, Bytes), Error> {
        let within = ask.within.unwrap_or(self.timeout);
        match tokio::time::timeout(within, self.exchange(ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Unreachable {
                server: self.server.clone(),
                reason: Unreachable::RequestTimeout,
                detail: format!("{} took more than {}s", ask.name(), within.as_secs()),
            }),
        }
    }

    async fn exchange(&self, ask: &Ask) -> Result<(StatusCode, HeaderMap, Bytes), Error> {
        let answer = self
            .kube
            .send(request(ask)?)
            .await
            .map_err(|error| failure::from_connection(&self.server, &error))?;
        let (parts, body) = answer.into_parts();
        self.learn_clock(&parts.headers);
        let body = Limited::new(body, READ_LIMIT).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                return Error::TooLarge { request: ask.name(), limit: READ_LIMIT };
            }
            failure::from_connection(&self.server, error.as_ref())
        })?;
        Ok((parts.status, parts.headers, body.to_bytes()))
    }

    fn learn_clock(&self, headers: &HeaderMap) {
        let date = headers.get(header::DATE).and_then(|date| date.to_str().ok());
        let Some(server) = date.and_then(|d| jiff::fmt::rfc2822::parse(d).ok()) else { return };
        let skew = server.timestamp().as_millisecond() - Timestamp::now().as_millisecond();
        // The header has whole seconds: less than two of them say nothing.
        let skew = if skew.abs() < 2_000 { 0 } else { skew };
        self.skew.store(skew, Ordering::Relaxed);
    }
}

fn request(ask: &Ask) -> Result<Request<Body>, Error> {
    let mut builder = Request::builder()
        .method(ask.method.clone())
        .uri(&ask.path)
        .header(header::ACCEPT, ask.accept);
    let mut body = Body::empty();
    if let Some((kind, bytes)) = &ask.body {
        builder = builder.header(header::CONTENT_TYPE, *kind);
        body = Body::from(bytes.clone());
    }
    builder
        .body(body)
        .map_err(|error| Error::Decode { request: ask.name(), detail: error.to_string() })
}

fn may_repeat(ask: &Ask, failure: &Error) -> bool {
    // A create that was cut may have happened; all other requests end in the same state when
    // repeated.
    let repeatable = ask.method != Method::POST;
    match failure {
        Error::Unreachable { reason, .. } => match reason {
            Unreachable::Refused | Unreachable::ConnectTimeout => true,
            Unreachable::Reset => repeatable,
            Unreachable::RequestTimeout
            | Unreachable::Dns
            | Unreachable::Tls
            | Unreachable::Credentials
            | Unreachable::Other => false,
        },
        Error::Api { code, .. } => match code {
            429 | 503 => true,
            500 | 502 | 504 => repeatable,
            _ => false,
        },
        _ => false,
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn pause(attempt: u32) -> Duration {
    let full = FIRST_PAUSE * 2u32.saturating_pow(attempt);
    full.mul_f64(0.5 + 0.5 * jitter())
}

/// Between 0 and 1; the hasher's random keys are source enough.
fn jitter() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    f64::from(RandomState::new().hash_one(0_u8) as u32) / f64::from(u32::MAX)
}
