//! Serves an empty sandbox on a loopback port, for `kubectl` and `helm`:
//! `cargo run -p sandbox --example serve -- 127.0.0.1:8001`, then `kubectl -s http://127.0.0.1:8001 …`.

use sandbox::{Options, Sandbox, serve};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8001".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    serve(Sandbox::new(Options::new(jiff::Timestamp::now)), listener).await?;
    Ok(())
}
