//! The strip of steps, and judgement by rule packs.

use super::*;
use crate::matter::codes::StepState;
use crate::matter::view::RulesUsed;

fn strip(view: &View) -> Vec<(String, StepState)> {
    view.steps().iter().map(|step| (step.step.as_str().to_owned(), step.state)).collect()
}

fn states(view: &View) -> Vec<StepState> {
    view.steps().iter().map(|step| step.state).collect()
}

#[test]
fn the_six_steps_are_ticked_as_they_are_taken() {
    use StepState::{Done, Pending};
    let (mut tale, _) = decided();
    assert_eq!(states(&tale.view("2025-06-10")), [Done, Done, Done, Done, Done, Pending]);
    tale.say("committee", "result", &json!({}), "2025-10-01");
    assert_eq!(states(&tale.view("2025-10-01")), [Done; 6]);
}

#[test]
fn a_step_counts_only_from_its_own_office() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    assert_eq!(tale.view("2025-06-02").steps()[0].state, StepState::Pending);
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-03");
    assert_eq!(tale.view("2025-06-03").steps()[0].state, StepState::Done);
}

#[test]
fn a_further_round_repeats_only_what_the_pack_says() {
    use StepState::{Done, Omitted, Pending};
    let mut tale = deliberated();
    tale.say("committee", "outcome", &json!({"result": "none", "round": 1}), "2025-06-10");
    tale.say("committee", "reopen", &json!({"reason": "no-consensus", "round": 2}), "2025-07-01");
    tale.say("committee", "step", &resolve(2, "2025-07-05", [42, 36, 33]), "2025-07-05");
    let view = tale.view("2025-07-05");
    assert_eq!(states(&view), [Omitted, Omitted, Omitted, Done, Pending, Pending]);
    assert!(view.flags.is_empty());
    assert_eq!(view.rounds[0].steps[3].state, Done);
}

#[test]
fn a_round_that_came_to_nothing_may_have_ended_early() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    tale.say("committee", "outcome", &json!({"result": "none", "round": 1}), "2025-06-03");
    assert!(tale.view("2025-06-03").flags.is_empty());
}

#[test]
fn what_comes_beside_the_method_is_shown_at_the_end() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("committee", "step", &step("expert-advice", 1, "2025-06-01"), "2025-06-01");
    tale.say("committee", "step", &step("star-gazing", 1, "2025-06-01"), "2025-06-01");
    let view = tale.view("2025-06-01");
    let beside: Vec<_> = strip(&view).split_off(6);
    assert_eq!(beside, [("expert-advice".to_owned(), StepState::Done), ("star-gazing".to_owned(), StepState::Done)]);
}

#[test]
fn without_its_pack_a_matter_is_not_judged_and_still_moves() {
    for (rules, used) in [
        (Some(Blake3::of(b"elsewhere").to_string()), RulesUsed::Unknown { pack: Blake3::of(b"elsewhere") }),
        (Some(pack("general")), RulesUsed::OtherMethod { pack: pack("general").parse().unwrap() }),
        (None, RulesUsed::None),
    ] {
        let mut tale = Tale::default();
        let mut said = topic("four-two");
        match rules {
            Some(rules) => said["rules"] = json!(rules),
            None => drop(said.as_object_mut().unwrap().remove("rules")),
        }
        tale.say("committee", "topic", &said, "2025-06-01");
        tale.say("committee", "step", &resolve(1, "2025-06-09", [42, 1, 1]), "2025-06-09");
        let view = tale.view("2025-06-09");
        assert_eq!((view.status, &view.rules), (Status::Deliberating, &used));
        assert_eq!((strip(&view).len(), view.steps()[0].passed), (1, None));
        assert!(view.steps()[0].tallies[0].judged.is_none());
    }
}

#[test]
fn a_law_no_longer_in_force_judges_for_reference_only() {
    for (date, advisory) in [("2018-12-28", true), ("2018-12-29", false), ("2025-12-31", false), ("2026-01-01", true)] {
        let mut tale = Tale::default();
        tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
        tale.say("committee", "step", &resolve(1, date, [42, 36, 33]), "2026-01-02");
        let view = tale.view("2026-01-02");
        assert_eq!(view.steps()[3].tallies[0].judged.as_ref().unwrap().advisory, advisory, "{date}");
    }
}

#[test]
fn the_next_step_is_expected_from_its_office() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    let next = |tale: &Tale, day: &str| {
        let view = tale.view(day);
        let first = view.expected.first().unwrap();
        let from: Vec<_> = first.from.iter().map(ToString::to_string).collect();
        (first.kind.to_string(), first.step.map(|step| step.to_string()), from.join(" "), first.by.map(|by| by.to_string()))
    };
    let is = |kind: &str, step: Option<&str>, from: &str, by: Option<&str>| {
        (kind.to_owned(), step.map(str::to_owned), from.to_owned(), by.map(str::to_owned))
    };
    assert_eq!(next(&tale, "2025-06-01"), is("step", Some("propose"), "party", None));
    tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    assert_eq!(next(&tale, "2025-06-02"), is("step", Some("confer"), "committee party", None));
    let mut tale = deliberated();
    assert_eq!(next(&tale, "2025-06-09"), is("outcome", None, "committee", Some("2025-06-16")));
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    assert_eq!(next(&tale, "2025-06-10"), is("completion", None, "committee", Some("2025-09-30")));
    let completed = tale.say("committee", "completion", &completion("c1", "2025-09-20"), "2025-09-20");
    assert_eq!(next(&tale, "2025-09-20"), is("verification", None, "supervisors", None));
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-09-25");
    assert_eq!(next(&tale, "2025-09-25"), is("result", None, "committee", Some("2025-12-26")));
}

/// What is expected, as kind, office and day.
fn all(view: &View) -> Vec<(String, String, Option<String>)> {
    let line = |expected: &crate::matter::view::Expected| {
        let from: Vec<_> = expected.from.iter().map(ToString::to_string).collect();
        (expected.kind.to_string(), from.join(" "), expected.by.map(|by| by.to_string()))
    };
    view.expected.iter().map(line).collect()
}

fn one(kind: &str, from: &str, by: Option<&str>) -> (String, String, Option<String>) {
    (kind.to_owned(), from.to_owned(), by.map(str::to_owned))
}

#[test]
fn while_work_goes_on_supervisors_sign_and_news_is_expected_before_silence() {
    let mut tale = deliberated();
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-10");
    let view = tale.view("2025-06-10");
    assert_eq!(view.notice.as_ref().unwrap().to.to_string(), "2025-06-17");
    let expected = [
        one("completion", "committee", Some("2025-09-30")),
        one("countersign", "supervisors", Some("2025-06-17")),
        one("progress", "committee", Some("2025-07-29")),
    ];
    assert_eq!(all(&view), expected);
    // Once there is news, the next is due seven weeks later; none that would fall behind the promise itself.
    tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-07-20");
    assert_eq!(all(&tale.view("2025-07-21"))[1], one("progress", "committee", Some("2025-09-07")));
    tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-08-25");
    assert_eq!(all(&tale.view("2025-08-26")), [one("completion", "committee", Some("2025-09-30"))]);
}

#[test]
fn a_new_problem_and_what_was_left_open_ask_for_a_further_round() {
    let (mut tale, _) = decided();
    let problem = tale.say("supervisors", "problem", &json!({"commitment": "c1"}), "2025-07-01");
    let view = tale.view("2025-07-02");
    let reopen = view.expected.iter().find(|expected| expected.kind.as_str() == "reopen").unwrap();
    assert_eq!((reopen.from[0].to_string(), reopen.target.as_ref()), ("committee".to_owned(), Some(&problem)));
    tale.say("committee", "reopen", &json!({"reason": "new-problem", "round": 2}), "2025-07-03");
    assert!(!all(&tale.view("2025-07-04")).iter().any(|(kind, ..)| kind == "reopen"));
}

#[test]
fn a_milestone_ahead_is_the_next_news() {
    let (mut tale, _) = decided();
    let milestones = json!([{"due": "2025-07-01", "id": "m1"}, {"due": "2025-08-01", "id": "m2"}]);
    tale.say("committee", "plan", &json!({"commitment": "c1", "milestones": milestones}), "2025-06-12");
    assert_eq!(all(&tale.view("2025-06-13"))[1], one("progress", "committee", Some("2025-07-01")));
    tale.say("committee", "progress", &json!({"commitment": "c1", "milestone": "m1"}), "2025-06-30");
    assert_eq!(all(&tale.view("2025-07-01"))[1], one("progress", "committee", Some("2025-08-01")));
    // Whoever spoke after its day has said what there was to say.
    tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-08-05");
    assert_eq!(all(&tale.view("2025-08-06"))[1], one("progress", "committee", Some("2025-09-23")));
}

#[test]
fn an_answer_is_expected_from_whose_answer_counts() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    let of_party = tale.say("party", "step", &step("propose", 1, "2025-06-02"), "2025-06-02");
    let (mut decided, together) = decided();
    let by_township = format!("{TOWNSHIP}/government");
    let mut with_reporter = deliberated();
    let mut promised = promise("c1", "2025-09-30");
    promised["reporter"] = json!(by_township);
    with_reporter.say("committee", "outcome", &outcome(1, &[promised]), "2025-06-10");
    let reported = with_reporter.say_in(TOWNSHIP, &[&by_township], "completion", &completion("c1", "2025-09-20"), "2025-09-20");
    for (tale, target, from, log, by) in [
        (&mut tale, of_party, "party", VILLAGE, format!("{VILLAGE}/party")),
        (&mut decided, together, "committee", VILLAGE, format!("{VILLAGE}/committee")),
        (&mut with_reporter, reported, by_township.as_str(), TOWNSHIP, by_township.clone()),
    ] {
        let objection = tale.say("supervisors", "objection", &json!({"count": 1, "target": target}), "2025-09-21");
        let view = tale.view("2025-09-22");
        let answer = view.expected.iter().find(|expected| expected.target.as_ref() == Some(&objection)).unwrap();
        let asked: Vec<_> = answer.from.iter().map(ToString::to_string).collect();
        assert_eq!((answer.kind.as_str(), asked), ("answer", vec![from.to_owned()]));
        // And that one's answer counts.
        tale.say_in(log, &[&by], "answer", &json!({"finding": "not", "target": objection}), "2025-09-23");
        let view = tale.view("2025-09-24");
        assert!(!view.objections[0].open && !view.expected.iter().any(|expected| expected.kind.as_str() == "answer"), "{from}");
    }
}

/// A completion of the township's own, with the packs of a registry whose root is `root` and that has `moved` it.
fn of_township(root: Option<&str>, moved: Option<&str>) -> View {
    let by = format!("{TOWNSHIP}/government");
    let mut tale = Tale::default();
    for (kind, facts) in [
        ("topic", topic("general")),
        ("outcome", outcome(1, &[promise("c1", "2025-09-30")])),
        ("completion", completion("c1", "2025-09-20")),
    ] {
        tale.say_in(TOWNSHIP, &[&by], kind, &facts, "2025-09-20");
    }
    let id: MatterId = format!("{TOWNSHIP}-2025-0001").parse().unwrap();
    for record in &mut tale.records {
        record.statement.matter = Some(id);
        record.reference.id = record.statement.id();
    }
    let mut packs = Packs::built_in();
    if let Some(root) = root {
        packs.root_at(root.parse().unwrap());
    }
    if let Some(parent) = moved {
        packs.move_division(TOWNSHIP.parse().unwrap(), parent.parse().unwrap());
    }
    fold(id, &tale.records, &packs, at("2025-10-21"), 8)
}

#[test]
fn above_the_community_those_verify_whom_the_registry_puts_above() {
    let asked = |view: &View| all(view).into_iter().find(|(kind, ..)| kind == "verification").map(|(_, from, _)| from);
    let by_code = of_township(Some(COUNTY), None);
    assert_eq!(by_code.verifier, Verifier::Above);
    assert_eq!(asked(&by_code), Some(format!("{COUNTY}/government {COUNTY}/civil-affairs")));
    let moved = of_township(Some("990100000000"), Some("990102000000"));
    assert_eq!(asked(&moved), Some("990102000000/government 990102000000/civil-affairs".into()));
}

#[test]
fn at_the_root_nobody_verifies_and_nobody_is_expected_to() {
    let view = of_township(Some(TOWNSHIP), None);
    assert_eq!((view.verifier, view.status), (Verifier::Nobody, Status::Claimed));
    assert!(view.awaits_nobody() && !all(&view).iter().any(|(kind, ..)| kind == "verification"), "{:?}", all(&view));
}
