//! What a follower keeps of each log and each peer.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use luodi_ledger::checkpoint::{Checkpoint, SignedCheckpoint};
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::Origin;

use super::super::Peer;
use super::super::backoff::Backoff;
use super::super::message::Epoch;
use super::{AskId, FetchId, Membership};

/// Sizes and roots remembered of a log, so that a peer that lags a little is not worth reading the disk.
pub(super) const RECENT: usize = 16;
/// Opened notes remembered of a log: its newest head and its witnessed one, before and after a change.
pub(super) const OPENED: usize = 4;

/// What is durable of a log when a node starts.
#[derive(Clone, Debug)]
pub struct Held {
    /// How many entries are stored, under the head or ahead of it.
    pub entries: u64,
    /// The newest head.
    pub head: Option<SignedCheckpoint>,
    /// The largest head that met its quorum.
    pub witnessed: Option<SignedCheckpoint>,
    /// The head under which entries are stored ahead.
    pub proven: Option<SignedCheckpoint>,
    /// Whether evidence that freezes it is kept: see [`super::freezes`].
    pub forked: bool,
}

/// What a peer holds of a log, or what this node does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    pub(super) size: u64,
    pub(super) witnessed: u64,
}

impl Version {
    pub(super) fn lacks(self, other: Self) -> bool {
        self.size < other.size || self.witnessed < other.witnessed
    }

    pub(super) fn join(self, other: Self) -> Self {
        Self { size: self.size.max(other.size), witnessed: self.witnessed.max(other.witnessed) }
    }
}

#[derive(Debug, Default)]
pub(super) struct Log {
    /// Durable.
    pub(super) held: Option<SignedCheckpoint>,
    pub(super) witnessed: Option<SignedCheckpoint>,
    /// Entries stored, under the head or ahead of it.
    pub(super) entries: u64,
    /// Newer than `held`, proven consistent with it; what a fetch in flight takes in.
    pub(super) proven: Option<SignedCheckpoint>,
    pub(super) heard: u64,
    pub(super) told: u64,
    /// Heads found to be of the stored log.
    pub(super) recent: VecDeque<(u64, Hash)>,
    /// Heads larger than what is stored, to be compared when enough is.
    pub(super) uncompared: Vec<SignedCheckpoint>,
    /// Notes opened lately, by the BLAKE3 of their bytes: many peers tell of one head.
    pub(super) opened: VecDeque<(Blake3, SignedCheckpoint)>,
    /// The size of the witnessed head last handed over to be kept.
    pub(super) keeping: u64,
    /// What each peer said it holds.
    pub(super) offers: BTreeMap<Peer, Version>,
    /// What each peer was told.
    pub(super) informed: BTreeMap<Peer, Version>,
    pub(super) forked: bool,
    pub(super) fetch: Option<FetchId>,
    pub(super) backoff: Backoff,
}

impl Log {
    pub(super) fn stored(&self) -> u64 {
        self.held.as_ref().map_or(0, SignedCheckpoint::size)
    }

    pub(super) fn version(&self) -> Version {
        Version { size: self.stored(), witnessed: self.witnessed.as_ref().map_or(0, SignedCheckpoint::size) }
    }

    /// The newest head that is proven.
    pub(super) fn base(&self) -> Option<&SignedCheckpoint> {
        self.proven.as_ref().or(self.held.as_ref())
    }

    pub(super) fn base_size(&self) -> u64 {
        self.base().map_or(0, SignedCheckpoint::size)
    }

    pub(super) fn remember(&mut self, head: &Checkpoint) {
        let known = (head.size, head.root);
        if !self.recent.contains(&known) {
            self.recent.truncate(RECENT - 1);
            self.recent.push_front(known);
        }
    }
}

#[derive(Debug)]
pub(super) struct PeerState {
    pub(super) connected: bool,
    pub(super) membership: Membership,
    pub(super) epoch: Epoch,
    pub(super) cursor: u64,
    pub(super) asking: Option<AskId>,
    pub(super) ask: Backoff,
    /// The question in flight that tells it of heads, and what it says.
    pub(super) telling: Option<(AskId, Vec<(Origin, Version)>)>,
    pub(super) tell: Backoff,
    /// Logs it may have to be told of.
    pub(super) untold: BTreeSet<Origin>,
    pub(super) fetches: BTreeSet<FetchId>,
    /// After a page or head that was not the log's: nothing is fetched from it for a while.
    pub(super) distrust: Backoff,
}

#[derive(Debug)]
pub(super) struct Fetching {
    pub(super) peer: Peer,
    pub(super) origins: BTreeMap<Origin, Asked>,
    pub(super) abandoned: bool,
}

/// What stood when a range was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Entries stored.
    pub(super) entries: u64,
    /// The size of the newest head proven.
    pub(super) held: u64,
    /// The size the peer had told of.
    pub(super) offer: u64,
}

impl Log {
    pub(super) fn of(held: Held) -> Self {
        let size = held.head.as_ref().map_or(0, SignedCheckpoint::size);
        let proven = held.proven.filter(|head| head.size() > size);
        let mut log = Self {
            heard: proven.as_ref().map_or(size, SignedCheckpoint::size),
            entries: held.entries.max(size),
            witnessed: held.witnessed,
            proven,
            forked: held.forked,
            ..Self::default()
        };
        if let Some(head) = &held.head {
            log.remember(head.checkpoint());
        }
        log.held = held.head;
        log
    }
}

impl PeerState {
    pub(super) fn new(membership: Membership, epoch: Epoch) -> Self {
        Self {
            connected: false,
            membership,
            epoch,
            cursor: 0,
            asking: None,
            ask: Backoff::default(),
            telling: None,
            tell: Backoff::default(),
            untold: BTreeSet::new(),
            fetches: BTreeSet::new(),
            distrust: Backoff::default(),
        }
    }
}
