//! Nodes are killed at any moment; the index is lost. Nothing that was acknowledged may be lost, and no log may say two things.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::merkle::Hash;
use luodi_tests::{County, topic, topic_words};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const VILLAGE: usize = 3;
/// Rounds of killing.
const ROUNDS: u32 = 200;

/// Every head seen, by log and size: a second root at one size is a fork.
#[derive(Default)]
struct Heads(BTreeMap<(String, u64), Hash>);

impl Heads {
    fn see(&mut self, county: &County) {
        for at in 0..county.nodes.len() {
            for of in &county.nodes {
                for name in ["head", "checkpoint"] {
                    let path = format!("log/{}/1/{name}", of.origin.division);
                    let Some(bytes) = county.get(at, &path) else { continue };
                    let head = SignedCheckpoint::parse(&bytes).expect("a head");
                    let seen = self.0.entry((head.checkpoint().origin.clone(), head.size())).or_insert(head.root());
                    assert_eq!(*seen, head.root(), "two heads of {} at size {}", of.origin, head.size());
                }
            }
        }
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let mut county = County::found(PROGRAM);
    county.open();
    let mut heads = Heads::default();
    let mut acknowledged: BTreeMap<String, u64> = BTreeMap::new();
    let mut number = 0;
    for round in 0..ROUNDS {
        // Every third time it is the node that is being written to; the others are witnesses and replicas.
        let victim = if round % 3 == 0 { VILLAGE } else { (round as usize / 3) % county.nodes.len() };
        let moment = Duration::from_micros(u64::from(round.wrapping_mul(7_919)) % 40_000);
        let pid = county.nodes[victim].pid().expect("it runs").to_string();
        let said = publish_while(&county, &mut number, || {
            std::thread::sleep(moment);
            assert!(Command::new("kill").args(["-9", &pid]).status().expect("kill runs").success());
        });
        acknowledged.extend(said);
        county.nodes[victim].kill();
        county.start(victim);
        county.wait_ready(victim);
        heads.see(&county);

        let audits = county.audit(VILLAGE, &[0, 1, VILLAGE]);
        for audit in &audits {
            assert!(audit.is_sound() && audit.void.is_empty(), "round {round}: {:?} {:?}", audit.findings, audit.void);
        }
        let size = audits[2].head.as_ref().map_or(0, SignedCheckpoint::size);
        assert!(acknowledged.values().all(|index| *index < size), "round {round}: an acknowledged statement is lost");
    }
    assert!(acknowledged.len() >= ROUNDS as usize / 2, "only {} were acknowledged: the test hardly tested", acknowledged.len());
    let newest = acknowledged.values().max().copied().expect("something was acknowledged");
    county.wait("the county holds all that was acknowledged, witnessed", || county.holds(0, VILLAGE).1 > newest);
}

#[test]
fn a_head_short_of_its_quorum_is_witnessed_once_the_witnesses_are_back() {
    let mut county = County::found(PROGRAM);
    county.open();
    county.wait("the village's log is witnessed", || county.holds(0, VILLAGE).1 == county.holds(VILLAGE, VILLAGE).0);
    let away: Vec<usize> = (1..county.nodes.len()).filter(|at| *at != VILLAGE).collect();
    for at in &away {
        county.nodes[*at].kill();
    }
    let said = county.must_say(VILLAGE, "committee", "topic", Some("990101001001-2026-0001"), topic(), Some(&topic_words(1)));
    let size = said["size"].as_u64().expect("a size");
    // The county is there and cosigns each time it is asked; alone it is no quorum.
    std::thread::sleep(Duration::from_secs(4));
    assert!(county.holds(VILLAGE, VILLAGE).1 < size, "one witness of four was enough");
    for at in &away {
        county.start(*at);
    }
    county.wait("the head is witnessed", || county.holds(0, VILLAGE).1 >= size);
}

/// Publishes while `during` runs; gives the ids that were acknowledged, with their indexes.
fn publish_while(county: &County, number: &mut u32, during: impl FnOnce()) -> Vec<(String, u64)> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let publishing = scope.spawn(|| {
            let mut said = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                *number += 1;
                let matter = format!("{}-2026-{:04}", county.nodes[VILLAGE].division, *number);
                let sent =
                    county.sign(VILLAGE, county.office(VILLAGE, "committee"), "topic", Some(&matter), topic(), Some(&topic_words(*number)));
                if let Some((200, answer)) = county.submit(VILLAGE, &sent) {
                    let id = answer["id"].as_str().expect("an id").to_owned();
                    said.push((id, answer["index"].as_u64().expect("an index")));
                }
            }
            said
        });
        during();
        stop.store(true, Ordering::Relaxed);
        publishing.join().expect("the publisher ends")
    })
}

#[test]
fn a_lost_or_broken_index_is_rebuilt() {
    let mut county = County::found(PROGRAM);
    county.open();
    let said = publish_while(&county, &mut 0, || std::thread::sleep(Duration::from_millis(500)));
    assert!(!said.is_empty());
    let index = county.nodes[VILLAGE].folder.join("data/index");
    for harm in ["deleted", "broken"] {
        county.nodes[VILLAGE].kill();
        assert!(index.is_dir(), "the index is at {}", index.display());
        if harm == "deleted" {
            std::fs::remove_dir_all(&index).expect("removed");
        } else {
            for file in files_under(&index) {
                std::fs::write(file, b"not what it was").expect("written");
            }
        }
        county.start(VILLAGE);
        county.wait_ready(VILLAGE);
        for audit in county.audit(VILLAGE, &[0, 1, VILLAGE]) {
            assert!(audit.is_sound(), "index {harm}: {:?}", audit.findings);
        }
        assert_eq!(county.holds(VILLAGE, VILLAGE).0, said.len() as u64, "index {harm}");
    }
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
}
