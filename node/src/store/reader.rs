//! The view of what is durable. Calls block on the disk for as long as a few reads take.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Link;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::Origin;
use tokio::sync::watch;

use super::ReadError;

/// A random name of this store's life: cursors mean nothing under another epoch. Its text form is 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch([u8; 16]);

impl Epoch {
    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What is stored of one log.
#[derive(Clone, Debug)]
pub struct LogState {
    /// Its name.
    pub origin: Origin,
    /// How many entries are stored.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The newest head, of exactly this size.
    pub head: SignedCheckpoint,
    /// The largest head known to have met its quorum.
    pub witnessed: Option<SignedCheckpoint>,
    /// What the next entry links to.
    pub link: Link,
    /// The cursor of the log's last change.
    pub cursor: u64,
}

/// Entries of a followed log that are stored beyond its head, because the log is long and still arriving. Not served to anybody.
#[derive(Clone, Debug)]
pub struct Ahead {
    /// The tree over all entries stored, those under the head among them.
    pub tree: CompactRange,
    /// What the next entry links to.
    pub link: Link,
    /// The head under which they were proven, larger than the tree.
    pub head: SignedCheckpoint,
}

/// A log in short, as lists give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Its name.
    pub origin: Origin,
    /// How many entries are stored.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The size of the largest head known to have met its quorum.
    pub witnessed: Option<u64>,
}

/// A page of the change journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The store's epoch; when it is another, begin again from 0.
    pub epoch: Epoch,
    /// Where the next page begins.
    pub next: u64,
    /// The logs changed after the cursor, each once, in its newest state, oldest change first.
    pub logs: Vec<LogRow>,
}

/// Evidence kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// BLAKE3 of the file.
    pub id: Blake3,
    /// Whom it convicts.
    pub origin: String,
}

#[derive(Debug)]
struct View;

/// Reads what is durable; clones share everything.
#[derive(Clone, Debug)]
pub struct Reader {
    view: Arc<View>,
}

#[expect(clippy::unused_self, reason = "landed as an interface first")]
impl Reader {
    /// Most entries that one call gives: a full bundle.
    pub const MOST_ENTRIES: u64 = 256;

    /// The store's epoch.
    pub fn epoch(&self) -> Epoch {
        todo!()
    }

    /// All logs, by name.
    pub fn logs(&self) -> Vec<LogRow> {
        todo!()
    }

    /// What is stored of `origin`.
    pub fn log(&self, _origin: &Origin) -> Result<Option<LogState>, ReadError> {
        todo!()
    }

    /// What is stored of `origin` beyond its head, which may be the head of an empty log, if anything.
    pub fn ahead(&self, _origin: &Origin) -> Result<Option<Ahead>, ReadError> {
        todo!()
    }

    /// The entries of `origin` in `range`, as far as stored, at most [`Self::MOST_ENTRIES`] and at least one if any is there: ask again
    /// from where they end.
    pub fn entries(&self, _origin: &Origin, _range: Range<u64>) -> Result<Vec<Vec<u8>>, ReadError> {
        todo!()
    }

    /// The leaf hashes of `origin` in `range`, under the same bounds as [`Self::entries`].
    pub fn leaves(&self, _origin: &Origin, _range: Range<u64>) -> Result<Vec<Hash>, ReadError> {
        todo!()
    }

    /// The bytes of the first `width` hashes of tile (`level`, `index`) (C2SP tlog-tiles); none if the log does not reach that far.
    pub fn tile(&self, _origin: &Origin, _level: u8, _index: u64, _width: u16) -> Result<Option<Vec<u8>>, ReadError> {
        todo!()
    }

    /// The bytes of the first `width` entries of bundle `index` (C2SP tlog-tiles); none if the log does not reach that far.
    pub fn bundle(&self, _origin: &Origin, _index: u64, _width: u16) -> Result<Option<Vec<u8>>, ReadError> {
        todo!()
    }

    /// The stored hashes of `origin`, for proofs.
    pub fn nodes<'r>(&'r self, origin: &'r Origin) -> LogNodes<'r> {
        LogNodes { reader: self, origin }
    }

    /// The index of the first entry of `origin` with the statement `id`, for logs that this node writes.
    pub fn find(&self, _origin: &Origin, _id: &Blake3) -> Result<Option<u64>, ReadError> {
        todo!()
    }

    /// The indexes of the well-formed registry entries of `origin` (charter, appoint, revoke, division) from `from` on, in order.
    pub fn registry_entries(&self, _origin: &Origin, _from: u64) -> Result<Vec<u64>, ReadError> {
        todo!()
    }

    /// The body of this name.
    pub fn body(&self, _id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        todo!()
    }

    /// The newest head of `origin` that this node's witness cosigned.
    pub fn witness(&self, _origin: &str) -> Result<Option<SignedCheckpoint>, ReadError> {
        todo!()
    }

    /// All evidence kept.
    pub fn evidence(&self) -> Vec<EvidenceRow> {
        todo!()
    }

    /// The evidence file of this name.
    pub fn evidence_file(&self, _id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        todo!()
    }

    /// A small named value.
    pub fn setting(&self, _name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        todo!()
    }

    /// The logs changed after `cursor`, at most `most` of them.
    pub fn changes_since(&self, _cursor: u64, _most: usize) -> Changes {
        todo!()
    }

    /// Tells of the newest cursor, for long polls.
    pub fn watch(&self) -> watch::Receiver<u64> {
        todo!()
    }

    /// Free bytes on the file system of the store, and the floor below which nothing is written.
    pub fn free_space(&self) -> Result<(u64, u64), ReadError> {
        todo!()
    }
}

/// The stored hashes of one log: [`Reader::nodes`].
#[derive(Clone, Copy, Debug)]
pub struct LogNodes<'r> {
    reader: &'r Reader,
    origin: &'r Origin,
}
