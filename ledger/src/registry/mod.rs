//! Who may sign what, and what every entry counts for.
//!
//! The federation file pins the root; everything else is stated in ancestors' logs: [`CharterFacts`] name a node's machine keys,
//! [`AppointFacts`] the keys of an office, [`RevokeFacts`] end a key, [`DivisionFacts`] name a division and move it. Only bytes of logs
//! decide; nothing here asks the time.
//!
//! Invariant: the registry is a *set*. The same registry entries, observed in any order, give the same answers, because authority flows
//! strictly downwards: what an entry in a division's log counts for depends on logs of divisions above it only (at the root, on the
//! pinned keys). A key has authority when some valid appointment covers it and no valid revocation ends it.
//!
//! Out of scope: whether a statement fits its procedure (see [`crate::matter`]); whether bytes are the log (see [`crate::follow`]).

mod act;
mod chain;
mod facts;
mod force;
mod ground;
mod judge;
mod lines;
mod rotation;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use facts::{
    AppointFacts, CharterFacts, DivisionFacts, FormerEnd, MOST_OFFICE_KEYS, Operator, RevokeFacts, Succession, Term, ValidUpTo,
};
pub use force::Ending;
pub use ground::Ground;
pub use judge::Denied;
pub use lines::Lines;
pub use rotation::{ROTATION_DAYS, Rotation};
pub use tree::DivisionChange;

use self::act::{Act, Seen};
use self::force::{AllSeen, InForce};
use self::judge::Law;
use crate::checkpoint::SignedCheckpoint;
use crate::entry::Entry;
use crate::facts::Facts;
use crate::federation::FederationFile;
use crate::key::VerifierKey;
use crate::names::{Division, OfficeName, Origin};
use crate::policy::Policy;
use crate::standing::Standing;
use crate::statement::Statement;
use crate::time::Date;
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
    pub facts: Arc<AppointFacts>,
    /// The log and index it stands at.
    pub stated: (Origin, u64),
}

/// Whose entries may be judged otherwise since something was observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// Nothing was seen that was not seen before.
    NoNews,
    /// What the offices and nodes of these divisions sign, and what stands in their logs; none where what was seen counts nowhere.
    Of(BTreeSet<Division>),
    /// All.
    Everybody,
}

impl Bearing {
    fn reaches(&mut self, division: Option<Division>) {
        match self {
            Self::NoNews => *self = Self::Of(division.into_iter().collect()),
            Self::Of(divisions) => divisions.extend(division),
            Self::Everybody => {}
        }
    }

    /// Whether anything was seen that was not seen before.
    pub fn is_news(&self) -> bool {
        *self != Self::NoNews
    }

    /// Whether an entry of `origin` may be judged otherwise than before.
    pub fn is_on(&self, origin: &Origin, entry: &Entry) -> bool {
        match self {
            Self::NoNews => false,
            Self::Of(divisions) => {
                let by = entry.statement.statement().by.iter().map(|by| by.division);
                by.chain([origin.division]).any(|division| divisions.contains(&division))
            }
            Self::Everybody => true,
        }
    }
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

/// Checks a statement of a registry kind before it is signed or taken in: its facts, in the one form a reader knows. Whether its signers may
/// say it is [`Registry::judge`]'s to tell. Errors name the field.
pub fn check(statement: &Statement) -> Result<(), Malformed> {
    let written = match Act::read(statement)? {
        Act::Charter(charter) => Facts::of(&charter.0)?,
        Act::Appoint(facts) => Facts::of(facts.as_ref())?,
        Act::Revoke(facts, _) => Facts::of(&facts)?,
        Act::Division(facts) => Facts::of(&facts)?,
    };
    let known = written.fields();
    let unknown = statement.facts.fields().into_keys().find(|key| !known.contains_key(key));
    unknown.map_or(Ok(()), |key| Err(Malformed::new(key, format!("not a field of {}; correct it or leave it out", statement.kind))))
}

/// All that is registered; see the module. A clone shares what was read and found of each entry.
#[derive(Clone, Debug)]
pub struct Registry {
    federation: FederationFile,
    seen: AllSeen,
    in_force: InForce,
}

impl Registry {
    /// The registry of a federation before any log has been read.
    pub fn new(federation: FederationFile) -> Self {
        let seen = BTreeMap::new();
        let in_force = InForce::derive(&federation, &seen);
        Self { federation, seen, in_force }
    }

    /// The federation file it rests on.
    pub fn federation(&self) -> &FederationFile {
        &self.federation
    }

    /// Takes in one entry of a log; tells on whom it bears.
    pub fn observe(&mut self, origin: &Origin, entry: &Entry) -> Bearing {
        self.observe_all([(origin, entry)])
    }

    /// Takes in entries of logs, in any order; tells on whom they bear. Entries that are no registry statements are passed over.
    ///
    /// One more costs as much as the logs of the division it is about have registered; only a division that moves, and what makes a
    /// registrar's entries count that did not or the other way round, has all derived anew.
    pub fn observe_all<'e>(&mut self, entries: impl IntoIterator<Item = (&'e Origin, &'e Entry)>) -> Bearing {
        let mut bearing = Bearing::NoNews;
        for (origin, entry) in entries {
            let statement = entry.statement.statement();
            let at = (origin.clone(), entry.index);
            if !statement.kind.is_registry() || &statement.log != origin || self.seen.contains_key(&at) {
                continue;
            }
            let Ok(act) = Act::read(statement) else { continue };
            let new = Arc::new(Seen::new(entry.clone(), act));
            if bearing != Bearing::Everybody {
                match self.in_force.add(&self.federation, &self.seen, &at, &new) {
                    Some(true) => bearing.reaches(Some(new.act.target())),
                    Some(false) => bearing.reaches(None),
                    None => bearing = Bearing::Everybody,
                }
            }
            self.seen.insert(at, new);
        }
        if bearing == Bearing::Everybody {
            self.in_force = InForce::derive(&self.federation, &self.seen);
        }
        bearing
    }

    /// Every registry entry that was seen and reads as one, whether it counts or not, by log and index.
    pub fn entries(&self) -> impl Iterator<Item = (&Origin, &Entry)> {
        self.seen.iter().map(|((origin, _), seen)| (origin, &seen.entry))
    }

    /// The division above as it is at last, the root having none.
    pub fn parent(&self, division: Division) -> Option<Division> {
        self.in_force.tree.parent(division, None, None)
    }

    /// The division above on a day.
    pub fn parent_on(&self, division: Division, day: Date) -> Option<Division> {
        self.in_force.tree.parent(division, Some(day), None)
    }

    /// Whether `division` is `above` or lies below it as it is at last.
    pub fn lies_within(&self, division: Division, above: Division) -> bool {
        self.in_force.tree.line(division, None, None).any(|each| each == above)
    }

    /// Whether `division` is `above` or has at any time lain below it inside this federation: what a node follows and a reader reads, for
    /// what was registered before a division moved stays registered. Authority asks for the day instead.
    pub fn is_within(&self, division: Division, above: Division) -> bool {
        self.in_force.tree.is_within(division, above)
    }

    /// The division and every one it has at any time lain below: the divisions whose logs bear on it.
    pub fn above(&self, division: Division) -> BTreeSet<Division> {
        self.in_force.tree.above(division)
    }

    /// All that `division` statements say and that counts, by division; of one division, what holds comes last.
    pub fn divisions(&self) -> impl Iterator<Item = &DivisionChange> {
        self.in_force.tree.changes()
    }

    /// What is said of a division's name, at last or on a day.
    pub fn division(&self, division: Division, day: Option<Date>) -> Option<&DivisionChange> {
        self.in_force.tree.named(division, day)
    }

    /// The charters in force, oldest first, of every log.
    pub fn charters(&self) -> impl Iterator<Item = &Charter> {
        self.in_force.charters.values().flat_map(|of_log| of_log.values())
    }

    /// The newest charter of a log.
    pub fn charter(&self, origin: &Origin) -> Option<&Charter> {
        self.in_force.newest(origin)
    }

    /// Refuses, before it is logged, a charter that would count and change nothing, for another holds its number.
    pub fn check_number(&self, statement: &Statement) -> Result<(), Malformed> {
        if statement.kind.as_str() != "charter" {
            return Ok(());
        }
        let facts: CharterFacts = statement.facts.read()?;
        match self.in_force.charters.get(&facts.origin).and_then(|of_log| of_log.get(&facts.number)) {
            Some(held) if held.holds_against(&statement.log) => Err(Malformed::new(
                "number",
                format!(
                    "charter {} of {} stands already; number it {} (`luodi new charter` fills that in with --federation and --node)",
                    facts.number,
                    facts.origin,
                    self.charter(&facts.origin).map_or(1, |newest| newest.facts.number.saturating_add(1)),
                ),
            )),
            _ => Ok(()),
        }
    }

    /// The charter that judges a checkpoint of `size`: each from its `from` to the next number's.
    pub fn charter_at(&self, origin: &Origin, size: u64) -> Option<&Charter> {
        self.in_force.charters.get(origin)?.values().rev().find(|charter| charter.facts.from <= size)
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

    /// How a key has ended, if it has; each ending that counts.
    pub fn endings(&self, key: &VerifierKey) -> &[Ending] {
        self.in_force.endings(key)
    }

    /// Where the next generation's charter says that a log ends, if one does.
    pub fn end(&self, origin: &Origin) -> Option<&FormerEnd> {
        self.in_force.end(origin).map(|(_, end)| end)
    }

    /// Every office that an appointment in force names.
    pub fn registered_offices(&self) -> impl Iterator<Item = &OfficeName> {
        self.in_force.appointments.keys()
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
        Standing::from(&self.judge(origin, entry))
    }

    /// As [`Self::standing`], with the reason in full; `Ok(true)` when a signer's term had ended.
    pub fn judge(&self, origin: &Origin, entry: &Entry) -> Result<bool, Denied> {
        if entry.statement.statement().kind.is_registry()
            && let Some(seen) = self.seen.get(&(origin.clone(), entry.index)).filter(|seen| seen.entry == *entry)
        {
            return self.law().judge_seen(origin, seen);
        }
        self.law().judge(origin, entry, None)
    }

    /// As [`Self::judge`], with what was found of the entry's signatures before; what is found now is added to it.
    pub fn judge_remembering(&self, origin: &Origin, entry: &Entry, lines: &Lines) -> Result<bool, Denied> {
        self.law().judge(origin, entry, Some(lines))
    }

    fn law(&self) -> Law<'_> {
        Law { federation: &self.federation, force: &self.in_force }
    }
}

#[cfg(test)]
mod tests;
