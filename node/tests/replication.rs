//! Real nodes over real loopback libp2p, QUIC and TCP, each with its own store.

mod county;

use std::time::{Duration, Instant};

use county::{Author, COUNTY, Node, TOWNSHIPS, VILLAGES, division, origin};
use libp2p::{Multiaddr, PeerId};
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::names::Division;
use luodi_ledger::registry::Registry;
use luodi_node::clock::Clock;
use luodi_node::network::{self, ConfiguredPeer, NetworkEvent, NetworkHandle, Parts, Settings, WitnessAnswer, WitnessCall};
use luodi_node::registrar::Registrar;
use luodi_node::store::{Change, Grow, Options, Store, Writer};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

fn identity(of: &str) -> SignerKey {
    let name = format!("{}/{of}/peer", county::FEDERATION);
    SignerKey::from_seed(&name, KeyKind::Ed25519, Blake3::of(name.as_bytes()).as_bytes()).unwrap()
}

fn peer_id(of: &str) -> PeerId {
    network::peer_id(&identity(of)).unwrap()
}

fn charters(divisions: &[&str]) -> Vec<Node> {
    divisions.iter().map(|of| Node::new(of, peer_id(of).to_string())).collect()
}

/// A running node.
struct Running {
    of: Division,
    store: Writer,
    registrar: Registrar,
    network: NetworkHandle,
    address: Multiaddr,
    shutdown: CancellationToken,
    calls: mpsc::Receiver<WitnessCall>,
}

impl Running {
    async fn start(dir: &TempDir, of: &str, nodes: &[Node], listen: &str, dials: &[(&str, Multiaddr)]) -> Self {
        let log = tracing_subscriber::fmt().with_env_filter(tracing_subscriber::EnvFilter::from_default_env()).with_test_writer();
        // Only the first test of a process sets it up.
        let _ = log.try_init();
        let path = dir.path().join(of);
        let opened = if path.exists() { Store::open(&path, Options::default()) } else { Store::create(&path, Options::default()) };
        let store = opened.unwrap().into_writer();
        let registrar = Registrar::load(Registry::new(county::federation(nodes)), store.reader()).unwrap();
        let shutdown = CancellationToken::new();
        let (witness, calls) = mpsc::channel(8);
        let settings = Settings {
            division: division(of),
            listen: vec![listen.parse().unwrap()],
            peers: dials.iter().map(|(of, address)| ConfiguredPeer { peer: peer_id(of), addresses: vec![address.clone()] }).collect(),
        };
        let parts = Parts { identity: identity(of), registrar: registrar.clone(), store: store.clone(), clock: Clock::system(), witness };
        let network = network::start(settings, parts, shutdown.clone()).unwrap();
        let address = loop {
            if let Some(address) = network.status().await.unwrap().listening.first() {
                break address.clone();
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        Self { of: division(of), store, registrar, network, address, shutdown, calls }
    }

    async fn stop(self) {
        self.shutdown.cancel();
        self.network.closed().await;
        self.store.close().await;
    }

    /// Commits what `author` holds beyond what is stored, and announces it.
    async fn publish(&self, author: &Author) {
        let log = origin(self.of);
        let state = self.store.reader().log(&log).unwrap();
        let expected = state.map_or((0, luodi_ledger::merkle::Hash::EMPTY), |state| (state.size, state.root));
        let from = usize::try_from(expected.0).unwrap();
        let grow = Grow {
            origin: log.clone(),
            expected,
            from: expected.0,
            entries: author.entries[from..].to_vec(),
            leaves: author.leaves[from..].to_vec(),
            head: author.head(),
            own: true,
        };
        self.store.commit(vec![Change::Grow(grow)]).await.unwrap();
        let entries: Vec<Entry> = author.entries[from..].iter().filter_map(|leaf| Entry::parse(leaf).ok()).collect();
        self.registrar.observe_all(entries.iter().map(|entry| (&log, entry)));
        self.network.announce(log).await;
    }

    fn size(&self, of: &str) -> u64 {
        self.store.reader().log(&origin(division(of))).unwrap().map_or(0, |state| state.size)
    }

    /// Waits until it holds the author's log, and audits it from bytes.
    async fn holds(&self, author: &Author) {
        let log = origin(author.division);
        until("the log arrives", || self.size(&author.division.to_string()) >= author.size()).await;
        let reader = self.store.reader();
        let mut entries = Vec::new();
        while (entries.len() as u64) < author.size() {
            entries.extend(reader.entries(&log, entries.len() as u64..author.size()).unwrap());
        }
        assert_eq!(entries, author.entries);
        assert_eq!(reader.log(&log).unwrap().unwrap().head.checkpoint(), author.head().checkpoint());
    }
}

async fn until(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < Duration::from_secs(30), "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn talk(author: &mut Author, entries: usize) {
    let committee = county::office(author.division, "committee");
    for _ in 0..entries {
        author.say(&committee, "greeting", Facts::empty(), None);
    }
}

async fn three_nodes_replicate_over(listen: &str) {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, TOWNSHIPS[0], VILLAGES[0]]);
    let root = county::root_log(&nodes);
    let county = Running::start(&dir, COUNTY, &nodes, listen, &[]).await;
    county.publish(&root).await;
    let up = [(COUNTY, county.address.clone())];
    let township = Running::start(&dir, TOWNSHIPS[0], &nodes, listen, &up).await;
    let village =
        Running::start(&dir, VILLAGES[0], &nodes, listen, &[(COUNTY, county.address.clone()), (TOWNSHIPS[0], township.address.clone())])
            .await;
    township.holds(&root).await;
    village.holds(&root).await;

    let mut author = Author::new(village.of);
    talk(&mut author, 300);
    village.publish(&author).await;
    county.holds(&author).await;
    township.holds(&author).await;
    // Now all is quiet: a new head arrives by push alone.
    let mut slowest = Duration::ZERO;
    for _ in 0..10 {
        talk(&mut author, 1);
        let start = Instant::now();
        village.publish(&author).await;
        until("the push arrives", || county.size(VILLAGES[0]) == author.size() && township.size(VILLAGES[0]) == author.size()).await;
        slowest = slowest.max(start.elapsed());
    }
    assert!(slowest < Duration::from_millis(200), "{slowest:?}");
    until("all is judged", || county.network.tallies().get(&origin(village.of)).is_some_and(|tally| tally.valid == 310)).await;
    for node in [county, township, village] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_replicate_over_tcp() {
    three_nodes_replicate_over(TCP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_replicate_over_quic() {
    three_nodes_replicate_over(QUIC).await;
}
