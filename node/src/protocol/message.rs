//! What nodes say to each other: the messages, their encoding and every bound on them.
//!
//! Two protocols carry them. [`ASK`] is one request and one answer on a stream of its own. [`ENTRIES`] is one [`Fetch`] answered by a
//! stream of [`Part`]s. Each message is a frame: its length in four bytes, big-endian, then the message in postcard. A frame over its
//! bound is refused before anything is allocated for it; bytes left over, spare bytes in a number and lists that are too long are refused
//! after. So `encode(decode(frame)) == frame`.
//!
//! Out of scope: whether what is said is true. Notes travel as bytes and are judged by `ledger`; nothing here is signed.

use luodi_ledger::Malformed;
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::{Division, Federation, Origin};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// One request, one answer.
pub const ASK: &str = "/luodi/ask/1";
/// Entries of many logs over one stream.
pub const ENTRIES: &str = "/luodi/entries/1";
/// The version a node says in its [`Hello`]; another major version speaks other protocols.
pub const VERSION: u16 = 1;

/// Longest request in bytes: 100 heads with all their cosignatures, or one piece of evidence.
pub const LONGEST_REQUEST: usize = 64 * 1024;
/// Longest answer in bytes: a second at 4 Mbit/s, so that it ends well before the deadline on a poor link.
pub const LONGEST_ANSWER: usize = 512 * 1024;
/// Longest part of a fetch in bytes: a page, its proof, and a head.
pub const LONGEST_PART: usize = LONGEST_PAGE + 64 * 1024;

/// Longest checkpoint note in bytes: some 80 cosignatures. Witnesses of strangers refuse requests over 16 KiB too.
pub const LONGEST_HEAD: usize = 16 * 1024;
/// Most heads in one answer; 150 bytes each and more, so it meets [`LONGEST_ANSWER`] at about the same time.
pub const MOST_HEADS: usize = 1_000;
/// Most heads pushed at once.
pub const MOST_PUSHED: usize = 100;
/// Most ranges in one fetch: 5,000 changed logs then cost 20 round trips.
pub const MOST_RANGES: usize = 256;
/// Entries of a page, and the alignment of its end: that of a tile, so that a page is cut from whole tiles.
pub const PAGE: u64 = 256;
/// Most bytes of entries in a page; the receiver holds a few pages of each stream in memory.
pub const LONGEST_PAGE: usize = 256 * 1024;
/// Longest leaf: an entry bundle gives its length in two bytes.
pub const LONGEST_LEAF: usize = 65_535;
/// Most bytes of entries in the answer to one fetch; what is left is asked again, so that a long log does not starve a short one.
pub const LONGEST_FETCH: usize = 64 * 1024 * 1024;
/// Most bodies asked for at once; 64 KiB each at most, so the answer names what did not fit.
pub const MOST_BODIES: usize = 64;
/// Most bytes of bodies in one answer, with room for the hashes of those that did not fit.
pub const LONGEST_BODIES: usize = LONGEST_ANSWER - 8 * 1024;
/// Most hashes of a proof: a tree of 2^63 leaves needs no more.
pub const MOST_HASHES: usize = 64;
/// Longest evidence in bytes.
pub const LONGEST_EVIDENCE: usize = luodi_ledger::fork::LONGEST;
/// Most pieces of evidence named in one answer.
pub const MOST_EVIDENCE: usize = 1_000;
/// Longest add-checkpoint body or answer in bytes: 63 hashes and a head take a third of it.
pub const LONGEST_WITNESS_TEXT: usize = 32 * 1024;

/// Names one life of a node's change journal: made at random with the store, and again after a restore.
pub type Epoch = [u8; 16];

/// A hash of a log's tree, as it travels.
pub type TreeHash = [u8; 32];

/// Who a node is, said both ways when a connection opens and before anything else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The federation's name.
    pub federation: Federation,
    /// BLAKE3 of the federation file: another one is another federation.
    pub fingerprint: Blake3,
    /// [`VERSION`].
    pub version: u16,
    /// The division it speaks for, once it is chartered.
    pub division: Option<Division>,
    /// The life of its change journal.
    pub epoch: Epoch,
    /// The newest row of its change journal.
    pub seq: u64,
    /// Its clock, POSIX seconds: nodes compare theirs with the median of their peers'.
    pub time: i64,
}

/// What a node holds of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heads {
    /// The log.
    pub origin: Origin,
    /// Its newest head, a checkpoint note with the cosignatures it bears.
    pub head: ByteBuf,
    /// The largest head its witnesses have confirmed, when that is another.
    pub witnessed: Option<ByteBuf>,
}

/// A request of [`ASK`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// Who I am. Answered by [`Answer::Hello`].
    Hello(Hello),
    /// What changed since this row of your journal? Answered by [`Answer::Heads`] or [`Answer::EpochChanged`].
    HeadsSince {
        /// The life of the journal that the cursor belongs to.
        epoch: Epoch,
        /// The row after which to begin; 0 for all.
        cursor: u64,
        /// Most heads wanted.
        max: u16,
    },
    /// Your newest head of this log, which may be my own. Answered by [`Answer::HeadOf`].
    HeadOf(Origin),
    /// I hold these now. Answered by [`Answer::Noted`] when they are read.
    NewHeads(Vec<Heads>),
    /// C2SP tlog-witness add-checkpoint: the body of the HTTP request, byte for byte. Answered by [`Answer::Witness`].
    AddCheckpoint(ByteBuf),
    /// The bodies with these hashes. Answered by [`Answer::Bodies`].
    Bodies(Vec<Blake3>),
    /// Two heads that cannot both be honest. Answered by [`Answer::Noted`].
    Evidence(ByteBuf),
    /// Which evidence do you keep? Answered by [`Answer::EvidenceKept`].
    EvidenceKept,
    /// The evidence with this hash. Answered by [`Answer::Evidence`].
    EvidenceOf(Blake3),
    /// What time is it? Answered by [`Answer::Clock`].
    Clock,
}

/// An answer of [`ASK`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Who I am.
    Hello(Hello),
    /// What changed.
    Heads {
        /// The life of the journal.
        epoch: Epoch,
        /// Where to go on.
        next: u64,
        /// Whether more is there already.
        more: bool,
        /// Each log at most once, its newest state.
        heads: Vec<Heads>,
    },
    /// The journal began anew: ask again from 0.
    EpochChanged(Epoch),
    /// The newest head held, or none: which is an answer too.
    HeadOf(Option<ByteBuf>),
    /// Read.
    Noted,
    /// What a witness answers.
    Witness {
        /// The HTTP status.
        status: u16,
        /// The body: cosignature lines (200), a size (409), a reason.
        body: ByteBuf,
    },
    /// Bodies, in the order they were asked for.
    Bodies {
        /// Those held.
        found: Vec<ByteBuf>,
        /// Those not held, or held no more.
        missing: Vec<Blake3>,
        /// Those that did not fit: ask again.
        again: Vec<Blake3>,
    },
    /// Hashes of the evidence kept.
    EvidenceKept(Vec<Blake3>),
    /// One piece of evidence, if kept.
    Evidence(Option<ByteBuf>),
    /// Not answered.
    Refused(Refusal),
    /// POSIX seconds.
    Clock(i64),
}

/// Why a node did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Refusal {
    /// Too much was asked too fast: wait this many milliseconds.
    Busy {
        /// How long to wait.
        wait: u32,
    },
    /// Another federation, or another version of its file.
    OtherFederation,
    /// Say hello first.
    HelloFirst,
    /// Only members may ask this; a newcomer may read the logs of its ancestors.
    MembersOnly,
    /// Not held.
    Absent,
    /// The answer reached its bound: ask for the rest.
    Again,
    /// A read failed here; the bytes may well exist.
    Unavailable,
}

/// One range of a fetch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The log.
    pub origin: Origin,
    /// The size of the newest head the asker has proven; the answer proves its own head consistent with it.
    pub held: u64,
    /// The first entry wanted: how many the asker has stored.
    pub from: u64,
    /// The size wanted; the answerer may hold more, and then serves up to its own head.
    pub to: u64,
}

/// The request of [`ENTRIES`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetch {
    /// 1 to [`MOST_RANGES`], answered in order.
    pub ranges: Vec<Range>,
}

/// A part of the answer to a [`Fetch`]: for each range `Begin`, `Page`…, `End`; or `Refuse`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// The pages that follow lie under this head.
    Begin {
        /// The answerer's head, at least as large as the asker's.
        head: ByteBuf,
        /// The path from the head held to this one (see `ledger::fork`): it proves consistency, or a fork.
        path: Vec<TreeHash>,
    },
    /// Entries, ending at a multiple of [`PAGE`] or at the end of the log.
    Page {
        /// 1 to [`PAGE`] leaves, at most [`LONGEST_PAGE`] bytes.
        entries: Vec<ByteBuf>,
        /// Consistency proof from the end of the page to the head, so that each page is checked before it is stored.
        proof: Vec<TreeHash>,
    },
    /// The range is served.
    End,
    /// The range is not served, or not to its end.
    Refuse(Refusal),
}

/// A message that knows its bounds.
pub trait Message: Serialize + DeserializeOwned {
    /// Longest encoding in bytes, without the length before it.
    const LONGEST: usize;

    /// Checks what the encoding cannot: that no list is too long.
    fn check(&self) -> Result<(), Malformed>;
}

/// Encodes a message, without the length before it. Refuses what a reader would refuse.
pub fn encode<M: Message>(message: &M) -> Result<Vec<u8>, Malformed> {
    message.check()?;
    let bytes = postcard::to_stdvec(message).map_err(|error| Malformed::new("message", error.to_string()))?;
    check_length::<M>(bytes.len())?;
    Ok(bytes)
}

/// Decodes what [`encode`] made, and nothing else.
pub fn decode<M: Message>(bytes: &[u8]) -> Result<M, Malformed> {
    check_length::<M>(bytes.len())?;
    let (message, rest) = postcard::take_from_bytes::<M>(bytes).map_err(|error| Malformed::new("message", error.to_string()))?;
    if !rest.is_empty() {
        return Err(Malformed::new("message", format!("{} bytes left over", rest.len())));
    }
    message.check()?;
    // postcard reads numbers with spare bytes; only the shortest form is ours.
    if postcard::to_stdvec(&message).is_ok_and(|again| again == bytes) {
        Ok(message)
    } else {
        Err(Malformed::new("message", "not in its shortest form"))
    }
}

/// Whether a frame of `length` bytes may hold an `M`; asked before anything is allocated for it.
pub fn check_length<M: Message>(length: usize) -> Result<(), Malformed> {
    at_most("message", length, M::LONGEST)
}

fn at_most(field: &str, length: usize, most: usize) -> Result<(), Malformed> {
    if length <= most { Ok(()) } else { Err(Malformed::new(field, format!("{length}, at most {most} allowed"))) }
}

fn at_least_one(field: &str, length: usize) -> Result<(), Malformed> {
    if length > 0 { Ok(()) } else { Err(Malformed::new(field, "empty")) }
}

impl Heads {
    fn check(&self) -> Result<(), Malformed> {
        at_most("head", self.head.len(), LONGEST_HEAD)?;
        self.witnessed.as_ref().map_or(Ok(()), |note| at_most("witnessed head", note.len(), LONGEST_HEAD))
    }

    /// Bytes it takes in a message, or somewhat more.
    pub fn weight(&self) -> usize {
        // The origin is at most a key name; three lengths and an option.
        luodi_ledger::key::LONGEST_NAME + self.head.len() + self.witnessed.as_ref().map_or(0, |note| note.len()) + 16
    }
}

impl Message for Request {
    const LONGEST: usize = LONGEST_REQUEST;

    fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Hello(_) | Self::HeadOf(_) | Self::EvidenceKept | Self::EvidenceOf(_) | Self::Clock => Ok(()),
            Self::HeadsSince { max, .. } => {
                at_least_one("max", usize::from(*max))?;
                at_most("max", usize::from(*max), MOST_HEADS)
            }
            Self::NewHeads(heads) => {
                at_least_one("heads", heads.len())?;
                at_most("heads", heads.len(), MOST_PUSHED)?;
                heads.iter().try_for_each(Heads::check)
            }
            Self::AddCheckpoint(body) => at_most("add-checkpoint", body.len(), LONGEST_WITNESS_TEXT),
            Self::Bodies(hashes) => {
                at_least_one("bodies", hashes.len())?;
                at_most("bodies", hashes.len(), MOST_BODIES)
            }
            Self::Evidence(evidence) => at_most("evidence", evidence.len(), LONGEST_EVIDENCE),
        }
    }
}

impl Message for Answer {
    const LONGEST: usize = LONGEST_ANSWER;

    fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Hello(_) | Self::EpochChanged(_) | Self::Noted | Self::Refused(_) | Self::Clock(_) => Ok(()),
            Self::Heads { heads, .. } => {
                at_most("heads", heads.len(), MOST_HEADS)?;
                heads.iter().try_for_each(Heads::check)
            }
            Self::HeadOf(head) => head.as_ref().map_or(Ok(()), |note| at_most("head", note.len(), LONGEST_HEAD)),
            Self::Witness { body, .. } => at_most("witness answer", body.len(), LONGEST_WITNESS_TEXT),
            Self::Bodies { found, missing, again } => at_most("bodies", found.len() + missing.len() + again.len(), MOST_BODIES),
            Self::EvidenceKept(hashes) => at_most("evidence", hashes.len(), MOST_EVIDENCE),
            Self::Evidence(evidence) => evidence.as_ref().map_or(Ok(()), |bytes| at_most("evidence", bytes.len(), LONGEST_EVIDENCE)),
        }
    }
}

impl Message for Fetch {
    const LONGEST: usize = LONGEST_REQUEST;

    fn check(&self) -> Result<(), Malformed> {
        at_least_one("ranges", self.ranges.len())?;
        at_most("ranges", self.ranges.len(), MOST_RANGES)?;
        let in_order = |range: &Range| range.held <= range.to && range.from < range.to;
        if self.ranges.iter().all(in_order) { Ok(()) } else { Err(Malformed::new("range", "must end after it begins")) }
    }
}

impl Message for Part {
    const LONGEST: usize = LONGEST_PART;

    fn check(&self) -> Result<(), Malformed> {
        match self {
            Self::Begin { head, path } => {
                at_most("head", head.len(), LONGEST_HEAD)?;
                at_most("path", path.len(), MOST_HASHES)
            }
            Self::Page { entries, proof } => {
                at_least_one("page", entries.len())?;
                at_most("page", entries.len(), usize::try_from(PAGE).unwrap_or(usize::MAX))?;
                at_most("page bytes", entries.iter().map(|entry| entry.len()).sum(), LONGEST_PAGE)?;
                entries.iter().try_for_each(|entry| at_most("leaf", entry.len(), LONGEST_LEAF))?;
                at_most("proof", proof.len(), MOST_HASHES)
            }
            Self::End | Self::Refuse(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
