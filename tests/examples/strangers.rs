//! A county of real nodes for readers that were not written here: publishes, then runs a command that reads and cosigns, then judges with
//! `ledger` what the strangers made. `tests/interop/run` starts it; the command learns where things are from `LUODI_…` variables.
//!
//! ```text
//! strangers <luodi program> <command> [arguments]
//! ```

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::key::{KeyKind, SignerKey, VerifierKey};
use luodi_tests::{County, topic, topic_words};

/// The community whose log the strangers read.
const VILLAGE: usize = 3;
/// The county, which holds a replica of that log and is one of its witnesses.
const TOP: usize = 0;
/// Entries under the older of the two heads that the strangers get.
const FEW: u32 = 11;
/// Entries in all: two full tiles of leaves and a partial one, so that there is a second level.
const MANY: u32 = 530;
/// The entry whose receipt the strangers get.
const RECEIPT: u32 = 7;
/// A log of the strangers' own, which the county's witness is told to cosign. Its key is no secret.
const FOREIGN_LOG: &str = "stranger.example/log";
const FOREIGN_SEED: [u8; 32] = [7; 32];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, command, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: strangers <luodi program> <command> [arguments]");
        return ExitCode::from(2);
    };
    let foreign = SignerKey::from_seed(FOREIGN_LOG, KeyKind::Ed25519, &FOREIGN_SEED).expect("a key");
    let mut county = County::found(program);
    let configuration = county.nodes[TOP].folder.join("node.toml");
    let text = fs::read_to_string(&configuration).expect("the node's configuration");
    fs::write(&configuration, format!("{text}\n[[witness]]\nkey = \"{}\"\n", foreign.public())).expect("the node's configuration");
    county.open();

    let out = tempfile::tempdir().expect("a folder");
    let old = out.path().join("old-checkpoint");
    let receipt = out.path().join("receipt.tlog-proof");
    publish(&county, 1..=FEW);
    fs::write(&old, served(&county, "checkpoint")).expect("the older head is kept");
    publish(&county, FEW + 1..=MANY);
    fs::write(&receipt, served(&county, &format!("receipt/{RECEIPT}"))).expect("the receipt is kept");
    println!("{} of {} entries are published and witnessed", county.holds(VILLAGE, VILLAGE).1, county.nodes[VILLAGE].origin);

    let policy = String::from_utf8(served(&county, "policy")).expect("a policy is text");
    let witnesses: Vec<&str> =
        policy.lines().filter(|line| line.starts_with("witness ")).filter_map(|line| line.split(' ').nth(2)).collect();
    let own = |at: usize| format!("/{}/witness+", county.nodes[at].division);
    let top_witness = witnesses.iter().find(|key| key.contains(&own(TOP))).expect("the county's node is a witness");
    let status = Command::new(command)
        .args(rest)
        .env("LUODI_LOG", format!("{}/{}", county.nodes[VILLAGE].base, prefix(&county)))
        .env("LUODI_REPLICA", format!("{}/{}", county.nodes[TOP].base, prefix(&county)))
        .env("LUODI_ORIGIN", county.nodes[VILLAGE].origin.to_string())
        .env("LUODI_LOG_KEY", log_key(&policy).to_string())
        .env("LUODI_WITNESS_KEYS", witnesses.join(" "))
        .env("LUODI_OLD_CHECKPOINT", &old)
        .env("LUODI_RECEIPT", &receipt)
        .env("LUODI_WITNESS", format!("{}/witness", county.nodes[TOP].base))
        .env("LUODI_WITNESS_KEY", top_witness)
        .env("LUODI_FOREIGN_LOG", FOREIGN_LOG)
        .env("LUODI_FOREIGN_SEED", FOREIGN_SEED.map(|byte| format!("{byte:02x}")).concat())
        .env("LUODI_OUT", out.path())
        .status();
    match status {
        Ok(status) if status.success() => judge(&county, out.path(), &log_key(&policy)),
        Ok(status) => {
            eprintln!("{command}: {status}");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{command}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Publishes topics and waits until the village and the county hold all of them, witnessed.
fn publish(county: &County, numbers: impl Iterator<Item = u32>) {
    let mut size = 0;
    for number in numbers {
        let matter = format!("{}-2026-{number:04}", county.nodes[VILLAGE].division);
        county.must_say(VILLAGE, "committee", "topic", Some(&matter), topic(), Some(&topic_words(number)));
        size = u64::from(number);
    }
    for at in [VILLAGE, TOP] {
        county.wait("all is witnessed", || county.holds(at, VILLAGE).1 >= size);
    }
}

fn prefix(county: &County) -> String {
    let origin = &county.nodes[VILLAGE].origin;
    format!("log/{}/{}", origin.division, origin.generation)
}

fn served(county: &County, path: &str) -> Vec<u8> {
    county.get(VILLAGE, &format!("{}/{path}", prefix(county))).unwrap_or_else(|| panic!("{path} is served"))
}

fn log_key(policy: &str) -> VerifierKey {
    let key = policy.lines().find_map(|line| line.strip_prefix("log ")).expect("a policy names its log");
    key.parse().expect("a key")
}

/// The strangers' witness cosigned our head: is it our head still, and do we accept its line?
fn judge(county: &County, out: &Path, log_key: &VerifierKey) -> ExitCode {
    let origin = county.nodes[VILLAGE].origin.to_string();
    let key: VerifierKey = fs::read_to_string(out.join("stranger.vkey")).expect("the strangers' key").trim().parse().expect("a key");
    let note = fs::read(out.join("cosigned-checkpoint")).expect("the head as the strangers cosigned it");
    let head = SignedCheckpoint::open(&note, &origin, std::slice::from_ref(log_key)).expect("a head of our log");
    let cosigners = head.cosigners(std::slice::from_ref(&key)).expect("no line of the strangers' key is bad");
    assert_eq!(cosigners.len(), 1, "the strangers' witness has cosigned");
    assert!(head.size() >= u64::from(MANY), "the newer head was cosigned");
    println!("ledger accepts the cosignature of {} on size {}", key.name(), head.size());
    ExitCode::SUCCESS
}
