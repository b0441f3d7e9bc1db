//! What redactions erase, judged here from bytes as by any honest node: words that a node goes on serving are dropped all the same.
//!
//! Invariant: what is erased is a function of the redactions that count now, so it is found anew whenever who may sign what changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use luodi_ledger::redaction::{self, Held, Tombstone};

use super::held::HeldLog;

/// Tombstones, by what they stand for.
pub(super) type Erased = BTreeMap<Blake3, Arc<Tombstone>>;

/// The tombstones that the redactions at `places` put up; `known` tells what an erased body listed.
pub(super) fn erased(logs: &BTreeMap<Origin, Arc<HeldLog>>, places: &[(Origin, u64)], known: &Erased) -> Erased {
    let mut found = Erased::new();
    for (origin, index) in places {
        let Some(held) = logs.get(origin).and_then(|log| log.entry(*index)).filter(|held| held.judged.is_ok()) else { continue };
        let Ok(entry) = &held.entry else { continue };
        let Some(said) = redaction::read(entry.statement.statement()) else { continue };
        let Some(log) = logs.get(&said.target.log) else { continue };
        let Some(target) = log.entry(said.target.index).and_then(|held| held.entry.as_ref().ok()) else { continue };
        let name = target.statement.statement().body.map(|body| body.hash);
        let words = name.and_then(|name| log.body(&name));
        let told = name.and_then(|name| known.get(&name));
        let held = Held::of(words.map(Arc::as_ref), told.map(Arc::as_ref));
        for tombstone in redaction::tombstones(origin, entry, &said, target, held) {
            found.entry(tombstone.hash).or_insert_with(|| Arc::new(tombstone));
        }
    }
    found
}
