//! Who asks how much: a token bucket for each address, so that one visitor cannot take the node from all others.
//!
//! Out of scope: floods from many addresses, and bandwidth; those belong to the proxy or network before the node. Invariant: the table is
//! bounded, whoever knocks; strangers that do not fit share one bucket, and nobody that is in the table is harmed by them.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::ApiError;

/// Addresses remembered, under a hundred bytes each: a county's visitors of a minute.
const MOST_VISITORS: usize = 10_000;
/// A burst is this many seconds' worth: a page of an explorer asks for dozens of tiles at once.
const BURST_SECONDS: f64 = 10.0;
/// The bucket of all that do not fit.
const EVERYBODY_ELSE: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);

/// The buckets; clones share them.
#[derive(Clone, Debug)]
pub struct Visitors {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    a_second: f64,
    proxies: Vec<IpAddr>,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Visitors {
    /// Allows each address `a_second` requests a second, or any number if that is 0; `proxies` are believed about whom they speak for.
    pub fn new(a_second: u32, proxies: Vec<IpAddr>) -> Self {
        let proxies = proxies.into_iter().map(|address| address.to_canonical()).collect();
        Self { shared: Arc::new(Shared { a_second: f64::from(a_second), proxies, buckets: Mutex::default() }) }
    }

    /// Whether a connection from `address` is one of many behind it, or of this machine, and so not counted by itself.
    pub fn speaks_for_many(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_loopback() || self.shared.proxies.contains(&address)
    }

    /// Whom to count for a request that comes from `peer`; nobody for a program on this machine.
    fn visitor(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        let is_proxy = |address: &IpAddr| self.shared.proxies.contains(address);
        let peer = peer.to_canonical();
        if !is_proxy(&peer) {
            return (!peer.is_loopback()).then(|| block_of(peer));
        }
        // Each proxy appends whom it was asked by; what stands before the last proxy of ours is a stranger's word.
        let named = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
        let hops: Vec<Option<IpAddr>> = named.map(|hop| hop.trim().parse().ok().map(|address: IpAddr| address.to_canonical())).collect();
        let stranger = hops.into_iter().rev().find(|hop| !hop.as_ref().is_some_and(is_proxy)).flatten();
        Some(block_of(stranger.unwrap_or(peer)))
    }

    /// Takes a token; otherwise says how many seconds to wait for one.
    fn take(&self, visitor: IpAddr, now: Instant) -> Result<(), u64> {
        let Shared { a_second, buckets, .. } = &*self.shared;
        let most = a_second * BURST_SECONDS;
        let filled = |bucket: &Bucket| (bucket.tokens + now.saturating_duration_since(bucket.filled).as_secs_f64() * a_second).min(most);
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_VISITORS && !buckets.contains_key(&visitor) {
            buckets.retain(|_, bucket| filled(bucket) < most);
        }
        let key = if buckets.len() < MOST_VISITORS || buckets.contains_key(&visitor) { visitor } else { EVERYBODY_ELSE };
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: most, filled: now });
        *bucket = Bucket { tokens: filled(bucket), filled: now };
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1")]
        let wait = ((1.0 - bucket.tokens) / a_second).ceil() as u64;
        Err(wait.max(1))
    }
}

/// An IPv6 visitor commands all addresses of its /64.
fn block_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits())),
    }
}

/// Lets a request through, or answers 429. Without a socket, as in tests of the router alone, nobody is counted.
pub(super) async fn count(State(visitors): State<Visitors>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let visitor = peer.filter(|_| visitors.shared.a_second > 0.0).and_then(|peer| visitors.visitor(peer, request.headers()));
    if let Some(visitor) = visitor
        && let Err(seconds) = visitors.take(visitor, Instant::now())
    {
        return ApiError::too_fast(seconds).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| ("x-forwarded-for".parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_flood_is_told_to_wait_and_harms_nobody_else() {
        let (visitors, start) = (Visitors::new(5, vec![]), Instant::now());
        for _ in 0..50 {
            assert_eq!(visitors.take(ip("192.0.2.1"), start), Ok(()));
        }
        assert_eq!(visitors.take(ip("192.0.2.1"), start), Err(1));
        assert_eq!(visitors.take(ip("192.0.2.2"), start), Ok(()));
        assert_eq!(visitors.take(ip("192.0.2.1"), start + Duration::from_millis(200)), Ok(()));
        assert_eq!(visitors.take(ip("192.0.2.1"), start + Duration::from_millis(200)), Err(1));
    }

    #[test]
    fn the_table_is_bounded_and_newcomers_share() {
        let (visitors, start) = (Visitors::new(1, vec![]), Instant::now());
        for number in 0..u32::try_from(MOST_VISITORS).unwrap() + 100 {
            let _ = visitors.take(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number)), start);
        }
        let held = || visitors.shared.buckets.lock().unwrap().len();
        assert!(held() <= MOST_VISITORS + 1, "{}", held());
        assert_eq!(visitors.take(ip("192.0.2.200"), start), Err(1), "the bucket of everybody else is empty");
        assert_eq!(visitors.take(ip("10.0.0.0"), start), Ok(()), "whoever was there before is not harmed");
        // Once most buckets are full again they are forgotten.
        assert_eq!(visitors.take(ip("192.0.2.200"), start + Duration::from_secs(60)), Ok(()));
        assert!(held() < 10, "{}", held());
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        let visitors = Visitors::new(1, vec![ip("127.0.0.1"), ip("10.0.0.9")]);
        let of = |peer: &str, headers: &[&str]| visitors.visitor(ip(peer), &forwarded(headers));
        assert_eq!(of("192.0.2.1", &["198.51.100.1"]), Some(ip("192.0.2.1")), "a stranger's word");
        assert_eq!(of("127.0.0.1", &["198.51.100.1"]), Some(ip("198.51.100.1")));
        assert_eq!(of("127.0.0.1", &["203.0.113.5, 198.51.100.1", "10.0.0.9"]), Some(ip("198.51.100.1")));
        assert_eq!(of("127.0.0.1", &["nonsense"]), Some(ip("127.0.0.1")));
        assert_eq!(of("127.0.0.1", &[]), Some(ip("127.0.0.1")));
        assert_eq!(of("::ffff:127.0.0.1", &["2001:db8:1:2:3:4:5:6"]), Some(ip("2001:db8:1:2::")));
        let alone = Visitors::new(1, vec![]);
        assert_eq!(alone.visitor(ip("127.0.0.1"), &forwarded(&["198.51.100.1"])), None, "a program on this machine");
        assert_eq!(alone.visitor(ip("::1"), &HeaderMap::new()), None);
    }
}
