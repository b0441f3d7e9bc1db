//! What the entries of followed logs count for, found on all cores beside receiving and storing.
//!
//! A tally is what an operator sees; it decides nothing. Readers judge every entry themselves, from bytes. When an ancestor's log grows,
//! standings change: [`super::survey`] then counts anew.
//!
//! Invariant: no entry is counted twice. A survey counts a log from its beginning to some size; what was counted on arrival below that
//! size is dropped.

use std::collections::BTreeMap;
use std::ops::Range;
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

impl Tally {
    /// What one leaf counts for; one that does not read as an entry in its place counts nowhere.
    pub(super) fn of(registry: &Registry, origin: &Origin, entry: Option<&Entry>) -> Self {
        match entry {
            Some(entry) if registry.standing(origin, entry).is_valid() => Self { valid: 1, void: 0 },
            _ => Self { valid: 0, void: 1 },
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self { valid: self.valid + other.valid, void: self.void + other.void }
    }
}

#[derive(Debug, Default)]
struct Counted {
    /// From the beginning of the log to this size.
    surveyed: (u64, Tally),
    /// On arrival, beyond that: where it begins, where it ends.
    arrived: Vec<(Range<u64>, Tally)>,
}

/// The tallies of all logs.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(Arc<Mutex<BTreeMap<Origin, Counted>>>);

impl Tallies {
    /// Judges entries, the first of which stands at `from`, on the pool; answers when they are counted. The permits are given back then.
    pub(super) fn judge(
        &self,
        registry: Arc<Registry>,
        origin: Origin,
        from: u64,
        entries: Arc<Vec<Option<Entry>>>,
        permits: Vec<OwnedSemaphorePermit>,
    ) -> oneshot::Receiver<()> {
        let (done, judged) = oneshot::channel();
        let tallies = self.clone();
        rayon::spawn(move || {
            let judge = |entry: &Option<Entry>| Tally::of(&registry, &origin, entry.as_ref());
            let tally = entries.par_iter().map(judge).reduce(Tally::default, Tally::plus);
            tallies.arrived(&origin, from..from + entries.len() as u64, tally);
            drop(permits);
            // Whoever waited may have been stopped.
            let _ = done.send(());
        });
        judged
    }

    fn arrived(&self, origin: &Origin, range: Range<u64>, tally: Tally) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let log = counted.entry(origin.clone()).or_default();
        if range.start < log.surveyed.0 {
            return;
        }
        match log.arrived.iter_mut().find(|(known, _)| known.end == range.start) {
            Some((known, sum)) => (known.end, *sum) = (range.end, sum.plus(tally)),
            None => log.arrived.push((range, tally)),
        }
    }

    /// A survey has counted a log up to `size`.
    pub(super) fn surveyed(&self, origin: &Origin, size: u64, tally: Tally) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let log = counted.entry(origin.clone()).or_default();
        log.surveyed = (size, tally);
        // One that reaches beyond the survey is counted by the next.
        log.arrived.retain(|(range, _)| range.start >= size);
    }

    /// All tallies.
    pub(super) fn all(&self) -> BTreeMap<Origin, Tally> {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.iter().map(|(origin, log)| (origin.clone(), log.total())).collect()
    }
}

impl Counted {
    /// As far as it is counted without a gap.
    fn total(&self) -> Tally {
        let mut arrived: Vec<&(Range<u64>, Tally)> = self.arrived.iter().collect();
        arrived.sort_by_key(|(range, _)| range.start);
        let join = |(end, sum): (u64, Tally), (range, tally): &(Range<u64>, Tally)| {
            if range.start == end { (range.end, sum.plus(*tally)) } else { (end, sum) }
        };
        arrived.into_iter().fold(self.surveyed, join).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrived_is_joined_to_what_was_surveyed_and_nothing_is_counted_twice() {
        let (tallies, origin) = (Tallies::default(), "luodi.example/demo/log/990101001001/1".parse().unwrap());
        let valid = |valid| Tally { valid, void: 0 };
        tallies.arrived(&origin, 10..20, valid(10));
        assert_eq!(tallies.all()[&origin], valid(0));
        tallies.surveyed(&origin, 10, Tally { valid: 7, void: 3 });
        tallies.arrived(&origin, 20..25, valid(5));
        assert_eq!(tallies.all()[&origin], Tally { valid: 22, void: 3 });
        tallies.surveyed(&origin, 25, valid(25));
        tallies.arrived(&origin, 20..25, valid(5));
        assert_eq!(tallies.all()[&origin], valid(25));
    }
}
