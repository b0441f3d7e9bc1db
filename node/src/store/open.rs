//! Making a store, opening one, and bringing its index up to date with its journal.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::watch;

use super::disk::{Disk, SystemDisk, sync_dir};
use super::erasing;
use super::error::{Damage, OpenError};
use super::index::{Doubt, Index, Mark};
use super::journal::{Fault, Journal, missing_segment};
use super::record::Secret;
use super::rows::{self, EVIDENCE, LOG, Ordered, SETTING, TOMBSTONE, WITNESS};
use super::segment::{Preamble, Stored, path_of, read_footer};
use super::state::State;
use super::view::View;
use super::{Absorbing, Options, Store};

const JOURNAL: &str = "journal";
const INDEX: &str = "index";
const LOCK: &str = "lock";

/// Where the journal of the store in `dir` lies.
pub(super) fn journal_in(dir: &Path) -> PathBuf {
    dir.join(JOURNAL)
}

impl Store {
    /// Makes a new store in `dir`, with a new random epoch; refuses a directory that holds one.
    pub fn create(dir: &Path, options: Options) -> Result<Self, OpenError> {
        Self::create_on(dir, options, Arc::new(SystemDisk))
    }

    /// Opens the store in `dir`: cuts off a torn tail, refuses damage, brings the index up to date.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        Self::open_on(dir, options, Arc::new(SystemDisk))
    }

    pub(super) fn create_on(dir: &Path, options: Options, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        fs::create_dir_all(dir).map_err(failed(dir, "make the directory"))?;
        let lock = lock(dir)?;
        if Journal::find(&dir.join(JOURNAL))?.is_some() {
            return Err(OpenError::Exists(dir.to_owned()));
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| failed(dir, "get random bytes")(io::Error::other(error)))?;
        Journal::create(&dir.join(JOURNAL), Secret::from_bytes(secret), &*disk).map_err(failed(dir, "make the journal"))?;
        sync_dir(dir).map_err(failed(dir, "sync the directory"))?;
        Self::open_locked(dir, &options, disk, lock)
    }

    pub(super) fn open_on(dir: &Path, options: Options, disk: Arc<dyn Disk>) -> Result<Self, OpenError> {
        if !dir.join(JOURNAL).is_dir() {
            return Err(OpenError::Absent(dir.to_owned()));
        }
        let lock = lock(dir)?;
        Self::open_locked(dir, &options, disk, lock)
    }

    fn open_locked(dir: &Path, options: &Options, disk: Arc<dyn Disk>, lock: Lock) -> Result<Self, OpenError> {
        let path = dir.join(JOURNAL);
        let found = Journal::find(&path)?.ok_or_else(|| OpenError::Absent(dir.to_owned()))?;
        let secret = found.preamble.secret;
        let index = Index::open(&dir.join(INDEX));
        let active = found.preamble.number;
        let mut state = settle(&index, &path, &found.preamble)?;
        let replayed = |changes: Vec<Stored>| {
            let applied = state.apply(changes.iter().map(Stored::told));
            applied.map_err(|senseless| Damage {
                file: path_of(&path, senseless.place.segment),
                offset: senseless.place.offset,
                why: senseless.why.to_owned(),
            })
        };
        let (mut journal, footer) = Journal::open(found, &path, options, disk.clone(), replayed)?;
        if footer.is_some() {
            // The end came between sealing a segment and beginning the next.
            let mark = Mark { epoch: secret.epoch(), segment: active, commit: journal.position().commit, counts: state.counts() };
            journal.next_segment().map_err(|fault| refused(&path, fault))?;
            index.absorb(state.rows.in_order(), Some(&mark)).and_then(|()| index.sync()).map_err(|doubt| in_doubt(&path, &doubt))?;
            state.rows.clear();
        }
        let view = View {
            dir: dir.to_owned(),
            journal: path,
            secret,
            index,
            cursor: watch::Sender::new(state.cursor),
            disk,
            floor: options.free_floor,
            withheld: AtomicBool::new(false),
            state: RwLock::new(state),
            open: Mutex::new(HashMap::new()),
        };
        erasing::finish(&view).map_err(failed(dir, "finish erasing what is redacted"))?;
        Ok(Self {
            view: Arc::new(view),
            journal,
            trees: HashMap::new(),
            to_erase: Vec::new(),
            absorbing: Absorbing::default(),
            _lock: lock,
        })
    }
}

/// Brings the index up to the segments before the `active` one, and reads the state as of these.
fn settle(index: &Index, journal: &Path, active: &Preamble) -> Result<State, OpenError> {
    // A second round comes after the index was found wanting and built again.
    for last_round in [false, true] {
        if index.is_doubted() {
            rebuild(index, journal, active)?;
        }
        match catch_up(index, journal, active) {
            Err(_) if index.is_doubted() && !last_round => {}
            settled => return settled,
        }
    }
    Err(in_doubt(journal, &Doubt("it cannot be built".to_owned())))
}

fn catch_up(index: &Index, journal: &Path, active: &Preamble) -> Result<State, OpenError> {
    let doubted = |doubt: Doubt| in_doubt(journal, &doubt);
    let mark = index.mark().map_err(doubted)?.unwrap_or_default();
    let sealed = active.number - 1;
    if mark.segment > 0 && mark.epoch != active.secret.epoch() {
        return Err(doubted(index.doubt("it is of another store")));
    }
    if mark.segment > sealed {
        // A segment is taken in after the next one was made.
        return Err(missing_segment(journal, mark.segment + 1).into());
    }
    if mark.segment == sealed && sealed > 0 && mark.commit != active.commit {
        return Err(doubted(index.doubt("it does not fit the journal")));
    }
    if mark.segment < sealed {
        absorb(index, journal, active, mark.segment + 1)?;
    }
    let mark = index.mark().map_err(doubted)?.unwrap_or_default();
    State::load(index, &mark).map_err(doubted)
}

/// Builds the index from nothing, out of the footers of the segments before the `active` one.
pub(super) fn rebuild(index: &Index, journal: &Path, active: &Preamble) -> Result<(), OpenError> {
    index.clear().map_err(|doubt| in_doubt(journal, &doubt))?;
    if active.number > 1 {
        absorb(index, journal, active, 1)?;
    }
    index.trust().map_err(|doubt| in_doubt(journal, &doubt))
}

/// Puts the footers of the segments from `first` to before the `active` one into the index, and the mark behind them.
fn absorb(index: &Index, journal: &Path, active: &Preamble, first: u32) -> Result<(), OpenError> {
    let doubted = |doubt: Doubt| in_doubt(journal, &doubt);
    for number in first..active.number {
        let path = path_of(journal, number);
        let file = File::open(&path).map_err(failed(&path, "open a segment"))?;
        let preamble = Preamble::read(&file, number, &path).map_err(failed(&path, "read a segment"))??;
        let damage = |why: &str| Damage { file: path.clone(), offset: 0, why: why.to_owned() };
        if preamble.secret != active.secret {
            return Err(damage("the segment is of another store").into());
        }
        let footer = read_footer(&file, &path, preamble).map_err(failed(&path, "read a footer"))??;
        let rows = rows::decode(&footer).ok_or_else(|| damage("the footer does not read"))?;
        index.absorb(rows, None).map_err(doubted)?;
    }
    let mut counts = [0; 5];
    for (count, letter) in counts.iter_mut().zip([LOG, WITNESS, EVIDENCE, SETTING, TOMBSTONE]) {
        *count = index.count(&[letter], &[letter + 1]).map_err(doubted)?;
    }
    let mark = Mark { epoch: active.secret.epoch(), segment: active.number - 1, commit: active.commit, counts };
    index.absorb(Ordered::new(), Some(&mark)).and_then(|()| index.sync()).map_err(doubted)
}

/// The right to write to a directory.
#[derive(Debug)]
pub(super) struct Lock(pub(super) File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started elsewhere in this program holds a copy of the descriptor for a moment.
        // What cannot be unlocked is closed all the same.
        let _ = self.0.unlock();
    }
}

fn lock(dir: &Path) -> Result<Lock, OpenError> {
    let path = dir.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed(&path, "open the lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(&path, "lock")(error)),
    }
}

fn failed(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Io { path, what, source }
}

fn in_doubt(path: &Path, doubt: &Doubt) -> OpenError {
    failed(path, "build the index beside the journal (is the disk full?)")(io::Error::other(doubt.to_string()))
}

fn refused(path: &Path, fault: Fault) -> OpenError {
    match fault {
        Fault::Io(error) => failed(path, "begin a segment")(error),
        Fault::Damage(damage) => damage.into(),
    }
}
