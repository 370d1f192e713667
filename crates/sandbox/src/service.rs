//! The sandbox as a `tower` service, and the bodies it answers with.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, WARNING};
use http_body::Frame;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::Sleep;

use crate::api::{Answer, BODY_LIMIT, Feed, refusal};
use crate::sandbox::Sandbox;
use crate::status::Status;

/// Answers requests of clients in this process.
#[derive(Debug, Clone)]
pub struct SandboxService {
    sandbox: Sandbox,
}

/// The body of an answer: a document, or the lines of a watch.
#[derive(Debug)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Option<Bytes>),
    Watch { feed: Box<Feed>, limit: Limit },
}

#[derive(Debug)]
enum Limit {
    None,
    /// Not yet running: a timer needs a runtime, which only the reader is sure to have.
    After(Duration),
    Running(Pin<Box<Sleep>>),
}

impl SandboxService {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }
}

impl<B> tower::Service<http::Request<B>> for SandboxService
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let sandbox = self.sandbox.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = match Limited::new(body, BODY_LIMIT).collect().await {
                Ok(body) => body.to_bytes(),
                Err(error) => return Ok(respond(refusal(&unread(&*error)))),
            };
            Ok(sandbox.handle(http::Request::from_parts(head, body)))
        })
    }
}

fn unread(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Status {
    if error.is::<LengthLimitError>() {
        let message = format!("Request entity too large: limit is {BODY_LIMIT}");
        return Status::plain(413, "RequestEntityTooLarge", message);
    }
    Status::bad_request(format!("read the request's body: {error}"))
}

/// An answer as HTTP.
pub(crate) fn respond(answer: Answer) -> http::Response<Body> {
    let (code, media, warnings, body) = match answer {
        Answer::Document { code, value, warnings, media } => {
            (code, media, warnings, Kind::Whole(Some(Bytes::from(value.to_string()))))
        }
        Answer::Text { code, text } => {
            (code, "text/plain; charset=utf-8", vec![], Kind::Whole(Some(Bytes::from(text))))
        }
        Answer::Watch { feed, limit } => {
            let limit = limit.map_or(Limit::None, Limit::After);
            (200, "application/json", vec![], Kind::Watch { feed, limit })
        }
    };
    let mut response = http::Response::new(Body(body));
    *response.status_mut() =
        http::StatusCode::from_u16(code).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    for warning in warnings {
        let text = warning.replace('\\', "\\\\").replace('"', "\\\"");
        if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{text}\"")) {
            response.headers_mut().append(WARNING, value);
        }
    }
    response
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.0 {
            Kind::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Watch { feed, limit } => poll_watch(feed, limit, cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(&self.0, Kind::Whole(None))
    }

    fn size_hint(&self) -> http_body::SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => {
                http_body::SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64)
            }
            Kind::Watch { .. } => http_body::SizeHint::default(),
        }
    }
}

fn poll_watch(
    feed: &mut Feed,
    limit: &mut Limit,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
    if let Some(line) = feed.due.pop_front() {
        return Poll::Ready(Some(Ok(Frame::data(line))));
    }
    loop {
        match feed.changes.poll_recv(cx) {
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Ready(Some(change)) => {
                if let Some(line) = feed.line(&change) {
                    return Poll::Ready(Some(Ok(Frame::data(line))));
                }
            }
            Poll::Pending => break,
        }
    }
    if let Limit::After(duration) = limit {
        *limit = Limit::Running(Box::pin(tokio::time::sleep(*duration)));
    }
    match limit {
        Limit::Running(timer) => timer.as_mut().poll(cx).map(|()| None),
        Limit::None | Limit::After(_) => Poll::Pending,
    }
}
