use super::*;
use crate::checkpoint::Checkpoint;
use crate::key::{KeyKind, SignerKey};
use crate::merkle::{Leaves, consistency_proof, root_of};

const ORIGIN: &str = "luodi.example/henan/log/410721101201/1";

fn head(origin: &str, leaves: &[Hash], size: u64) -> SignedCheckpoint {
    let key = SignerKey::from_seed(origin, KeyKind::Ed25519, &[1; 32]).unwrap();
    Checkpoint { origin: origin.to_owned(), size, root: root_of(&Leaves(leaves), size).unwrap() }.sign(&[key])
}

fn leaves(branch: &str, size: u64) -> Vec<Hash> {
    (0..size).map(|index| Hash::leaf(format!("{branch} {index}").as_bytes())).collect()
}

/// A branch that leaves `trunk` at `fork`.
fn branch(trunk: &[Hash], fork: usize) -> Vec<Hash> {
    let mut other = leaves("branch", trunk.len() as u64);
    other[..fork].copy_from_slice(&trunk[..fork]);
    other
}

#[test]
fn the_first_head_and_the_next_advance_and_the_last_is_stale() {
    let trunk = leaves("trunk", 20);
    let (small, large) = (head(ORIGIN, &trunk, 7), head(ORIGIN, &trunk, 20));
    assert_eq!(judge(None, &small, None), Verdict::Advance);
    assert_eq!(judge(Some(&small), &small, None), Verdict::Same);
    assert_eq!(judge(Some(&small), &large, None), Verdict::NeedProof { from: 7, to: 20 });
    assert_eq!(judge(Some(&large), &small, None), Verdict::NeedProof { from: 7, to: 20 });
    let proof = consistency_proof(&Leaves(&trunk), 7, 20).unwrap();
    assert_eq!(judge(Some(&small), &large, Some(&proof)), Verdict::Advance);
    assert_eq!(judge(Some(&large), &small, Some(&proof)), Verdict::Stale);
    let empty = head(ORIGIN, &trunk, 0);
    assert_eq!(judge(Some(&empty), &large, None), Verdict::Advance);
    assert_eq!(judge(Some(&large), &empty, None), Verdict::Stale);
    assert_eq!(judge(Some(&empty), &empty, None), Verdict::Same);
}

#[test]
fn heads_of_two_logs_are_not_compared() {
    let trunk = leaves("trunk", 4);
    let other = head("elsewhere.example/log", &trunk, 4);
    assert!(matches!(judge(Some(&head(ORIGIN, &trunk, 4)), &other, None), Verdict::Rejected(_)));
}

#[test]
fn every_honest_pair_is_told_from_every_forked_one() {
    const MOST: u64 = 90;
    let trunk = leaves("trunk", MOST);
    let heads: Vec<SignedCheckpoint> = (0..MOST).map(|size| head(ORIGIN, &trunk, size)).collect();
    // Forks at the first leaf, in the middle and at the last leaf of the smaller head.
    for small in 1..MOST {
        let last = usize::try_from(small).unwrap() - 1;
        for fork_at in [0, last / 2, last] {
            let other = branch(&trunk, fork_at);
            let honest = &heads[last + 1];
            let forked = head(ORIGIN, &other, small);
            assert!(matches!(judge(Some(honest), &forked, None), Verdict::Fork(_)));
            for held in &heads[last + 2..] {
                let large = held.size();
                let path = consistency_path(&Leaves(&trunk), small, large).unwrap();
                assert_eq!(judge(Some(held), honest, Some(&path)), Verdict::Stale);
                assert_eq!(judge(Some(honest), held, Some(&path)), Verdict::Advance);
                // The larger tree shows the fork whichever head was held first.
                for (held, offered) in [(held, &forked), (&forked, held)] {
                    let Verdict::Fork(found) = judge(Some(held), offered, Some(&path)) else { panic!("{small} {large} at {fork_at}") };
                    assert_eq!((found.smaller(), found.larger().size()), (&forked, large));
                }
                assert!(matches!(judge_with(Some(held), &forked, &Leaves(&trunk)), Ok(Verdict::Fork(_))));
            }
        }
    }
}

#[test]
fn a_bad_proof_is_no_fork() {
    let trunk = leaves("trunk", 20);
    let other = branch(&trunk, 0);
    for small in [1, 4, 7, 8, 16] {
        let (honest, forked, large) = (head(ORIGIN, &trunk, small), head(ORIGIN, &other, small), head(ORIGIN, &trunk, 20));
        let path = consistency_path(&Leaves(&trunk), small, 20).unwrap();
        let standard = consistency_proof(&Leaves(&trunk), small, 20).unwrap();
        assert_eq!(judge(Some(&honest), &large, Some(&standard)), Verdict::Advance);
        let wrong_tree = consistency_path(&Leaves(&other), small, 20).unwrap();
        let longer = [path.as_slice(), &[Hash::EMPTY]].concat();
        for bad in [&wrong_tree[..], &[], &path[2..], &longer] {
            assert!(matches!(judge(Some(&honest), &large, Some(bad)), Verdict::Rejected(_)), "{small}");
        }
        // From a power of two the standard proof leaves out what would show the fork, so it can only be rejected.
        match judge(Some(&forked), &large, Some(&standard)) {
            Verdict::Rejected(_) => assert!(small.is_power_of_two()),
            Verdict::Fork(_) => assert!(!small.is_power_of_two()),
            verdict => panic!("{verdict:?}"),
        }
    }
}
