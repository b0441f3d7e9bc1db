//! What a node refuses: statements without authority, and bytes that are no statement at all. Each with a reason, and nothing changes.

use luodi_ledger::facts::Facts;
use luodi_ledger::registry::{RevokeFacts, ValidUpTo};
use luodi_tests::{County, topic, topic_words};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;
const SIBLING: usize = 4;

fn matter(county: &County, at: usize, number: u32) -> String {
    format!("{}-2026-{number:04}", county.nodes[at].division)
}

/// Submits a topic signed by `key`; gives the status and the reason.
fn refusal(county: &County, at: usize, key: &luodi_ledger::key::SignerKey, number: u32) -> (u16, String) {
    let sent = county.sign(at, key, "topic", Some(&matter(county, at, number)), topic(), Some(&topic_words(number)));
    let (status, answer) = county.submit(at, &sent).expect("the node answers");
    let error = &answer["error"];
    assert!(error["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "no remedy: {answer}");
    let [field, why, zh] = ["field", "why", "why_zh"].map(|part| error[part].as_str().unwrap_or_default());
    (status, format!("{field}: {why} {zh}"))
}

#[test]
fn statements_without_authority_are_refused_with_the_reason() {
    let mut county = County::found(PROGRAM);
    county.open();
    county.must_say(VILLAGE, "committee", "topic", Some(&matter(&county, VILLAGE, 1)), topic(), Some(&topic_words(1)));
    county.wait("the township holds it", || county.holds(TOWNSHIP, VILLAGE).0 == 1);

    let committee = county.office(VILLAGE, "committee").clone();
    let impostor = luodi_node::keys::generate_office(&committee.public().name().parse().expect("an office")).expect("randomness");
    for (key, reason, in_chinese) in [
        (&impostor, "committee", "没有登记这把密钥"),
        (county.office(SIBLING, "committee"), "is not within", "不属于这本账"),
        (county.office(VILLAGE, "supervisors"), "only an office that may convene", "只有能召集协商的组织可以这样说"),
    ] {
        let (status, why) = refusal(&county, VILLAGE, key, 2);
        assert_eq!(status, 403, "{why}");
        assert!(why.contains(reason), "{why}");
        assert!(why.contains(in_chinese), "{why}");
    }

    let valid = vec![ValidUpTo { log: county.nodes[VILLAGE].origin.clone(), size: 1 }];
    let revoke = RevokeFacts { key: committee.public().clone(), reason: "lost".into(), valid };
    let said = county.must_say(TOWNSHIP, "government", "revoke", None, Facts::of(&revoke).expect("facts"), None);
    county.wait("the village has heard of it", || county.holds(VILLAGE, TOWNSHIP).0 == said["size"].as_u64().expect("a size"));
    let (status, why) = refusal(&county, VILLAGE, &committee, 3);
    assert_eq!(status, 403, "{why}");
    assert!(why.contains("ended the key"), "{why}");
    assert_eq!(county.holds(VILLAGE, VILLAGE).0, 1, "nothing that was refused is in the log");
    assert!(county.audit(VILLAGE, &[0, TOWNSHIP, VILLAGE]).iter().all(|audit| audit.is_sound() && audit.void.is_empty()));
}

#[test]
fn of_many_in_one_request_each_is_answered_as_if_it_came_alone() {
    let mut county = County::found(PROGRAM);
    county.open();
    let committee = county.office(VILLAGE, "committee").clone();
    let impostor = luodi_node::keys::generate_office(&committee.public().name().parse().expect("an office")).expect("randomness");
    let signed = |key: &luodi_ledger::key::SignerKey, number: u32| {
        let (statement, body) =
            county.sign(VILLAGE, key, "topic", Some(&matter(&county, VILLAGE, number)), topic(), Some(&topic_words(number)));
        json!({ "statement": statement, "body": body })
    };
    let path = format!("log/{}/1/batch", county.nodes[VILLAGE].division);
    let send = |statements: &[Value]| {
        let (status, answer) = county.send(VILLAGE, &path, Some(json!({ "statements": statements }).to_string().into_bytes()));
        (status, serde_json::from_str::<Value>(&answer).unwrap_or_else(|_| panic!("{answer}")))
    };

    let (first, second) = (signed(&committee, 1), signed(&committee, 2));
    let many = [first.clone(), signed(&impostor, 3), json!({ "statement": "none" }), second.clone(), first.clone()];
    let (status, told) = send(&many);
    assert_eq!(status, 200, "{told}");
    let answers = told["answers"].as_array().expect("answers");
    let of = |field: &str| answers.iter().map(|answer| answer[field].as_u64()).collect::<Vec<_>>();
    assert_eq!(of("status"), [200, 403, 400, 200, 200].map(Some), "{told}");
    assert_eq!(of("index"), [Some(0), None, None, Some(1), Some(0)], "in their order, and a twin once: {told}");
    for refused in &answers[1..3] {
        assert!(refused["error"]["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{told}");
    }
    assert_eq!(send(&[second, first]).1["answers"][0]["index"], 1, "sent again they stand where they stood");
    assert_eq!(county.holds(VILLAGE, VILLAGE).0, 2);

    for wrong in [vec![], vec![json!({ "statement": "none" }); 257]] {
        let (status, told) = send(&wrong);
        assert_eq!((status, &told["error"]["field"]), (400, &json!("statements")), "{told}");
    }
    let (status, answer) = county.send(VILLAGE, &path, Some(vec![b' '; 1_100_000]));
    assert!(matches!(status, 400 | 413), "over a megabyte: {status} {answer}");
    assert_eq!(county.holds(VILLAGE, VILLAGE).0, 2, "nothing of it is in the log");
}

/// What is sent as a statement although it is none; each with a word for it.
fn malformed(county: &County) -> Vec<(&'static str, Vec<u8>)> {
    let committee = county.office(VILLAGE, "committee");
    let id = matter(county, VILLAGE, 1);
    let (statement, body) = county.sign(VILLAGE, committee, "topic", Some(&id), topic(), Some(&topic_words(1)));
    let (other_log, _) = county.sign(SIBLING, committee, "topic", Some(&id), topic(), None);
    let (no_such_fact, _) = county.sign(VILLAGE, committee, "topic", Some(&id), Facts::parse(r#"{"colour":"red"}"#).expect("facts"), None);
    let long = "0".repeat(70_000);
    let sent = |value: Value| value.to_string().into_bytes();
    let of = |statement: &str| sent(json!({ "statement": statement }));
    let with = |statement: &str, body: &str| sent(json!({ "statement": statement, "body": body }));
    let body = body.expect("it has one");
    vec![
        ("nothing", vec![]),
        ("no JSON", b"statement".to_vec()),
        ("no UTF-8", vec![0xff; 64]),
        ("zero bytes", vec![0; 4096]),
        ("JSON of another shape", sent(json!(statement))),
        ("an unknown field", sent(json!({ "statement": statement, "body": body, "more": 1 }))),
        ("JSON without end", vec![b'['; 100_000]),
        ("an empty statement", of("")),
        ("no note", of("luodi/statement/v1")),
        ("no line feed at the end", with(statement.trim_end(), &body)),
        ("a line feed more", with(&format!("{statement}\n"), &body)),
        ("line ends of another system", with(&statement.replace('\n', "\r\n"), &body)),
        ("a version of the future", with(&statement.replace("statement/v1", "statement/v2"), &body)),
        ("no signature", with(statement.split("\n\n").next().expect("a text"), &body)),
        ("a signature twice", with(&format!("{statement}{}\n", statement.lines().last().expect("a line")), &body)),
        ("a day that never was", with(&statement.replace("time 2", "time 2026-02-30T00:00:00Z\ntime 2"), &body)),
        ("facts that are no JSON", with(&statement.replace("facts {", "facts {{"), &body)),
        ("a statement longer than an entry", of(&"luodi/statement/v1\n".repeat(1_000))),
        ("a changed body", with(&statement, &body.replace("清理", "清除"))),
        ("a body that is missing", of(&statement)),
        ("a body nobody named", with(&no_such_fact, &body)),
        ("a body that is too long", with(&statement, &long)),
        ("facts that no topic has", of(&no_such_fact)),
        ("a statement for another log", of(&other_log)),
    ]
}

#[test]
fn malformed_and_oversized_input_gets_a_clear_answer_and_changes_nothing() {
    let mut county = County::found(PROGRAM);
    county.open();
    let log = format!("log/{}/1", county.nodes[VILLAGE].division);
    for (what, bytes) in malformed(&county) {
        let (status, answer) = county.send(VILLAGE, &format!("{log}/statements"), Some(bytes));
        assert_eq!(status, 400, "{what}: {answer}");
        let error: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{what}: {answer}"));
        for field in ["field", "why", "remedy"] {
            assert!(error["error"][field].as_str().is_some_and(|text| !text.is_empty()), "{what}: {answer}");
        }
    }
    let (status, answer) = county.send(VILLAGE, &format!("{log}/statements"), Some(vec![b' '; 200_000]));
    assert!(matches!(status, 400 | 413), "a request of 200 kB: {status} {answer}");

    for path in [
        "log/abc/1/head",
        "log/990101001001/0/head",
        "log/990101001001/99999999999999999999/head",
        "log/990199999999/1/head",
        "log/990101001001/1/tile/0/x001/000",
        "log/990101001001/1/tile/9/000",
        "log/990101001001/1/tile/0/000.p/0",
        "log/990101001001/1/tile/0/000.p/257",
        "log/990101001001/1/tile/entries/999",
        "log/990101001001/1/tile/../../../../etc/passwd",
        "log/990101001001/1/tile/%2e%2e/%2e%2e",
        "log/990101001001/1/tile/%ff%fe",
        "log/990101001001/1/body/zz",
        "log/990101001001/1/body/%00",
        "log/990101001001/1/receipt/-1",
        "log/990101001001/1/receipt/18446744073709551616",
        "log/990101001001/1/receipt/77",
        "logs?since=yesterday",
        "logs?since=-1",
        "evidence/zz",
        "witness/zz/checkpoint",
        "no/such/page",
    ] {
        let (status, answer) = county.send(VILLAGE, path, None);
        assert!((400..500).contains(&status), "{path}: {status} {answer}");
        assert!(!answer.trim().is_empty(), "{path} is refused without a word");
    }
    for (what, bytes) in [
        ("nothing", vec![]),
        ("no UTF-8", vec![0xff; 300]),
        ("no proof", b"old 0\n\nluodi.example/test/log/990101001001/1\n".to_vec()),
        ("a size beyond all", format!("old {}\n\n", u64::MAX).into_bytes()),
        ("200 kB", vec![b'a'; 200_000]),
    ] {
        let (status, answer) = county.send(VILLAGE, "witness/add-checkpoint", Some(bytes));
        assert!((400..500).contains(&status), "{what}: {status} {answer}");
        assert!(!answer.trim().is_empty(), "{what} is refused without a word");
    }

    assert_eq!(county.holds(VILLAGE, VILLAGE).0, 0, "nothing of it is in the log");
    county.wait_ready(VILLAGE);
    county.must_say(VILLAGE, "committee", "topic", Some(&matter(&county, VILLAGE, 1)), topic(), Some(&topic_words(1)));
    let lines = county.log_lines(VILLAGE);
    assert!(!lines.contains("panicked"), "{lines}");
}
