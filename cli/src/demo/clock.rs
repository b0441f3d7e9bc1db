//! The story clock: a file that all nodes of the demonstration read their time from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use luodi_ledger::time::Time;

/// The clock of a demonstration's folder.
#[derive(Clone, Debug)]
pub(super) struct StoryClock {
    file: PathBuf,
}

impl StoryClock {
    pub(super) fn new(folder: &Path) -> Self {
        Self { file: folder.join("clock") }
    }

    /// Tells `time` from now on; never goes back, for logs refuse to.
    pub(super) fn tell(&self, time: Time) -> io::Result<()> {
        match self.told()? {
            Told::Story(at) if at >= time => Ok(()),
            Told::Real => Ok(()),
            _ => self.write(&format!("story {}\n", time.unix())),
        }
    }

    /// Tells the system's time from now on, for good.
    pub(super) fn become_real(&self) -> io::Result<()> {
        self.write("real\n")
    }

    /// Whether the story has been told to its end.
    pub(super) fn is_real(&self) -> io::Result<bool> {
        Ok(matches!(self.told()?, Told::Real))
    }

    fn told(&self) -> io::Result<Told> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Told::Nothing),
            Err(error) => return Err(error),
        };
        let story =
            text.trim().strip_prefix("story ").and_then(|seconds| seconds.parse().ok()).and_then(|seconds| Time::from_unix(seconds).ok());
        match (story, text.trim()) {
            (Some(time), _) => Ok(Told::Story(time)),
            (None, "real") => Ok(Told::Real),
            _ => Err(io::Error::other(format!("{}: neither `story <seconds>` nor `real`", self.file.display()))),
        }
    }

    /// Replaced in one step: a node that reads meanwhile sees the old time or the new one.
    fn write(&self, text: &str) -> io::Result<()> {
        let next = self.file.with_extension("next");
        fs::write(&next, text)?;
        fs::rename(&next, &self.file)
    }
}

enum Told {
    Nothing,
    Story(Time),
    Real,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_and_ends_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let clock = StoryClock::new(folder.path());
        let read = || fs::read_to_string(folder.path().join("clock")).unwrap();
        let at = |seconds| Time::from_unix(seconds).unwrap();
        clock.tell(at(2000)).unwrap();
        clock.tell(at(1000)).unwrap();
        assert_eq!(read(), "story 2000\n");
        clock.become_real().unwrap();
        clock.tell(at(3000)).unwrap();
        assert!(clock.is_real().unwrap() && read() == "real\n");
    }
}
