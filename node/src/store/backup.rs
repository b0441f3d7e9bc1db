//! A copy of a store, made while the node that owns it runs.
//!
//! The journal is read as it lies on the disk, up to its last whole commit, and its changes are written anew into a store of its own, with
//! a secret and so an epoch of its own. What must not be in a copy is left out: what this node's witness cosigned, for whoever went on
//! from an old copy of that would cosign twice; settings that hold for one machine only; and bodies that are redacted, of which the
//! tombstones remain.
//!
//! The owner is not asked and not stopped: segments only grow, and a commit that is being written while it is read is no commit yet.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use luodi_ledger::hash::Blake3;

use super::error::{Damage, OpenError};
use super::journal::{Journal, Record, missing_segment};
use super::open::journal_in;
use super::payload::{decode_named, encode_named};
use super::record::Kind;
use super::segment::{End, Preamble, Scanner, Stored, path_of};
use super::{CommitError, Options, Store};

/// Bytes written into the copy under one sync.
const AT_ONCE: u64 = 8 << 20;
/// How often the growing segment is read again when it looks damaged: its owner may have been writing just there.
const AGAIN: u32 = 5;
/// The wait before that: a commit takes milliseconds.
const A_MOMENT: Duration = Duration::from_millis(200);

/// Why no copy was made.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The store, or the place of the copy.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The copy could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<Damage> for CopyError {
    fn from(damage: Damage) -> Self {
        Self::Open(damage.into())
    }
}

/// What becomes of the settings in a copy.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'s> {
    /// These are left out.
    pub without: &'s [&'s str],
    /// This one is put in.
    pub with: (&'s str, &'s [u8]),
}

impl Store {
    /// Writes a copy of the store in `from`, which may be open elsewhere, to the new directory `to`. Says how many commits it holds.
    pub fn copy(from: &Path, to: &Path, options: Options, settings: Settings<'_>) -> Result<u64, CopyError> {
        let journal = journal_in(from);
        let redacted = redacted_in(&journal)?;
        let store = Self::create(to, options)?;
        let mut copying = Copying { store, journal: journal.clone(), settings, redacted, waiting: Vec::new(), commits: 0 };
        let mut before: Option<Preamble> = None;
        for number in 1.. {
            let path = path_of(&journal, number);
            let file = match File::open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound && number > 1 => break,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(OpenError::Absent(from.to_owned()).into()),
                Err(source) => return Err(OpenError::Io { path, what: "open a segment", source }.into()),
            };
            let io = |what| {
                let path = path.clone();
                move |source| CopyError::Open(OpenError::Io { path, what, source })
            };
            let preamble = Preamble::read(&file, number, &path).map_err(io("read a segment"))??;
            if before.is_some_and(|before| before.secret != preamble.secret) {
                return Err(Damage { file: path, offset: 0, why: "the segment is of another store".to_owned() }.into());
            }
            if preamble.commit > copying.commits + 1 {
                return Err(missing_segment(&journal, number - 1).into());
            }
            before = Some(preamble);
            let sealed = copying.segment(&file, &path, preamble).map_err(io("read a segment"))??;
            if !sealed {
                break;
            }
        }
        let (name, value) = settings.with;
        copying.waiting.push(Record::of(Kind::Setting, encode_named(name, value)));
        copying.write()?;
        Ok(copying.commits)
    }
}

/// What the tombstones of a journal erase.
fn redacted_in(journal: &Path) -> Result<HashSet<Blake3>, CopyError> {
    let mut names = HashSet::new();
    for number in 1.. {
        let path = path_of(journal, number);
        let io = |source| OpenError::Io { path: path.clone(), what: "look for what is redacted", source };
        let file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
            file => file.map_err(io)?,
        };
        let preamble = Preamble::read(&file, number, &path).map_err(io)??;
        names.extend(Scanner::new(&file, &path, preamble).and_then(|mut scanner| scanner.tombstones()).map_err(io)?);
    }
    Ok(names)
}

struct Copying<'s> {
    store: Store,
    journal: PathBuf,
    settings: Settings<'s>,
    /// What tombstones anywhere in the journal erase: its bytes need not be there any more.
    redacted: HashSet<Blake3>,
    waiting: Vec<Record>,
    /// How many commits of the store are taken in.
    commits: u64,
}

impl Copying<'_> {
    /// Takes in the rest of a segment; says whether it was sealed.
    fn segment(&mut self, file: &File, path: &Path, preamble: Preamble) -> std::io::Result<Result<bool, CopyError>> {
        let mut tries = 0;
        loop {
            let mut refused = None;
            let mut number = preamble.commit;
            let redacted = self.redacted.clone();
            let taken = Scanner::new(file, path, preamble)?.knowing(&redacted).scan(|changes| {
                number += 1;
                // Commits are numbered from 1; those read before are passed over.
                if number - 1 > self.commits {
                    self.commits = number - 1;
                    if refused.is_none() {
                        refused = self.take(changes).err();
                    }
                }
                Ok(())
            })?;
            match (refused, taken) {
                (Some(error), _) => return Ok(Err(error)),
                (None, Ok(scan)) => return Ok(Ok(matches!(scan.end, End::Sealed(_)))),
                (None, Err(damage)) if tries == AGAIN => return Ok(Err(damage.into())),
                (None, Err(_)) => {
                    tries += 1;
                    thread::sleep(A_MOMENT);
                    // Or a body was redacted since: its bytes are gone, and the tombstone stands further on.
                    match redacted_in(&self.journal) {
                        Ok(redacted) => self.redacted = redacted,
                        Err(error) => return Ok(Err(error)),
                    }
                }
            }
        }
    }

    fn take(&mut self, changes: Vec<Stored>) -> Result<(), CopyError> {
        let left_out = |change: &Stored| match change.kind {
            Kind::Witness => true,
            Kind::Body => change.erased.is_some() || self.redacted.contains(&Blake3::of(&change.payload)),
            Kind::Setting => decode_named(&change.payload).is_some_and(|(name, _)| self.settings.without.contains(&name)),
            _ => false,
        };
        let kept = changes.into_iter().filter(|change| !left_out(change));
        let kept: Vec<Record> = kept.map(|Stored { kind, payload, .. }| Record::of(kind, payload)).collect();
        self.waiting.extend(kept);
        if Journal::span(&self.waiting) > AT_ONCE { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), CopyError> {
        let records = std::mem::take(&mut self.waiting);
        if !records.is_empty() {
            self.store.make_ready()?;
            self.store.write(&records)?;
        }
        Ok(())
    }
}
