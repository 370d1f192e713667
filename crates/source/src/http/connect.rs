//! Ways to a server: directly, or through a proxy.
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

const CONNECT: Duration = Duration::from_secs(10);

type Cause = Box<dyn std::error::Error + Send + Sync>;
type Opening<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// The proxies of the environment: `HTTP_PROXY`, `HTTPS_PROXY`, `NO_PROXY` and `ALL_PROXY`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http://`.
    pub http: String,
    /// For `https://`.
    pub https: String,
    /// For whatever has no other.
    pub all: String,
    /// Hosts that are reached directly, by commas.
    pub none: String,
}

/// A name that no server knows.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unresolved(io::Error);

/// The system's names, with an error that can be told from others.
#[derive(Clone)]
pub(super) struct Names;

impl Service<Name> for Names {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Opening<Self::Response, Unresolved>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unresolved>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Unresolved)?;
            Ok(found.collect::<Vec<_>>().into_iter())
        })
    }
}

/// Opens connections.
#[derive(Clone)]
pub(crate) struct Route {
    direct: HttpConnector<Names>,
    proxies: Arc<Matcher>,
}

impl Route {
    pub(super) fn new(proxies: &Proxies) -> Self {
        let mut direct = HttpConnector::new_with_resolver(Names);
        direct.enforce_http(false);
        direct.set_connect_timeout(Some(CONNECT));
        direct.set_nodelay(true);
        let proxies = Matcher::builder()
            .all(proxies.all.as_str())
            .http(proxies.http.as_str())
            .https(proxies.https.as_str())
            .no(proxies.none.as_str())
            .build();
        Self { direct, proxies: Arc::new(proxies) }
    }
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = Cause;
    type Future = Opening<Stream, Cause>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Cause>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let mut direct = self.direct.clone();
        let proxy = self.proxies.intercept(&target);
        Box::pin(async move {
            let Some(proxy) = proxy else {
                let io = direct.call(target).await?;
                return Ok(Stream { io, to_proxy: false });
            };
            if !matches!(proxy.uri().scheme_str(), Some("http")) {
                return Err(
                    format!("proxies of this kind are not supported: {}", shown(&proxy)).into()
                );
            }
            if target.scheme_str() == Some("https") {
                let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
                if let Some(login) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(login.clone());
                }
                let io = tunnel.call(target).await?;
                return Ok(Stream { io, to_proxy: false });
            }
            if proxy.basic_auth().is_some() {
                return Err(format!(
                    "{} wants a password, which is not sent for http:// addresses",
                    shown(&proxy)
                )
                .into());
            }
            let io = direct.call(proxy.uri().clone()).await?;
            Ok(Stream { io, to_proxy: true })
        })
    }
}

fn shown(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    format!("{}://{}", uri.scheme_str().unwrap_or("http"), uri.host().unwrap_or_default())
}

/// An open connection; to a proxy requests name the whole address.
pub(crate) struct Stream {
    io: TokioIo<TcpStream>,
    to_proxy: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.io.connected().proxy(self.to_proxy)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
