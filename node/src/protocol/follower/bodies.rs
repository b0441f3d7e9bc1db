//! Bodies named by stored entries and not held yet: asked of any peer that holds the log, again and again, and never in the way of heads.

use std::collections::{BTreeMap, BTreeSet};

use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;

use super::super::backoff::Backoff;
use super::super::message::MOST_BODIES;
use super::super::{Moment, Peer};
use super::{Action, AskId, BodiesFound, Failure, Follower};

/// Most missing bodies remembered; what does not fit is found by the next look through the log. 100 bytes each.
const MOST_MISSING: usize = 65_536;
/// Most missing bodies looked at for one event, so that a long list does not make every event slow.
const MOST_LOOKED_AT: usize = 1_024;

#[derive(Debug, Default)]
pub(super) struct Bodies {
    missing: BTreeMap<Blake3, Missing>,
    /// When to ask for each next.
    due: BTreeSet<(Moment, Blake3)>,
    asked: BTreeMap<AskId, (Peer, Vec<Blake3>)>,
}

#[derive(Debug)]
struct Missing {
    origin: Origin,
    /// Who has been asked since the last wait.
    asked: BTreeSet<Peer>,
    wait: Backoff,
}

impl Bodies {
    pub(super) fn missing(&self) -> usize {
        self.missing.len()
    }

    pub(super) fn named(&mut self, origin: &Origin, hashes: Vec<Blake3>) {
        for hash in hashes {
            if self.missing.len() < MOST_MISSING && !self.missing.contains_key(&hash) {
                self.missing.insert(hash, Missing { origin: origin.clone(), asked: BTreeSet::new(), wait: Backoff::default() });
                self.due.insert((Moment::default(), hash));
            }
        }
    }

    pub(super) fn disconnected(&mut self, peer: &Peer) {
        let lost: Vec<AskId> = self.asked.iter().filter(|(_, (asked, _))| asked == peer).map(|(ask, _)| *ask).collect();
        for ask in lost {
            self.give_back(ask);
        }
    }

    /// A question without answer: its bodies are due again, from somebody else first.
    fn give_back(&mut self, ask: AskId) -> Option<Peer> {
        let (peer, hashes) = self.asked.remove(&ask)?;
        for hash in hashes {
            if let Some(missing) = self.missing.get_mut(&hash) {
                missing.asked.insert(peer.clone());
                self.due.insert((Moment::default(), hash));
            }
        }
        Some(peer)
    }
}

impl Follower {
    pub(super) fn ask_bodies(&mut self, now: Moment) {
        let mut plan: BTreeMap<Peer, Vec<Blake3>> = BTreeMap::new();
        let busy: BTreeSet<&Peer> = self.bodies.asked.values().map(|(peer, _)| peer).collect();
        let due: Vec<(Moment, Blake3)> = self.bodies.due.iter().take_while(|(at, _)| *at <= now).take(MOST_LOOKED_AT).copied().collect();
        let mut taken = Vec::new();
        let mut exhausted = Vec::new();
        for (at, hash) in due {
            let Some(missing) = self.bodies.missing.get(&hash) else {
                taken.push((at, hash));
                continue;
            };
            let holders = self.logs.get(&missing.origin).into_iter().flat_map(|log| log.offers.keys());
            let untried: Vec<&Peer> = holders
                .filter(|peer| !missing.asked.contains(*peer))
                .filter(|peer| self.peers.get(*peer).is_some_and(|state| state.connected && state.membership.trusted))
                .collect();
            if untried.is_empty() {
                exhausted.push((at, hash));
                continue;
            }
            let free = |peer: &&&Peer| !busy.contains(**peer) && plan.get(**peer).is_none_or(|hashes| hashes.len() < MOST_BODIES);
            if let Some(peer) = untried.iter().find(free) {
                plan.entry((*peer).clone()).or_default().push(hash);
                taken.push((at, hash));
            }
        }
        for key in taken {
            self.bodies.due.remove(&key);
        }
        for (at, hash) in exhausted {
            self.bodies.due.remove(&(at, hash));
            if let Some(missing) = self.bodies.missing.get_mut(&hash) {
                missing.asked.clear();
                missing.wait.fail(now);
                self.bodies.due.insert((missing.wait.until(), hash));
            }
        }
        for (peer, hashes) in plan {
            let ask = AskId(self.next());
            self.bodies.asked.insert(ask, (peer.clone(), hashes.clone()));
            self.actions.push(Action::AskBodies { ask, peer, hashes });
        }
    }

    pub(super) fn bodies_answered(&mut self, now: Moment, ask: AskId, answer: Result<BodiesFound, Failure>) {
        match answer {
            Ok(BodiesFound { stored, again }) => {
                for hash in &stored {
                    self.bodies.missing.remove(hash);
                }
                // An answer that gives nothing and asks to come again would be asked for ever without a pause.
                let again: BTreeSet<Blake3> = if stored.is_empty() { BTreeSet::new() } else { again.into_iter().collect() };
                let Some((peer, hashes)) = self.bodies.asked.remove(&ask) else { return };
                for hash in hashes {
                    if let Some(missing) = self.bodies.missing.get_mut(&hash) {
                        if !again.contains(&hash) {
                            missing.asked.insert(peer.clone());
                        }
                        self.bodies.due.insert((now, hash));
                    }
                }
            }
            Err(failure) => {
                if let (Some(peer), Failure::Wrong(why)) = (self.bodies.give_back(ask), failure) {
                    self.blame(now, &peer, why);
                }
            }
        }
    }
}
