//! Serves the tests' county after one of its logs showed another history, so that people and browsers can look at pages that a sound
//! county does not have: `cargo run -p luodi-explorer --example fork -- 127.0.0.1:8699`.

#![allow(dead_code, missing_docs, unreachable_pub, reason = "the tests' county has more than is served here")]

#[path = "../tests/county/mod.rs"]
mod county;

use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, luodi_explorer::router(&county::story::forked())).await?;
    Ok(())
}
