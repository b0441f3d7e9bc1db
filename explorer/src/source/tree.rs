//! The hashes of one log's tree in memory, so that the root of any earlier size is a matter of a few hashes.

use luodi_ledger::Rejected;
use luodi_ledger::merkle::{CompactRange, Hash, NodeId, Nodes};

/// Every complete subtree, by level and position.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    range: CompactRange,
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// How many leaves.
    pub(crate) fn size(&self) -> u64 {
        self.range.size()
    }

    /// The hash of a leaf, if held.
    pub(crate) fn leaf(&self, index: u64) -> Option<Hash> {
        self.levels.first()?.get(usize::try_from(index).ok()?).copied()
    }

    /// The compact range of the first `size` leaves.
    pub(crate) fn range_at(&self, size: u64) -> Option<CompactRange> {
        CompactRange::read(self, size).ok()
    }

    /// The tree of the first `size` leaves.
    pub(crate) fn up_to(&self, size: u64) -> Self {
        Self::default().and((0..size).map_while(|index| self.leaf(index)))
    }

    /// This tree with more leaves.
    pub(crate) fn and(mut self, leaves: impl IntoIterator<Item = Hash>) -> Self {
        for leaf in leaves {
            self.append(leaf);
        }
        self
    }

    pub(crate) fn append(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.range.append_with(leaf, |node, hash| {
            // Subtrees are completed from the leaf up and from left to right, so each is the next of its level.
            let level = usize::from(node.level);
            if levels.len() <= level {
                levels.push(Vec::new());
            }
            levels[level].push(hash);
        });
    }
}

impl Nodes for Tree {
    type Error = Rejected;

    fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, Rejected> {
        let held = |id: &NodeId| self.levels.get(usize::from(id.level))?.get(usize::try_from(id.index).ok()?).copied();
        ids.iter().map(|id| held(id).ok_or_else(|| Rejected::new("node", format!("{id:?} is not in the tree")))).collect()
    }
}
