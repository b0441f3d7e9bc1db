//! Witnesses that answer when the test lets them.

use std::collections::BTreeSet;
use std::time::Duration;

use luodi_ledger::checkpoint::Checkpoint;
use luodi_ledger::cosignature::cosign;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::merkle::{CompactRange, Hash};
use luodi_ledger::policy::Policy;
use luodi_ledger::registry::{CharterFacts, Operator, Registry};
use luodi_ledger::time::Time;
use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::store::{Grow, Options, Store};

const FEDERATION: &str = "luodi.example/demo";
const COUNTY: &str = "990101000000";
/// Four witnesses: three are a quorum.
const WITNESSES: [&str; 4] = ["990101001000", "990101002000", "990101003000", "990101004000"];

fn key(name: &str, kind: KeyKind) -> SignerKey {
    SignerKey::from_seed(name, kind, Blake3::of(name.as_bytes()).as_bytes()).unwrap()
}

fn witness_key(of: &str) -> SignerKey {
    key(&format!("{FEDERATION}/{of}/witness"), KeyKind::Cosigner)
}

fn origin() -> Origin {
    format!("{FEDERATION}/log/{COUNTY}/1").parse().unwrap()
}

fn log_key() -> SignerKey {
    key(&origin().to_string(), KeyKind::Ed25519)
}

fn federation() -> FederationFile {
    let log = log_key();
    let witness = |of: &&str| Witness { name: format!("w{of}"), key: witness_key(of).public().clone(), url: None };
    let witnesses: Vec<Witness> = WITNESSES.iter().map(witness).collect();
    let operator = |witness: &Witness| Operator { name: witness.name.clone(), operator: witness.name[1..].to_owned() };
    FederationFile {
        name: FEDERATION.parse().unwrap(),
        offset: 8,
        root: COUNTY.parse().unwrap(),
        keys: vec![key(&format!("{FEDERATION}/{COUNTY}/government"), KeyKind::Ed25519).public().clone()],
        earlier: vec![],
        charter: CharterFacts {
            addresses: vec![],
            former: None,
            from: 0,
            keys: vec![log.public().clone()],
            node: key(&format!("{FEDERATION}/{COUNTY}/node"), KeyKind::Ed25519).public().clone(),
            number: 1,
            origin: origin(),
            peer: "12D3KooWPjceQrSwdWXPyLLeABRXmuqt69Rg3sBYbU1Nft9HyQ6X".into(),
            policy: Policy::of_two_thirds(log.public(), &witnesses).unwrap().to_string(),
            witness: None,
            witnesses: witnesses.iter().map(operator).collect(),
        },
    }
}

/// Reaches witnesses of whom only those called by name answer.
#[derive(Clone)]
struct Called(watch::Sender<BTreeSet<String>>);

impl Called {
    fn new() -> Self {
        Self(watch::Sender::default())
    }

    fn call(&self, who: &[&str]) {
        self.0.send_modify(|called| called.extend(who.iter().map(|of| format!("{FEDERATION}/{of}/witness"))));
    }
}

impl Reach for Called {
    async fn add_checkpoint(&self, witness: &Witness, body: Vec<u8>) -> Option<Answer> {
        let name = witness.key.name().to_owned();
        self.0.subscribe().wait_for(|called| called.contains(&name)).await.ok()?;
        let head = Request::parse(&body).unwrap().checkpoint;
        let line = cosign(&head, &key(&name, KeyKind::Cosigner), "2026-06-01T00:00:00Z".parse::<Time>().unwrap());
        Some(Answer { status: 200, body: format!("{line}\n") })
    }
}

/// A log of ours, its witnesses being asked.
struct Asking {
    _folder: TempDir,
    writer: Writer,
    tree: CompactRange,
    called: Called,
}

impl Asking {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options { free_floor: 0, ..Options::default() };
        let writer = Store::create(&folder.path().join("data"), options).unwrap().into_writer();
        let registrar = Registrar::new(Registry::new(federation()));
        let called = Called::new();
        tokio::spawn(run(origin(), writer.reader().clone(), writer.clone(), registrar, called.clone()));
        Self { _folder: folder, writer, tree: CompactRange::new(), called }
    }

    /// One more leaf under a new head: its size.
    async fn grow(&mut self) -> u64 {
        let expected = (self.tree.size(), self.tree.root());
        let leaf = expected.0.to_string().into_bytes();
        self.tree.append(Hash::leaf(&leaf));
        let head = Checkpoint { origin: origin().to_string(), size: self.tree.size(), root: self.tree.root() };
        let grow = Grow {
            origin: origin(),
            expected,
            from: expected.0,
            leaves: vec![Hash::leaf(&leaf)],
            entries: vec![leaf],
            read: vec![None],
            head: head.sign(&[log_key()]),
            own: true,
        };
        self.writer.commit(vec![Change::Grow(grow)]).await.unwrap();
        self.tree.size()
    }

    /// Waits until the head of `size` is kept as witnessed by just these.
    async fn witnessed_by(&self, size: u64, who: &[&str]) {
        let keys = WITNESSES.map(|of| witness_key(of).public().clone());
        let wanted: BTreeSet<String> = who.iter().map(|of| format!("{FEDERATION}/{of}/witness")).collect();
        let mut news = self.writer.reader().watch();
        let kept = async {
            loop {
                let witnessed = self.writer.reader().log(&origin()).unwrap().and_then(|log| log.witnessed);
                if let Some(head) = witnessed.filter(|head| head.size() == size) {
                    // Every line is verified.
                    let by: BTreeSet<String> = head.cosigners(&keys).unwrap().iter().map(|each| each.key.name().to_owned()).collect();
                    if by == wanted {
                        return;
                    }
                }
                news.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(5), kept).await.unwrap_or_else(|_| panic!("{size} is not witnessed by {who:?}"));
    }
}

#[tokio::test]
async fn a_cosignature_that_comes_after_the_quorum_is_kept_though_no_head_follows() {
    let mut asking = Asking::begin();
    asking.called.call(&WITNESSES[..3]);
    let size = asking.grow().await;
    asking.witnessed_by(size, &WITNESSES[..3]).await;
    asking.called.call(&WITNESSES[3..]);
    asking.witnessed_by(size, &WITNESSES).await;
}

#[tokio::test]
async fn a_head_whose_patience_has_passed_is_kept_when_its_cosignatures_come_and_newer_ones_go_on() {
    let mut asking = Asking::begin();
    asking.called.call(&WITNESSES[..2]);
    let first = asking.grow().await;
    tokio::time::sleep(PATIENCE + AGAIN / 2).await;
    assert!(asking.writer.reader().log(&origin()).unwrap().unwrap().witnessed.is_none(), "two of four are no quorum");
    // Between two offers of one head.
    asking.called.call(&WITNESSES[2..3]);
    asking.witnessed_by(first, &WITNESSES[..3]).await;
    let second = asking.grow().await;
    asking.witnessed_by(second, &WITNESSES[..3]).await;
}
