//! The writer on a thread of its own: requests that wait together share one `fdatasync`.

use std::thread;

use tokio::sync::{mpsc, oneshot};

use super::{Change, CommitError, Committed, Reader, Store};

/// Requests that may wait; more make their senders wait. Small, for each may hold megabytes, and enough to fill a group.
const QUEUE: usize = 256;
/// Bytes after which a group is closed: more would only make the first in it wait longer, for throughput is flat by then.
const GROUP_BYTES: usize = 8 << 20;

#[derive(Debug)]
enum Request {
    Commit(Vec<Change>, oneshot::Sender<Result<Committed, CommitError>>),
    Close(oneshot::Sender<()>),
}

/// Sends changes to the thread that owns the store. Clones share it; it ends, and unlocks the directory, when the last is gone.
#[derive(Clone, Debug)]
pub struct Writer {
    requests: mpsc::Sender<Request>,
    reader: Reader,
}

impl Writer {
    pub(super) fn start(store: Store) -> Self {
        let (requests, queue) = mpsc::channel(QUEUE);
        let reader = store.reader();
        // If no thread can be had, the queue is dropped, and every commit is told that the store is closed.
        if let Err(error) = thread::Builder::new().name("store".to_owned()).spawn(move || serve(store, queue)) {
            tracing::error!(%error, "no thread for the store");
        }
        Self { requests, reader }
    }

    /// Commits `changes`, all or none; answers when they are durable and visible, or refused. Waits while the queue is full.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<Committed, CommitError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request::Commit(changes, answer)).await.map_err(|_| CommitError::Closed)?;
        answered.await.unwrap_or(Err(CommitError::Closed))
    }

    /// Ends the thread after what is queued and unlocks the directory; later commits are answered [`CommitError::Closed`].
    pub async fn close(&self) {
        let (done, is_done) = oneshot::channel();
        if self.requests.send(Request::Close(done)).await.is_ok() {
            // An error means that the thread has ended otherwise, which is what is wanted.
            let _ = is_done.await;
        }
    }

    /// What is durable.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }
}

fn serve(mut store: Store, mut queue: mpsc::Receiver<Request>) {
    while let Some(first) = queue.blocking_recv() {
        let mut closing = None;
        let mut group = Vec::new();
        let mut answers = Vec::new();
        let mut bytes = 0;
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Commit(changes, answer) => {
                    bytes += changes.iter().map(Change::weight).sum::<usize>();
                    group.push(changes);
                    answers.push(answer);
                }
                Request::Close(done) => {
                    closing = Some(done);
                    break;
                }
            }
            next = if bytes < GROUP_BYTES { queue.try_recv().ok() } else { None };
        }
        for (answer, outcome) in answers.into_iter().zip(store.commit_group(group)) {
            // Whoever has stopped waiting finds the outcome in the store.
            let _ = answer.send(outcome);
        }
        if let Some(done) = closing {
            drop(store);
            let _ = done.send(());
            return;
        }
    }
}
