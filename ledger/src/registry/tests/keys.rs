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
    facts.succeeds = Some(Succession { keys, until: None, valid });
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
    assert!(registry.judge(log, entry).unwrap_err().ground.to_string().contains("succeeded"));
}

/// As [`succeed`], with the last day on which old and new speak side by side.
pub(super) fn succeed_after(key: &SignerKey, former: &[&SignerKey], until: &str) -> (&'static str, Facts) {
    let (kind, facts) = succeed(key, former, &[]);
    let mut facts: AppointFacts = facts.read().unwrap();
    facts.term.from = "2026-06-01".parse().unwrap();
    facts.succeeds.as_mut().unwrap().until = Some(until.parse().unwrap());
    (kind, Facts::of(&facts).unwrap())
}

#[test]
fn old_and_new_speak_side_by_side_until_the_day_named() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (old, new) = (office(VILLAGE, "committee"), office_key(VILLAGE, "committee", 2));
    world.say(COUNTY, &county, appoint(&old, None));
    world.say(COUNTY, &county, succeed_after(&new, &[&old], "2026-07-31"));
    // One each 30 days from the first of June: the old key's second falls on the last day.
    let said: Vec<usize> = (0..6).map(|turn| world.say(VILLAGE, if turn % 2 == 0 { &old } else { &new }, note())).collect();
    let last = "2026-07-31".parse::<Date>().unwrap();
    let (mut before, mut after) = (0, 0);
    for (turn, at) in said.into_iter().enumerate() {
        let (log, entry) = &world.entries[at];
        let is_over = entry.logged.civil_date(8) > last;
        let by_old = turn % 2 == 0;
        let wanted = if by_old && is_over { Standing::Void(Void::Revoked) } else { VALID };
        assert_eq!(world.standing(at), wanted, "turn {turn}, {}", entry.logged);
        if by_old && is_over {
            after += 1;
            let ground = world.registry().judge(log, entry).unwrap_err().ground;
            assert!(matches!(*ground, Ground::Ended { until: Some(until), .. } if until == last), "{ground}");
        } else if by_old {
            before += 1;
        }
    }
    assert_eq!((before, after), (2, 1));
    // The ending is carried by a receipt of what it spares, and a revocation meanwhile ends the key at once.
    let (log, entry) = world.entries[2].clone();
    let carried = world.registry().chain(&log, &entry, |_| 99).into_iter().flat_map(|(_, indexes)| indexes).count();
    assert_eq!(carried, 2);
    world.say(COUNTY, &county, revoke(&old, &[]));
    assert_eq!(world.standing(2), Standing::Void(Void::Revoked));
}

#[test]
fn side_by_side_lasts_at_most_ninety_days() {
    let (old, new) = (office(VILLAGE, "committee"), office_key(VILLAGE, "committee", 2));
    for (until, good) in [("2026-05-31", false), ("2026-06-01", true), ("2026-08-30", true), ("2026-08-31", false)] {
        let facts: AppointFacts = succeed_after(&new, &[&old], until).1.read().unwrap();
        let checked = facts.check(&origin(VILLAGE).federation);
        assert_eq!(checked.map_err(|fault| fault.field), if good { Ok(()) } else { Err("succeeds.until".to_owned()) }, "{until}");
    }
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
    facts.succeeds = Some(Succession { keys: facts.keys.clone(), until: None, valid: vec![] });
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

#[test]
fn a_charter_whose_number_is_taken_is_refused_before_it_is_logged() {
    let mut world = World::default();
    let at = |log: &str, by: &SignerKey, number: u32| {
        let facts = Facts::of(&CharterFacts { number, ..charter_facts(VILLAGE) }).unwrap();
        let mut world = World::default();
        let at = world.say(log, by, ("charter", facts.clone()));
        (world.entries[at].1.statement.statement().clone(), facts)
    };
    let (county, township) = (office(COUNTY, "government"), office(TOWNSHIP, "government"));
    world.say(COUNTY, &county, appoint(&township, None));
    let number = |world: &World, log: &str, by: &SignerKey, number: u32| {
        world.registry().check_number(&at(log, by, number).0).map_err(|fault| fault.field)
    };
    assert_eq!(number(&world, TOWNSHIP, &township, 1), Ok(()));
    world.say(TOWNSHIP, &township, ("charter", at(TOWNSHIP, &township, 1).1));
    assert_eq!(number(&world, TOWNSHIP, &township, 1), Err("number".to_owned()));
    assert_eq!(number(&world, TOWNSHIP, &township, 2), Ok(()));
    // Who stands higher may say it again, and is heard.
    assert_eq!(number(&world, COUNTY, &county, 1), Ok(()));
    world.say(COUNTY, &county, ("charter", at(COUNTY, &county, 2).1));
    assert_eq!(number(&world, TOWNSHIP, &township, 2), Err("number".to_owned()));
}

#[test]
fn a_rotation_is_told_since_its_first_charter_and_ends_with_the_last() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let named = |seed_of: &str| SignerKey::from_seed(&origin(VILLAGE).to_string(), KeyKind::Ed25519, &seed(seed_of)).unwrap();
    let (first, second, third) = (crate::testing::log_key(VILLAGE), named("second"), named("third"));
    let charter = |number: u32, keys: &[&SignerKey]| {
        let mut facts = charter_facts(VILLAGE);
        (facts.number, facts.from) = (number, u64::from(number) * 4);
        facts.keys = keys.iter().map(|key| key.public().clone()).collect();
        facts.policy = keys.iter().map(|key| format!("log {}\n", key.public())).collect::<String>() + "quorum none\n";
        ("charter", Facts::of(&facts).unwrap())
    };
    let log = origin(VILLAGE);
    let rotation = |world: &World| world.registry().rotation(&log);
    world.say(COUNTY, &county, charter(1, &[&first]));
    assert_eq!(rotation(&world), None);
    let began = world.say(COUNTY, &county, charter(2, &[&first, &second]));
    // Another address in between, a third key beside: the same rotation goes on.
    world.say(COUNTY, &county, charter(3, &[&first, &second]));
    world.say(COUNTY, &county, charter(4, &[&first, &second, &third]));
    let since = world.entries[began].1.logged;
    let told = rotation(&world).unwrap();
    assert_eq!((told.began, told.since), (2, Some(since)));
    let last = told.until.unwrap();
    assert_eq!(last.duration_since(since.civil_date(8)).as_hours() / 24, i64::from(ROTATION_DAYS));
    assert_eq!((told.days_over(last), told.days_over(last.tomorrow().unwrap())), (0, 1));
    assert_eq!(world.registry().rotations().collect::<Vec<_>>(), [told]);
    // The first goes: of the present keys, the second and the third stand side by side since charter 4.
    let charter_4 = world.entries.last().unwrap().1.logged;
    world.say(COUNTY, &county, charter(5, &[&second, &third]));
    let told = rotation(&world).unwrap();
    assert_eq!((told.began, told.since), (4, Some(charter_4)));
    world.say(COUNTY, &county, charter(6, &[&third]));
    assert_eq!(rotation(&world), None);
}
