//! A node whose clock is off its peers', in a live federation of real processes: it seals nothing and cosigns nothing, says so wherever it
//! is asked, and goes on when its clock is set right.
//!
//! The clock is moved under the process by `shifted_clock.c`, a library loaded before the C library's; it is built here with `cc`, which
//! the workspace needs anyway.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use luodi_ledger::names::Division;
use luodi_tests::{County, topic, topic_words};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_luodi-under-test");
const COUNTY: usize = 0;
const TOWNSHIP: usize = 1;
const VILLAGE: usize = 3;
const NEIGHBOUR: usize = 4;
/// All of the county, those above first.
const ALL: [usize; 5] = [COUNTY, TOWNSHIP, 2, VILLAGE, NEIGHBOUR];
/// Seconds by which the village's clock is off: over the ten minutes that nodes bear.
const OFF: i64 = 3600;
/// Longest until a node that has just started has heard its peers' clocks, or one whose clock was set right goes on.
const NOTICED: Duration = Duration::from_secs(15);

/// The library, and the file that tells by how much.
struct ShiftedClock {
    library: PathBuf,
    seconds: PathBuf,
}

impl ShiftedClock {
    fn build(folder: &Path) -> Self {
        let (library, seconds) = (folder.join("shifted_clock.so"), folder.join("seconds"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shifted_clock.c");
        let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).output();
        let built = built.expect("a C compiler, `cc`, is needed for this test as for the build");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let clock = Self { library, seconds };
        clock.set(0);
        clock
    }

    /// Replaced in one step: no reader sees half of it.
    fn set(&self, seconds: i64) {
        let next = self.seconds.with_extension("next");
        fs::write(&next, seconds.to_string()).expect("written");
        fs::rename(next, &self.seconds).expect("renamed");
    }

    /// The words before a command that give it this clock.
    fn words(&self) -> Vec<String> {
        vec!["env".to_owned(), format!("LD_PRELOAD={}", self.library.display()), format!("SHIFTED_CLOCK={}", self.seconds.display())]
    }
}

fn status(county: &County, at: usize) -> Value {
    serde_json::from_slice(&county.get(at, "status").expect("it answers")).expect("JSON")
}

/// The clock of a division's node less that of the node whose peers these are.
fn offset_of(peers: &[Value], division: Division) -> Option<i64> {
    let of = division.to_string();
    peers.iter().find(|peer| peer["division"] == of.as_str())?["clock_offset"].as_i64()
}

fn say(county: &County, at: usize, number: u32) -> (u16, Value) {
    let matter = format!("{}-2026-{number:04}", county.nodes[at].division);
    let sent = county.sign(at, county.office(at, "committee"), "topic", Some(&matter), topic(), Some(&topic_words(number)));
    county.submit(at, &sent).expect("the node answers")
}

/// Waits until `holds`; says how long it took.
fn within(what: &str, patience: Duration, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < patience, "not within {patience:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The size of the largest witnessed head of `log`, as `at` serves it, and whether the witness of `of` stands among its cosignatures.
fn is_cosigned_by(county: &County, at: usize, log: usize, of: usize) -> (u64, bool) {
    let origin = &county.nodes[log].origin;
    let path = format!("log/{}/{}/checkpoint", origin.division, origin.generation);
    let text = String::from_utf8(county.get(at, &path).expect("a witnessed head")).expect("text");
    let size = text.lines().nth(1).and_then(|line| line.parse().ok()).expect("a size");
    let witness = origin.federation.witness_name(county.nodes[of].division);
    (size, text.lines().any(|line| line.starts_with(&format!("— {witness} "))))
}

#[test]
fn a_node_whose_clock_is_off_seals_and_cosigns_nothing_until_it_is_set_right() {
    let mut county = County::found(PROGRAM);
    let clock = ShiftedClock::build(county.folder());
    county.run_node_under(VILLAGE, clock.words());
    county.open();
    assert_eq!(say(&county, VILLAGE, 1).0, 200, "with a clock like its peers' it takes statements in");
    let held = county.holds(VILLAGE, VILLAGE).0;
    // A witness that is met for the first time only now might not be asked at all, where the others are enough.
    let mut number = 100;
    county.wait("the village cosigns its neighbour's log", || {
        number += 1;
        assert_eq!(say(&county, NEIGHBOUR, number).0, 200);
        std::thread::sleep(Duration::from_millis(200));
        county.log_lines(NEIGHBOUR).contains("cosigned=4")
    });

    // The clock is moved under the running node: not one statement more is sealed by it.
    clock.set(OFF);
    assert_eq!(say(&county, VILLAGE, 2).0, 503);
    within("the village says that its clock is off", NOTICED, || status(&county, VILLAGE)["state"] == "clock-off");
    let told = status(&county, VILLAGE);
    let by = told["clock_off"].as_i64().expect("by how much");
    assert!((by + OFF).abs() < 30, "{told}");
    let (code, ready) = county.send(VILLAGE, "readyz", None);
    assert!(code == 503 && ready.starts_with("clock: -3") && ready.contains("off the clocks of the peers"), "{code} {ready}");
    let metrics = String::from_utf8(county.get(VILLAGE, "metrics").expect("metrics")).expect("text");
    assert!(metrics.lines().any(|line| line.starts_with("luodi_clock_off_seconds 3")), "{metrics}");
    county.wait("its operator reads it in the log", || county.log_lines(VILLAGE).contains("clock is off its peers'"));
    let words = Command::new(PROGRAM).args(["status", "--lang", "zh", "--node", &county.nodes[VILLAGE].base]).output().expect("it runs");
    let words = String::from_utf8_lossy(&words.stdout).into_owned();
    assert!(words.contains("校准前不记账，也不给别人旁证"), "{words}");

    // It seals nothing, and whoever submits learns why.
    for number in 2..5 {
        let (code, answer) = say(&county, VILLAGE, number);
        let error = &answer["error"];
        assert_eq!(code, 503, "{answer}");
        assert!(error["why"].as_str().is_some_and(|why| why.contains("clock")), "{answer}");
        assert!(error["remedy"].as_str().is_some_and(|remedy| remedy.contains("nothing was lost")), "{answer}");
    }
    assert_eq!(county.holds(VILLAGE, VILLAGE).0, held, "nothing was sealed");

    // It cosigns nothing: what its neighbour says meanwhile is witnessed by the others alone, and it follows all the same.
    assert_eq!(say(&county, NEIGHBOUR, 1).0, 200);
    let said = county.holds(NEIGHBOUR, NEIGHBOUR).0;
    county.wait("the others witness the neighbour's log", || county.holds(NEIGHBOUR, NEIGHBOUR) == (said, said));
    let witness = format!("{}/witness", county.nodes[VILLAGE].division);
    let says_why = |line: &str| line.contains(&witness) && line.contains("status=503") && line.contains("off its peers'");
    county.wait("the neighbour is told why", || county.log_lines(NEIGHBOUR).lines().any(says_why));
    assert_eq!(is_cosigned_by(&county, NEIGHBOUR, NEIGHBOUR, VILLAGE), (said, false), "a cosignature by a wrong clock");
    assert!(is_cosigned_by(&county, NEIGHBOUR, NEIGHBOUR, COUNTY).1);
    // One node with a wrong clock stops nobody else.
    for at in ALL.into_iter().filter(|at| *at != VILLAGE) {
        assert_eq!(status(&county, at)["state"], "open", "{}", county.nodes[at].division);
    }

    // Set right, it goes on by itself.
    clock.set(0);
    within("the village takes statements in again", NOTICED, || county.get(VILLAGE, "readyz").is_some());
    assert!(status(&county, VILLAGE)["clock_off"].is_null());
    county.wait("its operator reads it in the log", || county.log_lines(VILLAGE).contains("clock agrees with its peers'"));
    assert_eq!(say(&county, VILLAGE, 2).0, 200, "what was refused is taken in");
    let size = county.holds(VILLAGE, VILLAGE).0;
    assert_eq!(size, held + 1);
    county.wait("the others hold and witness it", || county.holds(COUNTY, VILLAGE) == (size, size));
    assert_eq!(say(&county, NEIGHBOUR, 2).0, 200);
    county.wait("it cosigns its neighbour again", || is_cosigned_by(&county, NEIGHBOUR, NEIGHBOUR, VILLAGE) == (said + 1, true));
    county.wait("the county holds it", || county.holds(COUNTY, NEIGHBOUR).0 == said + 1);
    for audit in county.audit(COUNTY, &ALL) {
        assert!(audit.is_sound(), "{:?}", audit.findings);
    }

    // Started with a wrong clock, it never begins, and its neighbours' operators see by how much it is off.
    county.nodes[VILLAGE].kill();
    clock.set(-OFF);
    county.start(VILLAGE);
    county.wait("it is up", || county.get(VILLAGE, "healthz").is_some());
    within("it says that its clock is off", NOTICED, || status(&county, VILLAGE)["state"] == "clock-off");
    assert_eq!(say(&county, VILLAGE, 3).0, 503);
    assert_eq!(county.holds(VILLAGE, VILLAGE).0, size);
    let seen = || status(&county, TOWNSHIP)["peers"].as_array().and_then(|peers| offset_of(peers, county.nodes[VILLAGE].division));
    county.wait("the township sees it", || seen().is_some_and(|offset| (offset + OFF).abs() < 30));
    clock.set(0);
    within("the village takes statements in again", NOTICED, || county.get(VILLAGE, "readyz").is_some());
}
