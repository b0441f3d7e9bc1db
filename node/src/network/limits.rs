//! How fast a peer may ask: one token bucket for each kind of question and peer.
//!
//! The numbers leave an honest node room and make a flood cheap to refuse: nothing is read from the disk and no signature is checked for
//! a question that finds its bucket empty.

use std::collections::HashMap;
use std::time::Instant;

use crate::protocol::Peer;
use crate::protocol::message::Request;

/// A kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Once a connection, and the clock once a minute.
    Hello,
    /// The journal: a page for each thousand logs, then once a minute.
    Journal,
    /// A pushed head: several a second from a log that is written to, one push in flight a peer.
    Push,
    /// Cosigning, one head at a time of each log.
    Witness,
    /// Bodies and evidence.
    Content,
    /// Entries: one fetch follows each push.
    Fetch,
}

impl Kind {
    pub(super) fn of(request: &Request) -> Self {
        match request {
            Request::Hello(_) | Request::Clock => Self::Hello,
            Request::HeadsSince { .. } | Request::HeadOf(_) => Self::Journal,
            Request::NewHeads(_) => Self::Push,
            Request::AddCheckpoint(_) => Self::Witness,
            Request::Bodies(_) | Request::Evidence(_) | Request::EvidenceKept | Request::EvidenceOf(_) => Self::Content,
        }
    }

    /// How many at once, and how many a second after that.
    const fn allowance(self) -> (f64, f64) {
        match self {
            Self::Hello => (4.0, 0.2),
            Self::Journal => (60.0, 2.0),
            Self::Push | Self::Fetch => (200.0, 100.0),
            Self::Witness => (100.0, 20.0),
            Self::Content => (100.0, 50.0),
        }
    }
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// The buckets of all peers.
#[derive(Debug, Default)]
pub(super) struct Limits {
    buckets: HashMap<(Peer, Kind), Bucket>,
}

impl Limits {
    /// Takes a token; otherwise says how many milliseconds to wait for one.
    pub(super) fn take(&mut self, peer: &Peer, kind: Kind, now: Instant) -> Result<(), u32> {
        let (most, a_second) = kind.allowance();
        let bucket = self.buckets.entry((peer.clone(), kind)).or_insert(Bucket { tokens: most, filled: now });
        let gained = now.saturating_duration_since(bucket.filled).as_secs_f64() * a_second;
        bucket.tokens = (bucket.tokens + gained).min(most);
        bucket.filled = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 5,000")]
        Err(((1.0 - bucket.tokens) / a_second * 1000.0).ceil() as u32)
    }

    /// Forgets a peer that is gone, once its buckets are full again: else leaving and coming back would fill them.
    pub(super) fn sweep(&mut self, now: Instant) {
        self.buckets.retain(|(_, kind), bucket| {
            let (most, a_second) = kind.allowance();
            bucket.tokens + now.saturating_duration_since(bucket.filled).as_secs_f64() * a_second < most
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_flood_is_told_to_wait_and_let_in_again() {
        let (mut limits, peer, start) = (Limits::default(), Peer::new("a"), Instant::now());
        for _ in 0..4 {
            assert_eq!(limits.take(&peer, Kind::Hello, start), Ok(()));
        }
        assert_eq!(limits.take(&peer, Kind::Hello, start), Err(5000));
        assert_eq!(limits.take(&peer, Kind::Push, start), Ok(()));
        assert_eq!(limits.take(&Peer::new("b"), Kind::Hello, start), Ok(()));
        limits.sweep(start);
        assert_eq!(limits.take(&peer, Kind::Hello, start + Duration::from_secs(6)), Ok(()));
        limits.sweep(start + Duration::from_mins(5));
        assert!(limits.buckets.is_empty());
    }
}
