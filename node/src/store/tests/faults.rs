//! A disk that fails, fills up, or loses power at any call.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::store::CommitError;
use crate::store::disk::{Disk, SystemDisk};

/// Disks write sectors whole, in any order.
const SECTOR: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failure {
    /// No space; nothing is written.
    Full,
    /// Half is written, then an error.
    Half,
    /// The call is an error after all was done.
    Late,
    /// The call is an error, and what was not synced is gone.
    Lost,
    /// Half is written, and no call succeeds any more.
    Death,
}

#[derive(Debug, Default)]
struct Book {
    calls: usize,
    fail: Option<(usize, Failure)>,
    dead: bool,
    /// What stood where something was written that is not synced yet.
    before: Vec<(File, u64, Vec<u8>)>,
}

#[derive(Debug)]
struct FaultyDisk {
    book: Mutex<Book>,
    free: AtomicU64,
}

impl FaultyDisk {
    fn new() -> Arc<Self> {
        Arc::new(Self { book: Mutex::default(), free: AtomicU64::new(u64::MAX) })
    }

    fn fail(&self, call: usize, failure: Failure) {
        let mut book = self.book.lock().unwrap();
        book.calls = 0;
        book.fail = Some((call, failure));
    }

    /// The failure that this call meets, if any.
    fn next(&self) -> Option<Failure> {
        let mut book = self.book.lock().unwrap();
        if book.dead {
            return Some(Failure::Full);
        }
        let failure = book.fail.filter(|(call, _)| *call == book.calls).map(|(_, failure)| failure);
        book.dead = failure == Some(Failure::Death);
        book.calls += 1;
        failure
    }

    fn calls(&self) -> usize {
        self.book.lock().unwrap().calls
    }

    /// Puts back what stood before the writes that were not synced: all of it, or the sectors that `lost` picks.
    fn take_back(&self, mut lost: impl FnMut() -> bool) {
        for (file, offset, bytes) in self.book.lock().unwrap().before.drain(..).rev() {
            let length = file.metadata().unwrap().len();
            let mut at = 0;
            while at < bytes.len() {
                let start = usize::try_from(offset).unwrap() + at;
                let end = (at + SECTOR - start % SECTOR).min(bytes.len());
                if lost() && offset + end as u64 <= length {
                    file.write_all_at(&bytes[at..end], offset + at as u64).unwrap();
                }
                at = end;
            }
        }
    }
}

impl Disk for FaultyDisk {
    fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let failure = self.next();
        let written = match failure {
            None | Some(Failure::Late) => bytes,
            Some(Failure::Half | Failure::Death) => &bytes[..bytes.len() / 2],
            Some(Failure::Full | Failure::Lost) => &[],
        };
        let mut before = vec![0; written.len()];
        let held = usize::try_from(file.metadata()?.len().saturating_sub(offset)).unwrap().min(before.len());
        file.read_exact_at(&mut before[..held], offset)?;
        self.book.lock().unwrap().before.push((file.try_clone()?, offset, before));
        SystemDisk.write(file, written, offset)?;
        failure.map_or(Ok(()), |_| Err(io::Error::from(io::ErrorKind::StorageFull)))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        match self.next() {
            None => {
                self.book.lock().unwrap().before.clear();
                SystemDisk.sync(file)
            }
            Some(Failure::Lost) => {
                self.take_back(|| true);
                Err(io::Error::other("the disk failed"))
            }
            Some(_) => Err(io::Error::other("the disk failed")),
        }
    }

    fn reserve(&self, file: &File, from: u64, length: u64) -> io::Result<()> {
        match self.next() {
            None => SystemDisk.reserve(file, from, length),
            Some(_) => Err(io::Error::from(io::ErrorKind::StorageFull)),
        }
    }

    fn free(&self, _: &Path) -> io::Result<u64> {
        Ok(self.free.load(Ordering::Relaxed))
    }
}

#[test]
fn whichever_call_fails_the_commit_is_refused_or_stands_and_the_next_one_works() {
    let mut call = 0;
    // Until a call is asked to fail that is never made.
    loop {
        let mut met = false;
        for failure in [Failure::Full, Failure::Half, Failure::Late, Failure::Lost] {
            let dir = tempfile::tempdir().unwrap();
            let disk = FaultyDisk::new();
            let mut store = Store::create_on(dir.path(), tiny(), disk.clone()).unwrap();
            let mut author = Author::new(1);
            disk.fail(call, failure);
            // Enough to seal a segment.
            for _ in 0..9 {
                let before = author.size();
                let change = author.grow(2);
                match store.commit(vec![change.clone()]) {
                    Ok(_) => author.audit(&store.reader()),
                    Err(CommitError::Unavailable(_) | CommitError::Full { .. }) => {
                        author.audit_at(&store.reader(), before);
                        store.commit(vec![change]).unwrap_or_else(|error| panic!("after call {call}, {failure:?}: {error}"));
                        author.audit(&store.reader());
                    }
                    Err(other) => panic!("call {call}, {failure:?}: {other}"),
                }
            }
            met |= disk.calls() > call;
            store.verify().unwrap_or_else(|error| panic!("call {call}, {failure:?}: {error}"));
            let store = reopened(store, dir.path(), &tiny());
            author.audit(&store.reader());
            store.verify().unwrap();
        }
        if !met {
            break;
        }
        call += 1;
    }
    assert!(call > 20, "commits, a seal and a new segment make many calls");
}

#[test]
fn after_a_power_cut_at_any_call_nothing_told_of_is_lost() {
    for round in 0..400_usize {
        let dir = tempfile::tempdir().unwrap();
        let disk = FaultyDisk::new();
        let mut store = Store::create_on(dir.path(), tiny(), disk.clone()).unwrap();
        let mut author = Author::new(1);
        disk.fail(round % 50, Failure::Death);
        let mut told = 0;
        let mut tried = 0;
        for _ in 0..12 {
            let change = author.grow(3);
            tried = author.size();
            if store.commit(vec![change]).is_err() {
                break;
            }
            told = tried;
        }
        drop(store);
        // Each sector that was not synced is on the disk or not, as it happens.
        let mut coins = blake3::Hasher::new().update(&round.to_le_bytes()).finalize_xof();
        disk.take_back(|| {
            let mut coin = [0];
            coins.fill(&mut coin);
            coin[0] & 1 == 1
        });
        let mut store = Store::open(dir.path(), tiny()).unwrap_or_else(|error| panic!("round {round}: {error}"));
        let found = store.reader().log(&author.origin).unwrap().map_or(0, |log| log.size);
        assert!(found == told || found == tried, "round {round}: {found} entries, {told} were told of");
        author.audit_at(&store.reader(), found);
        store.verify().unwrap();
        let stands = (found, author.head_at(found).root());
        store.commit(vec![author.grow_from(stands)]).unwrap();
        author.grow(1);
        author.audit_at(&store.reader(), tried);
    }
}

#[test]
fn below_the_floor_the_store_is_read_only_and_resumes_when_there_is_room() {
    let dir = tempfile::tempdir().unwrap();
    let disk = FaultyDisk::new();
    let options = Options { free_floor: 1000, ..tiny() };
    let mut store = Store::create_on(dir.path(), options, disk.clone()).unwrap();
    let mut author = Author::new(1);
    store.commit(vec![author.grow(3)]).unwrap();
    disk.free.store(999, Ordering::Relaxed);
    let change = author.grow(3);
    let Err(error @ CommitError::Full { free: 999, floor: 1000 }) = store.commit(vec![change.clone()]) else { panic!("written") };
    assert!(error.to_string().contains("1000"), "{error}");
    author.audit_at(&store.reader(), 3);
    disk.free.store(1000, Ordering::Relaxed);
    store.commit(vec![change]).unwrap();
    author.audit(&store.reader());
}
