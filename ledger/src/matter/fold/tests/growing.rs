//! A matter that grows: what one more statement costs.

use super::*;
use crate::matter::{Chronicle, Work};

/// The village's own statements, `count` of them, the last a progress.
fn long(count: u64) -> Tale {
    let (mut tale, _) = decided();
    let mut now = at("2025-06-20");
    while (tale.records.len() as u64) < count {
        now = now.plus(3600);
        tale.say("committee", "progress", &json!({"commitment": "c1", "spent": tale.records.len()}), &now.to_string());
    }
    tale
}

#[test]
fn one_more_statement_costs_the_same_whatever_came_before() {
    for count in [10, 100, 3_000] {
        let tale = long(count);
        let mut chronicle = Chronicle::new(matter(), &Packs::built_in(), 8);
        for (before, record) in (0u64..).zip(&tale.records) {
            chronicle.take(record);
            assert_eq!(chronicle.work(), Work { appended: before + 1, retold: 0 });
        }
        // Those who verify speak from the township's log of the newest statement: that is the end of the order as well.
        let mut tale = tale;
        let newest = tale.records.last().unwrap().reference.clone();
        tale.say_in(TOWNSHIP, &[&format!("{VILLAGE}/supervisors")], "verification", &verdict(&newest, "accepted"), "2026-06-20");
        chronicle.take(tale.records.last().unwrap());
        assert_eq!(chronicle.work().retold, 0);
        assert_eq!(chronicle.tell(at("2026-07-01")), tale.view("2026-07-01"));
    }
}

#[test]
fn what_belongs_further_up_has_this_matter_told_anew_and_the_next_one_is_cheap_again() {
    let mut tale = long(100);
    let claim = tale.say("committee", "completion", &completion("c1", "2025-09-20"), "2025-09-20");
    tale.say("committee", "result", &json!({}), "2025-09-21");
    let mut chronicle = Chronicle::new(matter(), &Packs::built_in(), 8);
    tale.records.iter().for_each(|record| chronicle.take(record));
    tale.say_in(TOWNSHIP, &[&format!("{VILLAGE}/supervisors")], "verification", &verdict(&claim, "accepted"), "2025-09-25");
    chronicle.take(tale.records.last().unwrap());
    assert_eq!(chronicle.work(), Work { appended: 102, retold: 103 });
    tale.say("supervisors", "feedback", &json!({"fixed": 9, "gathered": "paper", "not": 0, "partly": 0, "unknown": 0}), "2025-09-26");
    chronicle.take(tale.records.last().unwrap());
    assert_eq!(chronicle.work(), Work { appended: 103, retold: 103 });
    assert_eq!(chronicle.tell(at("2025-10-01")), tale.view("2025-10-01"));
    assert_eq!(tale.status("2025-10-01"), Status::Done);
}

#[test]
fn a_key_withdrawn_later_has_the_matter_told_anew() {
    let mut tale = long(20);
    let mut chronicle = Chronicle::of(matter(), &tale.records, &Packs::built_in(), 8);
    let last = tale.records.len() - 1;
    tale.records[last].standing = Standing::Void(Void::Revoked);
    chronicle.take(&tale.records[last]);
    assert_eq!(chronicle.tell(at("2025-07-01")), tale.view("2025-07-01"));
    tale.records[last].marks.annulled = true;
    let marks = tale.records[last].marks;
    chronicle.judge_anew(|_| Some((Standing::Void(Void::Revoked), marks)));
    tale.records.iter_mut().for_each(|record| (record.standing, record.marks) = (Standing::Void(Void::Revoked), marks));
    assert_eq!(chronicle.tell(at("2025-07-01")), tale.view("2025-07-01"));
}

#[test]
fn a_pack_learned_later_judges_what_was_told_before() {
    let (tale, _) = decided();
    let mut chronicle = Chronicle::of(matter(), &tale.records, &Packs::default(), 8);
    assert_eq!(chronicle.tell(at("2025-07-01")), fold(matter(), &tale.records, &Packs::default(), at("2025-07-01"), 8));
    chronicle.learn(&Packs::built_in());
    assert_eq!(chronicle.tell(at("2025-07-01")), tale.view("2025-07-01"));
}
