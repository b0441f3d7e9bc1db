use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::statement::BodyRef;

/// Made up; the check digits are right.
const ID: &str = "410721199003072999";
const ID_X: &str = "41072119900307007X";
const MOBILE: &str = "13800138000";
const CARD: &str = "6222020000000000018";

fn statement(kind: &str, facts: &Json, body: &[u8]) -> Statement {
    Statement {
        log: "luodi.example/demo/log/990101001001/1".parse().unwrap(),
        by: ["luodi.example/demo/990101001001/committee".parse().unwrap()].into(),
        kind: kind.parse().unwrap(),
        matter: None,
        time: "2026-11-22T07:58:11Z".parse().unwrap(),
        facts: Facts::of(facts).unwrap(),
        body: Some(BodyRef::of(body)),
    }
}

/// The fields found, or `!` and the field at fault.
fn checked(kind: &str, facts: &Json, body: &Json) -> Vec<String> {
    let body = body.to_string().into_bytes();
    match check(&statement(kind, facts, &body), Some(&body)) {
        Ok(()) => vec![],
        Err(Stopped::Personal(personal)) => personal.findings().iter().map(|finding| finding.field.clone()).collect(),
        Err(Stopped::Malformed(fault)) => vec![format!("!{}", fault.field)],
    }
}

#[test]
fn every_field_is_looked_at_known_or_not() {
    let none = json!({});
    assert_eq!(checked("topic", &none, &json!({"title": "修路", "text": "合计 18500.00 元"})), [""; 0]);
    assert_eq!(checked("topic", &none, &json!({"text": format!("电话{MOBILE}")})), ["body.text"]);
    assert_eq!(checked("topic", &none, &json!({"en": {"text": ID}})), ["body.en.text"]);
    assert_eq!(checked("outcome", &none, &json!({"commitments": {"c1": {"who": CARD}}})), ["body.commitments.c1.who"]);
    assert_eq!(checked("weather", &none, &json!({"new": [1, {"deep": [true, null, ID_X]}]})), ["body.new.1.deep.2"]);
    assert_eq!(checked("topic", &none, &json!({"number": 13_800_138_000_u64})), ["body.number"]);
    let names = json!({MOBILE: "x", "更多": {"a": MOBILE}});
    assert_eq!(checked("topic", &none, &names), ["body.*", "body.*.a"]);
}

#[test]
fn of_two_fields_of_one_name_both_are_looked_at() {
    let body = format!("{{\"text\":\"{MOBILE}\",\"text\":\"fine\"}}");
    assert_eq!(in_body(body.as_bytes()).len(), 1);
    assert_eq!(in_body(format!("no json {MOBILE}").as_bytes())[0].field, "body");
    assert_eq!(in_body(format!("{{\"a\":\"{MOBILE}\"}} {MOBILE}").as_bytes()).len(), 2);
}

#[test]
fn facts_are_looked_at_and_never_excused() {
    assert_eq!(checked("weather", &json!({"who": MOBILE}), &json!({})), ["facts.who"]);
    assert_eq!(checked("weather", &json!({"list": [{"who": ID}]}), &json!({})), ["facts.list.0.who"]);
    assert_eq!(checked("weather", &json!({"budget": 13_800_138_000_i64}), &json!({})), [""; 0]);
    assert_eq!(checked("weather", &json!({"who": MOBILE, "disclosed": ["facts.who"]}), &json!({})), ["!disclosed"]);
}

#[test]
fn the_signer_names_what_is_meant_to_be_read() {
    let body = json!({"text": MOBILE, "title": ID});
    assert_eq!(checked("topic", &json!({"disclosed": ["body.text"]}), &body), ["body.title"]);
    assert_eq!(checked("topic", &json!({"disclosed": ["body.text", "body.title"]}), &body), [""; 0]);
    for bad in [
        json!({"disclosed": ["body.title", "body.text"]}),
        json!({"disclosed": ["body.text", "body.text"]}),
        json!({"disclosed": ["body.reason"]}),
        json!({"disclosed": []}),
        json!({"disclosed": "body.text"}),
        json!({"disclosed": ["body"]}),
        json!({"disclosed": ["body."]}),
        json!({"disclosed": ["body.*"]}),
        json!({"disclosed": [format!("body.{MOBILE}")]}),
        json!({"disclosed": ["text"]}),
        json!({"disclosed": [1]}),
    ] {
        assert_eq!(checked("topic", &bad, &body), ["!disclosed"], "{bad}");
    }
}

#[test]
fn a_name_is_never_excused() {
    let body = json!({"commitments": {format!("a-{MOBILE}"): {"what": "x"}}});
    assert_eq!(checked("topic", &json!({"disclosed": ["body.commitments"]}), &body), ["!disclosed"]);
    assert_eq!(checked("topic", &json!({}), &body), ["body.commitments.*"]);
}

#[test]
fn an_office_may_give_its_mobile_number_and_nothing_more() {
    let body = json!({"name": "村民委员会", "phone": MOBILE, "en": {"phone": MOBILE}});
    assert_eq!(checked("appoint", &json!({}), &body), [""; 0]);
    assert_eq!(checked("topic", &json!({}), &body), ["body.en.phone", "body.phone"]);
    assert_eq!(checked("appoint", &json!({}), &json!({"phone": ID, "text": MOBILE})), ["body.phone", "body.text"]);
}

#[test]
fn ids_of_another_date_province_or_check_are_none() {
    assert_eq!(numbers(ID), [(Number::ResidentId, 0..18)]);
    assert_eq!(numbers(&format!("证{}。", ID_X.to_lowercase())), [(Number::ResidentId, 1..19)]);
    for place in 0..17 {
        for digit in '0'..='9' {
            let mut other: Vec<char> = ID.chars().collect();
            if std::mem::replace(&mut other[place], digit) != digit {
                let other: String = other.into_iter().collect();
                assert!(numbers(&other).iter().all(|(number, _)| *number != Number::ResidentId), "{other}");
            }
        }
    }
    assert_eq!(numbers("410721190002290019").len() + numbers("410721199013012990").len(), 0);
}

#[test]
fn a_number_has_digits_of_no_longer_one_around_it() {
    for text in [format!("1{MOBILE}"), format!("{MOBILE}1"), format!("{ID}1"), format!("0{CARD}"), format!("{CARD}0")] {
        assert_eq!(numbers(&text), [], "{text}");
    }
    assert_eq!(numbers(&format!("甲{MOBILE}、{ID}；{CARD}")).len(), 3);
}

/// The first 16 digits of this id would be a card.
#[test]
fn an_id_goes_before_the_card_that_its_front_would_be() {
    assert_eq!(numbers("4107212009071296 07"), [(Number::ResidentId, 0..19)]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_ranges_lie_in_order_inside(text in "([0-9]{1,19}|[ .·xX１９\u{200b}—/+*()-]{1,3}|\\PC){0,40}") {
        let length = text.chars().count();
        let mut end = 0;
        for (_, range) in numbers(&text) {
            prop_assert!(end <= range.start && range.start < range.end && range.end <= length);
            end = range.end;
        }
    }

    #[test]
    fn a_refusal_never_says_the_number(before in "[a-z汉字 ]{0,9}", tail in "[0-9]{9}", in_name: bool, second in 3..=9_u8) {
        let number = format!("1{second}{tail}");
        let text = format!("{before}{number}");
        let body = if in_name { json!({ text.clone(): "x" }) } else { json!({ "text": text.clone() }) };
        let body = body.to_string().into_bytes();
        let Err(Stopped::Personal(personal)) = check(&statement("topic", &json!({}), &body), Some(&body)) else {
            return Err(TestCaseError::fail("not found"));
        };
        let said = format!("{personal} {personal:?} {}", serde_json::to_string(personal.findings()).unwrap());
        prop_assert!(!said.contains(&number));
        let start = before.chars().count();
        prop_assert_eq!(&personal.findings()[0].range, &(start..start + 11));
    }

    #[test]
    fn each_id_with_its_check_is_found_in_whatever_pieces(
        day in 0..45_000_i32, serial in 0..1000_u16, cuts in proptest::collection::btree_set(1..17_usize, 0..5), gap in "[ -]|——|\u{200b}",
    ) {
        let date = jiff::civil::date(1900, 1, 1).checked_add(jiff::Span::new().days(day)).unwrap();
        let body = format!("410721{}{serial:03}", date.strftime("%Y%m%d"));
        let sum: u32 = body.bytes().zip([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]).map(|(d, w)| u32::from(d - b'0') * w).sum();
        let whole = format!("{body}{}", "10X98765432".chars().nth((sum % 11) as usize).unwrap());
        let mut text = String::new();
        for (place, character) in whole.chars().enumerate() {
            if cuts.contains(&place) {
                text += &gap;
            }
            text.push(character);
        }
        prop_assert_eq!(numbers(&format!("证件{text}止")), vec![(Number::ResidentId, 2..2 + text.chars().count())]);
    }

    #[test]
    fn any_bytes_are_a_body(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        in_body(&bytes);
    }
}
