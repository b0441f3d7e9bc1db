//! What a follower is told and what it answers.

use luodi_ledger::Rejected;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::Origin;

use super::super::Peer;
use super::super::interest::Interest;
use super::super::message::{Epoch, Heads, Range, Refusal};

/// One question put to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// One fetch of entries from a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u64);

/// What a peer may be to this node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// What it follows, hence what it is told of.
    pub interest: Interest,
    /// Whether it is asked: a chartered node, or one that this node's configuration names.
    pub trusted: bool,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A peer of this federation is there; or what it may be changed.
    Connected {
        /// The peer.
        peer: Peer,
        /// What it may be.
        membership: Membership,
        /// The life of its journal.
        epoch: Epoch,
    },
    /// A peer is gone, and with it all that was asked of it.
    Disconnected(Peer),
    /// The answer to [`Action::AskHeads`].
    Changes {
        /// The question.
        ask: AskId,
        /// The answer.
        answer: Result<Changes, Failure>,
    },
    /// A peer told of new heads unasked.
    Told {
        /// The peer.
        peer: Peer,
        /// What it holds.
        heads: Vec<Heads>,
    },
    /// The answer to [`Action::Tell`].
    Heard {
        /// The question.
        ask: AskId,
        /// Whether it was read.
        answer: Result<(), Failure>,
    },
    /// A fetch reached a log: the answerer's head and its path from the head held. Answered by [`Action::Proceed`] or [`Action::Abandon`].
    Begun {
        /// The fetch.
        fetch: FetchId,
        /// The log.
        origin: Origin,
        /// The head, as it came.
        head: Vec<u8>,
        /// The path from [`Range::held`].
        path: Vec<Hash>,
    },
    /// A fetch ended, and all it took in is durable or dropped; ranges it does not name were cut off. Comes once for each
    /// [`Action::Fetch`].
    Fetched {
        /// The fetch.
        fetch: FetchId,
        /// How each range ended.
        ends: Vec<(Origin, RangeEnd)>,
    },
    /// Something of a log became durable, by this node's own hand or from others.
    Stored(Stored),
    /// Entries with these bodies were stored.
    BodiesNamed {
        /// The log.
        origin: Origin,
        /// Bodies not held yet.
        hashes: Vec<Blake3>,
    },
    /// The answer to [`Action::AskBodies`]; those found are stored.
    Bodies {
        /// The question.
        ask: AskId,
        /// Those found and stored, and those to ask again; or why there is no answer.
        answer: Result<BodiesFound, Failure>,
    },
    /// The answer to [`Action::Compare`]: the path from the older head to the stored one.
    Compared {
        /// The log.
        origin: Origin,
        /// The older head.
        head: SignedCheckpoint,
        /// The path over the stored log, from the head's size to `size`.
        path: Vec<Hash>,
        /// The stored head that the path leads to.
        held: SignedCheckpoint,
    },
    /// A peer sent evidence of a fork.
    Evidence {
        /// The peer.
        peer: Peer,
        /// The evidence, as it came.
        evidence: Vec<u8>,
    },
    /// The registry learned something: charters, keys or interests may be others now.
    RegistryChanged,
    /// Whether this node's own logs are followed too: while it confirms that it holds the newest head of its own log.
    FollowOwn(bool),
    /// Time went by. Due a few times a second.
    Tick,
}

/// A page of a peer's journal.
#[derive(Clone, Debug)]
pub enum Changes {
    /// What changed.
    Heads {
        /// The life of the journal.
        epoch: Epoch,
        /// Where to go on.
        next: u64,
        /// Whether more is there.
        more: bool,
        /// What changed.
        heads: Vec<Heads>,
    },
    /// The journal began anew.
    EpochChanged(Epoch),
}

/// What became durable of a log.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The log.
    pub origin: Origin,
    /// How many entries are stored, under the head or ahead of it.
    pub entries: u64,
    /// The newest head, if it changed.
    pub head: Option<SignedCheckpoint>,
    /// The largest head that met its quorum, if it changed.
    pub witnessed: Option<SignedCheckpoint>,
}

/// What came of [`Action::AskBodies`].
#[derive(Clone, Debug, Default)]
pub struct BodiesFound {
    /// Stored now.
    pub stored: Vec<Blake3>,
    /// They did not fit into the answer.
    pub again: Vec<Blake3>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The peer refused.
    Refused(Refusal),
    /// No answer came: the connection, the deadline or our own store failed.
    Lost,
    /// The answer was not one: the peer is to blame.
    Wrong(String),
}

/// How one range of a fetch ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    /// All that the answerer holds has come and is stored.
    Served,
    /// The answerer refused it, or the rest of it.
    Refused(Refusal),
    /// A page is not the log's.
    Bad(Rejected),
    /// What came could not be stored here: nobody is to blame.
    NotStored,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Action {
    /// Ask a peer for its journal.
    AskHeads {
        /// The question.
        ask: AskId,
        /// The peer.
        peer: Peer,
        /// The life of the journal the cursor belongs to.
        epoch: Epoch,
        /// Where to begin.
        cursor: u64,
    },
    /// Tell a peer what is stored.
    Tell {
        /// The question.
        ask: AskId,
        /// The peer.
        peer: Peer,
        /// What is stored.
        heads: Vec<Heads>,
    },
    /// Fetch entries from a peer.
    Fetch {
        /// The fetch.
        fetch: FetchId,
        /// The peer.
        peer: Peer,
        /// What is wanted.
        ranges: Vec<Range>,
    },
    /// Take in the pages of this log under this head.
    Proceed {
        /// The fetch.
        fetch: FetchId,
        /// The log.
        origin: Origin,
        /// The head they lie under, with the signature lines worth keeping.
        head: SignedCheckpoint,
    },
    /// Read no more of this fetch.
    Abandon {
        /// The fetch.
        fetch: FetchId,
    },
    /// Read the path from an older head to the stored one.
    Compare {
        /// The log.
        origin: Origin,
        /// The older head.
        head: SignedCheckpoint,
    },
    /// Keep a head that met its quorum, proven to be of the stored log.
    KeepWitnessed {
        /// The log.
        origin: Origin,
        /// The head, with the signature lines worth keeping.
        head: SignedCheckpoint,
    },
    /// Keep evidence of a fork, for ever.
    KeepEvidence {
        /// The log, or the name of the witness's key.
        convicts: String,
        /// The evidence.
        evidence: Vec<u8>,
    },
    /// Send evidence to a peer.
    TellEvidence {
        /// The peer.
        peer: Peer,
        /// The evidence.
        evidence: Vec<u8>,
    },
    /// Ask a peer for bodies.
    AskBodies {
        /// The question.
        ask: AskId,
        /// The peer.
        peer: Peer,
        /// Their hashes.
        hashes: Vec<Blake3>,
    },
    /// Something an operator may want to know.
    Notice(Notice),
}

/// Something an operator may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A peer is to blame.
    Blamed {
        /// The peer.
        peer: Peer,
        /// For what.
        why: String,
    },
    /// A log's keys signed heads that contradict each other.
    Forked(Origin),
    /// A head under this node's own key that it does not hold: another machine may sign with it, or this one lost what it had said.
    OwnHeadUnknown {
        /// The log.
        origin: Origin,
        /// The size heard.
        size: u64,
    },
}
