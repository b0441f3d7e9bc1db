//! What signers are told before they publish is what everybody is shown after.

use super::*;
use crate::matter::codes::{FlagCode, Irregular};
use crate::matter::view::{Effect, Flag};
use crate::matter::{Foretold, foretell};

/// Says one thing more; asked before, and folded after.
fn say(tale: &mut Tale, office: &str, kind: &str, facts: &Value, day: &str) -> Foretold {
    let before = tale.view(day);
    let on = tale.say(office, kind, facts, day);
    let (said, known) = tale.records.split_last().unwrap();
    let foretold = foretell(said, known, &Packs::built_in(), 8).unwrap();
    assert_eq!(foretell(said, &tale.records, &Packs::built_in(), 8).as_ref(), Some(&foretold), "known already");
    let after = tale.view(day);
    assert_eq!(foretold.effect, after.event(&on).unwrap().effect);
    assert_eq!((foretold.before.status, foretold.before.days), (before.status, before.days));
    assert_eq!((foretold.after.status, foretold.after.days), (after.status, after.days));
    assert!(foretold.raised.iter().all(|flag| after.flags.contains(flag) && !before.flags.contains(flag)));
    assert!(foretold.lifted.iter().all(|flag| before.flags.contains(flag) && !after.flags.contains(flag)));
    foretold
}

#[test]
fn what_counts_says_where_the_matter_goes_and_what_it_will_be_marked_with() {
    let mut tale = Tale::default();
    let first = say(&mut tale, "committee", "topic", &topic("four-two"), "2025-06-01");
    assert_eq!((first.effect, first.before.status, first.after.status), (Effect::Counted, Status::Collecting, Status::Collecting));
    let short = say(&mut tale, "committee", "step", &resolve(1, "2025-06-09", [19, 12, 5]), "2025-06-09");
    let marked: Vec<FlagCode> = short.raised.iter().map(Flag::code).collect();
    assert_eq!(short.after.status, Status::Deliberating);
    assert!(marked.contains(&FlagCode::QuorumShort) && marked.contains(&FlagCode::StepSkipped), "{marked:?}");
    let why = |code| short.grounds.iter().find(|ground| ground.flag == code).unwrap();
    assert!(why(FlagCode::QuorumShort).counts.zh.contains("12"), "{:?}", short.grounds);
    // The meeting is held again, with enough people.
    let again = say(&mut tale, "committee", "step", &resolve(1, "2025-06-09", [19, 15, 12]), "2025-06-10");
    assert!(again.lifted.iter().any(|flag| flag.code() == FlagCode::QuorumShort), "{:?}", again.lifted);
}

#[test]
fn what_will_have_no_effect_says_why() {
    let (mut tale, _) = decided();
    let nowhere = say(&mut tale, "committee", "progress", &json!({"commitment": "c9"}), "2025-06-20");
    assert_eq!(nowhere.effect, Effect::Irregular(Irregular::NoSuchCommitment));
    assert_eq!((nowhere.before, nowhere.raised, nowhere.lifted), (nowhere.after, vec![], vec![]));
    let second = say(&mut tale, "committee", "topic", &topic("general"), "2025-06-21");
    assert_eq!(second.effect, Effect::Irregular(Irregular::SecondTopic));
}
