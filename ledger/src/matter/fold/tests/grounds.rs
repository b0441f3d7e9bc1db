//! Whatever the rules refuse says which rule, which article and which counts, in both languages.

use std::collections::BTreeSet;

use super::*;
use crate::matter::codes::{CodeList as _, FlagCode};
use crate::matter::ground::{BY_RULES, Ground, grounds};
use crate::matter::labels::Label as _;
use crate::matter::pack::{Pack, in_english};

fn told(view: &View) -> Vec<Ground> {
    let packs = Packs::built_in();
    let crate::matter::view::RulesUsed::Known { pack, .. } = &view.rules else { panic!("{:?}", view.rules) };
    let pack = packs.get(pack).unwrap();
    let told = grounds(view, &packs);
    for ground in &told {
        holds_all_three(ground, pack);
    }
    let raised: BTreeSet<FlagCode> =
        view.flags.iter().map(crate::matter::view::Flag::code).filter(|code| BY_RULES.contains(code)).collect();
    assert_eq!(told.iter().map(|ground| ground.flag).collect::<BTreeSet<_>>(), raised, "{told:?}");
    told
}

fn holds_all_three(ground: &Ground, pack: &Pack) {
    let (zh, en) = (ground.zh(), ground.en());
    assert!(zh.contains(&pack.title.zh) && en.contains(&pack.title.en), "no rule: {zh} {en}");
    let english = if ground.article == pack.title.zh { &pack.title.en } else { in_english(&ground.article).unwrap_or(&ground.article) };
    assert!(!ground.article.is_empty() && zh.contains(&ground.article) && en.contains(english), "no article: {zh} {en}");
    assert_eq!(zh.matches(&pack.title.zh).count(), 1, "the pack is named once: {zh}");
    for counts in [&ground.counts.zh, &ground.counts.en] {
        assert!(counts.bytes().any(|byte| byte.is_ascii_digit()), "no counts: {counts}");
    }
    assert!(!ground.counts.en.chars().any(|each| ('\u{4e00}'..='\u{9fff}').contains(&each)), "{en}");
}

/// Every count rule of every pack that ships, failed in each way: too few, too few for it, more than there were, none told.
#[test]
fn every_count_rule_that_refuses_names_its_article_and_its_counts() {
    let (packs, mut driven) = (Packs::built_in(), 0);
    for (name, pack) in packs.at(VILLAGE.parse().unwrap()) {
        for (method, steps) in &pack.methods {
            for rule in steps.iter().filter(|rule| !rule.counts.is_empty()) {
                for count in &rule.counts {
                    let tally = |due: u64, present: u64, votes: u64| json!([{"due": due, "options": [{"code": "for", "count": votes}], "present": present, "unit": count.unit}]);
                    for (tallies, flag, numbers) in [
                        (tally(97, 3, 3), FlagCode::QuorumShort, ["97", "3"]),
                        (tally(97, 96, 5), FlagCode::NotPassed, ["96", "5"]),
                        (tally(97, 98, 98), FlagCode::NotPassed, ["97", "98"]),
                        (json!([]), FlagCode::TallyMissing, ["/", ""]),
                    ] {
                        let mut tale = Tale::default();
                        let mut raised = topic(method.as_str());
                        raised["rules"] = json!(name);
                        let office = rule.by[0].as_str();
                        tale.say("committee", "topic", &raised, "2025-06-01");
                        let facts = json!({"date": "2025-06-09", "method": method, "round": 1, "step": rule.step, "tallies": tallies});
                        tale.say(office, "step", &facts, "2025-06-09");
                        let told = told(&tale.view("2025-06-09"));
                        let ground = told.iter().find(|ground| ground.flag == flag && ground.article == count.article);
                        let ground = ground.unwrap_or_else(|| panic!("{} {method} {} {}: {told:?}", pack.name, rule.step, count.unit));
                        // Floor area is counted in hundredths.
                        let shown = |number: &str| match (count.unit.as_str(), number) {
                            ("area", "97" | "3" | "96" | "5" | "98") => format!("0.{number:0>2}"),
                            _ => number.to_owned(),
                        };
                        for number in numbers {
                            assert!(ground.counts.zh.contains(&shown(number)) && ground.counts.en.contains(&shown(number)), "{ground:?}");
                        }
                        driven += 1;
                    }
                }
            }
        }
    }
    assert!(driven >= 40, "{driven}");
}

#[test]
fn every_other_rule_that_is_not_kept_names_its_basis_and_its_days() {
    let mut seen = BTreeSet::new();
    let mut note = |view: &View| seen.extend(told(view).into_iter().map(|ground| ground.flag));

    // The outcome skips steps, comes weeks after the meeting, is on notice for a day, and no supervisor signed.
    let mut tale = Tale::default();
    tale.say("committee", "topic", &topic("four-two"), "2025-06-01");
    tale.say("party", "step", &step("propose", 1, "2025-06-08"), "2025-06-08");
    tale.say("committee", "step", &step("confer", 1, "2025-06-03"), "2025-06-08");
    tale.say("committee", "step", &resolve(1, "2025-06-09", [19, 12, 5]), "2025-06-09");
    let mut short = outcome(1, &[promise("c1", "2025-09-30")]);
    short["notice-days"] = json!(1);
    let on = tale.say("committee", "outcome", &short, "2025-07-20");
    tale.say("committee", "objection", &json!({"count": 3, "target": on}), "2025-07-21");
    note(&tale.view("2025-08-30"));

    // An order from above that nobody answers.
    let order = json!({"action": "order", "deadline": "2025-07-25", "target": on});
    tale.say_in(TOWNSHIP, &[&format!("{TOWNSHIP}/government")], "rectification", &order, "2025-07-22");
    note(&tale.view("2025-08-30"));

    // No counts at all, in a step logged after the outcome.
    let mut late = Tale::default();
    late.say("committee", "topic", &topic("four-two"), "2025-06-01");
    late.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-12");
    late.say("committee", "step", &step("resolve", 1, "2025-06-12"), "2025-06-13");
    note(&late.view("2025-06-13"));

    // After the law that the pack follows, all of it is for reference only, and says so.
    assert!(told(&late.view("2025-06-13")).iter().all(|ground| !ground.advisory));
    let mut after = Tale::default();
    after.say("committee", "topic", &topic("four-two"), "2026-01-05");
    after.say("party", "step", &step("propose", 1, "2026-01-08"), "2026-01-08");
    after.say("committee", "step", &step("resolve", 1, "2026-01-09"), "2026-01-09");
    after.say("committee", "outcome", &short, "2026-03-20");
    let grounds = told(&after.view("2026-03-21"));
    assert!(grounds.len() >= 5 && grounds.iter().all(|ground| ground.zh().ends_with("按2018年法推算，仅供参考")), "{grounds:?}");

    let all: BTreeSet<FlagCode> = BY_RULES.into_iter().collect();
    assert_eq!(seen, all, "{:?}", all.difference(&seen));
    assert!(BY_RULES.is_sorted() && BY_RULES.len() < FlagCode::ALL.len());
}
