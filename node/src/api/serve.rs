//! Connections: how many, from whom, and how long they may idle. What is served on them is the router's.
//!
//! HTTP/1.1 only, as proxies speak it to what stands behind them. Invariant: a client that sends nothing, or a byte a minute, holds a
//! connection no longer than [`PATIENCE`], and one address holds no more than [`MOST_OF_ONE`].

use std::collections::HashMap;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::Visitors;

/// Connections in all; each takes some 20 KB. Below the 1,024 files that a process may have open without being asked to have more.
const MOST_CONNECTIONS: usize = 768;
/// Connections of one address that is no proxy and not this machine: a browser opens six.
const MOST_OF_ONE: usize = 64;
/// Longest from one request to the whole head of the next, and so the longest a connection may idle.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest request head in bytes.
const LONGEST_HEAD: usize = 32 * 1024;
/// How long to wait when the system has no more sockets.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(200);

/// How many connections each address holds.
type Held = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Serves `router` on `listener` until `stop`, and then until what has begun is answered.
pub async fn serve(listener: TcpListener, router: Router, visitors: Visitors, stop: impl Future<Output = ()>) {
    let (room, held) = (Arc::new(Semaphore::new(MOST_CONNECTIONS)), Held::default());
    let (ending, open) = (CancellationToken::new(), TaskTracker::new());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &room) => match accepted {
                Some((stream, peer, permit)) => {
                    let Some(place) = Place::take(&held, &visitors, peer.ip()) else { continue };
                    ((stream, permit, place), peer)
                }
                None => continue,
            },
        };
        let (stream, permit, place) = stream;
        // Without it small answers wait 40 ms for the other side's acknowledgement.
        let _ = stream.set_nodelay(true);
        let (router, ending) = (router.clone(), ending.clone());
        open.spawn(async move {
            connection(stream, peer, router, ending).await;
            drop((permit, place));
        });
    }
    drop(listener);
    ending.cancel();
    open.close();
    open.wait().await;
}

/// The next connection, once there is room for it.
async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = room.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(error) => {
            // One that was gone before it was taken is nothing; a system without sockets needs a rest.
            tracing::debug!(%error, "no connection could be taken");
            tokio::time::sleep(OUT_OF_SOCKETS).await;
            None
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, ending: CancellationToken) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = router.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(LONGEST_HEAD);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut told = false;
    loop {
        tokio::select! {
            // A client that goes away, or is cut off, is its own affair.
            _ = served.as_mut() => return,
            () = ending.cancelled(), if !told => {
                told = true;
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

/// One of the connections that an address may hold; given back when dropped.
struct Place {
    held: Held,
    address: Option<IpAddr>,
}

impl Place {
    fn take(held: &Held, visitors: &Visitors, address: IpAddr) -> Option<Self> {
        let address = Some(address.to_canonical()).filter(|address| !visitors.speaks_for_many(*address));
        if let Some(address) = address {
            let mut counts = held.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(address).or_default();
            if *count >= MOST_OF_ONE {
                return None;
            }
            *count += 1;
        }
        Some(Self { held: held.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut counts = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn one_address_holds_so_many_connections_and_gets_them_back() {
        let (held, visitors) = (Held::default(), Visitors::new(0, vec!["192.0.2.9".parse().unwrap()]));
        let take = |address: &str| Place::take(&held, &visitors, address.parse().unwrap());
        let mut places: Vec<Place> = (0..MOST_OF_ONE).map(|_| take("192.0.2.1").unwrap()).collect();
        assert!(take("192.0.2.1").is_none());
        assert!(take("192.0.2.2").is_some());
        places.pop();
        assert!(take("192.0.2.1").is_some());
        let many: Vec<Place> = (0..2 * MOST_OF_ONE).flat_map(|_| [take("127.0.0.1"), take("192.0.2.9")]).flatten().collect();
        assert_eq!(many.len(), 4 * MOST_OF_ONE, "a proxy and this machine speak for many");
        drop((places, many));
        assert!(held.lock().unwrap().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_never_ends_a_request_is_cut_off() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", get(|| async { "here" }));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, router, Visitors::new(0, vec![]), async {
            let _ = stopped.await;
        }));
        let mut slow = TcpStream::connect(address).await.unwrap();
        slow.write_all(b"GET / HTTP/1.1\r\nhost: ").await.unwrap();
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut good = TcpStream::connect(address).await.unwrap();
        good.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut answer = [0; 512];
        let read = good.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..read]));
        for connection in [&mut slow, &mut silent] {
            let mut rest = Vec::new();
            // The clock stands still while anything can go on, and then leaps to the next timer.
            let _ = tokio::time::timeout(2 * PATIENCE, connection.read_to_end(&mut rest)).await.expect("it is cut off");
            assert!(!rest.starts_with(b"HTTP/1.1 200"));
        }
        stop.send(()).unwrap();
        serving.await.unwrap();
    }
}
