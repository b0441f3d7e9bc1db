//! Following other nodes' logs: which heads to believe, whom to fetch from, whom to tell.
//!
//! A pure state machine: [`Follower::on_event`] takes what happened and the moment, and returns what to do. It holds no entries and
//! reads nothing; whoever drives it does the fetching, hashing, storing and sending, and reports back. The seeded simulator of the tests
//! drives the same code.
//!
//! For each log four sizes only grow, in this order: *heard* (a head signed by the log's key) ≥ *proven* (a head consistent with all that
//! is stored) ≥ *stored* (durable, every entry under the root) ≥ *told* (pushed to a peer).
//!
//! Out of scope: comparing heads (`ledger::follow` decides), authority of keys (the registry), standing of entries.
//!
//! Invariants: one fetch in flight a log; nothing is told before it is stored; a contradiction becomes evidence and that log's new heads
//! are followed no more; a relay that serves bytes that are not the log is blamed, the log is not.

mod bodies;
mod event;
mod fetching;
mod heads;
mod state;
mod telling;

use std::collections::{BTreeMap, BTreeSet};

use luodi_ledger::hash::Blake3;
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;

use self::bodies::Bodies;
pub use self::event::{Action, AskId, BodiesFound, Changes, Event, Failure, FetchId, Membership, Notice, RangeEnd, Stored};
pub use self::heads::{freezes, met};
pub use self::state::Held;
use self::state::{Asked, Fetching, Log, OPENED, PeerState, Version};
use super::backoff::Backoff;
use super::interest::Interest;
use super::message::{Epoch, Heads, Refusal};
use super::{Moment, Peer};

/// How long a peer is not asked for its journal after it had nothing new. Pushes tell of new heads at once; this is what is left when
/// every push is lost.
const POLL: u64 = 60_000;
/// Most heads kept of logs that no charter names yet or that are not followed: a county's logs ten times over. What does not fit is
/// heard again from the beginning of the journal.
const MOST_WAITING: usize = 10_000;
/// How far one log has come: heard ≥ proven ≥ stored ≥ told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The largest size under a signature of the log.
    pub heard: u64,
    /// The largest size proven consistent with what is stored.
    pub proven: u64,
    /// Every entry up to here is durable under a signed root.
    pub stored: u64,
    /// The largest size pushed to a peer.
    pub told: u64,
}

/// The state machine; see the module.
#[derive(Debug)]
pub struct Follower {
    own: Option<Division>,
    /// The generation of its division's log that this node writes; it follows the former ones as any other log.
    generation: u32,
    follow_own: bool,
    logs: BTreeMap<Origin, Log>,
    peers: BTreeMap<Peer, PeerState>,
    fetches: BTreeMap<FetchId, Fetching>,
    /// Logs that a peer holds more of.
    wanted: BTreeSet<Origin>,
    /// Heads of logs that no charter names yet, or that are not followed.
    waiting: BTreeMap<(Origin, Peer), Heads>,
    /// Some did not fit: journals must be read again when charters arrive.
    waiting_overflowed: bool,
    /// Evidence kept.
    evidence: BTreeSet<Blake3>,
    bodies: Bodies,
    next_id: u64,
    actions: Vec<Action>,
}

impl Follower {
    /// A follower for the node of `own`, if it has a division, from what is durable: logs, and the names of evidence.
    pub fn new(own: Option<Division>, held: impl IntoIterator<Item = (Origin, Held)>, evidence: impl IntoIterator<Item = Blake3>) -> Self {
        let logs = held.into_iter().map(|(origin, held)| (origin, Log::of(held))).collect();
        Self {
            own,
            generation: 1,
            follow_own: false,
            logs,
            peers: BTreeMap::new(),
            fetches: BTreeMap::new(),
            wanted: BTreeSet::new(),
            waiting: BTreeMap::new(),
            waiting_overflowed: false,
            evidence: evidence.into_iter().collect(),
            bodies: Bodies::default(),
            next_id: 0,
            actions: Vec::new(),
        }
    }

    /// The follower of a node that writes this generation of its division's log, if it is not the first.
    #[must_use]
    pub fn writing(self, generation: u32) -> Self {
        Self { generation, ..self }
    }

    /// Takes in what happened and says what to do.
    pub fn on_event(&mut self, now: Moment, registry: &Registry, event: Event) -> Vec<Action> {
        match event {
            Event::Connected { peer, membership, epoch } => self.connected(registry, &peer, membership, epoch),
            Event::Disconnected(peer) => self.disconnected(&peer),
            Event::Changes { ask, answer } => self.changes(now, registry, ask, answer),
            Event::Told { peer, heads } if self.trusts(&peer) => self.hear_all(now, registry, &peer, heads),
            Event::Heard { ask, answer } => self.heard(now, ask, answer),
            Event::Begun { fetch, origin, head, path } => self.begun(now, registry, fetch, origin, &head, &path),
            Event::Fetched { fetch, ends } => self.fetched(now, fetch, ends),
            Event::Stored(stored) => self.stored(registry, stored),
            Event::BodiesNamed { origin, hashes } => self.bodies.named(&origin, hashes),
            Event::Bodies { ask, answer } => self.bodies_answered(now, ask, answer),
            Event::Compared { origin, head, path, held } => self.compared(registry, &origin, head, &path, &held),
            Event::Evidence { peer, evidence } => self.evidence_heard(now, registry, &peer, &evidence),
            Event::RegistryChanged => self.registry_changed(now, registry),
            Event::FollowOwn(follow) => self.follow_own = follow,
            Event::Told { .. } | Event::Tick => {}
        }
        self.poll(now);
        self.schedule(now);
        self.tell(now, registry);
        self.ask_bodies(now);
        std::mem::take(&mut self.actions)
    }

    /// How far a log has come.
    pub fn progress(&self, origin: &Origin) -> Progress {
        self.logs.get(origin).map_or_else(Progress::default, |log| Progress {
            heard: log.heard,
            proven: log.base_size(),
            stored: log.stored(),
            told: log.told,
        })
    }

    /// The logs it knows of.
    pub fn logs(&self) -> impl Iterator<Item = &Origin> {
        self.logs.keys()
    }

    /// Whether a contradiction was seen in a log.
    pub fn is_forked(&self, origin: &Origin) -> bool {
        self.logs.get(origin).is_some_and(|log| log.forked)
    }

    /// How many bodies are named by stored entries and not held.
    pub fn bodies_missing(&self) -> usize {
        self.bodies.missing()
    }

    fn next(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn connected(&mut self, registry: &Registry, peer: &Peer, membership: Membership, epoch: Epoch) {
        let held: Vec<Origin> = self.logs.keys().filter(|origin| membership.interest.covers(registry, origin)).cloned().collect();
        let state = self.peers.entry(peer.clone()).or_insert_with(|| PeerState::new(membership.clone(), epoch));
        if state.epoch != epoch {
            (state.epoch, state.cursor) = (epoch, 0);
        }
        if !state.connected {
            state.connected = true;
            state.ask.succeed();
            state.tell.succeed();
        }
        state.untold.extend(held);
        state.membership = membership;
    }

    fn disconnected(&mut self, peer: &Peer) {
        let Some(state) = self.peers.get_mut(peer) else { return };
        state.connected = false;
        state.asking = None;
        // Told or not told, nobody knows: what it holds is heard from it when it is back.
        state.telling = None;
        state.untold.clear();
        self.bodies.disconnected(peer);
        // Anybody may knock: only nodes that are known are remembered.
        if self.peers.get(peer).is_some_and(|state| !state.membership.trusted && state.fetches.is_empty()) {
            self.peers.remove(peer);
            self.logs.values_mut().for_each(|log| {
                log.informed.remove(peer);
            });
        }
    }

    fn poll(&mut self, now: Moment) {
        let due: Vec<Peer> = self
            .peers
            .iter()
            .filter(|(_, state)| state.connected && state.membership.trusted && state.asking.is_none() && state.ask.is_over(now))
            .map(|(peer, _)| peer.clone())
            .collect();
        for peer in due {
            let ask = AskId(self.next());
            if let Some(state) = self.peers.get_mut(&peer) {
                state.asking = Some(ask);
                self.actions.push(Action::AskHeads { ask, peer, epoch: state.epoch, cursor: state.cursor });
            }
        }
    }

    fn changes(&mut self, now: Moment, registry: &Registry, ask: AskId, answer: Result<Changes, Failure>) {
        let Some((peer, state)) = self.peers.iter_mut().find(|(_, state)| state.asking == Some(ask)) else { return };
        let peer = peer.clone();
        state.asking = None;
        match answer {
            Ok(Changes::Heads { epoch, next, more, heads }) => {
                let forward = epoch == state.epoch && next >= state.cursor && (!more || next > state.cursor);
                if !forward {
                    self.blame(now, &peer, "its journal goes backwards".to_owned());
                    if let Some(state) = self.peers.get_mut(&peer) {
                        state.ask.fail(now);
                    }
                    return;
                }
                state.cursor = next;
                state.ask.succeed();
                if !more {
                    state.ask.wait(now, POLL);
                }
                self.hear_all(now, registry, &peer, heads);
            }
            Ok(Changes::EpochChanged(epoch)) => {
                // An epoch that changes with every answer would be asked for ever without a pause.
                state.ask.fail(now);
                (state.epoch, state.cursor) = (epoch, 0);
            }
            Err(failure) => {
                state.ask.fail(now);
                self.failed(now, &peer, failure, |state| &mut state.ask);
            }
        }
    }

    /// Waits as long as the peer asks for, or blames it.
    fn failed(&mut self, now: Moment, peer: &Peer, failure: Failure, backoff: impl Fn(&mut PeerState) -> &mut Backoff) {
        match failure {
            Failure::Refused(Refusal::Busy { wait }) => {
                if let Some(state) = self.peers.get_mut(peer) {
                    backoff(state).wait(now, u64::from(wait));
                }
            }
            Failure::Refused(_) | Failure::Lost => {}
            Failure::Wrong(why) => self.blame(now, peer, why),
        }
    }

    fn blame(&mut self, now: Moment, peer: &Peer, why: String) {
        if let Some(state) = self.peers.get_mut(peer) {
            state.distrust.fail(now);
        }
        self.actions.push(Action::Notice(Notice::Blamed { peer: peer.clone(), why }));
    }

    fn registry_changed(&mut self, now: Moment, registry: &Registry) {
        self.logs.values_mut().for_each(|log| log.opened.clear());
        for ((_, peer), heads) in std::mem::take(&mut self.waiting) {
            self.hear(now, registry, &peer, &heads);
        }
        if std::mem::take(&mut self.waiting_overflowed) {
            for state in self.peers.values_mut() {
                state.cursor = 0;
                state.ask.succeed();
            }
        }
        // A new charter may make a peer follow more of what is held.
        let covered: Vec<(Peer, Vec<Origin>)> = self
            .peers
            .iter()
            .filter(|(_, state)| state.connected)
            .map(|(peer, state)| {
                let interest = &state.membership.interest;
                (peer.clone(), self.logs.keys().filter(|origin| interest.covers(registry, origin)).cloned().collect())
            })
            .collect();
        for (peer, origins) in covered {
            if let Some(state) = self.peers.get_mut(&peer) {
                state.untold.extend(origins);
            }
        }
    }

    fn follows(&self, registry: &Registry, origin: &Origin) -> bool {
        self.own.is_some_and(|own| Interest::Member(own).covers(registry, origin))
    }

    fn trusts(&self, peer: &Peer) -> bool {
        self.peers.get(peer).is_some_and(|state| state.connected && state.membership.trusted)
    }

    fn is_own(&self, origin: &Origin) -> bool {
        self.own == Some(origin.division) && self.generation == origin.generation
    }
}
