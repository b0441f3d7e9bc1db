//! The payload of [`Kind::Run`](super::record::Kind::Run): up to 256 entries of one log, none across the border of a tile.
//!
//! ```text
//! origin, first index u64, count u16, flags u8 (1: with ids), link after the last entry (BLAKE3, time u64)
//! u8 n, n × hash                  the tile roots that the last entry completes, from level 1 up
//! u16 n, n × u8                   the positions of well-formed registry entries
//! count × hash                    leaf hashes
//! count × u16                     lengths
//! count × BLAKE3                  with flag 1: the ids of the statements that stand here first, else zeros
//! 16 bytes                        of the BLAKE3 of all above
//! the entries
//! ```
//!
//! All before the entries is the *table*. It has a digest of its own, and each entry is checked by its leaf hash, so that one entry, or
//! the hashes of a tile, are read and checked without reading the rest.

use luodi_ledger::entry::Link;
use luodi_ledger::hash::Blake3;
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::Origin;

use super::fields::{Fields, Put};

/// Entries in a tile or bundle (C2SP tlog-tiles), and the most in a run.
pub(super) const TILE: u64 = 256;
/// Levels of the tree that one level of tiles spans.
pub(super) const TILE_HEIGHT: u8 = 8;
/// Flag: the table holds statement ids.
const WITH_IDS: u8 = 1;
/// Length of the table's digest.
const DIGEST: usize = 16;

/// The table of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) origin: Origin,
    pub(super) first: u64,
    pub(super) link: Link,
    pub(super) completed: Vec<Hash>,
    pub(super) registry: Vec<u8>,
    pub(super) leaves: Vec<Hash>,
    pub(super) lengths: Vec<u16>,
    /// Empty for logs that this node does not write.
    pub(super) ids: Vec<Blake3>,
}

impl Run {
    /// The index after the last entry.
    pub(super) fn end(&self) -> u64 {
        self.first + self.leaves.len() as u64
    }

    /// The table, which the entries follow.
    pub(super) fn table(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512 + self.leaves.len() * 66);
        bytes.put_text(&self.origin.to_string());
        bytes.put_u64(self.first);
        bytes.put_u16(u16::try_from(self.leaves.len()).unwrap_or(u16::MAX));
        bytes.put(&[if self.ids.is_empty() { 0 } else { WITH_IDS }]);
        bytes.put_link(&self.link);
        bytes.put(&[u8::try_from(self.completed.len()).unwrap_or(u8::MAX)]);
        self.completed.iter().for_each(|hash| bytes.put(hash.as_bytes()));
        bytes.put_u16(u16::try_from(self.registry.len()).unwrap_or(u16::MAX));
        bytes.put(&self.registry);
        self.leaves.iter().for_each(|hash| bytes.put(hash.as_bytes()));
        self.lengths.iter().for_each(|length| bytes.put_u16(*length));
        self.ids.iter().for_each(|id| bytes.put(id.as_bytes()));
        let digest = blake3::hash(&bytes);
        bytes.put(&digest.as_bytes()[..DIGEST]);
        bytes
    }

    /// Reads and checks the table at the beginning of `payload`, which may end with it; gives its length too.
    pub(super) fn decode(payload: &[u8]) -> Option<(Self, usize)> {
        let mut fields = Fields(payload);
        let origin = fields.text()?.parse().ok()?;
        let first = fields.u64()?;
        let count = fields.u16()?;
        let room = TILE - first % TILE;
        if count == 0 || u64::from(count) > room {
            return None;
        }
        let flags = fields.u8()?;
        let link = fields.link(first.checked_add(count.into())?)?;
        let completed = (0..fields.u8()?).map(|_| fields.hash()).collect::<Option<_>>()?;
        let registry = fields.u16().and_then(|length| fields.bytes(length.into()))?.to_vec();
        let leaves = (0..count).map(|_| fields.hash()).collect::<Option<_>>()?;
        let lengths = (0..count).map(|_| fields.u16()).collect::<Option<_>>()?;
        let ids = match flags {
            0 => Vec::new(),
            WITH_IDS => (0..count).map(|_| fields.blake3()).collect::<Option<_>>()?,
            _ => return None,
        };
        let covered = payload.len() - fields.0.len();
        let good = *fields.bytes(DIGEST)? == blake3::hash(&payload[..covered]).as_bytes()[..DIGEST];
        good.then_some((Self { origin, first, link, completed, registry, leaves, lengths, ids }, covered + DIGEST))
    }

    /// Where the entries at `positions` of this run lie in bytes after the table.
    pub(super) fn span(&self, positions: std::ops::Range<usize>) -> std::ops::Range<u64> {
        let total = |lengths: &[u16]| lengths.iter().map(|length| u64::from(*length)).sum::<u64>();
        let start = total(&self.lengths[..positions.start]);
        start..start + total(&self.lengths[positions])
    }

    /// Cuts `bytes` into the entries at `positions`; none if one is not the entry that was stored.
    pub(super) fn cut(&self, positions: std::ops::Range<usize>, bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
        let mut fields = Fields(bytes);
        positions
            .map(|at| fields.bytes(self.lengths[at].into()).filter(|entry| Hash::leaf(entry) == self.leaves[at]).map(<[u8]>::to_vec))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_reads_back_alone_and_any_flipped_byte_shows() {
        let entries = [b"one".to_vec(), b"three".to_vec()];
        let run = Run {
            origin: "luodi.example/henan/log/410721101201/1".parse().unwrap(),
            first: 254,
            link: Link { index: 256, previous: Blake3::of(b"three"), not_before: "2026-11-22T07:58:11Z".parse().unwrap() },
            completed: vec![Hash::leaf(b"tile")],
            registry: vec![1],
            leaves: entries.iter().map(|entry| Hash::leaf(entry)).collect(),
            lengths: vec![3, 5],
            ids: vec![Blake3::ZERO, Blake3::of(b"id")],
        };
        let payload = [run.table(), entries.concat()].concat();
        let (read, length) = Run::decode(&payload).unwrap();
        assert_eq!((&read, length + 8), (&run, payload.len()));
        assert_eq!(Run::decode(&payload[..length]).unwrap().0, run);
        assert_eq!(read.span(1..2), 3..8);
        assert_eq!(read.cut(1..2, &payload[length + 3..]).unwrap(), entries[1..]);
        assert_eq!(read.cut(1..2, b"other"), None);
        for position in 0..length {
            let mut bad = payload.clone();
            bad[position] ^= 1;
            assert_eq!(Run::decode(&bad), None, "byte {position}");
        }
    }
}
