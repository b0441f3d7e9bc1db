//! Serving entries: one fetch a stream, its ranges in order, each page with the proof that ties it to the head.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{AsyncWriteExt as _, io::AsyncWrite};
use libp2p::PeerId;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::merkle::{Hash, consistency_path, consistency_proof};
use luodi_ledger::names::Origin;
use serde_bytes::ByteBuf;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::book::Book;
use super::codec;
use super::limits::{Kind, Limits};
use super::streams::{Incoming, Stream};
use super::traffic::Traffic;
use crate::protocol::Peer;
use crate::protocol::message::{Fetch, LONGEST_FETCH, LONGEST_PAGE, PAGE, Part, Range, Refusal, TreeHash};
use crate::registrar::Registrar;
use crate::store::{ReadError, Reader};

/// Streams served at once; each holds up to [`READ_AHEAD`] pages and a thread.
const MOST_SERVED: usize = 32;
/// Pages read from the disk before the peer has taken the ones before.
const READ_AHEAD: usize = 3;
/// How long a peer may take to say what it wants.
const REQUEST_DEADLINE: Duration = Duration::from_secs(10);
/// How long a peer may take none of what is sent.
const STALL: Duration = Duration::from_secs(30);
/// How long a peer waits that finds no room.
const NO_ROOM: u32 = 500;

/// What is needed to serve.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) reader: Reader,
    pub(super) registrar: Registrar,
    pub(super) book: watch::Receiver<Arc<Book>>,
    pub(super) traffic: Traffic,
}

impl Server {
    /// Serves until `shutdown`. Takes each stream at once and hands it on: one that is not waited for is dropped.
    pub(super) async fn run(self, mut incoming: Incoming, shutdown: CancellationToken) {
        let room = Arc::new(Semaphore::new(MOST_SERVED));
        let mut limits = Limits::default();
        let mut last_sweep = Instant::now();
        loop {
            let (peer, stream) = tokio::select! {
                () = shutdown.cancelled() => return,
                opened = incoming.next() => match opened {
                    Some(opened) => opened,
                    None => return,
                },
            };
            let now = Instant::now();
            if now.duration_since(last_sweep) > Duration::from_mins(1) {
                limits.sweep(now);
                last_sweep = now;
            }
            let allowed = limits.take(&Peer::new(&peer.to_string()), Kind::Fetch, now);
            let permit = allowed.and_then(|()| room.clone().try_acquire_owned().map_err(|_| NO_ROOM));
            let (server, shutdown) = (self.clone(), shutdown.clone());
            tokio::spawn(async move {
                let served = async {
                    match permit {
                        Ok(_held) => server.serve(peer, stream).await,
                        Err(wait) => refuse_all(stream, Refusal::Busy { wait }).await,
                    }
                };
                tokio::select! {
                    () = shutdown.cancelled() => {}
                    served = served => if let Err(error) = served {
                        tracing::debug!(%peer, %error, "a fetch was not served to its end");
                    },
                }
            });
        }
    }

    async fn serve(self, peer: PeerId, mut stream: Stream) -> io::Result<()> {
        let _fetching = self.traffic.begin();
        let fetch = within(REQUEST_DEADLINE, codec::read::<Fetch, _>(&mut stream)).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let (parts, mut ready) = mpsc::channel::<Vec<u8>>(READ_AHEAD);
        let reading = tokio::task::spawn_blocking(move || {
            let mut reading = Reading { server: &self, peer, parts, left: LONGEST_FETCH };
            fetch.ranges.iter().try_for_each(|range| reading.range(range))
        });
        while let Some(part) = ready.recv().await {
            within(STALL, stream.write_all(&part)).await?;
            // What is ready goes off together; nothing waits for more.
            if ready.is_empty() {
                within(STALL, stream.flush()).await?;
            }
        }
        within(STALL, stream.close()).await?;
        reading.await.map_err(io::Error::other)?
    }
}

/// Tells a peer that nothing of its fetch is served.
async fn refuse_all<S: AsyncWrite + Unpin + Send>(mut stream: S, refusal: Refusal) -> io::Result<()> {
    within(STALL, codec::write(&mut stream, &Part::Refuse(refusal))).await?;
    within(STALL, stream.close()).await
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(limit, work).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// The reading half, on a thread for blocking work.
struct Reading<'s> {
    server: &'s Server,
    peer: PeerId,
    parts: mpsc::Sender<Vec<u8>>,
    /// Bytes of entries that this fetch may still give.
    left: usize,
}

impl Reading<'_> {
    fn send(&self, part: &Part) -> io::Result<()> {
        // The peer has gone: stop reading for it.
        self.parts.blocking_send(codec::frame(part)?).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn range(&mut self, range: &Range) -> io::Result<()> {
        let allowed = self.server.book.borrow().may_read(&self.server.registrar.snapshot(), &self.peer, &range.origin);
        let refusal = match self.served(range) {
            _ if !allowed => Refusal::MembersOnly,
            Ok(Some(head)) if self.left > 0 => return self.pages(range, &head),
            Ok(Some(_)) => Refusal::Again,
            Ok(None) => Refusal::Absent,
            Err(error) => unavailable(&range.origin, &error),
        };
        self.send(&Part::Refuse(refusal))
    }

    /// The head to serve a range under, if there is anything to serve.
    fn served(&self, range: &Range) -> Result<Option<SignedCheckpoint>, ReadError> {
        let state = self.server.reader.log(&range.origin)?;
        Ok(state.map(|state| state.head).filter(|head| head.size() > range.from && head.size() >= range.held))
    }

    fn pages(&mut self, range: &Range, head: &SignedCheckpoint) -> io::Result<()> {
        let (reader, origin, size) = (&self.server.reader, &range.origin, head.size());
        let nodes = reader.nodes(origin);
        let path = if range.held == 0 || range.held == size { Ok(Vec::new()) } else { consistency_path(&nodes, range.held, size) };
        let path = match path {
            Ok(path) => path,
            Err(error) => return self.send(&Part::Refuse(unavailable(origin, &error))),
        };
        self.send(&Part::Begin { head: ByteBuf::from(head.to_bytes()), path: as_bytes(&path) })?;
        let mut from = range.from;
        while from < size {
            if self.left == 0 {
                return self.send(&Part::Refuse(Refusal::Again));
            }
            let end = ((from / PAGE + 1) * PAGE).min(size);
            let page = page(reader, origin, from..end).and_then(|entries| {
                let to = from + entries.len() as u64;
                let proof = if to == size { Vec::new() } else { consistency_proof(&nodes, to, size)? };
                Ok((entries, proof, to))
            });
            let (entries, proof, to) = match page {
                Ok(page) => page,
                Err(error) => return self.send(&Part::Refuse(unavailable(origin, &error))),
            };
            self.left = self.left.saturating_sub(entries.iter().map(|entry| entry.len()).sum());
            from = to;
            self.send(&Part::Page { entries, proof: as_bytes(&proof) })?;
        }
        self.send(&Part::End)
    }
}

/// At least one entry, and as many as fit into a page.
fn page(reader: &Reader, origin: &Origin, range: std::ops::Range<u64>) -> Result<Vec<ByteBuf>, ReadError> {
    let (mut entries, mut bytes) = (Vec::new(), 0);
    for entry in reader.entries(origin, range)? {
        bytes += entry.len();
        if bytes > LONGEST_PAGE {
            break;
        }
        entries.push(ByteBuf::from(entry));
    }
    if entries.is_empty() {
        return Err(ReadError::Unavailable("no entry where the head covers some".to_owned()));
    }
    Ok(entries)
}

fn unavailable(origin: &Origin, error: &ReadError) -> Refusal {
    tracing::error!(%origin, %error, "entries could not be read for a peer");
    Refusal::Unavailable
}

fn as_bytes(hashes: &[Hash]) -> Vec<TreeHash> {
    hashes.iter().map(|hash| *hash.as_bytes()).collect()
}
