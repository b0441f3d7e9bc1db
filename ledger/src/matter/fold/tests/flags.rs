//! One test for each flag.

use super::*;
use crate::matter::codes::FlagCode;
use crate::matter::view::Flag;

fn codes(view: &View) -> Vec<FlagCode> {
    view.flags.iter().map(Flag::code).collect()
}

#[test]
fn a_matter_done_by_the_book_bears_none() {
    let (mut tale, completed) = reported();
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-09-25");
    let by = [format!("{VILLAGE}/committee"), format!("{VILLAGE}/supervisors")];
    let result = json!({"commitments": [{"actual": "2025-09-20", "id": "c1", "planned": "2025-09-30"}]});
    tale.say_in(VILLAGE, &[&by[0], &by[1]], "result", &result, "2025-10-01");
    let view = tale.view("2026-06-01");
    assert_eq!((view.status, codes(&view)), (Status::Done, vec![]));
    assert!(view.tags.is_empty() && view.expected.is_empty());
}

#[test]
fn overdue_counts_days_past_the_current_due_date() {
    let (tale, _) = decided();
    let days = |day: &str| {
        tale.view(day).flags.iter().find_map(|flag| match flag {
            Flag::Overdue { days, .. } => Some(*days),
            _ => None,
        })
    };
    assert_eq!((days("2025-09-30"), days("2025-10-01"), days("2025-10-31")), (None, Some(1), Some(31)));
    // What was given up for good is not late any more.
    let (mut tale, decision) = decided();
    tale.say("committee", "termination", &json!({"reason": "impossible", "resolution": decision}), "2025-10-05");
    assert_eq!(tale.view("2025-10-31").commitments[0].overdue_days, None);
}

#[test]
fn a_moved_due_date_is_kept_and_on_time_is_judged_by_the_first() {
    let (mut tale, decision) = decided();
    tale.say("committee", "plan", &json!({"commitment": "c1", "due": "2025-09-30"}), "2025-06-20");
    assert!(!tale.view("2025-06-20").has(FlagCode::Rescheduled), "the same date is no move");
    let plan = tale.say("committee", "plan", &json!({"commitment": "c1", "due": "2025-11-14", "reason": "weather"}), "2025-09-25");
    tale.say("committee", "plan", &json!({"commitment": "c1", "due": "2025-10-14"}), "2025-09-26");
    let view = tale.view("2025-10-01");
    assert_eq!(view.status, Status::UnderWay);
    let id = "c1".parse().unwrap();
    assert!(view.flags.contains(&Flag::Rescheduled { commitment: id, times: 2, days: 14 }));
    let dues: Vec<_> = view.commitments[0].dues.iter().map(|due| (due.date.to_string(), due.set_by == decision)).collect();
    assert_eq!(dues, [("2025-09-30".into(), true), ("2025-11-14".into(), false), ("2025-10-14".into(), false)]);
    let moved = view.event(&plan).unwrap().moved[0];
    assert_eq!((moved.from.to_string(), moved.to.to_string()), ("2025-09-30".into(), "2025-11-14".into()));
    let completed = tale.say("committee", "completion", &completion("c1", "2025-10-10"), "2025-10-10");
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-10-11");
    assert_eq!(tale.view("2025-10-11").commitments[0].on_time, Some(false));
}

#[test]
fn a_replaced_commitment_keeps_its_first_due_date() {
    let (mut tale, _) = reported();
    tale.say("committee", "reopen", &json!({"reason": "new-problem", "round": 2}), "2025-09-25");
    tale.say("committee", "step", &resolve(2, "2025-09-26", [42, 36, 33]), "2025-09-26");
    tale.say("committee", "outcome", &outcome(2, &[promise("c1", "2025-12-31")]), "2025-09-27");
    let view = tale.view("2025-10-10");
    let commitment = &view.commitments[0];
    assert_eq!((view.commitments.len(), commitment.completion.as_ref(), commitment.round), (1, None, 2));
    assert_eq!((commitment.first_due.to_string(), commitment.due.to_string()), ("2025-09-30".into(), "2025-12-31".into()));
    assert!(view.has(FlagCode::Rescheduled));
}

#[test]
fn a_changed_budget_is_told() {
    let (mut tale, _) = decided();
    tale.say("committee", "plan", &json!({"budget": 2_000_000, "commitment": "c1"}), "2025-06-20");
    let view = tale.view("2025-06-20");
    let [from, to] = [1_850_000, 2_000_000].map(|fen| Some(crate::matter::facts::Fen(fen)));
    assert!(view.flags.contains(&Flag::BudgetChanged { commitment: "c1".parse().unwrap(), from, to }));
}

#[test]
fn eight_weeks_of_silence_are_stale_unless_the_matter_rests() {
    let (tale, _) = decided();
    assert!(!tale.view("2025-08-04").has(FlagCode::Stale));
    assert!(tale.view("2025-08-05").has(FlagCode::Stale));
    // Supervisors and residents cannot speak for the convener.
    let mut others = tale.clone();
    others.say("supervisors", "problem", &json!({"commitment": "c1"}), "2025-08-01");
    assert!(others.view("2025-08-05").has(FlagCode::Stale));
    let mut told = tale;
    told.say("committee", "progress", &json!({"commitment": "c1"}), "2025-08-01");
    assert!(!told.view("2025-08-05").has(FlagCode::Stale));
}

#[test]
fn quorum_and_majority_are_recomputed_from_the_counts() {
    // 2/3 of 19 is 13; half of 14 is not more than half.
    for (counts, passed, short, failed) in [
        ([19, 13, 7], Some(true), false, false),
        ([19, 12, 12], Some(false), true, false),
        ([18, 12, 7], Some(true), false, false),
        ([21, 14, 7], Some(false), false, true),
        ([21, 14, 8], Some(true), false, false),
        ([19, 20, 20], Some(false), false, true),
    ] {
        let mut tale = Tale::default();
        tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
        tale.say("committee", "step", &resolve(1, "2025-06-09", counts), "2025-06-09");
        let view = tale.view("2025-06-09");
        let resolved = view.steps().iter().find(|step| step.step.as_str() == "resolve").unwrap();
        assert_eq!(resolved.passed, passed, "{counts:?}");
        assert_eq!((view.has(FlagCode::QuorumShort), view.has(FlagCode::NotPassed)), (short, failed), "{counts:?}");
        assert!(resolved.tallies[0].judged.as_ref().unwrap().article.contains("第26条"));
    }
}

#[test]
fn more_votes_than_people_never_pass() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    let options = json!([{"code": "abstain", "count": u32::MAX}, {"code": "for", "count": 30}]);
    let tally = json!({"due": 42, "options": options, "present": 36, "unit": "representatives"});
    let resolved = json!({"date": "2025-06-09", "method": "four-two", "round": 1, "step": "resolve", "tallies": [tally]});
    tale.say("committee", "step", &resolved, "2025-06-09");
    assert!(tale.view("2025-06-09").has(FlagCode::NotPassed));
}

#[test]
fn without_counts_nothing_is_shown_as_passed() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "step", &step("resolve", 1, "2025-06-09"), "2025-06-09");
    let view = tale.view("2025-06-09");
    assert!(view.has(FlagCode::TallyMissing) && !view.has(FlagCode::NotPassed));
    assert_eq!(view.steps().iter().find(|step| step.step.as_str() == "resolve").unwrap().passed, None);
}

#[test]
fn counts_recorded_anew_are_told() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "step", &resolve(1, "2025-06-09", [42, 20, 15]), "2025-06-09");
    tale.say("committee", "step", &resolve(1, "2025-06-09", [42, 36, 33]), "2025-06-10");
    let view = tale.view("2025-06-10");
    assert!(view.has(FlagCode::TallyChanged) && !view.has(FlagCode::QuorumShort));
}

#[test]
fn a_meeting_that_did_not_vote_changes_no_count() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "step", &step("resolve", 1, "2025-06-08"), "2025-06-08");
    tale.say("committee", "step", &resolve(1, "2025-06-09", [42, 36, 33]), "2025-06-09");
    assert!(!tale.view("2025-06-10").has(FlagCode::TallyChanged));
}

#[test]
fn a_meeting_held_again_does_not_put_what_followed_the_first_out_of_order() {
    let mut tale = deliberated();
    tale.say("committee", "step", &step("confer", 1, "2025-06-10"), "2025-06-10");
    assert_eq!(codes(&tale.view("2025-06-10")), []);
}

#[test]
fn a_required_step_passed_over_is_skipped() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    assert!(!tale.view("2025-06-02").has(FlagCode::StepSkipped));
    tale.say("party", "step", &step("review", 1, "2025-06-05"), "2025-06-05");
    let skipped = Flag::StepSkipped { step: "confer".parse().unwrap(), round: 1 };
    assert_eq!(tale.view("2025-06-05").flags, [skipped]);
    // Made up for: no longer skipped, but out of order.
    tale.say("committee", "step", &step("confer", 1, "2025-06-06"), "2025-06-06");
    assert_eq!(codes(&tale.view("2025-06-06")), [FlagCode::StepOutOfOrder]);
}

#[test]
fn a_step_logged_after_the_outcome_is_out_of_order() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    for (office, code, date) in
        [("party", "propose", "2025-06-02"), ("committee", "confer", "2025-06-03"), ("party", "review", "2025-06-04")]
    {
        tale.say(office, "step", &step(code, 1, date), date);
    }
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-06");
    assert!(tale.view("2025-06-06").has(FlagCode::StepSkipped));
    tale.say("committee", "step", &resolve(1, "2025-06-05", [42, 36, 33]), "2025-06-07");
    let view = tale.view("2025-06-07");
    assert!(!view.has(FlagCode::StepSkipped) && view.has(FlagCode::StepOutOfOrder));
}

#[test]
fn a_notice_shorter_than_the_pack_asks_is_told() {
    let mut tale = deliberated();
    let short = json!({"commitments": [promise("c1", "2025-09-30")], "notice-days": 3, "result": "consensus", "round": 1});
    let on = tale.say("committee", "outcome", &short, "2025-06-10");
    let view = tale.view("2025-06-11");
    assert!(view.flags.contains(&Flag::NoticeTooShort { on, days: 3, wanted: 7 }));
    assert_eq!(view.notice.unwrap().to.to_string(), "2025-06-13");
}

#[test]
fn a_resolution_or_result_disclosed_late_is_told() {
    let mut tale = deliberated();
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-20");
    let late = |view: &View| {
        view.flags.iter().find_map(|flag| match flag {
            Flag::LateDisclosure { step, days, .. } => Some((step.as_str().to_owned(), *days)),
            _ => None,
        })
    };
    assert_eq!(late(&tale.view("2025-06-20")), Some(("publish-resolution".into(), 4)));
    // Decided, and never published.
    let (tale, decided_on) = (deliberated(), "2025-06-09");
    assert_eq!((late(&tale.view(decided_on)), late(&tale.view("2025-06-16"))), (None, None));
    assert_eq!(late(&tale.view("2025-06-17")), Some(("publish-resolution".into(), 1)));
    let (mut tale, completed) = reported();
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-09-25");
    assert_eq!(late(&tale.view("2025-12-26")), None);
    assert_eq!(late(&tale.view("2025-12-27")), Some(("publish-result".into(), 1)));
    tale.say("committee", "result", &json!({}), "2025-12-28");
    assert_eq!(late(&tale.view("2026-12-28")), Some(("publish-result".into(), 2)));
}

#[test]
fn an_entry_over_seven_days_after_the_fact_is_back_filled_and_proves_no_time() {
    for (logged, back_filled, on_time) in [("2025-09-27", false, Some(true)), ("2025-09-28", true, None)] {
        let (mut tale, _) = decided();
        let completed = tale.say("committee", "completion", &completion("c1", "2025-09-20"), logged);
        tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-09-29");
        let view = tale.view("2025-09-29");
        assert_eq!((view.has(FlagCode::BackFilled), view.commitments[0].on_time), (back_filled, on_time), "{logged}");
    }
}

#[test]
fn an_objection_without_answer_is_disputed_and_in_time_unanswered() {
    let (mut tale, decision) = decided();
    let on = tale.say("supervisors", "objection", &json!({"count": 2, "target": decision}), "2025-06-12");
    assert_eq!(codes(&tale.view("2025-06-22")), [FlagCode::Disputed]);
    let view = tale.view("2025-06-23");
    assert!(view.flags.contains(&Flag::Unanswered { on: on.clone(), days: 11 }));
    assert_eq!((view.expected[0].kind.as_str(), view.expected[0].by.unwrap().to_string()), ("answer", "2025-06-22".into()));
    tale.say("committee", "answer", &json!({"finding": "not", "target": on}), "2025-06-24");
    assert_eq!(codes(&tale.view("2025-06-24")), []);
}

#[test]
fn an_outcome_the_supervisors_neither_signed_nor_accepted_is_told() {
    let mut tale = deliberated();
    let on = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    let view = tale.view("2025-06-10");
    assert_eq!(view.flags, [Flag::UnsignedBySupervisors { on: on.clone() }]);
    tale.say("supervisors", "verification", &verdict(&on, "accepted"), "2025-06-11");
    let view = tale.view("2025-06-11");
    assert_eq!(view.flags, []);
    assert!(view.rounds[0].outcome.as_ref().unwrap().supervised);
}

#[test]
fn an_office_elsewhere_has_to_confirm_what_is_promised_for_it() {
    let mut tale = deliberated();
    let bearer = format!("{TOWNSHIP}/government");
    let promise = json!({"due": "2025-09-30", "id": "c1", "responsible": bearer});
    tale.say("committee", "outcome", &outcome(1, &[promise]), "2025-06-10");
    assert!(tale.view("2025-06-20").has(FlagCode::ResponsibleUnconfirmed));
    tale.say_in(TOWNSHIP, &[&bearer], "plan", &json!({"commitment": "c1", "reason": "other"}), "2025-06-21");
    let view = tale.view("2025-06-21");
    assert!(!view.has(FlagCode::ResponsibleUnconfirmed));
    // It confirmed; the convener still reports for it.
    tale.say_in(TOWNSHIP, &[&bearer], "completion", &completion("c1", "2025-08-01"), "2025-08-01");
    assert_eq!(tale.status("2025-08-01"), Status::UnderWay);
}

#[test]
fn what_the_registry_and_the_cross_check_say_is_passed_on() {
    let (mut tale, _) = decided();
    tale.records[0].standing = Standing::Valid { term_expired: true };
    tale.records[1].marks.logged_doubtful = true;
    tale.records[2].marks.fork_seen = true;
    tale.records[3].marks.annulled = true;
    let view = tale.view("2025-06-20");
    assert_eq!(codes(&view), [FlagCode::TermExpired, FlagCode::LoggedDoubtful, FlagCode::Annulled, FlagCode::ForkSeen]);
}
