//! Laws over random histories, most of them nonsense: what a village in haste, or a liar, might log.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;
use crate::matter::Chronicle;
use crate::matter::codes::{Irregular, Verdict};
use crate::matter::fold::answered::can_be_verified;
use crate::matter::view::{Effect, Event};

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
    let days = prop_oneof![1 => Just(0i64), 2 => 0..3i64, 2 => 0..40i64];
    (0..6usize, prop_oneof![6 => Just(0usize), 1 => 1..3usize], 0..23usize, 0..1000usize, 0..4usize, days, prop::bool::weighted(0.1))
        .prop_map(|(office, log, kind, pick, word, days, void)| Saying { office, log, kind, pick, word, days, void })
}

const OFFICES: [&str; 6] = ["committee", "committee", "supervisors", "party", "owners", "committee"];

/// Tells a history: it begins with a topic and an outcome, so that most sayings have something to bear on. Clocks of logs above are `ahead`
/// by some days, or behind.
fn tell(sayings: &[Saying], ahead: i64) -> Tale {
    let (mut tale, _) = decided();
    let mut today = at("2025-06-11");
    for Saying { office, log, kind, pick, word, days, void } in sayings {
        today = today.plus(days * 86_400);
        let from_above = *log > 0 || matches!(kind, 14 | 15 | 17 | 21) || (*kind == 13 && pick % 2 == 0);
        let now = if from_above { today.plus(ahead * 86_400) } else { today };
        let log = [VILLAGE, TOWNSHIP, COUNTY][*log];
        let target = tale.records[pick % tale.records.len()].reference.clone();
        let newest_claim = tale.records.iter().rev().find(|record| record.statement.kind.as_str() == "completion");
        let claim = newest_claim.map_or_else(|| target.clone(), |record| record.reference.clone());
        let newest = |kind: &str, log: &str| {
            let of_kind = |record: &&Record| record.statement.kind.as_str() == kind && record.reference.log.to_string().contains(log);
            tale.records.iter().rev().find(of_kind).map_or_else(|| target.clone(), |record| record.reference.clone())
        };
        let date = now.civil_date(8).to_string();
        let due = now.plus(i64::try_from(*pick).unwrap() * 86_400).civil_date(8).to_string();
        let id = ["c1", "c1", "c2", "c3", "c9"][pick % 5];
        let round = u32::try_from(pick % 3).unwrap() + 1;
        let dropped = ["c1", "c2"][pick % 2];
        let result = ["consensus", "partial", "none", "no-action"][*word];
        let finding = ["upheld", "partly", "not", "not"][*word];
        let verdicts = ["accepted", "rejected", "partly", "accepted"];
        let number = kind;
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
            12 => ("verification", verdict(&target, verdicts[*word])),
            13 => ("countersign", json!({"target": target})),
            14 => ("rectification", json!({"action": "order", "deadline": due, "target": target})),
            15 => ("evaluation", json!({"rating": "good"})),
            // What does not read, and may be corrected until it does.
            16 if pick % 5 == 0 => ("void", json!({"reason": "duplicate", "target": "it"})),
            16 => ("void", json!({"reason": "duplicate", "target": target})),
            17 => ("redaction", json!({"ground": "minor", "hashes": [Blake3::of(b"x")], "target": target})),
            // What a village in haste would mend: its newest decision or claim, and what nobody here had yet heard of.
            18 => ("void", json!({"reason": "duplicate", "target": newest("outcome", VILLAGE)})),
            19 => ("void", json!({"reason": "duplicate", "target": claim})),
            20 => ("outcome", json!({"commitments": [promise("c1", &due)], "result": "consensus", "round": 1})),
            21 => ("void", json!({"reason": "duplicate", "target": newest("rectification", TOWNSHIP)})),
            _ => ("correction", json!({"changes": changes(&tale, &target, &due, *pick), "target": target})),
        };
        let from_township = *number == 21;
        let above_at = if from_township { 0 } else { pick % 2 };
        let above =
            from_township || matches!(kind, "rectification" | "evaluation" | "redaction") || (kind == "countersign" && pick % 2 == 0);
        if above {
            let (log, by) = [(TOWNSHIP, format!("{TOWNSHIP}/government")), (COUNTY, format!("{COUNTY}/civil-affairs"))][above_at].clone();
            let standing = if *void { Standing::Void(Void::UnknownKey) } else { VALID };
            tale.put(log, &[&by], kind, &facts, &now.to_string(), standing);
            continue;
        }
        let by = format!("{VILLAGE}/{}", if kind == "verification" && pick % 3 > 0 { "supervisors" } else { OFFICES[*office] });
        let standing = if *void { Standing::Void(Void::UnknownKey) } else { VALID };
        let day = now.to_string();
        tale.put(log, &[&by], kind, &facts, &day, standing);
    }
    tale
}

/// A change of whatever the target says that can be changed; now and then of what it does not say.
fn changes(tale: &Tale, target: &Reference, due: &str, pick: usize) -> Value {
    let facts = tale.records.iter().find(|record| record.reference == *target).unwrap().statement.facts.as_str();
    let facts: Value = serde_json::from_str(facts).unwrap();
    let at = |path: &str, new: Value| {
        let old = facts.pointer(&format!("/{}", path.replace('.', "/"))).filter(|old| **old != new).cloned();
        old.map(|old| json!({"new": new, "old": old, "path": path}))
    };
    let found = [
        at("commitments.0.due", json!(due)),
        at("commitments.0.id", json!("c2")),
        at("due", json!(due)),
        at("commitment", json!(["c1", "c2"][pick % 2])),
        at("round", json!(pick % 3 + 1)),
        at("target", json!(tale.records[pick * 7 % tale.records.len()].reference)),
        at("date", json!("2025-06-10")),
        at("verdict", json!("rejected")),
        at("result", json!(["no-action", "consensus"][pick % 2])),
        at("decision", json!("declined")),
    ];
    let found: Vec<Value> = found.into_iter().flatten().collect();
    if found.is_empty() { json!([{"new": 7, "path": "colour"}]) } else { json!(found) }
}

fn history() -> impl Strategy<Value = Tale> {
    (prop::collection::vec(saying(), 0..40), -3..4i64).prop_map(|(sayings, ahead)| tell(&sayings, ahead))
}

fn latest(tale: &Tale) -> Time {
    tale.records.iter().map(|record| record.logged).max().unwrap()
}

fn seen(records: &[Record], as_of: Time) -> View {
    fold(matter(), records, &Packs::built_in(), as_of, 8)
}

fn shuffle(records: &mut [Record], seed: u64) {
    let mut state = seed;
    for from in (1..records.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        records.swap(from, usize::try_from(state >> 33).unwrap() % (from + 1));
    }
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_show(tale in history(), shuffled in any::<prop::sample::Index>(), seed in any::<u64>(), ahead in 0..200i64) {
        let as_of = latest(&tale).plus(ahead * 86_400);
        let view = seen(&tale.records, as_of);
        let mut records = tale.records.clone();
        let length = records.len();
        records.rotate_left(shuffled.index(length));
        shuffle(&mut records, seed);
        // Arriving twice is arriving once.
        records.extend(tale.records.iter().take(3).cloned());
        let again = seen(&records, as_of);
        prop_assert_eq!(serde_json::to_string(&view).unwrap(), serde_json::to_string(&again).unwrap());
    }

    #[test]
    fn one_by_one_is_all_at_once(tale in history(), shuffled in any::<u64>(), calm in any::<bool>(), ahead in 0..200i64) {
        let as_of = latest(&tale).plus(ahead * 86_400);
        let mut records = tale.records.clone();
        if !calm {
            shuffle(&mut records, shuffled);
        }
        let mut chronicle = Chronicle::new(matter(), &Packs::built_in(), 8);
        let (first, second) = records.split_at(records.len() / 2);
        let mut by_halves = Chronicle::new(matter(), &Packs::built_in(), 8);
        by_halves.take_all(second);
        by_halves.take_all(first);
        by_halves.take_all(second);
        prop_assert_eq!(by_halves.tell(as_of), seen(&records, as_of));
        for (count, record) in (1..).zip(&records) {
            chronicle.take(record);
            if count % 7 == 0 || count == records.len() {
                prop_assert_eq!(chronicle.tell(as_of), seen(&records[..count], as_of));
            }
        }
        prop_assert_eq!(chronicle.len(), records.len());
    }

    #[test]
    fn what_was_taken_back_moves_nothing(tale in history(), ahead in 0..200i64) {
        let as_of = latest(&tale).plus(ahead * 86_400);
        let view = seen(&tale.records, as_of);
        for event in view.timeline.iter().filter(|event| event.withdrawn_by().is_some()) {
            prop_assert!(!event.effect.counts());
            let by = view.event(event.withdrawn_by().unwrap()).unwrap();
            prop_assert!(by.effect.counts() && by.by.iter().any(|by| event.by.contains(by)));
            let on = Some(&event.reference);
            prop_assert!(view.commitments.iter().all(|commitment| Some(&commitment.made) != on
                && commitment.plan.as_ref() != on
                && commitment.progress.as_ref() != on
                && commitment.completion.as_ref().map(|completion| &completion.on) != on
                && commitment.dues.iter().all(|due| Some(&due.set_by) != on)));
            let outcomes = || view.rounds.iter().filter_map(|round| round.outcome.as_ref());
            prop_assert!(outcomes().all(|outcome| Some(&outcome.on) != on));
            let standing = || view.voices.supervisors.iter().flat_map(|finding| [&finding.target, &finding.verdict.on]);
            prop_assert!(standing().all(|said| Some(said) != on));
        }
    }

    #[test]
    fn nothing_that_supervisors_had_found_on_is_taken_back(tale in history()) {
        let view = seen(&tale.records, latest(&tale));
        let supervisors = format!("a.example/{VILLAGE}/supervisors");
        let verifiable = |event: &&Event| event.kind.as_str().parse().is_ok_and(can_be_verified);
        for event in view.timeline.iter().filter(|event| event.withdrawn_by().is_some()).filter(verifiable) {
            let back = view.event(event.withdrawn_by().unwrap()).unwrap();
            for found in &view.timeline {
                let signed = found.signed().unwrap_or(&found.said);
                let on_it = matches!(signed, Said::Verification(said) if said.target == event.reference);
                if on_it && found.standing.is_valid() && found.by.iter().any(|by| by.to_string() == supervisors) {
                    let before = if found.reference.log == back.reference.log {
                        found.reference < back.reference
                    } else {
                        found.logged <= back.logged
                    };
                    // Said too late, it counts only once it is corrected to be on another.
                    let elsewhere = found.said.target() != Some(&event.reference);
                    prop_assert!(!before && (elsewhere || !found.effect.counts()), "{found:?} {back:?}");
                }
            }
        }
    }

    #[test]
    fn no_withdrawal_takes_the_effect_from_what_supervisors_found_before_it(tale in history()) {
        let as_of = latest(&tale);
        let found = |view: &View, by: Time| {
            let counts = |event: &&Event| event.kind.as_str() == "verification" && event.effect.counts() && event.logged <= by;
            view.timeline.iter().filter(counts).map(|event| event.reference.clone()).collect::<std::collections::BTreeSet<_>>()
        };
        for (count, record) in tale.records.iter().enumerate().filter(|(_, record)| record.statement.kind.as_str() == "void") {
            let own = Said::read(&record.statement.kind, &record.statement.facts).ok();
            let before = seen(&tale.records[..count], as_of);
            let after = seen(&tale.records[..=count], as_of);
            let mut kept = found(&before, record.logged);
            // Those who found something may take it back themselves.
            own.as_ref().and_then(Said::target).map(|target| kept.remove(target));
            prop_assert!(kept.is_subset(&found(&after, record.logged)), "{:?}", record);
        }
    }

    #[test]
    fn what_is_void_shows_in_the_timeline_and_nowhere_else(tale in history(), ahead in 0..200i64) {
        let as_of = latest(&tale).plus(ahead * 86_400);
        // Words can be erased of what is void as well, and that is said of it; no state depends on it.
        let is_void = |on: &Reference| tale.records.iter().any(|record| record.reference == *on && !record.standing.is_valid());
        let erases_void = |record: &&Record| {
            let said = Said::read(&record.statement.kind, &record.statement.facts);
            matches!(said, Ok(Said::Redaction(redaction)) if is_void(&redaction.target))
        };
        let records: Vec<Record> = tale.records.iter().filter(|record| !erases_void(record)).cloned().collect();
        let with = seen(&records, as_of);
        let valid: Vec<Record> = records.iter().filter(|record| record.standing.is_valid()).cloned().collect();
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
    let (mut reached, mut mended) = (std::collections::BTreeSet::new(), [0; 6]);
    for _ in 0..400 {
        let tale = history().new_tree(&mut runner).unwrap().current();
        for ahead in [0, 20, 90] {
            let view = seen(&tale.records, latest(&tale));
            mended[0] += view.timeline.iter().filter(|event| !event.corrected_by().is_empty()).count();
            mended[1] += view.timeline.iter().filter(|event| event.effect == Effect::Irregular(Irregular::Withdrawn)).count();
            mended[2] += view.timeline.iter().filter(|event| !event.redacted_by().is_empty()).count();
            let effects = || view.timeline.iter().map(|event| event.effect);
            mended[3] += effects().filter(|effect| *effect == Effect::Irregular(Irregular::TooLate)).count();
            mended[4] += effects().filter(|effect| *effect == Effect::Irregular(Irregular::AddsCommitment)).count();
            mended[5] += usize::from(view.timeline.iter().any(|event| event.kind.as_str() == "outcome" && event.withdrawn_by().is_some()));
            reached.insert(seen(&tale.records, latest(&tale).plus(ahead * 86_400)).status);
        }
    }
    for status in [Status::OnNotice, Status::VerificationFailed, Status::Overdue, Status::Done, Status::Claimed, Status::UnderWay] {
        assert!(reached.contains(&status), "{status} is never reached, so the laws above say nothing of it");
    }
    let at_least = [50, 50, 50, 20, 20, 20];
    assert!(
        mended.iter().zip(at_least).all(|(count, least)| *count > least),
        "{mended:?}: nearly nothing is ever corrected, taken back or redacted, or refused to be"
    );
}
