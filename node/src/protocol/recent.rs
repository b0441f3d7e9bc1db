//! What offices said lately in our own log, for the two rules of taking in that look at more than one statement: an office does not go
//! back in time on a matter, and what it may say in a day is bounded.
//!
//! All of it follows from the end of the log, so nothing is stored for it. No statement lies ahead of its entry by more than [`AHEAD`] nor
//! behind it by more than [`BEHIND`]; so whatever a new statement could precede was logged within [`REACH`], and what counts against an
//! office today was logged today. A start reads the log backwards that far and no further.
//!
//! Out of scope: other nodes' logs. A replica takes in what its home has sealed, whatever the pace.

use std::collections::BTreeMap;

use luodi_ledger::entry::Entry;
use luodi_ledger::names::{MatterId, OfficeName};
use luodi_ledger::statement::Statement;
use luodi_ledger::time::{Date, Time};

use super::sequencer::{AHEAD, BEHIND, Refusal};

/// How far back in the log, in seconds, an entry can matter to a new statement.
pub const REACH: i64 = BEHIND + AHEAD;

/// How much one office may say in a civil day of the federation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyLimits {
    /// Statements: 500, more than a county's busiest office signs by hand.
    pub statements: u64,
    /// Bytes of bodies: 32 MiB, 500 of the largest.
    pub body_bytes: u64,
}

impl Default for DailyLimits {
    fn default() -> Self {
        Self { statements: 500, body_bytes: 32 << 20 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    statements: u64,
    body_bytes: u64,
}

/// What offices said lately; a function of the entries observed, in whatever order they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent {
    limits: DailyLimits,
    offset: i8,
    /// The newest time an office gave on a matter, and where that stands.
    newest: BTreeMap<(OfficeName, MatterId), (Time, u64)>,
    /// The newest civil day on which anything was logged, and what each office said on it.
    day: Date,
    today: BTreeMap<OfficeName, Said>,
}

impl Recent {
    /// Nothing said yet; days are those of a federation `offset` hours from UTC.
    pub fn new(limits: DailyLimits, offset: i8) -> Self {
        Self { limits, offset, newest: BTreeMap::new(), day: Date::MIN, today: BTreeMap::new() }
    }

    /// Whether an entry logged then may matter to a statement that comes `now`.
    pub fn reaches(&self, logged: Time, now: Time) -> bool {
        logged >= now.plus(-REACH) || logged.civil_date(self.offset) >= now.civil_date(self.offset)
    }

    /// Takes in an entry of the log.
    pub fn observe(&mut self, entry: &Entry) {
        let statement = entry.statement.statement();
        let day = entry.logged.civil_date(self.offset);
        if day > self.day {
            self.day = day;
            self.today.clear();
            let oldest = entry.logged.plus(-REACH);
            self.newest.retain(|_, (time, _)| *time >= oldest);
        }
        for office in statement.by.iter() {
            if day == self.day {
                let said = self.today.entry(office.clone()).or_default();
                said.statements += 1;
                said.body_bytes += statement.body.map_or(0, |body| body.length);
            }
            if let Some(matter) = statement.matter {
                let here = (statement.time, entry.index);
                let newest = self.newest.entry((office.clone(), matter)).or_insert(here);
                *newest = here.max(*newest);
            }
        }
    }

    /// Whether `statement` may be said after all that was observed, at `now`.
    pub fn check(&self, statement: &Statement, now: Time) -> Result<(), Refusal> {
        for office in statement.by.iter() {
            if let Some(matter) = statement.matter
                && let Some((last, index)) = self.newest.get(&(office.clone(), matter)).copied()
                && statement.time < last
            {
                return Err(Refusal::Precedes { office: office.clone(), matter, last, index });
            }
            let today = now.civil_date(self.offset);
            let Some(said) = self.today.get(office).filter(|_| self.day == today) else { continue };
            let too_much = |what: String| {
                let tomorrow = today.tomorrow().map_or(now, |tomorrow| Time::start_of(tomorrow, self.offset));
                Refusal::TooMuch { office: office.clone(), what, again: tomorrow, wait: tomorrow.unix().abs_diff(now.unix()).max(1) }
            };
            if said.statements >= self.limits.statements {
                return Err(too_much(format!("{} statements", said.statements)));
            }
            let bytes = said.body_bytes + statement.body.map_or(0, |body| body.length);
            if bytes > self.limits.body_bytes {
                return Err(too_much(format!("{} bytes of bodies with this one, at most {}", bytes, self.limits.body_bytes)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use luodi_ledger::facts::Facts;
    use luodi_ledger::hash::Blake3;
    use luodi_ledger::key::{KeyKind, SignerKey};
    use luodi_ledger::statement::BodyRef;

    use super::*;

    fn time(text: &str) -> Time {
        text.parse().unwrap()
    }

    fn statement(office: &str, matter: u32, at: &str, body: usize) -> Statement {
        Statement {
            log: "luodi.example/demo/log/990101001001/1".parse().unwrap(),
            by: [format!("luodi.example/demo/990101001001/{office}").parse().unwrap()].into(),
            kind: "progress".parse().unwrap(),
            matter: Some(format!("990101001001-2026-{matter:04}").parse().unwrap()),
            time: time(at),
            facts: Facts::empty(),
            body: (body > 0).then(|| BodyRef::of(&vec![b'x'; body])),
        }
    }

    fn entry(index: u64, logged: &str, statement: Statement) -> Entry {
        let key = SignerKey::from_seed(&statement.by[0].to_string(), KeyKind::Ed25519, &[1; 32]).unwrap();
        Entry { index, previous: Blake3::ZERO, logged: time(logged), statement: statement.sign(&[key]).unwrap() }
    }

    #[test]
    fn an_office_does_not_go_back_in_time_on_a_matter() {
        let mut recent = Recent::new(DailyLimits::default(), 8);
        recent.observe(&entry(3, "2026-11-22T09:00:00Z", statement("committee", 1, "2026-11-22T08:00:00Z", 0)));
        recent.observe(&entry(4, "2026-11-22T09:00:01Z", statement("committee", 1, "2026-11-22T08:30:00Z", 0)));
        let now = time("2026-11-22T09:00:02Z");
        let early = recent.check(&statement("committee", 1, "2026-11-22T08:29:59Z", 0), now);
        assert!(matches!(early, Err(Refusal::Precedes { index: 4, .. })), "{early:?}");
        for fine in [
            statement("committee", 1, "2026-11-22T08:30:00Z", 0),
            statement("committee", 2, "2026-11-22T08:29:59Z", 0),
            statement("supervisors", 1, "2026-11-22T08:29:59Z", 0),
        ] {
            assert_eq!(recent.check(&fine, now), Ok(()), "{fine:?}");
        }
    }

    #[test]
    fn a_day_ends_at_midnight_of_the_federation_and_so_does_its_limit() {
        let limits = DailyLimits { statements: 3, body_bytes: 1000 };
        let mut recent = Recent::new(limits, 8);
        for index in 0..3 {
            let said = statement("committee", 1, "2026-11-22T15:00:00Z", 0);
            assert_eq!(recent.check(&said, time("2026-11-22T15:00:00Z")), Ok(()));
            recent.observe(&entry(index, "2026-11-22T15:00:00Z", said));
        }
        let more = statement("committee", 2, "2026-11-22T15:59:00Z", 0);
        let refused = recent.check(&more, time("2026-11-22T15:59:00Z"));
        let midnight = time("2026-11-22T16:00:00Z");
        assert!(matches!(refused, Err(Refusal::TooMuch { again, wait: 60, .. }) if again == midnight), "{refused:?}");
        assert_eq!(recent.check(&statement("supervisors", 2, "2026-11-22T15:59:00Z", 0), time("2026-11-22T15:59:00Z")), Ok(()));
        assert_eq!(recent.check(&more, midnight), Ok(()), "a new day");

        recent.observe(&entry(3, "2026-11-22T16:00:00Z", statement("committee", 2, "2026-11-22T16:00:00Z", 900)));
        assert!(recent.check(&statement("committee", 2, "2026-11-22T16:00:00Z", 101), midnight).is_err());
        assert_eq!(recent.check(&statement("committee", 2, "2026-11-22T16:00:00Z", 100), midnight), Ok(()));
    }

    #[test]
    fn what_a_start_reads_backwards_is_what_was_known() {
        let log: Vec<Entry> = (0..40_u32)
            .map(|n| {
                let at = time("2026-10-01T00:00:00Z").plus(i64::from(n) * 90_000);
                let office = ["committee", "party"][n as usize % 2];
                entry(u64::from(n), &at.to_string(), statement(office, n % 3 + 1, &at.to_string(), 5))
            })
            .collect();
        let mut known = Recent::new(DailyLimits::default(), 8);
        for entry in &log {
            known.observe(entry);
        }
        let now = log.last().unwrap().logged;
        let mut read = Recent::new(DailyLimits::default(), 8);
        let reached: Vec<&Entry> = log.iter().rev().take_while(|entry| read.reaches(entry.logged, now)).collect();
        assert!(reached.len() < log.len(), "it need not read all");
        for entry in reached {
            read.observe(entry);
        }
        let same = |recent: &Recent| {
            let oldest = now.plus(-REACH);
            (
                recent.newest.iter().filter(|(_, (time, _))| *time >= oldest).map(|(key, at)| (key.clone(), *at)).collect::<Vec<_>>(),
                recent.today.clone(),
            )
        };
        assert_eq!(same(&read), same(&known));
    }
}
