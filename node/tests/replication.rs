//! Real nodes over real loopback libp2p, QUIC and TCP, each with its own store.

mod county;

use std::time::{Duration, Instant};

use county::{Author, COUNTY, Node, TOWNSHIPS, VILLAGES, division, origin};
use libp2p::{Multiaddr, PeerId};
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::fork::Evidence;
use luodi_ledger::hash::Blake3;
use luodi_ledger::key::{KeyKind, SignerKey};
use luodi_ledger::names::Division;
use luodi_ledger::registry::Registry;
use luodi_node::clock::Clock;
use luodi_node::network::{self, AskError, ConfiguredPeer, NetworkEvent, NetworkHandle, Parts, Settings, WitnessAnswer, WitnessCall};
use luodi_node::protocol::message::{ASK, ENTRIES, Fetch, Range, Request, encode};
use luodi_node::registrar::Registrar;
use luodi_node::store::{Change, Grow, OpenError, Options, Store, Writer};
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
        // A stopped node may still be reading for a moment, and so hold the directory.
        let mut opened = if path.exists() { Store::open(&path, Options::default()) } else { Store::create(&path, Options::default()) };
        while matches!(opened, Err(OpenError::Locked(_))) {
            tokio::time::sleep(Duration::from_millis(10)).await;
            opened = Store::open(&path, Options::default());
        }
        let store = opened.unwrap().into_writer();
        let registrar = Registrar::load(Registry::new(county::federation(nodes)), store.reader()).unwrap();
        let shutdown = CancellationToken::new();
        let (witness, calls) = mpsc::channel(8);
        let settings = Settings {
            division: division(of),
            generation: 1,
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
            read: author.read[from..].to_vec(),
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
    let mut took = Vec::new();
    for _ in 0..15 {
        talk(&mut author, 1);
        let start = Instant::now();
        village.publish(&author).await;
        until("the push arrives", || county.size(VILLAGES[0]) == author.size() && township.size(VILLAGES[0]) == author.size()).await;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    // The median: a machine that is busy with other tests may hold up any single one.
    assert!(took[7] < Duration::from_millis(200), "{took:?}");
    until("all is judged", || county.network.tallies().get(&origin(village.of)).is_some_and(|tally| tally.valid == 315)).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_was_cut_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, TOWNSHIPS[0]]);
    let mut root = county::root_log(&nodes);
    for n in 0..20_000_u32 {
        root.push([n.to_be_bytes().as_slice(), &[7; 1_000]].concat());
    }
    let county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let up = [(COUNTY, county.address.clone())];
    let ahead = |node: &Running| node.store.reader().ahead(&origin(root.division)).unwrap().map_or(0, |ahead| ahead.tree.size());

    // The sender is stopped.
    let township = Running::start(&dir, TOWNSHIPS[0], &nodes, TCP, &up).await;
    until("some has arrived", || ahead(&township) > 0).await;
    let address = county.address.to_string();
    county.stop().await;
    let kept = ahead(&township);
    assert!(kept > 0 && kept < root.size(), "{kept} of {} entries were there", root.size());

    // So is the receiver; both come back, the sender at the same address.
    township.stop().await;
    let township = Running::start(&dir, TOWNSHIPS[0], &nodes, TCP, &up).await;
    assert!(ahead(&township) >= kept);
    let county = Running::start(&dir, COUNTY, &nodes, &address, &[]).await;
    township.holds(&root).await;
    county.stop().await;
    township.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_away_catches_up_bodies_too() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, VILLAGES[0]]);
    let root = county::root_log(&nodes);
    let county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let up = [(COUNTY, county.address.clone())];
    let address = county.address.to_string();
    let village = Running::start(&dir, VILLAGES[0], &nodes, TCP, &up).await;
    village.holds(&root).await;
    county.stop().await;

    let mut author = Author::new(village.of);
    let bodies: Vec<Vec<u8>> = (0..100).map(|n| format!("{{\"nonce\":{n}}}").into_bytes()).collect();
    for body in &bodies {
        author.say(&county::office(village.of, "committee"), "greeting", Facts::empty(), Some(body));
    }
    village.publish(&author).await;
    let county = Running::start(&dir, COUNTY, &nodes, &address, &[]).await;
    // Heads advance without bodies.
    county.holds(&author).await;
    county.stop().await;

    // What was missing before a restart is asked for after it.
    village.store.commit(bodies.iter().cloned().map(Change::Body).collect()).await.unwrap();
    let county = Running::start(&dir, COUNTY, &nodes, &address, &[]).await;
    let held = || bodies.iter().all(|body| county.store.reader().body(&Blake3::of(body)).unwrap().as_ref() == Some(body));
    until("the bodies arrive", held).await;
    until("all is judged again", || county.network.tallies().get(&origin(village.of)).is_some_and(|tally| tally.valid == 100)).await;
    county.stop().await;
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_of_another_federation_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (nodes, others) = (charters(&[COUNTY, VILLAGES[0]]), charters(&[COUNTY, VILLAGES[0], VILLAGES[1]]));
    let mut strange = others.clone();
    strange[0].addresses = vec!["/ip4/127.0.0.1/tcp/1".to_owned()];
    let root = county::root_log(&nodes);
    let county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let mut events = county.network.events();
    let stranger = Running::start(&dir, VILLAGES[0], &strange, TCP, &[(COUNTY, county.address.clone())]).await;
    let refused = async { while !matches!(events.recv().await.unwrap(), NetworkEvent::PeerRefused { .. }) {} };
    tokio::time::timeout(Duration::from_secs(10), refused).await.expect("the stranger is refused");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stranger.size(COUNTY), 0);
    assert!(county.network.status().await.unwrap().peers.is_empty());
    county.stop().await;
    stranger.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_reads_the_logs_above_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, TOWNSHIPS[0]]);
    let root = county::root_log(&nodes);
    let county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let township = Running::start(&dir, TOWNSHIPS[0], &nodes, TCP, &[(COUNTY, county.address.clone())]).await;
    let mut author = Author::new(township.of);
    talk(&mut author, 3);
    township.publish(&author).await;
    county.holds(&author).await;
    // No charter names it; the township's log is not above the county, whom it asks.
    let newcomer = Running::start(&dir, VILLAGES[0], &nodes, TCP, &[(COUNTY, county.address.clone())]).await;
    newcomer.holds(&root).await;
    let answer = newcomer.network.newest_head(county.of, &origin(township.of)).await;
    assert!(matches!(answer, Err(AskError::Unavailable { .. })), "{answer:?}");
    let answer = newcomer.network.add_checkpoint(county.of, b"old 0".to_vec()).await;
    assert!(matches!(answer, Err(AskError::Unavailable { .. })), "{answer:?}");
    assert_eq!(newcomer.size(TOWNSHIPS[0]), 0);
    for node in [county, township, newcomer] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_witness_is_asked_and_a_holder_tells_the_newest_head() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, VILLAGES[0]]);
    let root = county::root_log(&nodes);
    let mut county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let village = Running::start(&dir, VILLAGES[0], &nodes, TCP, &[(COUNTY, county.address.clone())]).await;
    village.holds(&root).await;
    assert_eq!(village.network.newest_head(county.of, &origin(village.of)).await, Ok(None));
    let mut author = Author::new(village.of);
    talk(&mut author, 2);
    village.publish(&author).await;
    county.holds(&author).await;
    let answers = village.network.ask_own_head(&origin(village.of)).await.unwrap();
    let [answer] = answers.as_slice() else { panic!("one holder wanted: {answers:?}") };
    assert_eq!((answer.division, answer.head.clone()), (county.of, Ok(Some(author.head().to_bytes()))));

    let asked = tokio::spawn({
        let (network, of) = (village.network.clone(), county.of);
        async move { network.add_checkpoint(of, b"old 0\n\nnote".to_vec()).await }
    });
    let call = county.calls.recv().await.unwrap();
    assert_eq!(call.body, b"old 0\n\nnote");
    call.answer.send(WitnessAnswer { status: 409, body: b"7\n".to_vec() }).unwrap();
    assert_eq!(asked.await.unwrap(), Ok(WitnessAnswer { status: 409, body: b"7\n".to_vec() }));
    county.stop().await;
    village.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_becomes_evidence_everywhere_and_other_logs_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, TOWNSHIPS[0], VILLAGES[0]]);
    let root = county::root_log(&nodes);
    let county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let up = [(COUNTY, county.address.clone())];
    let township = Running::start(&dir, TOWNSHIPS[0], &nodes, TCP, &up).await;
    let village = Running::start(&dir, VILLAGES[0], &nodes, TCP, &up).await;
    let mut author = Author::new(village.of);
    talk(&mut author, 5);
    let mut other = author.clone();
    talk(&mut author, 3);
    village.publish(&author).await;
    county.holds(&author).await;
    township.holds(&author).await;
    village.stop().await;

    // The same keys, another past.
    other.push(b"another past".to_vec());
    talk(&mut other, 10);
    let elsewhere = tempfile::tempdir().unwrap();
    let village = Running::start(&elsewhere, VILLAGES[0], &nodes, TCP, &up).await;
    village.holds(&root).await;
    village.publish(&other).await;
    for node in [&county, &township] {
        until("the evidence is kept", || !node.store.reader().evidence().is_empty()).await;
        let row = node.store.reader().evidence().remove(0);
        let evidence = Evidence::parse(&node.store.reader().evidence_file(&row.id).unwrap().unwrap()).unwrap();
        assert!(evidence.accuses(&[county::log_key(village.of).public().clone()]));
        // Its own branch stays as it was.
        node.holds(&author).await;
    }
    let mut unharmed = Author::new(township.of);
    talk(&mut unharmed, 2);
    township.publish(&unharmed).await;
    county.holds(&unharmed).await;
    for node in [county, township, village] {
        node.stop().await;
    }
}

/// Speaks the protocols by hand: each message on a stream of its own.
async fn send_raw(to: &Running, protocol: &'static str, messages: &[Vec<u8>]) {
    use futures::{AsyncReadExt as _, AsyncWriteExt as _, StreamExt as _};
    let mut swarm = libp2p::SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(libp2p::tcp::Config::default(), libp2p::noise::Config::new, libp2p::yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| libp2p_stream::Behaviour::new())
        .unwrap()
        .build();
    let mut control = swarm.behaviour().new_control();
    let peer = to.network.peer_id();
    swarm.dial(to.address.clone().with(libp2p::multiaddr::Protocol::P2p(peer))).unwrap();
    let driving = tokio::spawn(async move {
        loop {
            swarm.select_next_some().await;
        }
    });
    for message in messages {
        // A node may have closed the connection for the message before.
        let opened = control.open_stream(peer, libp2p::StreamProtocol::new(protocol));
        let Ok(Ok(mut stream)) = tokio::time::timeout(Duration::from_secs(5), opened).await else { break };
        let _ = stream.write_all(message).await;
        let _ = stream.close().await;
        let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut Vec::new())).await;
    }
    driving.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn oversized_and_malformed_frames_are_refused_and_the_node_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let nodes = charters(&[COUNTY, VILLAGES[0]]);
    let root = county::root_log(&nodes);
    let county = Running::start(&dir, COUNTY, &nodes, TCP, &[]).await;
    county.publish(&root).await;
    let frame = |bytes: &[u8]| [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let fetch = Fetch { ranges: vec![Range { origin: origin(county.of), held: u64::MAX, from: 0, to: u64::MAX }] };
    let bad = [
        vec![],
        vec![0],
        u32::MAX.to_be_bytes().to_vec(),
        [70_000_u32.to_be_bytes().to_vec(), vec![0; 70_000]].concat(),
        frame(&[]),
        frame(&[0xff; 100]),
        frame(&[1; 1_000]),
        [frame(&encode(&Request::EvidenceKept).unwrap()), vec![0]].concat(),
        frame(&encode(&Request::EvidenceKept).unwrap()),
        frame(&encode(&fetch).unwrap()),
    ];
    for message in &bad {
        send_raw(&county, ASK, std::slice::from_ref(message)).await;
    }
    send_raw(&county, ENTRIES, &bad).await;
    let village = Running::start(&dir, VILLAGES[0], &nodes, TCP, &[(COUNTY, county.address.clone())]).await;
    village.holds(&root).await;
    county.stop().await;
    village.stop().await;
}
