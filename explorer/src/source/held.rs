//! What is held of one log: its entries, heads and copies; and evidence against one.

use std::collections::BTreeMap;
use std::sync::Arc;

use luodi_ledger::Malformed;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::fork::Evidence;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::VerifierKey;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::{Denied, Lines, Registry};
use luodi_ledger::standing::{Cosigned, Standing};
use luodi_ledger::time::Time;

use super::tree::Tree;

/// Which node of the configuration, by its position.
pub type SourceId = usize;

/// What one source holds of one log, as far as it was read.
#[derive(Clone, Debug, Default)]
pub struct CopyState {
    /// Its entries up to here were read from it and are the same as ours.
    pub agrees_to: u64,
    /// The newest head it showed that bears a signature of the log.
    pub head: Option<SignedCheckpoint>,
    /// What was wrong with its last answer, in words.
    pub trouble: Option<String>,
    /// It shows a head that contradicts ours.
    pub contradicts: bool,
}

/// What became of a leaf.
#[derive(Clone, Debug)]
pub struct HeldEntry {
    /// The leaf's bytes.
    pub bytes: Arc<[u8]>,
    /// The entry, if it reads as one in its place.
    pub entry: Result<Arc<Entry>, Malformed>,
    /// Whether it counts (`true` in `Ok`: a signer's term had ended), or why not.
    pub judged: Result<bool, Denied>,
    /// What was found of its signatures, so that it can be judged again at little cost; none of what does not read.
    pub(super) lines: Option<Arc<Lines>>,
}

impl HeldEntry {
    /// What it counts for.
    pub fn standing(&self) -> Standing {
        Standing::from(&self.judged)
    }

    /// What it counts for by another registry; its signatures are not verified again.
    pub fn standing_by(&self, registry: &Registry, origin: &Origin, entry: &Entry) -> Standing {
        let judged = match &self.lines {
            Some(lines) => registry.judge_remembering(origin, entry, lines),
            None => registry.judge(origin, entry),
        };
        Standing::from(&judged)
    }
}

/// One log.
#[derive(Clone, Debug)]
pub struct HeldLog {
    pub(super) tree: Tree,
    pub(super) link: Link,
    pub(super) entries: Vec<HeldEntry>,
    pub(super) head: Option<SignedCheckpoint>,
    pub(super) witnessed: Option<(SignedCheckpoint, Vec<VerifierKey>)>,
    pub(super) nobody_asked: bool,
    pub(super) copies: BTreeMap<SourceId, CopyState>,
    pub(super) bodies: BTreeMap<Blake3, Arc<[u8]>>,
}

impl HeldLog {
    pub(super) fn new() -> Self {
        Self {
            tree: Tree::default(),
            link: Link::start(),
            entries: Vec::new(),
            head: None,
            witnessed: None,
            nobody_asked: false,
            copies: BTreeMap::new(),
            bodies: BTreeMap::new(),
        }
    }

    /// The entry at `index`, if held.
    pub fn entry(&self, index: u64) -> Option<&HeldEntry> {
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// A body that was read and is the one an entry names.
    pub fn body(&self, hash: &Blake3) -> Option<&Arc<[u8]>> {
        self.bodies.get(hash)
    }

    /// The entries, by index.
    pub fn entries(&self) -> &[HeldEntry] {
        &self.entries
    }

    /// The newest signed head that our entries were checked against.
    pub fn head(&self) -> Option<&SignedCheckpoint> {
        self.head.as_ref()
    }

    /// The largest head that met its charter's quorum, and who cosigned it.
    pub fn witnessed(&self) -> Option<(&SignedCheckpoint, &[VerifierKey])> {
        self.witnessed.as_ref().map(|(head, by)| (head, by.as_slice()))
    }

    /// The largest head that met its quorum, with the times of its cosignatures.
    pub fn cosigned(&self) -> Option<Cosigned> {
        let (head, by) = self.witnessed()?;
        let times: Vec<Time> =
            head.cosigners(by).ok()?.iter().filter_map(|line| Time::from_unix(i64::try_from(line.time).ok()?).ok()).collect();
        Some(Cosigned { size: head.size(), between: (*times.iter().min()?, *times.iter().max()?) })
    }

    /// Whether the log's charter asks for no witness: nobody else checks it.
    pub fn nobody_asked(&self) -> bool {
        self.nobody_asked
    }

    /// What each source holds.
    pub fn copies(&self) -> &BTreeMap<SourceId, CopyState> {
        &self.copies
    }

    /// The tree, for proofs.
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }
}

/// Evidence that a log or a witness said two things that cannot both be honest.
#[derive(Clone, Debug)]
pub struct HeldEvidence {
    /// The evidence, checked, by keys that charters name.
    pub evidence: Evidence,
    /// The log.
    pub origin: Origin,
    /// The source that showed the other head, or handed the evidence over.
    pub shown_by: SourceId,
    /// Where the two versions part, if the entries of both were read.
    pub difference: Option<Difference>,
}

/// The first entry that two versions of a log have otherwise.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Its index.
    pub index: u64,
    /// Ours.
    pub ours: Arc<[u8]>,
    /// The other.
    pub theirs: Arc<[u8]>,
}
