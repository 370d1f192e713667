//! A web server of one test: what it answers is a function, what it was asked is a list.
//!
//! Each connection takes one request. **Invariant**: it listens on loopback alone and ends with the
//! process.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::Certificates;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, `POST` …
    pub method: String,
    /// Path and query.
    pub path: String,
    /// The `Host` header.
    pub host: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status; 0 closes the connection without a word.
    pub status: u16,
    /// Headers beside `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// More bytes are announced than come.
    pub missing: usize,
}

impl Answer {
    /// 200 with a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
    }

    /// A status without a body.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A redirect.
    pub fn redirect(to: impl Into<String>) -> Self {
        Self::status(302).header("Location", to)
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// How a client begins that takes us for a server with TLS.
const TLS_HANDSHAKE: u8 = 0x16;

type Handler = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A running server.
#[derive(Debug, Clone)]
pub struct WebServer {
    address: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl WebServer {
    /// Answers over `http://`.
    pub fn start(handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::serve(None, Arc::new(handler))
    }

    /// Answers over `https://`.
    pub fn start_tls(
        certificates: &Certificates,
        handler: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let chain = CertificateDer::pem_file_iter(certificates.server())
            .and_then(Iterator::collect)
            .expect("the certificate can be read");
        let key =
            PrivateKeyDer::from_pem_file(certificates.server_key()).expect("the key can be read");
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .expect("the provider has TLS 1.2 and 1.3")
                .with_no_client_auth()
                .with_single_cert(chain, key)
                .expect("certificate and key belong together");
        Self::serve(Some(Arc::new(config)), Arc::new(handler))
    }

    /// The files of a folder.
    pub fn folder(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self::start(move |asked| files(&folder, asked))
    }

    /// `http://127.0.0.1:…`
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Everything it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no handler panics").clone()
    }

    fn serve(tls: Option<Arc<ServerConfig>>, handler: Arc<Handler>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
        let address = listener.local_addr().expect("a bound listener has an address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (tls, handler, log) = (tls.clone(), handler.clone(), log.clone());
                thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
                    let _ = match tls {
                        None => exchange(stream, &log, &*handler),
                        Some(config) => tls_exchange(stream, config, &log, &*handler),
                    };
                });
            }
        });
        Self { address, scheme, asked }
    }
}

/// The file that a request names below a folder.
pub fn files(folder: &std::path::Path, asked: &Asked) -> Answer {
    let path = asked.path.split('?').next().unwrap_or_default().trim_start_matches('/');
    let file = folder.join(path);
    match fs::read(&file) {
        Ok(data) if !path.contains("..") => Answer::ok(data),
        _ => Answer::status(404),
    }
}

fn tls_exchange(
    stream: TcpStream,
    config: Arc<ServerConfig>,
    log: &Mutex<Vec<Asked>>,
    handler: &Handler,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(config).map_err(std::io::Error::other)?;
    exchange(StreamOwned::new(connection, stream), log, handler)
}

fn exchange(
    stream: impl Read + Write,
    log: &Mutex<Vec<Asked>>,
    handler: &Handler,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    if reader.fill_buf()?.first() == Some(&TLS_HANDSHAKE) {
        return reader.get_mut().write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
    }
    let asked = read(&mut reader)?;
    log.lock().expect("no handler panics").push(asked.clone());
    let answer = handler(&asked);
    if answer.status == 0 {
        return Ok(());
    }
    let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", answer.status);
    let _ = write!(head, "Content-Length: {}\r\n", answer.body.len() + answer.missing);
    for (name, value) in &answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    let stream = reader.get_mut();
    stream.write_all(head.as_bytes())?;
    stream.write_all(&answer.body)?;
    stream.flush()
}

fn read(reader: &mut impl BufRead) -> std::io::Result<Asked> {
    let line = line_of(reader)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut asked = Asked { method, path, host: String::new(), authorization: None, body: vec![] };
    let mut length = 0;
    loop {
        let line = line_of(reader)?;
        if line.trim().is_empty() {
            break;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "host" => asked.host = value,
            "authorization" => asked.authorization = Some(value),
            "content-length" => length = value.parse().unwrap_or_default(),
            _ => {}
        }
    }
    asked.body.resize(length, 0);
    reader.read_exact(&mut asked.body)?;
    Ok(asked)
}

/// A line, even of a client that speaks something else.
fn line_of(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = vec![];
    reader.take(64 * 1024).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}
