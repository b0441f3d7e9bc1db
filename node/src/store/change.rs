//! What can be asked of the writer.

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::Origin;
use luodi_ledger::redaction;
use luodi_ledger::time::Time;

/// One change. All changes of one commit take effect together, in their order, or not at all.
#[derive(Clone, Debug)]
pub enum Change {
    /// Appends entries to a log and moves its head.
    Grow(Grow),
    /// Keeps `note` as the largest head of `origin` known to have met its quorum. A smaller one changes nothing; one of the same size
    /// adds its signature lines. Its size is at most the stored one and its root that of the stored log at that size.
    Witnessed {
        /// The log.
        origin: Origin,
        /// The head with the lines of its log and its witnesses.
        note: SignedCheckpoint,
    },
    /// Replaces the newest head that this node's witness cosigned for an origin, foreign ones included.
    Witness {
        /// The log's name, as it stands in the head.
        origin: String,
        /// Size and root of the head that must stand there now; none if the origin must be new.
        expected: Option<(u64, Hash)>,
        /// What to keep instead, never smaller.
        head: SignedCheckpoint,
    },
    /// Keeps a body under its BLAKE3; of one that is redacted nothing comes.
    Body(Vec<u8>),
    /// Erases the body or attachment of this name, if it is here, and never takes it in again. Of a second one for one name nothing comes.
    Redact {
        /// The BLAKE3 of what is erased.
        hash: Blake3,
        /// What readers are told instead, at most 16 KiB.
        tombstone: Vec<u8>,
    },
    /// Keeps evidence of a fork: of several for one origin, the least by BLAKE3.
    Evidence {
        /// The log, or witness, that it convicts.
        origin: String,
        /// The evidence file.
        file: Vec<u8>,
    },
    /// Sets a small named value, such as a recorded exception of the operator.
    Setting {
        /// At most 64 bytes.
        name: String,
        /// At most 64 KiB.
        value: Vec<u8>,
    },
}

/// Growth of one log: [`Change::Grow`].
#[derive(Clone, Debug)]
pub struct Grow {
    /// The log.
    pub origin: Origin,
    /// Size and root of the stored head; `(0, Hash::EMPTY)` when nothing is stored.
    pub expected: (u64, Hash),
    /// Where `entries` begin: the size of the stored head and of what is stored ahead of it ([`super::Ahead`]); a conflict otherwise.
    pub from: u64,
    /// The leaves to append, at most 65,535 bytes each; may be none, to renew a head.
    pub entries: Vec<Vec<u8>>,
    /// [`Hash::leaf`] of each, in the same order. Only a debug build hashes them again: a wrong one makes its entry unreadable.
    pub leaves: Vec<Hash>,
    /// What each says, in the same order: of a leaf that is no entry in its place ([`luodi_ledger::entry::Link::step`]) nothing. Whoever
    /// wrote or checked them has read them, so the store does not parse them again, which costs more than storing.
    pub read: Vec<Option<Read>>,
    /// The head over all of them. A larger one says under which head they were proven: then the stored head stays, and the entries are
    /// kept ahead of it, to go on from there. So a long log is stored as it arrives, in little memory, and resumed after a crash.
    pub head: SignedCheckpoint,
    /// Whether this node writes the log: then [`super::Reader::find`] answers for the statements in it.
    pub own: bool,
}

/// What the store keeps of an entry beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// The id of its statement; asked for in logs that this node writes only, zeros else.
    pub id: Blake3,
    /// When it was logged.
    pub logged: Time,
    /// Whether a node reads it at every start: the registry does, or it erases something.
    pub is_lasting: bool,
}

impl Read {
    /// Of an entry in its place in a log that this node writes.
    pub fn of(entry: &Entry) -> Self {
        Self { id: entry.statement.id(), ..Self::followed(entry) }
    }

    /// Of an entry in its place in a log that this node follows.
    pub fn followed(entry: &Entry) -> Self {
        let kind = &entry.statement.statement().kind;
        Self { id: Blake3::ZERO, logged: entry.logged, is_lasting: kind.is_registry() || kind.as_str() == redaction::KIND }
    }
}

/// A commit that is durable and visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The number of the durable commit that holds the changes; several requests may share one.
    pub number: u64,
    /// The cursor that includes the changes ([`super::Reader::changes_since`]).
    pub cursor: u64,
}

impl Change {
    /// About how many bytes it writes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Grow(grow) => grow.entries.iter().map(|entry| entry.len() + 64).sum::<usize>() + 1024,
            Self::Witnessed { .. } | Self::Witness { .. } => 1024,
            Self::Body(bytes)
            | Self::Evidence { file: bytes, .. }
            | Self::Setting { value: bytes, .. }
            | Self::Redact { tombstone: bytes, .. } => bytes.len(),
        }
    }

    /// The name under which [`Change::Body`] keeps `body`.
    pub fn body_name(body: &[u8]) -> Blake3 {
        Blake3::of(body)
    }
}
