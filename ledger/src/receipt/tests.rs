use super::*;
use crate::checkpoint::SignedCheckpoint;
use crate::cosignature::cosign;
use crate::facts::Facts;
use crate::federation::FederationFile;
use crate::key::{KeyKind, SignerKey};
use crate::merkle::{Leaves, inclusion_proof};
use crate::names::Origin;
use crate::registry::{AppointFacts, DivisionFacts, FormerEnd, Succession, ValidUpTo, Witnessing};
use crate::statement::BodyRef;
use crate::testing::{
    COUNTY, TOWNSHIP, VILLAGE, World, appoint, charter_facts, federation, office, office_key, origin, revoke, seed, witness_key,
    witnessed_charter,
};

const BODY: &[u8] = r#"{"title":"修路"}"#.as_bytes();

/// A committee's statement in a village log, three levels below the pinned key, with its words and a witness's line.
fn receipt() -> Receipt {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, committee) = (office(TOWNSHIP, "government"), office(VILLAGE, "committee"));
    world.say(COUNTY, &county, ("charter", Facts::of(&charter_facts(TOWNSHIP)).unwrap()));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(TOWNSHIP, &township, ("charter", Facts::of(&witnessed_charter(VILLAGE, TOWNSHIP)).unwrap()));
    world.say(TOWNSHIP, &township, appoint(&committee, None));
    world.say(VILLAGE, &committee, ("topic", Facts::empty()));
    let at = world.say_with(VILLAGE, &committee, ("topic", Facts::empty()), Some(BodyRef::of(BODY)));
    world.say(VILLAGE, &committee, ("topic", Facts::empty()));

    let mut head = world.head(VILLAGE);
    let line = cosign(&head, &witness_key(TOWNSHIP), "2026-11-22T00:00:00Z".parse().unwrap());
    head.note_mut().add(line);
    Receipt { body: Some(BODY.to_vec()), ..receipt_of(&world, at, head) }
}

/// The receipt of an entry as a node makes it, under `head` of its log.
fn receipt_of(world: &World, at: usize, head: SignedCheckpoint) -> Receipt {
    let registry = world.registry();
    let (log, entry) = world.entries[at].clone();
    let named = |log: &Origin| format!("{}/{}", log.division, log.generation);
    let proven = |log: &Origin, index: u64| {
        let leaves = world.leaves(&named(log));
        inclusion_proof(&Leaves(&leaves), index, leaves.len() as u64).unwrap()
    };
    let chain = registry.chain(&log, &entry, |log| world.leaves(&named(log)).len() as u64);
    let chain = chain.into_iter().map(|(log, indexes)| {
        let links = indexes.into_iter().map(|index| {
            let (_, entry) = world.entries.iter().find(|(each, entry)| each == &log && entry.index == index).unwrap();
            Link { index, hashes: proven(&log, index), entry: entry.to_bytes() }
        });
        ChainLog { head: world.head(&named(&log)), links: links.collect() }
    });
    Receipt {
        federation: world.federation.hash(),
        entry: entry.to_bytes(),
        body: None,
        chain: chain.collect(),
        index: entry.index,
        hashes: proven(&log, entry.index),
        head,
    }
}

/// The last check of a receipt, as its holder sees it.
fn last(world: &World, receipt: &Receipt) -> (&'static str, Result<String, String>) {
    let report = verify(&receipt.to_bytes().unwrap(), &world.federation);
    report.checks.last().map(|check| (check.name, check.result.clone())).unwrap()
}

#[test]
fn it_verifies_off_line_with_the_federation_file_alone() {
    let bytes = receipt().to_bytes().unwrap();
    assert_eq!(Receipt::parse(&bytes).unwrap().to_bytes().unwrap(), bytes);
    let report = verify(&bytes, &federation());
    assert!(report.is_verified(), "{:?}", report.checks);
    assert_eq!(report.origin, Some(origin(VILLAGE)));
    assert_eq!(report.body.as_deref(), Some(BODY));
    assert!(matches!(report.witnessing, Some(Witnessing::Met(_))));
    let above: Vec<_> = report.as_of.iter().map(|as_of| as_of.origin.clone()).collect();
    assert_eq!(above, [origin(COUNTY), origin(TOWNSHIP)]);
}

#[test]
fn every_flipped_byte_is_refuted_and_the_check_named() {
    let bytes = receipt().to_bytes().unwrap();
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 1;
        let report = verify(&bad, &federation());
        assert!(!report.is_verified(), "byte {at} of {}", bytes.len());
        assert!(report.checks.last().is_some_and(|check| check.result.is_err()));
    }
}

#[test]
fn every_flipped_byte_of_the_federation_file_is_refuted() {
    let (receipt, file) = (receipt().to_bytes().unwrap(), federation().to_string().into_bytes());
    for at in 0..file.len() {
        let mut bad = file.clone();
        bad[at] ^= 1;
        // Whoever compares fingerprints sees it; so does every receipt made under the true file.
        let Ok(text) = String::from_utf8(bad) else { continue };
        let Ok(other) = text.parse::<FederationFile>() else { continue };
        assert_ne!(other.fingerprint(), federation().fingerprint(), "byte {at}");
        let report = verify(&receipt, &other);
        assert_eq!(report.checks.last().map(|check| check.name), Some("federation"), "byte {at}");
        assert!(!report.is_verified(), "byte {at}");
    }
}

#[test]
fn another_federation_file_refutes_it() {
    let mut other = federation();
    other.offset = 7;
    let report = verify(&receipt().to_bytes().unwrap(), &other);
    assert_eq!(report.checks.last().map(|check| check.name), Some("federation"));
    assert!(!report.is_verified());
}

#[test]
fn a_missing_link_refutes_authority() {
    let mut short = receipt();
    short.chain[1].links.pop();
    let report = verify(&short.to_bytes().unwrap(), &federation());
    assert_eq!(report.checks.last().map(|check| check.name), Some("authority"));
}

/// A county, its township's government in office, and the village's log chartered by the township.
fn township() -> (World, SignerKey, SignerKey) {
    let mut world = World::default();
    let (county, township) = (office(COUNTY, "government"), office(TOWNSHIP, "government"));
    world.say(COUNTY, &county, ("charter", Facts::of(&charter_facts(TOWNSHIP)).unwrap()));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(TOWNSHIP, &township, ("charter", Facts::of(&charter_facts(VILLAGE)).unwrap()));
    (world, county, township)
}

fn topic() -> (&'static str, Facts) {
    ("topic", Facts::empty())
}

#[test]
fn a_succeeded_office_is_told_by_the_receipt_of_either() {
    let (mut world, _, township) = township();
    let (old, new) = (office(VILLAGE, "committee"), office_key(VILLAGE, "committee", 2));
    world.say(TOWNSHIP, &township, appoint(&old, None));
    let kept = world.say(VILLAGE, &old, topic());
    let mut facts: AppointFacts = appoint(&new, None).1.read().unwrap();
    let valid = vec![ValidUpTo { log: origin(VILLAGE), size: 1 }];
    facts.succeeds = Some(Succession { keys: vec![old.public().clone()], until: None, valid });
    world.say(TOWNSHIP, &township, ("appoint", Facts::of(&facts).unwrap()));
    let late = world.say(VILLAGE, &old, topic());
    let by_successor = world.say(VILLAGE, &new, topic());
    let head = world.head(VILLAGE);
    for good in [kept, by_successor] {
        let receipt = receipt_of(&world, good, head.clone());
        assert!(last(&world, &receipt).1.is_ok(), "{:?}", last(&world, &receipt));
    }
    // The ending stands in the chain, so a void entry has no receipt that passes.
    let (check, found) = last(&world, &receipt_of(&world, late, head));
    assert_eq!(check, "authority");
    assert!(found.unwrap_err().contains("succeeded"));
}

#[test]
fn a_revoked_key_s_later_words_have_no_receipt_that_passes() {
    let (mut world, county, township) = township();
    let committee = office(VILLAGE, "committee");
    world.say(TOWNSHIP, &township, appoint(&committee, None));
    let kept = world.say(VILLAGE, &committee, topic());
    let void = world.say(VILLAGE, &committee, topic());
    world.say(COUNTY, &county, revoke(&committee, &[(VILLAGE, 1)]));
    assert!(last(&world, &receipt_of(&world, kept, world.head(VILLAGE))).1.is_ok());
    assert_eq!(last(&world, &receipt_of(&world, void, world.head(VILLAGE))).0, "authority");
}

#[test]
fn a_rotated_log_s_receipts_verify_before_during_and_after() {
    let (mut world, _, township) = township();
    let committee = office(VILLAGE, "committee");
    world.say(TOWNSHIP, &township, appoint(&committee, None));
    let old = crate::testing::log_key(VILLAGE);
    let new = SignerKey::from_seed(&origin(VILLAGE).to_string(), KeyKind::Ed25519, &seed("rotated")).unwrap();
    for (number, from, keys) in [(2, 2, vec![&old, &new]), (3, 4, vec![&new])] {
        let mut facts = charter_facts(VILLAGE);
        (facts.number, facts.from) = (number, from);
        facts.keys = keys.iter().map(|key| key.public().clone()).collect();
        facts.policy = keys.iter().map(|key| format!("log {}\n", key.public())).collect::<String>() + "quorum none\n";
        world.say(TOWNSHIP, &township, ("charter", Facts::of(&facts).unwrap()));
    }
    for size in 1..=5 {
        let at = world.say(VILLAGE, &committee, topic());
        let (signers, wrong): (Vec<SignerKey>, &SignerKey) = match size {
            ..2 => (vec![old.clone()], &new),
            2..4 => (vec![old.clone(), new.clone()], &township),
            _ => (vec![new.clone()], &old),
        };
        let receipt = receipt_of(&world, at, world.head_by(VILLAGE, &signers));
        assert!(last(&world, &receipt).1.is_ok(), "size {size}: {:?}", last(&world, &receipt));
        let forged = receipt_of(&world, at, world.head_by(VILLAGE, std::slice::from_ref(wrong)));
        assert_eq!(last(&world, &forged).0, "head", "size {size}");
    }
}

#[test]
fn the_next_generation_s_receipts_verify_and_the_former_s_up_to_its_end() {
    let (mut world, _, township) = township();
    let committee = office(VILLAGE, "committee");
    world.say(TOWNSHIP, &township, appoint(&committee, None));
    let kept = world.say(VILLAGE, &committee, topic());
    let cut = world.say(VILLAGE, &committee, topic());
    let second = format!("{VILLAGE}/2");
    let mut facts = charter_facts(&second);
    facts.former = Some(FormerEnd { root: Hash::EMPTY.to_string(), size: 1 });
    world.say(TOWNSHIP, &township, ("charter", Facts::of(&facts).unwrap()));
    let next = world.say(&second, &committee, topic());
    assert!(last(&world, &receipt_of(&world, next, world.head(&second))).1.is_ok());
    assert!(last(&world, &receipt_of(&world, kept, world.head(VILLAGE))).1.is_ok());
    assert_eq!(last(&world, &receipt_of(&world, cut, world.head(VILLAGE))).0, "authority");
}

#[test]
fn a_moved_village_s_receipt_carries_the_move() {
    const SISTER: &str = "990101002000";
    let mut world = World::default();
    let (county, sister, committee) = (office(COUNTY, "government"), office(SISTER, "government"), office(VILLAGE, "committee"));
    let facts = DivisionFacts {
        division: VILLAGE.parse().unwrap(),
        name: "柳湾村".into(),
        parent: Some(SISTER.parse().unwrap()),
        successor_of: vec![],
        vintage: "2026-01-01".parse().unwrap(),
    };
    world.say(COUNTY, &county, ("charter", Facts::of(&charter_facts(SISTER)).unwrap()));
    world.say(COUNTY, &county, appoint(&sister, None));
    let moves = world.say(COUNTY, &county, ("division", Facts::of(&facts).unwrap()));
    world.say(SISTER, &sister, ("charter", Facts::of(&charter_facts(VILLAGE)).unwrap()));
    world.say(SISTER, &sister, appoint(&committee, None));
    let at = world.say(VILLAGE, &committee, topic());
    let mut receipt = receipt_of(&world, at, world.head(VILLAGE));
    assert!(last(&world, &receipt).1.is_ok(), "{:?}", last(&world, &receipt));
    let index = world.entries[moves].1.index;
    receipt.chain[0].links.retain(|link| link.index != index);
    assert_eq!(last(&world, &receipt).0, "chain");
}

#[test]
fn the_root_s_next_generation_rests_on_the_federation_file() {
    let second = format!("{COUNTY}/2");
    let mut file = federation();
    let mut charter = charter_facts(&second);
    charter.former = Some(FormerEnd { root: Hash::EMPTY.to_string(), size: 1 });
    file.earlier = vec![std::mem::replace(&mut file.charter, charter)];
    assert_eq!(file.to_string().parse::<FederationFile>().unwrap(), file);
    let mut world = World::of(file);
    let (county, committee) = (office(COUNTY, "government"), office(VILLAGE, "committee"));
    world.say(COUNTY, &county, ("charter", Facts::of(&charter_facts(VILLAGE)).unwrap()));
    let beyond = world.say(COUNTY, &county, appoint(&office(VILLAGE, "party"), None));
    world.say(&second, &county, appoint(&committee, None));
    let at = world.say(VILLAGE, &committee, topic());
    let receipt = receipt_of(&world, at, world.head(VILLAGE));
    assert_eq!(receipt.chain.len(), 2, "both generations of the root");
    assert!(last(&world, &receipt).1.is_ok(), "{:?}", last(&world, &receipt));
    assert!(!world.standing(beyond).is_valid());
}
