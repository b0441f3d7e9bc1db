//! Inclusion and consistency proofs (RFC 6962 §2.1.1, §2.1.2; verified as RFC 9162 §2.1.3.2, §2.1.4.2 have it).
//!
//! Both are the same thing: the siblings on the way from one complete subtree up to the root. For inclusion it is the leaf. For
//! consistency it is the last complete subtree of the old tree (the *seed*): joined with all siblings it gives the new root, joined with
//! the left ones only it gives the old root, because every right sibling lies beyond the old tree.

use std::ops::Range;

use super::{Hash, NodeId, Nodes, ask, check_size, join, subtrees};
use crate::Rejected;

/// One step up: the leaves below the sibling, and on which side it stands.
struct Sibling {
    leaves: Range<u64>,
    left: bool,
}

/// The siblings on the way up from `leaves`, a complete subtree within `size` leaves.
fn way_up(leaves: &Range<u64>, size: u64) -> Vec<Sibling> {
    let mut siblings = Vec::new();
    let mut here = 0..size;
    while here != *leaves {
        let width = here.end - here.start;
        // RFC 6962 §2.1: the left part is the largest power of two below the width.
        let split = here.start + (1 << (width - 1).ilog2());
        if leaves.end <= split {
            siblings.push(Sibling { leaves: split..here.end, left: false });
            here.end = split;
        } else {
            siblings.push(Sibling { leaves: here.start..split, left: true });
            here.start = split;
        }
    }
    siblings.reverse();
    siblings
}

/// The last complete subtree of a tree of `old` leaves, which must not be empty.
fn seed(old: u64) -> Range<u64> {
    old - (1 << old.trailing_zeros())..old
}

fn read_ranges<N: Nodes + ?Sized>(nodes: &N, ranges: impl Iterator<Item = Range<u64>>) -> Result<Vec<Hash>, N::Error> {
    let parts: Vec<Vec<NodeId>> = ranges.map(subtrees).collect();
    let hashes = ask(nodes, &parts.concat())?;
    let mut rest = hashes.as_slice();
    let joined = parts.iter().filter_map(|part| {
        let (mine, others) = rest.split_at(part.len());
        rest = others;
        join(mine)
    });
    Ok(joined.collect())
}

fn check_index(index: u64, size: u64) -> Result<(), Rejected> {
    check_size(size)?;
    if index < size { Ok(()) } else { Err(Rejected::new("inclusion", format!("index {index} is beyond size {size}"))) }
}

fn check_sizes(old: u64, new: u64) -> Result<(), Rejected> {
    check_size(new)?;
    if old <= new { Ok(()) } else { Err(Rejected::new("consistency", format!("size {old} is not before size {new}"))) }
}

/// The proof that the leaf at `index` is in the tree of the first `size` leaves: its sibling first, at most 63 hashes.
pub fn inclusion_proof<N: Nodes + ?Sized>(nodes: &N, index: u64, size: u64) -> Result<Vec<Hash>, N::Error> {
    check_index(index, size)?;
    read_ranges(nodes, way_up(&(index..index + 1), size).into_iter().map(|sibling| sibling.leaves))
}

/// The proof that the first `new` leaves begin with the first `old`; empty when `old` is 0 or `new`.
pub fn consistency_proof<N: Nodes + ?Sized>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    let mut path = consistency_path(nodes, old, new)?;
    if old.is_power_of_two() && !path.is_empty() {
        path.remove(0);
    }
    Ok(path)
}

/// As [`consistency_proof`], with the seed always first, also where RFC 6962 omits it (`old` a power of two, the seed being the old
/// root). Only with the seed does a path show *what* the larger tree holds in place of a contradicting smaller one.
pub fn consistency_path<N: Nodes + ?Sized>(nodes: &N, old: u64, new: u64) -> Result<Vec<Hash>, N::Error> {
    check_sizes(old, new)?;
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let seed = seed(old);
    let siblings = way_up(&seed, new).into_iter().map(|sibling| sibling.leaves);
    read_ranges(nodes, std::iter::once(seed).chain(siblings))
}

/// How many hashes a [`consistency_path`] from `old` to `new` has; 0 where none is needed or possible.
pub fn path_length(old: u64, new: u64) -> usize {
    if old == 0 || old >= new || check_size(new).is_err() { 0 } else { way_up(&seed(old), new).len() + 1 }
}

/// The roots that a [`consistency_path`] from `old` to `new` leads to: (old root, new root). Needs 0 < `old` < `new`.
pub fn replay_path(old: u64, new: u64, path: &[Hash]) -> Result<(Hash, Hash), Rejected> {
    check_sizes(old, new)?;
    let ([seed, siblings @ ..], true) = (path, path.len() == path_length(old, new)) else {
        return Err(wrong_length("consistency", path.len(), path_length(old, new)));
    };
    let (mut old_root, mut new_root) = (*seed, *seed);
    for (step, hash) in way_up(&self::seed(old), new).iter().zip(siblings) {
        if step.left {
            old_root = Hash::node(hash, &old_root);
            new_root = Hash::node(hash, &new_root);
        } else {
            new_root = Hash::node(&new_root, hash);
        }
    }
    Ok((old_root, new_root))
}

/// Checks that the leaf with hash `leaf` stands at `index` under `root` over `size` leaves.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, root: Hash, proof: &[Hash]) -> Result<(), Rejected> {
    check_index(index, size)?;
    let siblings = way_up(&(index..index + 1), size);
    if proof.len() != siblings.len() {
        return Err(wrong_length("inclusion", proof.len(), siblings.len()));
    }
    let found = siblings.iter().zip(proof).fold(
        leaf,
        |below, (sibling, hash)| {
            if sibling.left { Hash::node(hash, &below) } else { Hash::node(&below, hash) }
        },
    );
    if found == root { Ok(()) } else { Err(Rejected::new("inclusion", "the proof does not lead to the root")) }
}

/// Checks that the tree of `new` leaves under `new_root` begins with the tree of `old` leaves under `old_root`.
///
/// From size 0 every tree grows, with an empty proof (as tlog-witness has it); equal sizes need equal roots and an empty proof.
pub fn verify_consistency(old: u64, old_root: Hash, new: u64, new_root: Hash, proof: &[Hash]) -> Result<(), Rejected> {
    check_sizes(old, new)?;
    let fails = |why: &str| Err(Rejected::new("consistency", why));
    if old == 0 && old_root != Hash::EMPTY {
        return fails("a tree of size 0 has the root of the empty tree");
    }
    if old == new && old_root != new_root {
        return fails("one size, two roots");
    }
    if old == 0 || old == new {
        return if proof.is_empty() { Ok(()) } else { Err(wrong_length("consistency", proof.len(), 0)) };
    }
    let whole;
    let path = if old.is_power_of_two() {
        whole = [&[old_root], proof].concat();
        &whole
    } else {
        proof
    };
    match replay_path(old, new, path)? {
        roots if roots == (old_root, new_root) => Ok(()),
        (_, found) if found == new_root => fails("the proof leads to the new root, and to another old one"),
        _ => fails("the proof does not lead to the new root"),
    }
}

fn wrong_length(check: &'static str, found: usize, wanted: usize) -> Rejected {
    Rejected::new(check, format!("{found} hashes in the proof, {wanted} wanted"))
}
