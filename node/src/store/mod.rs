//! What a node keeps, so that nothing it has said can be lost.
//!
//! ```text
//! <dir>/lock                    held while the store is open
//! <dir>/journal/0000000001.seg  the truth: segments of records, the last one growing
//! <dir>/index/                  rows of the sealed segments, in sled; built again from their footers on any doubt
//! ```
//!
//! Every commit is appended to the last segment and synced once; then its effect is put into the state in memory, which readers see.
//! When a segment is full its index rows become its footer and go into the index. A start reads the mark of the index and the last
//! segment, and so costs the same however many entries there are.
//!
//! Out of scope: whether bytes are true. The caller has judged signatures and proofs; the store checks only that heads move by
//! compare-and-swap and that a head's root is the root of the leaves stored under it.
//!
//! Invariant: a commit is durable before anybody is told of it, whole or not at all; an absent thing is `None`, an unreadable one an
//! error.

mod backup;
mod change;
mod disk;
mod erasing;
mod error;
mod fields;
mod index;
mod journal;
mod open;
mod payload;
mod reader;
mod record;
mod rows;
mod run;
mod segment;
mod stage;
mod state;
mod verify;
mod view;
mod writer;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::CompactRange;

pub use self::backup::{CopyError, Settings};
pub use self::change::{Change, Committed, Grow, Read};
pub use self::error::{CommitError, Damage, OpenError, ReadError};
pub use self::reader::{Ahead, Changes, Epoch, EvidenceRow, LogNodes, LogRow, LogState, Reader};
pub use self::writer::Writer;

use self::index::{Doubt, Mark};
use self::journal::{Fault, Journal, Record};
use self::open::Lock;
use self::payload::decode_tombstone;
use self::record::Kind;
use self::rows::Rows;
use self::stage::Stage;
use self::state::{Payload, Told};
use self::view::View;

/// Most trees of growing logs kept in memory, a kilobyte or two each; others are read back when they grow.
const MOST_TREES: usize = 4096;

/// How a store is laid out; the defaults are meant for use, other values for tests.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Size in bytes at which a segment is sealed. What is read at every start is bounded by it. 64 MiB.
    pub segment_bytes: u64,
    /// Free bytes on the file system below which commits are refused, so that the index and the operator keep room: 64 MiB, a segment.
    pub free_floor: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, free_floor: 64 << 20 }
    }
}

/// An open store and the right to write to it: the directory is locked while this lives.
#[derive(Debug)]
pub struct Store {
    view: Arc<View>,
    journal: Journal,
    trees: HashMap<u32, CompactRange>,
    /// Bodies under a durable tombstone whose bytes may not be gone yet.
    to_erase: Vec<Blake3>,
    absorbing: Absorbing,
    _lock: Lock,
}

/// The index taking in the rows of a sealed segment, which keeps no commit waiting: the rows stay in memory until they are in it, and a
/// start that finds some missing takes them from the footer. Dropping it waits for the end.
#[derive(Debug, Default)]
struct Absorbing(Option<JoinHandle<()>>);

impl Absorbing {
    fn start(view: Arc<View>, rows: Arc<Rows>, mark: Mark) -> Self {
        let work = move || {
            let absorbed = view.index.absorb(rows.in_order(), Some(&mark)).and_then(|()| view.index.sync());
            // If the index failed they stay, and the next commit builds it again.
            if absorbed.is_ok() {
                view.state_mut().sealing = Arc::default();
            }
        };
        Self(Some(std::thread::spawn(work)))
    }

    fn end(&mut self) {
        if let Some(thread) = self.0.take() {
            // A panic inside the index has been caught there and has put it in doubt.
            let _ = thread.join();
        }
    }
}

impl Drop for Absorbing {
    fn drop(&mut self) {
        self.end();
    }
}

impl Store {
    /// A view of what is durable; clones are cheap.
    pub fn reader(&self) -> Reader {
        Reader::new(self.view.clone())
    }

    /// Commits `changes`, all or none, durably. Blocks for one `fdatasync`.
    pub fn commit(&mut self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        self.commit_group(vec![changes]).pop().unwrap_or(Err(CommitError::Closed))
    }

    /// Hands the store to a thread of its own, fed by many tasks.
    pub fn into_writer(self) -> Writer {
        Writer::start(self)
    }

    /// Commits several requests with one sync; each is taken whole or refused on its own.
    fn commit_group(&mut self, requests: Vec<Vec<Change>>) -> Vec<Result<Committed, CommitError>> {
        let count = requests.len();
        if let Err(error) = self.make_ready() {
            return vec![Err(error); count];
        }
        let mut stage = Stage::new(&self.view, &self.trees);
        let answers: Vec<Result<(), CommitError>> = requests.into_iter().map(|changes| stage.add(changes)).collect();
        let records = std::mem::take(&mut stage.records);
        let trees = stage.into_trees();
        let written = if records.is_empty() { Ok(()) } else { self.write(&records) };
        if written.is_ok() && !records.is_empty() {
            self.keep(trees);
        }
        let committed = Committed { number: self.journal.position().commit - 1, cursor: self.view.state().cursor };
        answers.into_iter().map(|answer| answer.and_then(|()| written.clone()).map(|()| committed)).collect()
    }

    fn write<'r>(&mut self, records: &'r [Record]) -> Result<(), CommitError> {
        if !self.journal.fits(Journal::span(records)) {
            self.roll()?;
        }
        let places = self.journal.commit(records).map_err(|fault| self.refusal(fault))?;
        // From here on the commit stands, whatever happens.
        let mut state = self.view.state_mut();
        let told = |record: &'r Record, place| Told { kind: record.kind, place, payload: Payload::Bytes(&record.payload) };
        let changes = records.iter().zip(places).map(|(record, place)| told(record, place));
        let applied = state.apply(changes);
        let cursor = state.cursor;
        drop(state);
        applied.map_err(|senseless| self.view.damage(senseless.place, senseless.why))?;
        self.view.cursor.send_if_modified(|seen| std::mem::replace(seen, cursor) != cursor);
        let redacted = records.iter().filter(|record| record.kind == Kind::Tombstone);
        self.to_erase.extend(redacted.filter_map(|record| decode_tombstone(&record.payload)).map(|(name, _)| name));
        self.erase();
        Ok(())
    }

    /// Erases what is to be erased. What cannot be erased now is never shown all the same, and is tried again before the next commit and at
    /// the next start.
    fn erase(&mut self) {
        if self.to_erase.is_empty() {
            return;
        }
        match erasing::erase(&self.view, &self.to_erase) {
            Ok(()) => self.to_erase.clear(),
            Err(error) => tracing::error!(%error, waiting = self.to_erase.len(), "what is redacted could not be erased yet"),
        }
    }

    /// Seals the active segment, begins the next, and has the index take the sealed one in.
    fn roll(&mut self) -> Result<(), CommitError> {
        self.settle_index()?;
        let rows = rows::encode(&self.view.state().rows);
        self.journal.seal(&rows).map_err(|fault| self.refusal(fault))?;
        let mut state = self.view.state_mut();
        state.sealing = Arc::new(std::mem::take(&mut state.rows));
        drop(state);
        self.begin_segment()
    }

    /// Begins the segment behind a sealed one, and only then lets the index take the sealed one in: so an index that holds a segment proves
    /// that the next one was made.
    fn begin_segment(&mut self) -> Result<(), CommitError> {
        self.journal.next_segment().map_err(|fault| self.refusal(fault))?;
        let state = self.view.state();
        let mark = Mark {
            epoch: self.view.secret.epoch(),
            segment: self.journal.segment() - 1,
            commit: self.journal.position().commit,
            counts: state.counts(),
        };
        let rows = state.sealing.clone();
        drop(state);
        self.absorbing = Absorbing::start(self.view.clone(), rows, mark);
        Ok(())
    }

    /// Waits until the index has taken in what was sealed, and builds it again if it could not.
    fn settle_index(&mut self) -> Result<(), CommitError> {
        self.absorbing.end();
        if self.view.index.is_doubted() {
            open::rebuild(&self.view.index, &self.view.journal, self.journal.preamble())
                .map_err(|error| CommitError::Unavailable(error.to_string()))?;
            self.view.state_mut().sealing = Arc::default();
        }
        Ok(())
    }

    fn make_ready(&mut self) -> Result<(), CommitError> {
        self.erase();
        if self.journal.is_sealed() {
            self.begin_segment()?;
        }
        if self.view.index.is_doubted() {
            self.settle_index()?;
        }
        let free = self.view.free().map_err(|error| CommitError::Unavailable(error.to_string()))?;
        if free < self.view.floor { Err(CommitError::Full { free, floor: self.view.floor }) } else { Ok(()) }
    }

    fn keep(&mut self, trees: Vec<(luodi_ledger::names::Origin, CompactRange)>) {
        if self.trees.len() + trees.len() > MOST_TREES {
            self.trees.clear();
        }
        let state = self.view.state();
        self.trees.extend(trees.into_iter().filter_map(|(origin, tree)| Some((state.log(&origin)?.0, tree))));
    }

    fn refusal(&self, fault: Fault) -> CommitError {
        match fault {
            Fault::Damage(damage) => CommitError::Damaged(damage),
            Fault::Io(error) if error.kind() == io::ErrorKind::StorageFull => {
                CommitError::Full { free: self.view.free().unwrap_or(0), floor: self.view.floor }
            }
            Fault::Io(error) => CommitError::Unavailable(error.to_string()),
        }
    }
}

impl From<Doubt> for CommitError {
    fn from(doubt: Doubt) -> Self {
        Self::Unavailable(doubt.to_string())
    }
}

#[cfg(test)]
mod tests;
