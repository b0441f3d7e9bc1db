//! A node is lost and made again of a backup taken while it ran: nothing is forgotten, nothing is said twice.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use luodi_ledger::audit::Audit;
use luodi_node::store::{Options, Store};
use luodi_tests::{County, topic, topic_words};
use serde_json::Value;

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
