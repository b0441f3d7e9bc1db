//! One test for each line of the status table, and for what moves a matter from one to the next.

use super::*;
use crate::matter::codes::Tag;

#[test]
fn a_topic_alone_collects_views() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    assert_eq!(tale.status("2025-06-01"), Status::Collecting);
}

#[test]
fn informing_is_no_meeting_yet_and_a_proposal_is() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "step", &step("inform", 1, "2025-06-01"), "2025-06-01");
    assert_eq!(tale.status("2025-06-01"), Status::Collecting);
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    assert_eq!(tale.status("2025-06-02"), Status::Deliberating);
}

#[test]
fn a_declined_topic_goes_elsewhere_and_stays_declined() {
    let mut tale = Tale::default();
    let declined =
        json!({"basis": "party-asks", "category": "sanitation", "decision": "declined", "elsewhere": "township", "method": "general"});
    tale.say("committee", "topic", &declined, "2025-06-01");
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-03");
    let view = tale.view("2025-06-30");
    assert_eq!(view.status, Status::Declined);
    assert!(view.commitments.is_empty() && view.expected.is_empty());
}

#[test]
fn a_notice_runs_seven_days_from_the_day_after_to_midnight() {
    let (tale, _) = decided();
    for (instant, status, days) in [
        ("2025-06-10T02:00:00Z", Status::OnNotice, Some(7)),
        ("2025-06-10T16:00:00Z", Status::OnNotice, Some(7)),
        ("2025-06-14T02:00:00Z", Status::OnNotice, Some(4)),
        ("2025-06-17T15:59:59Z", Status::OnNotice, Some(1)),
        ("2025-06-17T16:00:00Z", Status::UnderWay, None),
    ] {
        let view = tale.view(instant);
        assert_eq!((view.status, view.days), (status, days), "{instant}");
        let notice = view.notice.unwrap();
        assert_eq!((notice.from.to_string(), notice.to.to_string()), ("2025-06-11".into(), "2025-06-17".into()));
    }
}

#[test]
fn the_day_of_logging_is_that_of_the_federation() {
    let mut tale = deliberated();
    // 23:30 on the 10th in China is 15:30 UTC; half an hour later it is the 11th.
    for (logged, last) in [("2025-06-10T15:30:00Z", "2025-06-17"), ("2025-06-10T16:00:00Z", "2025-06-18")] {
        let mut tale = tale.clone();
        tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), logged);
        assert_eq!(tale.view("2025-06-12").notice.unwrap().to.to_string(), last);
    }
    let by = format!("{VILLAGE}/committee");
    // What the paper says is shown; what the log says counts.
    let posted = json!({"commitments": [promise("c1", "2025-09-30")], "posted-on": "2025-06-01", "result": "consensus", "round": 1});
    tale.say_in(VILLAGE, &[&by], "outcome", &posted, "2025-06-10");
    assert_eq!(tale.view("2025-06-12").notice.unwrap().to.to_string(), "2025-06-17");
}

#[test]
fn a_promise_is_under_way_until_it_is_overdue() {
    let (mut tale, _) = decided();
    assert_eq!(state(&tale.view("2025-06-20"), "c1"), CommitmentState::Promised);
    assert_eq!(tale.status("2025-06-20"), Status::UnderWay);
    tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-07-01");
    assert_eq!(state(&tale.view("2025-07-01"), "c1"), CommitmentState::UnderWay);
    // Overdue begins at 00:00 after the due date, in China.
    assert_eq!(tale.status("2025-09-30T15:59:59Z"), Status::UnderWay);
    let view = tale.view("2025-09-30T16:00:00Z");
    assert_eq!((view.status, view.days), (Status::Overdue, Some(1)));
}

#[test]
fn a_claim_is_not_done_until_the_supervisors_accept() {
    let (mut tale, completion) = reported();
    assert_eq!(tale.status("2025-09-21"), Status::Claimed);
    // A claim stands, however late it becomes.
    assert_eq!(tale.status("2026-09-21"), Status::Claimed);
    for by in ["committee", "party", "owners"] {
        tale.say(by, "verification", &verdict(&completion, "accepted"), "2025-09-22");
        assert_eq!(tale.status("2025-09-22"), Status::Claimed, "{by}");
    }
    let township = format!("{TOWNSHIP}/government");
    tale.say_in(TOWNSHIP, &[&township], "verification", &verdict(&completion, "accepted"), "2025-09-22");
    assert_eq!(tale.status("2025-09-22"), Status::Claimed);
    tale.say("supervisors", "verification", &verdict(&completion, "accepted"), "2025-09-23");
    let view = tale.view("2025-09-23");
    assert_eq!(view.status, Status::Done);
    assert_eq!(view.commitments[0].on_time, Some(true));
}

#[test]
fn a_rejected_completion_fails_until_a_newer_one() {
    for word in ["rejected", "partly"] {
        let (mut tale, first) = reported();
        tale.say("supervisors", "verification", &verdict(&first, word), "2025-09-22");
        let view = tale.view("2025-09-22");
        assert_eq!(view.status, Status::VerificationFailed, "{word}");
        assert_eq!(state(&view, "c1"), CommitmentState::UnderWay);
        // Late as well: the failed verification is told first.
        assert_eq!(tale.status("2025-10-05"), Status::VerificationFailed);
        let second = tale.say("committee", "completion", &completion("c1", "2025-10-06"), "2025-10-06");
        assert_eq!(tale.status("2025-10-06"), Status::Claimed);
        tale.say("supervisors", "verification", &verdict(&second, "accepted"), "2025-10-08");
        let view = tale.view("2025-10-08");
        assert_eq!((view.status, view.commitments[0].on_time), (Status::Done, Some(false)));
    }
}

#[test]
fn all_live_commitments_have_to_be_accepted() {
    let mut tale = deliberated();
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30"), promise("c2", "2025-10-30")]), "2025-06-10");
    let first = tale.say("committee", "completion", &completion("c1", "2025-09-01"), "2025-09-01");
    tale.say("supervisors", "verification", &verdict(&first, "accepted"), "2025-09-02");
    assert_eq!(tale.status("2025-09-03"), Status::UnderWay);
    let second = tale.say("committee", "completion", &completion("c2", "2025-09-04"), "2025-09-04");
    assert_eq!(tale.status("2025-09-04"), Status::Claimed);
    tale.say("supervisors", "verification", &verdict(&second, "accepted"), "2025-09-05");
    assert_eq!(tale.status("2025-09-05"), Status::Done);
}

#[test]
fn nothing_to_do_is_not_the_same_as_done() {
    let mut tale = deliberated();
    tale.say("committee", "outcome", &json!({"result": "no-action", "round": 1}), "2025-06-10");
    assert_eq!(tale.status("2025-06-12"), Status::OnNotice);
    assert_eq!(tale.status("2025-06-20"), Status::NoAction);
}

#[test]
fn giving_up_every_promise_does_not_make_a_matter_done() {
    let (mut tale, _) = decided();
    tale.say("committee", "reopen", &json!({"reason": "new-problem", "round": 2}), "2025-07-01");
    tale.say("committee", "outcome", &json!({"drops": ["c1"], "result": "no-action", "round": 2}), "2025-07-10");
    let view = tale.view("2025-08-01");
    assert_eq!(state(&view, "c1"), CommitmentState::Dropped);
    assert_eq!(view.status, Status::NoAction);
}

#[test]
fn without_consensus_the_round_ends_and_a_reopening_begins_another() {
    let mut tale = deliberated();
    tale.say("committee", "outcome", &json!({"result": "none", "round": 1}), "2025-06-10");
    let view = tale.view("2025-06-11");
    assert_eq!((view.status, view.notice), (Status::NoConsensus, None));
    tale.say("committee", "reopen", &json!({"reason": "no-consensus", "round": 2}), "2025-07-01");
    let view = tale.view("2025-07-01");
    assert_eq!((view.status, view.tags), (Status::Collecting, vec![Tag::Reopened]));
    tale.say("committee", "step", &resolve(2, "2025-07-05", [42, 36, 33]), "2025-07-05");
    assert_eq!(tale.status("2025-07-05"), Status::Deliberating);
    tale.say("committee", "outcome", &outcome(2, &[promise("c1", "2025-09-30")]), "2025-07-06");
    let view = tale.view("2025-07-20");
    assert_eq!((view.status, view.tags.is_empty(), view.rounds.len()), (Status::UnderWay, true, 2));
}

#[test]
fn a_termination_ends_it_if_its_resolution_is_here() {
    let (mut tale, decision) = decided();
    let nowhere = Reference { index: 99, ..decision.clone() };
    tale.say("committee", "termination", &json!({"reason": "impossible", "resolution": nowhere}), "2025-07-01");
    assert_eq!(tale.status("2025-07-01"), Status::UnderWay);
    tale.say("committee", "termination", &json!({"reason": "impossible", "resolution": decision}), "2025-07-02");
    let completed = tale.say("committee", "completion", &completion("c1", "2025-07-03"), "2025-07-03");
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-07-04");
    assert_eq!(tale.status("2025-07-05"), Status::Terminated);
}

#[test]
fn an_upheld_objection_asks_for_a_round_after_it_whichever_log_it_came_by() {
    for log in [VILLAGE, TOWNSHIP, COUNTY] {
        for (objected, open) in [("2025-06-20", false), ("2025-07-05", true)] {
            let (mut tale, outcome) = decided();
            let mut objection = None;
            let mut object = |tale: &mut Tale| {
                let by = format!("{VILLAGE}/supervisors");
                objection = Some(tale.say_in(log, &[&by], "objection", &json!({"count": 3, "target": outcome}), objected));
            };
            if !open {
                object(&mut tale);
            }
            tale.say("committee", "reopen", &json!({"reason": "new-problem", "round": 2}), "2025-07-01");
            if open {
                object(&mut tale);
            }
            tale.say("committee", "answer", &json!({"finding": "upheld", "target": objection.unwrap()}), "2025-07-10");
            let view = tale.view("2025-07-11");
            assert_eq!((view.objections[0].open, view.tags.contains(&Tag::Disputed)), (open, open), "{log} {objected}");
        }
    }
}

#[test]
fn what_was_accepted_before_it_was_dropped_is_done_whichever_log_the_verdict_came_by() {
    for log in [VILLAGE, TOWNSHIP] {
        for (verified, expected) in [
            (&[("accepted", "2025-06-25")][..], CommitmentState::Accepted),
            (&[("rejected", "2025-06-24"), ("accepted", "2025-06-25")], CommitmentState::Accepted),
            (&[("accepted", "2025-07-20")], CommitmentState::Dropped),
            (&[("rejected", "2025-06-25"), ("accepted", "2025-07-20")], CommitmentState::Dropped),
        ] {
            let (mut tale, _) = decided();
            let claim = tale.say("committee", "completion", &completion("c1", "2025-06-20"), "2025-06-20");
            tale.say("committee", "reopen", &json!({"reason": "new-problem", "round": 2}), "2025-07-01");
            let anew = json!({"commitments": [promise("c2", "2025-12-31")], "drops": ["c1"], "result": "consensus", "round": 2});
            let (before, after): (Vec<_>, Vec<_>) = verified.iter().partition(|(_, day)| *day < "2025-07-10");
            let by = format!("{VILLAGE}/supervisors");
            for (word, day) in before {
                tale.say_in(log, &[&by], "verification", &verdict(&claim, word), day);
            }
            tale.say("committee", "outcome", &anew, "2025-07-10");
            for (word, day) in after {
                tale.say_in(log, &[&by], "verification", &verdict(&claim, word), day);
            }
            assert_eq!(state(&tale.view("2025-08-01"), "c1"), expected, "{log} {verified:?}");
        }
    }
}

#[test]
fn tags_stand_beside_the_status() {
    let mut tale = deliberated();
    let partial = json!({"commitments": [promise("c1", "2025-09-30")], "result": "partial", "round": 1});
    let decision = tale.say("committee", "outcome", &partial, "2025-06-10");
    assert_eq!(tale.view("2025-06-20").tags, [Tag::Partial]);
    tale.say("supervisors", "objection", &json!({"count": 3, "target": decision}), "2025-06-21");
    assert_eq!(tale.view("2025-06-21").tags, [Tag::Partial, Tag::Disputed]);
    tale.say("supervisors", "problem", &json!({"commitment": "c1"}), "2025-06-22");
    assert_eq!(tale.view("2025-06-22").tags, [Tag::NewProblem, Tag::Partial, Tag::Disputed]);
    tale.say("committee", "reopen", &json!({"reason": "new-problem", "round": 2}), "2025-06-23");
    assert_eq!(tale.view("2025-06-23").tags, [Tag::Reopened, Tag::Partial, Tag::Disputed]);
    assert_eq!(tale.view("2025-09-01").tags, [Tag::Reopened, Tag::Partial, Tag::Stale, Tag::Disputed]);
}

#[test]
fn an_answer_settles_an_objection_unless_it_upholds_it() {
    let (mut tale, decision) = decided();
    let objection = tale.say("supervisors", "objection", &json!({"count": 1, "target": decision}), "2025-06-12");
    let open = |tale: &Tale| tale.view("2025-07-01").objections[0].open;
    assert!(open(&tale));
    tale.say("supervisors", "answer", &json!({"finding": "not", "target": objection}), "2025-06-13");
    assert!(open(&tale), "nobody answers for the convener");
    let mut refused = tale.clone();
    refused.say("committee", "answer", &json!({"finding": "not", "target": objection}), "2025-06-14");
    assert!(!open(&refused));
    tale.say("committee", "answer", &json!({"finding": "upheld", "target": objection}), "2025-06-14");
    assert!(open(&tale), "upheld, and nothing followed");
    tale.say("committee", "reopen", &json!({"reason": "objection-upheld", "round": 2}), "2025-06-20");
    assert!(!open(&tale));
}

#[test]
fn a_problem_stays_open_until_it_is_completed_anew() {
    let (mut tale, first) = reported();
    tale.say("supervisors", "verification", &verdict(&first, "accepted"), "2025-09-22");
    tale.say("supervisors", "problem", &json!({"commitment": "c1"}), "2025-11-01");
    let view = tale.view("2025-11-02");
    assert_eq!((view.status, view.tags.contains(&Tag::NewProblem)), (Status::Done, true));
    let second = tale.say("committee", "completion", &completion("c1", "2025-11-10"), "2025-11-10");
    assert!(tale.view("2025-11-10").problems[0].open);
    tale.say("supervisors", "verification", &verdict(&second, "accepted"), "2025-11-12");
    assert!(!tale.view("2025-11-12").problems[0].open);
}

#[test]
fn a_small_matter_needs_four_statements_and_bears_no_flag() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("general"), "2025-06-01");
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-07-30")]), "2025-06-02");
    let completed = tale.say("committee", "completion", &completion("c1", "2025-07-01"), "2025-07-01");
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-07-02");
    let view = tale.view("2026-07-03");
    assert_eq!((view.status, &view.flags), (Status::Done, &vec![]));
    assert!(view.expected.is_empty(), "{:?}", view.expected);
}
