//! The registry is a set: no order of arrival shows, and one more entry costs its own signatures only.

use proptest::prelude::*;

use super::divisions::moved;
use super::keys::{succeed, succeed_after};
use super::*;
use crate::registry::lines::tests::verified;

/// A county in which everything happens that may: terms, endings, successors, moves, void registrations.
fn eventful() -> World {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, committee, supervisors) = (office(TOWNSHIP, "government"), office(VILLAGE, "committee"), office(VILLAGE, "supervisors"));
    let (affairs, successor) = (office(COUNTY, "civil-affairs"), crate::testing::office_key(VILLAGE, "committee", 2));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(COUNTY, &county, appoint(&affairs, None));
    world.say(COUNTY, &county, appoint(&office(SISTER, "government"), None));
    world.say(COUNTY, &affairs, appoint(&supervisors, None));
    world.say(TOWNSHIP, &township, appoint(&committee, Some("2026-06-15")));
    world.say(TOWNSHIP, &township, revoke(&supervisors, &[(VILLAGE, 2)]));
    world.say(TOWNSHIP, &township, succeed(&successor, &[&committee], &[(VILLAGE, 3)]));
    world.say(COUNTY, &affairs, moved(VILLAGE, Some(SISTER), "2026-08-15"));
    for village in ["990101002201", "990101002202", "990101002203", VILLAGE] {
        world.say(SISTER, &office(SISTER, "government"), appoint(&office(village, "party"), None));
    }
    world.say(SISTER, &office(SISTER, "government"), moved(VILLAGE, Some(TOWNSHIP), "2026-09-01"));
    for by in [&committee, &supervisors, &committee, &committee, &successor, &office(VILLAGE, "party")] {
        world.say(VILLAGE, by, note());
    }
    // An office whose old and new key speak side by side until the day of its first word.
    let (party, renewed) = (office(TOWNSHIP, "party"), crate::testing::office_key(TOWNSHIP, "party", 2));
    world.say(COUNTY, &county, appoint(&party, None));
    world.say(COUNTY, &county, succeed_after(&renewed, &[&party], "2026-08-30"));
    for by in [&party, &party, &renewed] {
        world.say(TOWNSHIP, by, ("step", Facts::empty()));
    }
    world
}

const SISTER: &str = "990101002000";

proptest! {
    /// Any order of arrival, any interleaving: the same standings, parents and chains.
    #[test]
    fn arrival_order_does_not_show(order in Just((0..24_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let world = eventful();
        let whole = world.registry();
        let mut shuffled = Registry::new(federation());
        for at in order {
            let (origin, entry) = &world.entries[at];
            shuffled.observe(origin, entry);
        }
        for (origin, entry) in &world.entries {
            prop_assert_eq!(whole.judge(origin, entry), shuffled.judge(origin, entry));
            prop_assert_eq!(whole.chain(origin, entry, |_| 100), shuffled.chain(origin, entry, |_| 100));
        }
        let village = VILLAGE.parse().unwrap();
        prop_assert_eq!(whole.parent(village), shuffled.parent(village));
    }

    /// What is seen of the logs above settles an entry: more of other logs changes nothing.
    #[test]
    fn nothing_below_or_beside_shows_above(without in prop::sample::subsequence((13..19_usize).collect::<Vec<_>>(), 0..6)) {
        let world = eventful();
        let whole = world.registry();
        let mut less = Registry::new(federation());
        less.observe_all(world.entries.iter().enumerate().filter(|(at, _)| !without.contains(at)).map(|(_, (origin, entry))| (origin, entry)));
        for (origin, entry) in &world.entries[..13] {
            prop_assert_eq!(whole.judge(origin, entry), less.judge(origin, entry));
        }
    }
}

#[test]
fn the_eventful_county_holds_every_kind_of_standing() {
    let world = eventful();
    let all: Vec<Standing> = (0..world.entries.len()).map(|at| world.standing(at)).collect();
    let expired = Standing::Valid { term_expired: true };
    for wanted in [VALID, expired, Standing::Void(Void::Revoked)] {
        assert!(all.contains(&wanted), "{wanted:?} in {all:?}");
    }
    assert_eq!([21, 22, 23].map(|at| world.standing(at)), [VALID, Standing::Void(Void::Revoked), VALID], "old and new side by side");
    assert_eq!(world.standing(11), VALID, "the sister township registers from the day the village is its own");
    assert_eq!(world.standing(12), Standing::Void(Void::WrongOffice), "nobody hands a division on to its neighbour");
}

#[test]
fn one_more_entry_costs_its_own_signatures() {
    let mut world = eventful();
    let mut registry = world.registry();
    let before = verified();
    let at = world.say(COUNTY, &office(COUNTY, "government"), appoint(&office(OTHER, "committee"), None));
    let (origin, entry) = &world.entries[at];
    assert!(registry.observe(origin, entry));
    assert_eq!(verified() - before, 1);
    // A clone shares what was found, and judging what was seen asks nothing anew.
    let copy = registry.clone();
    for (origin, entry) in world.entries.iter().filter(|(_, entry)| entry.statement.statement().kind.is_registry()) {
        let _ = copy.judge(origin, entry);
    }
    assert_eq!(verified() - before, 1);
}
