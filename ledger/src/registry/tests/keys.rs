//! Keys of offices: several at a time, terms, successors, endings; and what a receipt's chain tells of them.

use super::*;
use crate::testing::office_key;

/// An appointment of `key` in the place of `former`, of whose entries those below `valid` stay.
pub(super) fn succeed(key: &SignerKey, former: &[&SignerKey], valid: &[(&str, u64)]) -> (&'static str, Facts) {
    let (_, facts) = appoint(key, None);
    let mut facts: AppointFacts = facts.read().unwrap();
    let mut keys: Vec<VerifierKey> = former.iter().map(|key| key.public().clone()).collect();
    keys.sort();
    let valid = valid.iter().map(|(division, size)| ValidUpTo { log: origin(division), size: *size }).collect();
    facts.succeeds = Some(Succession { keys, valid });
    ("appoint", Facts::of(&facts).unwrap())
}

#[test]
fn a_successor_ends_the_old_key_and_keeps_what_it_said() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (old, new) = (office(VILLAGE, "committee"), office_key(VILLAGE, "committee", 2));
    world.say(COUNTY, &county, appoint(&old, Some("2026-06-15")));
    let before = world.say(VILLAGE, &old, note());
    world.say(COUNTY, &county, succeed(&new, &[&old], &[(VILLAGE, 1)]));
    let late = world.say(VILLAGE, &old, note());
    let by_successor = world.say(VILLAGE, &new, note());
    assert_eq!(world.standing(before), VALID);
    assert_eq!(world.standing(late), Standing::Void(Void::Revoked));
    assert_eq!(world.standing(by_successor), VALID);
    let registry = world.registry();
    assert_eq!(registry.endings(old.public())[0].reason, "succeeded");
    assert!(registry.endings(new.public()).is_empty());
    let (log, entry) = &world.entries[late];
    assert!(registry.judge(log, entry).unwrap_err().detail.contains("succeeded"));
}

#[test]
fn a_successor_of_the_wrong_register_ends_nothing() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (old, new) = (office(VILLAGE, "committee"), office_key(VILLAGE, "committee", 2));
    world.say(COUNTY, &county, appoint(&old, None));
    world.say(VILLAGE, &old, succeed(&new, &[&old], &[]));
    let said = world.say(VILLAGE, &old, note());
    assert_eq!(world.standing(said), VALID);
}

#[test]
fn an_office_speaks_by_any_of_its_keys() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let mut keys: Vec<SignerKey> = (1..=5).map(|number| office_key(VILLAGE, "committee", number)).collect();
    keys.sort_by(|a, b| a.public().cmp(b.public()));
    let (_, facts) = appoint(&keys[0], None);
    let mut facts: AppointFacts = facts.read().unwrap();
    facts.keys = keys.iter().map(|key| key.public().clone()).collect();
    world.say(COUNTY, &county, ("appoint", Facts::of(&facts).unwrap()));
    let said: Vec<usize> = keys.iter().map(|key| world.say(VILLAGE, key, note())).collect();
    assert!(said.iter().all(|at| world.standing(*at) == VALID));
    world.say(COUNTY, &county, revoke(&keys[2], &[]));
    let standing: Vec<bool> = said.iter().map(|at| world.standing(*at).is_valid()).collect();
    assert_eq!(standing, [true, true, false, true, true]);

    facts.keys.push(office_key(VILLAGE, "committee", 6).public().clone());
    facts.keys.sort();
    assert_eq!(facts.check(&origin(VILLAGE).federation).unwrap_err().field, "keys");
    facts.keys.truncate(1);
    facts.succeeds = Some(Succession { keys: facts.keys.clone(), valid: vec![] });
    assert_eq!(facts.check(&origin(VILLAGE).federation).unwrap_err().field, "succeeds.keys");
}

#[test]
fn a_later_term_lifts_the_flag_and_the_chain_shows_that_one() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let committee = office(VILLAGE, "committee");
    let first = world.say(COUNTY, &county, appoint(&committee, Some("2026-06-15")));
    world.say(VILLAGE, &committee, note());
    let said = world.say(VILLAGE, &committee, note());
    assert_eq!(world.standing(said), Standing::Valid { term_expired: true });
    let (log, entry) = world.entries[said].clone();
    let carried =
        |world: &World| world.registry().chain(&log, &entry, |_| 9).into_iter().flat_map(|(_, indexes)| indexes).collect::<Vec<_>>();
    assert_eq!(carried(&world), [world.entries[first].1.index]);
    let second = world.say(COUNTY, &county, appoint(&committee, None));
    assert_eq!(world.standing(said), VALID);
    assert_eq!(carried(&world), [world.entries[second].1.index]);
    // An ending that spares the entry is carried too: no reader is to take a spared key for one that never ended.
    let ended = world.say(COUNTY, &county, revoke(&committee, &[(VILLAGE, 2)]));
    assert_eq!(carried(&world), [world.entries[second].1.index, world.entries[ended].1.index]);
}

#[test]
fn a_rotated_log_is_judged_by_the_charter_of_each_size() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let old = crate::testing::log_key(VILLAGE);
    let new = SignerKey::from_seed(&origin(VILLAGE).to_string(), KeyKind::Ed25519, &seed("rotated")).unwrap();
    let charter = |number, from, keys: &[&SignerKey]| {
        let mut facts = charter_facts(VILLAGE);
        (facts.number, facts.from) = (number, from);
        facts.keys = keys.iter().map(|key| key.public().clone()).collect();
        facts.policy = keys.iter().map(|key| format!("log {}\n", key.public())).collect::<String>() + "quorum none\n";
        ("charter", Facts::of(&facts).unwrap())
    };
    for said in [charter(1, 0, &[&old]), charter(2, 4, &[&old, &new]), charter(3, 8, &[&new])] {
        world.say(COUNTY, &county, said);
    }
    let registry = world.registry();
    let opens = |size: u64, keys: &[&SignerKey]| {
        let root = crate::merkle::Hash::leaf(b"any");
        let keys: Vec<SignerKey> = keys.iter().map(|key| (*key).clone()).collect();
        let head = crate::checkpoint::Checkpoint { origin: origin(VILLAGE).to_string(), size, root }.sign(&keys);
        registry.open_head(&origin(VILLAGE), &head.to_bytes()).is_ok()
    };
    assert!(opens(3, &[&old]) && !opens(3, &[&new]));
    assert!(opens(4, &[&old]) && opens(7, &[&new]) && opens(7, &[&old, &new]));
    assert!(opens(8, &[&new]) && !opens(8, &[&old]) && opens(8, &[&old, &new]));
}
