//! The rows of the index: what a segment adds to it, as keys and values.
//!
//! A key is a letter and what it is about, big-endian so that keys sort as numbers do. Rows are only ever added or replaced, so the rows of
//! all segments, taken in order, make the whole index; a sealed segment carries its own as its footer.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use luodi_ledger::hash::Blake3;

use super::fields::{Fields, Put};
use super::record::Place;
use super::run::Run;

/// Rows by key.
pub(super) type Ordered = BTreeMap<Vec<u8>, Vec<u8>>;

/// The rows that the active segment adds. Those of statements are by far the most and are asked for one by one, so they are kept by hash.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) ordered: Ordered,
    statements: HashMap<(u32, Blake3), u64>,
}

impl Rows {
    pub(super) fn insert(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.ordered.insert(key, value);
    }

    /// Says where a statement stands; of one that is there already the first place counts.
    pub(super) fn insert_statement(&mut self, log: u32, id: Blake3, index: u64) {
        self.statements.entry((log, id)).or_insert(index);
    }

    pub(super) fn statement(&self, log: u32, id: &Blake3) -> Option<u64> {
        self.statements.get(&(log, *id)).copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ordered.is_empty() && self.statements.is_empty()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// All rows as the index keeps them, by key.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
        let borrowed = |(key, value)| (Cow::Borrowed(Vec::as_slice(key)), Cow::Borrowed(Vec::as_slice(value)));
        let mut statements: Vec<_> = self.statements.iter().collect();
        statements.sort_unstable();
        let made =
            |((log, id), index): (&(u32, Blake3), &u64)| (Cow::Owned(statement_key(*log, id)), Cow::Owned(index.to_le_bytes().to_vec()));
        let before = self.ordered.range(..vec![STATEMENT]).map(borrowed);
        before.chain(statements.into_iter().map(made)).chain(self.ordered.range(vec![STATEMENT]..).map(borrowed))
    }
}

/// `L` log number → what is known of a log.
pub(super) const LOG: u8 = b'L';
/// `W` origin → the head this node's witness cosigned last.
pub(super) const WITNESS: u8 = b'W';
/// `V` origin → evidence.
pub(super) const EVIDENCE: u8 = b'V';
/// `S` name → a setting.
pub(super) const SETTING: u8 = b'S';
/// `T` hash → the tombstone of what had that name.
pub(super) const TOMBSTONE: u8 = b'T';
const EXTENT: u8 = b'E';
const NODE: u8 = b'H';
const STATEMENT: u8 = b'I';
const REGISTRY: u8 = b'R';
const BODY: u8 = b'B';

fn key(letter: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = vec![letter];
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

pub(super) fn log_key(log: u32) -> Vec<u8> {
    key(LOG, &[&log.to_be_bytes()])
}

pub(super) fn named_key(letter: u8, name: &str) -> Vec<u8> {
    key(letter, &[name.as_bytes()])
}

pub(super) fn extent_key(log: u32, first: u64) -> Vec<u8> {
    key(EXTENT, &[&log.to_be_bytes(), &first.to_be_bytes()])
}

/// A tile hash of level 1 or more.
pub(super) fn node_key(log: u32, tile_level: u8, index: u64) -> Vec<u8> {
    key(NODE, &[&log.to_be_bytes(), &[tile_level], &index.to_be_bytes()])
}

pub(super) fn statement_key(log: u32, id: &Blake3) -> Vec<u8> {
    key(STATEMENT, &[&log.to_be_bytes(), id.as_bytes()])
}

/// Whether a row says where a statement stands.
pub(super) fn is_statement(key: &[u8]) -> bool {
    key.first() == Some(&STATEMENT)
}

pub(super) fn registry_key(log: u32, index: u64) -> Vec<u8> {
    key(REGISTRY, &[&log.to_be_bytes(), &index.to_be_bytes()])
}

pub(super) fn body_key(id: &Blake3) -> Vec<u8> {
    key(BODY, &[id.as_bytes()])
}

pub(super) fn tombstone_key(id: &Blake3) -> Vec<u8> {
    key(TOMBSTONE, &[id.as_bytes()])
}

/// The number that a key ends in.
pub(super) fn last_number(key: &[u8]) -> Option<u64> {
    key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Where a run lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) first: u64,
    pub(super) count: u16,
    pub(super) place: Place,
    /// Length of the run's table.
    pub(super) table: u32,
}

impl Extent {
    pub(super) fn of(run: &Run, place: Place, table: usize) -> Option<Self> {
        Some(Self { first: run.first, count: u16::try_from(run.leaves.len()).ok()?, place, table: u32::try_from(table).ok()? })
    }

    pub(super) fn end(&self) -> u64 {
        self.first + u64::from(self.count)
    }

    pub(super) fn value(&self) -> Vec<u8> {
        let mut value = place_value(self.place);
        value.put_u32(self.table);
        value.put_u16(self.count);
        value
    }

    pub(super) fn read(key: &[u8], value: &[u8]) -> Option<Self> {
        let mut fields = Fields(value);
        let extent = Self { first: last_number(key)?, place: fields.place()?, table: fields.u32()?, count: fields.u16()? };
        fields.end().map(|()| extent)
    }
}

pub(super) fn place_value(place: Place) -> Vec<u8> {
    let mut value = Vec::with_capacity(24);
    value.put_place(place);
    value
}

pub(super) fn read_place(value: &[u8]) -> Option<Place> {
    let mut fields = Fields(value);
    let place = fields.place()?;
    fields.end().map(|()| place)
}

/// Rows as the payload of a footer.
pub(super) fn encode(rows: &Rows) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in rows.in_order() {
        // Keys and values are a few hundred bytes at most.
        bytes.put_u16(u16::try_from(key.len()).unwrap_or(u16::MAX));
        bytes.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        bytes.put(&key);
        bytes.put(&value);
    }
    bytes
}

/// The rows of a footer.
pub(super) fn decode(payload: &[u8]) -> Option<Ordered> {
    let mut fields = Fields(payload);
    let mut rows = Ordered::new();
    while !fields.0.is_empty() {
        let (key, value) = (fields.u16()?, fields.u16()?);
        rows.insert(fields.bytes(key.into())?.to_vec(), fields.bytes(value.into())?.to_vec());
    }
    Some(rows)
}
