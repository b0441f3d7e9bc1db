//! Ports for nodes of tests; also read by the tests of the command.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};

/// A port that nobody listens on and that no other node of these tests is given. It lies below those that the system lends to
/// connections, so that none of them takes it before its node does.
pub(crate) fn free_port() -> u16 {
    static HANDED_OUT: AtomicU32 = AtomicU32::new(0);
    let first = std::process::id().wrapping_mul(97);
    let candidate = |_| u16::try_from(20_000 + first.wrapping_add(HANDED_OUT.fetch_add(1, Ordering::Relaxed)) % 12_000).ok();
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    (0..12_000).filter_map(candidate).find(free).expect("loopback has a free port")
}
