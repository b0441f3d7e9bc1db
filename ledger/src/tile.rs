//! How a log is read: C2SP tlog-tiles, the hashes of the tree and the entries in files of 256.
//!
//! ```text
//! <log>/tile/<level>/<N>[.p/<W>]      hashes, 32 bytes each
//! <log>/tile/entries/<N>[.p/<W>]      entries, each after its length (u16, big-endian)
//! ```
//!
//! Tile N of level l holds the hashes of the complete subtrees 256·N … 256·N+255 of height 8·l; a bundle N the entries 256·N … 256·N+255.
//! The rightmost may be partial, W wide. N is written in groups of three digits, all but the last led by `x`: `x001/x234/067`.
//!
//! Out of scope: fetching; whether the hashes are true (a root or proof made of false ones does not verify). Invariant: coordinates and
//! contents have one spelling, `parse(text).to_string() == text`.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::merkle::{CompactRange, Hash, LARGEST, NodeId, Nodes};
use crate::{Malformed, Rejected, decimal};

/// Hashes in a full tile, entries in a full bundle.
pub const FULL: u16 = 256;
/// Levels of the tree within one tile.
const HEIGHT: u8 = 8;
/// Levels of tiles that a tree of at most 2^63−1 leaves has.
const LEVELS: u8 = 8;
/// The highest level the path format can name.
const HIGHEST_LEVEL: u64 = 63;
/// Longest leaf in bytes: its length is written in 16 bits.
pub const LONGEST_LEAF: usize = u16::MAX as usize;
/// Longest bundle in bytes: 256 of the longest leaves.
pub const LONGEST_BUNDLE: usize = FULL as usize * (2 + LONGEST_LEAF);
/// Bytes of a hash.
const HASH: usize = 32;

/// Where a hash tile stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    place: Place,
}

/// Where an entry bundle stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId(Place);

/// A path under a log's prefix, `tile/…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// `tile/<level>/<N>[.p/<W>]`
    Hashes(TileId),
    /// `tile/entries/<N>[.p/<W>]`
    Entries(BundleId),
}

/// `<N>[.p/<W>]`: position and width, 1 to 256; a full one has no suffix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    index: u64,
    width: u16,
}

impl Place {
    /// Number `index` among files that share out `count` items by 256; none when it holds nothing.
    fn within(count: u64, index: u64) -> Option<Self> {
        let before = index.checked_mul(FULL.into())?;
        let width = count.checked_sub(before)?.min(FULL.into());
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self { index, width })
    }

    /// The files that `new` items have and `old` items do not, in order.
    fn between(old: u64, new: u64) -> impl Iterator<Item = Self> {
        let full = u64::from(FULL);
        let end = if old < new { new.div_ceil(full) } else { 0 };
        (old / full..end).filter_map(move |index| Self::within(new, index))
    }

    fn parse(text: &str) -> Option<Self> {
        let (path, width) = match text.split_once(".p/") {
            Some((path, width)) => {
                (path, decimal(width).and_then(|width| u16::try_from(width).ok()).filter(|width| (1..FULL).contains(width))?)
            }
            None => (text, FULL),
        };
        let mut digits = String::new();
        for part in path.split('/') {
            digits.push_str(part.strip_prefix('x').unwrap_or(part));
        }
        let place = Self { index: digits.parse().ok().filter(|index| *index <= LARGEST)?, width };
        // One spelling: this also refuses signs, spare zeros and misplaced groups.
        (place.to_string() == text).then_some(place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = std::iter::successors(Some(self.index / 1000), |rest| (*rest > 0).then_some(rest / 1000)).take_while(|rest| *rest > 0);
        for group in groups.collect::<Vec<_>>().iter().rev() {
            write!(f, "x{:03}/", group % 1000)?;
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.width < FULL { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl TileId {
    /// Tile `index` of `level` as a tree of `size` leaves has it; none when it would be empty.
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        Some(Self { level, place: Place::within(hashes_at(level, size), index)? })
    }

    /// The tiles that a tree of `new` leaves has and one of `old` leaves does not, level by level, left to right. Lazy: a size somebody
    /// claims may stand for more tiles than memory holds.
    pub fn between(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..LEVELS)
            .flat_map(move |level| Place::between(hashes_at(level, old), hashes_at(level, new)).map(move |place| Self { level, place }))
    }

    /// 0 for leaf hashes; each level up stands for 256 times as many leaves.
    pub const fn level(&self) -> u8 {
        self.level
    }

    /// Position among the tiles of this level, from 0.
    pub const fn index(&self) -> u64 {
        self.place.index
    }

    /// How many hashes it holds, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.place.width
    }

    /// The subtree whose hash stands at `position`.
    pub fn node(&self, position: u16) -> Option<NodeId> {
        let index = self.place.index.checked_mul(FULL.into())?.checked_add(position.into())?;
        (position < self.place.width).then_some(NodeId { level: self.level * HEIGHT, index })
    }

    /// The full tile in place of this partial one: a server may have dropped the partial once the full one exists.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { level: self.level, place: Place { index: self.place.index, width: FULL } }
    }

    /// Reads the content of this tile.
    pub fn decode(&self, bytes: &[u8]) -> Result<Vec<Hash>, Malformed> {
        let hashes = decode_hashes(bytes)?;
        if hashes.len() == usize::from(self.width()) {
            Ok(hashes)
        } else {
            Err(Malformed::new("tile", format!("{} hashes in {self}", hashes.len())))
        }
    }
}

/// How many hashes the tiles of `level` share out in a tree of `size` leaves.
fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0)
}

impl BundleId {
    /// Bundle `index` as a log of `size` entries has it; none when it would be empty.
    pub fn at(index: u64, size: u64) -> Option<Self> {
        Place::within(size, index).map(Self)
    }

    /// The bundles that a log of `new` entries has and one of `old` entries does not, in order.
    pub fn between(old: u64, new: u64) -> impl Iterator<Item = Self> {
        Place::between(old, new).map(Self)
    }

    /// Position among the bundles, from 0.
    pub const fn index(&self) -> u64 {
        self.0.index
    }

    /// How many entries it holds, 1 to 256.
    pub const fn width(&self) -> u16 {
        self.0.width
    }

    /// The indices of its entries; none beyond the largest tree.
    pub fn entries(&self) -> Option<Range<u64>> {
        let start = self.0.index.checked_mul(FULL.into())?;
        Some(start..start.checked_add(self.0.width.into())?)
    }

    /// The full bundle in place of this partial one: a server may have dropped the partial once the full one exists.
    #[must_use]
    pub const fn full(self) -> Self {
        Self(Place { index: self.0.index, width: FULL })
    }

    /// Reads the content of this bundle.
    pub fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Vec<&'b [u8]>, Malformed> {
        let entries = decode_entries(bytes)?;
        if entries.len() == usize::from(self.width()) {
            Ok(entries)
        } else {
            Err(Malformed::new("bundle", format!("{} entries in {self}", entries.len())))
        }
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, self.place)
    }
}

impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/entries/{}", self.0)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hashes(id) => id.fmt(f),
            Self::Entries(id) => id.fmt(f),
        }
    }
}

impl fmt::Debug for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TilePath {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("tile path", "tile/<level>/<N>[.p/<W>] or tile/entries/<N>[.p/<W>] wanted");
        let (level, place) = text.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(wrong)?;
        let place = Place::parse(place).ok_or_else(wrong)?;
        if level == "entries" {
            return Ok(Self::Entries(BundleId(place)));
        }
        let level = decimal(level).filter(|level| *level <= HIGHEST_LEVEL).and_then(|level| u8::try_from(level).ok()).ok_or_else(wrong)?;
        Ok(Self::Hashes(TileId { level, place }))
    }
}

/// The content of a tile.
pub fn encode_hashes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// Reads 1 to 256 hashes.
pub fn decode_hashes(bytes: &[u8]) -> Result<Vec<Hash>, Malformed> {
    let (hashes, rest) = bytes.as_chunks::<HASH>();
    if !rest.is_empty() || !(1..=usize::from(FULL)).contains(&hashes.len()) {
        return Err(Malformed::new("tile", format!("1 to 256 hashes of 32 bytes wanted, {} bytes found", bytes.len())));
    }
    Ok(hashes.iter().copied().map(Hash::from_bytes).collect())
}

/// The content of a bundle of 1 to 256 entries, each at most [`LONGEST_LEAF`] bytes.
pub fn encode_entries<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, Malformed> {
    if !(1..=usize::from(FULL)).contains(&entries.len()) {
        return Err(Malformed::new("bundle", format!("1 to 256 entries wanted, {} given", entries.len())));
    }
    let mut bytes = Vec::new();
    for entry in entries {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| Malformed::new("bundle", "an entry is longer than 65,535 bytes"))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

/// Reads the 1 to 256 entries of a bundle.
pub fn decode_entries(mut bytes: &[u8]) -> Result<Vec<&[u8]>, Malformed> {
    let wrong = |why: &str| Malformed::new("bundle", why);
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        if entries.len() == usize::from(FULL) {
            return Err(wrong("more than 256 entries"));
        }
        let length = u16::from_be_bytes(*length).into();
        let (entry, rest) = rest.split_at_checked(length).ok_or_else(|| wrong("ends within an entry"))?;
        entries.push(entry);
        bytes = rest;
    }
    match (bytes, entries.len()) {
        ([], 1..) => Ok(entries),
        ([], _) => Err(wrong("empty")),
        _ => Err(wrong("ends within a length")),
    }
}

/// A source of hash tiles: a server, a mirror, a directory. All tiles that one answer needs are asked for in one call.
pub trait Tiles {
    /// Why tiles cannot be had.
    type Error: From<Rejected>;

    /// The hashes of `ids`, in their order, each as many as the tile is wide.
    fn tiles(&self, ids: &[TileId]) -> Result<Vec<Vec<Hash>>, Self::Error>;
}

/// The tree of `size` leaves over tiles. It asks for partial tiles of this very size, so `size` must be that of a published checkpoint.
#[derive(Clone, Copy, Debug)]
pub struct TileNodes<T> {
    tiles: T,
    size: u64,
}

impl<T: Tiles> TileNodes<T> {
    /// The tree of `size` leaves in `tiles`.
    pub const fn new(tiles: T, size: u64) -> Self {
        Self { tiles, size }
    }

    /// The tile that holds what `node` is made of, and the positions there.
    fn locate(&self, node: NodeId) -> Option<(TileId, Range<usize>)> {
        node.leaves().filter(|leaves| leaves.end <= self.size)?;
        let height = node.level % HEIGHT;
        let first = node.index << height;
        let tile = TileId::at(node.level / HEIGHT, first / u64::from(FULL), self.size)?;
        let start = usize::try_from(first % u64::from(FULL)).ok()?;
        Some((tile, start..start + (1 << height)))
    }
}

impl<T: Tiles> Nodes for TileNodes<T> {
    type Error = T::Error;

    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, T::Error> {
        let beyond = |id: &NodeId| Rejected::new("node", format!("{id:?} is not in a tree of size {}", self.size));
        let places = ids.iter().map(|id| self.locate(*id).ok_or_else(|| beyond(id))).collect::<Result<Vec<_>, _>>()?;
        let mut wanted: Vec<TileId> = places.iter().map(|(tile, _)| *tile).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let tiles = self.tiles.tiles(&wanted)?;
        let subtree = |(tile, positions): &(TileId, Range<usize>)| {
            let hashes = tiles.get(wanted.binary_search(tile).ok()?)?.get(positions.clone())?;
            let mut range = CompactRange::new();
            for hash in hashes {
                range.append(*hash);
            }
            Some(range.root())
        };
        let short = |tile: &TileId| Rejected::new("tiles", format!("{tile} is missing or too short"));
        places.iter().map(|place| subtree(place).ok_or_else(|| short(&place.0).into())).collect()
    }
}

#[cfg(test)]
mod tests;
