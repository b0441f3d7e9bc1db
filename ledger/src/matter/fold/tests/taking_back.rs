//! What may be taken back, and when: no withdrawal erases what another office found, and nothing said later undoes one that counted.

use super::*;
use crate::matter::Chronicle;
use crate::matter::codes::Irregular;
use crate::matter::fold::mending::MOST_WEIGHED;
use crate::matter::view::Effect;

fn void(target: &Reference) -> Value {
    json!({"reason": "duplicate", "target": target})
}

fn change(target: &Reference, path: &str, old: &Value, new: &Value) -> Value {
    json!({"changes": [{"new": new, "old": old, "path": path}], "target": target})
}

fn supervisors() -> String {
    format!("{VILLAGE}/supervisors")
}

/// What came of a statement, whatever arrives first, and one by one as well as all at once.
fn effect(tale: &Tale, on: &Reference) -> Effect {
    let as_of = at("2026-06-01");
    let view = tale.view("2026-06-01");
    let mut backwards = tale.records.clone();
    backwards.reverse();
    for records in [&tale.records, &backwards] {
        let mut chronicle = Chronicle::new(matter(), &Packs::built_in(), 8);
        for record in records {
            chronicle.take(record);
        }
        assert_eq!(chronicle.tell(as_of), view);
    }
    view.event(on).unwrap().effect
}

const TOO_LATE: Effect = Effect::Irregular(Irregular::TooLate);
const WITHDRAWN: Effect = Effect::Irregular(Irregular::Withdrawn);
const UNRESOLVED: Effect = Effect::Irregular(Irregular::Unresolved);

/// The outcome of [`decided`] is taken back in time; another takes its place.
fn decided_anew() -> (Tale, Reference) {
    let (mut tale, first) = decided();
    tale.say("committee", "void", &void(&first), "2025-06-11");
    let second = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-12");
    (tale, second)
}

#[test]
fn a_withdrawal_that_does_not_read_is_not_corrected_into_one() {
    for kind in ["void", "correction"] {
        let (mut tale, decision) = decided();
        let raw = match kind {
            "void" => json!({"reason": "duplicate", "target": "the outcome"}),
            _ => json!({"changes": [{"new": "none", "old": "consensus", "path": "result"}], "target": "the outcome"}),
        };
        let raw = tale.say_in(VILLAGE, &[&format!("{VILLAGE}/committee")], kind, &raw, "2025-06-11");
        let claim = tale.say("committee", "completion", &completion("c1", "2025-06-13"), "2025-06-13");
        tale.say("supervisors", "verification", &verdict(&claim, "rejected"), "2025-06-14");
        let mend = tale.say("committee", "correction", &change(&raw, "target", &json!("the outcome"), &json!(decision)), "2025-06-15");
        assert_eq!(effect(&tale, &mend), UNRESOLVED, "{kind}");
        assert_eq!(tale.status("2025-06-25"), Status::VerificationFailed, "{kind}");
    }
}

#[test]
fn what_counts_only_since_another_was_taken_back_is_not_taken_back_once_verified() {
    for log in [VILLAGE, TOWNSHIP] {
        let (mut tale, second) = decided_anew();
        let claim = tale.say("committee", "completion", &completion("c1", "2025-06-13"), "2025-06-13");
        tale.say_in(log, &[&supervisors()], "verification", &verdict(&claim, "rejected"), "2025-06-14");
        tale.say_in(log, &[&supervisors()], "verification", &verdict(&second, "accepted"), "2025-06-14");
        let back = tale.say("committee", "void", &void(&second), "2025-06-15");
        assert_eq!(effect(&tale, &back), TOO_LATE, "{log}");
        assert_eq!(tale.status("2025-06-25"), Status::VerificationFailed);
    }
}

#[test]
fn what_counts_only_since_another_was_taken_back_is_taken_back_while_on_notice() {
    for (day, expected) in [("2025-06-19", Effect::Counted), ("2025-06-20", TOO_LATE)] {
        let (mut tale, second) = decided_anew();
        let back = tale.say("committee", "void", &void(&second), day);
        assert_eq!(effect(&tale, &back), expected, "{day}");
    }
}

#[test]
fn what_counts_only_since_it_was_corrected_is_not_taken_back_once_verified() {
    for log in [VILLAGE, TOWNSHIP] {
        let (mut tale, _) = decided();
        let claim = tale.say("committee", "completion", &completion("c9", "2025-09-20"), "2025-09-20");
        tale.say("committee", "correction", &change(&claim, "commitment", &json!("c9"), &json!("c1")), "2025-09-21");
        tale.say_in(log, &[&supervisors()], "verification", &verdict(&claim, "rejected"), "2025-09-22");
        let back = tale.say("committee", "void", &void(&claim), "2025-09-23");
        assert_eq!(effect(&tale, &back), TOO_LATE, "{log}");
        assert_eq!(tale.status("2025-09-24"), Status::VerificationFailed);
    }
}

#[test]
fn a_topic_or_a_round_that_counts_only_by_a_mend_carries_what_rests_on_it() {
    let mut tale = Tale::default();
    let first = tale.say("committee", "topic", &topic("general"), "2025-06-01");
    let second = tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "void", &void(&first), "2025-06-02");
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    let back = tale.say("committee", "void", &void(&second), "2025-06-11");
    assert_eq!(effect(&tale, &back), TOO_LATE, "a decision rests on the topic");

    let (mut tale, _) = decided();
    let reopen = tale.say("committee", "reopen", &json!({"reason": "open-points", "round": 3}), "2025-07-01");
    tale.say("committee", "correction", &change(&reopen, "round", &json!(3), &json!(2)), "2025-07-02");
    tale.say("committee", "outcome", &outcome(2, &[promise("c1", "2025-10-30")]), "2025-07-10");
    let back = tale.say("committee", "void", &void(&reopen), "2025-07-11");
    assert_eq!(effect(&tale, &back), TOO_LATE, "a decision rests on the round");
}

#[test]
fn what_a_finding_rests_on_is_not_taken_back_either() {
    for log in [VILLAGE, TOWNSHIP] {
        let (mut tale, outcome) = decided();
        let claim = tale.say("committee", "completion", &completion("c1", "2025-06-11"), "2025-06-11");
        tale.say_in(log, &[&supervisors()], "verification", &verdict(&claim, "rejected"), "2025-06-12");
        let back = tale.say("committee", "void", &void(&outcome), "2025-06-13");
        assert_eq!(effect(&tale, &back), TOO_LATE, "{log}");
        assert_eq!(tale.status("2025-06-20"), Status::VerificationFailed);

        let mut tale = deliberated();
        let (topic, resolved) = (tale.records[0].reference.clone(), tale.records.last().unwrap().reference.clone());
        tale.say_in(log, &[&supervisors()], "verification", &verdict(&resolved, "rejected"), "2025-06-12");
        let back = tale.say("committee", "void", &void(&topic), "2025-06-13");
        assert_eq!(effect(&tale, &back), TOO_LATE, "{log}");
    }
    let (mut tale, outcome) = decided();
    tale.say("committee", "reopen", &json!({"reason": "open-points", "round": 2}), "2025-06-11");
    let step = tale.say("committee", "step", &step("confer", 2, "2025-06-12"), "2025-06-12");
    tale.say("supervisors", "objection", &json!({"count": 2, "target": step}), "2025-06-12");
    let reopen = tale.records.iter().find(|record| record.statement.kind.as_str() == "reopen").unwrap().reference.clone();
    for on in [outcome, reopen] {
        let back = tale.say("committee", "void", &void(&on), "2025-06-13");
        assert_eq!(effect(&tale, &back), TOO_LATE);
    }
}

#[test]
fn what_was_misfiled_and_carries_nothing_is_taken_back_at_any_time() {
    let (mut tale, _) = decided();
    let topic = tale.say("committee", "topic", &topic("general"), "2025-06-20");
    let outcome = tale.say("committee", "outcome", &outcome(1, &[promise("c7", "2025-12-31")]), "2025-06-20");
    for on in [topic, outcome] {
        let back = tale.say("committee", "void", &void(&on), "2025-08-01");
        assert_eq!((effect(&tale, &back), effect(&tale, &on)), (Effect::Counted, WITHDRAWN));
    }
}

#[test]
fn a_notice_made_longer_when_it_was_over_takes_nothing_back_and_hides_nothing() {
    for (corrected, expected) in [("2025-06-17", Effect::Counted), ("2025-06-18", TOO_LATE)] {
        let (mut tale, outcome) = decided();
        let longer = json!({"changes": [{"new": 300, "path": "notice-days"}], "target": outcome});
        tale.say("committee", "correction", &longer, corrected);
        assert_eq!(tale.status("2025-06-19") == Status::OnNotice, expected.counts());
        let back = tale.say("committee", "void", &void(&outcome), "2025-06-19");
        assert_eq!(effect(&tale, &back), expected, "{corrected}");
    }
}

#[test]
fn what_comes_from_above_after_a_withdrawal_speaks_to_nothing() {
    let township = format!("{TOWNSHIP}/government");
    for (by, kind, says) in [
        (supervisors(), "verification", json!({"verdict": "accepted"})),
        (supervisors(), "countersign", json!({})),
        (supervisors(), "objection", json!({"count": 3})),
        (township.clone(), "rectification", json!({"action": "order", "deadline": "2025-12-31"})),
        (township, "evaluation", json!({"rating": "good"})),
    ] {
        for (log, day, back_effect) in [
            (VILLAGE, "2025-09-22", Effect::Counted),
            (TOWNSHIP, "2025-09-22", Effect::Counted),
            (TOWNSHIP, "2025-09-21", TOO_LATE),
            (COUNTY, "2025-09-20T03:00:00Z", TOO_LATE),
        ] {
            let (mut tale, claim) = reported();
            let back = tale.say("committee", "void", &void(&claim), "2025-09-21");
            let mut facts = says.clone();
            facts["target"] = json!(claim);
            let word = tale.say_in(log, &[&by], kind, &facts, day);
            assert_eq!(effect(&tale, &back), back_effect, "{kind} in {log} on {day}");
            let expected = if back_effect.counts() { (WITHDRAWN, UNRESOLVED) } else { (Effect::Counted, Effect::Counted) };
            assert_eq!((effect(&tale, &claim), effect(&tale, &word)), expected, "{kind} in {log} on {day}");
        }
    }
}

#[test]
fn an_order_is_not_taken_back_once_it_was_answered() {
    let township = format!("{TOWNSHIP}/government");
    for (answered, taken_back, expected) in
        [("2025-07-05", "2025-07-06", TOO_LATE), ("2025-07-06", "2025-07-06", TOO_LATE), ("2025-07-07", "2025-07-06", Effect::Counted)]
    {
        let (mut tale, outcome) = decided();
        let order = json!({"action": "order", "deadline": "2025-07-10", "target": outcome});
        let order = tale.say_in(TOWNSHIP, &[&township], "rectification", &order, "2025-07-01");
        let back = tale.say_in(TOWNSHIP, &[&township], "void", &void(&order), taken_back);
        let answer = tale.say("committee", "answer", &json!({"finding": "upheld", "target": order}), answered);
        assert_eq!(effect(&tale, &back), expected, "answered {answered}, taken back {taken_back}");
        assert_eq!(effect(&tale, &answer).counts(), !expected.counts());
    }
}

#[test]
fn a_finding_that_a_correction_has_speak_of_another_keeps_that_one_from_being_taken_back() {
    let (mut tale, claim) = reported();
    let progress = tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-09-21");
    let found = tale.say("supervisors", "verification", &verdict(&progress, "rejected"), "2025-09-22");
    tale.say("supervisors", "correction", &change(&found, "target", &json!(progress), &json!(claim)), "2025-09-23");
    let back = tale.say("committee", "void", &void(&claim), "2025-09-24");
    assert_eq!(effect(&tale, &back), TOO_LATE);
    assert_eq!(tale.status("2025-09-25"), Status::VerificationFailed);
}

#[test]
fn a_matter_whose_ground_is_taken_back_over_and_over_is_told_a_bounded_number_of_times() {
    let mut tale = deliberated();
    let (mut effects, mut now) = (Vec::new(), at("2025-06-10"));
    let most = usize::try_from(MOST_WEIGHED).unwrap();
    for _ in 0..most + 3 {
        now = now.plus(60);
        let outcome = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), &now.to_string());
        effects.push(tale.say("committee", "void", &void(&outcome), &now.to_string()));
    }
    let view = tale.view("2025-06-11");
    let counted = effects.iter().filter(|on| view.event(on).unwrap().effect.counts()).count();
    assert_eq!((counted, view.status), (most, Status::OnNotice));
    let chronicle = Chronicle::of(matter(), &tale.records, &Packs::built_in(), 8);
    assert!(chronicle.work().retold <= (u64::from(MOST_WEIGHED) + 2) * tale.records.len() as u64);
}

#[test]
fn mends_of_what_nothing_rests_on_have_a_matter_told_again_once() {
    let (mut tale, _) = decided();
    for _ in 0..200 {
        let progress = tale.say("committee", "progress", &json!({"commitment": "c1", "spent": tale.records.len()}), "2025-07-01");
        tale.say("committee", "correction", &json!({"changes": [{"new": "m1", "path": "milestone"}], "target": progress}), "2025-07-01");
        tale.say("committee", "void", &void(&progress), "2025-07-01");
    }
    let chronicle = Chronicle::of(matter(), &tale.records, &Packs::built_in(), 8);
    assert_eq!(chronicle.work().retold, 2 * tale.records.len() as u64);
}
