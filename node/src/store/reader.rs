//! The view of what is durable. Calls block on the disk for as long as a few reads take.

use std::fmt;
use std::ops::{Bound, Range};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Link;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{CompactRange, Hash, NodeId, Nodes};
use luodi_ledger::names::Origin;
use tokio::sync::watch;

use super::ReadError;
use super::payload::{decode_named, decode_tombstone};
use super::record::{Kind, Place};
use super::rows;
use super::run::{TILE, TILE_HEIGHT};
use super::state::Log;
use super::view::{Tree, View};

/// A random name of this store's life: cursors mean nothing under another epoch. Its text form is 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch([u8; 16]);

impl Epoch {
    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What is stored of one log.
#[derive(Clone, Debug)]
pub struct LogState {
    /// Its name.
    pub origin: Origin,
    /// How many entries are stored.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The newest head, of exactly this size.
    pub head: SignedCheckpoint,
    /// The largest head known to have met its quorum.
    pub witnessed: Option<SignedCheckpoint>,
    /// What the next entry links to.
    pub link: Link,
    /// The cursor of the log's last change.
    pub cursor: u64,
}

/// Entries of a followed log that are stored beyond its head, because the log is long and still arriving. Not served to anybody.
#[derive(Clone, Debug)]
pub struct Ahead {
    /// The tree over all entries stored, those under the head among them.
    pub tree: CompactRange,
    /// What the next entry links to.
    pub link: Link,
    /// The head under which they were proven, larger than the tree.
    pub head: SignedCheckpoint,
}

/// A log in short, as lists give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// Its name.
    pub origin: Origin,
    /// How many entries are stored.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The size of the largest head known to have met its quorum.
    pub witnessed: Option<u64>,
}

/// A page of the change journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The store's epoch; when it is another, begin again from 0.
    pub epoch: Epoch,
    /// Where the next page begins.
    pub next: u64,
    /// The logs changed after the cursor, each once, in its newest state, oldest change first.
    pub logs: Vec<LogRow>,
}

/// Evidence kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// BLAKE3 of the file.
    pub id: Blake3,
    /// Whom it convicts.
    pub origin: String,
}

/// Reads what is durable; clones share everything.
#[derive(Clone, Debug)]
pub struct Reader {
    view: Arc<View>,
}

impl Reader {
    /// Most entries that one call gives: a full bundle.
    pub const MOST_ENTRIES: u64 = TILE;

    pub(super) fn new(view: Arc<View>) -> Self {
        Self { view }
    }

    /// The store's epoch.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.view.secret.epoch())
    }

    /// All logs that have a head, by name.
    pub fn logs(&self) -> Vec<LogRow> {
        let mut logs: Vec<LogRow> = self.view.state().logs.iter().filter(|log| log.head.is_some()).map(row).collect();
        logs.sort_unstable_by(|one, other| one.origin.cmp(&other.origin));
        logs
    }

    /// All logs of which entries are stored ahead of a head: see [`Self::ahead`].
    pub fn arriving(&self) -> Vec<Origin> {
        let state = self.view.state();
        let arriving = state.logs.iter().filter(|log| log.target.is_some() && log.end.index > log.size());
        arriving.map(|log| log.origin.clone()).collect()
    }

    /// What is stored of `origin`; none before its first head.
    pub fn log(&self, origin: &Origin) -> Result<Option<LogState>, ReadError> {
        let Some((_, log)) = self.numbered(origin) else { return Ok(None) };
        let Some((size, root, place)) = log.head else { return Ok(None) };
        let head = self.view.head(place, Kind::Head)?;
        let witnessed = log.witnessed.map(|(_, place)| self.view.head(place, Kind::Witnessed)).transpose()?;
        Ok(Some(LogState { origin: log.origin, size, root, head, witnessed, link: log.link, cursor: log.cursor }))
    }

    /// What is stored of `origin` beyond its head, which may be the head of an empty log, if anything.
    pub fn ahead(&self, origin: &Origin) -> Result<Option<Ahead>, ReadError> {
        let Some((number, log)) = self.numbered(origin) else { return Ok(None) };
        let Some(place) = log.target.filter(|_| log.end.index > log.size()) else { return Ok(None) };
        let size = log.end.index;
        let tree = CompactRange::read(&Tree { view: &self.view, log: number, size }, size)?;
        Ok(Some(Ahead { tree, link: log.end, head: self.view.head(place, Kind::Target)? }))
    }

    /// The entries of `origin` in `range`, as far as stored, at most [`Self::MOST_ENTRIES`] and at least one if any is there: ask again
    /// from where they end.
    pub fn entries(&self, origin: &Origin, range: Range<u64>) -> Result<Vec<Vec<u8>>, ReadError> {
        let Some((number, log)) = self.numbered(origin) else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        self.view.runs(number, &bounded(&log, &range), |run, behind, positions| {
            let span = run.span(positions.clone());
            let place = Place { offset: behind.offset + span.start, ..behind };
            let bytes = self.view.bytes(place, span.end - span.start)?;
            let cut = run.cut(positions, &bytes);
            entries.extend(cut.ok_or_else(|| self.view.damage(place, "an entry that is not the one written"))?);
            Ok(())
        })?;
        Ok(entries)
    }

    /// The leaf hashes of `origin` in `range`, under the same bounds as [`Self::entries`].
    pub fn leaves(&self, origin: &Origin, range: Range<u64>) -> Result<Vec<Hash>, ReadError> {
        let Some((number, log)) = self.numbered(origin) else { return Ok(Vec::new()) };
        self.view.leaves(number, &bounded(&log, &range))
    }

    /// The bytes of the first `width` hashes of tile (`level`, `index`) (C2SP tlog-tiles); none if the log does not reach that far.
    pub fn tile(&self, origin: &Origin, level: u8, index: u64, width: u16) -> Result<Option<Vec<u8>>, ReadError> {
        let Some((number, log)) = self.numbered(origin) else { return Ok(None) };
        // How many hashes this level has.
        let complete = log.size().checked_shr(u32::from(level) * u32::from(TILE_HEIGHT)).unwrap_or(0);
        let Some(wanted) = of_tile(index, width).filter(|wanted| wanted.end <= complete) else { return Ok(None) };
        let hashes = self.view.tile_hashes(number, level, &wanted)?;
        Ok(Some(hashes.iter().flat_map(Hash::as_bytes).copied().collect()))
    }

    /// The bytes of the first `width` entries of bundle `index` (C2SP tlog-tiles); none if the log does not reach that far.
    pub fn bundle(&self, origin: &Origin, index: u64, width: u16) -> Result<Option<Vec<u8>>, ReadError> {
        let Some((_, log)) = self.numbered(origin) else { return Ok(None) };
        let Some(wanted) = of_tile(index, width).filter(|wanted| wanted.end <= log.size()) else { return Ok(None) };
        let mut bundle = Vec::new();
        for entry in self.entries(origin, wanted)? {
            // No longer than the u16 they are stored with.
            bundle.extend_from_slice(&u16::try_from(entry.len()).unwrap_or(u16::MAX).to_be_bytes());
            bundle.extend_from_slice(&entry);
        }
        Ok(Some(bundle))
    }

    /// The stored hashes of `origin`, for proofs.
    pub fn nodes<'r>(&'r self, origin: &'r Origin) -> LogNodes<'r> {
        LogNodes { reader: self, origin }
    }

    /// The index of the first entry of `origin` with the statement `id`, for logs that this node writes.
    pub fn find(&self, origin: &Origin, id: &Blake3) -> Result<Option<u64>, ReadError> {
        let Some((number, log)) = self.numbered(origin) else { return Ok(None) };
        Ok(self.view.statement(number, id)?.filter(|index| *index < log.size()))
    }

    /// The indexes of the well-formed entries of `origin` that a node reads at every start (charter, appoint, revoke, division, and
    /// redaction) from `from` on, in order.
    pub fn registry_entries(&self, origin: &Origin, from: u64) -> Result<Vec<u64>, ReadError> {
        let Some((number, log)) = self.numbered(origin) else { return Ok(Vec::new()) };
        let rows = self.view.rows(&rows::registry_key(number, 0), &rows::registry_key(number, log.end.index))?;
        if rows.len() as u64 != log.registry {
            return Err(self.view.index.doubt("registry rows are missing").into());
        }
        Ok(rows.keys().filter_map(|key| rows::last_number(key)).filter(|index| (from..log.size()).contains(index)).collect())
    }

    /// Keeps bodies back, or hands them out again. A copy may hold bodies that have been redacted since it was made.
    pub fn withhold_bodies(&self, withhold: bool) {
        self.view.withheld.store(withhold, Ordering::Release);
    }

    /// Whether bodies are kept back.
    pub fn withholds_bodies(&self) -> bool {
        self.view.withheld.load(Ordering::Acquire)
    }

    /// The body of this name; none also where it is redacted.
    pub fn body(&self, id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        if self.withholds_bodies() { Err(ReadError::Withheld) } else { self.body_to_judge(id) }
    }

    /// As [`Self::body`], also while bodies are kept back: to find what a redaction erases, never to be handed out.
    pub fn body_to_judge(&self, id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        if self.is_redacted(id) {
            return Ok(None);
        }
        match self.stored_body(id) {
            // It was being erased while it was read.
            Err(_) if self.is_redacted(id) => Ok(None),
            read => read,
        }
    }

    /// Whether the body of this name is neither here nor redacted: so it is worth asking for.
    pub fn wants_body(&self, id: &Blake3) -> Result<bool, ReadError> {
        Ok(!self.is_redacted(id) && self.view.row(&rows::body_key(id))?.is_none())
    }

    /// Whether what has this name is redacted.
    pub fn is_redacted(&self, id: &Blake3) -> bool {
        self.view.state().tombstones.contains_key(id)
    }

    /// What readers are told instead of the body or attachment of this name, if it is redacted.
    pub fn tombstone(&self, id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(place) = self.view.state().tombstones.get(id).copied() else { return Ok(None) };
        let payload = self.view.payload(place, Kind::Tombstone)?;
        let told = decode_tombstone(&payload).map(|(_, told)| told.to_vec());
        told.map(Some).ok_or_else(|| self.view.damage(place, "a tombstone that does not read").into())
    }

    /// The names of all that is redacted.
    pub fn redacted(&self) -> Vec<Blake3> {
        self.view.state().tombstones.keys().copied().collect()
    }

    fn stored_body(&self, id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        let Some(value) = self.view.row(&rows::body_key(id))? else { return Ok(None) };
        let place = rows::read_place(&value).ok_or_else(|| self.view.index.doubt("a body's row does not read"))?;
        let body = self.view.payload(place, Kind::Body)?;
        if Blake3::of(&body) == *id { Ok(Some(body)) } else { Err(self.view.index.doubt("a body's row names another body").into()) }
    }

    /// The newest head of `origin` that this node's witness cosigned.
    pub fn witness(&self, origin: &str) -> Result<Option<SignedCheckpoint>, ReadError> {
        let place = self.view.state().witness.get(origin).map(|cosigned| cosigned.place);
        place.map(|place| self.view.head(place, Kind::Witness)).transpose()
    }

    /// All evidence kept.
    pub fn evidence(&self) -> Vec<EvidenceRow> {
        self.view.state().evidence.iter().map(|(origin, (id, _))| EvidenceRow { id: *id, origin: origin.clone() }).collect()
    }

    /// The evidence file of this name.
    pub fn evidence_file(&self, id: &Blake3) -> Result<Option<Vec<u8>>, ReadError> {
        let place = self.view.state().evidence.values().find(|(kept, _)| kept == id).map(|(_, place)| *place);
        place.map(|place| self.named(place, Kind::Evidence)).transpose()
    }

    /// A small named value.
    pub fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let place = self.view.state().settings.get(name).copied();
        place.map(|place| self.named(place, Kind::Setting)).transpose()
    }

    /// The logs changed after `cursor`, at most `most` of them.
    pub fn changes_since(&self, cursor: u64, most: usize) -> Changes {
        let state = self.view.state();
        let after = (Bound::Excluded(cursor), Bound::Unbounded);
        let page: Vec<(&u64, &Log)> = state
            .changed
            .range(after)
            .take(most)
            .filter_map(|(cursor, number)| Some((cursor, state.logs.get(*number as usize)?)))
            .collect();
        let next = page.last().map_or(cursor, |(cursor, _)| **cursor);
        Changes { epoch: self.epoch(), next, logs: page.into_iter().map(|(_, log)| row(log)).collect() }
    }

    /// Tells of the newest cursor, for long polls.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.view.cursor.subscribe()
    }

    /// Free bytes on the file system of the store, and the floor below which nothing is written.
    pub fn free_space(&self) -> Result<(u64, u64), ReadError> {
        let free = self.view.free().map_err(|error| ReadError::Unavailable(error.to_string()))?;
        Ok((free, self.view.floor))
    }

    fn numbered(&self, origin: &Origin) -> Option<(u32, Log)> {
        self.view.state().log(origin).map(|(number, log)| (number, log.clone()))
    }

    fn named(&self, place: Place, kind: Kind) -> Result<Vec<u8>, ReadError> {
        let payload = self.view.payload(place, kind)?;
        let value = decode_named(&payload).map(|(_, value)| value.to_vec());
        value.ok_or_else(|| self.view.damage(place, "a named value that does not read").into())
    }
}

fn row(log: &Log) -> LogRow {
    LogRow { origin: log.origin.clone(), size: log.size(), root: log.root(), witnessed: log.witnessed.map(|(size, _)| size) }
}

/// The part of `range` that is under the head, and within the bound of one answer.
fn bounded(log: &Log, range: &Range<u64>) -> Range<u64> {
    let end = range.end.min(log.size()).min(range.start.saturating_add(Reader::MOST_ENTRIES));
    range.start.min(end)..end
}

/// The positions on its level of the first `width` hashes of tile `index`.
fn of_tile(index: u64, width: u16) -> Option<Range<u64>> {
    let width = Some(u64::from(width)).filter(|width| (1..=TILE).contains(width))?;
    let start = index.checked_mul(TILE)?;
    Some(start..start.checked_add(width)?)
}

/// The stored hashes of one log: [`Reader::nodes`].
#[derive(Clone, Copy, Debug)]
pub struct LogNodes<'r> {
    reader: &'r Reader,
    origin: &'r Origin,
}

impl Nodes for LogNodes<'_> {
    type Error = ReadError;

    /// Of the subtrees under the head; of no others, and of an unknown log none.
    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, ReadError> {
        let known = self.reader.view.state().log(self.origin).map(|(number, log)| (number, log.size()));
        let (log, size) = known.unwrap_or((0, 0));
        Tree { view: &self.reader.view, log, size }.hashes(ids)
    }
}
