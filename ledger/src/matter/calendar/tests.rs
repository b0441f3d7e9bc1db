//! A fictional village's calendar, slot by slot.

use serde_json::{Value, json};

use super::*;
use crate::facts::Facts;
use crate::matter::codes::SlotState::{Filled as Told, Late, Missing, Open};
use crate::matter::fold;
use crate::matter::pack::InForce;
use crate::matter::record::{Marks, Record};
use crate::standing::Standing;
use crate::statement::Statement;

const VILLAGE: &str = "990101101201";
const COUNTY: &str = "990101000000";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Time {
    format!("{text}T02:00:00Z").parse().unwrap()
}

/// The example of a local pack, adopted by the county; its BLAKE3.
fn packs() -> (Packs, Blake3) {
    let text = include_str!("../../../../config/local-rules.json");
    let (mut packs, name) = (Packs::built_in(), Blake3::of(text.as_bytes()));
    let on = Reference { log: format!("a.example/log/{COUNTY}/1").parse().unwrap(), index: 1, id: name };
    packs.adopt(on, name, InForce::default(), text).unwrap();
    (packs, name)
}

#[derive(Default)]
struct Village(Vec<Record>);

impl Village {
    fn say(&mut self, number: u32, office: &str, kind: &str, facts: &Value, day: &str) -> Reference {
        let log = format!("a.example/log/{VILLAGE}/1");
        let statement = Statement {
            log: log.parse().unwrap(),
            by: [format!("a.example/{VILLAGE}/{office}").parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: Some(format!("{VILLAGE}-2026-{number:04}").parse().unwrap()),
            time: at(day),
            facts: Facts::of(facts).unwrap(),
            body: None,
        };
        let on = Reference { log: statement.log.clone(), index: self.0.len() as u64, id: statement.id() };
        let standing = Standing::Valid { term_expired: false };
        self.0.push(Record { reference: on.clone(), statement, logged: at(day), standing, marks: Marks::default() });
        on
    }

    /// A matter decided on `day` that promises `budgets.len()` commitments.
    fn decide(&mut self, number: u32, rules: Blake3, budgets: u32, day: &str) -> Reference {
        let topic =
            json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": rules});
        self.say(number, "committee", "topic", &topic, day);
        self.say(number, "committee", "step", &json!({"date": day, "method": "general", "round": 1, "step": "deliberate"}), day);
        let promise = |id: u32| json!({"budget": 100, "due": "2026-12-31", "id": format!("c{id}")});
        let promises: Vec<Value> = (1..=budgets).map(promise).collect();
        self.say(number, "committee", "outcome", &json!({"commitments": promises, "result": "consensus", "round": 1}), day)
    }

    fn calendar(&self, packs: &Packs, since: &str, today: &str) -> Calendar {
        let mut ids: Vec<MatterId> = self.0.iter().filter_map(|record| record.statement.matter).collect();
        ids.dedup();
        let views: Vec<View> = ids.into_iter().map(|id| fold(id, &self.0, packs, at(today), 8)).collect();
        let place = Place { division: VILLAGE.parse().unwrap(), since: Some(day(since)), catalogues: Vec::new() };
        Calendar::of(&place, &views, packs, at(today), 8)
    }
}

fn of(calendar: &Calendar, duty: DutyCode) -> Vec<(String, String, SlotState)> {
    let slots = calendar.slots.iter().filter(|slot| slot.duty == duty);
    slots.map(|slot| (slot.period.map_or_else(String::new, |period| period.to_string()), slot.due.to_string(), slot.state)).collect()
}

fn row(period: &str, due: &str, state: SlotState) -> (String, String, SlotState) {
    (period.to_owned(), due.to_owned(), state)
}

#[test]
fn a_quarter_without_a_word_is_an_empty_slot_and_stays_one() {
    let (packs, rules) = packs();
    let mut village = Village::default();
    let outcome = village.decide(1, rules, 1, "2026-03-10");
    // Told in the days of grace of the second quarter, which are days of the third as well.
    let progress = village.say(1, "committee", "progress", &json!({"commitment": "c1"}), "2026-07-15");
    let calendar = village.calendar(&packs, "2026-01-01", "2027-01-16");
    assert_eq!(
        of(&calendar, DutyCode::Disclosure),
        [
            row("2026-Q1", "2026-04-15", Told),
            row("2026-Q2", "2026-07-15", Told),
            row("2026-Q3", "2026-10-15", Told),
            row("2026-Q4", "2027-01-15", Missing),
            row("2027-Q1", "2027-04-15", Open),
        ]
    );
    let filled: Vec<_> = calendar.slots.iter().filter(|slot| slot.duty == DutyCode::Disclosure).map(|slot| slot.filled.clone()).collect();
    let on = |slot: usize| filled[slot].as_ref().map(|filled| filled.on.clone());
    assert_eq!([on(0), on(1), on(2), on(3)], [Some(outcome), Some(progress.clone()), Some(progress), None]);
    assert!(calendar.slots.iter().all(|slot| !slot.advisory && slot.basis.contains("示例县")));
}

#[test]
fn nothing_is_owed_before_the_log_began() {
    let (packs, _) = packs();
    let calendar = Village::default().calendar(&packs, "2026-02-01", "2026-07-16");
    assert_eq!(of(&calendar, DutyCode::Disclosure), [row("2026-Q2", "2026-07-15", Missing), row("2026-Q3", "2026-10-15", Open)]);
    assert!(of(&calendar, DutyCode::Directory).is_empty(), "the year had begun already");
}

#[test]
fn money_is_told_monthly_while_three_budgets_are_carried() {
    let (packs, rules) = packs();
    let mut village = Village::default();
    village.decide(1, rules, 3, "2026-02-10");
    village.say(1, "committee", "progress", &json!({"commitment": "c1", "spent": 50}), "2026-03-05");
    let done = village.say(1, "committee", "completion", &json!({"commitment": "c1", "date": "2026-04-20"}), "2026-04-20");
    village.say(1, "supervisors", "verification", &json!({"target": done, "verdict": "accepted"}), "2026-04-30");
    let calendar = village.calendar(&packs, "2026-01-01", "2026-06-15");
    // March's word is also within February's grace; April ends with an acceptance and still carried three; May carries two.
    assert_eq!(
        of(&calendar, DutyCode::Finance),
        [row("2026-02", "2026-03-10", Told), row("2026-03", "2026-04-10", Told), row("2026-04", "2026-05-10", Missing)]
    );
}

#[test]
fn a_directory_is_expected_each_year() {
    let (packs, _) = packs();
    let mut place = Place { division: VILLAGE.parse().unwrap(), since: Some(day("2026-01-01")), catalogues: Vec::new() };
    let on = Reference { log: format!("a.example/log/{VILLAGE}/1").parse().unwrap(), index: 0, id: Blake3::of(b"catalogue") };
    place.catalogues.push(Filled { logged: day("2026-05-01"), on });
    let calendar = Calendar::of(&place, [], &packs, at("2028-01-01"), 8);
    assert_eq!(
        of(&calendar, DutyCode::Directory),
        [row("2026", "2027-01-31", Told), row("2027", "2028-01-31", Open), row("2028", "2029-01-31", Open)]
    );
    place.division = COUNTY.parse().unwrap();
    let county = Calendar::of(&place, [], &packs, at("2028-01-01"), 8);
    assert!(county.slots.iter().all(|slot| slot.duty == DutyCode::ItemList));
    assert_eq!(of(&county, DutyCode::ItemList)[..2], [row("2026", "2026-12-31", Told), row("2027", "2027-12-31", Missing)]);
    place.division = "990101101000".parse().unwrap();
    assert!(Calendar::of(&place, [], &packs, at("2028-01-01"), 8).slots.is_empty());
}

#[test]
fn a_matter_owes_its_resolution_its_result_and_its_answers() {
    let (packs, rules) = packs();
    let mut village = Village::default();
    let outcome = village.decide(1, rules, 1, "2026-03-10");
    let objected = village.say(1, "supervisors", "objection", &json!({"count": 2, "target": outcome}), "2026-03-12");
    let asked = village.calendar(&packs, "2026-01-01", "2026-03-20");
    assert_eq!(of(&asked, DutyCode::Resolution), [row("", "2026-03-15", Told)]);
    assert_eq!(of(&asked, DutyCode::Answer), [row("", "2026-03-19", Missing)]);
    assert!(of(&asked, DutyCode::Result).is_empty());

    village.say(1, "committee", "answer", &json!({"finding": "not", "target": objected}), "2026-03-21");
    let done = village.say(1, "committee", "completion", &json!({"commitment": "c1", "date": "2026-04-20"}), "2026-04-20");
    village.say(1, "supervisors", "verification", &json!({"target": done, "verdict": "accepted"}), "2026-05-01");
    let waiting = village.calendar(&packs, "2026-01-01", "2026-05-31");
    assert_eq!(
        (of(&waiting, DutyCode::Answer), of(&waiting, DutyCode::Result)),
        (vec![row("", "2026-03-19", Late)], vec![row("", "2026-05-31", Open)])
    );
    village.say(1, "committee", "result", &json!({"commitments": [{"cost": 90, "id": "c1"}]}), "2026-06-02");
    assert_eq!(of(&village.calendar(&packs, "2026-01-01", "2026-06-03"), DutyCode::Result), [row("", "2026-05-31", Late)]);
}

#[test]
fn a_vote_that_failed_has_no_resolution_to_publish() {
    let (packs, rules) = packs();
    let mut village = Village::default();
    let topic = json!({"basis": "vital-interest", "category": "sanitation", "decision": "confirmed", "method": "general", "rules": rules});
    village.say(1, "committee", "topic", &topic, "2026-03-10");
    let step = |votes: u64| {
        let tally = json!({"due": 19, "options": [{"code": "for", "count": votes}], "present": 15, "unit": "representatives"});
        json!({"date": "2026-03-10", "method": "general", "round": 1, "step": "deliberate", "tallies": [tally]})
    };
    village.say(1, "committee", "step", &step(9), "2026-03-10");
    assert!(of(&village.calendar(&packs, "2026-01-01", "2026-04-01"), DutyCode::Resolution).is_empty());
    village.say(1, "committee", "step", &step(10), "2026-03-11");
    assert_eq!(of(&village.calendar(&packs, "2026-01-01", "2026-04-01"), DutyCode::Resolution), [row("", "2026-03-15", Missing)]);
}

#[test]
fn by_a_pack_out_of_force_a_slot_is_for_reference() {
    let packs = Packs::built_in();
    let calendar = Village::default().calendar(&packs, "2025-07-01", "2026-05-01");
    let disclosure = calendar.slots.iter().filter(|slot| slot.duty == DutyCode::Disclosure);
    let told: Vec<_> = disclosure.map(|slot| (slot.due.to_string(), slot.advisory)).collect();
    let row = |due: &str, advisory| (due.to_owned(), advisory);
    assert_eq!(told, [row("2025-09-30", false), row("2025-12-31", false), row("2026-03-31", true), row("2026-06-30", true)]);
}

#[test]
fn a_calendar_that_follows_another_asks_nothing_anew_of_the_past() {
    let text = include_str!("../../../../config/local-rules.json");
    let next = text.replacen("\"every\": \"quarter\"", "\"every\": \"year\"", 1);
    assert_ne!(next, text);
    let mut packs = Packs::built_in();
    let change = Some(day("2026-07-01"));
    for (index, text, in_force) in [(1, text, InForce { from: None, until: change }), (2, &next, InForce { from: change, until: None })] {
        let name = Blake3::of(text.as_bytes());
        let on = Reference { log: format!("a.example/log/{COUNTY}/1").parse().unwrap(), index, id: name };
        packs.adopt(on, name, in_force, text).unwrap();
    }
    let calendar = Village::default().calendar(&packs, "2026-01-01", "2027-02-01");
    assert_eq!(
        of(&calendar, DutyCode::Disclosure),
        [
            row("2026-Q1", "2026-04-15", Missing),
            row("2026-Q2", "2026-07-15", Missing),
            row("2026", "2027-01-15", Missing),
            row("2027", "2028-01-15", Open)
        ]
    );
    assert!(calendar.slots.iter().all(|slot| !slot.advisory));
}

#[test]
fn the_same_set_in_another_order_gives_the_same_calendar() {
    let (packs, rules) = packs();
    let mut village = Village::default();
    for number in 1..=4 {
        village.decide(number, rules, 2, &format!("2026-0{number}-10"));
        village.say(number, "committee", "progress", &json!({"commitment": "c1", "spent": 5}), &format!("2026-0{}-20", number + 1));
    }
    let calendar = village.calendar(&packs, "2026-01-01", "2026-12-01");
    village.0.reverse();
    assert_eq!(village.calendar(&packs, "2026-01-01", "2026-12-01"), calendar);
}
