//! What was said wrongly: corrections, withdrawals, redactions.

use super::*;
use crate::matter::codes::{FlagCode, Irregular};
use crate::matter::view::{Effect, Flag};

fn correction(target: &Reference, changes: &Value) -> Value {
    json!({"changes": changes, "target": target})
}

fn effect(view: &View, on: &Reference) -> Effect {
    view.event(on).unwrap().effect
}

fn void(target: &Reference) -> Value {
    json!({"reason": "duplicate", "target": target})
}

#[test]
fn a_corrected_date_shows_as_moved_and_the_old_one_stays_in_view() {
    let (mut tale, outcome) = decided();
    let change = json!([{"new": "2025-10-31", "old": "2025-09-30", "path": "commitments.0.due"}]);
    let mend = tale.say("committee", "correction", &correction(&outcome, &change), "2025-07-01");
    let view = tale.view("2025-10-05");
    let commitment = &view.commitments[0];
    assert_eq!((commitment.first_due.to_string(), commitment.due.to_string()), ("2025-09-30".into(), "2025-10-31".into()));
    assert!(view.flags.contains(&Flag::Rescheduled { commitment: commitment.id, times: 1, days: 31 }));
    assert_eq!(commitment.dues[1].set_by, mend);
    assert!(view.has(FlagCode::Corrected) && !view.has(FlagCode::Overdue));
    let event = view.event(&outcome).unwrap();
    assert_eq!(event.corrected_by(), std::slice::from_ref(&mend));
    let (Said::Outcome(now), Some(Said::Outcome(was))) = (&event.said, event.signed()) else { panic!("{event:?}") };
    assert_eq!((now.commitments[0].due.to_string(), was.commitments[0].due.to_string()), ("2025-10-31".into(), "2025-09-30".into()));
    assert_eq!(view.event(&mend).unwrap().moved.len(), 1);
}

#[test]
fn a_promise_that_a_correction_names_twice_takes_the_last_date() {
    let (mut tale, outcome) = decided();
    let twice = json!([promise("c1", "2025-10-31"), promise("c1", "2025-11-30")]);
    let change = json!([{"new": twice, "old": [promise("c1", "2025-09-30")], "path": "commitments"}]);
    tale.say("committee", "correction", &correction(&outcome, &change), "2025-07-01");
    let view = tale.view("2025-07-02");
    assert_eq!((view.commitments.len(), view.commitments[0].due.to_string()), (1, "2025-11-30".into()));
}

#[test]
fn a_later_plan_outlives_the_correction_of_an_earlier_date() {
    let (mut tale, outcome) = decided();
    tale.say("committee", "plan", &json!({"commitment": "c1", "due": "2025-12-31"}), "2025-07-01");
    let change = json!([{"new": "2025-08-31", "old": "2025-09-30", "path": "commitments.0.due"}]);
    tale.say("committee", "correction", &correction(&outcome, &change), "2025-07-02");
    assert_eq!(tale.view("2025-07-03").commitments[0].due.to_string(), "2025-12-31");
}

#[test]
fn a_promise_that_a_correction_takes_out_shows_as_dropped() {
    let (mut tale, outcome) = decided();
    let whole = json!([
        {"old": [promise("c1", "2025-09-30")], "path": "commitments"},
        {"new": "no-action", "old": "consensus", "path": "result"},
    ]);
    tale.say("committee", "correction", &correction(&outcome, &whole), "2025-06-12");
    let view = tale.view("2025-07-03");
    assert_eq!((state(&view, "c1"), view.status), (CommitmentState::Dropped, Status::NoAction));
}

#[test]
fn money_corrected_is_money_changed_and_counts_corrected_are_counts_changed() {
    let mut tale = deliberated();
    let resolved = tale.records.last().unwrap().reference.clone();
    let outcome = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    let budget = json!([{"new": 2_000_000, "old": 1_850_000, "path": "commitments.0.budget"}]);
    tale.say("committee", "correction", &correction(&outcome, &budget), "2025-06-11");
    let votes =
        json!([{"new": 20, "old": 33, "path": "tallies.0.options.0.count"}, {"new": 16, "old": 3, "path": "tallies.0.options.1.count"}]);
    tale.say("committee", "correction", &correction(&resolved, &votes), "2025-06-12");
    let view = tale.view("2025-06-13");
    assert_eq!(view.commitments[0].budget.map(|fen| fen.0), Some(2_000_000));
    assert!(view.has(FlagCode::BudgetChanged) && view.has(FlagCode::TallyChanged));
    let step = view.steps().iter().find(|step| step.on.as_ref() == Some(&resolved)).unwrap();
    assert_eq!(step.tallies[0].tally.votes("for"), Some(20));
}

#[test]
fn correcting_what_was_verified_drops_the_verification() {
    let (mut tale, completion) = reported();
    tale.say("supervisors", "verification", &verdict(&completion, "accepted"), "2025-09-22");
    assert_eq!(tale.status("2025-09-23"), Status::Done);
    let cost = json!([{"new": 1_700_000, "path": "cost"}]);
    tale.say("committee", "correction", &correction(&completion, &cost), "2025-09-24");
    assert_eq!(tale.status("2025-09-25"), Status::Claimed);
    // Verified anew, from the township's log, where it stands right after its target.
    tale.say_in(TOWNSHIP, &[&format!("{VILLAGE}/supervisors")], "verification", &verdict(&completion, "accepted"), "2025-09-26");
    assert_eq!(tale.status("2025-09-27"), Status::Done);
}

#[test]
fn a_date_corrected_long_after_says_nothing_about_time() {
    let (mut tale, _) = decided();
    let late = tale.say("committee", "completion", &completion("c1", "2025-10-09"), "2025-10-10");
    let date = json!([{"new": "2025-09-29", "old": "2025-10-09", "path": "date"}]);
    tale.say("committee", "correction", &correction(&late, &date), "2025-11-20");
    let view = tale.view("2025-11-21");
    assert_eq!(view.commitments[0].on_time, None);
    assert!(view.has(FlagCode::BackFilled));
}

#[test]
fn a_statement_without_effect_is_given_it_by_a_correction() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    let wrong = tale.say("party", "step", &step("propose", 3, "2025-06-02"), "2025-06-02");
    assert_eq!(effect(&tale.view("2025-06-03"), &wrong), Effect::Irregular(Irregular::NoSuchRound));
    tale.say("party", "correction", &correction(&wrong, &json!([{"new": 1, "old": 3, "path": "round"}])), "2025-06-04");
    assert_eq!(effect(&tale.view("2025-06-05"), &wrong), Effect::Counted);
}

#[test]
fn a_correction_that_does_not_fit_has_no_effect() {
    let (mut tale, outcome) = decided();
    let due = |old: &str| json!([{"new": "2025-10-31", "old": old, "path": "commitments.0.due"}]);
    let differs = tale.say("committee", "correction", &correction(&outcome, &due("2025-09-29")), "2025-07-01");
    let stranger = tale.say("party", "correction", &correction(&outcome, &due("2025-09-30")), "2025-07-01");
    let countersigner = tale.say("supervisors", "correction", &correction(&outcome, &due("2025-09-30")), "2025-07-01");
    let nonsense =
        tale.say("committee", "correction", &correction(&outcome, &json!([{"old": "consensus", "path": "result"}])), "2025-07-01");
    let elsewhere = format!("{VILLAGE}/committee");
    let elsewhere = tale.say_in(TOWNSHIP, &[&elsewhere], "correction", &correction(&outcome, &due("2025-09-30")), "2025-07-01");
    let view = tale.view("2025-07-02");
    for (on, why) in [
        (&differs, Irregular::OldDiffers),
        (&stranger, Irregular::NotItsOffice),
        (&countersigner, Irregular::NotItsOffice),
        (&nonsense, Irregular::Unreadable),
        (&elsewhere, Irregular::NotItsOffice),
    ] {
        assert_eq!(effect(&view, on), Effect::Irregular(why));
    }
    assert_eq!(view.commitments[0].times_moved(), 0);
    // A second correction speaks of what the first one left.
    tale.say("committee", "correction", &correction(&outcome, &due("2025-09-30")), "2025-07-03");
    let again = json!([{"new": "2025-11-30", "old": "2025-10-31", "path": "commitments.0.due"}]);
    tale.say("committee", "correction", &correction(&outcome, &again), "2025-07-04");
    let view = tale.view("2025-07-05");
    assert_eq!((view.commitments[0].times_moved(), view.commitments[0].due.to_string()), (2, "2025-11-30".into()));
}

#[test]
fn what_was_taken_back_counts_nowhere_and_stays_in_view() {
    let (mut tale, _) = decided();
    let claim = tale.say("committee", "completion", &completion("c1", "2025-07-01"), "2025-07-01");
    assert_eq!(tale.status("2025-07-02"), Status::Claimed);
    let back = tale.say("committee", "void", &void(&claim), "2025-07-03");
    let view = tale.view("2025-07-04");
    assert_eq!((view.status, state(&view, "c1")), (Status::UnderWay, CommitmentState::Promised));
    assert_eq!(effect(&view, &claim), Effect::Irregular(Irregular::Withdrawn));
    assert_eq!(view.event(&claim).unwrap().withdrawn_by(), Some(&back));
}

#[test]
fn nothing_is_taken_back_that_others_rely_on() {
    let verified = |verdict_of: &str| {
        let (mut tale, completion) = reported();
        tale.say("supervisors", "verification", &verdict(&completion, verdict_of), "2025-09-22");
        let void = tale.say("committee", "void", &void(&completion), "2025-09-23");
        effect(&tale.view("2025-09-24"), &void)
    };
    assert_eq!(verified("accepted"), Effect::Irregular(Irregular::TooLate));
    assert_eq!(verified("rejected"), Effect::Irregular(Irregular::TooLate));

    let outcome_taken_back = |day: &str, objected: bool| {
        let (mut tale, outcome) = decided();
        if objected {
            tale.say("supervisors", "objection", &json!({"count": 1, "target": outcome}), "2025-06-11");
        }
        let void = tale.say("committee", "void", &void(&outcome), day);
        effect(&tale.view("2025-07-24"), &void)
    };
    assert_eq!(outcome_taken_back("2025-06-17", false), Effect::Counted, "on the last day of its notice");
    assert_eq!(outcome_taken_back("2025-06-18", false), Effect::Irregular(Irregular::TooLate), "past its notice");
    assert_eq!(outcome_taken_back("2025-06-12", true), Effect::Irregular(Irregular::TooLate), "objected to");

    let (mut tale, _) = decided();
    let topic = tale.records[0].reference.clone();
    let void = tale.say("committee", "void", &void(&topic), "2025-06-11");
    assert_eq!(effect(&tale.view("2025-06-12"), &void), Effect::Irregular(Irregular::TooLate), "a decision rests on it");
}

#[test]
fn a_redaction_marks_what_it_erased_and_moves_nothing() {
    let (mut tale, completion) = reported();
    let before = tale.status("2025-09-25");
    let redaction = json!({"ground": "personal-data", "hashes": [Blake3::of(b"x")], "target": completion});
    let alone = tale.say("committee", "redaction", &redaction, "2025-09-21");
    let by = [format!("{VILLAGE}/committee"), format!("{VILLAGE}/supervisors"), format!("{TOWNSHIP}/government")];
    let together = tale.say_in(VILLAGE, &[&by[0], &by[1]], "redaction", &redaction, "2025-09-21");
    let above = tale.say_in(TOWNSHIP, &[&by[2]], "redaction", &redaction, "2025-09-22");
    let view = tale.view("2025-09-25");
    assert_eq!((view.status, effect(&view, &alone)), (before, Effect::Irregular(Irregular::NotItsOffice)));
    assert_eq!(
        view.event(&completion).unwrap().redacted_by().iter().collect::<std::collections::BTreeSet<_>>(),
        [&together, &above].into()
    );
    assert!(view.flags.contains(&Flag::Redacted { on: completion }));
}
