//! What is in force: derived from all that was seen, from the root downwards, by level.
//!
//! Invariant: a function of the set of entries seen. What an entry of a log counts for rests on logs of higher levels only (at the root, on
//! the pinned keys and what they registered), so one pass from the top settles everything, and no order of arrival can show.
//!
//! For the same reason one entry more is settled by what is in force already, and reaches, of all that is registered, only what stands in
//! the logs of the division it is about. Where those count as before, as they mostly do, nothing else is looked at.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::act::{Act, Seen};
use super::facts::{AppointFacts, FormerEnd, RevokeFacts, Succession, ValidUpTo};
use super::judge::Law;
use super::tree::{DivisionChange, Tree};
use super::{Appointment, Charter};
use crate::federation::FederationFile;
use crate::key::VerifierKey;
use crate::names::{Level, OfficeName, Origin};
use crate::time::Date;

/// Where an entry stands: its log and index.
pub(super) type Place = (Origin, u64);

/// Every registry statement that reads as one.
pub(super) type AllSeen = BTreeMap<Place, Arc<Seen>>;

/// A key that has ended (停用), by a `revoke` or by its successor's `appoint`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why, a code; `succeeded` where a successor's appointment ends it.
    pub reason: String,
    /// Per log, how many of its entries stay valid; in every other log the key counts nowhere.
    pub valid: Vec<ValidUpTo>,
    /// The last day on which it still speaks beside its successor, where it was given one.
    pub until: Option<Date>,
    /// The log and index it stands at.
    pub stated: (Origin, u64),
}

impl Ending {
    /// Whether what the key signed, logged at `index` of `origin` on `day`, stays valid.
    pub fn spares(&self, origin: &Origin, index: u64, day: Date) -> bool {
        self.until.is_some_and(|until| day <= until) || self.valid.iter().any(|valid| &valid.log == origin && index < valid.size)
    }

    /// Whether the key speaks no more on `day`.
    pub fn is_past(&self, day: Date) -> bool {
        self.until.is_none_or(|until| until < day)
    }
}

/// Of what concerns one division or key, what is stated higher holds first, then what is stated earlier.
fn rank(stated: &Place) -> (Level, &Place) {
    (stated.0.division.level(), stated)
}

impl Charter {
    /// Whether it holds against one of the same number that is stated last in `log`.
    pub(super) fn holds_against(&self, log: &Origin) -> bool {
        self.stated.as_ref().is_none_or(|stated| rank(stated) < rank(&(log.clone(), u64::MAX)))
    }
}

/// A clone shares what appointments and charters say.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct InForce {
    /// By log and number.
    pub(super) charters: BTreeMap<Origin, Arc<BTreeMap<u32, Charter>>>,
    pub(super) appointments: BTreeMap<OfficeName, Vec<Appointment>>,
    pub(super) endings: BTreeMap<VerifierKey, Vec<Ending>>,
    pub(super) tree: Tree,
    /// The entries seen that count nowhere.
    void: BTreeSet<Place>,
}

impl InForce {
    /// What the federation file alone puts in force.
    fn of(federation: &FederationFile) -> Self {
        let mut force = Self {
            charters: BTreeMap::new(),
            appointments: BTreeMap::new(),
            endings: BTreeMap::new(),
            tree: Tree::new(federation.root),
            void: BTreeSet::new(),
        };
        for facts in federation.charters() {
            if let Ok(policy) = facts.policy.parse() {
                force.charter(Charter { facts: facts.clone(), policy, stated: None });
            }
        }
        force
    }

    pub(super) fn derive(federation: &FederationFile, seen: &AllSeen) -> Self {
        let mut force = Self::of(federation);
        let root = federation.root;
        let mut order: Vec<(Level, bool, &Place, &Seen)> = seen
            .iter()
            .filter(|(at, _)| is_heard(federation, at))
            // Within the root, what registers the root's own offices comes first.
            .map(|(at, seen)| (at.0.division.level(), seen.act.target() != root, at, seen.as_ref()))
            .collect();
        order.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        for level in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            // Judged before any of the level takes force, so that order within a level cannot show.
            let law = Law { federation, force: &force };
            let (valid, void): (Vec<_>, Vec<_>) = level.iter().partition(|(_, _, at, seen)| law.judge_seen(&at.0, seen).is_ok());
            for (_, _, at, seen) in valid {
                force.take(at, &seen.act);
            }
            force.void.extend(void.into_iter().map(|(_, _, at, _)| at.clone()));
        }
        force
    }

    /// Takes in one entry more, `at` its place among all `seen`; says whether it counts. None where what it says reaches what others have
    /// registered: then all is to be derived anew.
    pub(super) fn add(&mut self, federation: &FederationFile, seen: &AllSeen, at: &Place, new: &Seen) -> Option<bool> {
        if !is_heard(federation, at) {
            return Some(false);
        }
        if (Law { federation, force: self }).judge_seen(&at.0, new).is_err() {
            self.void.insert(at.clone());
            return Some(false);
        }
        if matches!(new.act, Act::Division(_)) {
            // Who registers for a division that is moved may be judged otherwise in any log on its way up.
            return None;
        }
        self.take(at, &new.act);
        // Only the offices of a division register in its log, so only there can others rest on what is said of it.
        let law = Law { federation, force: self };
        let target = new.act.target();
        let first = Origin { federation: federation.name.clone(), division: target, generation: 0 };
        let theirs = seen.range((first, 0)..).take_while(|((log, _), _)| log.division == target && log.federation == federation.name);
        let mut theirs = theirs.filter(|(place, _)| is_heard(federation, place));
        theirs.all(|(place, other)| law.judge_seen(&place.0, other).is_err() == self.void.contains(place)).then_some(true)
    }

    fn take(&mut self, at: &Place, act: &Act) {
        let stated = at.clone();
        match act {
            Act::Charter(charter) => {
                let (facts, policy) = charter.as_ref().clone();
                self.charter(Charter { facts, policy, stated: Some(stated) });
            }
            Act::Appoint(facts) => self.appoint(facts, &stated),
            Act::Revoke(facts, _) => {
                let RevokeFacts { key, reason, valid } = facts.as_ref().clone();
                self.end_key(key, Ending { reason, valid, until: None, stated });
            }
            Act::Division(facts) => self.tree.take(DivisionChange { facts: facts.as_ref().clone(), stated }),
        }
    }

    /// Same number: the higher ancestor's holds, then the first in its log; before all what stands in the federation file.
    fn charter(&mut self, charter: Charter) {
        let of_log = Arc::make_mut(self.charters.entry(charter.facts.origin.clone()).or_default());
        match of_log.entry(charter.facts.number) {
            Slot::Vacant(free) => {
                free.insert(charter);
            }
            Slot::Occupied(mut held) => {
                if charter.stated.as_ref().map(rank) < held.get().stated.as_ref().map(rank) {
                    held.insert(charter);
                }
            }
        }
    }

    fn appoint(&mut self, facts: &Arc<AppointFacts>, stated: &Place) {
        if let Some(Succession { keys, until, valid }) = &facts.succeeds {
            for key in keys {
                let ending = Ending { reason: "succeeded".to_owned(), valid: valid.clone(), until: *until, stated: stated.clone() };
                self.end_key(key.clone(), ending);
            }
        }
        let of_office = self.appointments.entry(facts.office.clone()).or_default();
        let at = of_office.partition_point(|each| rank(&each.stated) < rank(stated));
        of_office.insert(at, Appointment { facts: facts.clone(), stated: stated.clone() });
    }

    fn end_key(&mut self, key: VerifierKey, ending: Ending) {
        let of_key = self.endings.entry(key).or_default();
        let at = of_key.partition_point(|each| rank(&each.stated) < rank(&ending.stated));
        of_key.insert(at, ending);
    }

    /// The newest charter of a log.
    pub(super) fn newest(&self, origin: &Origin) -> Option<&Charter> {
        self.charters.get(origin)?.values().next_back()
    }

    /// The charter of the next generation, and where it says that `origin` ends.
    pub(super) fn end(&self, origin: &Origin) -> Option<(&Charter, &FormerEnd)> {
        let next = Origin { generation: origin.generation.checked_add(1)?, ..origin.clone() };
        let charter = self.newest(&next)?;
        Some((charter, charter.facts.former.as_ref()?))
    }

    pub(super) fn endings(&self, key: &VerifierKey) -> &[Ending] {
        self.endings.get(key).map_or(&[], Vec::as_slice)
    }
}

/// Whether the log an entry stands in is one that can register anything in this federation.
fn is_heard(federation: &FederationFile, at: &Place) -> bool {
    at.0.federation == federation.name && at.0.division.is_within(federation.root)
}
