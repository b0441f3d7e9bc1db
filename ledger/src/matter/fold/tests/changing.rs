//! What a correction leaves standing of what others said of a statement, and of what was wrong with it.

use super::*;
use crate::matter::codes::{FlagCode, Irregular};
use crate::matter::view::{Effect, Flag};

fn change(target: &Reference, path: &str, old: &Value, new: &Value) -> Value {
    json!({"changes": [{"new": new, "old": old, "path": path}], "target": target})
}

fn offices() -> [String; 2] {
    ["committee", "supervisors"].map(|office| format!("{VILLAGE}/{office}"))
}

fn supervised(view: &View) -> bool {
    let supervised = view.rounds[0].outcome.as_ref().unwrap().supervised;
    assert_eq!(supervised, !view.has(FlagCode::UnsignedBySupervisors));
    supervised
}

#[test]
fn an_outcome_changed_without_the_supervisors_is_not_signed_by_them() {
    let budget = |on: &Reference, old: u64, new: u64| change(on, "commitments.0.budget", &json!(old), &json!(new));
    let [committee, supervisors] = offices();
    let (mut tale, outcome) = decided();
    assert!(supervised(&tale.view("2025-06-11")));
    tale.say_in(VILLAGE, &[&committee, &supervisors], "correction", &budget(&outcome, 1_850_000, 1_900_000), "2025-06-11");
    assert!(supervised(&tale.view("2025-06-12")), "they signed the correction too");
    tale.say("committee", "correction", &json!({"target": outcome}), "2025-06-12");
    assert!(supervised(&tale.view("2025-06-13")), "words alone");
    tale.say("committee", "correction", &budget(&outcome, 1_900_000, 99_000_000), "2025-06-13");
    assert!(!supervised(&tale.view("2025-06-14")));
    tale.say_in(VILLAGE, &[&committee, &supervisors], "correction", &budget(&outcome, 99_000_000, 98_000_000), "2025-06-14");
    assert!(!supervised(&tale.view("2025-06-15")), "they signed one change, not the other");
    tale.say_in(TOWNSHIP, &[&supervisors], "countersign", &json!({"target": outcome}), "2025-06-15");
    assert!(supervised(&tale.view("2025-06-16")), "they signed what stands");
    tale.say("committee", "correction", &budget(&outcome, 98_000_000, 97_000_000), "2025-06-16");
    let view = tale.view("2025-06-17");
    assert!(!supervised(&view));
    assert_eq!(view.rounds[0].outcome.as_ref().unwrap().countersigned, []);
}

/// An outcome that a township is to carry out, and its confirmation by what `confirm` says, in the log of `log`.
fn carried_by_the_township(kind: &str, log: &str, confirmed: &str, corrected: &str) -> bool {
    let township = format!("{TOWNSHIP}/government");
    let mut tale = deliberated();
    let mut promised = promise("c1", "2025-09-30");
    promised["responsible"] = json!(township);
    let outcome = tale.say("committee", "outcome", &outcome(1, &[promised]), "2025-06-10");
    let due = change(&outcome, "commitments.0.due", &json!("2025-09-30"), &json!("2025-12-31"));
    let facts = if kind == "plan" { json!({"commitment": "c1", "reason": "weather"}) } else { json!({"target": outcome}) };
    let mut both = [(confirmed, log, vec![township], kind, facts), (corrected, VILLAGE, vec![offices()[0].clone()], "correction", due)];
    both.sort_by_key(|(day, ..)| *day);
    for (day, log, by, kind, facts) in both {
        tale.say_in(log, &by.iter().map(String::as_str).collect::<Vec<_>>(), kind, &facts, day);
    }
    !tale.view("2025-07-10").has(FlagCode::ResponsibleUnconfirmed)
}

#[test]
fn whoever_confirmed_a_promise_before_it_was_changed_has_not_confirmed_it() {
    for (kind, log) in [("countersign", VILLAGE), ("countersign", TOWNSHIP), ("plan", TOWNSHIP)] {
        assert!(!carried_by_the_township(kind, log, "2025-06-12", "2025-06-13"), "{kind} in {log}");
        assert!(carried_by_the_township(kind, log, "2025-06-14", "2025-06-13"), "{kind} in {log}");
    }
}

#[test]
fn a_change_of_one_promise_leaves_the_other_confirmed() {
    let township = format!("{TOWNSHIP}/government");
    let mut tale = deliberated();
    let promises = ["c1", "c2"].map(|id| json!({"budget": 100, "due": "2025-09-30", "id": id, "responsible": township}));
    let outcome = tale.say("committee", "outcome", &outcome(1, &promises), "2025-06-10");
    tale.say_in(TOWNSHIP, &[&township], "countersign", &json!({"target": outcome}), "2025-06-11");
    tale.say("committee", "correction", &change(&outcome, "commitments.1.budget", &json!(100), &json!(900)), "2025-06-12");
    let view = tale.view("2025-06-13");
    let unconfirmed: Vec<bool> = view.commitments.iter().map(|commitment| commitment.responsible_unconfirmed).collect();
    assert_eq!(unconfirmed, [false, true]);
}

#[test]
fn a_plan_changed_since_it_was_countersigned_is_not_confirmed() {
    let township = format!("{TOWNSHIP}/government");
    let mut tale = deliberated();
    let mut promised = promise("c1", "2025-09-30");
    promised["responsible"] = json!(township);
    tale.say("committee", "outcome", &outcome(1, &[promised]), "2025-06-10");
    let plan = tale.say("committee", "plan", &json!({"commitment": "c1", "due": "2025-10-31"}), "2025-06-20");
    tale.say_in(TOWNSHIP, &[&township], "countersign", &json!({"target": plan}), "2025-06-21");
    assert!(!tale.view("2025-06-22").has(FlagCode::ResponsibleUnconfirmed));
    tale.say("committee", "correction", &change(&plan, "due", &json!("2025-10-31"), &json!("2026-10-31")), "2025-06-22");
    assert!(tale.view("2025-06-23").has(FlagCode::ResponsibleUnconfirmed));
    tale.say_in(TOWNSHIP, &[&township], "countersign", &json!({"target": plan}), "2025-06-23");
    assert!(!tale.view("2025-06-24").has(FlagCode::ResponsibleUnconfirmed));
}

#[test]
fn a_notice_that_was_ever_too_short_stays_so() {
    for (told, wanted) in [(&[3, 7][..], Some(3)), (&[0, 7], Some(0)), (&[7, 2, 9], Some(2)), (&[9, 7], None)] {
        let mut tale = deliberated();
        let mut said = outcome(1, &[promise("c1", "2025-09-30")]);
        said["notice-days"] = json!(told[0]);
        let outcome = tale.say("committee", "outcome", &said, "2025-06-10");
        for days in told.windows(2) {
            let mend =
                tale.say("committee", "correction", &change(&outcome, "notice-days", &json!(days[0]), &json!(days[1])), "2025-06-10");
            assert_eq!(tale.view("2025-06-12").event(&mend).unwrap().effect, Effect::Counted);
        }
        let view = tale.view("2025-06-12");
        let flag = view.flags.iter().find(|flag| flag.code() == FlagCode::NoticeTooShort);
        assert_eq!(flag, wanted.map(|days| Flag::NoticeTooShort { on: outcome, days, wanted: 7 }).as_ref(), "{told:?}");
        assert_eq!(view.notice.map(|notice| notice.days), told.last().copied());
    }
}

#[test]
fn a_notice_that_is_over_was_as_long_as_it_was() {
    let mut tale = deliberated();
    let mut said = outcome(1, &[promise("c1", "2025-09-30")]);
    said["notice-days"] = json!(7);
    let outcome = tale.say("committee", "outcome", &said, "2025-06-10");
    tale.say("committee", "correction", &change(&outcome, "notice-days", &json!(7), &json!(3)), "2025-06-18");
    let view = tale.view("2025-06-20");
    assert!(!view.has(FlagCode::NoticeTooShort));
    assert_eq!(view.notice.map(|notice| notice.days), Some(7));
}

#[test]
fn no_correction_makes_a_commitment() {
    let (mut tale, outcome) = decided();
    let another = json!({"changes": [{"new": promise("c2", "2025-12-31"), "path": "commitments.1"}], "target": outcome});
    let renamed = change(&outcome, "commitments.0.id", &json!("c1"), &json!("c2"));
    for facts in [another, renamed] {
        let mend = tale.say("committee", "correction", &facts, "2025-06-12");
        let view = tale.view("2025-06-13");
        assert_eq!(view.event(&mend).unwrap().effect, Effect::Irregular(Irregular::AddsCommitment));
        assert_eq!((view.commitments.len(), view.event(&outcome).unwrap().corrected_by().len()), (1, 0));
    }
    // Nor one of an outcome that promised nothing, nor one that gives sense to facts that had none.
    let mut tale = deliberated();
    let none = json!({"commitments": [promise("c1", "2025-09-30")], "result": "none", "round": 1});
    let none = tale.say("committee", "outcome", &none, "2025-06-10");
    let agreed = tale.say("committee", "correction", &change(&none, "result", &json!("none"), &json!("consensus")), "2025-06-11");
    assert_eq!(tale.view("2025-06-12").event(&agreed).unwrap().effect, Effect::Irregular(Irregular::AddsCommitment));
    for (id, effect) in [("c1", Effect::Counted), ("c2", Effect::Irregular(Irregular::AddsCommitment))] {
        let mut tale = deliberated();
        let raw = json!({"commitments": [{"due": "soon", "id": "c1"}], "result": "consensus", "round": 1});
        let raw = tale.say_in(VILLAGE, &[&offices()[0]], "outcome", &raw, "2025-06-10");
        let read = change(&raw, "commitments.0", &json!({"due": "soon", "id": "c1"}), &promise(id, "2025-09-30"));
        let read = tale.say("committee", "correction", &read, "2025-06-11");
        assert_eq!(tale.view("2025-06-12").event(&read).unwrap().effect, effect, "{id}");
    }
}
