//! Entries on their way in: each page is checked against the signed root before it may be stored.
//!
//! A page comes with a consistency proof from its end to the head. The receiver hashes the leaves onto the tree it holds; the root it
//! arrives at must be the one that the proof ties to the head. So a lying relay wastes at most one page, a log of any length is taken in
//! with a few pages of memory, and what is stored can be gone on from after a cut.
//!
//! Out of scope: signatures of statements and the standing of entries. Invariant: every leaf that [`Intake::page`] lets through lies
//! under the head.

use luodi_ledger::Rejected;
use luodi_ledger::merkle::{CompactRange, Hash, verify_consistency};

use super::message::{LONGEST_LEAF, PAGE};

/// The tree of one log while its entries arrive.
#[derive(Clone, Debug)]
pub struct Intake {
    tree: CompactRange,
    size: u64,
    root: Hash,
}

impl Intake {
    /// Goes on from `tree`, which is proven to be the beginning of the log with `root` over `size` entries.
    pub fn new(tree: CompactRange, size: u64, root: Hash) -> Self {
        Self { tree, size, root }
    }

    /// How many entries the tree holds.
    pub fn taken(&self) -> u64 {
        self.tree.size()
    }

    /// Whether all have arrived.
    pub fn is_complete(&self) -> bool {
        self.tree.size() == self.size
    }

    /// Takes in a page; returns its leaf hashes. A page that is refused changes nothing.
    pub fn page<E: AsRef<[u8]>>(&mut self, entries: &[E], proof: &[Hash]) -> Result<Vec<Hash>, Rejected> {
        let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        if entries.is_empty() || count > PAGE.min(self.size - self.taken()) {
            return Err(Rejected::new("page", format!("{count} entries, more than none and no more than the head covers wanted")));
        }
        if entries.iter().any(|entry| entry.as_ref().len() > LONGEST_LEAF) {
            return Err(Rejected::new("page", format!("a leaf is over {LONGEST_LEAF} bytes")));
        }
        let mut tree = self.tree.clone();
        let leaves: Vec<Hash> = entries.iter().map(|entry| Hash::leaf(entry.as_ref())).collect();
        for leaf in &leaves {
            tree.append(*leaf);
        }
        verify_consistency(tree.size(), tree.root(), self.size, self.root, proof)?;
        self.tree = tree;
        Ok(leaves)
    }
}

#[cfg(test)]
mod tests {
    use luodi_ledger::merkle::{Leaves, consistency_proof};

    use super::*;

    fn entries(count: u64) -> Vec<Vec<u8>> {
        (0..count).map(|n| format!("entry {n}").into_bytes()).collect()
    }

    fn log(count: u64) -> (Vec<Hash>, Hash) {
        let leaves: Vec<Hash> = entries(count).iter().map(|entry| Hash::leaf(entry)).collect();
        let mut tree = CompactRange::new();
        for leaf in &leaves {
            tree.append(*leaf);
        }
        (leaves, tree.root())
    }

    #[test]
    fn pages_under_the_head_pass_and_a_changed_one_does_not() {
        let (leaves, root) = log(600);
        let entries = entries(600);
        let mut intake = Intake::new(CompactRange::new(), 600, root);
        for (from, to) in [(0, 256), (256, 512), (512, 600)] {
            let proof = consistency_proof(&Leaves(&leaves), to as u64, 600).unwrap();
            let mut bad = entries[from..to].to_vec();
            bad[7][0] ^= 1;
            assert!(intake.page(&bad, &proof).is_err());
            bad = entries[from..to].to_vec();
            bad.swap(0, 1);
            assert!(intake.page(&bad, &proof).is_err());
            assert!(intake.page(&entries[from..to - 1], &proof).is_err());
            assert!(intake.page::<Vec<u8>>(&[], &proof).is_err());
            assert_eq!(intake.taken(), from as u64);
            assert_eq!(intake.page(&entries[from..to], &proof).unwrap(), leaves[from..to]);
        }
        assert!(intake.is_complete());
        assert!(intake.page(&entries[..1], &[]).is_err());
    }
}
