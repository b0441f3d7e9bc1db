//! A node is lost and made again of a backup taken while it ran: nothing is forgotten, nothing is said twice.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use luodi_ledger::audit::Audit;
use luodi_ledger::facts::Facts;
use luodi_ledger::receipt::Receipt;
use luodi_node::store::{Options, Store};
use luodi_tests::{County, topic, topic_words};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const TOWNSHIP: usize = 1;
const OTHER_TOWNSHIP: usize = 2;
const VILLAGE: usize = 3;
const SIBLING: usize = 4;

fn luodi(arguments: &[&str]) -> (bool, String) {
    let output = Command::new(PROGRAM).args(arguments).output().expect("the program starts");
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

fn say(county: &County, number: u32) -> u64 {
    let matter = format!("{}-2026-{number:04}", county.nodes[VILLAGE].division);
    let said = county.must_say(VILLAGE, "committee", "topic", Some(&matter), topic(), Some(&topic_words(number)));
    said["size"].as_u64().expect("a size")
}

/// Where the body of topic `number` is served.
fn body_path(county: &County, number: u32) -> String {
    let hash = luodi_ledger::hash::Blake3::of(topic_words(number).as_bytes());
    format!("log/{}/1/body/{hash}", county.nodes[VILLAGE].division)
}

fn back_up(county: &County) -> PathBuf {
    let (config, copy) = (county.nodes[VILLAGE].folder.join("node.toml"), county.folder().join("copy"));
    let (done, words) = luodi(&["backup", "--config", text(&config), "--output", text(&copy)]);
    assert!(done, "{words}");
    copy
}

#[test]
fn a_node_made_of_a_backup_catches_up_before_it_seals_or_serves_bodies() {
    let mut county = County::found(PROGRAM);
    county.open();
    let size = (1..=3).map(|number| say(&county, number)).max().expect("something was said");
    county.wait("the village witnesses others and is witnessed", || county.holds(0, VILLAGE) == (size, size));
    let copy = back_up(&county);
    let size = (4..=5).map(|number| say(&county, number)).max().expect("something was said");
    county.wait("all hold it", || (0..county.nodes.len()).all(|at| county.holds(at, VILLAGE) == (size, size)));
    let reserved = reserve(&county);

    // What is in the copy, and what is not.
    assert!(copy.join("keys/log-1.age").is_file() && !copy.join("keys/witness.age").exists() && !copy.join("passphrase").exists());
    let (again, words) = luodi(&["backup", "--config", text(&county.nodes[VILLAGE].folder.join("node.toml")), "--output", text(&copy)]);
    assert!(!again && words.contains("copy"), "a copy is never written over: {words}");
    {
        let store = Store::open(&copy.join("data"), Options { free_floor: 1 << 20, ..Options::default() }).expect("the copy opens");
        store.verify().expect("the copy is sound");
        assert_eq!(store.reader().log(&county.nodes[VILLAGE].origin).expect("it reads").map(|log| log.size), Some(3));
        for node in &county.nodes {
            let cosigned = store.reader().witness(&node.origin.to_string()).expect("it reads");
            assert_eq!(cosigned, None, "nothing that the witness cosigned is in the copy");
        }
    }

    // The machine is lost, and three of its four witnesses are down: one answer of four is too few, for two are wanted.
    let old = county.nodes[VILLAGE].folder.clone();
    let witness_key = std::fs::read(old.join("keys/witness.age")).expect("the old witness key");
    for at in [0, OTHER_TOWNSHIP, SIBLING, VILLAGE] {
        county.nodes[at].kill();
    }
    let new = county.folder().join("restored");
    let passphrase = old.join("passphrase");
    let restore = ["restore", "--from", text(&copy), "--dir", text(&new), "--passphrase-file", text(&passphrase)];
    let (done, words) = luodi(&restore);
    assert!(done && words.contains("join-request.txt"), "{words}");
    assert!(new.join("join-request.txt").is_file());
    assert_ne!(std::fs::read(new.join("keys/witness.age")).expect("the new witness key"), witness_key);
    let (again, words) = luodi(&restore);
    assert!(!again && words.contains("restored"), "a node is never written over: {words}");
    let (alone, words) = luodi(&["run", "--alone", "--config", text(&new.join("node.toml"))]);
    assert!(!alone && words.contains("--alone"), "{words}");

    county.nodes[VILLAGE].folder = new;
    county.start(VILLAGE);
    county.wait("it fetches what it has forgotten", || county.holds(VILLAGE, VILLAGE).0 == size);
    // Longer than a start of an ordinary node would wait for a single answer.
    std::thread::sleep(Duration::from_secs(12));
    assert!(county.get(VILLAGE, "readyz").is_none(), "one answer of four is not enough");
    assert!(county.get(VILLAGE, &body_path(&county, 1)).is_none(), "no body is served");
    let status: Value = serde_json::from_slice(&county.get(VILLAGE, "status").expect("a status")).expect("JSON");
    assert_eq!((status["state"].as_str(), status["restored"].as_bool()), (Some("confirming"), Some(true)), "{status}");

    for at in [0, OTHER_TOWNSHIP, SIBLING] {
        county.start(at);
    }
    county.wait_ready(VILLAGE);
    county.wait("bodies are served again", || county.get(VILLAGE, &body_path(&county, 1)).is_some());
    assert_ne!(reserve(&county), reserved, "a number handed out since the backup is not handed out again");
    assert_eq!(say(&county, 6), size + 1, "it goes on where it had been");
    county.wait("the others witness it", || county.holds(0, VILLAGE) == (size + 1, size + 1));
    for audit in county.audit(VILLAGE, &[0, TOWNSHIP, VILLAGE]) {
        assert!(audit.is_sound() && audit.void.is_empty(), "{:?}", audit.findings);
    }
    assert!(county.audit(0, &[0, TOWNSHIP, VILLAGE]).iter().all(Audit::is_sound));
    for at in 0..county.nodes.len() {
        assert_eq!(county.get(at, "evidence").as_deref(), Some(&b"[]"[..]), "nobody saw two histories");
    }
    let status: Value = serde_json::from_slice(&county.get(VILLAGE, "status").expect("a status")).expect("JSON");
    assert_eq!(status["restored"].as_bool(), Some(false), "{status}");
}

fn reserve(county: &County) -> String {
    let node = &county.nodes[VILLAGE];
    let answer = county.post(VILLAGE, &format!("log/{}/1/matters", node.division)).expect("a number");
    answer["matter"].as_str().expect("a matter").to_owned()
}

#[test]
fn numbers_of_matters_are_handed_out_once_whatever_happens() {
    let mut county = County::found(PROGRAM);
    county.open();
    let number = |text: &str| text.rsplit('-').next().expect("a number").parse::<u32>().expect("digits");
    let first = number(&reserve(&county));
    assert_eq!(first, 1);
    // A number that people chose themselves is passed over.
    let matter = format!("{}-{}-0007", county.nodes[VILLAGE].division, luodi_tests::now().civil_date(8).year());
    county.must_say(VILLAGE, "committee", "topic", Some(&matter), topic(), Some(&topic_words(7)));
    assert_eq!(number(&reserve(&county)), 8);
    county.nodes[VILLAGE].kill();
    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    assert_eq!(number(&reserve(&county)), 9);

    // The command takes the number by itself, into the template.
    let output = county.folder().join("topic.toml");
    let division = county.nodes[VILLAGE].division.to_string();
    let new = ["new", "topic", "--node", &county.nodes[VILLAGE].base, "--division", &division, "--output", text(&output)];
    let (done, words) = luodi(&new);
    assert!(done && words.contains("-0010"), "{words}");
    assert!(std::fs::read_to_string(&output).expect("the template").contains("-0010"));
    assert!(county.post(0, &format!("log/{division}/1/matters")).is_none(), "only the home node hands out numbers");
}

/// Whether `needle` stands anywhere in the journal of node `at`.
fn on_disk(county: &County, at: usize, needle: &str) -> bool {
    let files = std::fs::read_dir(county.nodes[at].folder.join("data/journal")).expect("a journal");
    let mut files = files.map(|file| std::fs::read(file.expect("a file").path()).expect("it reads"));
    files.any(|bytes| bytes.windows(needle.len()).any(|window| window == needle.as_bytes()))
}

#[test]
fn words_that_were_erased_after_a_backup_do_not_come_back_with_it() {
    let mut county = County::found(PROGRAM);
    county.open();
    let matter = format!("{}-2026-0001", county.nodes[VILLAGE].division);
    let said = county.must_say(VILLAGE, "committee", "topic", Some(&matter), topic(), Some(&topic_words(1)));
    say(&county, 2);
    let holders = [0, TOWNSHIP, VILLAGE];
    let [gone, kept] = [1, 2].map(|number| body_path(&county, number));
    for at in holders {
        county.wait("the words are everywhere", || county.get(at, &gone).is_some() && county.get(at, &kept).is_some());
    }
    let copy = back_up(&county);
    let hash = luodi_ledger::hash::Blake3::of(topic_words(1).as_bytes());
    let target = json!({"id": said["id"], "index": said["index"], "log": county.nodes[VILLAGE].origin});
    let facts = Facts::of(&json!({"ground": "personal-data", "hashes": [hash], "target": target})).expect("facts");
    county.must_say(TOWNSHIP, "government", "redaction", Some(&matter), facts, None);
    for at in holders {
        county.wait("the words are gone", || county.send(at, &gone, None).0 == 410);
    }

    county.nodes[VILLAGE].kill();
    let (old, new) = (county.nodes[VILLAGE].folder.clone(), county.folder().join("restored"));
    let passphrase = old.join("passphrase");
    let restore = ["restore", "--from", text(&copy), "--dir", text(&new), "--passphrase-file", text(&passphrase)];
    let (done, words) = luodi(&restore);
    assert!(done, "{words}");
    county.nodes[VILLAGE].folder = new;
    assert!(on_disk(&county, VILLAGE, "清理第 1 条"), "the backup was taken while they were there");
    county.start(VILLAGE);
    county.wait("it answers", || county.get(VILLAGE, "healthz").is_some());
    county.wait("it serves bodies again", || {
        assert_ne!(county.send(VILLAGE, &gone, None).0, 200, "and never these, from its first answer on");
        county.get(VILLAGE, &kept).is_some()
    });
    county.wait_ready(VILLAGE);
    for at in holders {
        assert_eq!(county.send(at, &gone, None).0, 410, "at {at}");
        assert!(!on_disk(&county, at, "清理第 1 条"), "at {at}");
        let receipt = county.get(at, &format!("log/{}/1/receipt/{}", county.nodes[VILLAGE].division, said["index"])).expect("a receipt");
        assert_eq!(Receipt::parse(&receipt).expect("a receipt").body, None);
        let audits = county.audit(at, &[0, TOWNSHIP, VILLAGE]);
        assert!(audits.iter().all(|audit| audit.is_sound() && audit.void.is_empty()), "at {at}");
        let erased = audits[2].erased(&audits);
        assert_eq!(
            erased.iter().map(|(missing, by)| (missing.body, &by.on.log)).collect::<Vec<_>>(),
            [(hash, &county.nodes[TOWNSHIP].origin)]
        );
        assert_eq!(audits[2].missing.len(), 1, "nothing else is missing at {at}");
    }
    let federation = county.nodes[VILLAGE].folder.join("federation.txt");
    let base = county.nodes[VILLAGE].base.clone();
    let (sound, words) = luodi(&["audit", &base, "--federation", text(&federation), "--json"]);
    assert!(sound && words.contains("personal-data"), "{words}");
    let exported = county.folder().join("exported");
    let (done, words) =
        luodi(&["export", "--node", &base, "--federation", text(&federation), "--output", text(&exported), "--format", "jsonl"]);
    assert!(done, "{words}");
    let files = std::fs::read_dir(&exported).expect("the folder");
    let told: String = files.map(|file| std::fs::read_to_string(file.expect("a file").path()).expect("text")).collect();
    assert!(told.contains("清理第 2 条") && !told.contains("清理第 1 条"));
}
