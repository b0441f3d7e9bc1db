//! All that was read from the nodes and found true, judged from bytes: pure and synchronous, so it is tested from bytes.
//!
//! Every source is held to its own word: what it serves must hash to a head that a key of the log's charter signed. Bytes of each source
//! are read and compared, so "the copies agree" is about content, not about heads that were passed on.
//!
//! Out of scope: fetching (see [`super::follow`]); what statements mean (see [`crate::index`]). Invariant: a leaf enters a log only under a
//! signed root, and is never replaced; two signed heads that cannot both be honest are kept as evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use luodi_ledger::Malformed;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::follow::{Verdict, judge_with};
use luodi_ledger::fork::Evidence;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::redaction::Tombstone;
use luodi_ledger::registry::{Bearing, Charter, Denied, Ground, HeadRefused, Lines, Registry, Witnessing};
use luodi_ledger::statement::BodyRef;

use super::erased::{Erased, erased};
use super::held::{Difference, HeldEntry, HeldEvidence, HeldLog, SourceId};
use super::tree::Tree;

/// What to ask a source for next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nothing: all it has said has been judged.
    Nothing,
    /// Its entries from `from` up to `to`.
    Entries {
        /// First index wanted.
        from: u64,
        /// One past the last.
        to: u64,
    },
    /// No charter of the log is known yet: its ancestors' logs first.
    Charter,
}

/// The lowest index a change of a log concerns, when it concerns none: its heads or copies only.
const NO_ENTRY: u64 = u64::MAX;

/// Everything held. A clone shares all logs that do not change, so that each snapshot is cheap.
#[derive(Clone, Debug)]
pub struct Holdings {
    registry: Arc<Registry>,
    logs: BTreeMap<Origin, Arc<HeldLog>>,
    evidence: BTreeMap<Blake3, Arc<HeldEvidence>>,
    /// Where redactions stand, whether they count or not.
    redactions: Vec<(Origin, u64)>,
    erased: Arc<Erased>,
    /// Logs that changed since they were last taken, each with the lowest index concerned.
    changed: BTreeMap<Origin, u64>,
}

impl Holdings {
    /// Nothing but the federation file.
    pub fn new(federation: FederationFile) -> Self {
        Self {
            registry: Arc::new(Registry::new(federation)),
            logs: BTreeMap::new(),
            evidence: BTreeMap::new(),
            redactions: Vec::new(),
            erased: Arc::default(),
            changed: BTreeMap::new(),
        }
    }

    /// Who may sign what, as far as was read.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// All logs held.
    pub fn logs(&self) -> &BTreeMap<Origin, Arc<HeldLog>> {
        &self.logs
    }

    /// The evidence found or handed over, by its id.
    pub fn evidence(&self) -> &BTreeMap<Blake3, Arc<HeldEvidence>> {
        &self.evidence
    }

    /// The tombstone of the body or attachment of this name, if a redaction that counts has erased it.
    pub fn tombstone(&self, hash: &Blake3) -> Option<&Arc<Tombstone>> {
        self.erased.get(hash)
    }

    /// Whether there is evidence about `origin`.
    pub fn is_contradicted(&self, origin: &Origin) -> bool {
        self.evidence.values().any(|held| held.origin == *origin)
    }

    /// Whether anything changed since [`Self::take_changed`].
    pub fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The logs that changed since this was last asked, each with the lowest index of an entry concerned.
    pub fn take_changed(&mut self) -> BTreeMap<Origin, u64> {
        std::mem::take(&mut self.changed)
    }

    /// Judges a head that `source` shows of `origin`.
    pub fn offer_head(&mut self, source: SourceId, origin: &Origin, bytes: &[u8]) -> Want {
        let head = match self.registry.open_head(origin, bytes) {
            Ok(head) => head,
            Err(HeadRefused::Unchartered(_)) => return Want::Charter,
            Err(HeadRefused::Refused(refused)) => {
                self.trouble(source, origin, format!("its head is refused: {refused}"));
                return Want::Nothing;
            }
        };
        let copy = self.log(origin).copies.entry(source).or_default();
        copy.trouble = None;
        let (from, to) = (copy.agrees_to, head.size());
        copy.head = Some(head.clone());
        if to > from {
            return Want::Entries { from, to };
        }
        self.settle(source, origin, &head, None, None);
        Want::Nothing
    }

    /// Judges entries of `origin` from index `from` on that `source` serves under the head it showed last.
    pub fn offer_entries(&mut self, source: SourceId, origin: &Origin, from: u64, leaves: &[Vec<u8>]) {
        let Some(log) = self.logs.get(origin).cloned() else { return };
        let Some(copy) = log.copies.get(&source) else { return };
        let Some(head) = copy.head.clone().filter(|_| from == copy.agrees_to) else { return };
        let hashes: Vec<Hash> = leaves.iter().map(|leaf| Hash::leaf(leaf)).collect();
        let Some(mut theirs) = log.tree.range_at(from) else { return };
        for hash in &hashes {
            theirs.append(*hash);
        }
        if (theirs.size(), theirs.root()) != (head.size(), head.root()) {
            // Nothing enters before a signed root covers it.
            return self.trouble(source, origin, format!("its entries do not make up the head it shows at size {}", head.size()));
        }
        let other = |(index, hash): &(u64, &Hash)| log.tree.leaf(*index).is_some_and(|ours| ours != **hash);
        if let Some((index, _)) = (from..).zip(&hashes).find(other) {
            // Its entries make up a head that the log signed, and ours another.
            let tree = log.tree.up_to(from).and(hashes.iter().copied());
            let position = usize::try_from(index - from).unwrap_or(usize::MAX);
            let ours = log.entry(index).map(|held| held.bytes.clone());
            let parted = ours.zip(leaves.get(position)).map(|(ours, theirs)| Difference { index, ours, theirs: theirs.as_slice().into() });
            self.settle(source, origin, &head, Some(&tree), parted.as_ref());
            return;
        }
        let held = log.tree.size();
        for leaf in leaves.iter().skip(usize::try_from(held.saturating_sub(from)).unwrap_or(usize::MAX)) {
            self.append(origin, leaf);
        }
        if let Some(copy) = self.log(origin).copies.get_mut(&source) {
            copy.agrees_to = head.size();
        }
        self.settle(source, origin, &head, None, None);
        self.rejudge(origin, held);
    }

    /// Judges a cosigned head that `source` shows: is it of the log we hold, and did it meet its quorum?
    pub fn offer_checkpoint(&mut self, source: SourceId, origin: &Origin, bytes: &[u8]) {
        let Ok(head) = self.registry.open_head(origin, bytes) else { return };
        if self.logs.get(origin).is_none_or(|log| log.tree.size() < head.size()) {
            return;
        }
        if !self.settle(source, origin, &head, None, None) {
            return;
        }
        let Some(log) = self.logs.get(origin) else { return };
        let newest = log.witnessed.as_ref().map_or((0, 0), |(held, by)| (held.size(), by.len()));
        match self.registry.witnessing(origin, &head) {
            Ok(Witnessing::Met(by)) if (head.size(), by.len()) > newest => {
                self.log(origin).witnessed = Some((head, by));
                self.note(origin, NO_ENTRY);
            }
            Ok(Witnessing::NobodyAsked) => self.log(origin).nobody_asked = true,
            Ok(Witnessing::Met(_) | Witnessing::Short(_)) => {}
            Err(rejected) => self.trouble(source, origin, format!("its cosigned head is refused: {rejected}")),
        }
    }

    /// The bodies that entries of `origin` name and that are not here.
    pub fn missing_bodies(&self, origin: &Origin) -> Vec<BodyRef> {
        let Some(log) = self.logs.get(origin) else { return Vec::new() };
        let named = log.entries.iter().filter_map(|held| held.entry.as_ref().ok()?.statement.statement().body);
        named.filter(|body| !log.bodies.contains_key(&body.hash) && !self.erased.contains_key(&body.hash)).collect()
    }

    /// Takes in a body of `origin` if it is the one that is named; returns whether it is.
    pub fn offer_body(&mut self, origin: &Origin, named: &BodyRef, bytes: Vec<u8>) -> bool {
        if !named.names(&bytes) {
            return false;
        }
        if self.erased.contains_key(&named.hash) {
            return true;
        }
        let log = self.log(origin);
        log.bodies.insert(named.hash, bytes.into());
        let names_it = |held: &HeldEntry| held.entry.as_ref().is_ok_and(|entry| entry.statement.statement().body.as_ref() == Some(named));
        let first = log.entries.iter().position(names_it).map_or(NO_ENTRY, |index| index as u64);
        self.note(origin, first);
        // What a redaction erases may be told only now.
        if !self.redactions.is_empty() {
            self.erase();
        }
        true
    }

    /// Drops what redactions erase, and notes whose words come or go.
    fn erase(&mut self) {
        if self.redactions.is_empty() {
            return;
        }
        let erased = erased(&self.logs, &self.redactions, &self.erased);
        let moved = |one: &Erased, other: &Erased| -> Vec<Arc<Tombstone>> {
            one.iter().filter(|(hash, _)| !other.contains_key(hash)).map(|(_, tombstone)| tombstone.clone()).collect()
        };
        let (come, gone) = (moved(&erased, &self.erased), moved(&self.erased, &erased));
        for tombstone in &come {
            self.log(&tombstone.target.log).bodies.remove(&tombstone.hash);
        }
        for tombstone in come.iter().chain(&gone) {
            self.note(&tombstone.target.log, tombstone.target.index);
        }
        self.erased = Arc::new(erased);
    }

    /// Notes that a source cannot be read.
    pub fn trouble(&mut self, source: SourceId, origin: &Origin, why: String) {
        self.log(origin).copies.entry(source).or_default().trouble = Some(why);
        self.note(origin, NO_ENTRY);
    }

    fn log(&mut self, origin: &Origin) -> &mut HeldLog {
        Arc::make_mut(self.logs.entry(origin.clone()).or_insert_with(|| Arc::new(HeldLog::new())))
    }

    fn note(&mut self, origin: &Origin, index: u64) {
        self.changed.entry(origin.clone()).and_modify(|lowest| *lowest = index.min(*lowest)).or_insert(index);
    }

    /// Judges a signed head against the newest one held; `theirs` is the source's own tree where it is not ours. Whether it is of our log.
    fn settle(
        &mut self,
        source: SourceId,
        origin: &Origin,
        head: &SignedCheckpoint,
        theirs: Option<&Tree>,
        parted: Option<&Difference>,
    ) -> bool {
        let log = self.log(origin);
        let larger = theirs.filter(|theirs| theirs.size() > log.tree.size()).unwrap_or(&log.tree);
        match judge_with(log.head.as_ref(), head, larger) {
            Ok(Verdict::Advance) if theirs.is_none() => log.head = Some(head.clone()),
            Ok(Verdict::Same | Verdict::Stale) => {}
            Ok(Verdict::Fork(found)) => {
                log.copies.entry(source).or_default().contradicts = true;
                let keys = self.keys(origin);
                if let Ok(evidence) = found.against_log(&keys) {
                    self.keep(HeldEvidence { evidence, origin: origin.clone(), shown_by: source, difference: parted.cloned() });
                }
                for evidence in found.against_witnesses(&keys).unwrap_or_default() {
                    self.keep(HeldEvidence { evidence, origin: origin.clone(), shown_by: source, difference: parted.cloned() });
                }
                return false;
            }
            Ok(Verdict::Advance | Verdict::NeedProof { .. }) => return false,
            Ok(Verdict::Rejected(rejected)) | Err(rejected) => {
                self.trouble(source, origin, rejected.to_string());
                return false;
            }
        }
        self.note(origin, NO_ENTRY);
        true
    }

    /// Takes in evidence that `source` hands over, if it accuses keys that charters name; returns whether it does.
    pub fn offer_evidence(&mut self, source: SourceId, bytes: &[u8]) -> bool {
        let Ok(evidence) = Evidence::parse(bytes) else { return false };
        let Ok(origin) = evidence.origin().parse::<Origin>() else { return false };
        let accused = evidence.accuses(&self.keys(&origin));
        if accused {
            self.keep(HeldEvidence { evidence, origin, shown_by: source, difference: None });
        }
        accused
    }

    /// Every key that a charter of `origin` names, its witnesses' too.
    fn keys(&self, origin: &Origin) -> Vec<VerifierKey> {
        let charters = self.registry.charters().filter(|charter| charter.facts.origin == *origin);
        let named = |charter: &Charter| {
            let witnesses = charter.policy.witnesses().iter().map(|witness| witness.key.clone());
            charter.facts.keys.iter().cloned().chain(witnesses).collect::<Vec<_>>()
        };
        charters.flat_map(named).collect()
    }

    fn keep(&mut self, held: HeldEvidence) {
        let origin = held.origin.clone();
        self.evidence.entry(held.evidence.id()).or_insert_with(|| Arc::new(held));
        // Every matter of this log is told differently now.
        self.note(&origin, 0);
    }

    fn append(&mut self, origin: &Origin, leaf: &[u8]) {
        let log = self.log(origin);
        log.tree.append(Hash::leaf(leaf));
        let entry = log.link.step(leaf).map(Arc::new);
        let judged = Err(entry.as_ref().err().map_or_else(unjudged, malformed));
        let redacts = entry.as_ref().is_ok_and(|entry| entry.statement.statement().kind.as_str() == luodi_ledger::redaction::KIND);
        let place = (origin.clone(), log.entries.len() as u64);
        let lines = entry.as_deref().ok().map(|entry| Arc::new(Lines::of(entry)));
        log.entries.push(HeldEntry { bytes: leaf.into(), entry, judged, lines });
        if redacts {
            self.redactions.push(place);
        }
    }

    /// Judges the entries of `origin` from `from` on, and anew those of any log on which they bear.
    fn rejudge(&mut self, origin: &Origin, from: u64) {
        let Some(log) = self.logs.get(origin) else { return };
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let fresh = log.entries.iter().skip(from).filter_map(|held| held.entry.as_deref().ok());
        let fresh: Vec<&Entry> = fresh.filter(|entry| entry.statement.statement().kind.is_registry()).collect();
        let bearing = if fresh.is_empty() {
            Bearing::NoNews
        } else {
            Arc::make_mut(&mut self.registry).observe_all(fresh.into_iter().map(|entry| (origin, entry)))
        };
        self.judge_anew(origin, from, |_| true);
        self.note(origin, from as u64);
        // Whoever signs in a log is of its division or one below it.
        let above: BTreeSet<Division> = match &bearing {
            Bearing::Of(divisions) => divisions.iter().flat_map(|division| self.registry.above(*division)).collect(),
            Bearing::NoNews | Bearing::Everybody => BTreeSet::new(),
        };
        let reached = |each: &&Origin| bearing == Bearing::Everybody || above.contains(&each.division);
        for each in self.logs.keys().filter(reached).cloned().collect::<Vec<_>>() {
            let lowest = self.judge_anew(&each, 0, |entry| bearing.is_on(&each, entry));
            // A division may have moved, and with it what may be said of its matters and where.
            if let Some(lowest) = if bearing == Bearing::Everybody { Some(0) } else { lowest } {
                self.note(&each, lowest as u64);
            }
        }
        self.erase();
    }

    /// Judges the entries of a log from `from` on that `wanted` asks for; tells the first that counts otherwise than before.
    fn judge_anew(&mut self, origin: &Origin, from: usize, wanted: impl Fn(&Entry) -> bool) -> Option<usize> {
        let registry = self.registry.clone();
        let judged = |(index, held): (usize, &HeldEntry)| {
            let entry = held.entry.as_deref().ok().filter(|entry| wanted(entry))?;
            let judged = registry.judge_remembering(origin, entry, held.lines.as_deref()?);
            (judged != held.judged).then_some((index, judged))
        };
        let otherwise: Vec<_> = self.logs.get(origin)?.entries.iter().enumerate().skip(from).filter_map(judged).collect();
        let lowest = otherwise.first()?.0;
        // Pages that are being made hold the log as it was: it is copied only where it is judged otherwise.
        let log = self.log(origin);
        for (index, judged) in otherwise {
            if let Some(held) = log.entries.get_mut(index) {
                held.judged = judged;
            }
        }
        Some(lowest)
    }
}

fn malformed(fault: &Malformed) -> Denied {
    Ground::Malformed(fault.clone()).into()
}

/// Stands for the moment between taking an entry in and judging it: it counts nowhere.
fn unjudged() -> Denied {
    Ground::Unjudged.into()
}
