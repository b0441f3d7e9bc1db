//! The registry is a set: no order of arrival shows, and one more entry costs its own signatures only.

use proptest::prelude::*;

use super::divisions::moved;
use super::keys::{succeed, succeed_after};
use super::*;
use crate::registry::force::InForce;
use crate::registry::lines::tests::verified;
use crate::testing::office_key;

/// A county in which everything happens that may: terms, endings, successors, moves, void registrations.
fn eventful() -> World {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, committee, supervisors) = (office(TOWNSHIP, "government"), office(VILLAGE, "committee"), office(VILLAGE, "supervisors"));
    let (affairs, successor) = (office(COUNTY, "civil-affairs"), office_key(VILLAGE, "committee", 2));
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
    let (party, renewed) = (office(TOWNSHIP, "party"), office_key(TOWNSHIP, "party", 2));
    world.say(COUNTY, &county, appoint(&party, None));
    world.say(COUNTY, &county, succeed_after(&renewed, &[&party], "2026-08-30"));
    for by in [&party, &party, &renewed] {
        world.say(TOWNSHIP, by, ("step", Facts::empty()));
    }
    world
}

const SISTER: &str = "990101002000";

/// The divisions of random histories: a county, two townships and a village of each.
const DIVISIONS: [&str; 5] = [COUNTY, TOWNSHIP, SISTER, VILLAGE, "990101002201"];
/// The offices of random histories, each with two keys: those that register, and one that only speaks.
const OFFICES: [&str; 3] = ["government", "civil-affairs", "committee"];

/// One thing said: in which log, by whose key, what, and about whom. Most of it nobody may say, or not yet, or no more.
type Deed = (usize, (usize, u32), u8, usize, (usize, u32), u64);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let key = || (0..OFFICES.len(), 1..3_u32);
    prop::collection::vec((0..DIVISIONS.len(), key(), 0..10_u8, 0..DIVISIONS.len(), key(), 0..4_u64), 1..32)
}

fn key_of(division: usize, (kind, number): (usize, u32)) -> SignerKey {
    // The first key of the county's government is the pinned one.
    if number == 1 { office(DIVISIONS[division], OFFICES[kind]) } else { office_key(DIVISIONS[division], OFFICES[kind], number) }
}

fn history(deeds: &[Deed]) -> World {
    let mut world = World::default();
    // So that something counts: the townships' governments are registered first.
    for township in [TOWNSHIP, SISTER] {
        world.say(COUNTY, &office(COUNTY, "government"), appoint(&office(township, "government"), None));
    }
    for (log, by, act, about, whose, size) in deeds {
        let (by, whose) = (key_of(*log, *by), key_of(*about, *whose));
        let said = match act {
            0..=2 => appoint(&whose, None),
            3 => appoint(&whose, Some("2026-09-15")),
            4 => succeed(&whose, &[&key_of(*about, (0, 2))], &[(DIVISIONS[*about], *size)]),
            5 | 6 => revoke(&whose, &[(DIVISIONS[*about], *size)]),
            7 => moved(DIVISIONS[*about], Some([TOWNSHIP, SISTER, COUNTY][usize::try_from(*size % 3).unwrap()]), "2026-08-15"),
            8 => charter_of(DIVISIONS[*about], *size),
            _ => note(),
        };
        world.say(DIVISIONS[*log], &by, said);
    }
    world
}

/// A charter of a division's log, or of the one that ends it at so many entries.
fn charter_of(division: &str, size: u64) -> (&'static str, Facts) {
    let mut facts = charter_facts(division);
    if size > 0 {
        facts.origin.generation = 2;
        let key = SignerKey::from_seed(&facts.origin.to_string(), KeyKind::Ed25519, &seed("next")).unwrap();
        facts.keys = vec![key.public().clone()];
        facts.policy = Policy::of_two_thirds(key.public(), &[]).unwrap().to_string();
        facts.former = Some(FormerEnd { root: crate::merkle::Hash::EMPTY.to_string(), size });
    }
    ("charter", Facts::of(&facts).unwrap())
}

/// Takes a world in, one entry after another in this order. After each, what is in force is what deriving all anew gives, and no entry is
/// judged otherwise than before but those on whom the observation was said to bear. Says how often all was derived anew.
fn observe_each(world: &World, order: &[usize]) -> usize {
    let mut registry = Registry::new(world.federation.clone());
    let judged = |registry: &Registry| -> Vec<_> { world.entries.iter().map(|(origin, entry)| registry.judge(origin, entry)).collect() };
    let mut before = judged(&registry);
    let mut anew = 0;
    for at in order {
        let (origin, entry) = &world.entries[*at];
        let bearing = registry.observe(origin, entry);
        assert_eq!(registry.in_force, InForce::derive(&registry.federation, &registry.seen));
        let now = judged(&registry);
        for ((was, is), (origin, entry)) in before.iter().zip(&now).zip(&world.entries) {
            assert!(was == is || bearing.is_on(origin, entry), "{} of {origin}: {was:?} {is:?} {bearing:?}", entry.index);
        }
        before = now;
        anew += usize::from(bearing == Bearing::Everybody);
    }
    anew
}

proptest! {
    /// What is kept up entry by entry is what deriving all anew gives, whatever happens, in whatever order it is heard.
    #[test]
    fn one_entry_more_gives_what_deriving_anew_gives(deeds in deeds(), order in Just((0..34_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let world = history(&deeds);
        let order: Vec<usize> = order.into_iter().filter(|at| *at < world.entries.len()).collect();
        observe_each(&world, &order);
    }

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
fn only_what_turns_a_registrars_word_derives_all_anew() {
    let world = eventful();
    let in_order: Vec<usize> = (0..world.entries.len()).collect();
    assert_eq!(observe_each(&world, &in_order), 1, "the one move that counts");
    // Heard from below: the townships' words count once their offices are known.
    let backwards: Vec<usize> = (0..world.entries.len()).rev().collect();
    assert!(observe_each(&world, &backwards) > 2);
}

#[test]
fn one_more_entry_costs_its_own_signatures() {
    let mut world = eventful();
    let mut registry = world.registry();
    let before = verified();
    let at = world.say(COUNTY, &office(COUNTY, "government"), appoint(&office(OTHER, "committee"), None));
    let (origin, entry) = &world.entries[at];
    assert!(registry.observe(origin, entry).is_news());
    assert_eq!(verified() - before, 1);
    // A clone shares what was found, and judging what was seen asks nothing anew.
    let copy = registry.clone();
    for (origin, entry) in world.entries.iter().filter(|(_, entry)| entry.statement.statement().kind.is_registry()) {
        let _ = copy.judge(origin, entry);
    }
    assert_eq!(verified() - before, 1);
}
