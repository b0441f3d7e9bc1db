//! The witness of this node: one state per origin, one writer, whether a request comes over HTTP or from a peer.
//!
//! Persist, then cosign: the head is durable in the place of the last one before a cosignature exists. So this key never signs two heads
//! of one size, nor an earlier date than its last.

use std::collections::BTreeSet;
use std::sync::Arc;

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::cosignature::cosign;
use luodi_ledger::fork::Contradiction;
use luodi_ledger::key::{SignerKey, VerifierKey};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::time::Time;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::config::ForeignLog;
use crate::protocol::witness::{Decision, Request, decide};
use crate::registrar::Registrar;
use crate::store::{Change, CommitError, ReadError, Reader, Writer};

/// What a witness answers, in HTTP's terms on every transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code that tlog-witness fixes.
    pub status: u16,
    /// The body: cosignature lines, a size, or a reason.
    pub body: String,
}

/// Cosigns heads; clones share one state.
#[derive(Clone, Debug)]
pub struct Witness {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    key: SignerKey,
    division: Division,
    foreign: Vec<ForeignLog>,
    reader: Reader,
    writer: Writer,
    registrar: Registrar,
    clock: Clock,
    /// Held from the decision to the cosignature: one request at a time. The date signed last stands inside, none before the first: the
    /// time of the start is no date that was signed, and a clock that was ahead then may be set right.
    last: Mutex<Option<Time>>,
}

impl Witness {
    /// The witness of `division` with `key`; it also cosigns `foreign` logs.
    pub fn new(
        key: SignerKey,
        division: Division,
        foreign: Vec<ForeignLog>,
        (reader, writer): (Reader, Writer),
        registrar: Registrar,
        clock: Clock,
    ) -> Self {
        Self { shared: Arc::new(Shared { key, division, foreign, reader, writer, registrar, clock, last: Mutex::default() }) }
    }

    /// The newest head that was cosigned for the origin whose SHA-256 is `hash` in lowercase hexadecimal, cosigned anew.
    pub async fn monitored(&self, hash: &str) -> Result<Option<SignedCheckpoint>, ReadError> {
        let registry = self.shared.registrar.snapshot();
        let chartered: BTreeSet<String> = registry.charters().map(|charter| charter.facts.origin.to_string()).collect();
        let foreign = self.shared.foreign.iter().map(|log| log.origin().to_owned());
        let Some(origin) = foreign.chain(chartered).find(|origin| sha256_hex(origin) == hash) else { return Ok(None) };
        let mut last = self.shared.last.lock().await;
        let Some(mut head) = self.shared.reader.witness(&origin)? else { return Ok(None) };
        let now = self.shared.clock.sound();
        let now = now.map_err(|seconds| ReadError::Unavailable(format!("this witness's clock is {seconds} seconds off its peers'")))?;
        let now = last.map_or(now, |last| now.max(last));
        let line = cosign(&head, &self.shared.key, now);
        head.note_mut().add(line);
        *last = Some(now);
        Ok(Some(head))
    }

    /// Answers `add-checkpoint`.
    pub async fn add_checkpoint(&self, body: &[u8]) -> Answer {
        let request = match Request::parse(body) {
            Ok(request) => request,
            Err(fault) => return Answer::reason(400, fault),
        };
        let origin = request.checkpoint.checkpoint().origin.clone();
        let mut last = self.shared.last.lock().await;
        let held = match self.shared.reader.witness(&origin) {
            Ok(held) => held,
            // Absent is not unreadable: without its state a witness signs nothing.
            Err(error) => return Answer::reason(503, error),
        };
        let keys = self.log_keys(&origin, request.checkpoint.size());
        let convicted = self.shared.reader.evidence().iter().any(|row| row.origin == origin);
        match decide(&request, keys.as_deref(), held.as_ref(), convicted) {
            Decision::Cosign(head) => {
                let now = match self.shared.clock.sound() {
                    Ok(now) => now,
                    Err(seconds) => {
                        return Answer::reason(503, format!("this witness's clock is {seconds} seconds off its peers'; try again later"));
                    }
                };
                if last.is_some_and(|last| now < last) {
                    return Answer::reason(503, format!("this witness's clock ({now}) is behind its last cosignature; try again later"));
                }
                if let Err(answer) = self.keep(&origin, held.as_ref(), &head).await {
                    return answer;
                }
                *last = Some(now);
                Answer { status: 200, body: format!("{}\n", cosign(&head, &self.shared.key, now)) }
            }
            Decision::Unknown => Answer::reason(404, format!("{origin} is not cosigned here")),
            Decision::Forbidden(why) => Answer::reason(403, why),
            Decision::Conflict(size) => Answer { status: 409, body: format!("{size}\n") },
            Decision::Unprocessable(why, contradiction) => {
                if let Some(contradiction) = contradiction {
                    self.convict(origin, &contradiction, keys.as_deref().unwrap_or_default()).await;
                }
                Answer::reason(422, why)
            }
        }
    }

    /// Makes `head` durable in the place of `held`. A refresh of the same head needs no write.
    async fn keep(&self, origin: &str, held: Option<&SignedCheckpoint>, head: &SignedCheckpoint) -> Result<(), Answer> {
        if held.is_some_and(|held| held.checkpoint() == head.checkpoint()) {
            return Ok(());
        }
        let expected = held.map(|held| (held.size(), held.root()));
        let change = Change::Witness { origin: origin.to_owned(), expected, head: head.clone() };
        self.shared.writer.commit(vec![change]).await.map(|_| ()).map_err(|error| match error {
            CommitError::Conflict { size, .. } => Answer { status: 409, body: format!("{size}\n") },
            error => Answer::reason(503, error),
        })
    }

    /// Keeps evidence against the log: from now on this witness cosigns it no more.
    async fn convict(&self, origin: String, contradiction: &Contradiction, keys: &[VerifierKey]) {
        tracing::error!(%origin, "two heads contradict each other; the log is cosigned no more");
        let evidence = match contradiction.against_log(keys) {
            Ok(evidence) => evidence,
            // The held head was signed by a key since retired: nobody of today is convicted by it.
            Err(rejected) => return tracing::warn!(%rejected, "no evidence against the present keys"),
        };
        if let Err(error) = self.shared.writer.commit(vec![Change::Evidence { origin, file: evidence.to_bytes() }]).await {
            tracing::error!(%error, "the evidence could not be kept");
        }
    }

    /// The keys of a log that this witness cosigns: a foreign one of the configuration, or one whose charter names it.
    fn log_keys(&self, origin: &str, size: u64) -> Option<Vec<VerifierKey>> {
        let foreign: Vec<VerifierKey> =
            self.shared.foreign.iter().filter(|log| log.origin() == origin).map(|log| log.key.clone()).collect();
        if !foreign.is_empty() {
            return Some(foreign);
        }
        let origin: Origin = origin.parse().ok()?;
        let registry = self.shared.registrar.snapshot();
        let charter = registry.charter_at(&origin, size)?;
        let ours = self.shared.key.public();
        let named = charter.policy.witnesses().iter().any(|witness| &witness.key == ours);
        (named && origin.division != self.shared.division).then(|| charter.facts.keys.clone())
    }
}

impl Answer {
    fn reason(status: u16, why: impl std::fmt::Display) -> Self {
        Self { status, body: format!("{why}\n") }
    }
}

fn sha256_hex(origin: &str) -> String {
    Sha256::digest(origin).iter().map(|byte| format!("{byte:02x}")).collect()
}
