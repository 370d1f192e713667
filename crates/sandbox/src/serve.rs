//! The sandbox behind a port, for clients in other processes. Plain HTTP/1.1, nobody is asked for
//! credentials: for a loopback address only.

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;

use crate::sandbox::{Error, Sandbox};

/// Serves a sandbox until accepting fails or the future is dropped.
pub async fn serve(sandbox: Sandbox, listener: TcpListener) -> Result<(), Error> {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let (stream, _) = listener.accept().await.map_err(Error::Accept)?;
        let service = TowerToHyperService::new(sandbox.service());
        // A connection that breaks is its client's to notice.
        connections.spawn(async move {
            let _broken =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}
