//! Telling peers of new heads at once. A push that is lost costs latency only: the peer's next look into the journal finds the head.

use std::collections::BTreeMap;

use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use serde_bytes::ByteBuf;

use super::super::message::{Heads, LONGEST_REQUEST, MOST_PUSHED};
use super::super::{Moment, Peer};
use super::{Action, AskId, Failure, Follower, Version};

/// Most bytes of heads in one push, with room for the list's own length.
const LONGEST_PUSH: usize = LONGEST_REQUEST - 64;

impl Follower {
    /// Pushes to each peer what it is interested in and is not known to hold; one push in flight a peer, so that heads that follow fast
    /// on each other are told as one.
    pub(super) fn tell(&mut self, now: Moment, registry: &Registry) {
        let due: Vec<Peer> = self
            .peers
            .iter()
            .filter(|(_, state)| state.connected && state.telling.is_none() && !state.untold.is_empty() && state.tell.is_over(now))
            .map(|(peer, _)| peer.clone())
            .collect();
        for peer in due {
            let (told, heads) = self.untold(registry, &peer);
            if heads.is_empty() {
                continue;
            }
            let ask = AskId(self.next());
            for (origin, version) in &told {
                if let Some(log) = self.logs.get_mut(origin) {
                    log.told = log.told.max(version.size);
                }
            }
            if let Some(state) = self.peers.get_mut(&peer) {
                state.telling = Some((ask, told));
            }
            self.actions.push(Action::Tell { ask, peer, heads });
        }
    }

    fn untold(&mut self, registry: &Registry, peer: &Peer) -> (Vec<(Origin, Version)>, Vec<Heads>) {
        let (mut told, mut heads, mut bytes) = (Vec::new(), Vec::new(), 0);
        let Some(state) = self.peers.get_mut(peer) else { return (told, heads) };
        while let Some(origin) = state.untold.pop_first() {
            let Some(log) = self.logs.get(&origin) else { continue };
            let (Some(head), version) = (&log.held, log.version()) else { continue };
            let of = |map: &BTreeMap<Peer, Version>| map.get(peer).copied().unwrap_or_default();
            let known = of(&log.offers).join(of(&log.informed));
            if !known.lacks(version) || !state.membership.interest.covers(registry, &origin) {
                continue;
            }
            let witnessed =
                log.witnessed.as_ref().filter(|witnessed| *witnessed != head).map(|witnessed| ByteBuf::from(witnessed.to_bytes()));
            let told_of = Heads { origin: origin.clone(), head: ByteBuf::from(head.to_bytes()), witnessed };
            bytes += told_of.weight();
            if heads.len() == MOST_PUSHED || bytes > LONGEST_PUSH {
                state.untold.insert(origin);
                break;
            }
            told.push((origin, version));
            heads.push(told_of);
        }
        (told, heads)
    }

    pub(super) fn heard(&mut self, now: Moment, ask: AskId, answer: Result<(), Failure>) {
        let asked = |telling: &Option<(AskId, _)>| telling.as_ref().is_some_and(|(id, _)| *id == ask);
        let Some((peer, state)) = self.peers.iter_mut().find(|(_, state)| asked(&state.telling)) else { return };
        let (peer, told) = (peer.clone(), state.telling.take().map(|(_, told)| told).unwrap_or_default());
        match answer {
            Ok(()) => {
                state.tell.succeed();
                for (origin, version) in told {
                    if let Some(log) = self.logs.get_mut(&origin) {
                        // What a peer was told is no offer: it may not have fetched it yet. So it is remembered as told, not as held.
                        let known = log.informed.entry(peer.clone()).or_default();
                        *known = known.join(version);
                    }
                }
            }
            Err(failure) => {
                state.tell.fail(now);
                state.untold.extend(told.into_iter().map(|(origin, _)| origin));
                self.failed(now, &peer, failure, |state| &mut state.tell);
            }
        }
    }
}
