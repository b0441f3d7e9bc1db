use super::*;
use crate::checkpoint::Checkpoint;
use crate::follow::{Verdict, judge_with};
use crate::key::SignerKey;
use crate::merkle::{Leaves, consistency_path, root_of};

const ORIGIN: &str = "luodi.example/henan/log/410721101201/1";
const WITNESS: &str = "luodi.example/henan/410721000000/witness";

fn log_key(seed: u8) -> SignerKey {
    SignerKey::from_seed(ORIGIN, KeyKind::Ed25519, &[seed; 32]).unwrap()
}

fn witness_key(seed: u8) -> SignerKey {
    SignerKey::from_seed(WITNESS, KeyKind::Cosigner, &[seed; 32]).unwrap()
}

fn leaves(branch: &str) -> Vec<Hash> {
    (0..90).map(|index| Hash::leaf(format!("{branch} {index}").as_bytes())).collect()
}

fn head(leaves: &[Hash], size: u64, keys: &[SignerKey]) -> SignedCheckpoint {
    Checkpoint { origin: ORIGIN.to_owned(), size, root: root_of(&Leaves(leaves), size).unwrap() }.sign(keys)
}

fn public(keys: &[SignerKey]) -> Vec<VerifierKey> {
    keys.iter().map(|key| key.public().clone()).collect()
}

/// The contradiction of size `small` in one tree and `large` in another.
fn contradiction(small: u64, large: u64, keys: &[SignerKey]) -> Contradiction {
    let (trunk, other) = (leaves("trunk"), leaves("other"));
    match judge_with(Some(&head(&other, small, keys)), &head(&trunk, large, keys), &Leaves(&trunk)).unwrap() {
        Verdict::Fork(found) => *found,
        verdict => panic!("{verdict:?}"),
    }
}

#[test]
fn evidence_of_every_pair_of_sizes_is_read_back() {
    let keys = [log_key(1)];
    let (trunk, other) = (leaves("trunk"), leaves("other"));
    let heads: Vec<SignedCheckpoint> = (0..90).map(|size| head(&trunk, size, &keys)).collect();
    for small in 1..90 {
        let forked = head(&other, small, &keys);
        for large in small..90 {
            let path = consistency_path(&Leaves(&trunk), small, large).unwrap();
            let found = Contradiction::between(&forked, &heads[usize::try_from(large).unwrap()], &path).unwrap();
            let evidence = found.against_log(&public(&keys)).unwrap();
            assert_eq!(evidence.kind(), if small == large { Kind::SameSize } else { Kind::OtherPrefix });
            let bytes = evidence.to_bytes();
            assert!(bytes.len() <= LONGEST);
            let read = Evidence::parse(&bytes).unwrap();
            assert_eq!((&read, read.id()), (&evidence, Blake3::of(&bytes)));
            assert!(read.accuses(&public(&keys)) && !read.accuses(&public(&[log_key(2)])));
        }
    }
}

#[test]
fn no_single_byte_of_evidence_can_change() {
    let keys = [log_key(1)];
    for (small, large) in [(5, 5), (5, 13), (8, 13)] {
        let bytes = contradiction(small, large, &keys).against_log(&public(&keys)).unwrap().to_bytes();
        for place in 0..bytes.len() {
            for flip in [1, 0x20] {
                let mut bad = bytes.clone();
                bad[place] ^= flip;
                assert!(Evidence::parse(&bad).is_err(), "byte {place} of {small}, {large}");
            }
            let mut short = bytes.clone();
            short.remove(place);
            assert!(Evidence::parse(&short).is_err(), "without byte {place}");
        }
    }
}

#[test]
fn honest_heads_make_no_evidence() {
    let keys = [log_key(1), witness_key(2)];
    let trunk = leaves("trunk");
    let heads: Vec<SignedCheckpoint> = (0..60).map(|size| head(&trunk, size, &keys)).collect();
    for (small, one) in (0..).zip(&heads).skip(1) {
        for (large, other) in (0..).zip(&heads).skip(usize::try_from(small).unwrap()) {
            let path = consistency_path(&Leaves(&trunk), small, large).unwrap();
            assert!(Contradiction::between(one, other, &path).is_err(), "{small} {large}");
            assert!(Contradiction::between(other, one, &path).is_err(), "{small} {large}");
            assert!(Contradiction::between(one, other, &[]).is_err(), "{small} {large}");
        }
    }
}

#[test]
fn a_path_that_leads_elsewhere_is_no_evidence() {
    let keys = [log_key(1)];
    let (trunk, other) = (leaves("trunk"), leaves("other"));
    for (small, large) in [(1, 2), (3, 7), (8, 13), (32, 64)] {
        let (one, two) = (head(&other, small, &keys), head(&trunk, large, &keys));
        let path = consistency_path(&Leaves(&trunk), small, large).unwrap();
        assert!(Contradiction::between(&one, &two, &path).is_ok());
        for bad in [&path[1..], &[], &[path.as_slice(), &path[..1]].concat(), &consistency_path(&Leaves(&other), small, large).unwrap()] {
            assert!(Contradiction::between(&one, &two, bad).is_err());
        }
        for place in 0..path.len() {
            let mut bad = path.clone();
            bad[place] = Hash::EMPTY;
            assert!(Contradiction::between(&one, &two, &bad).is_err());
        }
    }
}

#[test]
fn a_log_that_changed_its_key_is_still_one_log() {
    let (old, new, other) = (log_key(1), log_key(2), leaves("other"));
    let (one, two) = (head(&other, 4, std::slice::from_ref(&old)), head(&leaves("trunk"), 4, std::slice::from_ref(&new)));
    let found = Contradiction::between(&one, &two, &[]).unwrap();
    let both = public(&[old.clone(), new.clone()]);
    let evidence = found.against_log(&both).unwrap();
    assert_eq!(Evidence::parse(&evidence.to_bytes()).unwrap(), evidence);
    assert!(evidence.accuses(&both));
    assert!(!evidence.accuses(std::slice::from_ref(new.public())), "one retired key must not freeze the log of the other");
    assert!(found.against_log(&public(std::slice::from_ref(&old))).is_err());
    // Swapped keys name the wrong signer of each head.
    let text = evidence.to_string();
    let swapped = text.replace(
        &format!("log {}\nlog {}\n", evidence.keys()[0], evidence.keys()[1]),
        &format!("log {}\nlog {}\n", evidence.keys()[1], evidence.keys()[0]),
    );
    assert_ne!(swapped, text);
    assert!(Evidence::parse(swapped.as_bytes()).is_err());
}

#[test]
fn lines_nobody_needs_do_not_change_the_id() {
    let keys = [log_key(1)];
    let plain = contradiction(5, 9, &keys).against_log(&public(&keys)).unwrap();
    let more = [log_key(1), log_key(3), witness_key(4)];
    let lined = contradiction(5, 9, &more).against_log(&public(&keys)).unwrap();
    assert_eq!(plain.id(), lined.id());
    // Nor does the order in which the keys are trusted.
    let two = [log_key(1), log_key(3)];
    let (forward, backward) = (public(&two), public(&[two[1].clone(), two[0].clone()]));
    let found = contradiction(5, 9, &two);
    assert_eq!(found.against_log(&forward).unwrap(), found.against_log(&backward).unwrap());
}

#[test]
fn a_witness_that_cosigned_both_branches_is_shown() {
    let keys = [log_key(1), witness_key(2), witness_key(3)];
    let found = contradiction(5, 9, &keys[..2]);
    let evidence = found.against_witnesses(&public(&keys)).unwrap();
    assert_eq!(evidence.len(), 1);
    assert!(evidence[0].is_against_witness() && evidence[0].accuses(std::slice::from_ref(witness_key(2).public())));
    assert_eq!(Evidence::parse(&evidence[0].to_bytes()).unwrap(), evidence[0]);
    assert!(contradiction(5, 9, &keys[..1]).against_witnesses(&public(&keys)).unwrap().is_empty());
}

/// A head cosigned at `time`.
fn cosigned(size: u64, time: u64) -> SignedCheckpoint {
    let mut head = head(&leaves("trunk"), size, &[log_key(1)]);
    head.note_mut().sign(&witness_key(2), time);
    head
}

#[test]
fn a_witness_that_went_back_is_shown() {
    let key = witness_key(2);
    let evidence = Evidence::going_back(&cosigned(9, 100), &cosigned(5, 101), key.public()).unwrap();
    assert_eq!((evidence.kind(), evidence.heads().map(SignedCheckpoint::size)), (Kind::GoingBack, [5, 9]));
    let text = evidence.to_string();
    assert_eq!(Evidence::parse(text.as_bytes()).unwrap(), evidence);
    for bad in [
        text.replace("going-back", "same-size"),
        text.replace("going-back", "other-prefix"),
        text.replace("witness ", "log "),
        text.replacen("\n\n", &format!("\n{}\n\n", Hash::EMPTY), 1),
        text.replace("v1", "v2"),
        format!("{text}\n"),
        format!("\n{text}"),
    ] {
        assert!(Evidence::parse(bad.as_bytes()).is_err(), "{bad}");
    }
    for (small, large) in [(100, 100), (99, 100)] {
        assert!(Evidence::going_back(&cosigned(9, large), &cosigned(5, small), key.public()).is_err());
    }
    assert!(Evidence::going_back(&cosigned(5, 100), &cosigned(5, 101), key.public()).is_err());
    assert!(Evidence::going_back(&cosigned(9, 100), &cosigned(5, 101), witness_key(3).public()).is_err());
}

#[test]
fn a_log_does_not_go_back() {
    let key = log_key(1);
    assert!(Evidence::going_back(&cosigned(9, 100), &cosigned(5, 101), key.public()).is_err());
}

#[test]
fn the_least_is_kept() {
    let keys = [log_key(1)];
    let mut several: Vec<Evidence> = (1..20).map(|size| contradiction(size, 20, &keys).against_log(&public(&keys)).unwrap()).collect();
    several.sort();
    assert!(several.is_sorted_by_key(Evidence::id));
}
