//! What time it is: the system's clock, or a story's.
//!
//! A story clock plays months in seconds for a demonstration. It is read from a file that holds one line, `story <POSIX seconds>` or
//! `real`, each time the time is asked; whoever writes the file tells the story. It is refused unless the division is fictional (prefix
//! 99), so no real log can carry invented times.
//!
//! The clock also bears its peers' word on itself. Whoever writes a time into a log or under a cosignature asks for a [`Clock::sound`] one:
//! it is judged in the very moment it is told, so no time of a clock that was just moved is ever written.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use luodi_ledger::Malformed;
use luodi_ledger::names::Division;
use luodi_ledger::time::Time;

use crate::protocol::clocks::Word;

/// A clock; clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    story: Option<Arc<Story>>,
    /// What the system's clock said when this one began.
    began: (i64, Instant),
    /// What the peers' clocks say.
    peers: Arc<Mutex<Option<Word>>>,
}

#[derive(Debug)]
struct Story {
    file: PathBuf,
    /// The last time told, for the moment in which the file is being replaced.
    last: AtomicI64,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self { story: None, began: (system_seconds(), Instant::now()), peers: Arc::default() }
    }

    /// A story's clock, for a fictional division only.
    pub fn story(file: PathBuf, division: Division) -> Result<Self, Malformed> {
        if !division.is_fictional() {
            return Err(Malformed::new("story_clock", format!("{division} is a real division; a story clock is for codes under 99 only")));
        }
        Ok(Self { story: Some(Arc::new(Story { file, last: AtomicI64::new(0) })), ..Self::system() })
    }

    /// The time now.
    pub fn now(&self) -> Time {
        let seconds = self.story.as_ref().and_then(|story| story.now()).unwrap_or_else(system_seconds);
        // A system clock before 1970 or after 9999 is told as the nearest end of that range.
        Time::from_unix(seconds).unwrap_or_else(|_| luodi_ledger::entry::Link::start().not_before.plus(seconds))
    }

    /// The time now, to be written or signed; or by how many seconds the peers' clocks differ from it, if by so many that nothing may be
    /// sealed or cosigned by it. Nobody can be off an invented time.
    pub fn sound(&self) -> Result<Time, i64> {
        let now = self.now();
        let peers = if self.is_story() { None } else { *self.peers.lock().unwrap_or_else(PoisonError::into_inner) };
        peers.and_then(|word| word.too_far_off(self.lead(now))).map_or(Ok(now), Err)
    }

    /// By how many seconds the peers' clocks differ from this one, if by too many: see [`Self::sound`].
    pub fn off(&self) -> Option<i64> {
        self.sound().err()
    }

    /// Seconds of a clock that began with this one and runs on whatever is done to the system's: what peers' clocks are told against.
    pub fn steady(&self) -> i64 {
        let (began, since) = self.began;
        began.saturating_add(i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX))
    }

    /// Seconds by which `now` is ahead of the steady clock.
    pub fn lead(&self, now: Time) -> i64 {
        now.unix().saturating_sub(self.steady())
    }

    /// Takes the peers' word on this clock.
    pub fn judged(&self, peers: Option<Word>) {
        *self.peers.lock().unwrap_or_else(PoisonError::into_inner) = peers;
    }

    /// Whether invented times may be told.
    pub fn is_story(&self) -> bool {
        self.story.is_some()
    }
}

impl Story {
    /// The story's time; none once it has become real.
    fn now(&self) -> Option<i64> {
        let last = || Some(self.last.load(Ordering::Relaxed)).filter(|seconds| *seconds != 0);
        let Ok(text) = std::fs::read_to_string(&self.file) else { return last() };
        match text.trim().strip_prefix("story ").map(str::parse::<i64>) {
            Some(Ok(seconds)) => {
                self.last.store(seconds, Ordering::Relaxed);
                Some(seconds)
            }
            Some(Err(_)) => last(),
            None => None,
        }
    }
}

fn system_seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Peer;
    use crate::protocol::clocks::Clocks;

    #[test]
    fn a_story_is_told_until_it_becomes_real_and_never_for_a_real_place() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("clock");
        assert!(Clock::story(file.clone(), "410721101201".parse().unwrap()).is_err());
        let clock = Clock::story(file.clone(), "990101001201".parse().unwrap()).unwrap();
        std::fs::write(&file, "story 1750000000\n").unwrap();
        assert_eq!(clock.now().unix(), 1_750_000_000);
        std::fs::write(&file, "real\n").unwrap();
        assert!(clock.now().unix() > 1_750_000_000);
    }

    #[test]
    fn no_time_of_a_clock_that_was_moved_is_sound() {
        let clock = Clock::system();
        assert!(clock.sound().is_ok(), "nobody says anything of it");
        let mut peers = Clocks::default();
        peers.heard(&Peer::new("one"), clock.steady(), clock.steady());
        clock.judged(peers.word());
        assert!(clock.sound().is_ok());
        // The steady clock began an hour ago by the system's clock, and a moment ago by itself: the system's was moved.
        let moved = Clock { began: (system_seconds() - 3600, Instant::now()), ..clock.clone() };
        assert!(moved.off().is_some_and(|off| (off + 3600).abs() <= 1), "{:?}", moved.off());
        // The peer says what time it is, and agrees: it was set right.
        peers.heard(&Peer::new("one"), system_seconds(), moved.steady());
        moved.judged(peers.word());
        assert_eq!(moved.off(), None);
    }
}
