//! Our own log: what may enter it, and how a batch of statements becomes entries under one head.
//!
//! Pure: the caller brings the state of the log, the registry and the time, makes the result durable, and only then signs and tells.
//!
//! Invariant: every sealed entry links to the one before it, and its authority was judged at the very index and time it got.

use std::collections::{BTreeSet, HashMap};

use luodi_ledger::Malformed;
use luodi_ledger::checkpoint::Checkpoint;
use luodi_ledger::entry::{self, Entry, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::names::{MatterId, OfficeName, Origin};
use luodi_ledger::privacy::{self, Personal, Stopped};
use luodi_ledger::registry::{Denied, Registry};
use luodi_ledger::statement::SignedStatement;
use luodi_ledger::time::Time;

use super::recent::Recent;

/// Most statements sealed under one head: a bundle's worth.
pub const MOST_SEALED: usize = 256;
/// Seconds a statement's time may lie ahead of ours: as far as honest clocks drift.
pub const AHEAD: i64 = 600;
/// Seconds a statement may be old: signed off line, carried to the node within a month.
pub const BEHIND: i64 = 30 * 86_400;

/// A statement with its body, ready to be sealed.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The statement as signed.
    pub statement: SignedStatement,
    /// The body that it names.
    pub body: Option<Vec<u8>>,
}

/// Why a statement was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It does not follow its format, or a field is wrong.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its signers may not say this here.
    #[error("{}", .0.ground)]
    Denied(Denied),
    /// It holds what looks like personal data.
    #[error("{0}")]
    Personal(Personal),
    /// The office already spoke on this matter with a later time.
    #[error("{office} already said something on {matter} dated {last} (entry {index}); nothing dated before that can follow")]
    Precedes {
        /// The office.
        office: OfficeName,
        /// The matter.
        matter: MatterId,
        /// The time of what it said last.
        last: Time,
        /// Where that stands.
        index: u64,
    },
    /// The office has said as much as it may in one day.
    #[error("the limit of a day is reached: {what}; the next day begins at {again}")]
    TooMuch {
        /// The office.
        office: OfficeName,
        /// How much that is.
        what: String,
        /// When the next day begins.
        again: Time,
        /// Seconds until then.
        wait: u64,
    },
}

impl From<Stopped> for Refusal {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Personal(personal) => Self::Personal(personal),
            Stopped::Malformed(fault) => Self::Malformed(fault),
        }
    }
}

impl Submission {
    /// Reads what an office sends: the note, and the body that it names.
    pub fn read(statement: &[u8], body: Option<Vec<u8>>) -> Result<Self, Malformed> {
        let statement = SignedStatement::parse(statement)?;
        let named = statement.statement().body;
        match (&body, named) {
            (None, Some(_)) => return Err(Malformed::new("body", "the statement names a body; send it along")),
            (Some(_), None) => return Err(Malformed::new("body", "the statement names no body; send none")),
            (Some(body), Some(named)) if !named.names(body) => {
                return Err(Malformed::new("body", "it is not the one that the statement names; send the very bytes that were signed"));
            }
            _ => {}
        }
        Ok(Self { statement, body })
    }

    /// The checks before queueing: this log, a plausible time, and all of `ledger`'s rules for what an office may say. Whether a signer's
    /// term has ended, which refuses nothing.
    pub fn admit(&self, origin: &Origin, link: Link, registry: &Registry, now: Time) -> Result<bool, Refusal> {
        let statement = self.statement.statement();
        if &statement.log != origin {
            return Err(Malformed::new("log", format!("it is meant for {}; this node writes {origin}", statement.log)).into());
        }
        if statement.time > now.plus(AHEAD) {
            return Err(Malformed::new(
                "time",
                format!("{} lies ahead of this node's clock ({now}); check the clock it was signed by", statement.time),
            )
            .into());
        }
        if statement.time < now.plus(-BEHIND) {
            return Err(Malformed::new(
                "time",
                format!("{} is over 30 days old; sign it anew, with the date of the fact in the facts", statement.time),
            )
            .into());
        }
        luodi_ledger::matter::check::check(statement, self.body.as_deref())?;
        privacy::check(statement, self.body.as_deref())?;
        let entry = self.entry(link, now);
        if entry.to_bytes().len() > entry::LONGEST {
            return Err(Malformed::new("entry", "longer than 16 KiB; move words to the body").into());
        }
        let term_expired = registry.judge(origin, &entry).map_err(Refusal::Denied)?;
        registry.check_number(statement)?;
        Ok(term_expired)
    }

    fn entry(&self, link: Link, logged: Time) -> Entry {
        Entry { index: link.index, previous: link.previous, logged, statement: self.statement.clone() }
    }
}

/// A batch that became entries. Nothing of it may leave before it is durable.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The new leaves.
    pub entries: Vec<Vec<u8>>,
    /// Their hashes.
    pub leaves: Vec<Hash>,
    /// The new entries as read, for the registry.
    pub read: Vec<Entry>,
    /// The bodies they name.
    pub bodies: Vec<Vec<u8>>,
    /// The head over all.
    pub head: Checkpoint,
    /// For each submission in order, its index, or why it was refused after all.
    pub outcomes: Vec<Result<u64, Refusal>>,
}

/// Seals `batch` behind `tree`, logged at `now`, which may not be before `link.not_before`. Authority is judged again, at the index and time
/// each entry gets; a statement that is twice in the batch is sealed once. `recent` knows all that `tree` holds, and then all that is sealed.
pub fn seal(
    origin: &Origin,
    mut tree: CompactRange,
    mut link: Link,
    batch: &[Submission],
    registry: &Registry,
    recent: &mut Recent,
    now: Time,
) -> Sealed {
    let mut sealed = Sealed {
        entries: vec![],
        leaves: vec![],
        read: vec![],
        bodies: vec![],
        head: head(origin, &tree),
        outcomes: Vec::with_capacity(batch.len()),
    };
    let mut bodies: BTreeSet<Blake3> = BTreeSet::new();
    let mut stands: HashMap<Blake3, u64> = HashMap::with_capacity(batch.len());
    for submission in batch {
        let id = submission.statement.id();
        if let Some(index) = stands.get(&id) {
            sealed.outcomes.push(Ok(*index));
            continue;
        }
        let entry = submission.entry(link, now);
        if let Err(denied) = registry.judge(origin, &entry) {
            sealed.outcomes.push(Err(Refusal::Denied(denied)));
            continue;
        }
        if let Err(refusal) = recent.check(submission.statement.statement(), now) {
            sealed.outcomes.push(Err(refusal));
            continue;
        }
        recent.observe(&entry);
        let leaf = entry.to_bytes();
        let stepped = link.step(&leaf);
        debug_assert!(stepped.is_ok(), "an entry made from its own link follows it");
        sealed.outcomes.push(Ok(entry.index));
        stands.insert(id, entry.index);
        let hash = Hash::leaf(&leaf);
        tree.append(hash);
        sealed.leaves.push(hash);
        sealed.entries.push(leaf);
        sealed.read.push(entry);
        if let Some(body) = &submission.body
            && bodies.insert(Blake3::of(body))
        {
            sealed.bodies.push(body.clone());
        }
    }
    sealed.head = head(origin, &tree);
    sealed
}

fn head(origin: &Origin, tree: &CompactRange) -> Checkpoint {
    Checkpoint { origin: origin.to_string(), size: tree.size(), root: tree.root() }
}
