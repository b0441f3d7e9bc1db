//! Five real nodes: what one signs, all hold, check and cosign; what contradicts itself is kept as evidence by all.

use std::collections::BTreeMap;
use std::path::Path;

use luodi_ledger::audit::Audit;
use luodi_ledger::entry::Entry;
use luodi_ledger::fork::Evidence;
use luodi_ledger::matter::facts::EvidenceNotice;
use luodi_ledger::receipt::Receipt;
use luodi_ledger::registry::Witnessing;
use luodi_ledger::standing::Void;
use luodi_tests::{County, topic, topic_words};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;
const SIBLING: usize = 4;

fn opened() -> County {
    let mut county = County::found(PROGRAM);
    county.open();
    county
}

/// A topic of matter `number`; gives the size of the log that holds it.
fn say_topic(county: &County, at: usize, number: u32) -> u64 {
    let matter = format!("{}-2026-{number:04}", county.nodes[at].division);
    let said = county.must_say(at, "committee", "topic", Some(&matter), topic(), Some(&topic_words(number)));
    said["size"].as_u64().expect("a size")
}

#[test]
fn what_a_community_says_is_held_and_witnessed_by_all() {
    let county = opened();
    let size = say_topic(&county, VILLAGE, 1);
    for at in 0..county.nodes.len() {
        county.wait("every node holds it, witnessed", || county.holds(at, VILLAGE) == (size, size));
    }
    for at in 0..county.nodes.len() {
        for audit in county.audit(at, &[0, TOWNSHIP, VILLAGE]) {
            assert!(audit.is_sound(), "{} at {at}: {:?}", audit.origin, audit.findings);
            assert!(audit.void.is_empty(), "{:?}", audit.void);
        }
        county.wait("the witnessed head is served by every node", || {
            county.audit(at, &[0, TOWNSHIP, VILLAGE]).iter().all(|audit| matches!(audit.witnessed, Some((_, Witnessing::Met(_)))))
        });
    }
}

#[test]
fn a_node_that_was_down_catches_up_and_is_not_missed_for_the_quorum() {
    let mut county = opened();
    county.nodes[0].kill();
    let size = (1..=5).map(|number| say_topic(&county, VILLAGE, number)).max().expect("something was said");
    county.wait("three of four witnesses are enough", || county.holds(TOWNSHIP, VILLAGE) == (size, size));
    county.start(0);
    county.wait("the county catches up", || county.holds(0, VILLAGE) == (size, size));
}

/// Two machines with one key: the node goes on, and an old copy of it is made to sign `lies` other entries.
fn fork(county: &mut County, lies: u32) {
    let data = county.nodes[VILLAGE].folder.join("data");
    let copy = county.nodes[VILLAGE].folder.join("copy");
    say_topic(county, VILLAGE, 1);
    county.nodes[VILLAGE].kill();
    copy_folder(&data, &copy);

    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    let size = say_topic(county, VILLAGE, 2);
    county.wait("the first branch is everywhere", || (0..county.nodes.len()).all(|at| county.holds(at, VILLAGE).0 == size));
    county.nodes[VILLAGE].kill();

    std::fs::remove_dir_all(&data).expect("removed");
    std::fs::rename(&copy, &data).expect("renamed");
    let committee = county.office(VILLAGE, "committee").clone();
    for lie in 0..lies {
        let matter = format!("{}-2026-{:04}", county.nodes[VILLAGE].division, 70 + lie);
        let lie = county.sign(VILLAGE, &committee, "topic", Some(&matter), topic(), Some(&topic_words(70 + lie)));
        county.forge(VILLAGE, &lie);
    }
    county.start_alone(VILLAGE);
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

fn evidence(county: &County, at: usize) -> Vec<Evidence> {
    let list: Value = serde_json::from_slice(&county.get(at, "evidence").unwrap_or_else(|| b"[]".to_vec())).expect("JSON");
    let ids = list.as_array().expect("a list").iter().map(|row| row["id"].as_str().expect("an id").to_owned());
    ids.map(|id| Evidence::parse(&county.get(at, &format!("evidence/{id}")).expect("the file")).expect("it proves itself")).collect()
}

/// The logs that the log of node `at` says contradict themselves.
fn accusations(county: &County, at: usize) -> Vec<String> {
    let origin = &county.nodes[at].origin;
    let size = county.holds(at, at).0;
    let entry = |index: u64| {
        let receipt = county.get(at, &format!("log/{}/1/receipt/{index}", origin.division))?;
        Entry::parse(&Receipt::parse(&receipt).ok()?.entry).ok()
    };
    let said = (0..size).filter_map(entry).map(|entry| entry.statement.statement().clone());
    let accusing = said.filter(|statement| statement.kind.as_str() == "evidence");
    accusing.map(|statement| statement.facts.read::<EvidenceNotice>().expect("its facts").origin.to_string()).collect()
}

fn assert_only_the_village_is_convicted(county: &County) {
    let village = county.nodes[VILLAGE].origin.to_string();
    for at in [0, TOWNSHIP, 2, SIBLING] {
        county.wait("every replica keeps evidence", || !evidence(county, at).is_empty());
        assert!(evidence(county, at).iter().all(|evidence| evidence.origin() == village));
    }
    let before = county.holds(0, VILLAGE);
    let size = say_topic(county, SIBLING, 1);
    county.wait("an honest log goes on", || {
        let (held, witnessed) = county.holds(0, SIBLING);
        held >= size && witnessed >= size
    });
    for at in [0, TOWNSHIP, 2, SIBLING] {
        county.wait("who has evidence says so in its own log, once", || accusations(county, at) == [village.clone()]);
    }
    assert_eq!(county.holds(0, VILLAGE), before, "a replica keeps its branch and nobody cosigns the other");
    county.wait("the forger hears of its other branch and seals no more", || county.get(VILLAGE, "readyz").is_none());
}

#[test]
fn two_heads_of_one_size_are_evidence_everywhere() {
    let mut county = opened();
    fork(&mut county, 1);
    assert_only_the_village_is_convicted(&county);
    // Nor does a restart open it again, whatever its operator says.
    county.nodes[VILLAGE].kill();
    county.start_alone(VILLAGE);
    county.wait("it says why it seals nothing", || {
        county.get(VILLAGE, "healthz").is_some() && county.send(VILLAGE, "readyz", None).1.starts_with("stopped: two heads under our key")
    });
}

#[test]
fn a_rewritten_prefix_is_evidence_everywhere() {
    let mut county = opened();
    fork(&mut county, 3);
    assert_only_the_village_is_convicted(&county);
}

#[test]
fn an_old_copy_of_a_node_first_fetches_what_it_has_forgotten() {
    let mut county = opened();
    let data = county.nodes[VILLAGE].folder.join("data");
    let copy = county.nodes[VILLAGE].folder.join("copy");
    say_topic(&county, VILLAGE, 1);
    county.nodes[VILLAGE].kill();
    copy_folder(&data, &copy);
    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    let size = say_topic(&county, VILLAGE, 2);
    county.wait("the others hold it", || county.holds(0, VILLAGE).0 == size && county.holds(TOWNSHIP, VILLAGE).0 == size);
    county.nodes[VILLAGE].kill();

    std::fs::remove_dir_all(&data).expect("removed");
    std::fs::rename(&copy, &data).expect("renamed");
    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    assert_eq!(say_topic(&county, VILLAGE, 3), size + 1, "it goes on where it had been");
    assert!((0..county.nodes.len()).all(|at| evidence(&county, at).is_empty()));
    assert!(county.audit(VILLAGE, &[0, TOWNSHIP, VILLAGE]).iter().all(Audit::is_sound));
}

#[test]
fn a_liars_entry_is_replicated_and_void_everywhere() {
    let mut county = opened();
    let size = say_topic(&county, VILLAGE, 1);
    county.wait("all hold the honest part", || (0..county.nodes.len()).all(|at| county.holds(at, VILLAGE) == (size, size)));
    county.nodes[VILLAGE].kill();
    let unregistered = luodi_node::keys::generate_office(&county.office(VILLAGE, "committee").public().name().parse().expect("an office"));
    let stranger = county.office(SIBLING, "committee").clone();
    let supervisors = county.office(VILLAGE, "supervisors").clone();
    let matter = format!("{}-2026-0002", county.nodes[VILLAGE].division);
    for key in [unregistered.expect("randomness"), stranger, supervisors] {
        let lie = county.sign(VILLAGE, &key, "topic", Some(&matter), topic(), Some(&topic_words(2)));
        county.forge(VILLAGE, &lie);
    }
    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    let size = say_topic(&county, VILLAGE, 3);
    assert_eq!(size, 5);
    for at in 0..county.nodes.len() {
        county.wait("all hold the lies too", || county.holds(at, VILLAGE) == (size, size));
        let audits = county.audit(at, &[0, TOWNSHIP, VILLAGE]);
        assert!(audits.iter().all(Audit::is_sound), "a void entry is no fault of the log");
        assert_eq!(audits[2].void, BTreeMap::from([(1, Void::UnknownKey), (2, Void::WrongDivision), (3, Void::WrongOffice)]), "at {at}");
    }
}
