//! Answering what peers ask, from what is durable. Blocks on the disk, so it runs on a thread for blocking work.

use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use serde_bytes::ByteBuf;

use super::book::Book;
use crate::protocol::message::{Answer, Epoch, Heads, LONGEST_ANSWER, LONGEST_BODIES, MOST_EVIDENCE, Refusal};
use crate::store::{LogState, ReadError, Reader};

/// Most bytes of heads in one answer, with room for what stands around them.
const LONGEST_LIST: usize = LONGEST_ANSWER - 1024;

/// A peer, and what it may read.
pub(super) struct Asking<'a> {
    pub(super) peer: libp2p::PeerId,
    pub(super) book: &'a Book,
    pub(super) registry: &'a Registry,
}

impl Asking<'_> {
    fn may_read(&self, origin: &Origin) -> bool {
        self.book.may_read(self.registry, &self.peer, origin)
    }
}

/// A log as it is told of: its newest head, and its largest witnessed one if that is another.
pub(super) fn heads_of(state: &LogState) -> Heads {
    let witnessed = state.witnessed.as_ref().filter(|witnessed| **witnessed != state.head);
    Heads {
        origin: state.origin.clone(),
        head: ByteBuf::from(state.head.to_bytes()),
        witnessed: witnessed.map(|head| ByteBuf::from(head.to_bytes())),
    }
}

/// A failed read is not an absent thing.
fn or_unavailable(answer: Result<Answer, ReadError>) -> Answer {
    answer.unwrap_or_else(|error| {
        if !matches!(error, ReadError::Withheld) {
            tracing::error!(%error, "the store could not be read for a peer");
        }
        Answer::Refused(Refusal::Unavailable)
    })
}

pub(super) fn heads_since(reader: &Reader, asking: &Asking<'_>, epoch: Epoch, cursor: u64, max: u16) -> Answer {
    let own = *reader.epoch().as_bytes();
    if epoch != own {
        return Answer::EpochChanged(own);
    }
    let changes = reader.changes_since(cursor, usize::from(max));
    let read = || {
        let (mut heads, mut bytes, mut next) = (Vec::new(), 0, cursor);
        for row in &changes.logs {
            let Some(state) = reader.log(&row.origin)?.filter(|_| asking.may_read(&row.origin)) else { continue };
            let told = heads_of(&state);
            bytes += told.weight();
            if bytes > LONGEST_LIST {
                return Ok(Answer::Heads { epoch, next, more: next > cursor, heads });
            }
            // A log that has changed since the page was made stands beyond it by now: its cursor says nothing of this page.
            if state.cursor <= changes.next {
                next = next.max(state.cursor);
            }
            heads.push(told);
        }
        let more = changes.next < *reader.watch().borrow();
        Ok(Answer::Heads { epoch, next: changes.next.max(cursor), more, heads })
    };
    or_unavailable(read())
}

pub(super) fn head_of(reader: &Reader, asking: &Asking<'_>, origin: &Origin) -> Answer {
    if !asking.may_read(origin) {
        return Answer::Refused(Refusal::MembersOnly);
    }
    or_unavailable(reader.log(origin).map(|state| Answer::HeadOf(state.map(|state| ByteBuf::from(state.head.to_bytes())))))
}

pub(super) fn bodies(reader: &Reader, hashes: Vec<luodi_ledger::hash::Blake3>) -> Answer {
    let read = || {
        let (mut found, mut missing, mut again, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for hash in hashes {
            if bytes >= LONGEST_BODIES {
                again.push(hash);
                continue;
            }
            match reader.body(&hash)? {
                None => missing.push(hash),
                Some(body) if bytes + body.len() > LONGEST_BODIES => {
                    bytes = LONGEST_BODIES;
                    again.push(hash);
                }
                Some(body) => {
                    bytes += body.len();
                    found.push(ByteBuf::from(body));
                }
            }
        }
        Ok(Answer::Bodies { found, missing, again })
    };
    or_unavailable(read())
}

pub(super) fn evidence_kept(reader: &Reader) -> Answer {
    Answer::EvidenceKept(reader.evidence().into_iter().take(MOST_EVIDENCE).map(|row| row.id).collect())
}

pub(super) fn evidence_of(reader: &Reader, id: &luodi_ledger::hash::Blake3) -> Answer {
    or_unavailable(reader.evidence_file(id).map(|file| Answer::Evidence(file.map(ByteBuf::from))))
}
