//! A community whose node takes nothing in: what its supervisors find is said through the township, and everybody sees it.

use std::process::Command;

use luodi_ledger::facts::Facts;
use luodi_tests::{County, topic, topic_words};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;

/// A matter as the command tells it from what node `at` serves.
fn told(county: &County, at: usize, matter: &str) -> Value {
    let federation = county.nodes[0].folder.join("federation.txt");
    let output = Command::new(PROGRAM)
        .args(["matter", matter, "--json", "--node", &county.nodes[at].base, "--federation"])
        .arg(federation)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    told["view"].clone()
}

#[test]
fn a_rejection_that_the_communitys_node_refuses_is_seen_by_all() {
    let mut county = County::found(PROGRAM);
    county.open();
    let matter = format!("{}-2026-0001", county.nodes[VILLAGE].division);
    let say = |kind: &str, facts: &Value, words: &str| {
        county.must_say(VILLAGE, "committee", kind, Some(&matter), Facts::of(facts).expect("facts"), Some(words))
    };
    county.must_say(VILLAGE, "committee", "topic", Some(&matter), topic(), Some(&topic_words(1)));
    let promised = json!({"commitments": [{"due": "2030-01-31", "id": "c1"}], "notice-days": 7, "result": "consensus", "round": 1});
    let words = json!({"commitments": {"c1": {"what": "清淤 200 米"}}, "nonce": format!("{:032x}", 2), "text": "清淤，月底前做完"});
    say("outcome", &promised, &words.to_string());
    let today = luodi_tests::now().civil_date(8);
    let words = json!({"nonce": format!("{:032x}", 3), "text": "全部清完"});
    let claimed = say("completion", &json!({"commitment": "c1", "date": today}), &words.to_string());

    let size = claimed["size"].as_u64().expect("a size");
    for at in 0..county.nodes.len() {
        county.wait("what the community claims arrives", || county.holds(at, VILLAGE).0 >= size);
    }

    // Its node takes nothing in any more; the supervisors' own key is at home with them.
    county.nodes[VILLAGE].kill();
    let target = json!({"id": claimed["id"], "index": claimed["index"], "log": county.nodes[VILLAGE].origin});
    let facts = Facts::of(&json!({"checks": ["on-site"], "target": target, "verdict": "rejected"})).expect("facts");
    let words = json!({"nonce": format!("{:032x}", 4), "text": "还有 80 米没有清"}).to_string();
    let said = county.sign(TOWNSHIP, county.office(VILLAGE, "supervisors"), "verification", Some(&matter), facts, Some(&words));
    assert!(county.submit(VILLAGE, &said).is_none(), "the community's node is silent");
    let (status, answer) = county.submit(TOWNSHIP, &said).expect("the township answers");
    assert_eq!(status, 200, "{answer}");
    let size = answer["size"].as_u64().expect("a size");

    let sees = |county: &County, at: usize| {
        county.wait("the township's log arrives", || county.holds(at, TOWNSHIP).0 >= size);
        let view = told(county, at, &matter);
        let verdict = &view["commitments"][0]["completion"]["verdict"];
        assert_eq!((&verdict["verdict"], &view["commitments"][0]["state"]), (&json!("rejected"), &json!("under-way")), "at {at}: {view:#}");
    };
    for at in (0..county.nodes.len()).filter(|at| *at != VILLAGE) {
        sees(&county, at);
    }
    // Back again, it serves what was said of it as all others do.
    county.start(VILLAGE);
    county.wait_ready(VILLAGE);
    sees(&county, VILLAGE);
}
