//! What readers and the writer share: the state, the index, and the segment files as far as they are durable.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::ops::{Bound, Range};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use luodi_ledger::Rejected;
use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::{Hash, NodeId, Nodes};
use tokio::sync::watch;

use super::disk::Disk;
use super::error::{Damage, ReadError};
use super::index::{Doubt, Index};
use super::journal::missing_segment;
use super::payload::Head;
use super::record::{HEADER, Header, Kind, Place, Secret};
use super::rows::{self, Extent, Ordered, Rows};
use super::run::{Run, TILE, TILE_HEIGHT};
use super::segment::{Preamble, path_of};
use super::state::State;

/// Most segment files held open at once; a province's journal has some thousands.
const MOST_OPEN: usize = 128;

impl From<Doubt> for ReadError {
    fn from(doubt: Doubt) -> Self {
        Self::Unavailable(doubt.to_string())
    }
}

/// Shared by all readers and the writer.
#[derive(Debug)]
pub(super) struct View {
    pub(super) dir: PathBuf,
    pub(super) journal: PathBuf,
    pub(super) secret: Secret,
    pub(super) index: Index,
    pub(super) cursor: watch::Sender<u64>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) floor: u64,
    /// Whether bodies are kept back: see [`Reader::withhold_bodies`](super::Reader::withhold_bodies).
    pub(super) withheld: AtomicBool,
    pub(super) state: RwLock<State>,
    pub(super) open: Mutex<HashMap<u32, Arc<File>>>,
}

impl View {
    pub(super) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn state_mut(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The row of `key`. Rows move from memory to the index, never back, so looking in this order misses none.
    pub(super) fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
        let state = self.state();
        if let Some(value) = state.rows.ordered.get(key).or_else(|| state.sealing.ordered.get(key)) {
            return Ok(Some(value.clone()));
        }
        drop(state);
        Ok(self.index.get(key)?)
    }

    /// Where the statement `id` stands first in a log that this node writes. The older rows are in the index, and stay where they are while
    /// the state is held.
    pub(super) fn statement(&self, log: u32, id: &Blake3) -> Result<Option<u64>, ReadError> {
        let state = self.state();
        let Some(value) = self.index.get(&rows::statement_key(log, id))? else {
            return Ok(state.sealing.statement(log, id).or_else(|| state.rows.statement(log, id)));
        };
        let index = value.try_into().map(u64::from_le_bytes);
        Ok(Some(index.map_err(|_| self.index.doubt("a statement's row does not read"))?))
    }

    /// The rows from `from` to before `to`.
    pub(super) fn rows(&self, from: &[u8], to: &[u8]) -> Result<Ordered, ReadError> {
        let recent = recent(&self.state(), from, to);
        let mut rows: Ordered = self.index.range(from, to)?.into_iter().collect();
        rows.extend(recent);
        Ok(rows)
    }

    /// The runs that hold `entries` of a log, all of which are stored.
    fn extents(&self, log: u32, entries: &Range<u64>) -> Result<Vec<Extent>, ReadError> {
        let lowest = rows::extent_key(log, 0);
        let from = rows::extent_key(log, entries.start);
        let to = rows::extent_key(log, entries.end);
        let state = self.state();
        let mut found = recent(&state, &from, &to);
        let last =
            |rows: &Rows| rows.ordered.range(lowest.clone()..=from.clone()).next_back().map(|(key, value)| (key.clone(), value.clone()));
        let before = last(&state.rows).or_else(|| last(&state.sealing));
        drop(state);
        if let Some((key, value)) = before {
            // All later runs are as recent.
            found.insert(key, value);
        } else {
            found.extend(self.index.at_most(&from)?.filter(|(key, _)| *key >= lowest));
            found.extend(self.index.range(&from, &to)?);
        }
        let extents: Option<Vec<Extent>> = found.iter().map(|(key, value)| Extent::read(key, value)).collect();
        let extents = extents.ok_or_else(|| self.index.doubt("an extent does not read"))?;
        let joined = extents.windows(2).all(|pair| pair[0].end() == pair[1].first);
        let covered = extents.first().is_some_and(|first| first.first <= entries.start)
            && extents.last().is_some_and(|last| last.end() >= entries.end);
        if joined && covered { Ok(extents) } else { Err(self.index.doubt("extents are missing").into()) }
    }

    /// Calls `take` with each run that holds some of `entries`, its place behind the table, and which of its entries are wanted.
    pub(super) fn runs(
        &self,
        log: u32,
        entries: &Range<u64>,
        mut take: impl FnMut(&Run, Place, Range<usize>) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        if entries.is_empty() {
            return Ok(());
        }
        for extent in self.extents(log, entries)? {
            let run = self.run(&extent)?;
            let wanted = entries.start.max(extent.first)..entries.end.min(extent.end());
            // Within a run, whose entries are at most 256.
            #[expect(clippy::cast_possible_truncation, reason = "below 256")]
            let positions = (wanted.start - extent.first) as usize..(wanted.end - extent.first) as usize;
            let behind = extent.place.offset + HEADER as u64 + u64::from(extent.table);
            take(&run, Place { offset: behind, ..extent.place }, positions)?;
        }
        Ok(())
    }

    fn run(&self, extent: &Extent) -> Result<Run, ReadError> {
        let bytes = self.bytes(extent.place, HEADER as u64 + u64::from(extent.table))?;
        let (_, table) = self.opened(extent.place, &bytes, Kind::Run)?;
        match Run::decode(table) {
            Some((run, length)) if length == extent.table as usize && run.first == extent.first => Ok(run),
            _ => Err(self.damage(extent.place, "a run whose table is not what was written").into()),
        }
    }

    /// The header of the record at the beginning of `bytes`, which were read at `place`.
    fn opened<'b>(&self, place: Place, bytes: &'b [u8], kind: Kind) -> Result<(Header, &'b [u8]), ReadError> {
        let split = bytes.split_first_chunk::<HEADER>();
        let read = split.and_then(|(header, rest)| Some((Header::decode(header, &self.secret, place)?, rest)));
        read.filter(|(header, _)| header.kind == kind)
            .ok_or_else(|| self.damage(place, "the header of a record is not what was written").into())
    }

    /// The payload of the record of `kind` at `place`.
    pub(super) fn payload(&self, place: Place, kind: Kind) -> Result<Vec<u8>, ReadError> {
        let header = self.bytes(place, HEADER as u64)?;
        let (header, _) = self.opened(place, &header, kind)?;
        let payload = self.bytes(Place { offset: place.offset + HEADER as u64, ..place }, header.length.into())?;
        if header.covers(&payload) { Ok(payload) } else { Err(self.damage(place, "a record whose bytes are not those written").into()) }
    }

    /// The head in the record of `kind` at `place`.
    pub(super) fn head(&self, place: Place, kind: Kind) -> Result<SignedCheckpoint, ReadError> {
        let payload = self.payload(place, kind)?;
        let head = Head::decode(&payload).and_then(|head| SignedCheckpoint::parse(head.note).ok());
        head.ok_or_else(|| self.damage(place, "a head that does not read").into())
    }

    /// `length` bytes of a segment.
    pub(super) fn bytes(&self, place: Place, length: u64) -> Result<Vec<u8>, ReadError> {
        let file = self.file(place.segment)?;
        let mut bytes = vec![0; usize::try_from(length).map_err(|error| ReadError::Unavailable(error.to_string()))?];
        match file.read_exact_at(&mut bytes, place.offset) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.damage(place, "the segment ends too soon").into()),
            Err(error) => Err(self.unavailable(place.segment, &error)),
        }
    }

    fn file(&self, segment: u32) -> Result<Arc<File>, ReadError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&segment) {
            return Ok(file.clone());
        }
        let path = path_of(&self.journal, segment);
        let file = match File::open(&path) {
            Err(absent) if absent.kind() == io::ErrorKind::NotFound => return Err(missing_segment(&self.journal, segment).into()),
            file => file.map_err(|error| self.unavailable(segment, &error))?,
        };
        let preamble = Preamble::read(&file, segment, &path).map_err(|error| self.unavailable(segment, &error))??;
        if preamble.secret != self.secret {
            return Err(self.damage(Place { segment, offset: 0 }, "the segment is of another store").into());
        }
        if open.len() >= MOST_OPEN {
            open.clear();
        }
        let file = Arc::new(file);
        open.insert(segment, file.clone());
        Ok(file)
    }

    fn unavailable(&self, segment: u32, error: &io::Error) -> ReadError {
        ReadError::Unavailable(format!("{}: {error}", path_of(&self.journal, segment).display()))
    }

    pub(super) fn damage(&self, place: Place, why: &str) -> Damage {
        Damage { file: path_of(&self.journal, place.segment), offset: place.offset, why: why.to_owned() }
    }

    /// Free bytes.
    pub(super) fn free(&self) -> io::Result<u64> {
        self.disk.free(&self.dir)
    }

    /// The leaf hashes of `entries`, all of which are stored.
    pub(super) fn leaves(&self, log: u32, entries: &Range<u64>) -> Result<Vec<Hash>, ReadError> {
        let mut hashes = Vec::new();
        self.runs(log, entries, |run, _, positions| {
            hashes.extend_from_slice(&run.leaves[positions]);
            Ok(())
        })?;
        Ok(hashes)
    }

    /// The hashes `wanted` of tile level `level`: leaves at level 0, roots of full tiles above; all of them complete in the log.
    pub(super) fn tile_hashes(&self, log: u32, level: u8, wanted: &Range<u64>) -> Result<Vec<Hash>, ReadError> {
        if level == 0 {
            return self.leaves(log, wanted);
        }
        let rows = self.rows(&rows::node_key(log, level, wanted.start), &rows::node_key(log, level, wanted.end))?;
        let hashes: Option<Vec<Hash>> = rows.into_values().map(|value| value.try_into().ok().map(Hash::from_bytes)).collect();
        match hashes {
            Some(hashes) if hashes.len() as u64 == wanted.end - wanted.start => Ok(hashes),
            _ => Err(self.index.doubt("tile hashes are missing").into()),
        }
    }
}

/// The rows in memory from `from` to before `to`.
fn recent(state: &State, from: &[u8], to: &[u8]) -> Ordered {
    let range = || (Bound::Included(from), Bound::Excluded(to));
    let held = state.sealing.ordered.range::<[u8], _>(range()).chain(state.rows.ordered.range::<[u8], _>(range()));
    held.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The hashes of a log's first `size` entries, all of which are stored.
pub(super) struct Tree<'v> {
    pub(super) view: &'v View,
    pub(super) log: u32,
    pub(super) size: u64,
}

impl Nodes for Tree<'_> {
    type Error = ReadError;

    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, ReadError> {
        // A proof asks for several nodes of the same tile.
        let mut tiles: HashMap<(u8, u64), Vec<Hash>> = HashMap::new();
        let mut hashes = Vec::with_capacity(ids.len());
        for id in ids {
            let beyond = || Rejected::new("node", format!("{id:?} is not in the log of {} entries", self.size));
            let leaves = id.leaves().filter(|leaves| leaves.end <= self.size).ok_or_else(beyond)?;
            let level = id.level / TILE_HEIGHT;
            let shift = id.level % TILE_HEIGHT;
            // The node is the root over these hashes of one tile.
            let wanted = id.index << shift..(id.index + 1) << shift;
            let tile = wanted.start / TILE;
            let held = match tiles.entry((level, tile)) {
                std::collections::hash_map::Entry::Occupied(held) => held.into_mut(),
                std::collections::hash_map::Entry::Vacant(room) => {
                    let complete = self.size >> (u32::from(TILE_HEIGHT) * u32::from(level));
                    room.insert(self.view.tile_hashes(self.log, level, &(tile * TILE..complete.min((tile + 1) * TILE)))?)
                }
            };
            debug_assert!(leaves.end <= self.size);
            #[expect(clippy::cast_possible_truncation, reason = "positions within a tile")]
            let positions = (wanted.start - tile * TILE) as usize..(wanted.end - tile * TILE) as usize;
            let row = held.get(positions).ok_or_else(beyond)?;
            hashes.push(root_over(row));
        }
        Ok(hashes)
    }
}

/// The root over 2^n sibling hashes.
fn root_over(row: &[Hash]) -> Hash {
    match row {
        [] => Hash::EMPTY,
        [one] => *one,
        _ => {
            let (left, right) = row.split_at(row.len() / 2);
            Hash::node(&root_over(left), &root_over(right))
        }
    }
}
