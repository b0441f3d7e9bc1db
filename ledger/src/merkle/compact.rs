use super::{Hash, NodeId, Nodes, ask, check_size, join, subtrees};
use crate::Rejected;

/// The complete subtrees that make up a tree, left to right: all that is needed to append to it and to know its root.
///
/// Invariant: one hash for each one-bit of the size, the highest bit first.
///
/// ```
/// use luodi_ledger::merkle::{CompactRange, Hash};
///
/// let mut tree = CompactRange::new();
/// assert_eq!(tree.root(), Hash::EMPTY);
/// tree.append(Hash::leaf(b"one"));
/// tree.append(Hash::leaf(b"two"));
/// assert_eq!((tree.size(), tree.root()), (2, Hash::node(&Hash::leaf(b"one"), &Hash::leaf(b"two"))));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    peaks: Vec<Hash>,
}

impl CompactRange {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// A tree of `size` leaves from the hashes of its subtrees, left to right, as [`Self::peaks`] gives them.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, Rejected> {
        check_size(size)?;
        if peaks.len() != size.count_ones() as usize {
            return Err(Rejected::new("compact range", format!("{} hashes for size {size}, {} wanted", peaks.len(), size.count_ones())));
        }
        Ok(Self { size, peaks })
    }

    /// The tree of the first `size` leaves, from stored hashes.
    pub fn read<N: Nodes + ?Sized>(nodes: &N, size: u64) -> Result<Self, N::Error> {
        check_size(size)?;
        let peaks = ask(nodes, &subtrees(0..size))?;
        Ok(Self { size, peaks })
    }

    /// Appends the hash of a leaf ([`Hash::leaf`]).
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _| {});
    }

    /// Appends the hash of a leaf and hands every subtree that it completes to `completed`, the leaf first: what a store keeps.
    pub fn append_with(&mut self, leaf: Hash, mut completed: impl FnMut(NodeId, Hash)) {
        let mut node = NodeId { level: 0, index: self.size };
        let mut hash = leaf;
        completed(node, hash);
        // A subtree of each height below the lowest zero-bit of the size waits for its right half.
        while node.index & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = Hash::node(&left, &hash);
            node = NodeId { level: node.level + 1, index: node.index >> 1 };
            completed(node, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// How many leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root: what a checkpoint of this size signs.
    pub fn root(&self) -> Hash {
        join(&self.peaks).unwrap_or(Hash::EMPTY)
    }

    /// The hashes of the complete subtrees, left to right.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }
}
