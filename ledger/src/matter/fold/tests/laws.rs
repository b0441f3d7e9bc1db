//! Laws over random histories, most of them nonsense: what a village in haste, or a liar, might log.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::matter::codes::Verdict;
use crate::matter::view::Effect;

/// One random statement: who, where, what, when, and whether it counts. Numbers choose among what exists.
#[derive(Clone, Debug)]
struct Saying {
    office: usize,
    log: usize,
    kind: usize,
    pick: usize,
    word: usize,
    days: i64,
    void: bool,
}

fn saying() -> impl Strategy<Value = Saying> {
    (0..6usize, prop_oneof![6 => Just(0usize), 1 => 1..3usize], 0..13usize, 0..1000usize, 0..4usize, 0..40i64, prop::bool::weighted(0.1))
        .prop_map(|(office, log, kind, pick, word, days, void)| Saying { office, log, kind, pick, word, days, void })
}

const OFFICES: [&str; 6] = ["committee", "committee", "supervisors", "party", "owners", "committee"];

/// Tells a history: it begins with a topic and an outcome, so that most sayings have something to bear on.
fn tell(sayings: &[Saying]) -> Tale {
    let (mut tale, _) = decided();
    let mut now = at("2025-06-11");
    for Saying { office, log, kind, pick, word, days, void } in sayings {
        now = now.plus(days * 86_400);
        let log = [VILLAGE, TOWNSHIP, COUNTY][*log];
        let target = tale.records[pick % tale.records.len()].reference.clone();
        let newest_claim = tale.records.iter().rev().find(|record| record.statement.kind.as_str() == "completion");
        let claim = newest_claim.map_or_else(|| target.clone(), |record| record.reference.clone());
        let date = now.civil_date(8).to_string();
        let due = now.plus(i64::try_from(*pick).unwrap() * 86_400).civil_date(8).to_string();
        let id = ["c1", "c1", "c2", "c3"][pick % 4];
        let round = u32::try_from(pick % 3).unwrap() + 1;
        let dropped = ["c1", "c2"][pick % 2];
        let result = ["consensus", "partial", "none", "no-action"][*word];
        let finding = ["upheld", "partly", "not", "not"][*word];
        let verdicts = ["accepted", "rejected", "partly", "accepted"];
        let (kind, facts) = match kind {
            0 => ("topic", topic("general")),
            1 => ("step", resolve(round, &date, [42, 36, u64::try_from(pick % 42).unwrap()])),
            2 => ("outcome", json!({"commitments": [promise(id, &due)], "drops": [dropped], "result": result, "round": round})),
            3 => ("objection", json!({"count": 1, "target": target})),
            4 => ("answer", json!({"finding": finding, "target": target})),
            5 => ("plan", json!({"commitment": id, "due": due})),
            6 => ("progress", json!({"commitment": id, "spent": pick})),
            7 => ("problem", json!({"commitment": id})),
            8 => ("reopen", json!({"reason": "new-problem", "round": round})),
            9 | 10 => ("completion", completion(id, &date)),
            11 => ("verification", verdict(&claim, verdicts[*word])),
            _ => ("verification", verdict(&target, verdicts[*word])),
        };
        let by = format!("{VILLAGE}/{}", if kind == "verification" && pick % 3 > 0 { "supervisors" } else { OFFICES[*office] });
        let standing = if *void { Standing::Void(Void::UnknownKey) } else { VALID };
        let day = now.to_string();
        tale.put(log, &[&by], kind, &facts, &day, standing);
    }
    tale
}

fn history() -> impl Strategy<Value = Tale> {
    prop::collection::vec(saying(), 0..40).prop_map(|sayings| tell(&sayings))
}

fn latest(tale: &Tale) -> Time {
    tale.records.iter().map(|record| record.logged).max().unwrap()
}

fn seen(records: &[Record], as_of: Time) -> View {
    fold(matter(), records, &Packs::built_in(), as_of, 8)
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_show(tale in history(), shuffled in any::<prop::sample::Index>(), seed in any::<u64>(), ahead in 0..200i64) {
        let as_of = latest(&tale).plus(ahead * 86_400);
        let view = seen(&tale.records, as_of);
        let mut records = tale.records.clone();
        let length = records.len();
        records.rotate_left(shuffled.index(length));
        let mut state = seed;
        for from in (1..length).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            records.swap(from, usize::try_from(state >> 33).unwrap() % (from + 1));
        }
        // Arriving twice is arriving once.
        records.extend(tale.records.iter().take(3).cloned());
        let again = seen(&records, as_of);
        prop_assert_eq!(serde_json::to_string(&view).unwrap(), serde_json::to_string(&again).unwrap());
    }

    #[test]
    fn what_is_void_shows_in_the_timeline_and_nowhere_else(tale in history(), ahead in 0..200i64) {
        let as_of = latest(&tale).plus(ahead * 86_400);
        let with = seen(&tale.records, as_of);
        let valid: Vec<Record> = tale.records.iter().filter(|record| record.standing.is_valid()).cloned().collect();
        let without = seen(&valid, as_of);
        let shown: Vec<_> = with.timeline.iter().filter(|event| event.standing.is_valid()).cloned().collect();
        prop_assert_eq!(&shown, &without.timeline);
        prop_assert_eq!(View { timeline: vec![], ..with }, View { timeline: vec![], ..without });
    }

    #[test]
    fn nothing_is_done_without_an_accepted_verification_of_each_live_commitment(tale in history(), ahead in 0..200i64) {
        let view = seen(&tale.records, latest(&tale).plus(ahead * 86_400));
        if view.status == Status::Done {
            prop_assert!(view.live().count() > 0);
        }
        for commitment in view.live() {
            let claim = commitment.completion.as_ref();
            let verdict = claim.and_then(|claim| claim.verdict.as_ref());
            if commitment.state == CommitmentState::Accepted || view.status == Status::Done {
                let verdict = verdict.unwrap();
                prop_assert_eq!(verdict.verdict, Verdict::Accepted);
                let event = view.event(&verdict.on).unwrap();
                prop_assert_eq!(event.effect, Effect::Counted);
                let supervisors = format!("a.example/{VILLAGE}/supervisors");
                prop_assert!(event.by.iter().any(|by| by.to_string() == supervisors));
                prop_assert_eq!(event.said.target(), Some(&claim.unwrap().on));
            }
        }
    }

    #[test]
    fn every_statement_is_in_the_timeline_once(tale in history()) {
        let view = seen(&tale.records, latest(&tale));
        let mut shown: Vec<_> = view.timeline.iter().map(|event| event.reference.clone()).collect();
        shown.sort();
        let mut told: Vec<_> = tale.records.iter().map(|record| record.reference.clone()).collect();
        told.sort();
        prop_assert_eq!(shown, told);
        let back: View = serde_json::from_str(&serde_json::to_string(&view).unwrap()).unwrap();
        prop_assert_eq!(back, view);
    }
}

#[test]
fn random_histories_reach_every_status_that_a_decided_matter_can_have() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..400 {
        let tale = history().new_tree(&mut runner).unwrap().current();
        for ahead in [0, 20, 90] {
            reached.insert(seen(&tale.records, latest(&tale).plus(ahead * 86_400)).status);
        }
    }
    for status in [Status::OnNotice, Status::VerificationFailed, Status::Overdue, Status::Done, Status::Claimed, Status::UnderWay] {
        assert!(reached.contains(&status), "{status} is never reached, so the laws above say nothing of it");
    }
}
