//! Making a store, opening one, and bringing its index up to date with its journal.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use tokio::sync::watch;

use super::disk::{Disk, SystemDisk, sync_dir};
use super::error::{Damage, OpenError};
use super::index::{Doubt, Index, Mark};
use super::journal::{Fault, Found, Journal, missing_segment};
use super::record::Secret;
use super::rows::{self, EVIDENCE, LOG, SETTING, WITNESS};
use super::segment::{Preamble, path_of, read_footer};
use super::state::State;
use super::view::View;
use super::{Options, Store};

const JOURNAL: &str = "journal";
const INDEX: &str = "index";
const LOCK: &str = "lock";

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

    fn open_locked(dir: &Path, options: &Options, disk: Arc<dyn Disk>, lock: File) -> Result<Self, OpenError> {
        let path = dir.join(JOURNAL);
        let found = Journal::find(&path)?.ok_or_else(|| OpenError::Absent(dir.to_owned()))?;
        let secret = found.preamble.secret;
        let index = Index::open(&dir.join(INDEX));
        let (mut state, indexed) = settle(&index, &path, &found)?;
        let active = found.preamble.number;
        let replayed = |changes: Vec<super::segment::Stored>| {
            if indexed >= active {
                return Ok(());
            }
            let applied = state.apply(changes.iter().map(|change| (change.kind, change.place, change.payload.as_slice())));
            applied.map_err(|senseless| Damage {
                file: path_of(&path, senseless.place.segment),
                offset: senseless.place.offset,
                why: senseless.why.to_owned(),
            })
        };
        let (mut journal, footer) = Journal::open(found, &path, options, disk.clone(), replayed)?;
        if footer.is_some() {
            if indexed < active {
                let mark = Mark { epoch: secret.epoch(), segment: active, commit: journal.position().commit, counts: state.counts() };
                index.absorb(&state.rows, Some(&mark)).and_then(|()| index.sync()).map_err(|doubt| in_doubt(&path, &doubt))?;
                state.rows.clear();
            }
            journal.next_segment().map_err(|fault| refused(&path, fault))?;
        } else if indexed >= active {
            let why = "the index holds the segment as sealed, yet it is not".to_owned();
            return Err(Damage { file: path_of(&path, active), offset: journal.position().offset, why }.into());
        }
        let view = View {
            dir: dir.to_owned(),
            journal: path,
            secret,
            index,
            cursor: watch::Sender::new(state.cursor),
            disk,
            floor: options.free_floor,
            state: RwLock::new(state),
            open: Mutex::new(HashMap::new()),
        };
        Ok(Self { view: Arc::new(view), journal, trees: HashMap::new(), _lock: lock })
    }
}

/// Brings the index up to the sealed segments before the last, and reads the state from it. Gives the last segment it holds too, which may
/// be the last one there is, if that was sealed just before the end.
fn settle(index: &Index, journal: &Path, found: &Found) -> Result<(State, u32), OpenError> {
    let Preamble { number, secret, commit, .. } = found.preamble;
    let doubted = |doubt: Doubt| in_doubt(journal, &doubt);
    // A second round comes after the index was found wanting and built again.
    for last_round in [false, true] {
        if index.is_doubted() {
            rebuild(index, journal, secret, number - 1, commit)?;
        }
        let settled = index.mark().and_then(|mark| {
            let mark = mark.unwrap_or_default();
            if mark == Mark::default() || mark.epoch == secret.epoch() { Ok(mark) } else { Err(index.doubt("it is of another store")) }
        });
        let loaded = match settled {
            Ok(mark) if mark.segment > number => return Err(missing_segment(journal, mark.segment).into()),
            Ok(mark) if mark.segment + 1 < number => {
                match absorb(index, journal, secret, mark.segment + 1..=number - 1, commit) {
                    Err(_) if index.is_doubted() && !last_round => continue,
                    absorbed => absorbed?,
                }
                index.mark().and_then(|mark| State::load(index, &mark.unwrap_or_default())).map(|state| (state, number - 1))
            }
            Ok(mark) if mark.segment + 1 == number && mark.commit != commit && mark.segment > 0 => {
                Err(index.doubt("it does not fit the journal"))
            }
            Ok(mark) => State::load(index, &mark).map(|state| (state, mark.segment)),
            Err(doubt) => Err(doubt),
        };
        match loaded {
            Ok(settled) => return Ok(settled),
            Err(doubt) if last_round => return Err(doubted(doubt)),
            Err(_) => {}
        }
    }
    Err(doubted(Doubt("it cannot be built".to_owned())))
}

/// Builds the index from nothing, out of the footers of the segments up to `last`, behind which commit `commit` comes.
pub(super) fn rebuild(index: &Index, journal: &Path, secret: Secret, last: u32, commit: u64) -> Result<(), OpenError> {
    index.clear().map_err(|doubt| in_doubt(journal, &doubt))?;
    absorb(index, journal, secret, 1..=last, commit)?;
    index.trust().map_err(|doubt| in_doubt(journal, &doubt))
}

fn absorb(index: &Index, journal: &Path, secret: Secret, segments: std::ops::RangeInclusive<u32>, commit: u64) -> Result<(), OpenError> {
    let doubted = |doubt: Doubt| in_doubt(journal, &doubt);
    let last = *segments.end();
    for number in segments {
        let path = path_of(journal, number);
        let file = File::open(&path).map_err(failed(&path, "open a segment"))?;
        let preamble = Preamble::read(&file, number, &path).map_err(failed(&path, "read a segment"))??;
        let damage = |why: &str| Damage { file: path.clone(), offset: 0, why: why.to_owned() };
        if preamble.secret != secret {
            return Err(damage("the segment is of another store").into());
        }
        let footer = read_footer(&file, &path, preamble).map_err(failed(&path, "read a footer"))??;
        let rows = rows::decode(&footer).ok_or_else(|| damage("the footer does not read"))?;
        index.absorb(&rows, None).map_err(doubted)?;
    }
    if last == 0 {
        return Ok(());
    }
    let mut counts = [0; 4];
    for (count, letter) in counts.iter_mut().zip([LOG, WITNESS, EVIDENCE, SETTING]) {
        *count = index.count(&[letter], &[letter + 1]).map_err(doubted)?;
    }
    let mark = Mark { epoch: secret.epoch(), segment: last, commit, counts };
    index.absorb(&rows::Rows::new(), Some(&mark)).and_then(|()| index.sync()).map_err(doubted)
}

fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed(&path, "open the lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
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
