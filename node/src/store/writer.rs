//! The writer on a thread of its own: requests that wait together share one `fdatasync`.

use super::{Change, CommitError, Committed, Reader};

/// Sends changes to the thread that owns the store. Clones share it; it ends, and unlocks the directory, when the last is gone.
#[derive(Clone, Debug)]
pub struct Writer {
    reader: Reader,
}

impl Writer {
    /// Commits `changes`, all or none; answers when they are durable and visible, or refused. Waits while the queue is full.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let _ = changes;
        todo!("landed as an interface first")
    }

    /// Ends the thread after what is queued and unlocks the directory; later commits are answered [`CommitError::Closed`].
    pub async fn close(&self) {
        todo!("landed as an interface first")
    }

    /// What is durable.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}
