//! Words and files of real nodes: what must not be said, what is attached, and what is erased again.

use luodi_ledger::attachment::{Access, Attachment, NONCE};
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::receipt::Receipt;
use luodi_tests::{County, topic};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const COUNTY: usize = 0;
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;

fn opened() -> County {
    let mut county = County::found(PROGRAM);
    county.open();
    county
}

fn matter(county: &County, number: u32) -> String {
    format!("{}-2026-{number:04}", county.nodes[VILLAGE].division)
}

fn path(county: &County, what: &str) -> String {
    let origin = &county.nodes[VILLAGE].origin;
    format!("log/{}/{}/{what}", origin.division, origin.generation)
}

/// A photo of `length` bytes as it is stored, and its line.
fn photo(fill: u8, length: usize, access: Access) -> (Attachment, Vec<u8>) {
    let mut file = vec![0xff, 0xd8, 0xff, 0xe0];
    file.resize(length, fill);
    let nonce = [fill; NONCE];
    let named = Attachment::of(&nonce, &file, access, Some("现场".to_owned())).expect("a photo");
    (named, [nonce.as_slice(), &file].concat())
}

/// Says a topic with words; gives its index, the name of the body, and the statement to send again.
fn say(county: &County, number: u32, words: &Value) -> (u64, Blake3, (String, Option<String>)) {
    let body = words.to_string();
    let sent = county.sign(VILLAGE, county.office(VILLAGE, "committee"), "topic", Some(&matter(county, number)), topic(), Some(&body));
    let (status, answer) = county.submit(VILLAGE, &sent).expect("the node answers");
    assert_eq!(status, 200, "{answer}");
    (answer["index"].as_u64().expect("an index"), Blake3::of(body.as_bytes()), sent)
}

fn redaction(county: &County, index: u64, hashes: &[Blake3]) -> Facts {
    let receipt = county.get(VILLAGE, &path(county, &format!("receipt/{index}"))).expect("a receipt");
    let entry = luodi_ledger::entry::Entry::parse(&Receipt::parse(&receipt).expect("a receipt").entry).expect("an entry");
    let mut hashes = hashes.to_vec();
    hashes.sort();
    let target = json!({"id": entry.statement.id(), "index": index, "log": county.nodes[VILLAGE].origin});
    Facts::of(&json!({"ground": "personal-data", "hashes": hashes, "target": target})).expect("facts")
}

#[test]
fn a_number_of_a_person_is_refused_by_field_and_place_unless_it_is_meant() {
    let county = opened();
    let committee = county.office(VILLAGE, "committee");
    let words = json!({"nonce": "a".repeat(32), "title": "修路", "text": "请打13800138000报名"}).to_string();
    let said = county.sign(VILLAGE, committee, "topic", Some(&matter(&county, 1)), topic(), Some(&words));
    let (status, answer) = county.submit(VILLAGE, &said).expect("the node answers");
    assert_eq!(status, 422, "{answer}");
    assert_eq!(answer["error"]["field"], "body.text");
    assert_eq!(
        answer["error"]["found"],
        json!([{"field": "body.text", "in_name": false, "number": "mobile", "range": {"start": 2, "end": 13}}])
    );
    assert!(!answer.to_string().contains("13800138000") && !county.log_lines(VILLAGE).contains("13800138000"));

    let mut facts: Value = serde_json::from_str(topic().as_str()).expect("JSON");
    facts["disclosed"] = json!(["body.text"]);
    let facts = Facts::of(&facts).expect("facts");
    let meant = county.sign(VILLAGE, committee, "topic", Some(&matter(&county, 1)), facts, Some(&words));
    assert_eq!(county.submit(VILLAGE, &meant).expect("the node answers").0, 200);
}

#[test]
fn an_attachment_is_taken_in_once_it_is_named_and_served_in_parts_until_it_is_redacted() {
    let mut county = opened();
    let (public, stored) = photo(7, 200_000, Access::Public);
    let (sealed, secret) = photo(8, 1000, Access::Sealed);
    let (other, unnamed) = photo(9, 1000, Access::Public);
    let words = json!({"nonce": "b".repeat(32), "title": "修路", "attachments": [&public, &sealed]});
    let (index, body, sent) = say(&county, 1, &words);
    let attachments = path(&county, "attachment");
    let to = |hash: &Blake3, index: u64| format!("{attachments}/{hash}?index={index}");
    assert_eq!(county.put(VILLAGE, &to(&other.hash, index), &unnamed).0, 404);
    // Who sends much is told why it is not wanted, and is not cut off.
    assert_eq!(county.put(VILLAGE, &to(&other.hash, index), &vec![0; 16 << 20]).0, 404);
    assert_eq!(county.put(VILLAGE, &to(&sealed.hash, index), &secret).0, 404);
    assert_eq!(county.put(VILLAGE, &to(&public.hash, index + 1), &stored).0, 404);
    assert_eq!(county.put(COUNTY, &to(&public.hash, index), &stored).0, 404);
    let mut spoilt = stored.clone();
    spoilt[100_000] ^= 1;
    assert_eq!(county.put(VILLAGE, &to(&public.hash, index), &spoilt).0, 422);
    assert_eq!(county.put(VILLAGE, &to(&public.hash, index), &stored[..1000]).0, 400);
    assert_eq!(county.put(VILLAGE, &to(&public.hash, index), &stored).0, 201);
    assert_eq!(county.put(VILLAGE, &to(&public.hash, index), &stored).0, 200);

    county.nodes[VILLAGE].kill();
    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    let at = path(&county, &format!("attachment/{}", public.hash));
    let fields = ["content-type", "luodi-nonce", "etag", "cache-control", "x-content-type-options", "content-range", "content-length"];
    let (status, told, file) = county.fetch(VILLAGE, &at, ("accept", "*/*"), &fields);
    let etag = format!("\"{}\"", public.hash);
    assert_eq!((status, file.as_slice()), (200, &stored[NONCE..]));
    assert_eq!(told, ["image/jpeg", &"07".repeat(NONCE), &etag, "no-cache", "nosniff", "", "200000"]);
    assert!(public.names(&[7; NONCE], &file));
    let (status, told, part) = county.fetch(VILLAGE, &at, ("range", "bytes=199990-"), &fields);
    assert_eq!((status, told[5].as_str(), part.as_slice()), (206, "bytes 199990-199999/200000", &stored[NONCE + 199_990..]));
    assert_eq!(county.fetch(VILLAGE, &at, ("range", "bytes=200000-"), &fields).0, 416);
    assert_eq!(county.fetch(VILLAGE, &at, ("if-none-match", &etag), &fields).0, 304);

    // First the words, then the file that nothing but the tombstone names any more.
    let say_erased = |hash: &Blake3| {
        let facts = redaction(&county, index, &[*hash]);
        county.must_say(TOWNSHIP, "government", "redaction", Some(&matter(&county, 1)), facts, None);
    };
    say_erased(&body);
    let body_at = path(&county, &format!("body/{body}"));
    county.wait("the words are gone", || county.send(VILLAGE, &body_at, None).0 == 410);
    assert_eq!(county.get(VILLAGE, &at).as_deref(), Some(&stored[NONCE..]));
    say_erased(&public.hash);
    county.wait("the file is gone", || county.send(VILLAGE, &at, None).0 == 410);
    assert_eq!(county.put(VILLAGE, &to(&public.hash, index), &stored).0, 410);
    let kept = county.nodes[VILLAGE].folder.join("data/attachments").join(&public.hash.to_string()[..2]).join(public.hash.to_string());
    county.wait("the file is off the disk", || !kept.exists());
    assert_eq!(county.submit(VILLAGE, &sent).expect("the node answers").0, 200, "the same statement is where it was");
    assert_eq!(county.send(VILLAGE, &body_at, None).0, 410);
}

#[test]
fn what_is_redacted_is_gone_on_every_node_and_every_proof_holds() {
    let mut county = opened();
    let words = json!({"nonce": "c".repeat(32), "title": "修路", "text": "张某某住三组"});
    let (index, body, sent) = say(&county, 1, &words);
    let at = path(&county, &format!("body/{body}"));
    let holders = [COUNTY, TOWNSHIP, VILLAGE];
    for holder in holders {
        county.wait("every node above holds the words", || county.get(holder, &at).is_some());
    }
    // Who has no say, or names what is not the target's, erases nothing.
    let facts = redaction(&county, index, &[body]);
    let alone = county.sign(VILLAGE, county.office(VILLAGE, "committee"), "redaction", Some(&matter(&county, 1)), facts.clone(), None);
    assert_eq!(county.submit(VILLAGE, &alone).expect("the node answers").0, 403);
    let not_its = redaction(&county, index, &[Blake3::of(b"other words")]);
    let not_its = county.sign(TOWNSHIP, county.office(TOWNSHIP, "government"), "redaction", Some(&matter(&county, 1)), not_its, None);
    let (status, answer) = county.submit(TOWNSHIP, &not_its).expect("the node answers");
    assert_eq!((status, &answer["error"]["field"]), (400, &json!("hashes")));

    let said = county.must_say(TOWNSHIP, "government", "redaction", Some(&matter(&county, 1)), facts, None);
    for holder in holders {
        county.wait("the words are gone", || county.send(holder, &at, None).0 == 410);
        let tombstone: Value = serde_json::from_str(&county.send(holder, &at, None).1).expect("JSON");
        assert_eq!(tombstone["ground"], "personal-data");
        assert_eq!(tombstone["by"], json!([county.office(TOWNSHIP, "government").public().name()]));
        assert_eq!(tombstone["redaction"]["index"], said["index"]);
        assert_eq!((tombstone["target"]["index"].as_u64(), tombstone["hash"] == json!(body)), (Some(index), true));
    }
    // The words stand in no file of any of them, also after a kill, and do not come back.
    for holder in holders {
        county.nodes[holder].kill();
    }
    let needle = "张某某住三组".as_bytes();
    for holder in holders {
        for file in std::fs::read_dir(county.nodes[holder].folder.join("data/journal")).expect("a journal") {
            let bytes = std::fs::read(file.expect("a file").path()).expect("it reads");
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "node {holder}");
        }
        county.start(holder);
    }
    for holder in holders {
        county.wait_ready(holder);
        assert_eq!(county.send(holder, &at, None).0, 410);
        for audit in county.audit(holder, &[COUNTY, TOWNSHIP, VILLAGE]) {
            assert!(audit.is_sound(), "{} at {holder}: {:?}", audit.origin, audit.findings);
        }
    }
    let receipt = county.get(COUNTY, &path(&county, &format!("receipt/{index}"))).expect("a receipt");
    let receipt = Receipt::parse(&receipt).expect("a receipt");
    assert_eq!(receipt.body, None);
    // A new statement with the old words is refused; the old one is where it was.
    let again =
        county.sign(VILLAGE, county.office(VILLAGE, "committee"), "topic", Some(&matter(&county, 2)), topic(), Some(&words.to_string()));
    let (status, answer) = county.submit(VILLAGE, &again).expect("the node answers");
    assert_eq!(status, 410, "{answer}");
    assert_eq!(county.submit(VILLAGE, &sent).expect("the node answers").0, 200);
    assert_eq!(county.send(VILLAGE, &at, None).0, 410);
}
