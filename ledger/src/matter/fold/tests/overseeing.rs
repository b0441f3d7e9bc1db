//! Those who stand beside a matter, and those above who look into it.

use super::*;
use crate::matter::codes::{FlagCode, Irregular};
use crate::matter::view::{Effect, Flag};

fn township() -> String {
    format!("{TOWNSHIP}/government")
}

#[test]
fn a_countersign_of_the_supervisors_lifts_their_missing_signature() {
    let mut tale = deliberated();
    let outcome = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    assert!(tale.view("2025-06-11").has(FlagCode::UnsignedBySupervisors));
    tale.say("party", "countersign", &json!({"target": outcome}), "2025-06-11");
    assert!(tale.view("2025-06-12").has(FlagCode::UnsignedBySupervisors));
    tale.say_in(TOWNSHIP, &[&format!("{VILLAGE}/supervisors")], "countersign", &json!({"target": outcome}), "2025-06-12");
    let view = tale.view("2025-06-13");
    assert!(!view.has(FlagCode::UnsignedBySupervisors));
    let seen = view.rounds[0].outcome.as_ref().unwrap();
    assert!(seen.supervised);
    assert_eq!(seen.countersigned.len(), 2);
}

#[test]
fn a_body_of_another_level_answers_for_a_promise_once_it_has_countersigned() {
    let mut tale = deliberated();
    let mut promised = promise("c1", "2025-09-30");
    promised["responsible"] = json!(township());
    let outcome = tale.say("committee", "outcome", &outcome(1, &[promised]), "2025-06-10");
    tale.say_in(COUNTY, &[&format!("{COUNTY}/government")], "countersign", &json!({"target": outcome}), "2025-06-11");
    assert!(tale.view("2025-06-11").has(FlagCode::ResponsibleUnconfirmed));
    tale.say_in(TOWNSHIP, &[&township()], "countersign", &json!({"target": outcome}), "2025-06-12");
    assert!(!tale.view("2025-06-13").has(FlagCode::ResponsibleUnconfirmed));
}

#[test]
fn an_order_is_open_until_whom_it_addresses_has_answered() {
    let (mut tale, outcome) = decided();
    let order = json!({"action": "order", "deadline": "2025-07-10", "target": outcome});
    let order = tale.say_in(TOWNSHIP, &[&township()], "rectification", &order, "2025-07-01");
    let flag = |tale: &Tale, day: &str| tale.view(day).flags.into_iter().find(|flag| flag.code() == FlagCode::Unanswered);
    assert_eq!(flag(&tale, "2025-07-10"), None);
    assert_eq!(flag(&tale, "2025-07-13"), Some(Flag::Unanswered { on: order.clone(), days: 3 }));
    let answer = json!({"finding": "upheld", "target": order});
    let stranger = tale.say("party", "answer", &answer, "2025-07-14");
    assert_eq!(tale.view("2025-07-14").event(&stranger).unwrap().effect, Effect::Irregular(Irregular::NotItsOffice));
    tale.say("committee", "answer", &answer, "2025-07-15");
    let view = tale.view("2025-07-20");
    assert!(!view.has(FlagCode::Unanswered) && !view.orders[0].open);
    assert_eq!(view.orders[0].answer.as_ref().unwrap().date.to_string(), "2025-07-15");
}

#[test]
fn an_answer_finds_its_order_though_the_clock_above_is_ahead() {
    let (mut tale, _) = decided();
    let order = json!({"action": "order", "deadline": "2025-07-10", "office": "committee"});
    let order = tale.say_in(TOWNSHIP, &[&township()], "rectification", &order, "2025-07-09");
    tale.say("committee", "answer", &json!({"finding": "partly", "target": order}), "2025-07-05");
    assert!(!tale.view("2025-07-20").orders[0].open);
}

#[test]
fn accountability_circular_and_evaluation_are_shown_and_ask_nothing() {
    let (mut tale, _) = decided();
    let by = [&*township()];
    tale.say_in(TOWNSHIP, &by, "rectification", &json!({"action": "accountability", "measure": "criticism"}), "2025-10-10");
    tale.say_in(TOWNSHIP, &by, "circular", &json!({"ground": "slow-progress", "places": [VILLAGE], "to": "public"}), "2025-10-11");
    tale.say_in(TOWNSHIP, &by, "evaluation", &json!({"how": ["visit"], "rating": "poor"}), "2025-10-12");
    let refused = tale.say("committee", "evaluation", &json!({"rating": "excellent"}), "2025-10-13");
    let view = tale.view("2025-12-31");
    assert_eq!((view.orders.len(), view.circulars.len(), view.evaluations.len()), (1, 1, 1));
    assert!(!view.orders[0].open && !view.has(FlagCode::Unanswered));
    assert_eq!(view.event(&refused).unwrap().effect, Effect::Irregular(Irregular::NotItsOffice));
    assert_eq!(view.status, Status::Overdue, "only those who carry a matter move it");
}

#[test]
fn an_office_above_answers_an_outcome_sent_to_it() {
    let (mut tale, outcome) = decided();
    tale.say_in(TOWNSHIP, &[&township()], "answer", &json!({"finding": "partly", "target": outcome}), "2025-06-20");
    let view = tale.view("2025-06-21");
    assert_eq!(view.rounds[0].outcome.as_ref().unwrap().answer.as_ref().unwrap().date.to_string(), "2025-06-20");
}

#[test]
fn generations_of_the_home_log_follow_one_another() {
    let (mut tale, _) = decided();
    for record in &mut tale.records[5..] {
        // The township re-chartered the log after the resolution: the outcome stands in the second generation.
        record.statement.log.generation = 2;
        record.reference.log.generation = 2;
        record.reference.index = 0;
        record.reference.id = record.statement.id();
    }
    let view = tale.view("2025-06-11");
    assert_eq!(view.status, Status::OnNotice);
    assert!(view.timeline.iter().all(|event| event.effect == Effect::Counted));
}
