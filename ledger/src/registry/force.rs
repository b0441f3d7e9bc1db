//! What is in force: derived from all that was seen, from the root downwards, by level.
//!
//! Invariant: a function of the set of entries seen. What an entry of a log counts for rests on logs of higher levels only (at the root, on
//! the pinned keys and what they registered), so one pass from the top settles everything, and no order of arrival can show.

use std::collections::BTreeMap;
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

/// Every registry statement that reads as one, by log and index.
pub(super) type AllSeen = BTreeMap<(Origin, u64), Arc<Seen>>;

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

#[derive(Clone, Debug)]
pub(super) struct InForce {
    /// By log and number.
    pub(super) charters: BTreeMap<Origin, BTreeMap<u32, Charter>>,
    pub(super) appointments: BTreeMap<OfficeName, Vec<Appointment>>,
    pub(super) endings: BTreeMap<VerifierKey, Vec<Ending>>,
    pub(super) tree: Tree,
}

impl InForce {
    /// What the federation file alone puts in force.
    fn of(federation: &FederationFile) -> Self {
        let mut force =
            Self { charters: BTreeMap::new(), appointments: BTreeMap::new(), endings: BTreeMap::new(), tree: Tree::new(federation.root) };
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
        let mut order: Vec<(Level, bool, &(Origin, u64), &Seen)> = seen
            .iter()
            .filter(|(at, _)| at.0.federation == federation.name && at.0.division.is_within(root))
            // Within the root, what registers the root's own offices comes first.
            .map(|(at, seen)| (at.0.division.level(), seen.act.target() != root, at, seen.as_ref()))
            .collect();
        order.sort_by(|a, b| (a.0, a.1, a.2).cmp(&(b.0, b.1, b.2)));
        for level in order.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            // Judged before any of the level takes force, so that order within a level cannot show.
            let law = Law { federation, force: &force };
            let valid: Vec<_> = level.iter().filter(|(_, _, at, seen)| law.judge_seen(&at.0, seen).is_ok()).collect();
            for (_, _, at, seen) in valid {
                force.take(at, &seen.act);
            }
        }
        force
    }

    fn take(&mut self, at: &(Origin, u64), act: &Act) {
        let stated = at.clone();
        match act {
            Act::Charter(charter) => {
                let (facts, policy) = charter.as_ref().clone();
                self.charter(Charter { facts, policy, stated: Some(stated) });
            }
            Act::Appoint(facts) => self.appoint(facts, &stated),
            Act::Revoke(facts, _) => {
                let RevokeFacts { key, reason, valid } = facts.as_ref().clone();
                self.endings.entry(key).or_default().push(Ending { reason, valid, until: None, stated });
            }
            Act::Division(facts) => self.tree.take(DivisionChange { facts: facts.as_ref().clone(), stated }),
        }
    }

    /// Same number: the higher ancestor's holds, for it is taken first; then the first in its log.
    fn charter(&mut self, charter: Charter) {
        self.charters.entry(charter.facts.origin.clone()).or_default().entry(charter.facts.number).or_insert(charter);
    }

    fn appoint(&mut self, facts: &AppointFacts, stated: &(Origin, u64)) {
        if let Some(Succession { keys, until, valid }) = &facts.succeeds {
            for key in keys {
                let ending = Ending { reason: "succeeded".to_owned(), valid: valid.clone(), until: *until, stated: stated.clone() };
                self.endings.entry(key.clone()).or_default().push(ending);
            }
        }
        let appointment = Appointment { facts: facts.clone(), stated: stated.clone() };
        self.appointments.entry(facts.office.clone()).or_default().push(appointment);
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
