//! Logs above, references across logs, and statements without effect.

use super::*;
use crate::matter::codes::Irregular;
use crate::matter::view::Effect;

fn effect(view: &View, on: &Reference) -> Effect {
    view.event(on).unwrap().effect
}

fn supervisors() -> String {
    format!("{VILLAGE}/supervisors")
}

#[test]
fn the_supervisors_verdict_counts_from_every_log_above() {
    for log in [VILLAGE, TOWNSHIP, COUNTY] {
        for (word, status) in [("accepted", Status::Done), ("rejected", Status::VerificationFailed)] {
            let (mut tale, completed) = reported();
            tale.say_in(log, &[&supervisors()], "verification", &verdict(&completed, word), "2025-09-22");
            assert_eq!(tale.status("2025-09-22"), status, "{word} in {log}");
        }
    }
}

#[test]
fn of_several_verdicts_the_newest_by_time_stands_whichever_log_it_came_by() {
    let (tale, completed) = reported();
    for (first, second, status) in [("accepted", "rejected", Status::VerificationFailed), ("rejected", "accepted", Status::Done)] {
        for (a, b) in [(VILLAGE, TOWNSHIP), (TOWNSHIP, VILLAGE), (TOWNSHIP, COUNTY)] {
            let mut tale = tale.clone();
            tale.say_in(a, &[&supervisors()], "verification", &verdict(&completed, first), "2025-09-22");
            tale.say_in(b, &[&supervisors()], "verification", &verdict(&completed, second), "2025-09-23");
            let view = tale.view("2025-09-24");
            assert_eq!(view.status, status, "{first} in {a}, then {second} in {b}");
            assert_eq!(view.voices.supervisors.len(), 1);
        }
    }
}

#[test]
fn a_statement_of_a_log_above_stands_right_after_its_target() {
    let (mut tale, completed) = reported();
    let later = tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-09-21");
    let found = tale.say_in(COUNTY, &[&supervisors()], "verification", &verdict(&completed, "rejected"), "2025-09-22");
    let heard = tale.records.iter().map(|record| super::super::story::heard(record, 8)).collect();
    let ordered = super::super::order::in_order(VILLAGE.parse().unwrap(), heard);
    let place = |on: &Reference| ordered.iter().position(|record| record.reference == *on).unwrap();
    assert_eq!((place(&found), place(&later)), (place(&completed) + 1, place(&completed) + 2));
    // People read the timeline by when things were logged.
    assert_eq!(tale.view("2025-09-22").timeline.last().unwrap().reference, found);
}

#[test]
fn what_is_void_does_not_move_what_it_refers_to() {
    let (mut tale, _) = reported();
    let seen = tale.say_in(TOWNSHIP, &[&format!("{TOWNSHIP}/government")], "evaluation", &json!({"rating": "good"}), "2025-09-21");
    let objection = json!({"count": 1, "target": seen});
    tale.put(VILLAGE, &[&supervisors()], "objection", &objection, "2025-09-21", Standing::Void(Void::UnknownKey));
    tale.say("committee", "progress", &json!({"commitment": "c1"}), "2025-09-21");
    let order = |records: &[Record]| {
        let heard = records.iter().map(|record| super::super::story::heard(record, 8)).collect();
        let ordered = super::super::order::in_order(VILLAGE.parse().unwrap(), heard);
        ordered.iter().filter(|event| event.standing.is_valid()).map(|event| event.reference.clone()).collect::<Vec<_>>()
    };
    let valid: Vec<Record> = tale.records.iter().filter(|record| record.standing.is_valid()).cloned().collect();
    assert_eq!(order(&tale.records), order(&valid));
}

#[test]
fn a_reference_that_does_not_agree_in_all_three_is_unresolved() {
    let (tale, completed) = reported();
    let wrong = [
        Reference { index: completed.index + 1, ..completed.clone() },
        Reference { id: Blake3::of(b"another"), ..completed.clone() },
        Reference { log: format!("a.example/log/{TOWNSHIP}/1").parse().unwrap(), ..completed.clone() },
    ];
    for target in wrong {
        let mut tale = tale.clone();
        let found = tale.say("supervisors", "verification", &verdict(&target, "accepted"), "2025-09-22");
        let view = tale.view("2025-09-22");
        assert_eq!((view.status, effect(&view, &found)), (Status::Claimed, Effect::Irregular(Irregular::Unresolved)));
    }
}

#[test]
fn an_unresolved_reference_takes_effect_when_its_target_arrives() {
    let (mut tale, completed) = reported();
    tale.say_in(TOWNSHIP, &[&supervisors()], "verification", &verdict(&completed, "accepted"), "2025-09-22");
    let target = tale.records.iter().position(|record| record.reference == completed).unwrap();
    let late = tale.records.remove(target);
    assert_eq!(tale.status("2025-09-23"), Status::UnderWay);
    tale.records.push(late);
    assert_eq!(tale.status("2025-09-23"), Status::Done);
}

#[test]
fn what_is_void_is_shown_and_counts_nowhere() {
    let (mut tale, completed) = reported();
    let void = Standing::Void(Void::Revoked);
    let found = tale.put(VILLAGE, &[&supervisors()], "verification", &verdict(&completed, "accepted"), "2025-09-22", void);
    let view = tale.view("2025-09-22");
    assert_eq!((view.status, effect(&view, &found)), (Status::Claimed, Effect::Void(Void::Revoked)));
    // Nor does what rests on it.
    tale.records.iter_mut().find(|record| record.reference == completed).unwrap().standing = void;
    let found = tale.say("supervisors", "verification", &verdict(&completed, "accepted"), "2025-09-23");
    let view = tale.view("2025-09-23");
    assert_eq!((view.status, effect(&view, &found)), (Status::UnderWay, Effect::Irregular(Irregular::Unresolved)));
}

#[test]
fn the_first_topic_owns_the_matter() {
    let (mut tale, _) = decided();
    let second = tale.say("owners", "topic", &topic("general"), "2025-06-20");
    let stranger = tale.say("owners", "outcome", &outcome(1, &[promise("c9", "2025-12-31")]), "2025-06-21");
    let view = tale.view("2025-06-22");
    assert_eq!(view.convener.as_ref().unwrap().to_string(), format!("a.example/{VILLAGE}/committee"));
    assert_eq!(effect(&view, &second), Effect::Irregular(Irregular::SecondTopic));
    assert_eq!(effect(&view, &stranger), Effect::Irregular(Irregular::NotItsOffice));
    assert_eq!(view.commitments.len(), 1);
}

#[test]
fn nothing_counts_before_a_topic() {
    let mut tale = Tale::default();
    let early = tale.say("party", "step", &step("propose", 1, "2025-06-01"), "2025-06-01");
    tale.say("committee", "topic", &topic("four-two"), "2025-06-02");
    let view = tale.view("2025-06-02");
    assert_eq!((view.status, effect(&view, &early)), (Status::Collecting, Effect::Irregular(Irregular::NoTopic)));
}

#[test]
fn a_round_has_one_outcome_and_only_a_reopening_opens_another() {
    let (mut tale, _) = decided();
    let second = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2030-09-30")]), "2025-07-01");
    let ahead = tale.say("committee", "outcome", &outcome(2, &[promise("c1", "2030-09-30")]), "2025-07-02");
    let skipping = tale.say("committee", "reopen", &json!({"reason": "open-points", "round": 3}), "2025-07-03");
    tale.say("committee", "reopen", &json!({"reason": "open-points", "round": 2}), "2025-07-04");
    let twice = tale.say("committee", "reopen", &json!({"reason": "open-points", "round": 3}), "2025-07-05");
    let view = tale.view("2025-07-06");
    for (on, why) in [
        (&second, Irregular::RoundClosed),
        (&ahead, Irregular::NoSuchRound),
        (&skipping, Irregular::NoSuchRound),
        (&twice, Irregular::RoundOpen),
    ] {
        assert_eq!(effect(&view, on), Effect::Irregular(why));
    }
    assert_eq!((view.rounds.len(), view.commitments[0].due.to_string()), (2, "2025-09-30".into()));
}

#[test]
fn only_the_reporter_reports() {
    let mut tale = deliberated();
    let bearer = format!("{TOWNSHIP}/government");
    let promised = json!({"due": "2025-09-30", "id": "c1", "reporter": bearer, "responsible": bearer});
    tale.say("committee", "outcome", &outcome(1, &[promised]), "2025-06-10");
    let by_convener = tale.say("committee", "completion", &completion("c1", "2025-08-01"), "2025-08-01");
    let view = tale.view("2025-08-01");
    assert_eq!((view.status, effect(&view, &by_convener)), (Status::UnderWay, Effect::Irregular(Irregular::NotItsOffice)));
    tale.say_in(TOWNSHIP, &[&bearer], "completion", &completion("c1", "2025-08-02"), "2025-08-02");
    assert_eq!(tale.status("2025-08-02"), Status::Claimed);
}

#[test]
fn a_statement_repeated_or_of_no_commitment_has_no_effect() {
    let (mut tale, _) = reported();
    let mut again = tale.records.last().unwrap().clone();
    again.reference.index += 1;
    let repeated = again.reference.clone();
    tale.records.push(again);
    tale.next.insert(VILLAGE.to_owned(), repeated.index + 1);
    let nothing = tale.say("committee", "progress", &json!({"commitment": "c7"}), "2025-09-22");
    let view = tale.view("2025-09-22");
    assert_eq!(effect(&view, &repeated), Effect::Irregular(Irregular::Repeated));
    assert_eq!(effect(&view, &nothing), Effect::Irregular(Irregular::NoSuchCommitment));
}

#[test]
fn kinds_and_facts_unknown_here_are_kept_and_shown_raw() {
    let (mut tale, _) = decided();
    let by = format!("{VILLAGE}/committee");
    let kind = tale.say_in(VILLAGE, &[&by], "horoscope", &json!({"stars": 3}), "2025-06-20");
    let facts = tale.say_in(VILLAGE, &[&by], "completion", &json!({"commitment": "c1", "date": "some day"}), "2025-06-21");
    let view = tale.view("2025-06-21");
    assert_eq!(effect(&view, &kind), Effect::Irregular(Irregular::UnknownKind));
    assert_eq!(effect(&view, &facts), Effect::Irregular(Irregular::Unreadable));
    assert!(matches!(&view.event(&kind).unwrap().said, Said::Raw(fields) if fields.contains_key("stars")));
    // A field added later does not stop a statement from counting.
    let mut tale = Tale::default();
    let mut said = topic("general");
    said["colour"] = json!("red");
    tale.say("committee", "topic", &said, "2025-06-01");
    assert!(tale.view("2025-06-01").topic.is_some());
    let unknown = crate::matter::facts::unknown(&tale.records[0].statement);
    assert_eq!(unknown.keys().collect::<Vec<_>>(), ["colour"]);
}

#[test]
fn three_voices_stand_side_by_side() {
    let (mut tale, completed) = reported();
    tale.say("supervisors", "verification", &json!({"checks": ["on-site"], "target": completed, "verdict": "rejected"}), "2025-09-22");
    let counts = |fixed: u32| json!({"commitment": "c1", "fixed": fixed, "gathered": "paper", "not": 4, "partly": 2, "unknown": 1});
    tale.say("supervisors", "feedback", &counts(3), "2025-09-23");
    tale.say("committee", "feedback", &counts(30), "2025-09-23");
    let voices = tale.view("2025-09-24").voices;
    assert_eq!((voices.convener.len(), voices.convener[0].kind.as_str()), (1, "completion"));
    assert_eq!((voices.supervisors.len(), voices.supervisors[0].commitment.unwrap().as_str()), (1, "c1"));
    let fixed: Vec<_> = voices.residents.iter().map(|voice| (voice.by[0].office.to_string(), voice.fixed)).collect();
    assert_eq!(fixed, [("supervisors".into(), 3), ("committee".into(), 30)]);
}

#[test]
fn above_the_community_an_office_above_accepts() {
    let home: MatterId = format!("{TOWNSHIP}-2025-0001").parse().unwrap();
    let government = format!("{TOWNSHIP}/government");
    let mut tale = Tale::default();
    tale.say_in(TOWNSHIP, &[&government], "topic", &topic("general"), "2025-06-01");
    tale.say_in(TOWNSHIP, &[&government], "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-02");
    let completed = tale.say_in(TOWNSHIP, &[&government], "completion", &completion("c1", "2025-07-01"), "2025-07-01");
    tale.say_in(TOWNSHIP, &[&government], "verification", &verdict(&completed, "accepted"), "2025-07-02");
    let status = |tale: &Tale| {
        let mut records = tale.records.clone();
        for record in &mut records {
            record.statement.matter = Some(home);
        }
        fold(home, &records, &Packs::built_in(), at("2025-07-10"), 8).status
    };
    assert_eq!(status(&tale), Status::Claimed);
    let above = format!("{COUNTY}/civil-affairs");
    tale.say_in(COUNTY, &[&above], "verification", &verdict(&completed, "accepted"), "2025-07-03");
    assert_eq!(status(&tale), Status::Done);
}

#[test]
fn no_number_or_date_is_too_far_out_to_fold() {
    let most = (1_u64 << 53) - 1;
    let mut tale = Tale::default();
    let mut said = topic("four-two");
    said["date"] = json!("-009999-01-01");
    tale.say("committee", "topic", &said, "1970-01-01");
    let tally = json!({"due": most, "options": [{"code": "for", "count": most}], "present": most, "unit": "representatives"});
    let step = json!({"date": "9999-12-31", "method": "four-two", "round": 1, "step": "resolve", "tallies": [tally]});
    tale.say("committee", "step", &step, "1970-01-02");
    let promises = [json!({"budget": most, "due": "-009999-01-01", "id": "c1"}), json!({"due": "9999-12-31", "id": "c2"})];
    let outcome = json!({"commitments": promises, "notice-days": u16::MAX, "result": "consensus", "round": 1});
    let decision = tale.say("committee", "outcome", &outcome, "9999-12-30");
    tale.say("committee", "plan", &json!({"commitment": "c1", "due": "9999-12-31"}), "9999-12-30");
    tale.say("committee", "plan", &json!({"commitment": "c1", "due": "-009999-01-01"}), "9999-12-30");
    tale.say("supervisors", "objection", &json!({"count": u32::MAX, "target": decision}), "9999-12-30");
    tale.say("committee", "reopen", &json!({"reason": "open-points", "round": 2}), "9999-12-30");
    tale.say("committee", "reopen", &json!({"reason": "open-points", "round": u32::MAX}), "9999-12-30");
    for instant in ["1970-01-01T00:00:00Z", "9999-12-30T22:00:00Z"] {
        let view = tale.view(instant);
        assert_eq!(view.timeline.len(), tale.records.len());
        assert!(view.commitments[0].days_moved() <= 0);
    }
}
