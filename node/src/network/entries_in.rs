//! Taking entries in. A pipeline for each range: read a page – hash it onto the tree and check it against the head – store it; beside it
//! a pool of all cores finds what each entry counts for. A page holds a permit from when it is read until it is stored and judged, and each
//! stream waits with one page in hand, so memory is bounded whatever the length of a log.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use libp2p::PeerId;
use luodi_ledger::Rejected;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{Division, Origin};
use serde_bytes::ByteBuf;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::codec;
use super::replication::Happened;
use super::standing::Tallies;
use super::streams::{Opener, Stream};
use super::traffic::Traffic;
use crate::protocol::follower::{Event, FetchId, RangeEnd, Stored, met};
use crate::protocol::intake::Intake;
use crate::protocol::message::{Fetch, Part, Range, Refusal, TreeHash, decode};
use crate::registrar::Registrar;
use crate::store::{Change, CommitError, Grow, Read, ReadError, Writer};

/// Pages that all fetches together have in hand, from read to judged: 320 KiB each, thrice that once parsed, so 40 MB. Checking one takes
/// two cores 5 ms, so there is work for them while the next arrive.
pub(super) const MOST_PAGES: usize = 32;
/// Pages on the way from one stage to the next.
const BETWEEN_STAGES: usize = 4;
/// Pages stored in one commit: a megabyte, at which a sync costs little beside the writing.
const PAGES_A_COMMIT: usize = 4;
/// How long a peer may send nothing.
const STALL: Duration = Duration::from_secs(30);
/// A stream that ends before its first part was dropped at the door: try again at once, this often.
const KNOCKS: u32 = 3;
/// The wait between knocks.
const KNOCK_AGAIN: Duration = Duration::from_millis(30);

/// The follower's word on a range that has begun.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Take in the pages under this head.
    Proceed(Box<SignedCheckpoint>),
    /// Read no more.
    Abandon,
}

/// What all fetches share.
#[derive(Clone)]
pub(super) struct Taker {
    pub(super) own: Division,
    pub(super) opener: Opener,
    pub(super) store: Writer,
    pub(super) registrar: Registrar,
    pub(super) tallies: Tallies,
    pub(super) pages: Arc<Semaphore>,
    pub(super) traffic: Traffic,
    pub(super) happened: mpsc::Sender<Happened>,
}

/// One fetch in flight.
pub(super) struct Taking {
    pub(super) fetch: FetchId,
    pub(super) peer: PeerId,
    pub(super) ranges: Vec<Range>,
    pub(super) verdicts: mpsc::Receiver<Verdict>,
}

/// Why a fetch went no further.
#[derive(Debug, thiserror::Error)]
enum Cut {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("given up")]
    Abandoned,
}

impl Taker {
    /// Runs a fetch and tells how it ended.
    pub(super) async fn run(mut self, taking: Taking) {
        let Taking { fetch, peer, ranges, mut verdicts } = taking;
        let _fetching = self.traffic.begin();
        let mut ends = Vec::new();
        if let Err(cut) = self.take(fetch, peer, ranges, &mut verdicts, &mut ends).await {
            tracing::debug!(%peer, %cut, "a fetch was cut");
        }
        // Nobody listens only while the node ends.
        let _ = self.happened.send(Happened::Event(Event::Fetched { fetch, ends })).await;
    }

    async fn take(
        &mut self,
        fetch: FetchId,
        peer: PeerId,
        ranges: Vec<Range>,
        verdicts: &mut mpsc::Receiver<Verdict>,
        ends: &mut Vec<(Origin, RangeEnd)>,
    ) -> Result<(), Cut> {
        let (mut stream, mut first) = self.open(peer, &ranges).await?;
        for range in ranges {
            let part = match first.take() {
                Some(part) => part,
                None => next(&mut stream).await?,
            };
            match decode_part(&part) {
                Ok(Part::Begin { head, path }) => {
                    let begun = Event::Begun { fetch, origin: range.origin.clone(), head: head.into_vec(), path: as_hashes(&path) };
                    self.happened.send(Happened::Event(begun)).await.map_err(|_| Cut::Abandoned)?;
                    let Some(Verdict::Proceed(head)) = verdicts.recv().await else { return Err(Cut::Abandoned) };
                    let (end, go_on) = self.range(&mut stream, &range, *head).await?;
                    ends.push((range.origin, end));
                    if !go_on {
                        return Ok(());
                    }
                }
                Ok(Part::Refuse(refusal)) => ends.push((range.origin, RangeEnd::Refused(refusal))),
                Ok(Part::Page { .. } | Part::End) => {
                    ends.push((range.origin, RangeEnd::Bad(Rejected::new("fetch", "a page or an end before its beginning"))));
                    return Ok(());
                }
                Err(rejected) => {
                    ends.push((range.origin, RangeEnd::Bad(rejected)));
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Opens the stream and says what is wanted; returns the first part of the answer.
    async fn open(&mut self, peer: PeerId, ranges: &[Range]) -> Result<(Stream, Option<Vec<u8>>), Cut> {
        let request = Fetch { ranges: ranges.to_vec() };
        let mut knocks = 1;
        loop {
            let mut stream = self.opener.open(peer).await?;
            let answered = async {
                codec::write(&mut stream, &request).await?;
                next(&mut stream).await
            };
            match answered.await {
                Ok(part) => return Ok((stream, Some(part))),
                Err(error) if knocks == KNOCKS => return Err(error.into()),
                Err(_) => {
                    knocks += 1;
                    tokio::time::sleep(KNOCK_AGAIN).await;
                }
            }
        }
    }

    /// Takes in the pages of one range; says whether the stream can be read on.
    async fn range(&self, stream: &mut Stream, range: &Range, head: SignedCheckpoint) -> Result<(RangeEnd, bool), Cut> {
        let start = match self.start(range, &head).await {
            Ok(start) if start.intake.taken() == range.from => start,
            // Something else is there than the follower believes: tell it.
            Ok(Start { intake, .. }) => {
                let stored = Stored { origin: range.origin.clone(), entries: intake.taken(), head: None, witnessed: None };
                let _ = self.happened.send(Happened::Event(Event::Stored(stored))).await;
                return Ok((RangeEnd::NotStored, false));
            }
            Err(error) => {
                tracing::error!(origin = %range.origin, %error, "a log could not be read to go on with it");
                return Ok((RangeEnd::NotStored, false));
            }
        };
        let (read, to_check) = mpsc::channel(BETWEEN_STAGES);
        let (checked, to_store) = mpsc::channel(BETWEEN_STAGES);
        let origin = range.origin.clone();
        let Start { intake, link, expected } = start;
        let from = intake.taken();
        let checking = tokio::task::spawn_blocking(move || check(intake, link, to_check, &checked));
        let keeping = Keeping { taker: self.clone(), origin, head, expected, from };
        let storing = tokio::spawn(keeping.run(to_store));
        let last = self.pages(stream, read).await;
        // Both end when the stage before them does, whatever ended it.
        let checked = checking.await.map_err(io::Error::other)?;
        let stored = storing.await.map_err(io::Error::other)?;
        Ok(match (checked, stored, last) {
            (Err(rejected), ..) => (RangeEnd::Bad(rejected), false),
            (Ok(()), false, _) => (RangeEnd::NotStored, false),
            (Ok(()), true, last) => match last? {
                Last::End => (RangeEnd::Served, true),
                Last::Refused(refusal) => (RangeEnd::Refused(refusal), true),
                Last::Bad(rejected) => (RangeEnd::Bad(rejected), false),
            },
        })
    }

    /// Reads pages until the range ends or nobody wants them.
    async fn pages(&self, stream: &mut Stream, read: mpsc::Sender<Page>) -> Result<Last, Cut> {
        loop {
            let bytes = next(stream).await?;
            // Taken once the page is here, so that peers who send slowly hold up nobody else.
            let permit = self.pages.clone().acquire_owned().await.map_err(|_| Cut::Abandoned)?;
            // A part's first byte tells its kind: only a page is worth handing on undecoded.
            match bytes.first() {
                Some(&PAGE_KIND) => {
                    if read.send(Page { bytes, permit }).await.is_err() {
                        return Ok(Last::End);
                    }
                }
                _ => match decode_part(&bytes) {
                    Ok(Part::End) => return Ok(Last::End),
                    Ok(Part::Refuse(refusal)) => return Ok(Last::Refused(refusal)),
                    Ok(Part::Begin { .. } | Part::Page { .. }) => {
                        return Ok(Last::Bad(Rejected::new("fetch", "a range begins before the last has ended")));
                    }
                    Err(rejected) => return Ok(Last::Bad(rejected)),
                },
            }
        }
    }

    /// Where the log goes on, read from the store.
    async fn start(&self, range: &Range, head: &SignedCheckpoint) -> Result<Start, ReadError> {
        let (reader, range, head) = (self.store.reader().clone(), range.clone(), head.clone());
        let read = move || {
            let state = reader.log(&range.origin)?;
            let expected = state.as_ref().map_or((0, Hash::EMPTY), |state| (state.size, state.root));
            let (tree, link) = match (reader.ahead(&range.origin)?, state) {
                (Some(ahead), _) => (ahead.tree, ahead.link),
                (None, Some(state)) => (CompactRange::read(&reader.nodes(&range.origin), state.size)?, state.link),
                (None, None) => (CompactRange::new(), Link::start()),
            };
            Ok(Start { intake: Intake::new(tree, head.size(), head.root()), link, expected })
        };
        tokio::task::spawn_blocking(read).await.map_err(|error| ReadError::Unavailable(error.to_string()))?
    }
}

struct Start {
    intake: Intake,
    link: Link,
    expected: (u64, Hash),
}

/// How the pages of a range ended.
enum Last {
    End,
    Refused(Refusal),
    Bad(Rejected),
}

/// A page as it came.
struct Page {
    bytes: Vec<u8>,
    permit: OwnedSemaphorePermit,
}

/// A page under the head.
struct Checked {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    /// Each leaf as an entry, if it is one in its place.
    read: Vec<Option<Entry>>,
    permit: OwnedSemaphorePermit,
}

/// The first byte of an encoded [`Part::Page`].
const PAGE_KIND: u8 = 1;

/// The second stage, on a thread for blocking work: decode, hash, compare with the head.
fn check(mut intake: Intake, mut link: Link, mut pages: mpsc::Receiver<Page>, checked: &mpsc::Sender<Checked>) -> Result<(), Rejected> {
    while let Some(Page { bytes, permit }) = pages.blocking_recv() {
        let Part::Page { entries, proof } = decode_part(&bytes)? else {
            return Err(Rejected::new("fetch", "a page wanted"));
        };
        drop(bytes);
        let leaves = intake.page(&entries, &as_hashes(&proof))?;
        let entries: Vec<Vec<u8>> = entries.into_iter().map(ByteBuf::into_vec).collect();
        let read = entries.iter().map(|entry| link.step(entry).ok()).collect();
        if checked.blocking_send(Checked { entries, leaves, read, permit }).is_err() {
            break;
        }
    }
    Ok(())
}

/// The third stage: store what is checked, a few pages a commit, and have it judged meanwhile.
struct Keeping {
    taker: Taker,
    origin: Origin,
    head: SignedCheckpoint,
    /// The stored head, which stays until all is there.
    expected: (u64, Hash),
    from: u64,
}

impl Keeping {
    /// Whether all that came is stored.
    async fn run(mut self, mut pages: mpsc::Receiver<Checked>) -> bool {
        let mut judged = Vec::new();
        let mut all = true;
        while let Some(first) = pages.recv().await {
            let mut batch = vec![first];
            while batch.len() < PAGES_A_COMMIT
                && let Ok(more) = pages.try_recv()
            {
                batch.push(more);
            }
            match self.store(batch).await {
                Ok(standing) => judged.push(standing),
                Err(error) => {
                    tracing::warn!(origin = %self.origin, %error, "entries could not be stored");
                    all = false;
                    break;
                }
            }
        }
        for standing in judged {
            // A pool that has ended judges nothing; the node is ending too.
            let _ = standing.await;
        }
        all
    }

    async fn store(&mut self, batch: Vec<Checked>) -> Result<tokio::sync::oneshot::Receiver<()>, CommitError> {
        let (mut entries, mut leaves, mut read, mut permits) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for page in batch {
            entries.extend(page.entries);
            leaves.extend(page.leaves);
            read.extend(page.read);
            permits.push(page.permit);
        }
        let taker = &self.taker;
        let read = Arc::new(read);
        let standing = taker.tallies.judge(taker.registrar.snapshot(), self.origin.clone(), self.from, read.clone(), permits);
        let to = self.from + leaves.len() as u64;
        let complete = to == self.head.size();
        let own = self.origin.division == taker.own;
        let as_read = |entry: &Entry| if own { Read::of(entry) } else { Read::followed(entry) };
        let grow = Grow {
            origin: self.origin.clone(),
            expected: self.expected,
            from: self.from,
            entries,
            leaves,
            read: read.iter().map(|entry| entry.as_ref().map(as_read)).collect(),
            head: self.head.clone(),
            own,
        };
        let mut changes = vec![Change::Grow(grow)];
        let head = complete.then(|| self.head.clone());
        let witnessed = head.clone().filter(|head| met(&taker.registrar.snapshot(), &self.origin, head));
        changes.extend(witnessed.clone().map(|note| Change::Witnessed { origin: self.origin.clone(), note }));
        taker.store.commit(changes).await?;
        self.from = to;
        let stored = Stored { origin: self.origin.clone(), entries: to, head, witnessed };
        let _ = taker.happened.send(Happened::Event(Event::Stored(stored))).await;
        let entries = || read.iter().flatten();
        let hashes: Vec<Blake3> = entries().filter_map(|entry| entry.statement.statement().body).map(|body| body.hash).collect();
        let missing = self.not_held(hashes).await;
        if !missing.is_empty() {
            let named = Event::BodiesNamed { origin: self.origin.clone(), hashes: missing };
            let _ = taker.happened.send(Happened::Event(named)).await;
        }
        // Tells its watchers itself.
        taker.registrar.observe_all(entries().map(|entry| (&self.origin, entry)));
        Ok(standing)
    }

    /// Those of `hashes` that no body is held for and that are not redacted.
    async fn not_held(&self, hashes: Vec<Blake3>) -> Vec<Blake3> {
        if hashes.is_empty() {
            return hashes;
        }
        let reader = self.taker.store.reader().clone();
        let asked = hashes.clone();
        let absent = move || asked.into_iter().filter(|hash| reader.wants_body(hash).unwrap_or(true)).collect();
        // Asking for a body that is held costs a request; not asking would lose it.
        tokio::task::spawn_blocking(absent).await.unwrap_or(hashes)
    }
}

/// The bytes of the next part.
async fn next(stream: &mut Stream) -> io::Result<Vec<u8>> {
    let read = tokio::time::timeout(STALL, codec::read_bytes::<Part, _>(stream)).await;
    read.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn decode_part(bytes: &[u8]) -> Result<Part, Rejected> {
    decode(bytes).map_err(|fault| Rejected::new("fetch", fault.to_string()))
}

fn as_hashes(bytes: &[TreeHash]) -> Vec<Hash> {
    bytes.iter().copied().map(Hash::from_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::message::encode;

    #[test]
    fn a_page_is_told_by_its_first_byte() {
        let page = Part::Page { entries: vec![ByteBuf::from(b"leaf".to_vec())], proof: vec![] };
        assert_eq!(encode(&page).unwrap()[0], PAGE_KIND);
        for other in [Part::Begin { head: ByteBuf::new(), path: vec![] }, Part::End, Part::Refuse(Refusal::Again)] {
            assert_ne!(encode(&other).unwrap()[0], PAGE_KIND);
        }
    }
}
