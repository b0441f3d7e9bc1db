//! The one task that writes our own log.
//!
//! The order of effects is the design: judge → seal → sign the head → one durable commit of entries, bodies and head → let the registry
//! hear → answer. Readers, and so the network, see the head only after that commit. Whatever queues up while a commit is being synced is
//! sealed under the next head, so load makes batches by itself.

use std::time::Duration;

use luodi_ledger::entry::Entry;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::SignerKey;
use luodi_ledger::matter::{self, Foretold, Marks, Record, Reference};
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::Origin;
use luodi_ledger::standing::Standing;
use luodi_ledger::statement::SignedStatement;
use luodi_ledger::time::Time;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::mending::Mends;
use crate::protocol::recent::{DailyLimits, Recent};
use crate::protocol::sequencer::{MOST_SEALED, Refusal, Sealed, Submission, seal};
use crate::registrar::Registrar;
use crate::store::{Change, CommitError, Grow, Read, ReadError, Reader, Writer};

/// Statements that may wait: four batches, far more than an honest hour of a county.
const QUEUE: usize = 4 * MOST_SEALED;
/// How long to wait before looking at a clock again that is behind the log.
const CLOCK_WAIT: Duration = Duration::from_secs(1);

/// Whether the log may be written now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// After every start, until another holder has told its newest head of this log.
    Confirming,
    /// Statements are sealed.
    Open,
    /// Sealing has stopped, until an operator acts.
    Stopped(String),
}

/// A statement that is durably in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its id.
    pub id: Blake3,
    /// Where it stands.
    pub index: u64,
}

/// Why a statement was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Mend it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Its words were erased, for good.
    #[error("the words of this statement were redacted and are not taken in again")]
    Redacted,
    /// Come back soon.
    #[error("too many statements are waiting; try again in a moment")]
    Full,
    /// Come back soon.
    #[error("this node has just started and is asking its peers for the newest state of its log; try again in a moment")]
    Confirming,
    /// Come back when the operator has acted.
    #[error("this log is not being written: {0}")]
    Stopped(String),
    /// Come back when the operator has set the clock.
    #[error("this node's clock is {0} seconds off the clocks of its peers: nothing is sealed until it is set right")]
    ClockOff(i64),
    /// Come back later. Nothing was stored.
    #[error(transparent)]
    Store(#[from] CommitError),
    /// Come back later.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The node is going down.
    #[error("the node is shutting down")]
    Closed,
}

struct Waiting {
    submission: Submission,
    answer: oneshot::Sender<Result<Accepted, SubmitError>>,
}

/// Where a statement would stand if it were sealed now.
#[derive(Clone, Copy)]
struct Place {
    index: u64,
    logged: Time,
    /// A signer's term has ended by then.
    term_expired: bool,
}

/// What came of judging a statement.
enum Admitted {
    /// It is in the log already.
    Known(Accepted),
    New(Place),
}

/// One of many, once all are judged.
enum Queued {
    Ended(Result<Accepted, SubmitError>),
    Waiting(oneshot::Receiver<Result<Accepted, SubmitError>>),
}

/// Hands statements to the sequencer; clones share it.
#[derive(Clone, Debug)]
pub struct Sequencer {
    queue: mpsc::Sender<Waiting>,
    gate: watch::Receiver<Gate>,
    log: Log,
}

/// What is needed to judge and write our log.
#[derive(Clone, Debug)]
pub struct Log {
    /// Its name.
    pub origin: Origin,
    /// Its keys: one, or the old and the new during a rotation.
    pub keys: Vec<SignerKey>,
    /// What is durable.
    pub reader: Reader,
    /// Who may say what.
    pub registrar: Registrar,
    /// The time.
    pub clock: Clock,
    /// How much an office may say in a day.
    pub limits: DailyLimits,
    /// What corrections are held against.
    pub mends: Mends,
}

impl Log {
    /// Makes the log: its first head, of size 0. A node that only runs never does this, so that a lost store is not taken for a new log.
    pub async fn begin(&self, writer: &Writer) -> Result<(), CommitError> {
        let origin = self.origin.clone();
        let head = luodi_ledger::checkpoint::Checkpoint { origin: origin.to_string(), size: 0, root: Hash::EMPTY };
        let head = head.sign(&self.signers(0).map_err(|why| CommitError::Unavailable(why.to_string()))?);
        let grow = Grow { origin, expected: (0, Hash::EMPTY), from: 0, entries: vec![], leaves: vec![], read: vec![], head, own: true };
        writer.commit(vec![Change::Grow(grow)]).await.map(|_| ())
    }

    /// What was said lately, read from the end of the log.
    async fn recall(&self, size: u64, now: Time) -> Result<Recent, ReadError> {
        let log = self.clone();
        let read = move || {
            let mut recent = Recent::new(log.limits, log.registrar.snapshot().federation().offset);
            let mut end = size;
            while end > 0 {
                let start = end.saturating_sub(Reader::MOST_ENTRIES);
                let leaves = log.reader.entries(&log.origin, start..end)?;
                let entries: Vec<Entry> = leaves.iter().filter_map(|leaf| Entry::parse(leaf).ok()).collect();
                for entry in &entries {
                    recent.observe(entry);
                }
                // Times along a log never fall.
                if entries.first().is_some_and(|oldest| !recent.reaches(oldest.logged, now)) {
                    break;
                }
                end = start;
            }
            Ok(recent)
        };
        tokio::task::spawn_blocking(read).await.map_err(|error| ReadError::Unavailable(error.to_string()))?
    }

    /// The keys that sign a head of `size`: those of ours that the charter of that size names, so that during a rotation both do, and after
    /// it only the new one. Before any charter is known, the first.
    fn signers(&self, size: u64) -> Result<Vec<SignerKey>, SubmitError> {
        let registry = self.registrar.snapshot();
        let Some(named) = registry.log_keys(&self.origin, size) else { return Ok(self.keys.iter().take(1).cloned().collect()) };
        let signers: Vec<SignerKey> = self.keys.iter().filter(|key| named.contains(key.public())).cloned().collect();
        if signers.is_empty() {
            let why = "its charter names no key that this node holds; put the new key's file into the keys folder, or have it chartered";
            return Err(SubmitError::Stopped(why.to_owned()));
        }
        Ok(signers)
    }

    /// Refuses a correction, a withdrawal or a redaction that would mend nothing, and an answer without a matter to what asks it nothing,
    /// logged `there`.
    async fn check_mend(&self, statement: &SignedStatement, there: Place) -> Result<(), SubmitError> {
        let Some(target) = matter::mended(statement.statement()) else { return Ok(()) };
        let mend = self.as_logged(statement, there);
        let (mends, reader, registry) = (self.mends.clone(), self.reader.clone(), self.registrar.snapshot());
        let check = tokio::task::spawn_blocking(move || mends.check(&reader, &registry, &mend, &target));
        let checked = check.await.map_err(|error| ReadError::Unavailable(error.to_string()))??;
        Ok(checked.map_err(Refusal::Malformed)?)
    }

    /// What a statement that was admitted would be in the log.
    fn as_logged(&self, statement: &SignedStatement, there: Place) -> Record {
        let Place { index, logged, term_expired } = there;
        let reference = Reference { log: self.origin.clone(), index, id: statement.id() };
        let standing = Standing::Valid { term_expired };
        Record { reference, statement: statement.statement().clone(), logged, standing, marks: Marks::default() }
    }

    /// Where `statement` already stands, if it does.
    fn find(&self, statement: &SignedStatement) -> Result<Option<Accepted>, ReadError> {
        let id = statement.id();
        Ok(self.reader.find(&self.origin, &id)?.map(|index| Accepted { id, index }))
    }
}

impl Sequencer {
    /// Starts the task. It ends when every handle is gone, after what is queued.
    pub fn start(log: Log, writer: Writer, gate: watch::Receiver<Gate>) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(run(log.clone(), writer, waiting));
        (Self { queue, gate, log }, task)
    }

    /// Whether the log may be written now.
    pub fn gate(&self) -> Gate {
        self.gate.borrow().clone()
    }

    /// Takes a statement in; answers when it is durable. One that is already in the log is answered with where it stands.
    pub async fn submit(&self, submission: Submission) -> Result<Accepted, SubmitError> {
        match self.admit(&submission).await? {
            Admitted::Known(known) => Ok(known),
            Admitted::New(_) => self.queue(submission)?.await.map_err(|_| SubmitError::Closed)?,
        }
    }

    /// Judges a statement as [`Self::submit`] would, but for what the others say until it is sealed: the limits of the day and the order of
    /// an office's own dates. Tells how it would be shown; nothing of what belongs to no matter or is in the log.
    pub async fn foretell(&self, submission: &Submission) -> Result<Option<Foretold>, SubmitError> {
        let Admitted::New(there) = self.admit(submission).await? else { return Ok(None) };
        let log = self.log.clone();
        let said = log.as_logged(&submission.statement, there);
        let told = tokio::task::spawn_blocking(move || log.mends.foretell(&log.reader, &log.registrar.snapshot(), &said));
        Ok(told.await.map_err(|error| ReadError::Unavailable(error.to_string()))??)
    }

    /// Takes many in, each as if it came alone, in their order. All are judged before the first is queued, so that they are sealed together.
    pub async fn submit_many(&self, submissions: Vec<Submission>) -> Vec<Result<Accepted, SubmitError>> {
        let mut judged = Vec::with_capacity(submissions.len());
        for submission in submissions {
            judged.push((self.admit(&submission).await, submission));
            // Hundreds of signatures are checked in a row, and others are waiting.
            tokio::task::yield_now().await;
        }
        let queued: Vec<Queued> = judged.into_iter().map(|(known, new)| self.queue_unknown(known, new)).collect();
        let mut ends = Vec::with_capacity(queued.len());
        for queued in queued {
            ends.push(match queued {
                Queued::Ended(end) => end,
                Queued::Waiting(answered) => answered.await.unwrap_or(Err(SubmitError::Closed)),
            });
        }
        ends
    }

    /// Judges a statement as far as can be told before its place is known; answers where it stands if it is in the log already.
    async fn admit(&self, submission: &Submission) -> Result<Admitted, SubmitError> {
        if let Some(known) = self.log.find(&submission.statement)? {
            return Ok(Admitted::Known(known));
        }
        match self.gate() {
            Gate::Open => {}
            Gate::Confirming => return Err(SubmitError::Confirming),
            Gate::Stopped(why) => return Err(SubmitError::Stopped(why)),
        }
        let now = self.log.clock.sound().map_err(SubmitError::ClockOff)?;
        let statement = submission.statement.statement();
        if statement.body.is_some_and(|body| self.log.reader.is_redacted(&body.hash)) {
            return Err(SubmitError::Redacted);
        }
        let link = self.log.reader.log(&self.log.origin)?.ok_or(SubmitError::Stopped("it has no first head".to_owned()))?.link;
        let term_expired = submission.admit(&self.log.origin, link, &self.log.registrar.snapshot(), now)?;
        let there = Place { index: link.index, logged: now.max(link.not_before), term_expired };
        self.log.check_mend(&submission.statement, there).await?;
        Ok(Admitted::New(there))
    }

    fn queue_unknown(&self, judged: Result<Admitted, SubmitError>, submission: Submission) -> Queued {
        match judged {
            Ok(Admitted::Known(known)) => Queued::Ended(Ok(known)),
            Ok(Admitted::New(_)) => self.queue(submission).map_or_else(|error| Queued::Ended(Err(error)), Queued::Waiting),
            Err(error) => Queued::Ended(Err(error)),
        }
    }

    fn queue(&self, submission: Submission) -> Result<oneshot::Receiver<Result<Accepted, SubmitError>>, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Waiting { submission, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Full,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Closed,
        })?;
        Ok(answered)
    }
}

/// What was said lately, as far as `size`.
struct Memory {
    size: u64,
    recent: Recent,
}

async fn run(log: Log, writer: Writer, mut waiting: mpsc::Receiver<Waiting>) {
    let mut memory = None;
    let mut batch = Vec::with_capacity(MOST_SEALED);
    while waiting.recv_many(&mut batch, MOST_SEALED).await > 0 {
        // Twins of what is already in the log, sent again while they waited.
        let mut fresh = Vec::with_capacity(batch.len());
        for Waiting { submission, answer } in batch.drain(..) {
            match log.find(&submission.statement) {
                Ok(None) => fresh.push(Waiting { submission, answer }),
                Ok(Some(known)) => drop(answer.send(Ok(known))),
                Err(error) => drop(answer.send(Err(error.into()))),
            }
        }
        if fresh.is_empty() {
            continue;
        }
        let (submissions, answers): (Vec<_>, Vec<_>) = fresh.into_iter().map(|waiting| (waiting.submission, waiting.answer)).unzip();
        let ids: Vec<Blake3> = submissions.iter().map(|submission| submission.statement.id()).collect();
        match write(&log, &writer, &submissions, &mut memory).await {
            Ok(sealed) => {
                for ((outcome, id), answer) in sealed.outcomes.into_iter().zip(ids).zip(answers) {
                    // A client that has gone away still finds its statement when it asks again.
                    drop(answer.send(outcome.map(|index| Accepted { id, index }).map_err(SubmitError::from)));
                }
            }
            Err(error) => {
                tracing::warn!(%error, waiting = answers.len(), "nothing was sealed");
                let why = error.to_string();
                let mut answers = answers.into_iter();
                if let Some(first) = answers.next() {
                    drop(first.send(Err(error)));
                }
                for answer in answers {
                    drop(answer.send(Err(SubmitError::Store(CommitError::Unavailable(why.clone())))));
                }
            }
        }
    }
}

async fn write(log: &Log, writer: &Writer, batch: &[Submission], memory: &mut Option<Memory>) -> Result<Sealed, SubmitError> {
    let state = log.reader.log(&log.origin)?.ok_or(SubmitError::Stopped("it has no first head".to_owned()))?;
    let now = loop {
        let now = log.clock.sound().map_err(SubmitError::ClockOff)?;
        if now >= state.link.not_before {
            break now;
        }
        tracing::warn!(clock = %now, log = %state.link.not_before, "the clock is behind the log; waiting");
        tokio::time::sleep(CLOCK_WAIT).await;
    };
    let tree = CompactRange::read(&log.reader.nodes(&log.origin), state.size)?;
    // Taken out meanwhile: after a commit that failed, or entries that came from elsewhere, the log is asked again.
    let mut recent = match memory.take() {
        Some(Memory { size, recent }) if size == state.size => recent,
        _ => log.recall(state.size, now).await?,
    };
    let sealed = seal(&log.origin, tree, state.link, batch, &log.registrar.snapshot(), &mut recent, now);
    let remembered = Memory { size: sealed.head.size, recent };
    if sealed.entries.is_empty() {
        *memory = Some(remembered);
        return Ok(sealed);
    }
    let head = sealed.head.sign(&log.signers(sealed.head.size)?);
    let grow = Grow {
        origin: log.origin.clone(),
        expected: (state.size, state.root),
        from: state.size,
        entries: sealed.entries.clone(),
        leaves: sealed.leaves.clone(),
        read: sealed.read.iter().map(|entry| Some(Read::of(entry))).collect(),
        head,
        own: true,
    };
    let bodies = sealed.bodies.iter().cloned().map(Change::Body);
    writer.commit(bodies.chain([Change::Grow(grow)]).collect()).await?;
    *memory = Some(remembered);
    log.registrar.observe_all(sealed.read.iter().map(|entry| (&log.origin, entry)));
    tracing::info!(size = sealed.head.size, sealed = sealed.entries.len(), "sealed");
    Ok(sealed)
}
