//! The RFC 6962 Merkle tree with SHA-256: hashes, compact ranges, inclusion and consistency proofs.
//!
//! Everything here is built from the hashes of *complete* subtrees ([`NodeId`]): those never change while a log grows, so they alone are
//! worth storing, in tiles or otherwise. A proof states which of them it needs, all in one call to [`Nodes`], and never fetches.
//!
//! Out of scope: who signed a root, and whether one may replace another ([`crate::follow`]).
//!
//! Invariant: a proof is read with exactly as many hashes as its sizes call for, so no proof has two spellings.

mod compact;
mod proof;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

pub use self::compact::CompactRange;
pub use self::proof::{
    consistency_path, consistency_proof, inclusion_proof, path_length, replay_path, verify_consistency, verify_inclusion,
};
use crate::{Malformed, Rejected};

/// Largest tree: sizes are below 2^63 so that readers in Go hold them in an int64. So no subtree is higher than 63 levels.
pub const LARGEST: u64 = i64::MAX as u64;

/// A SHA-256 node of a tree; its text form is standard base64, 44 characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The root of a tree of size 0: SHA-256 of nothing (RFC 6962 §2.1).
    pub const EMPTY: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
        0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// A hash already computed.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ entry).
    pub fn leaf(entry: &[u8]) -> Self {
        Self(Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into())
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
    pub fn node(left: &Self, right: &Self) -> Self {
        Self(Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0).finalize().into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let bytes = STANDARD.decode(text).map_err(|_| Malformed::new("hash", "base64 not canonical"))?;
        bytes.try_into().map(Self).map_err(|_| Malformed::new("hash", "32 bytes wanted"))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// A complete subtree: the 2^`level` leaves from `index`·2^`level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// 0 for a leaf.
    pub level: u8,
    /// Position among the subtrees of this level, from 0.
    pub index: u64,
}

/// A source of the hashes of complete subtrees. The tree asks for all that one answer needs in one call.
pub trait Nodes {
    /// Why hashes cannot be had; also carries the refusal of a question that no tree answers, such as an index beyond the size.
    type Error: From<Rejected>;

    /// The hashes of `ids`, in their order.
    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, Self::Error>;
}

impl<N: Nodes + ?Sized> Nodes for &N {
    type Error = N::Error;

    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, Self::Error> {
        (**self).hashes(ids)
    }
}

/// All leaf hashes of a tree in memory, as an auditor has them after reading a log; every subtree is hashed anew when asked for.
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a>(pub &'a [Hash]);

impl Nodes for Leaves<'_> {
    type Error = Rejected;

    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, Rejected> {
        let subtree = |id: &NodeId| {
            let leaves = id.leaves()?;
            let held = self.0.get(usize::try_from(leaves.start).ok()?..usize::try_from(leaves.end).ok()?)?;
            let mut range = CompactRange::new();
            for leaf in held {
                range.append(*leaf);
            }
            Some(range.root())
        };
        ids.iter().map(|id| subtree(id).ok_or_else(|| Rejected::new("node", format!("{id:?} is not in the tree")))).collect()
    }
}

impl NodeId {
    /// The leaves below; none when they would lie beyond [`LARGEST`].
    pub fn leaves(self) -> Option<Range<u64>> {
        let width = 1_u64.checked_shl(self.level.into()).filter(|width| *width <= LARGEST)?;
        let start = self.index.checked_mul(width)?;
        let end = start.checked_add(width).filter(|end| *end <= LARGEST)?;
        Some(start..end)
    }
}

/// The root of the first `size` leaves.
pub fn root_of<N: Nodes + ?Sized>(nodes: &N, size: u64) -> Result<Hash, N::Error> {
    Ok(CompactRange::read(nodes, size)?.root())
}

/// The complete subtrees that make up `leaves`, left to right, each as large as fits.
fn subtrees(mut leaves: Range<u64>) -> Vec<NodeId> {
    let mut ids = Vec::new();
    while let Some(fits) = (leaves.end - leaves.start).checked_ilog2() {
        let level = fits.min(leaves.start.trailing_zeros());
        #[expect(clippy::cast_possible_truncation, reason = "a level is below 64")]
        ids.push(NodeId { level: level as u8, index: leaves.start >> level });
        leaves.start += 1 << level;
    }
    ids
}

/// The root over neighbouring subtrees of falling height: the right ones join first (RFC 6962 §2.1).
fn join(subtrees: &[Hash]) -> Option<Hash> {
    subtrees.iter().rev().copied().reduce(|right, left| Hash::node(&left, &right))
}

fn check_size(size: u64) -> Result<(), Rejected> {
    if size <= LARGEST { Ok(()) } else { Err(Rejected::new("tree size", format!("{size} is beyond 2^63−1"))) }
}

fn ask<N: Nodes + ?Sized>(nodes: &N, ids: &[NodeId]) -> Result<Vec<Hash>, N::Error> {
    let hashes = nodes.hashes(ids)?;
    if hashes.len() == ids.len() {
        Ok(hashes)
    } else {
        Err(Rejected::new("nodes", format!("{} hashes for {} asked", hashes.len(), ids.len())).into())
    }
}

#[cfg(test)]
mod tests;
