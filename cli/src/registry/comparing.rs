//! Whether two places tell the same of who may speak.

use std::collections::{BTreeMap, BTreeSet};

use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use serde::Serialize;

use super::Told;

/// Something that two places tell differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub(crate) enum Difference {
    /// They show different entries at one index: one of them is not the log, or the log has forked.
    Contradiction { log: Origin, index: u64, one: String, other: String },
    /// Heads of one size with different roots: the log has forked.
    Fork { log: Origin, size: u64, one: String, other: String },
    /// One holds registrations that the other lacks: it is behind.
    Missing { log: Origin, entries: Vec<u64>, held_by: String, lacked_by: String },
}

/// All differences between any two.
pub(super) fn differences(told: &[Told]) -> Vec<Difference> {
    let mut found = Vec::new();
    for (at, one) in told.iter().enumerate() {
        for other in &told[at + 1..] {
            forks(one, other, &mut found);
            entries(one, other, &mut found);
        }
    }
    found
}

fn forks(one: &Told, other: &Told, found: &mut Vec<Difference>) {
    for ours in &one.reading.audits {
        let Some(theirs) = other.reading.audits.iter().find(|theirs| theirs.origin == ours.origin) else { continue };
        let (Some(head), Some(their_head)) = (&ours.head, &theirs.head) else { continue };
        if head.size() == their_head.size() && head.root() != their_head.root() {
            let (one, other) = (one.place.clone(), other.place.clone());
            found.push(Difference::Fork { log: ours.origin.clone(), size: head.size(), one, other });
        }
    }
}

/// The registry entries that a place holds, by log and index.
fn held(told: &Told) -> BTreeMap<(Origin, u64), Blake3> {
    told.reading.registry.entries().map(|(origin, entry)| ((origin.clone(), entry.index), Blake3::of(&entry.to_bytes()))).collect()
}

fn entries(one: &Told, other: &Told, found: &mut Vec<Difference>) {
    let (ours, theirs) = (held(one), held(other));
    for ((log, index), entry) in &ours {
        if theirs.get(&(log.clone(), *index)).is_some_and(|their_entry| their_entry != entry) {
            let (one, other) = (one.place.clone(), other.place.clone());
            found.push(Difference::Contradiction { log: log.clone(), index: *index, one, other });
        }
    }
    for (holder, lacker, held, lacked) in [(one, other, &ours, &theirs), (other, one, &theirs, &ours)] {
        // A log that a node does not follow is none that it withholds.
        let kept = |log: &Origin| lacker.reading.audits.iter().any(|audit| &audit.origin == log);
        let mut missing: BTreeMap<&Origin, BTreeSet<u64>> = BTreeMap::new();
        for at in held.keys().filter(|at| kept(&at.0) && !lacked.contains_key(*at)) {
            missing.entry(&at.0).or_default().insert(at.1);
        }
        found.extend(missing.into_iter().map(|(log, entries)| Difference::Missing {
            log: log.clone(),
            entries: entries.into_iter().collect(),
            held_by: holder.place.clone(),
            lacked_by: lacker.place.clone(),
        }));
    }
}
