//! The index of sealed segments: the one file that names sled.
//!
//! Nothing here is believed further than it can be built again. sled 0.34 may panic on files it does not understand, and its `flush` does
//! not reach the disk by itself on Linux; so every call is caught, rows arrive a segment at a time in one atomic batch together with the
//! *mark* of how far they reach, and after `flush` we sync its files ourselves. On any error the index is in doubt, and the writer builds
//! it again from the footers of the segments.

use std::fs::{self, File};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use super::disk::sync_dir;
use super::fields::{Fields, Put};
use super::rows;

/// Memory for rows read; a province's rows are some hundred megabytes, of which a node uses few at a time.
const CACHE_BYTES: u64 = 32 << 20;
/// The key of the mark; sorts before all rows.
const MARK: &[u8] = b"!mark";

/// A key and its value.
type Row = (Vec<u8>, Vec<u8>);

/// Why the index did not answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("index: {0}")]
pub(super) struct Doubt(pub(super) String);

/// How far the index reaches, and what it must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The store it belongs to.
    pub(super) epoch: [u8; 16],
    /// The last segment whose rows are in it.
    pub(super) segment: u32,
    /// The number of the commit after them.
    pub(super) commit: u64,
    /// How many rows of logs, witnessed origins, evidence, settings and tombstones it holds: those are read at every start, and counted.
    pub(super) counts: [u64; 5],
}

impl Mark {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.epoch.to_vec();
        bytes.put_u32(self.segment);
        bytes.put_u64(self.commit);
        self.counts.iter().for_each(|count| bytes.put_u64(*count));
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        let mut mark = Self { epoch: fields.bytes(16)?.try_into().ok()?, segment: fields.u32()?, commit: fields.u64()?, counts: [0; 5] };
        for count in &mut mark.counts {
            *count = fields.u64()?;
        }
        fields.end().map(|()| mark)
    }
}

/// The index; shared by the writer and all readers.
#[derive(Debug)]
pub(super) struct Index {
    dir: PathBuf,
    db: RwLock<Option<sled::Db>>,
    doubted: AtomicBool,
}

impl Index {
    /// Opens the index in `dir`. One that cannot be opened is in doubt, which is no error here.
    pub(super) fn open(dir: &Path) -> Self {
        let index = Self { dir: dir.to_owned(), db: RwLock::new(None), doubted: AtomicBool::new(false) };
        if index.doubt_file().exists() {
            index.doubted.store(true, Ordering::Release);
        } else if let Err(doubt) = index.start() {
            index.doubt(&doubt.0);
        }
        index
    }

    /// Whether it must be built again before it is asked.
    pub(super) fn is_doubted(&self) -> bool {
        self.doubted.load(Ordering::Acquire)
    }

    /// Puts the index in doubt, across restarts too.
    pub(super) fn doubt(&self, why: &str) -> Doubt {
        if !self.doubted.swap(true, Ordering::AcqRel) {
            tracing::warn!(dir = %self.dir.display(), why, "the index is in doubt and will be built again");
            // If this fails a restart finds the same fault again.
            let _ = File::create(self.doubt_file());
        }
        Doubt(why.to_owned())
    }

    /// Throws everything away and begins with an empty index, still in doubt.
    pub(super) fn clear(&self) -> Result<(), Doubt> {
        let db = self.db.write().unwrap_or_else(PoisonError::into_inner).take();
        self.doubt("it is built again");
        let _ = catch_unwind(AssertUnwindSafe(|| drop(db)));
        let removed = if self.dir.is_dir() { fs::remove_dir_all(&self.dir) } else { fs::remove_file(&self.dir) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Doubt(error.to_string())),
            _ => {}
        }
        self.start()
    }

    /// Ends the doubt: the caller has put in all rows of all sealed segments.
    pub(super) fn trust(&self) -> Result<(), Doubt> {
        self.sync()?;
        match fs::remove_file(self.doubt_file()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Doubt(error.to_string())),
            _ => {}
        }
        self.doubted.store(false, Ordering::Release);
        Ok(())
    }

    /// The mark; none in an empty index.
    pub(super) fn mark(&self) -> Result<Option<Mark>, Doubt> {
        let Some(bytes) = self.ask(|db| db.get(MARK))? else { return Ok(None) };
        Mark::decode(&bytes).map(Some).ok_or_else(|| self.doubt("its mark does not read"))
    }

    /// Puts in the rows of a segment and a mark that covers them, atomically. Rows beyond the mark are harmless: they will be put in again.
    /// Durable after [`Self::sync`].
    pub(super) fn absorb<Bytes: AsRef<[u8]>>(
        &self,
        rows: impl IntoIterator<Item = (Bytes, Bytes)>,
        mark: Option<&Mark>,
    ) -> Result<(), Doubt> {
        let mut batch = sled::Batch::default();
        for (key, value) in rows {
            // Of a statement the first place counts; other rows are newer than those before.
            if !rows::is_statement(key.as_ref()) || !self.ask(|db| db.contains_key(key.as_ref()))? {
                batch.insert(key.as_ref(), value.as_ref());
            }
        }
        if let Some(mark) = mark {
            batch.insert(MARK, mark.encode());
        }
        self.ask(|db| db.apply_batch(batch))
    }

    /// Makes what was put in durable.
    pub(super) fn sync(&self) -> Result<(), Doubt> {
        self.ask(|db| db.flush().map(drop))?;
        // sled's own flush ends in `sync_file_range`, which survives a killed process and no power cut.
        let files = || -> io::Result<()> {
            for file in fs::read_dir(&self.dir)? {
                let file = file?;
                if file.file_type()?.is_file() {
                    File::open(file.path())?.sync_all()?;
                }
            }
            sync_dir(&self.dir)
        };
        files().map_err(|error| self.doubt(&error.to_string()))
    }

    /// How many rows there are from `from` to before `to`; asked while it is being built, too.
    pub(super) fn count(&self, from: &[u8], to: &[u8]) -> Result<u64, Doubt> {
        self.ask(|db| db.range(from..to).try_fold(0, |count, row| row.map(|_| count + 1)))
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Doubt> {
        self.believed()?;
        self.ask(|db| db.get(key)).map(|value| value.map(|bytes| bytes.to_vec()))
    }

    /// The last row whose key is at most `key`.
    pub(super) fn at_most(&self, key: &[u8]) -> Result<Option<Row>, Doubt> {
        self.believed()?;
        let row = self.ask(|db| db.range(..=key).next_back().transpose())?;
        Ok(row.map(|(key, value)| (key.to_vec(), value.to_vec())))
    }

    /// The rows from `from` to before `to`.
    pub(super) fn range(&self, from: &[u8], to: &[u8]) -> Result<Vec<Row>, Doubt> {
        self.believed()?;
        let rows = self.ask(|db| db.range(from..to).collect::<sled::Result<Vec<_>>>())?;
        Ok(rows.into_iter().map(|(key, value)| (key.to_vec(), value.to_vec())).collect())
    }

    /// An index in doubt may lack rows, and "absent" would be a lie.
    fn believed(&self) -> Result<(), Doubt> {
        if self.is_doubted() { Err(Doubt("it is in doubt and has to be built again".to_owned())) } else { Ok(()) }
    }

    fn start(&self) -> Result<(), Doubt> {
        let config = sled::Config::new()
            .path(&self.dir)
            .cache_capacity(CACHE_BYTES)
            // It is written at marks only, and synced there.
            .flush_every_ms(None)
            .print_profile_on_drop(false);
        let db = caught(|| config.open())?;
        *self.db.write().unwrap_or_else(PoisonError::into_inner) = Some(db);
        Ok(())
    }

    fn ask<T>(&self, question: impl FnOnce(&sled::Db) -> sled::Result<T>) -> Result<T, Doubt> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner).clone();
        let answer = db.ok_or_else(|| Doubt("it is being built again".to_owned())).and_then(|db| caught(|| question(&db)));
        answer.map_err(|doubt| self.doubt(&doubt.0))
    }

    fn doubt_file(&self) -> PathBuf {
        self.dir.with_extension("doubted")
    }
}

fn caught<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, Doubt> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Doubt(error.to_string())),
        Err(_) => Err(Doubt("sled panicked".to_owned())),
    }
}
