//! Logs to read again, and when: one whose charter or words have not arrived yet, or whose reading failed.
//!
//! Soon at first, for what is missing is mostly on its way; then ever more rarely, for erased words never come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use luodi_ledger::names::Origin;

/// First pause before a log is read again.
const FIRST: Duration = Duration::from_millis(200);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(120);

/// When which log is to be read again.
#[derive(Debug, Default)]
pub(super) struct Again {
    waiting: BTreeMap<Origin, (Instant, Duration)>,
}

impl Again {
    /// The logs whose time has come.
    pub(super) fn due(&self, now: Instant) -> BTreeSet<Origin> {
        self.waiting.iter().filter(|(_, (at, _))| *at <= now).map(|(origin, _)| origin.clone()).collect()
    }

    /// How long until the next is due.
    pub(super) fn next(&self, now: Instant) -> Option<Duration> {
        self.waiting.values().map(|(at, _)| at.saturating_duration_since(now)).min()
    }

    /// A log changed: whatever is missing may come soon.
    pub(super) fn changed(&mut self, origin: &Origin) {
        self.waiting.remove(origin);
    }

    /// Nothing of a log is missing.
    pub(super) fn settled(&mut self, origin: &Origin) {
        self.waiting.remove(origin);
    }

    /// Something of a log is still missing.
    pub(super) fn missing(&mut self, origin: Origin, now: Instant) {
        let pause = self.waiting.get(&origin).map_or(FIRST, |(_, pause)| (*pause * 2).min(LONGEST));
        self.waiting.insert(origin, (now + pause, pause));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_missing_is_asked_for_ever_more_rarely() {
        let origin: Origin = "luodi.example/test/log/990101001201/1".parse().unwrap();
        let (mut again, mut now) = (Again::default(), Instant::now());
        assert_eq!(again.next(now), None);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            again.missing(origin.clone(), now);
            assert!(again.due(now).is_empty());
            let pause = again.next(now).unwrap();
            now += pause;
            assert_eq!(again.due(now).len(), 1);
            pauses.push(pause);
        }
        assert_eq!((pauses[0], pauses[1], pauses[11]), (FIRST, FIRST * 2, LONGEST));
        again.changed(&origin);
        again.missing(origin.clone(), now);
        assert_eq!(again.next(now), Some(FIRST));
        again.settled(&origin);
        assert_eq!(again.next(now), None);
    }
}
