//! What went wrong, sorted by what the reader of the error must do.

use std::io;
use std::path::PathBuf;

use luodi_ledger::Rejected;
use luodi_ledger::merkle::Hash;

/// Bytes on the disk are not those that were written. Nothing is cut off or repaired here: the operator decides.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is damaged at byte {offset}: {why}; keep the file, and restore it from a backup or fetch the logs again from peers", file.display())]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// Where the bad record begins.
    pub offset: u64,
    /// What is wrong with it.
    pub why: String,
}

/// Why a store was not opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `create`: choose another directory.
    #[error("{} already holds a store; choose another directory", .0.display())]
    Exists(PathBuf),
    /// `open`: make one first.
    #[error("{} holds no store; make one with `luodi init`", .0.display())]
    Absent(PathBuf),
    /// Another process has it.
    #[error("{} is in use by another process; stop that one first", .0.display())]
    Locked(PathBuf),
    /// Restore or fetch again.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// Use a newer program.
    #[error("{} was written by a newer version: {why}", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// What is not understood.
        why: String,
    },
    /// The system refused: mend that and try again.
    #[error("{}: {what}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a commit did not happen. Unless said otherwise nothing was stored.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommitError {
    /// Something else stands there than was expected: read again, decide again.
    #[error("{origin} stands at size {size}, not where the change expected it")]
    Conflict {
        /// The log.
        origin: String,
        /// The size that stands.
        size: u64,
        /// Its root.
        root: Hash,
    },
    /// The changes contradict themselves or what is stored: an error of the caller.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// The disk is nearly full: the store is read-only until there is room.
    #[error("only {free} bytes are free and {floor} must stay so: nothing is written until there is room")]
    Full {
        /// Free bytes.
        free: u64,
        /// Bytes that must stay free.
        floor: u64,
    },
    /// The system failed: try again later. The changes were not acknowledged; after a failed sync they may yet be found at the next start.
    #[error("the store cannot write now: {0}")]
    Unavailable(String),
    /// Stop.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The writer has ended.
    #[error("the store is closed")]
    Closed,
}

/// Why something that may be stored could not be read. Never means that it is absent.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The question has no answer in this log, such as a node beyond its size: an error of the caller.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// Bodies are kept back until the node has caught up after a restore: try again later.
    #[error("this node was restored from a backup and serves no bodies until it has caught up")]
    Withheld,
    /// Try again later.
    #[error("the store cannot read now: {0}")]
    Unavailable(String),
    /// Tell the operator.
    #[error(transparent)]
    Damaged(#[from] Damage),
}
