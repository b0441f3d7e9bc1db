//! What a node keeps, so that nothing it has said can be lost.
//!
//! The truth is the *journal*: append-only segment files. Everything else (the rows of the active segment in memory, the index of the
//! sealed ones in sled) is derived from it and rebuilt on any doubt. One writer owns the store; any number of readers look at what is
//! durable, and at nothing else.
//!
//! Out of scope: whether bytes are true. The caller has judged signatures and proofs; the store checks only that heads move by
//! compare-and-swap and that a head's root is the root of the leaves stored under it.
//!
//! Invariant: a commit is durable before anybody is told of it, whole or not at all; an absent thing is `None`, an unreadable one an
//! error.

#![allow(unused, clippy::unused_async, reason = "landed as an interface first")]

mod change;
mod error;
mod reader;
mod writer;

use std::path::Path;

pub use self::change::{Change, Committed, Grow};
pub use self::error::{CommitError, Damage, OpenError, ReadError};
pub use self::reader::{Ahead, Changes, Epoch, EvidenceRow, LogNodes, LogRow, LogState, Reader};
pub use self::writer::Writer;

/// How a store is laid out; the defaults are meant for use, other values for tests.
#[derive(Clone, Debug)]
pub struct Options {
    /// Size in bytes at which a segment is sealed. What is read at every start is bounded by it. 64 MiB.
    pub segment_bytes: u64,
    /// Free bytes on the file system below which commits are refused, so that reading, the index and the operator keep room. 256 MiB.
    pub free_floor: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { segment_bytes: 64 << 20, free_floor: 256 << 20 }
    }
}

/// An open store and the right to write to it: the directory is locked while this lives.
#[derive(Debug)]
pub struct Store {
    reader: Reader,
}

impl Store {
    /// Makes a new store in `dir`, with a new random epoch; refuses a directory that holds one.
    pub fn create(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let _ = (dir, options);
        todo!("landed as an interface first")
    }

    /// Opens the store in `dir`: cuts off a torn tail, refuses damage, brings the index up to date.
    pub fn open(dir: &Path, options: Options) -> Result<Self, OpenError> {
        let _ = (dir, options);
        todo!("landed as an interface first")
    }

    /// A view of what is durable; clones are cheap.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Commits `changes`, all or none, durably. Blocks for one `fdatasync`.
    pub fn commit(&mut self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let _ = changes;
        todo!("landed as an interface first")
    }

    /// Reads every byte of the journal again and checks it; the first damage found is the error.
    pub fn verify(&self) -> Result<(), ReadError> {
        todo!("landed as an interface first")
    }

    /// Hands the store to a thread of its own, fed by many tasks.
    pub fn into_writer(self) -> Writer {
        todo!("landed as an interface first")
    }
}
