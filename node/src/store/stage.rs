//! Changes become records: each is checked against what is stored and against the changes before it in the same group.
//!
//! Invariant: records that leave here make sense to [`State::apply`](super::state::State::apply); a request refused leaves nothing behind.

use std::collections::{HashMap, HashSet};

use luodi_ledger::Rejected;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Link;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash, root_of};
use luodi_ledger::names::Origin;
use luodi_ledger::note::MOST_SIGNATURES;
use luodi_ledger::statement::LONGEST_BODY;

use super::change::{Change, Grow, Read};
use super::error::{CommitError, ReadError};
use super::journal::{Journal, LARGEST_COMMIT, Record};
use super::payload::{Head, encode_named};
use super::record::{Kind, Place};
use super::rows;
use super::run::{Run, TILE, TILE_HEIGHT};
use super::view::{Tree, View};

/// Longest leaf: what an entry bundle can hold (C2SP tlog-tiles, a u16 length).
const LONGEST_LEAF: usize = u16::MAX as usize;
/// Longest name of an origin or setting in bytes: that of a key.
const LONGEST_NAME: usize = luodi_ledger::key::LONGEST_NAME;
/// Longest setting.
const LONGEST_SETTING: usize = 64 << 10;
/// Longest tombstone: a reference, words of a ground, and the names of 32 attachments.
const LONGEST_TOMBSTONE: usize = 16 << 10;
/// Longest evidence file: two heads of the largest note and their proofs.
const LONGEST_EVIDENCE: usize = 2 * luodi_ledger::note::LONGEST + (64 << 10);

impl From<ReadError> for CommitError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Rejected(rejected) => Self::Rejected(rejected),
            ReadError::Withheld => Self::Unavailable(error.to_string()),
            ReadError::Unavailable(why) => Self::Unavailable(why),
            ReadError::Damaged(damage) => Self::Damaged(damage),
        }
    }
}

/// What a log will be once the staged changes are committed.
#[derive(Clone, Debug)]
struct StagedLog {
    number: Option<u32>,
    size: u64,
    root: Hash,
    tree: CompactRange,
    end: Link,
    /// The tree as it is stored, and the leaves staged behind it.
    base: CompactRange,
    added: Vec<Hash>,
    /// The largest witnessed head: stored, or staged.
    witnessed: Option<Witnessed>,
}

#[derive(Clone, Debug)]
enum Witnessed {
    Stored(u64, Place),
    Staged(SignedCheckpoint),
}

impl Witnessed {
    fn size(&self) -> u64 {
        match self {
            Self::Stored(size, _) => *size,
            Self::Staged(head) => head.size(),
        }
    }
}

/// Changes staged: those of one request, or of all before it.
#[derive(Debug, Default)]
struct Layer {
    logs: HashMap<Origin, StagedLog>,
    witness: HashMap<String, (u64, Hash)>,
    evidence: HashMap<String, Blake3>,
    bodies: HashSet<Blake3>,
    redacted: HashSet<Blake3>,
}

/// A group of requests on their way into one commit.
#[derive(Debug)]
pub(super) struct Stage<'s> {
    view: &'s View,
    /// The trees of logs that grew lately.
    trees: &'s HashMap<u32, CompactRange>,
    group: Layer,
    pub(super) records: Vec<Record>,
}

impl<'s> Stage<'s> {
    pub(super) fn new(view: &'s View, trees: &'s HashMap<u32, CompactRange>) -> Self {
        Self { view, trees, group: Layer::default(), records: Vec::new() }
    }

    /// Takes in one request, whole or not at all.
    pub(super) fn add(&mut self, changes: Vec<Change>) -> Result<(), CommitError> {
        let mut request = Request { stage: self, layer: Layer::default(), records: Vec::new() };
        for change in changes {
            request.add(change)?;
        }
        let Request { layer, records, .. } = request;
        let bytes = Journal::span(&records);
        if bytes > LARGEST_COMMIT {
            return Err(Rejected::new("commit", format!("{bytes} bytes in one commit, at most {LARGEST_COMMIT}")).into());
        }
        self.group.logs.extend(layer.logs);
        self.group.witness.extend(layer.witness);
        self.group.evidence.extend(layer.evidence);
        self.group.bodies.extend(layer.bodies);
        self.group.redacted.extend(layer.redacted);
        self.records.extend(records);
        Ok(())
    }

    /// The trees of the logs that grow.
    pub(super) fn into_trees(self) -> Vec<(Origin, CompactRange)> {
        self.group.logs.into_iter().map(|(origin, log)| (origin, log.tree)).collect()
    }
}

struct Request<'r, 's> {
    stage: &'r Stage<'s>,
    layer: Layer,
    records: Vec<Record>,
}

impl Request<'_, '_> {
    fn add(&mut self, change: Change) -> Result<(), CommitError> {
        match change {
            Change::Grow(grow) => self.grow(grow),
            Change::Witnessed { origin, note } => self.witnessed(&origin, &note),
            Change::Witness { origin, expected, head } => self.witness(origin, expected, &head),
            Change::Body(body) => self.body(body),
            Change::Redact { hash, tombstone } => self.redact(hash, &tombstone),
            Change::Evidence { origin, file } => self.evidence(origin, &file),
            Change::Setting { name, value } => {
                check(!name.is_empty() && name.len() <= LONGEST_NAME && value.len() <= LONGEST_SETTING, "setting", || {
                    format!("a name of 1 to {LONGEST_NAME} bytes and a value of at most {LONGEST_SETTING} wanted")
                })?;
                self.record(Kind::Setting, encode_named(&name, &value));
                Ok(())
            }
        }
    }

    fn record(&mut self, kind: Kind, payload: Vec<u8>) {
        self.records.push(Record::of(kind, payload));
    }

    fn grow(&mut self, grow: Grow) -> Result<(), CommitError> {
        let Grow { ref origin, expected, from, mut entries, ref leaves, ref read, ref head, own } = grow;
        check(head.checkpoint().origin == origin.to_string(), "head", || format!("is of {}, not {origin}", head.checkpoint().origin))?;
        check(entries.len() == leaves.len(), "leaf hashes", || format!("{} for {} entries", leaves.len(), entries.len()))?;
        check(entries.len() == read.len(), "entries read", || format!("{} for {} entries", read.len(), entries.len()))?;
        let mut log = self.log(origin)?;
        if (log.size, log.root) != expected || log.tree.size() != from {
            return Err(CommitError::Conflict { origin: origin.to_string(), size: log.size, root: log.root });
        }
        for (entry, leaf) in entries.iter().zip(leaves) {
            check(entry.len() <= LONGEST_LEAF, "entry", || format!("of {} bytes, at most {LONGEST_LEAF}", entry.len()))?;
            // Hashed a moment ago from the same bytes, and each time they are read.
            check(!cfg!(debug_assertions) || Hash::leaf(entry) == *leaf, "leaf hash", || "is not that of its entry".to_owned())?;
        }
        let mut done = 0;
        while done < leaves.len() {
            let room = usize::try_from(TILE - log.tree.size() % TILE).unwrap_or(1);
            let next = leaves.len().min(done + room);
            let later = entries.split_off(next - done);
            let run = Self::run(&mut log, origin, &entries, &leaves[done..next], &read[done..next], own);
            self.records.push(Record { kind: Kind::Run, payload: run.table(), entries: std::mem::replace(&mut entries, later) });
            done = next;
        }
        let stored = log.tree.size();
        check(head.size() >= stored, "head", || format!("is of size {}, yet {stored} entries are stored", head.size()))?;
        if head.size() == stored {
            check(head.root() == log.tree.root(), "root", || "of the head is not that of the entries".to_owned())?;
            (log.size, log.root) = (stored, head.root());
            self.record(Kind::Head, Head::encode(head));
        } else {
            self.record(Kind::Target, Head::encode(head));
        }
        self.layer.logs.insert(origin.clone(), log);
        Ok(())
    }

    /// The next run of a log, all in one tile.
    fn run(log: &mut StagedLog, origin: &Origin, entries: &[Vec<u8>], leaves: &[Hash], read: &[Option<Read>], own: bool) -> Run {
        let first = log.tree.size();
        let mut completed = Vec::new();
        for leaf in leaves {
            log.tree.append_with(*leaf, |node, hash| {
                if node.level > 0 && node.level.is_multiple_of(TILE_HEIGHT) {
                    completed.push(hash);
                }
            });
        }
        let newest = read.iter().rev().flatten().next();
        log.end = Link {
            index: log.end.index + entries.len() as u64,
            previous: entries.last().map_or(log.end.previous, |last| Blake3::of(last)),
            not_before: newest.map_or(log.end.not_before, |entry| entry.logged),
        };
        let registry = (0..=u8::MAX).zip(read).filter(|(_, entry)| entry.is_some_and(|entry| entry.is_lasting));
        let registry = registry.map(|(position, _)| position).collect();
        let id = |entry: &Option<Read>| entry.map_or(Blake3::ZERO, |entry| entry.id);
        let ids = if own { read.iter().map(id).collect() } else { Vec::new() };
        log.added.extend_from_slice(leaves);
        let lengths = entries.iter().map(|entry| u16::try_from(entry.len()).unwrap_or(u16::MAX)).collect();
        Run { origin: origin.clone(), first, link: log.end, completed, registry, leaves: leaves.to_vec(), lengths, ids }
    }

    fn witnessed(&mut self, origin: &Origin, note: &SignedCheckpoint) -> Result<(), CommitError> {
        check(note.checkpoint().origin == origin.to_string(), "head", || format!("is of {}, not {origin}", note.checkpoint().origin))?;
        let mut log = self.log(origin)?;
        let size = note.size();
        if size > log.size {
            return Err(CommitError::Conflict { origin: origin.to_string(), size: log.size, root: log.root });
        }
        let kept = match &log.witnessed {
            Some(kept) if kept.size() > size => return Ok(()),
            Some(kept) if kept.size() == size => {
                let held = match kept {
                    Witnessed::Stored(_, place) => &self.stage.view.head(*place, Kind::Witnessed)?,
                    Witnessed::Staged(head) => head,
                };
                match merged(held, note)? {
                    Some(more) => more,
                    None => return Ok(()),
                }
            }
            _ => {
                check(self.root_at(&log, size)? == note.root(), "root", || format!("is not that of the stored log at size {size}"))?;
                note.clone()
            }
        };
        self.record(Kind::Witnessed, Head::encode(&kept));
        log.witnessed = Some(Witnessed::Staged(kept));
        self.layer.logs.insert(origin.clone(), log);
        Ok(())
    }

    fn root_at(&self, log: &StagedLog, size: u64) -> Result<Hash, CommitError> {
        if size == log.size {
            return Ok(log.root);
        }
        if size < log.base.size() {
            let Some(number) = log.number else { return Ok(Hash::EMPTY) };
            return Ok(root_of(&Tree { view: self.stage.view, log: number, size: log.base.size() }, size)?);
        }
        let mut tree = log.base.clone();
        let staged = usize::try_from(size - tree.size()).unwrap_or(usize::MAX);
        log.added.iter().take(staged).for_each(|leaf| tree.append(*leaf));
        Ok(tree.root())
    }

    fn witness(&mut self, origin: String, expected: Option<(u64, Hash)>, head: &SignedCheckpoint) -> Result<(), CommitError> {
        check(head.checkpoint().origin == origin, "head", || format!("is of {}, not {origin}", head.checkpoint().origin))?;
        let staged = self.layer.witness.get(&origin).or_else(|| self.stage.group.witness.get(&origin)).copied();
        let stands = staged.or_else(|| self.stage.view.state().witness.get(&origin).map(|cosigned| (cosigned.size, cosigned.root)));
        if stands != expected {
            let (size, root) = stands.unwrap_or((0, Hash::EMPTY));
            return Err(CommitError::Conflict { origin, size, root });
        }
        if let Some((size, root)) = stands {
            let onward = head.size() > size || (head.size() == size && head.root() == root);
            check(onward, "witness state", || format!("may not go from size {size} to size {} or another root", head.size()))?;
        }
        self.record(Kind::Witness, Head::encode(head));
        self.layer.witness.insert(origin, (head.size(), head.root()));
        Ok(())
    }

    fn body(&mut self, body: Vec<u8>) -> Result<(), CommitError> {
        check((1..=LONGEST_BODY).contains(&(body.len() as u64)), "body", || {
            format!("of {} bytes, 1 to {LONGEST_BODY} wanted", body.len())
        })?;
        let id = Blake3::of(&body);
        if self.is_redacted(&id) {
            return Ok(());
        }
        if !self.stage.group.bodies.contains(&id) && self.layer.bodies.insert(id) && self.stage.view.row(&rows::body_key(&id))?.is_none() {
            self.record(Kind::Body, body);
        }
        Ok(())
    }

    fn redact(&mut self, hash: Blake3, tombstone: &[u8]) -> Result<(), CommitError> {
        check(tombstone.len() <= LONGEST_TOMBSTONE, "tombstone", || format!("of {} bytes, at most {LONGEST_TOMBSTONE}", tombstone.len()))?;
        if !self.is_redacted(&hash) {
            self.record(Kind::Tombstone, [hash.as_bytes().as_slice(), tombstone].concat());
            self.layer.redacted.insert(hash);
        }
        Ok(())
    }

    fn is_redacted(&self, hash: &Blake3) -> bool {
        let staged = self.layer.redacted.contains(hash) || self.stage.group.redacted.contains(hash);
        staged || self.stage.view.state().tombstones.contains_key(hash)
    }

    fn evidence(&mut self, origin: String, file: &[u8]) -> Result<(), CommitError> {
        check((1..=LONGEST_NAME).contains(&origin.len()) && file.len() <= LONGEST_EVIDENCE, "evidence", || {
            format!("an origin of 1 to {LONGEST_NAME} bytes and a file of at most {LONGEST_EVIDENCE} wanted")
        })?;
        let id = Blake3::of(file);
        let staged = self.layer.evidence.get(&origin).or_else(|| self.stage.group.evidence.get(&origin)).copied();
        let kept = staged.or_else(|| self.stage.view.state().evidence.get(&origin).map(|(kept, _)| *kept));
        if kept.is_none_or(|kept| id < kept) {
            self.record(Kind::Evidence, encode_named(&origin, file));
            self.layer.evidence.insert(origin, id);
        }
        Ok(())
    }

    /// The log as staged so far.
    fn log(&self, origin: &Origin) -> Result<StagedLog, CommitError> {
        if let Some(log) = self.layer.logs.get(origin).or_else(|| self.stage.group.logs.get(origin)) {
            return Ok(log.clone());
        }
        let view = self.stage.view;
        let Some((number, log)) = view.state().log(origin).map(|(number, log)| (number, log.clone())) else {
            check(origin.to_string().len() <= LONGEST_NAME, "origin", || format!("longer than {LONGEST_NAME} bytes"))?;
            let (tree, end) = (CompactRange::new(), Link::start());
            return Ok(StagedLog {
                number: None,
                size: 0,
                root: Hash::EMPTY,
                base: tree.clone(),
                tree,
                end,
                added: Vec::new(),
                witnessed: None,
            });
        };
        let stored = log.end.index;
        let tree = match self.stage.trees.get(&number) {
            Some(tree) if tree.size() == stored => tree.clone(),
            _ => CompactRange::read(&Tree { view, log: number, size: stored }, stored)?,
        };
        let witnessed = log.witnessed.map(|(size, place)| Witnessed::Stored(size, place));
        Ok(StagedLog {
            number: Some(number),
            size: log.size(),
            root: log.root(),
            base: tree.clone(),
            tree,
            end: log.end,
            added: Vec::new(),
            witnessed,
        })
    }
}

/// `kept` with the lines of `note` by keys that have none in it yet; none if there is nothing to add.
fn merged(kept: &SignedCheckpoint, note: &SignedCheckpoint) -> Result<Option<SignedCheckpoint>, CommitError> {
    check(kept.checkpoint() == note.checkpoint(), "root", || "is not that of the witnessed head of this size".to_owned())?;
    let mut more = kept.clone();
    for line in note.note().signatures() {
        let known = more.note().signatures().iter().any(|held| (&held.name, held.id) == (&line.name, line.id));
        if !known && more.note().signatures().len() < MOST_SIGNATURES {
            more.note_mut().add(line.clone());
        }
    }
    Ok((more != *kept).then_some(more))
}

fn check(holds: bool, what: &'static str, why: impl FnOnce() -> String) -> Result<(), CommitError> {
    if holds { Ok(()) } else { Err(Rejected::new(what, why()).into()) }
}
