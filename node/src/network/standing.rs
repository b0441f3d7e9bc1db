//! What the entries that were taken in count for, found on all cores beside receiving and storing.
//!
//! A count is what an operator sees; it decides nothing. Readers judge every entry themselves, from bytes. Out of scope: entries taken in
//! before this process began, and those whose standing changes when an ancestor's log grows: [`Tallies::reset`] and another look count anew.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use luodi_ledger::entry::Entry;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use rayon::prelude::*;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

/// How many entries of a log were found to count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// They count.
    pub valid: u64,
    /// They count nowhere.
    pub void: u64,
}

/// The tallies of all logs.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(Arc<Mutex<BTreeMap<Origin, Tally>>>);

impl Tallies {
    /// Judges entries on the pool; answers when they are counted. The permits are given back then.
    pub(super) fn judge(
        &self,
        registry: Arc<Registry>,
        origin: Origin,
        entries: Arc<Vec<Option<Entry>>>,
        permits: Vec<OwnedSemaphorePermit>,
    ) -> oneshot::Receiver<()> {
        let (done, judged) = oneshot::channel();
        let tallies = self.clone();
        rayon::spawn(move || {
            let counts = |entry: &&Option<Entry>| entry.as_ref().is_some_and(|entry| registry.standing(&origin, entry).is_valid());
            let valid = entries.par_iter().filter(counts).count() as u64;
            tallies.add(&origin, Tally { valid, void: entries.len() as u64 - valid });
            drop(permits);
            let _ = done.send(());
        });
        judged
    }

    fn add(&self, origin: &Origin, tally: Tally) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = tallies.entry(origin.clone()).or_default();
        sum.valid += tally.valid;
        sum.void += tally.void;
    }

    /// All tallies.
    pub(super) fn all(&self) -> BTreeMap<Origin, Tally> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
