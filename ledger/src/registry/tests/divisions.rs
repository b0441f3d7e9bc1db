//! Divisions that lie elsewhere than their codes tell.

use super::*;

/// A `division` statement.
pub(super) fn moved(division: &str, parent: Option<&str>, vintage: &str) -> (&'static str, Facts) {
    let facts = DivisionFacts {
        division: division.parse().unwrap(),
        name: "柳湾村".into(),
        parent: parent.map(|parent| parent.parse().unwrap()),
        successor_of: vec![],
        vintage: vintage.parse().unwrap(),
    };
    ("division", Facts::of(&facts).unwrap())
}

fn at(text: &str) -> Division {
    text.parse().unwrap()
}

/// The development zones of Henan have county codes of their own and are no counties: 410371 高新技术产业开发区 has townships, and here
/// one of them is given to the county that governs it, 410305.
#[test]
fn a_township_of_a_development_zone_answers_to_the_county_that_governs_it() {
    const CITY: &str = "410300000000";
    const GOVERNING: &str = "410305000000";
    const OF_THE_ZONE: &str = "410371401000";
    let mut file = federation();
    file.root = at(CITY);
    file.keys = vec![office(CITY, "government").public().clone()];
    file.charter = charter_facts(CITY);
    let mut world = World::of(file);
    let (city, governing, zone) = (office(CITY, "government"), office(GOVERNING, "government"), office(OF_THE_ZONE, "government"));
    world.say(CITY, &city, appoint(&governing, None));
    let early = world.say(GOVERNING, &governing, appoint(&zone, None));
    assert_eq!(world.standing(early), Standing::Void(Void::WrongOffice));
    world.say(CITY, &city, moved(OF_THE_ZONE, Some(GOVERNING), "2020-01-01"));
    assert_eq!(world.standing(early), VALID);
    let registry = world.registry();
    assert_eq!(registry.parent(at(OF_THE_ZONE)), Some(at(GOVERNING)));
    assert!(registry.is_within(at("410371401201"), at(GOVERNING)), "and so do its villages");
    let said = world.say(GOVERNING, &zone, note());
    assert_eq!(world.standing(said), Standing::Void(Void::WrongOffice), "of this matter, not for where it lies");
}

#[test]
fn what_was_registered_before_a_move_stays_registered() {
    const SISTER: &str = "990101002000";
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, sister) = (office(TOWNSHIP, "government"), office(SISTER, "government"));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(COUNTY, &county, appoint(&sister, None));
    // Entry n of each log is logged 30 n days after 1 June.
    let before = world.say(TOWNSHIP, &township, appoint(&office(VILLAGE, "committee"), None));
    let too_early = world.say(SISTER, &sister, appoint(&office(VILLAGE, "party"), None));
    world.say(COUNTY, &county, moved(VILLAGE, Some(SISTER), "2026-06-15"));
    let after = world.say(TOWNSHIP, &township, appoint(&office(VILLAGE, "supervisors"), None));
    let in_time = world.say(SISTER, &sister, appoint(&office(VILLAGE, "supervisors"), None));
    assert_eq!(world.standing(before), VALID);
    assert_eq!(world.standing(too_early), Standing::Void(Void::WrongOffice));
    assert_eq!(world.standing(after), Standing::Void(Void::WrongOffice));
    assert_eq!(world.standing(in_time), VALID);
    let registry = world.registry();
    let (village, day) = (at(VILLAGE), "2026-06-14".parse().unwrap());
    assert_eq!((registry.parent_on(village, day), registry.parent(village)), (Some(at(TOWNSHIP)), Some(at(SISTER))));
    assert!(registry.is_within(village, at(TOWNSHIP)) && registry.is_within(village, at(SISTER)), "both logs are read");
}

/// So a code that does not begin as the root's is no division of the federation, whatever is registered later: who has read no log yet may
/// turn it away.
#[test]
fn nothing_enters_the_federation_that_has_not_the_code_of_its_root() {
    const OUTSIDE: &str = "990171001000";
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let township = office(TOWNSHIP, "government");
    world.say(COUNTY, &county, appoint(&township, None));
    for (log, by, parent) in [(COUNTY, &county, COUNTY), (TOWNSHIP, &township, TOWNSHIP)] {
        let taken_in = world.say(log, by, moved("990171001201", Some(parent), "2020-01-01"));
        assert_eq!(world.standing(taken_in), Standing::Void(Void::WrongOffice), "{log}");
    }
    let taken_in = world.say(COUNTY, &county, moved(OUTSIDE, Some(COUNTY), "2020-01-01"));
    assert_eq!(world.standing(taken_in), Standing::Void(Void::WrongOffice));
    let registry = world.registry();
    assert!(!registry.is_within(at(OUTSIDE), at(COUNTY)) && !registry.lies_within(at("990171001201"), at(COUNTY)));
    // Within, whatever a registry that has read nothing admits stays admitted.
    let (unread, moved_about) = (World::default().registry(), at(VILLAGE));
    world.say(COUNTY, &county, moved(VILLAGE, Some("990101002000"), "2020-01-01"));
    assert!(unread.is_within(moved_about, at(COUNTY)) && world.registry().is_within(moved_about, at(COUNTY)));
}

#[test]
fn nobody_moves_what_is_not_theirs_and_the_higher_word_holds() {
    const SISTER: &str = "990101002000";
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let township = office(TOWNSHIP, "government");
    world.say(COUNTY, &county, appoint(&township, None));
    let away = world.say(TOWNSHIP, &township, moved(VILLAGE, Some(SISTER), "2020-01-01"));
    let grab = world.say(TOWNSHIP, &township, moved("990101002201", Some(TOWNSHIP), "2020-01-01"));
    let itself = world.say(TOWNSHIP, &township, moved(TOWNSHIP, None, "2020-01-01"));
    let by_committee = world.say(TOWNSHIP, &office(VILLAGE, "committee"), moved(VILLAGE, None, "2020-01-01"));
    for void in [away, grab, itself, by_committee] {
        assert_eq!(world.standing(void), Standing::Void(Void::WrongOffice));
    }
    // A name is free of the parent; the root names itself by its pinned keys.
    world.say(COUNTY, &county, moved(VILLAGE, Some(SISTER), "2020-01-01"));
    let renamed = world.say(COUNTY, &county, moved(VILLAGE, None, "2026-01-01"));
    let root = world.say(COUNTY, &county, moved(COUNTY, None, "2026-01-01"));
    let moves_root = world.say(COUNTY, &county, moved(COUNTY, Some("990100000000"), "2026-01-01"));
    assert_eq!((world.standing(renamed), world.standing(root)), (VALID, VALID));
    assert_eq!(world.standing(moves_root), Standing::Void(Void::WrongOffice));
    let registry = world.registry();
    assert_eq!(registry.parent(at(VILLAGE)), Some(at(SISTER)));
    assert_eq!(registry.division(at(VILLAGE), None).map(|change| change.stated.1), Some(2));
    assert_eq!(registry.division(at(VILLAGE), Some("2025-12-31".parse().unwrap())).map(|change| change.stated.1), Some(1));
}

#[test]
fn of_several_the_latest_vintage_holds_and_then_the_later_word() {
    const SISTER: &str = "990101002000";
    const THIRD: &str = "990101003000";
    let mut world = World::default();
    let county = office(COUNTY, "government");
    world.say(COUNTY, &county, moved(VILLAGE, Some(SISTER), "2024-01-01"));
    world.say(COUNTY, &county, moved(VILLAGE, Some(THIRD), "2022-01-01"));
    assert_eq!(world.registry().parent(at(VILLAGE)), Some(at(SISTER)));
    world.say(COUNTY, &county, moved(VILLAGE, Some(TOWNSHIP), "2024-01-01"));
    assert_eq!(world.registry().parent(at(VILLAGE)), Some(at(TOWNSHIP)));
}

#[test]
fn facts_of_a_division_are_checked() {
    let good = moved(VILLAGE, Some(TOWNSHIP), "2024-01-01").1;
    assert!(good.read::<DivisionFacts>().unwrap().check().is_ok());
    for (change, field) in [
        (r#"{"division":"990101001201","name":"","vintage":"2024-01-01"}"#, "name"),
        (r#"{"division":"990101001201","name":" a","vintage":"2024-01-01"}"#, "name"),
        (r#"{"division":"990101001201","name":"a","parent":"990101001202","vintage":"2024-01-01"}"#, "parent"),
        (r#"{"division":"990101001201","name":"a","parent":"990101001201","vintage":"2024-01-01"}"#, "parent"),
        (r#"{"division":"990101001201","name":"a","successor_of":["990101001201"],"vintage":"2024-01-01"}"#, "successor_of"),
        (r#"{"division":"990101001201","name":"a","successor_of":["990101001203","990101001202"],"vintage":"2024-01-01"}"#, "successor_of"),
    ] {
        let facts: DivisionFacts = Facts::parse(change).unwrap().read().unwrap();
        assert_eq!(facts.check().unwrap_err().field, field, "{change}");
    }
}
