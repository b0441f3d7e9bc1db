//! Asking the witnesses of our charter to cosign our heads.
//!
//! One head at a time, the newest: it is offered to all witnesses at once; when the quorum is met it is kept as witnessed. After
//! [`PATIENCE`] the next newer head is offered. Answers are heard at all times: a cosignature that comes after the quorum is kept with the
//! head it is on at once, whether or not another head follows.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::cosignature::parse_lines;
use luodi_ledger::merkle::consistency_proof;
use luodi_ledger::names::Origin;
use luodi_ledger::note::Signature;
use luodi_ledger::policy::Witness;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::protocol::witness::Request;
use crate::registrar::Registrar;
use crate::store::{Change, Reader, Writer};
use crate::witnessing::Answer;

/// How long one head keeps a newer one waiting.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one witness may take to answer.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);
/// How long to wait before a head short of its quorum is offered again, at first and at most.
const AGAIN: Duration = Duration::from_secs(1);
const AGAIN_AT_MOST: Duration = Duration::from_secs(60);
/// Heads that late cosignatures may still belong to.
const RECENT: usize = 8;

/// How a witness is reached.
pub(super) trait Reach: Clone + Send + Sync + 'static {
    /// Sends an add-checkpoint body; none when the witness cannot be reached.
    fn add_checkpoint(&self, witness: &Witness, body: Vec<u8>) -> impl Future<Output = Option<Answer>> + Send;
}

/// What came back from one witness.
struct Heard {
    witness: Witness,
    size: u64,
    /// Whether it was asked with its own word for where it stands.
    corrected: bool,
    outcome: Outcome,
}

enum Outcome {
    Cosigned(Signature),
    /// It stands at this size, not where we believed.
    Stands(u64),
    Silent,
}

/// Collects cosignatures for the heads of `origin`, for as long as it is polled.
pub(super) async fn run(origin: Origin, reader: Reader, writer: Writer, registrar: Registrar, reach: impl Reach) {
    let mut news = reader.watch();
    let mut state =
        State { origin, reader, writer, registrar, stands: BTreeMap::new(), recent: Vec::new(), offered: None, asked: JoinSet::new() };
    loop {
        let again = state.turn(&reach).await;
        // The one place where answers are heard: a head being offered, a head resting and a head long witnessed all take them in.
        tokio::select! {
            Some(heard) = state.asked.join_next() => {
                if let Ok(heard) = heard {
                    state.take(heard, &reach).await;
                }
            }
            changed = news.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = sleep_until(again.unwrap_or_else(Instant::now)), if again.is_some() => {}
        }
    }
}

/// The head whose turn it is.
struct Offered {
    size: u64,
    /// Until when it keeps a newer one waiting.
    patience: Instant,
    /// How long after that it is offered again, if it is still short of its quorum and the newest.
    pause: Duration,
}

impl Offered {
    /// When the head of size `next` may be offered.
    fn ends_for(&self, next: u64) -> Instant {
        if next > self.size { self.patience } else { self.patience + self.pause }
    }
}

struct State {
    origin: Origin,
    reader: Reader,
    writer: Writer,
    registrar: Registrar,
    /// The size each witness, by key name, is believed to have cosigned last.
    stands: BTreeMap<String, u64>,
    /// Heads lately offered, oldest first, with the cosignatures that came.
    recent: Vec<SignedCheckpoint>,
    /// The last head offered, until no head is wanting.
    offered: Option<Offered>,
    asked: JoinSet<Heard>,
}

impl State {
    /// Offers the newest head if it lacks its quorum and its turn has come; says when its turn may come by time alone.
    async fn turn(&mut self, reach: &impl Reach) -> Option<Instant> {
        let Some((head, witnesses)) = self.wanted() else {
            self.offered = None;
            return None;
        };
        let mut pause = AGAIN;
        if let Some(offered) = self.offered.as_ref().filter(|offered| !self.is_witnessed(offered.size)) {
            let ends = offered.ends_for(head.size());
            if Instant::now() < ends {
                return Some(ends);
            }
            pause = (offered.pause * 2).min(AGAIN_AT_MOST);
        }
        self.offer(&head, &witnesses, reach).await;
        let offered = Offered { size: head.size(), patience: Instant::now() + PATIENCE, pause };
        let again = offered.ends_for(head.size());
        self.offered = Some(offered);
        Some(again)
    }

    fn is_witnessed(&self, size: u64) -> bool {
        self.reader.log(&self.origin).ok().flatten().and_then(|state| state.witnessed).is_some_and(|head| head.size() >= size)
    }

    /// The newest head and the witnesses it needs, unless it has met its quorum or asks for none.
    fn wanted(&self) -> Option<(SignedCheckpoint, Vec<Witness>)> {
        let state = self.reader.log(&self.origin).ok().flatten()?;
        if state.witnessed.as_ref().is_some_and(|witnessed| witnessed.size() >= state.size) {
            return None;
        }
        let registry = self.registrar.snapshot();
        let charter = registry.charter_at(&self.origin, state.size)?;
        (!charter.policy.asks_nobody()).then(|| (state.head, charter.policy.witnesses().to_vec()))
    }

    async fn offer(&mut self, head: &SignedCheckpoint, witnesses: &[Witness], reach: &impl Reach) {
        if !self.recent.iter().any(|recent| recent.size() == head.size()) {
            self.recent.push(head.clone());
            self.recent.drain(..self.recent.len().saturating_sub(RECENT));
        }
        for witness in witnesses {
            self.ask(witness.clone(), head, false, reach).await;
        }
    }

    async fn ask(&mut self, witness: Witness, head: &SignedCheckpoint, corrected: bool, reach: &impl Reach) {
        let old = self.stands.get(witness.key.name()).copied().unwrap_or(0);
        let size = head.size();
        let proof = if old == 0 || old >= size {
            Vec::new()
        } else {
            let (reader, origin) = (self.reader.clone(), self.origin.clone());
            let proof = tokio::task::spawn_blocking(move || consistency_proof(&reader.nodes(&origin), old, size)).await;
            match proof {
                Ok(Ok(proof)) => proof,
                _ => return tracing::warn!(witness = witness.key.name(), old, size, "no proof could be made"),
            }
        };
        if old > size {
            return tracing::warn!(witness = witness.key.name(), old, size, "a witness has cosigned a larger head than ours");
        }
        let body = Request { old, proof, checkpoint: head.clone() }.to_bytes();
        let (reach, text) = (reach.clone(), Arc::<str>::from(head.note().text()));
        self.asked.spawn(async move {
            let answer = tokio::time::timeout(DEADLINE, reach.add_checkpoint(&witness, body)).await.ok().flatten();
            let outcome = answer.map_or(Outcome::Silent, |answer| read(&answer, &witness, &text));
            Heard { witness, size, corrected, outcome }
        });
    }

    async fn take(&mut self, heard: Heard, reach: &impl Reach) {
        let Heard { witness, size, corrected, outcome } = heard;
        match outcome {
            Outcome::Silent => {}
            Outcome::Stands(stands) => {
                self.stands.insert(witness.key.name().to_owned(), stands);
                let head = self.recent.iter().find(|head| head.size() == size).cloned();
                // Once more with its word; a witness that keeps changing it is asked again with the next offer.
                if let Some(head) = head.filter(|_| !corrected) {
                    self.ask(witness, &head, true, reach).await;
                }
            }
            Outcome::Cosigned(line) => {
                self.stands.insert(witness.key.name().to_owned(), size);
                self.merge(size, line).await;
            }
        }
    }

    /// Adds a cosignature to the head it is on, in the place of that witness's last, and keeps the head once its quorum is met.
    async fn merge(&mut self, size: u64, line: Signature) {
        let Some(head) = self.recent.iter_mut().find(|head| head.size() == size) else { return };
        // A head offered again is cosigned again, at a later time; two lines of one key would reject the whole note.
        head.note_mut().retain(|held| (&held.name, held.id) != (&line.name, line.id));
        head.note_mut().add(line);
        match self.registrar.snapshot().quorum_met(&self.origin, head) {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => return tracing::warn!(%error, size, "the cosigned head does not verify"),
        }
        let change = Change::Witnessed { origin: self.origin.clone(), note: head.clone() };
        match self.writer.commit(vec![change]).await {
            Ok(_) => tracing::info!(size, cosigned = head.note().signatures().len() - 1, "witnessed"),
            Err(error) => tracing::warn!(%error, size, "the witnessed head could not be kept"),
        }
    }
}

/// The line of this very witness that verifies over the head, or what the answer says instead.
fn read(answer: &Answer, witness: &Witness, text: &str) -> Outcome {
    match answer.status {
        200 => {
            let lines = parse_lines(&answer.body).unwrap_or_default();
            let line = lines.into_iter().find(|line| line.claims(&witness.key) && witness.key.verify(text, &line.payload).is_ok());
            line.map_or(Outcome::Silent, Outcome::Cosigned)
        }
        409 => answer.body.trim_end().parse().map_or(Outcome::Silent, Outcome::Stands),
        status => {
            tracing::warn!(witness = witness.key.name(), status, why = answer.body.trim_end(), "a witness refused our head");
            Outcome::Silent
        }
    }
}

#[cfg(test)]
mod tests;
