//! Each method by its pack: what passes at the border, what is asked for, what a pack from elsewhere may judge.

use super::*;
use crate::matter::codes::{FlagCode, StepState};
use crate::matter::pack::InForce;
use crate::matter::view::{RulesUsed, StepView};

const AREA: u64 = 1_000_000;

/// A pack that ships, by its name.
fn named(name: &str) -> String {
    let packs = Packs::built_in();
    let village = VILLAGE.parse().unwrap();
    packs.at(village).find(|(_, pack)| pack.name == name).unwrap().0.to_string()
}

fn tally(unit: &str, [due, present, votes]: [u64; 3]) -> Value {
    let options = json!([{"code": "for", "count": votes}, {"code": "against", "count": present - votes}]);
    json!({"due": due, "options": options, "present": present, "unit": unit})
}

/// Owners decide by `pack` with these tallies; the step as judged.
fn owners(pack: &str, tallies: &[Value]) -> StepView {
    let mut tale = Tale::default();
    let mut raised = topic("owners");
    raised["rules"] = json!(named(pack));
    tale.say("owners", "topic", &raised, "2026-06-01");
    tale.say(
        "owners",
        "step",
        &json!({"date": "2026-06-02", "method": "owners", "round": 1, "step": "resolve", "tallies": tallies}),
        "2026-06-02",
    );
    let view = tale.view("2026-06-03");
    let step = view.steps().iter().find(|step| step.step.as_str() == "resolve").unwrap().clone();
    let judged = |tally: &crate::matter::view::TallyView| {
        tally.judged.as_ref().is_some_and(|judged| judged.article.contains("278") && !judged.advisory)
    };
    assert!(step.tallies.iter().all(judged));
    step
}

#[test]
fn owners_need_two_thirds_of_heads_and_area_and_more_than_half_of_those_who_take_part() {
    let passed = |heads, area| owners("owners-2021", &[tally("owners", heads), tally("area", area)]).passed;
    let (heads, area) = ([19, 13, 7], [AREA, 666_667, 333_334]);
    assert_eq!(passed(heads, area), Some(true));
    assert_eq!(passed([19, 12, 12], area), Some(false), "12 of 19 heads are not two thirds");
    assert_eq!(passed([19, 14, 7], area), Some(false), "half of an even number is not more than half");
    assert_eq!(passed(heads, [AREA, 666_666, 666_666]), Some(false), "a hundredth of a square metre short of two thirds");
    assert_eq!(passed(heads, [AREA, 666_668, 333_334]), Some(false), "exactly half of the area");
}

#[test]
fn a_major_matter_needs_three_quarters_of_both() {
    let passed = |heads, area| owners("owners-major-2021", &[tally("owners", heads), tally("area", area)]).passed;
    let (heads, area) = ([150, 100, 75], [AREA, 800_000, 600_000]);
    assert_eq!(passed(heads, area), Some(true));
    assert_eq!(passed([150, 100, 74], area), Some(false));
    assert_eq!(passed(heads, [AREA, 800_000, 599_999]), Some(false));
}

#[test]
fn heads_without_area_decide_nothing() {
    let step = owners("owners-2021", &[tally("owners", [19, 19, 19])]);
    assert_eq!(step.passed, None);
    assert_eq!(owners("owners-2021", &[tally("owners", [19, 19, 9])]).passed, Some(false), "what fails, fails");
}

#[test]
fn a_proposal_takes_five_steps_and_two_thirds_of_nineteen_are_thirteen() {
    let told = |present, votes| {
        let mut tale = Tale::default();
        tale.say("committee", "topic", &topic("proposal"), "2025-06-01");
        for (office, step) in [("party", "propose"), ("committee", "confer")] {
            tale.say(office, "step", &json!({"date": "2025-06-02", "method": "proposal", "round": 1, "step": step}), "2025-06-02");
        }
        let tally = tally("representatives", [19, present, votes]);
        tale.say(
            "committee",
            "step",
            &json!({"date": "2025-06-03", "method": "proposal", "round": 1, "step": "resolve", "tallies": [tally]}),
            "2025-06-03",
        );
        tale.view("2025-06-04")
    };
    let steps = told(13, 7).steps().to_vec();
    assert_eq!(
        steps.iter().map(|step| step.state).collect::<Vec<_>>(),
        [StepState::Done, StepState::Done, StepState::Done, StepState::Pending, StepState::Pending]
    );
    assert_eq!(steps[2].passed, Some(true));
    assert!(told(12, 12).has(FlagCode::QuorumShort));
    assert!(told(14, 7).has(FlagCode::NotPassed));
}

#[test]
fn a_small_matter_needs_topic_outcome_completion_and_verification_and_bears_no_flag() {
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("general"), "2026-06-01");
    tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2026-09-30")]), "2026-06-02");
    let completed = tale.say("committee", "completion", &completion("c1", "2026-06-20"), "2026-06-20");
    tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2026-06-21");
    let view = tale.view("2026-12-31");
    assert_eq!((view.status, &view.flags[..]), (Status::Done, &[][..]));
    assert!(view.steps().iter().all(|step| !step.required || step.state == StepState::Done));
}

#[test]
fn a_local_pack_judges_once_adopted_and_elsewhere_nothing_is_judged() {
    let text = include_str!("../../../../../config/rules/general.json").replacen("\"general\"", "\"ours\"", 1);
    let name = Blake3::of(text.as_bytes());
    let mut tale = Tale::default();
    let mut raised = topic("general");
    raised["rules"] = json!(name);
    tale.say("committee", "topic", &raised, "2026-06-01");
    let rules = |packs: &Packs| fold(matter(), &tale.records, packs, at("2026-06-02"), 8).rules;
    let mut packs = Packs::built_in();
    assert_eq!(rules(&packs), RulesUsed::Unknown { pack: name });
    let on = |log: &str| Reference { log: format!("a.example/log/{log}/1").parse().unwrap(), index: 9, id: name };
    packs.adopt(on("990102000000"), name, InForce::default(), &text).unwrap();
    assert_eq!(rules(&packs), RulesUsed::Unknown { pack: name }, "another county's");
    packs.adopt(on(COUNTY), name, InForce::default(), &text).unwrap();
    assert_eq!(rules(&packs), RulesUsed::Known { pack: name, name: "ours".into() });
}

#[test]
fn counts_of_a_day_outside_the_effective_dates_are_for_reference() {
    let text = include_str!("../../../../../config/rules/owners-2021.json").replacen("\"owners-2021\"", "\"ours\"", 1);
    let name = Blake3::of(text.as_bytes());
    let mut packs = Packs::built_in();
    let on = Reference { log: format!("a.example/log/{COUNTY}/1").parse().unwrap(), index: 9, id: name };
    let effective = InForce { from: Some("2026-07-01".parse().unwrap()), until: None };
    packs.adopt(on, name, effective, &text).unwrap();
    for (day, advisory) in [("2026-06-30", true), ("2026-07-01", false)] {
        let mut tale = Tale::default();
        let mut raised = topic("owners");
        raised["rules"] = json!(name);
        tale.say("owners", "topic", &raised, "2026-06-01");
        let tallies = [tally("owners", [19, 13, 7])];
        tale.say("owners", "step", &json!({"date": day, "method": "owners", "round": 1, "step": "resolve", "tallies": tallies}), day);
        let view = fold(matter(), &tale.records, &packs, at(day), 8);
        let resolved = view.steps().iter().find(|step| step.step.as_str() == "resolve").unwrap();
        assert_eq!(resolved.tallies[0].judged.as_ref().unwrap().advisory, advisory, "{day}");
    }
}
