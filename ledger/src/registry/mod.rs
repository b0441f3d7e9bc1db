//! Who may sign what, and what every entry counts for.
//!
//! The federation file pins the root; everything else is stated in ancestors' logs: [`CharterFacts`] name a node's machine keys,
//! [`AppointFacts`] the keys of an office, [`RevokeFacts`] end a key. Only bytes of logs decide; nothing here asks the time.
//!
//! Invariant: the registry is a *set*. The same registry entries, observed in any order, give the same answers, because authority flows
//! strictly downwards: what an entry in a division's log counts for depends on logs of divisions above it only (at the root, on the
//! pinned keys). A key has authority when some valid appointment covers it and no valid revocation ends it.
//!
//! Out of scope: whether a statement fits its procedure (see [`crate::matter`]); whether bytes are the log (see [`crate::follow`]).

mod facts;

use std::collections::{BTreeMap, BTreeSet};

pub use facts::{AppointFacts, CharterFacts, FormerEnd, Operator, RevokeFacts, Term, ValidUpTo};

use crate::checkpoint::SignedCheckpoint;
use crate::entry::Entry;
use crate::federation::FederationFile;
use crate::key::VerifierKey;
use crate::matter;
use crate::names::{Division, Office, OfficeName, Origin};
use crate::policy::Policy;
use crate::standing::{Standing, Void};
use crate::statement::Statement;
use crate::{Malformed, Refused, Rejected};

/// A charter in force, with its policy read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charter {
    /// What it says.
    pub facts: CharterFacts,
    /// Its policy.
    pub policy: Policy,
    /// Where it stands; the root's first charter stands in the federation file.
    pub stated: Option<(Origin, u64)>,
}

/// An appointment in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// What it says.
    pub facts: AppointFacts,
    /// The log and index it stands at.
    pub stated: (Origin, u64),
}

/// What a registry statement does, once read.
#[derive(Clone, Debug)]
enum Act {
    Charter(Box<(CharterFacts, Policy)>),
    Appoint(AppointFacts),
    Revoke(Box<RevokeFacts>, OfficeName),
}

impl Act {
    fn read(statement: &Statement) -> Result<Option<Self>, Malformed> {
        let federation = &statement.log.federation;
        Ok(Some(match statement.kind.as_str() {
            "charter" => {
                let facts: CharterFacts = statement.facts.read()?;
                let policy = facts.check(federation, facts.origin.division)?;
                Self::Charter(Box::new((facts, policy)))
            }
            "appoint" => {
                let facts: AppointFacts = statement.facts.read()?;
                facts.check(federation)?;
                Self::Appoint(facts)
            }
            "revoke" => {
                let facts: RevokeFacts = statement.facts.read()?;
                let office = facts.check(federation)?;
                Self::Revoke(Box::new(facts), office)
            }
            _ => return Ok(None),
        }))
    }

    /// The division the act is about.
    fn target(&self) -> Division {
        match self {
            Self::Charter(charter) => charter.0.origin.division,
            Self::Appoint(facts) => facts.office.division,
            Self::Revoke(_, office) => office.division,
        }
    }
}

/// Why an entry counts nowhere, and whose line is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why:?}: {by:?}: {detail}")]
pub struct Denied {
    /// The reason.
    pub why: Void,
    /// The office whose line is at fault, if it is one.
    pub by: Option<OfficeName>,
    /// What was found, in plain words.
    pub detail: String,
}

/// Why a head was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadRefused {
    /// No charter of this log has been seen yet: wait for its ancestors' logs.
    #[error("{0} has no charter here yet")]
    Unchartered(Origin),
    /// The head does not read or its signature is not the log's.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Who else has checked a head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Witnessing {
    /// The charter's quorum was met by these witnesses.
    Met(Vec<VerifierKey>),
    /// Not yet: these have cosigned.
    Short(Vec<VerifierKey>),
    /// The charter asks for nobody: nobody else has checked.
    NobodyAsked,
}

/// All that is registered; see the module.
#[derive(Clone, Debug)]
pub struct Registry {
    federation: FederationFile,
    /// Every registry statement that reads as one, by log and index.
    seen: BTreeMap<(Origin, u64), Seen>,
    in_force: InForce,
}

#[derive(Clone, Debug)]
struct Seen {
    entry: Entry,
    act: Act,
}

/// What follows from the statements seen; computed anew from all of them, so no order of arrival can show.
#[derive(Clone, Debug, Default)]
struct InForce {
    charters: BTreeMap<Origin, Vec<Charter>>,
    appointments: BTreeMap<OfficeName, Vec<Appointment>>,
    revocations: BTreeMap<VerifierKey, Vec<RevokeFacts>>,
    /// Where a former generation ends, as its successor's charter says.
    ends: BTreeMap<Origin, u64>,
}

impl Registry {
    /// The registry of a federation before any log has been read.
    pub fn new(federation: FederationFile) -> Self {
        let mut registry = Self { federation, seen: BTreeMap::new(), in_force: InForce::default() };
        registry.derive();
        registry
    }

    /// The federation file it rests on.
    pub fn federation(&self) -> &FederationFile {
        &self.federation
    }

    /// Takes in one entry of a log; returns whether anything in force may have changed.
    pub fn observe(&mut self, origin: &Origin, entry: &Entry) -> bool {
        self.observe_all([(origin, entry)])
    }

    /// Takes in entries of logs, in any order; entries that are no registry statements are passed over.
    pub fn observe_all<'e>(&mut self, entries: impl IntoIterator<Item = (&'e Origin, &'e Entry)>) -> bool {
        let before = self.seen.len();
        for (origin, entry) in entries {
            let statement = entry.statement.statement();
            if !statement.kind.is_registry() || &statement.log != origin {
                continue;
            }
            if let Ok(Some(act)) = Act::read(statement) {
                self.seen.entry((origin.clone(), entry.index)).or_insert_with(|| Seen { entry: entry.clone(), act });
            }
        }
        let changed = self.seen.len() > before;
        if changed {
            self.derive();
        }
        changed
    }

    /// The division above, the root having none.
    pub fn parent(&self, division: Division) -> Option<Division> {
        if division == self.federation.root { None } else { division.parent() }
    }

    /// Whether `division` is `above` or lies below it inside this federation.
    pub fn is_within(&self, division: Division, above: Division) -> bool {
        std::iter::successors(Some(division), |division| self.parent(*division)).any(|each| each == above)
    }

    /// The charters in force, oldest first, of every log.
    pub fn charters(&self) -> impl Iterator<Item = &Charter> {
        self.in_force.charters.values().flatten()
    }

    /// The newest charter of a log.
    pub fn charter(&self, origin: &Origin) -> Option<&Charter> {
        self.in_force.charters.get(origin)?.last()
    }

    /// The charter that judges a checkpoint of `size`: each from its `from` to the next number's.
    pub fn charter_at(&self, origin: &Origin, size: u64) -> Option<&Charter> {
        self.in_force.charters.get(origin)?.iter().rev().find(|charter| charter.facts.from <= size)
    }

    /// The keys of a log at `size`.
    pub fn log_keys(&self, origin: &Origin, size: u64) -> Option<&[VerifierKey]> {
        self.charter_at(origin, size).map(|charter| charter.facts.keys.as_slice())
    }

    /// The log of a division: its newest chartered generation.
    pub fn home_log(&self, division: Division) -> Option<&Origin> {
        self.generations(division).last()
    }

    /// The chartered generations of a division's log, first to newest.
    pub fn generations(&self, division: Division) -> impl Iterator<Item = &Origin> {
        let federation = &self.federation.name;
        let from = Origin { federation: federation.clone(), division, generation: 0 };
        self.in_force.charters.range(from..).map(|(origin, _)| origin).take_while(move |origin| origin.division == division)
    }

    /// The appointments in force of an office.
    pub fn appointments(&self, office: &OfficeName) -> &[Appointment] {
        self.in_force.appointments.get(office).map_or(&[], Vec::as_slice)
    }

    /// Every office of a division that somebody has registered, the pinned ones of the root among them.
    pub fn offices(&self, division: Division) -> BTreeSet<OfficeName> {
        let pinned = self.federation.keys.iter().filter_map(|key| key.name().parse().ok());
        self.in_force.appointments.keys().cloned().chain(pinned).filter(|office| office.division == division).collect()
    }

    /// Reads a head of `origin` and checks that a key of its charter signed it.
    pub fn open_head(&self, origin: &Origin, bytes: &[u8]) -> Result<SignedCheckpoint, HeadRefused> {
        let head = SignedCheckpoint::parse(bytes).map_err(Refused::from)?;
        let keys = self.log_keys(origin, head.size()).ok_or_else(|| HeadRefused::Unchartered(origin.clone()))?;
        head.check(&origin.to_string(), keys).map_err(Refused::from)?;
        Ok(head)
    }

    /// Who else has checked `head`, judged by the charter of its size. A bad line of a known witness rejects it.
    pub fn witnessing(&self, origin: &Origin, head: &SignedCheckpoint) -> Result<Witnessing, Rejected> {
        let unknown = || Rejected::new("charter", format!("{origin} has no charter here yet"));
        let charter = self.charter_at(origin, head.size()).ok_or_else(unknown)?;
        if charter.policy.asks_nobody() {
            return Ok(Witnessing::NobodyAsked);
        }
        let keys: Vec<VerifierKey> = charter.policy.witnesses().iter().map(|witness| witness.key.clone()).collect();
        let by: Vec<VerifierKey> = head.cosigners(&keys)?.iter().map(|verified| verified.key.clone()).collect();
        Ok(if charter.policy.is_satisfied_by(&by) { Witnessing::Met(by) } else { Witnessing::Short(by) })
    }

    /// Whether `head` met its charter's quorum; a quorum of none is met by every head.
    pub fn quorum_met(&self, origin: &Origin, head: &SignedCheckpoint) -> Result<bool, Rejected> {
        Ok(!matches!(self.witnessing(origin, head)?, Witnessing::Short(_)))
    }

    /// What an entry counts for, given all that has been observed so far.
    pub fn standing(&self, origin: &Origin, entry: &Entry) -> Standing {
        match self.judge(origin, entry) {
            Ok(term_expired) => Standing::Valid { term_expired },
            Err(denied) => Standing::Void(denied.why),
        }
    }

    /// As [`Self::standing`], with the reason in full; `Ok(true)` when a signer's term had ended.
    pub fn judge(&self, origin: &Origin, entry: &Entry) -> Result<bool, Denied> {
        let statement = entry.statement.statement();
        let denied = |why, by: Option<&OfficeName>, detail: String| Err(Denied { why, by: by.cloned(), detail });
        if &statement.log != origin {
            return denied(Void::Malformed, None, format!("it is meant for {}", statement.log));
        }
        if self.in_force.ends.get(origin).is_some_and(|end| entry.index >= *end) {
            return denied(Void::BeyondEnd, None, "the next generation's charter ends this log before it".to_owned());
        }
        for by in &statement.by {
            if by.federation != origin.federation || !self.is_within(by.division, origin.division) {
                return denied(Void::WrongDivision, Some(by), format!("{} is not within {}", by.division, origin.division));
            }
        }
        self.may_say(statement)?;
        let mut expired = false;
        for (position, by) in statement.by.iter().enumerate() {
            expired |= self.check_line(origin, entry, position, by)?;
        }
        Ok(expired)
    }

    /// Whether the offices that sign may say this, here.
    fn may_say(&self, statement: &Statement) -> Result<(), Denied> {
        let home = statement.log.division;
        let deny =
            |by: Option<&OfficeName>, detail: &str| Err(Denied { why: Void::WrongOffice, by: by.cloned(), detail: detail.to_owned() });
        if !statement.kind.is_registry() {
            let of_node = |kind: &str| matches!(kind, "evidence" | "anchor" | "observation");
            if let Some(by) = statement.by.iter().find(|by| by.is(Office::NODE) != of_node(statement.kind.as_str())) {
                return deny(Some(by), "a node says evidence, anchor and observation, and nobody else says those");
            }
            return matter::may_sign(statement, |division, of| self.is_within(division, of)).map_err(|barred| Denied {
                why: barred.why,
                by: None,
                detail: barred.detail.to_owned(),
            });
        }
        let act = match Act::read(statement) {
            Ok(act) => act,
            Err(fault) => return Err(Denied { why: Void::Malformed, by: None, detail: fault.to_string() }),
        };
        let registrar = |by: &&OfficeName| by.division != home || !(by.is(Office::GOVERNMENT) || by.is(Office::CIVIL_AFFAIRS));
        if let Some(by) = statement.by.iter().find(registrar) {
            return deny(Some(by), "only the government or civil affairs office of this log's division registers");
        }
        // `division` statements are kept and shown; no rule reads them yet.
        let Some(act) = act else { return Ok(()) };
        if act.target() == home {
            // Nobody registers an office of its own division, but for the pinned keys at the root: `check_line` holds them to that.
            let at_root = home == self.federation.root && !matches!(act, Act::Charter(_));
            return if at_root { Ok(()) } else { deny(None, "an office or node is registered by a division above its own") };
        }
        if self.is_within(act.target(), home) { Ok(()) } else { deny(None, "what it registers does not lie below this log's division") }
    }

    /// Checks one `by` line: a key in office, its signature, no revocation. `Ok(true)` when its term had ended.
    fn check_line(&self, origin: &Origin, entry: &Entry, position: usize, by: &OfficeName) -> Result<bool, Denied> {
        let denied = |why, detail: String| Denied { why, by: Some(by.clone()), detail };
        let line = &entry.statement.note().signatures()[position];
        let pinned: Vec<&VerifierKey> = self.federation.keys.iter().filter(|key| line.claims(key)).collect();
        let statement = entry.statement.statement();
        let pins_only = statement.kind.is_registry()
            && matches!(Act::read(statement), Ok(Some(act)) if act.target() == self.federation.root && origin.division == self.federation.root);
        if !pinned.is_empty() {
            let verifies = pinned.iter().any(|key| entry.statement.verify(position, key).is_ok());
            return if verifies { Ok(false) } else { Err(denied(Void::BadSignature, "the signature does not verify".to_owned())) };
        }
        if pins_only {
            return Err(denied(Void::WrongOffice, "at the root only the pinned keys register the root's other offices".to_owned()));
        }
        if by.is(Office::NODE) {
            return self.check_node_line(entry, position, by);
        }
        let day = entry.logged.civil_date(self.federation.offset);
        let covering: Vec<(&VerifierKey, &Term)> = self
            .appointments(by)
            .iter()
            .flat_map(|appointment| appointment.facts.keys.iter().map(|key| (key, &appointment.facts.term)))
            .filter(|(key, term)| line.claims(key) && term.from <= day)
            .collect();
        if covering.is_empty() {
            return Err(denied(Void::UnknownKey, format!("no appointment of {by} covers this key on {day}")));
        }
        let Some(key) = covering.iter().map(|(key, _)| *key).find(|key| entry.statement.verify(position, key).is_ok()) else {
            return Err(denied(Void::BadSignature, "the signature does not verify".to_owned()));
        };
        let revoked = |revocation: &RevokeFacts| !revocation.valid.iter().any(|valid| &valid.log == origin && entry.index < valid.size);
        if self.in_force.revocations.get(key).is_some_and(|revocations| revocations.iter().any(revoked)) {
            return Err(denied(Void::Revoked, "the key was revoked".to_owned()));
        }
        Ok(!covering.iter().any(|(_, term)| term.until.is_none_or(|until| day <= until)))
    }

    fn check_node_line(&self, entry: &Entry, position: usize, by: &OfficeName) -> Result<bool, Denied> {
        let line = &entry.statement.note().signatures()[position];
        let mut keys = self
            .generations(by.division)
            .filter_map(|origin| self.in_force.charters.get(origin))
            .flatten()
            .map(|charter| &charter.facts.node);
        let denied = |why, detail: &str| Denied { why, by: Some(by.clone()), detail: detail.to_owned() };
        let key = keys.find(|key| line.claims(key)).ok_or_else(|| denied(Void::UnknownKey, "no charter names this node key"))?;
        entry.statement.verify(position, key).map(|()| false).map_err(|_| denied(Void::BadSignature, "the signature does not verify"))
    }

    /// The registry entries of ancestors' logs that give `entry` its charter and its signers their authority, highest log first: what a
    /// receipt has to carry. `size` tells the size of the head that the receipt will show of each log.
    pub fn chain(&self, origin: &Origin, entry: &Entry, size: impl Fn(&Origin) -> u64) -> Vec<(Origin, BTreeSet<u64>)> {
        let mut needed: BTreeMap<(usize, Origin), BTreeSet<u64>> = BTreeMap::new();
        let mut open = vec![(origin.clone(), entry.clone())];
        while let Some((log, entry)) = open.pop() {
            let charter = self.charter_at(&log, size(&log)).and_then(|charter| charter.stated.clone());
            let day = entry.logged.civil_date(self.federation.offset);
            let lines = entry.statement.statement().by.iter().zip(entry.statement.note().signatures());
            let appointments = lines.filter_map(|(by, line)| {
                let covers = |appointment: &&Appointment| {
                    appointment.facts.term.from <= day && appointment.facts.keys.iter().any(|key| line.claims(key))
                };
                self.appointments(by).iter().find(covers).map(|appointment| appointment.stated.clone())
            });
            let of_nodes = entry.statement.statement().by.iter().filter(|by| by.is(Office::NODE));
            let node_charters = of_nodes.filter_map(|by| self.charter(self.home_log(by.division)?)?.stated.clone());
            for at in charter.into_iter().chain(appointments).chain(node_charters) {
                let Some(depth) = self.depth(at.0.division) else { continue };
                let Some(seen) = self.seen.get(&at) else { continue };
                if needed.entry((depth, at.0.clone())).or_default().insert(at.1) {
                    open.push((at.0, seen.entry.clone()));
                }
            }
        }
        needed.into_iter().map(|((_, log), indexes)| (log, indexes)).collect()
    }

    /// Computes what is in force from all that was seen, from the root downwards.
    fn derive(&mut self) {
        let root = &self.federation.charter;
        let mut charters: BTreeMap<(Origin, u32), (usize, Charter)> = BTreeMap::new();
        if let Ok(policy) = root.policy.parse() {
            charters.insert((root.origin.clone(), root.number), (0, Charter { facts: root.clone(), policy, stated: None }));
        }
        self.in_force = InForce::default();
        self.settle_charters(&charters);

        // Depth first decides everything below it; within the root, what registers the root's own offices comes first.
        let mut order: Vec<(usize, bool, &(Origin, u64), &Seen)> = self
            .seen
            .iter()
            .filter_map(|(at, seen)| {
                let depth = self.depth(at.0.division)?;
                Some((depth, seen.act.target() != self.federation.root, at, seen))
            })
            .collect();
        order.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        let order: Vec<(usize, bool, (Origin, u64), Seen)> =
            order.into_iter().map(|(depth, later, at, seen)| (depth, later, at.clone(), seen.clone())).collect();

        for level in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            // Judged before any of the level takes force, so that order within a level cannot show.
            let valid: Vec<_> = level.iter().filter(|(_, _, at, seen)| self.judge(&at.0, &seen.entry).is_ok()).collect();
            for (depth, _, at, seen) in valid {
                match &seen.act {
                    Act::Charter(charter) => {
                        let (facts, policy) = charter.as_ref().clone();
                        let slot = (facts.origin.clone(), facts.number);
                        let stated = Charter { facts, policy, stated: Some(at.clone()) };
                        // Same number: the higher ancestor wins, then the first in its log.
                        charters.entry(slot).or_insert((*depth, stated));
                    }
                    Act::Appoint(facts) => {
                        let stated = Appointment { facts: facts.clone(), stated: at.clone() };
                        self.in_force.appointments.entry(facts.office.clone()).or_default().push(stated);
                    }
                    Act::Revoke(facts, _) => self.in_force.revocations.entry(facts.key.clone()).or_default().push(facts.as_ref().clone()),
                }
            }
            self.settle_charters(&charters);
        }
    }

    fn settle_charters(&mut self, charters: &BTreeMap<(Origin, u32), (usize, Charter)>) {
        self.in_force.charters.clear();
        self.in_force.ends.clear();
        for ((origin, _), (_, charter)) in charters {
            self.in_force.charters.entry(origin.clone()).or_default().push(charter.clone());
            if let Some(former) = &charter.facts.former {
                let before = Origin { generation: origin.generation - 1, ..origin.clone() };
                self.in_force.ends.entry(before).and_modify(|end| *end = former.size.min(*end)).or_insert(former.size);
            }
        }
    }

    /// How far below the root; none outside the federation.
    fn depth(&self, division: Division) -> Option<usize> {
        std::iter::successors(Some(division), |division| self.parent(*division)).position(|each| each == self.federation.root)
    }
}

#[cfg(test)]
mod tests;
