//! What time it is: the system's clock, or a story's.
//!
//! A story clock plays months in seconds for a demonstration. It is read from a file that holds one line, `story <POSIX seconds>` or
//! `real`, each time the time is asked; whoever writes the file tells the story. It is refused unless the division is fictional (prefix
//! 99), so no real log can carry invented times.
//!
//! The clock also bears its peers' word on itself ([`Clock::off`]), for all who must not use one that is wrong.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use luodi_ledger::Malformed;
use luodi_ledger::names::Division;
use luodi_ledger::time::Time;

/// A clock; clones tell the same time.
#[derive(Clone, Debug)]
pub struct Clock {
    story: Option<Arc<Story>>,
    /// Seconds that peers say it is off, if too many to be used; 0 if not.
    off: Arc<AtomicI64>,
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
        Self { story: None, off: Arc::default() }
    }

    /// A story's clock, for a fictional division only.
    pub fn story(file: PathBuf, division: Division) -> Result<Self, Malformed> {
        if !division.is_fictional() {
            return Err(Malformed::new("story_clock", format!("{division} is a real division; a story clock is for codes under 99 only")));
        }
        Ok(Self { story: Some(Arc::new(Story { file, last: AtomicI64::new(0) })), off: Arc::default() })
    }

    /// The time now.
    pub fn now(&self) -> Time {
        let seconds = self.story.as_ref().and_then(|story| story.now()).unwrap_or_else(system_seconds);
        // A system clock before 1970 or after 9999 is told as the nearest end of that range.
        Time::from_unix(seconds).unwrap_or_else(|_| luodi_ledger::entry::Link::start().not_before.plus(seconds))
    }

    /// By how many seconds the peers' clocks differ from this one, if by so many that nothing may be sealed or cosigned by it.
    pub fn off(&self) -> Option<i64> {
        Some(self.off.load(Ordering::Relaxed)).filter(|seconds| *seconds != 0)
    }

    /// Takes the peers' word on this clock ([`crate::protocol::clocks`]); says whether it is another word than before. Nobody can be off
    /// an invented time.
    pub fn judged(&self, off: Option<i64>) -> bool {
        let off = if self.is_story() { 0 } else { off.unwrap_or(0) };
        (self.off.swap(off, Ordering::Relaxed) != 0) != (off != 0)
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
}
