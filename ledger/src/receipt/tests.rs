use super::*;
use crate::cosignature::cosign;
use crate::facts::Facts;
use crate::federation::FederationFile;
use crate::merkle::{Leaves, inclusion_proof};
use crate::names::Origin;
use crate::registry::Witnessing;
use crate::statement::BodyRef;
use crate::testing::{
    COUNTY, TOWNSHIP, VILLAGE, World, appoint, charter_facts, federation, office, origin, witness_key, witnessed_charter,
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

    let registry = world.registry();
    let (log, entry) = world.entries[at].clone();
    let proven = |log: &Origin, index: u64| {
        let leaves = world.leaves(&log.division.to_string());
        inclusion_proof(&Leaves(&leaves), index, leaves.len() as u64).unwrap()
    };
    let chain = registry.chain(&log, &entry, |log| world.leaves(&log.division.to_string()).len() as u64);
    let chain = chain.into_iter().map(|(log, indexes)| {
        let links = indexes.into_iter().map(|index| {
            let (_, entry) = world.entries.iter().find(|(each, entry)| each == &log && entry.index == index).unwrap();
            Link { index, hashes: proven(&log, index), entry: entry.to_bytes() }
        });
        ChainLog { head: world.head(&log.division.to_string()), links: links.collect() }
    });
    let mut head = world.head(VILLAGE);
    let line = cosign(&head, &witness_key(TOWNSHIP), "2026-11-22T00:00:00Z".parse().unwrap());
    head.note_mut().add(line);
    Receipt {
        federation: federation().hash(),
        entry: entry.to_bytes(),
        body: Some(BODY.to_vec()),
        chain: chain.collect(),
        index: entry.index,
        hashes: proven(&log, entry.index),
        head,
    }
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
