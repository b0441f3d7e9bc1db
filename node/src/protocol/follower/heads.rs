//! Which heads to believe. Each is opened with the keys of its charter and judged against what is held; a contradiction is evidence.

use luodi_ledger::Refused;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::follow::{Verdict, judge};
use luodi_ledger::fork::{Contradiction, Evidence};
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::{HeadRefused, Registry, Witnessing};

use super::super::message::Heads;
use super::super::{Moment, Peer};
use super::{Action, FetchId, Follower, Log, MOST_WAITING, Notice, OPENED, Stored, Version};

/// Heads kept of a log until enough is stored to compare them: several peers, each with another head, while a fetch runs.
const MOST_UNCOMPARED: usize = 16;

impl Follower {
    pub(super) fn hear_all(&mut self, now: Moment, registry: &Registry, peer: &Peer, heads: Vec<Heads>) {
        for heads in heads {
            self.hear(now, registry, peer, &heads);
        }
    }

    /// One log as a peer holds it.
    pub(super) fn hear(&mut self, now: Moment, registry: &Registry, peer: &Peer, heads: &Heads) {
        let origin = &heads.origin;
        if !self.follows(registry, origin) {
            self.wait(peer, heads);
            return;
        }
        if self.logs.get(origin).is_some_and(|log| log.forked) {
            return;
        }
        let Some(head) = self.open(now, registry, peer, heads, &heads.head) else { return };
        let witnessed = match &heads.witnessed {
            Some(note) => match self.open(now, registry, peer, heads, note) {
                Some(witnessed) => Some(witnessed),
                None => return,
            },
            None => None,
        };
        let confirmed = witnessed.as_ref().unwrap_or(&head);
        let offer = Version { size: head.size(), witnessed: if met(registry, origin, confirmed) { confirmed.size() } else { 0 } };
        let own = self.is_own(origin);
        let log = self.logs.entry(origin.clone()).or_default();
        log.heard = log.heard.max(head.size());
        let known = log.offers.entry(peer.clone()).or_default();
        *known = known.join(offer);
        if head.size() > log.stored() {
            if own && !self.follow_own {
                self.actions.push(Action::Notice(Notice::OwnHeadUnknown { origin: origin.clone(), size: head.size() }));
            }
            self.wanted.insert(origin.clone());
        }
        for head in std::iter::once(head).chain(witnessed) {
            self.compare(registry, origin, head);
        }
    }

    /// Reads a head with the keys of its charter. One that no key signed may be of a charter not seen yet: it waits.
    fn open(&mut self, now: Moment, registry: &Registry, peer: &Peer, heads: &Heads, note: &[u8]) -> Option<SignedCheckpoint> {
        let name = Blake3::of(note);
        if let Some((_, head)) = self.logs.get(&heads.origin).and_then(|log| log.opened.iter().find(|(known, _)| *known == name)) {
            return Some(head.clone());
        }
        match registry.open_head(&heads.origin, note) {
            Ok(head) => {
                let head = keep_known_lines(registry, &heads.origin, head);
                let log = self.logs.entry(heads.origin.clone()).or_default();
                log.opened.truncate(OPENED - 1);
                log.opened.push_front((name, head.clone()));
                Some(head)
            }
            Err(HeadRefused::Refused(Refused::Malformed(fault))) => {
                self.blame(now, peer, format!("a head of {}: {fault}", heads.origin));
                None
            }
            Err(HeadRefused::Unchartered(_) | HeadRefused::Refused(Refused::Rejected(_))) => {
                self.wait(peer, heads);
                None
            }
        }
    }

    fn wait(&mut self, peer: &Peer, heads: &Heads) {
        let key = (heads.origin.clone(), peer.clone());
        if self.waiting.len() >= MOST_WAITING && !self.waiting.contains_key(&key) {
            self.waiting_overflowed = true;
        } else {
            self.waiting.insert(key, heads.clone());
        }
    }

    /// Compares a head with what is stored, now or when enough is stored.
    fn compare(&mut self, registry: &Registry, origin: &Origin, head: SignedCheckpoint) {
        let Some(log) = self.logs.get_mut(origin) else { return };
        if head.size() > log.stored() {
            let same = log.uncompared.iter().position(|known| known.checkpoint() == head.checkpoint());
            match same {
                Some(position) => head.note().signatures().iter().for_each(|line| log.uncompared[position].note_mut().add(line.clone())),
                // What is dropped is compared when a peer tells of it again.
                None if log.uncompared.len() >= MOST_UNCOMPARED => {}
                None => log.uncompared.push(head),
            }
            return;
        }
        if log.recent.contains(&(head.size(), head.root())) {
            self.belongs(registry, origin, head);
            return;
        }
        match judge(log.held.as_ref(), &head, None) {
            Verdict::Same | Verdict::Stale => self.belongs(registry, origin, head),
            Verdict::NeedProof { .. } => self.actions.push(Action::Compare { origin: origin.clone(), head }),
            Verdict::Fork(found) => self.contradicted(registry, origin, &found, None),
            Verdict::Advance | Verdict::Rejected(_) => {}
        }
    }

    /// The stored log has been read: does the older head belong to it?
    pub(super) fn compared(
        &mut self,
        registry: &Registry,
        origin: &Origin,
        head: SignedCheckpoint,
        path: &[Hash],
        held: &SignedCheckpoint,
    ) {
        match judge(Some(held), &head, Some(path)) {
            Verdict::Same | Verdict::Stale => self.belongs(registry, origin, head),
            Verdict::Fork(found) => self.contradicted(registry, origin, &found, None),
            // The path is our own: a wrong one says nothing of the log.
            Verdict::Advance | Verdict::NeedProof { .. } | Verdict::Rejected(_) => {}
        }
    }

    /// A head that is of the stored log: if its quorum is met, it may be the largest witnessed one.
    fn belongs(&mut self, registry: &Registry, origin: &Origin, head: SignedCheckpoint) {
        let Some(log) = self.logs.get_mut(origin) else { return };
        log.remember(head.checkpoint());
        if head.size() > log.version().witnessed.max(log.keeping) && met(registry, origin, &head) {
            log.keeping = head.size();
            self.actions.push(Action::KeepWitnessed { origin: origin.clone(), head });
        }
    }

    /// A fetch reached a log: may its pages be taken in?
    pub(super) fn begun(&mut self, now: Moment, registry: &Registry, fetch: FetchId, origin: Origin, head: &[u8], path: &[Hash]) {
        let asked = self.fetches.get(&fetch).and_then(|fetching| Some((fetching.peer.clone(), fetching.origins.get(&origin)?.held)));
        let Some((peer, held)) = asked else {
            self.actions.push(Action::Abandon { fetch });
            return;
        };
        let opened = registry.open_head(&origin, head);
        // The path leads from what was held when it was asked for.
        let as_asked = |log: &&mut Log| log.fetch == Some(fetch) && !log.forked && log.base_size() == held;
        let Some(log) = self.logs.get_mut(&origin).filter(as_asked) else {
            self.abandon(fetch);
            return;
        };
        let head = match opened {
            Ok(head) => head,
            Err(HeadRefused::Refused(Refused::Malformed(fault))) => {
                self.blame(now, &peer, format!("its head of {origin}: {fault}"));
                self.abandon(fetch);
                return;
            }
            // The answerer may have seen a charter that this node has not.
            Err(HeadRefused::Unchartered(_) | HeadRefused::Refused(Refused::Rejected(_))) => {
                log.backoff.fail(now);
                self.abandon(fetch);
                return;
            }
        };
        match judge(log.base(), &head, Some(path)) {
            Verdict::Same | Verdict::Advance if head.size() > log.stored() => {
                let head = keep_known_lines(registry, &origin, head);
                log.heard = log.heard.max(head.size());
                log.proven = Some(head.clone());
                self.actions.push(Action::Proceed { fetch, origin, head });
                return;
            }
            Verdict::Fork(found) => self.contradicted(registry, &origin, &found, Some(&peer)),
            Verdict::Same | Verdict::Advance | Verdict::Stale => {
                // It holds less than it told of.
                log.offers.insert(peer, Version { size: head.size(), witnessed: 0 });
                log.backoff.fail(now);
            }
            Verdict::NeedProof { .. } => self.blame(now, &peer, format!("no proof that its head of {origin} grows from ours")),
            Verdict::Rejected(rejected) => self.blame(now, &peer, format!("its head of {origin}: {rejected}")),
        }
        self.abandon(fetch);
    }

    /// Something became durable.
    pub(super) fn stored(&mut self, registry: &Registry, stored: Stored) {
        let Stored { origin, entries, head, witnessed } = stored;
        let log = self.logs.entry(origin.clone()).or_default();
        let before = log.version();
        log.entries = log.entries.max(entries);
        if let Some(head) = head.filter(|head| log.held.as_ref().is_none_or(|held| head.size() >= held.size())) {
            log.heard = log.heard.max(head.size());
            log.entries = log.entries.max(head.size());
            log.remember(head.checkpoint());
            if log.proven.as_ref().is_some_and(|proven| proven.size() <= head.size()) {
                log.proven = None;
            }
            log.held = Some(head);
        }
        if let Some(witnessed) = witnessed.filter(|head| head.size() > before.witnessed) {
            log.witnessed = Some(witnessed);
        }
        let size = log.stored();
        let due: Vec<_> = log.uncompared.extract_if(.., |head| head.size() <= size).collect();
        if before.lacks(log.version()) {
            for state in self.peers.values_mut().filter(|state| state.connected) {
                state.untold.insert(origin.clone());
            }
        }
        for head in due {
            self.compare(registry, &origin, head);
        }
    }

    /// A peer sent evidence.
    pub(super) fn evidence_heard(&mut self, now: Moment, registry: &Registry, peer: &Peer, bytes: &[u8]) {
        match Evidence::parse(bytes) {
            Ok(evidence) => self.keep_evidence(registry, &evidence, Some(peer)),
            Err(refused) => self.blame(now, peer, format!("evidence: {refused}")),
        }
    }

    /// Two heads contradict each other: whose words they are, the log's and perhaps its witnesses', is shown by evidence against each.
    fn contradicted(&mut self, registry: &Registry, origin: &Origin, found: &Contradiction, from: Option<&Peer>) {
        let (log, witnesses) = keys_of(registry, origin);
        let against_log = found.against_log(&log).into_iter();
        let against_witnesses = found.against_witnesses(&witnesses).into_iter().flatten();
        for evidence in against_log.chain(against_witnesses).collect::<Vec<_>>() {
            self.keep_evidence(registry, &evidence, from);
        }
    }

    /// Keeps evidence against keys that a charter names, and tells everybody. A log that its own keys in force convict is frozen: what is
    /// held stays, its new heads are followed no more.
    fn keep_evidence(&mut self, registry: &Registry, evidence: &Evidence, from: Option<&Peer>) {
        let Ok(origin) = evidence.origin().parse::<Origin>() else { return };
        let (log, witnesses) = keys_of(registry, &origin);
        let known = if evidence.is_against_witness() { evidence.accuses(&witnesses) } else { evidence.accuses(&log) };
        if !known || !self.evidence.insert(evidence.id()) {
            return;
        }
        if freezes(registry, &origin, evidence) {
            let log = self.logs.entry(origin.clone()).or_default();
            log.uncompared.clear();
            self.wanted.remove(&origin);
            if !std::mem::replace(&mut log.forked, true) {
                self.actions.push(Action::Notice(Notice::Forked(origin.clone())));
            }
        }
        let convicts = if evidence.is_against_witness() { evidence.keys()[0].name().to_owned() } else { origin.to_string() };
        let bytes = evidence.to_bytes();
        self.actions.push(Action::KeepEvidence { convicts, evidence: bytes.clone() });
        let others = self.peers.iter().filter(|(peer, state)| state.connected && Some(*peer) != from);
        self.actions.extend(others.map(|(peer, _)| Action::TellEvidence { peer: peer.clone(), evidence: bytes.clone() }));
    }
}

/// Whether evidence freezes a log: a key in force signed one of the heads. A key that every charter has retired may be stolen by now,
/// and convicts nobody.
pub fn freezes(registry: &Registry, origin: &Origin, evidence: &Evidence) -> bool {
    let in_force = registry.charter(origin).map_or(&[][..], |charter| &charter.facts.keys);
    !evidence.is_against_witness()
        && evidence.accuses(&keys_of(registry, origin).0)
        && evidence.keys().iter().any(|key| in_force.contains(key))
}

/// The keys of a log, and of its witnesses, in all its charters.
fn keys_of(registry: &Registry, origin: &Origin) -> (Vec<VerifierKey>, Vec<VerifierKey>) {
    let charters = || registry.charters().filter(|charter| &charter.facts.origin == origin);
    let log = charters().flat_map(|charter| charter.facts.keys.clone()).collect();
    let witnesses = charters().flat_map(|charter| charter.policy.witnesses()).map(|witness| witness.key.clone()).collect();
    (log, witnesses)
}

/// Whether the witnesses that the charter asks for have confirmed a head. Where it asks for nobody, nothing is kept beside the newest head.
pub fn met(registry: &Registry, origin: &Origin, head: &SignedCheckpoint) -> bool {
    matches!(registry.witnessing(origin, head), Ok(Witnessing::Met(_)))
}

/// Keeps the lines of the log's keys and of its witnesses that verify. A line nobody checked could be planted, and would make a note
/// that everybody else refuses.
fn keep_known_lines(registry: &Registry, origin: &Origin, mut head: SignedCheckpoint) -> SignedCheckpoint {
    let mut keys: Vec<VerifierKey> = registry.log_keys(origin, head.size()).unwrap_or_default().to_vec();
    if let Ok(Witnessing::Met(by) | Witnessing::Short(by)) = registry.witnessing(origin, &head) {
        keys.extend(by);
    }
    head.note_mut().retain(|line| keys.iter().any(|key| line.claims(key)));
    head
}
