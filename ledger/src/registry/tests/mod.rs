mod divisions;
mod keys;
mod orders;

use super::*;
use crate::facts::Facts;
use crate::key::{KeyKind, SignerKey};
use crate::standing::Void;
use crate::testing::{COUNTY, OTHER, TOWNSHIP, VILLAGE, World, appoint, charter_facts, federation, office, origin, revoke, seed};

fn note() -> (&'static str, Facts) {
    ("topic", Facts::empty())
}

const VALID: Standing = Standing::Valid { term_expired: false };

#[test]
fn authority_flows_down_from_the_pinned_key() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, committee) = (office(TOWNSHIP, "government"), office(VILLAGE, "committee"));
    let before = world.say(VILLAGE, &committee, note());
    assert_eq!(world.standing(before), Standing::Void(Void::UnknownKey));
    let appointed = world.say(TOWNSHIP, &township, appoint(&committee, None));
    assert_eq!(world.standing(appointed), Standing::Void(Void::UnknownKey));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(COUNTY, &county, ("charter", Facts::of(&charter_facts(VILLAGE)).unwrap()));
    // The set has grown; what was void before it counts now.
    assert_eq!(world.standing(appointed), VALID);
    assert_eq!(world.standing(before), VALID);
    assert_eq!(world.registry().home_log(VILLAGE.parse().unwrap()), Some(&origin(VILLAGE)));
}

#[test]
fn nobody_registers_its_own_offices_or_those_above_or_beside() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, committee, supervisors) = (office(TOWNSHIP, "government"), office(VILLAGE, "committee"), office(VILLAGE, "supervisors"));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(TOWNSHIP, &township, appoint(&committee, None));
    let own = world.say(TOWNSHIP, &township, appoint(&office(TOWNSHIP, "party"), None));
    let above = world.say(TOWNSHIP, &township, appoint(&office(COUNTY, "civil-affairs"), None));
    let by_committee = world.say(VILLAGE, &committee, appoint(&supervisors, None));
    let root_by_other = {
        world.say(COUNTY, &county, appoint(&office(COUNTY, "civil-affairs"), None));
        world.say(COUNTY, &office(COUNTY, "civil-affairs"), appoint(&office(COUNTY, "party"), None))
    };
    for at in [own, above, by_committee, root_by_other] {
        assert_eq!(world.standing(at), Standing::Void(Void::WrongOffice));
    }
    let below = world.say(COUNTY, &office(COUNTY, "civil-affairs"), appoint(&supervisors, None));
    assert_eq!(world.standing(below), VALID);
}

#[test]
fn another_division_and_a_forged_signature_are_void() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (committee, stranger) = (office(VILLAGE, "committee"), office(OTHER, "committee"));
    world.say(COUNTY, &county, appoint(&committee, None));
    world.say(COUNTY, &county, appoint(&stranger, None));
    let wrong = world.say(VILLAGE, &stranger, note());
    assert_eq!(world.standing(wrong), Standing::Void(Void::WrongDivision));
    let at = world.say(VILLAGE, &committee, note());
    let (log, entry) = &world.entries[at];
    let mut bytes = entry.to_bytes();
    // The last characters of the base64 hold signature bits.
    let flip = bytes.len() - 12;
    bytes[flip] = if bytes[flip] == b'A' { b'B' } else { b'A' };
    let forged = Entry::parse(&bytes).unwrap();
    assert_eq!(world.registry().standing(log, &forged), Standing::Void(Void::BadSignature));
}

#[test]
fn a_term_flags_and_a_revocation_voids() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let committee = office(VILLAGE, "committee");
    world.say(COUNTY, &county, appoint(&committee, Some("2026-06-15")));
    let in_term = world.say(VILLAGE, &committee, note());
    let after = world.say(VILLAGE, &committee, note());
    assert_eq!(world.standing(in_term), VALID);
    assert_eq!(world.standing(after), Standing::Valid { term_expired: true });
    world.say(COUNTY, &county, revoke(&committee, &[(VILLAGE, 1)]));
    assert_eq!(world.standing(in_term), VALID);
    assert_eq!(world.standing(after), Standing::Void(Void::Revoked));
    // Another appointment does not bring the key back, and a log that the revocation does not name has nothing of it.
    world.say(COUNTY, &county, appoint(&committee, None));
    world.say(COUNTY, &county, revoke(&committee, &[]));
    assert_eq!(world.standing(in_term), Standing::Void(Void::Revoked));
}

#[test]
fn what_a_void_entry_appoints_is_void() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let (township, committee) = (office(TOWNSHIP, "government"), office(VILLAGE, "committee"));
    world.say(COUNTY, &county, appoint(&township, None));
    world.say(TOWNSHIP, &township, appoint(&committee, None));
    let said = world.say(VILLAGE, &committee, note());
    assert_eq!(world.standing(said), VALID);
    world.say(COUNTY, &county, revoke(&township, &[]));
    assert_eq!(world.standing(said), Standing::Void(Void::UnknownKey));
}

#[test]
fn the_next_generation_ends_the_former() {
    let mut world = World::default();
    let county = office(COUNTY, "government");
    let committee = office(VILLAGE, "committee");
    world.say(COUNTY, &county, appoint(&committee, None));
    world.say(COUNTY, &county, ("charter", Facts::of(&charter_facts(VILLAGE)).unwrap()));
    let kept = world.say(VILLAGE, &committee, note());
    let cut = world.say(VILLAGE, &committee, note());
    let mut next = charter_facts(VILLAGE);
    next.origin.generation = 2;
    let key = SignerKey::from_seed(&next.origin.to_string(), KeyKind::Ed25519, &seed("next")).unwrap();
    next.keys = vec![key.public().clone()];
    next.policy = Policy::of_two_thirds(key.public(), &[]).unwrap().to_string();
    next.former = Some(FormerEnd { root: crate::merkle::Hash::EMPTY.to_string(), size: 1 });
    let home = next.origin.clone();
    world.say(COUNTY, &county, ("charter", Facts::of(&next).unwrap()));
    assert_eq!(world.standing(kept), VALID);
    assert_eq!(world.standing(cut), Standing::Void(Void::BeyondEnd));
    assert_eq!(world.registry().home_log(VILLAGE.parse().unwrap()), Some(&home));
}

#[test]
fn a_federation_file_has_one_spelling_and_a_fingerprint() {
    let file = federation();
    let text = file.to_string();
    assert_eq!(text.parse::<FederationFile>().unwrap(), file);
    assert_eq!(file.fingerprint().len(), 29);
    for (from, to) in [
        ("offset 8", "offset +8"),
        ("offset 8", "offset 15"),
        ("name luodi.example/demo", "name luodi.example/dema"),
        ("\"number\":1", "\"number\":0"),
    ] {
        assert!(text.replace(from, to).parse::<FederationFile>().is_err(), "{to}");
    }
    assert!(text.replace("\"number\":1", "\"note\":1,\"number\":1").parse::<FederationFile>().is_err());
}
