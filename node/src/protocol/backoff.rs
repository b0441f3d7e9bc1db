//! Waiting longer after each failure, so that a broken peer or link costs little and is still tried for ever.

use super::Moment;

/// The first wait.
const FIRST: u64 = 1_000;
/// The longest wait.
const LONGEST: u64 = 600_000;

/// How often something failed in a row, and when it may be tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    until: Moment,
}

impl Backoff {
    /// It failed: 1 s, then twice as long each time, up to 10 min.
    pub fn fail(&mut self, now: Moment) {
        self.fail_within(now, LONGEST);
    }

    /// It failed: as [`Self::fail`], and no longer than `longest` milliseconds.
    pub fn fail_within(&mut self, now: Moment, longest: u64) {
        let wait = FIRST.saturating_mul(1 << self.failures.min(20)).min(longest);
        self.failures = self.failures.saturating_add(1);
        self.until = now.plus(wait);
    }

    /// Not now, but nothing failed.
    pub fn wait(&mut self, now: Moment, milliseconds: u64) {
        self.until = self.until.max(now.plus(milliseconds.min(LONGEST)));
    }

    /// It worked.
    pub fn succeed(&mut self) {
        *self = Self::default();
    }

    /// When it may be tried.
    pub fn until(&self) -> Moment {
        self.until
    }

    /// Whether it may be tried.
    pub fn is_over(&self, now: Moment) -> bool {
        self.until <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_second_to_ten_minutes() {
        let mut backoff = Backoff::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            backoff.fail(Moment(0));
            waits.push(backoff.until.0 / 1000);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
        assert!(!backoff.is_over(Moment(599_999)));
        assert!(backoff.is_over(Moment(600_000)));
        backoff.succeed();
        assert!(backoff.is_over(Moment(0)));
    }
}
