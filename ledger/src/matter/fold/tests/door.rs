//! What mends, asked about before it is logged: refused where the fold would pass it over, and nowhere else.

use super::*;
use crate::Malformed;
use crate::matter::{Target, check_mend, mended};
use crate::redaction::Held;
use crate::statement::BodyRef;

/// Asks about the last statement of a tale, knowing those before it.
fn ask(tale: &Tale) -> Result<(), Malformed> {
    let (mend, before) = tale.records.split_last().unwrap();
    let on = mended(&mend.statement).expect("it mends");
    let of = before.iter().find(|record| record.reference == on);
    let target = of.map_or(Target::NotHeld, |of| Target::Here(of, Held::Absent));
    check_mend(mend, target, before, &Packs::built_in(), 8)
}

/// Says it, and asks: the field that is refused, none where it passes. The fold is held to say the same.
fn refused(mut tale: Tale, office: &str, kind: &str, facts: &Value, day: &str) -> Option<String> {
    let on = tale.say(office, kind, facts, day);
    let fault = ask(&tale).err();
    assert_eq!(fault.is_none(), tale.view(day).event(&on).unwrap().effect.counts(), "{facts}: {fault:?}");
    fault.map(|fault| fault.field)
}

fn change(target: &Reference, path: &str, old: &Value, new: &Value) -> Value {
    json!({"changes": [{"new": new, "old": old, "path": path}], "target": target})
}

fn taken_back(target: &Reference) -> Value {
    json!({"reason": "duplicate", "target": target})
}

#[test]
fn a_correction_is_refused_by_the_fact_that_is_wrong() {
    let (tale, outcome) = decided();
    let due = |old: &str, new: &str| change(&outcome, "commitments.0.due", &json!(old), &json!(new));
    for (office, facts, field) in [
        ("committee", due("2025-09-30", "2025-10-31"), None),
        ("committee", due("2025-09-29", "2025-10-31"), Some("changes.commitments.0.due")),
        ("committee", due("2025-09-30", "soon"), Some("changes.commitments[0].due")),
        ("supervisors", due("2025-09-30", "2025-10-31"), Some("by")),
    ] {
        assert_eq!(refused(tale.clone(), office, "correction", &facts, "2025-07-01").as_deref(), field, "{facts}");
    }
}

#[test]
fn a_correction_of_what_was_corrected_goes_by_what_stands_now() {
    let (mut tale, outcome) = decided();
    let due = |old: &str, new: &str| change(&outcome, "commitments.0.due", &json!(old), &json!(new));
    let first = tale.say("committee", "correction", &due("2025-09-30", "2025-10-31"), "2025-07-01");
    assert!(refused(tale.clone(), "committee", "correction", &due("2025-09-30", "2025-11-30"), "2025-07-02").is_some());
    assert_eq!(refused(tale.clone(), "committee", "correction", &due("2025-10-31", "2025-11-30"), "2025-07-02"), None);
    let of_mend = change(&first, "changes.0.new", &json!("2025-10-31"), &json!("2025-11-30"));
    assert_eq!(refused(tale, "committee", "correction", &of_mend, "2025-07-02").as_deref(), Some("target"));
}

#[test]
fn a_correction_that_no_publisher_would_take_is_refused_although_the_fold_reads_it() {
    let (mut tale, outcome) = decided();
    let empty = json!({"changes": [{"old": [promise("c1", "2025-09-30")], "path": "commitments"}], "target": outcome});
    tale.say("committee", "correction", &empty, "2025-07-01");
    assert_eq!(ask(&tale).unwrap_err().field, "changes.commitments");
}

#[test]
fn a_correction_that_promises_more_is_refused_with_what_to_do_instead() {
    let (mut tale, outcome) = decided();
    let more = json!({"changes": [{"new": promise("c2", "2025-12-31"), "path": "commitments.1"}], "target": outcome});
    assert_eq!(refused(tale.clone(), "committee", "correction", &more, "2025-06-12").as_deref(), Some("changes"));
    tale.say("committee", "correction", &more, "2025-06-12");
    let fault = ask(&tale).unwrap_err();
    assert!(fault.why.contains("new outcome") && fault.why.contains("reopen"), "{fault}");
}

#[test]
fn a_withdrawal_of_what_counts_only_by_a_mend_is_refused_as_any_other() {
    let (mut tale, first) = decided();
    tale.say("committee", "void", &taken_back(&first), "2025-06-11");
    let second = tale.say("committee", "outcome", &outcome(1, &[promise("c1", "2025-09-30")]), "2025-06-12");
    assert_eq!(refused(tale.clone(), "committee", "void", &taken_back(&second), "2025-06-13"), None);
    assert_eq!(refused(tale.clone(), "committee", "void", &taken_back(&second), "2025-06-20").as_deref(), Some("target"));
    tale.say("supervisors", "verification", &verdict(&second, "accepted"), "2025-06-13");
    assert_eq!(refused(tale, "committee", "void", &taken_back(&second), "2025-06-13").as_deref(), Some("target"));
}

#[test]
fn a_withdrawal_is_refused_once_it_is_too_late_or_done() {
    let (mut tale, completion) = reported();
    assert_eq!(refused(tale.clone(), "committee", "void", &taken_back(&completion), "2025-09-21"), None);
    assert_eq!(refused(tale.clone(), "supervisors", "void", &taken_back(&completion), "2025-09-21").as_deref(), Some("by"));
    let mut verified = tale.clone();
    verified.say("supervisors", "verification", &verdict(&completion, "accepted"), "2025-09-21");
    assert_eq!(refused(verified, "committee", "void", &taken_back(&completion), "2025-09-22").as_deref(), Some("target"));
    tale.say("committee", "void", &taken_back(&completion), "2025-09-21");
    tale.say("committee", "void", &taken_back(&completion), "2025-09-22");
    let again = ask(&tale).unwrap_err();
    assert!(again.field == "target" && again.why.contains("taken back already"), "{again}");
}

#[test]
fn what_is_not_at_its_place_is_refused_and_what_cannot_be_told_is_not() {
    let (mut tale, outcome) = decided();
    tale.say("committee", "correction", &change(&outcome, "round", &json!(1), &json!(2)), "2025-07-01");
    let (mend, before) = tale.records.split_last().unwrap();
    let judge = |mend: &Record, target| check_mend(mend, target, before, &Packs::built_in(), 8).map_err(|fault| fault.field);
    assert_eq!(judge(mend, Target::NotHeld), Ok(()));
    assert_eq!(judge(mend, Target::Beyond(3)), Err("target.index".to_owned()));
    assert_eq!(judge(mend, Target::Unreadable), Err("target.index".to_owned()));
    assert_eq!(judge(mend, Target::Here(&before[0], Held::Absent)), Err("target.id".to_owned()));
    let of = before.iter().find(|record| record.reference == outcome).unwrap();
    let mut of_none = mend.clone();
    of_none.statement.matter = None;
    assert_eq!(judge(&of_none, Target::Here(of, Held::Absent)), Err("matter".to_owned()));
    of_none.statement.matter = Some(format!("{VILLAGE}-2025-0002").parse().unwrap());
    assert_eq!(judge(&of_none, Target::Here(of, Held::Absent)), Err("matter".to_owned()));
}

/// The village's catalogue or the like, and `mend` of it.
fn beside(kind: &str, by: &[&str], mend: &str, facts: impl Fn(&Reference) -> Value) -> Result<(), Malformed> {
    let mut tale = Tale::default();
    let of = tale.say_in(VILLAGE, &[&format!("{VILLAGE}/committee")], kind, &json!({}), "2025-06-01");
    let by: Vec<String> = by.iter().map(|by| format!("{VILLAGE}/{by}")).collect();
    tale.say_in(VILLAGE, &by.iter().map(String::as_str).collect::<Vec<_>>(), mend, &facts(&of), "2025-06-02");
    let [mut of, mut mend]: [Record; 2] = tale.records.try_into().unwrap();
    (of.statement.matter, mend.statement.matter) = (None, None);
    of.statement.body = Some(BodyRef::of(b"{}"));
    check_mend(&mend, Target::Here(&of, Held::Body(b"{}")), &[], &Packs::built_in(), 8)
}

#[test]
fn what_belongs_to_no_matter_is_taken_back_and_not_corrected() {
    let corrected = |of: &Reference| change(of, "version", &json!(1), &json!(2));
    for (kind, instead) in [("catalogue", "next version"), ("rules", "replace"), ("assessment", "sign it anew")] {
        let fault = beside(kind, &["committee"], "correction", corrected).unwrap_err();
        assert!(fault.field == "target" && fault.why.contains(instead), "{fault}");
        assert_eq!(beside(kind, &["committee"], "void", taken_back), Ok(()));
        assert_eq!(beside(kind, &["party"], "void", taken_back).unwrap_err().field, "by");
    }
    assert_eq!(beside("void", &["committee"], "void", taken_back).unwrap_err().field, "target");
    assert_eq!(beside("appoint", &["committee"], "void", taken_back).unwrap_err().field, "target");
}

#[test]
fn a_redaction_names_words_of_its_target() {
    let named = |hash: Blake3| move |of: &Reference| json!({"ground": "personal-data", "hashes": [hash], "target": of});
    let both = ["committee", "supervisors"];
    assert_eq!(beside("catalogue", &both, "redaction", named(Blake3::of(b"{}"))), Ok(()));
    assert_eq!(beside("catalogue", &both, "redaction", named(Blake3::of(b"other"))).unwrap_err().field, "hashes");
    assert_eq!(beside("catalogue", &["committee"], "redaction", named(Blake3::of(b"{}"))).unwrap_err().field, "by");
    assert_eq!(beside("catalogue", &["party", "supervisors"], "redaction", named(Blake3::of(b"{}"))).unwrap_err().field, "by");
}

#[test]
fn an_answer_of_no_matter_goes_to_an_order_by_whom_it_addresses() {
    let (township, county) = (format!("{TOWNSHIP}/government"), format!("{COUNTY}/civil-affairs"));
    let order = json!({"action": "order", "deadline": "2025-07-10", "office": format!("{VILLAGE}/committee")});
    let circular = json!({"ground": "slow-progress", "places": [VILLAGE], "to": "public"});
    let refused_in = |(log, by): (&str, &str), kind: &str, facts: &Value, of_matter: bool, answering: &str| {
        let mut tale = Tale::default();
        tale.say_in(log, &[by], kind, facts, "2025-07-01");
        let target = tale.records.last_mut().unwrap();
        target.statement.matter = target.statement.matter.filter(|_| of_matter);
        target.reference.id = target.statement.id();
        let on = target.reference.clone();
        tale.say(answering, "answer", &json!({"finding": "upheld", "target": on}), "2025-07-02");
        tale.records.last_mut().unwrap().statement.matter = None;
        ask(&tale).err().map(|fault| fault.field)
    };
    let township = (TOWNSHIP, township.as_str());
    assert_eq!(refused_in(township, "rectification", &order, false, "committee"), None);
    assert_eq!(refused_in(township, "rectification", &order, false, "party").as_deref(), Some("by"));
    assert_eq!(refused_in(township, "rectification", &order, true, "committee").as_deref(), Some("matter"));
    assert_eq!(refused_in((COUNTY, &county), "circular", &circular, false, "committee").as_deref(), Some("target"));
}
