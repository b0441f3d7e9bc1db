use ct_merkle::digest::array::Array;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;

use super::*;

/// Sizes up to which everything is tried: past 64, so that several levels and every shape of the right edge occur.
const MOST: u64 = 90;

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::leaf(&entry(index))).collect()
}

/// The textbook: MTH of RFC 6962 §2.1, word for word.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Hash::node(&mth(left), &mth(right))
        }
    }
}

/// PATH of RFC 6962 §2.1.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let split = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(split);
    let (mut below, sibling) = if index < split { (path(index, left), mth(right)) } else { (path(index - split, right), mth(left)) };
    below.push(sibling);
    below
}

/// SUBPROOF of RFC 6962 §2.1.2; `known` is its flag b.
fn subproof(old: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if known { Vec::new() } else { vec![mth(leaves)] };
    }
    let split = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(split);
    let (mut below, sibling) =
        if old <= split { (subproof(old, left, known), mth(right)) } else { (subproof(old - split, right, false), mth(left)) };
    below.push(sibling);
    below
}

#[test]
fn roots_are_those_of_the_textbook() {
    let all = leaves(MOST);
    let mut range = CompactRange::new();
    for size in 0..=all.len() {
        let root = mth(&all[..size]);
        assert_eq!(range.root(), root, "{size}");
        assert_eq!(root_of(&Leaves(&all), size as u64).unwrap(), root, "{size}");
        assert_eq!(CompactRange::read(&Leaves(&all), size as u64).unwrap(), range, "{size}");
        assert_eq!(CompactRange::from_peaks(size as u64, range.peaks().to_vec()).unwrap(), range);
        if let Some(leaf) = all.get(size) {
            range.append(*leaf);
        }
    }
}

#[test]
fn every_completed_subtree_is_handed_out_once() {
    let all = leaves(MOST);
    let mut range = CompactRange::new();
    let mut seen = std::collections::BTreeMap::new();
    for leaf in &all {
        range.append_with(*leaf, |id, hash| assert!(seen.insert(id, hash).is_none(), "{id:?} twice"));
    }
    for (id, hash) in &seen {
        assert_eq!(Leaves(&all).hashes(&[*id]).unwrap(), [*hash]);
    }
    let wanted: u64 = (0..64).map(|level| MOST >> level).sum();
    assert_eq!(seen.len() as u64, wanted);
}

#[test]
fn inclusion_proofs_are_those_of_the_textbook_and_verify() {
    let all = leaves(MOST);
    for size in 1..=MOST {
        let root = root_of(&Leaves(&all), size).unwrap();
        for index in 0..size {
            let proof = inclusion_proof(&Leaves(&all), index, size).unwrap();
            assert_eq!(proof, path(usize::try_from(index).unwrap(), &all[..usize::try_from(size).unwrap()]), "{index} of {size}");
            verify_inclusion(all[usize::try_from(index).unwrap()], index, size, root, &proof).unwrap();
        }
    }
}

#[test]
fn consistency_proofs_are_those_of_the_textbook_and_verify() {
    let all = leaves(MOST);
    for new in 0..=MOST {
        let new_root = root_of(&Leaves(&all), new).unwrap();
        for old in 0..=new {
            let old_root = root_of(&Leaves(&all), old).unwrap();
            let proof = consistency_proof(&Leaves(&all), old, new).unwrap();
            if old > 0 {
                let (old, new) = (usize::try_from(old).unwrap(), usize::try_from(new).unwrap());
                assert_eq!(proof, subproof(old, &all[..new], true), "{old} to {new}");
            }
            verify_consistency(old, old_root, new, new_root, &proof).unwrap();
            let path = consistency_path(&Leaves(&all), old, new).unwrap();
            assert_eq!(path.len(), path_length(old, new));
            if 0 < old && old < new {
                assert_eq!(replay_path(old, new, &path).unwrap(), (old_root, new_root));
            }
        }
    }
}

#[test]
fn a_strangers_tree_agrees() {
    let all = leaves(MOST);
    let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=MOST {
        tree.push(entry(size - 1));
        let theirs = tree.root();
        assert_eq!(theirs.as_bytes().as_slice(), root_of(&Leaves(&all), size).unwrap().as_bytes());
        for index in 0..size {
            let proof: Vec<Array<u8, _>> =
                inclusion_proof(&Leaves(&all), index, size).unwrap().iter().map(|hash| Array::from(*hash.as_bytes())).collect();
            let proof = ct_merkle::InclusionProof::<Sha256>::from_digests(proof.iter());
            theirs.verify_inclusion(&entry(index), index, &proof).unwrap();
            let ours = tree.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(ours.as_bytes(), proof.as_bytes());
        }
        for old in 1..size {
            let theirs = tree.prove_consistency(usize::try_from(size - old).unwrap());
            let ours = consistency_proof(&Leaves(&all), old, size).unwrap();
            let ours: Vec<u8> = ours.iter().flat_map(|hash| *hash.as_bytes()).collect();
            assert_eq!(theirs.as_bytes(), ours, "{old} to {size}");
        }
    }
}

/// What a liar or a broken disk may do to a list of hashes: every change of one hash, and every change of length at every place.
fn spoiled(proof: &[Hash], foreign: Hash) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[foreign]].concat()];
    for place in 0..proof.len() {
        let mut flipped = proof.to_vec();
        let mut bytes = *flipped[place].as_bytes();
        bytes[place % 32] ^= 1 << (place % 8);
        flipped[place] = Hash::from_bytes(bytes);
        let mut dropped = proof.to_vec();
        dropped.remove(place);
        let mut doubled = proof.to_vec();
        doubled.insert(place, proof[place]);
        let mut inserted = proof.to_vec();
        inserted.insert(place, foreign);
        let mut reversed = proof.to_vec();
        reversed.reverse();
        all.extend([flipped, dropped, doubled, inserted]);
        if reversed != proof {
            all.push(reversed);
        }
    }
    all
}

fn near(number: u64) -> Vec<u64> {
    let mut all = vec![number.wrapping_sub(1), number + 1, number * 2, number / 2, number ^ 2, LARGEST, LARGEST + 1, u64::MAX];
    all.retain(|other| *other != number);
    all
}

#[test]
fn a_changed_inclusion_proof_is_refuted() {
    let all = leaves(40);
    for size in 1..40 {
        let root = root_of(&Leaves(&all), size).unwrap();
        for index in 0..size {
            let leaf = all[usize::try_from(index).unwrap()];
            let proof = inclusion_proof(&Leaves(&all), index, size).unwrap();
            let holds = |leaf, index, size, root, proof: &[Hash]| verify_inclusion(leaf, index, size, root, proof).is_ok();
            assert!(holds(leaf, index, size, root, &proof));
            for bad in spoiled(&proof, Hash::EMPTY) {
                assert!(!holds(leaf, index, size, root, &bad), "{index} of {size}");
            }
            for other in near(index) {
                assert!(!holds(leaf, other, size, root, &proof), "{index} as {other} of {size}");
            }
            for other in near(size) {
                // A proof of the same shape may lead to the same root at another size: the signed size is what binds.
                let same_shape = other <= LARGEST && index < other && sides(index..index + 1, other) == sides(index..index + 1, size);
                assert_eq!(holds(leaf, index, other, root, &proof), same_shape, "{index} of {size} as {other}");
            }
            assert!(!holds(Hash::EMPTY, index, size, root, &proof));
            assert!(!holds(leaf, index, size, Hash::EMPTY, &proof));
        }
    }
}

/// On which sides the siblings of a complete subtree stand, from the root down: all that verification takes from the numbers.
fn sides(leaves: Range<u64>, size: u64) -> Vec<bool> {
    let (mut here, mut sides) = (0..size, Vec::new());
    while here != leaves {
        let split = here.start + (1 << (here.end - here.start - 1).ilog2());
        let right = leaves.start >= split;
        sides.push(right);
        here = if right { split..here.end } else { here.start..split };
    }
    sides
}

#[test]
fn a_changed_consistency_proof_is_refuted() {
    let all = leaves(40);
    for new in 2..40 {
        let new_root = root_of(&Leaves(&all), new).unwrap();
        for old in 1..new {
            let old_root = root_of(&Leaves(&all), old).unwrap();
            let proof = consistency_proof(&Leaves(&all), old, new).unwrap();
            let holds = |old, old_root, new, new_root, proof: &[Hash]| verify_consistency(old, old_root, new, new_root, proof).is_ok();
            for bad in spoiled(&proof, Hash::EMPTY) {
                assert!(!holds(old, old_root, new, new_root, &bad), "{old} to {new}");
            }
            assert!(!holds(old, new_root, new, old_root, &proof), "{old} to {new}");
            assert!(!holds(old, new_root, new, new_root, &proof), "{old} to {new}");
            assert!(!holds(old, old_root, new, old_root, &proof), "{old} to {new}");
            assert!(!holds(new, new_root, old, old_root, &proof), "{old} to {new}");
            for other in near(old) {
                assert!(!holds(other, old_root, new, new_root, &proof), "{old} as {other} to {new}");
            }
            let seed = old - (1 << old.trailing_zeros())..old;
            for other in near(new) {
                let same_shape = other <= LARGEST && old < other && sides(seed.clone(), other) == sides(seed.clone(), new);
                assert_eq!(holds(old, old_root, other, new_root, &proof), same_shape, "{old} to {new} as {other}");
            }
        }
    }
}

#[test]
fn a_proof_from_nothing_or_to_itself_is_empty() {
    let root = Hash::leaf(b"x");
    verify_consistency(0, Hash::EMPTY, 0, Hash::EMPTY, &[]).unwrap();
    verify_consistency(0, Hash::EMPTY, 1, root, &[]).unwrap();
    verify_consistency(1, root, 1, root, &[]).unwrap();
    for (old, old_root, new, new_root, proof) in [
        (0, Hash::EMPTY, 1, root, &[root][..]),
        (0, root, 1, root, &[]),
        (0, root, 0, root, &[]),
        (1, root, 1, root, &[root]),
        (1, root, 1, Hash::EMPTY, &[]),
        (2, root, 1, root, &[]),
        (1, root, LARGEST + 1, root, &[root; 63]),
    ] {
        assert!(verify_consistency(old, old_root, new, new_root, proof).is_err(), "{old} to {new}");
    }
}

#[test]
fn the_largest_tree_stays_within_63_levels() {
    /// Every subtree of a tree whose leaves are all alike.
    struct Alike;
    impl Nodes for Alike {
        type Error = Rejected;
        fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, Rejected> {
            assert!(ids.iter().all(|id| id.leaves().is_some()));
            Ok(ids.iter().map(|id| (0..id.level).fold(Hash::leaf(b"x"), |hash, _| Hash::node(&hash, &hash))).collect())
        }
    }
    let root = root_of(&Alike, LARGEST).unwrap();
    for index in [0, 1, LARGEST / 2, LARGEST - 1] {
        let proof = inclusion_proof(&Alike, index, LARGEST).unwrap();
        assert!(proof.len() <= 63);
        verify_inclusion(Hash::leaf(b"x"), index, LARGEST, root, &proof).unwrap();
    }
    for old in [1, 2, 3, LARGEST / 2, LARGEST / 2 + 1, LARGEST - 1] {
        let proof = consistency_proof(&Alike, old, LARGEST).unwrap();
        verify_consistency(old, root_of(&Alike, old).unwrap(), LARGEST, root, &proof).unwrap();
    }
    assert!(root_of(&Alike, LARGEST + 1).is_err());
    assert!(inclusion_proof(&Alike, 0, LARGEST + 1).is_err());
    assert!(inclusion_proof(&Alike, 5, 5).is_err());
    assert!(consistency_path(&Alike, 6, 5).is_err());
    assert_eq!(NodeId { level: 255, index: 0 }.leaves(), None);
    assert_eq!(NodeId { level: 62, index: 1 }.leaves(), None);
}

#[test]
fn a_source_that_answers_too_little_is_an_error() {
    struct Short;
    impl Nodes for Short {
        type Error = Rejected;
        fn hashes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, Rejected> {
            Ok(vec![Hash::EMPTY; ids.len().saturating_sub(1)])
        }
    }
    assert!(root_of(&Short, 7).is_err());
    assert!(inclusion_proof(&Short, 3, 7).is_err());
    assert!(consistency_proof(&Short, 3, 7).is_err());
    assert!(CompactRange::from_peaks(7, vec![Hash::EMPTY; 2]).is_err());
    assert!(CompactRange::from_peaks(u64::MAX, vec![Hash::EMPTY; 64]).is_err());
}

proptest! {
    // Thousands of leaves are hashed in each case.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn proofs_of_large_trees_verify(size in 2_u64..3000, at in any::<prop::sample::Index>(), from in any::<prop::sample::Index>()) {
        let all = leaves(size);
        let nodes = Leaves(&all);
        let root = root_of(&nodes, size).unwrap();
        let index = at.index(all.len());
        let proof = inclusion_proof(&nodes, index as u64, size).unwrap();
        verify_inclusion(all[index], index as u64, size, root, &proof).unwrap();
        let old = from.index(all.len()) as u64;
        let old_root = root_of(&nodes, old).unwrap();
        verify_consistency(old, old_root, size, root, &consistency_proof(&nodes, old, size).unwrap()).unwrap();
    }

    #[test]
    fn a_range_grown_in_parts_is_the_range_grown_at_once(size in 0_u64..500, more in 0_u64..500) {
        let all = leaves(size + more);
        let mut range = CompactRange::read(&Leaves(&all), size).unwrap();
        all[usize::try_from(size).unwrap()..].iter().for_each(|leaf| range.append(*leaf));
        prop_assert_eq!(range, CompactRange::read(&Leaves(&all), size + more).unwrap());
    }

    #[test]
    fn no_numbers_and_hashes_make_verification_panic(
        a in any::<u64>(), b in any::<u64>(), proof in prop::collection::vec(any::<[u8; 32]>().prop_map(Hash::from_bytes), 0..70)
    ) {
        prop_assert!(verify_inclusion(Hash::EMPTY, a, b, Hash::EMPTY, &proof).is_err());
        prop_assert!(a == 0 || a == b || verify_consistency(a, Hash::EMPTY, b, Hash::leaf(b"x"), &proof).is_err());
        let _ = replay_path(a, b, &proof);
    }
}
