//! What peers ask: who may ask it, and who answers it.

use std::time::Duration;

use libp2p::PeerId;
use libp2p::request_response::ResponseChannel;
use serde_bytes::ByteBuf;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::WitnessCall;
use super::answers::{self, Asking};
use super::peers::is_of_ours;
use super::replication::Replication;
use crate::protocol::Peer;
use crate::protocol::follower::Event;
use crate::protocol::message::{Answer, Refusal, Request};

/// How long a peer waits that finds the witness busy.
const WITNESS_BUSY: u32 = 250;
/// How long the witness may take: it syncs a disk.
const WITNESS_DEADLINE: Duration = Duration::from_secs(20);

impl Replication {
    pub(super) async fn on_asked(&mut self, peer: PeerId, request: Request, channel: ResponseChannel<Answer>, room: OwnedSemaphorePermit) {
        let trusted = self.parts.book.borrow().is_trusted(&peer);
        let answer = match request {
            Request::Hello(hello) if is_of_ours(&self.hello(), &hello) => {
                self.welcome(peer, hello);
                Answer::Hello(self.hello())
            }
            Request::Hello(_) => {
                self.turn_away(peer);
                Answer::Refused(Refusal::OtherFederation)
            }
            _ if !self.peers.is_greeted(&peer) => Answer::Refused(Refusal::HelloFirst),
            request @ (Request::HeadsSince { .. } | Request::HeadOf(_)) => {
                self.answer_from_disk(peer, request, channel, room);
                return;
            }
            _ if !trusted => Answer::Refused(Refusal::MembersOnly),
            request @ (Request::Bodies(_) | Request::EvidenceKept | Request::EvidenceOf(_)) => {
                self.answer_from_disk(peer, request, channel, room);
                return;
            }
            Request::NewHeads(heads) => {
                self.on_event(Event::Told { peer: Peer::new(&peer.to_string()), heads });
                Answer::Noted
            }
            Request::Evidence(evidence) => {
                self.on_event(Event::Evidence { peer: Peer::new(&peer.to_string()), evidence: evidence.into_vec() });
                Answer::Noted
            }
            Request::Clock => Answer::Clock(self.parts.clock.now().unix()),
            Request::AddCheckpoint(body) => {
                let (asker, witness) = (self.parts.asker.clone(), self.parts.witness.clone());
                tokio::spawn(async move {
                    let answer = witnessed(&witness, body.into_vec()).await;
                    asker.answer(channel, answer).await;
                    drop(room);
                });
                return;
            }
        };
        self.parts.asker.answer(channel, answer).await;
    }

    fn answer_from_disk(&self, peer: PeerId, request: Request, channel: ResponseChannel<Answer>, room: OwnedSemaphorePermit) {
        let (asker, reader) = (self.parts.asker.clone(), self.parts.store.reader().clone());
        let (registry, book) = (self.parts.registrar.snapshot(), self.parts.book.borrow().clone());
        tokio::spawn(async move {
            let read = tokio::task::spawn_blocking(move || {
                let asking = Asking { peer, book: &book, registry: &registry };
                match request {
                    Request::HeadsSince { epoch, cursor, max } => answers::heads_since(&reader, &asking, epoch, cursor, max),
                    Request::HeadOf(origin) => answers::head_of(&reader, &asking, &origin),
                    Request::Bodies(hashes) => answers::bodies(&reader, hashes),
                    Request::EvidenceKept => answers::evidence_kept(&reader),
                    Request::EvidenceOf(id) => answers::evidence_of(&reader, &id),
                    Request::Hello(_) | Request::NewHeads(_) | Request::Evidence(_) | Request::AddCheckpoint(_) | Request::Clock => {
                        Answer::Refused(Refusal::Unavailable)
                    }
                }
            });
            let answer = read.await.unwrap_or(Answer::Refused(Refusal::Unavailable));
            asker.answer(channel, answer).await;
            drop(room);
        });
    }
}

/// What the witness answers: one state serves HTTP and this.
async fn witnessed(witness: &mpsc::Sender<WitnessCall>, body: Vec<u8>) -> Answer {
    let (answer, answered) = oneshot::channel();
    let busy = Answer::Refused(Refusal::Busy { wait: WITNESS_BUSY });
    if witness.try_send(WitnessCall { body, answer }).is_err() {
        return busy;
    }
    match tokio::time::timeout(WITNESS_DEADLINE, answered).await {
        Ok(Ok(answer)) => Answer::Witness { status: answer.status, body: ByteBuf::from(answer.body) },
        Ok(Err(_)) | Err(_) => busy,
    }
}
