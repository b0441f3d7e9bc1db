//! Whom to fetch from: a peer that holds more, is trusted and not too busy. One fetch in flight a log, many logs a fetch.

use std::collections::BTreeMap;

use luodi_ledger::names::Origin;

use super::super::message::{MOST_RANGES, Range, Refusal};
use super::super::{Moment, Peer};
use super::{Action, Asked, FetchId, Fetching, Follower, PeerState, RangeEnd};

/// Fetches in flight from one peer: a long one and a short one beside it.
const MOST_A_PEER: usize = 2;
/// Fetches in flight in all: each holds a few pages in memory.
const MOST_IN_ALL: usize = 16;

impl Follower {
    /// Starts what can be started.
    pub(super) fn schedule(&mut self, now: Moment) {
        let room = MOST_IN_ALL.saturating_sub(self.fetches.len());
        if room == 0 || self.wanted.is_empty() {
            return;
        }
        let mut plan: BTreeMap<Peer, Vec<Range>> = BTreeMap::new();
        let mut settled = Vec::new();
        for origin in &self.wanted {
            let Some(log) = self.logs.get(origin) else { continue };
            if log.forked || log.offers.values().all(|offer| offer.size <= log.stored()) {
                settled.push(origin.clone());
                continue;
            }
            // Its own log a node only writes, but while it confirms that it holds the newest head.
            let written_here = self.is_own(origin) && !self.follow_own;
            if written_here || log.fetch.is_some() || !log.backoff.is_over(now) {
                continue;
            }
            // A head smaller than the one proven has nothing to go on with under it.
            let held = log.base_size();
            let least = held.max(log.stored() + 1);
            let useful = |(peer, offer): &(&Peer, &super::Version)| {
                let free = |state: &PeerState| {
                    state.connected && state.membership.trusted && state.distrust.is_over(now) && state.fetches.len() < MOST_A_PEER
                };
                offer.size >= least
                    && plan.get(*peer).map_or(plan.len() < room, |ranges| ranges.len() < MOST_RANGES)
                    && self.peers.get(*peer).is_some_and(free)
            };
            // The one that holds most; among equals the one already asked, so that many logs share a fetch.
            let best = log.offers.iter().filter(useful).max_by_key(|(peer, offer)| (offer.size, plan.contains_key(*peer)));
            if let Some((peer, offer)) = best {
                let range = Range { origin: origin.clone(), held, from: log.entries, to: offer.size };
                plan.entry(peer.clone()).or_default().push(range);
            }
        }
        for origin in settled {
            self.wanted.remove(&origin);
        }
        for (peer, ranges) in plan {
            let fetch = FetchId(self.next());
            let mut origins = BTreeMap::new();
            for range in &ranges {
                if let Some(log) = self.logs.get_mut(&range.origin) {
                    log.fetch = Some(fetch);
                    origins.insert(range.origin.clone(), Asked { entries: log.entries, held: range.held, offer: range.to });
                }
            }
            if let Some(state) = self.peers.get_mut(&peer) {
                state.fetches.insert(fetch);
            }
            self.fetches.insert(fetch, Fetching { peer: peer.clone(), origins, abandoned: false });
            self.actions.push(Action::Fetch { fetch, peer, ranges });
        }
    }

    /// A fetch ended: what is left is fetched again, now or after a wait.
    pub(super) fn fetched(&mut self, now: Moment, fetch: FetchId, ends: Vec<(Origin, RangeEnd)>) {
        let Some(fetching) = self.end_fetch(fetch) else { return };
        let peer = fetching.peer;
        let mut ends: BTreeMap<Origin, RangeEnd> = ends.into_iter().collect();
        for (origin, asked) in fetching.origins {
            let end = ends.remove(&origin);
            let Some(log) = self.logs.get_mut(&origin) else { continue };
            let progress = log.entries > asked.entries;
            match end {
                Some(RangeEnd::Served) => {
                    log.backoff.succeed();
                    // It may hold less than it told of. What it told of since then it is asked for next.
                    let stored = log.stored();
                    if let Some(offer) = log.offers.get_mut(&peer).filter(|offer| offer.size == asked.offer) {
                        offer.size = offer.size.min(stored);
                    }
                }
                Some(RangeEnd::Refused(Refusal::Again)) => {}
                Some(RangeEnd::Refused(Refusal::Busy { wait })) => log.backoff.wait(now, u64::from(wait)),
                Some(RangeEnd::Refused(Refusal::Absent | Refusal::MembersOnly | Refusal::OtherFederation)) => {
                    log.offers.remove(&peer);
                }
                Some(RangeEnd::Bad(rejected)) => {
                    let why = format!("entries of {origin}: {rejected}");
                    self.blame(now, &peer, why);
                }
                None if progress => log.backoff.succeed(),
                None if fetching.abandoned => {}
                None | Some(RangeEnd::NotStored | RangeEnd::Refused(Refusal::Unavailable | Refusal::HelloFirst)) => log.backoff.fail(now),
            }
        }
    }

    /// Gives up a fetch on our own account; it is over when the driver says so, for what it took in may still be on its way to the disk.
    pub(super) fn abandon(&mut self, fetch: FetchId) {
        if let Some(fetching) = self.fetches.get_mut(&fetch) {
            fetching.abandoned = true;
        }
        self.actions.push(Action::Abandon { fetch });
    }

    fn end_fetch(&mut self, fetch: FetchId) -> Option<Fetching> {
        let fetching = self.fetches.remove(&fetch)?;
        for origin in fetching.origins.keys() {
            if let Some(log) = self.logs.get_mut(origin).filter(|log| log.fetch == Some(fetch)) {
                log.fetch = None;
            }
        }
        if let Some(state) = self.peers.get_mut(&fetching.peer) {
            state.fetches.remove(&fetch);
        }
        Some(fetching)
    }
}
