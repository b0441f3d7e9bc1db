//! Doing what the follower says. Whatever takes time is a task of its own that reports back; the follower never waits.

use std::collections::BTreeSet;
use std::time::Duration;

use libp2p::PeerId;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::consistency_path;
use luodi_ledger::names::Origin;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;

use super::entries_in::{Taking, Verdict};
use super::handle::NetworkEvent;
use super::replication::{Happened, Replication, on_disk};
use crate::protocol::Peer;
use crate::protocol::follower::{Action, BodiesFound, Changes, Event, Failure, FetchId, Notice, Stored};
use crate::protocol::message::{Answer, MOST_HEADS, Range, Request};
use crate::store::{Change, Writer};

/// How long to wait before evidence is told, and told again where it was not taken: a peer that just came is deaf until both have said hello.
const TELL_AFTER: [Duration; 4] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(10)];

impl Replication {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::AskHeads { ask, peer, epoch, cursor } => {
                let request = Request::HeadsSince { epoch, cursor, max: u16::try_from(MOST_HEADS).unwrap_or(u16::MAX) };
                self.ask(&peer, request, move |answer| {
                    let answer = answer.and_then(|answer| match answer {
                        Answer::Heads { epoch, next, more, heads } => Ok(Changes::Heads { epoch, next, more, heads }),
                        Answer::EpochChanged(epoch) => Ok(Changes::EpochChanged(epoch)),
                        _ => Err(another()),
                    });
                    Event::Changes { ask, answer }
                });
            }
            Action::Tell { ask, peer, heads } => self.ask(&peer, Request::NewHeads(heads), move |answer| {
                let answer = answer.and_then(|answer| if answer == Answer::Noted { Ok(()) } else { Err(another()) });
                Event::Heard { ask, answer }
            }),
            Action::Fetch { fetch, peer, ranges } => self.fetch(fetch, &peer, ranges),
            Action::Proceed { fetch, head, .. } => self.decide(fetch, Verdict::Proceed(Box::new(head))),
            Action::Abandon { fetch } => self.decide(fetch, Verdict::Abandon),
            Action::Compare { origin, head } => self.compare(origin, head),
            Action::KeepWitnessed { origin, head } => self.keep_witnessed(origin, head),
            Action::KeepEvidence { convicts, evidence } => {
                self.commit(Change::Evidence { origin: convicts, file: evidence }, None);
            }
            Action::TellEvidence { peer, evidence } => {
                let Ok(peer) = peer.as_str().parse::<PeerId>() else { return };
                let asker = self.parts.asker.clone();
                tokio::spawn(async move {
                    // What is lost all the same is asked for.
                    for wait in TELL_AFTER {
                        tokio::time::sleep(wait).await;
                        if asker.ask(peer, Request::Evidence(ByteBuf::from(evidence.clone()))).await.is_ok() {
                            break;
                        }
                    }
                });
            }
            Action::AskBodies { ask, peer, hashes } => self.ask_bodies(ask, &peer, hashes),
            Action::Notice(Notice::OwnHeadUnknown { origin, size }) => self.look_for_own(origin, size),
            Action::Notice(notice) => self.notice(match notice {
                Notice::OwnHeadUnknown { origin, size } => NetworkEvent::OwnHeadUnknown { origin, size },
                Notice::Blamed { peer, why } => {
                    tracing::warn!(%peer, %why, "a peer is to blame");
                    NetworkEvent::PeerBlamed { peer: peer.to_string(), why }
                }
                Notice::Forked(origin) => {
                    tracing::error!(%origin, "this log contradicts itself; the evidence is kept");
                    NetworkEvent::Forked(origin)
                }
            }),
        }
    }

    /// Asks a peer and reports its answer as an event.
    fn ask(&self, peer: &Peer, request: Request, event: impl FnOnce(Result<Answer, Failure>) -> Event + Send + 'static) {
        let (asker, happened) = (self.parts.asker.clone(), self.parts.taker.happened.clone());
        let peer = peer.as_str().parse::<PeerId>();
        tokio::spawn(async move {
            let answer = match peer {
                Ok(peer) => asker.ask(peer, request).await,
                Err(_) => Err(Failure::Lost),
            };
            let _ = happened.send(Happened::Event(event(answer))).await;
        });
    }

    fn fetch(&mut self, fetch: FetchId, peer: &Peer, ranges: Vec<Range>) {
        // One verdict a range is asked for before the next; an abandonment may come beside it.
        let (decide, verdicts) = mpsc::channel(2);
        let taker = self.parts.taker.clone();
        match peer.as_str().parse() {
            Ok(peer) => {
                self.fetches.insert(fetch, decide);
                tokio::spawn(taker.run(Taking { fetch, peer, ranges, verdicts }));
            }
            Err(_) => {
                // Not from here: the queue this task empties may be full.
                tokio::spawn(async move { taker.happened.send(Happened::Event(Event::Fetched { fetch, ends: vec![] })).await });
            }
        }
    }

    fn decide(&self, fetch: FetchId, verdict: Verdict) {
        if let Some(decide) = self.fetches.get(&fetch) {
            // A fetch that has ended wants no verdict.
            let _ = decide.try_send(verdict);
        }
    }

    /// Reads the path from an older head to the stored one.
    fn compare(&self, origin: Origin, head: SignedCheckpoint) {
        let (reader, happened) = (self.parts.store.reader().clone(), self.parts.taker.happened.clone());
        tokio::spawn(async move {
            let (log, size) = (origin.clone(), head.size());
            let read = on_disk(&reader, move |reader| {
                let Some(state) = reader.log(&log)?.filter(|state| state.size >= size) else { return Ok(None) };
                let path = if state.size == size { Vec::new() } else { consistency_path(&reader.nodes(&log), size, state.size)? };
                Ok(Some((path, state.head)))
            });
            match read.await {
                Ok(Some((path, held))) => {
                    let _ = happened.send(Happened::Event(Event::Compared { origin, head, path, held })).await;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%origin, %error, "a log could not be read to be compared"),
            }
        });
    }

    /// A head under our own key that the follower does not know may have been committed a moment ago and not be announced yet.
    fn look_for_own(&self, origin: Origin, size: u64) {
        let (reader, happened) = (self.parts.store.reader().clone(), self.parts.taker.happened.clone());
        let notices = self.parts.notices.clone();
        tokio::spawn(async move {
            let log = origin.clone();
            match on_disk(&reader, move |reader| reader.log(&log)).await {
                Ok(Some(state)) if state.size >= size => {
                    let stored = Stored { origin, entries: state.size, head: Some(state.head), witnessed: state.witnessed };
                    let _ = happened.send(Happened::Event(Event::Stored(stored))).await;
                }
                Ok(_) => {
                    let _ = notices.send(NetworkEvent::OwnHeadUnknown { origin, size });
                }
                Err(error) => tracing::error!(%origin, %error, "our own log could not be read"),
            }
        });
    }

    fn keep_witnessed(&self, origin: Origin, head: SignedCheckpoint) {
        let change = Change::Witnessed { origin: origin.clone(), note: head.clone() };
        self.commit(change, Some(Event::Stored(Stored { origin, entries: 0, head: None, witnessed: Some(head) })));
    }

    /// Commits a change and reports it.
    fn commit(&self, change: Change, event: Option<Event>) {
        let (store, happened) = (self.parts.store.clone(), self.parts.taker.happened.clone());
        tokio::spawn(async move {
            match store.commit(vec![change]).await {
                Ok(_) => {
                    if let Some(event) = event {
                        let _ = happened.send(Happened::Event(event)).await;
                    }
                }
                Err(error) => tracing::error!(%error, "what peers sent could not be kept"),
            }
        });
    }

    fn ask_bodies(&self, ask: crate::protocol::follower::AskId, peer: &Peer, hashes: Vec<Blake3>) {
        let (asker, happened, store) = (self.parts.asker.clone(), self.parts.taker.happened.clone(), self.parts.store.clone());
        let peer = peer.as_str().parse::<PeerId>();
        tokio::spawn(async move {
            let answer = match peer {
                Ok(peer) => asker.ask(peer, Request::Bodies(hashes.clone())).await,
                Err(_) => Err(Failure::Lost),
            };
            let answer = match answer {
                Ok(Answer::Bodies { found, again, .. }) => keep_bodies(&store, &hashes, found, again).await,
                Ok(_) => Err(another()),
                Err(failure) => Err(failure),
            };
            let _ = happened.send(Happened::Event(Event::Bodies { ask, answer })).await;
        });
    }

    /// Asks a peer for the evidence it keeps and this node does not, or could not yet tell whose it was.
    pub(super) fn ask_evidence(&self, peer: PeerId) {
        let (asker, happened) = (self.parts.asker.clone(), self.parts.taker.happened.clone());
        let kept: BTreeSet<Blake3> = self.parts.store.reader().evidence().into_iter().map(|row| row.id).collect();
        tokio::spawn(async move {
            let Ok(Answer::EvidenceKept(theirs)) = asker.ask(peer, Request::EvidenceKept).await else { return };
            for id in theirs.into_iter().filter(|id| !kept.contains(id)) {
                if let Ok(Answer::Evidence(Some(evidence))) = asker.ask(peer, Request::EvidenceOf(id)).await {
                    let event = Event::Evidence { peer: Peer::new(&peer.to_string()), evidence: evidence.into_vec() };
                    let _ = happened.send(Happened::Event(event)).await;
                }
            }
        });
    }
}

/// Keeps the bodies that were asked for; one that was not blames who sent it.
async fn keep_bodies(store: &Writer, asked: &[Blake3], found: Vec<ByteBuf>, again: Vec<Blake3>) -> Result<BodiesFound, Failure> {
    let asked: BTreeSet<&Blake3> = asked.iter().collect();
    let named: Vec<(Blake3, Vec<u8>)> = found.into_iter().map(|body| (Blake3::of(&body), body.into_vec())).collect();
    if named.iter().any(|(hash, _)| !asked.contains(hash)) {
        return Err(Failure::Wrong("a body that was not asked for".to_owned()));
    }
    let again = again.into_iter().filter(|hash| asked.contains(hash)).collect();
    let (stored, changes): (Vec<Blake3>, Vec<Change>) = named.into_iter().map(|(hash, body)| (hash, Change::Body(body))).unzip();
    if !changes.is_empty()
        && let Err(error) = store.commit(changes).await
    {
        tracing::error!(%error, "bodies could not be kept");
        return Err(Failure::Lost);
    }
    Ok(BodiesFound { stored, again })
}

fn another() -> Failure {
    Failure::Wrong("another answer than was asked for".to_owned())
}
