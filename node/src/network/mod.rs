//! Peers: libp2p over QUIC and TCP.
//!
//! One task owns the swarm and only translates (`swarm`); one owns the follower and does what it says (`replication`); each fetch, and
//! each answer to a peer, is a task of its own. Nothing outside this module knows libp2p.
//!
//! Out of scope: what to believe (`protocol::follower` and `ledger`), what is durable (`store`), whether to cosign (whoever takes the
//! [`WitnessCall`]s). Gossip, NAT traversal and attachments come later.
//!
//! Invariants: a page is stored only when it lies under a signed root; nothing is told before it is durable; whatever a stranger sends is
//! bounded before anything is allocated for it.

mod acting;
mod answers;
mod asked;
mod behaviour;
mod book;
mod codec;
mod entries_in;
mod entries_out;
mod handle;
mod limits;
mod peers;
mod replication;
mod standing;
mod streams;
mod survey;
mod swarm;
mod traffic;

use std::sync::Arc;

use libp2p::identity::Keypair;
use libp2p::{Multiaddr, PeerId};
use luodi_ledger::key::SignerKey;
use luodi_ledger::names::Division;
use tokio::sync::{Semaphore, broadcast, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::book::ConfiguredPeer;
pub use self::handle::{AskError, HolderAnswer, NetworkEvent, NetworkHandle, PeerStatus, Status, WitnessAnswer};
pub use self::standing::Tally;

use self::book::Book;
use self::entries_in::{MOST_PAGES, Taker};
use self::entries_out::Server;
use self::replication::Replication;
use self::standing::Tallies;
use self::swarm::{Asker, SwarmTask};
use self::traffic::Traffic;
use crate::clock::Clock;
use crate::registrar::Registrar;
use crate::store::Writer;

/// Commands to the swarm that wait.
const COMMANDS: usize = 256;
/// Events of fetches and answers that wait for the follower.
const EVENTS: usize = 256;
/// Events kept for a listener that is slow; it is told how many it missed.
const KEPT_EVENTS: usize = 1_024;

/// How this node takes part in the network.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The division whose node this is.
    pub division: Division,
    /// The generation of its log that it writes.
    pub generation: u32,
    /// Where to listen, such as `/ip4/0.0.0.0/tcp/9101` and `/ip4/0.0.0.0/udp/9101/quic-v1`.
    pub listen: Vec<Multiaddr>,
    /// Peers that are trusted before a charter names them.
    pub peers: Vec<ConfiguredPeer>,
}

/// What the network needs of the rest of the node.
pub struct Parts {
    /// The key of the libp2p identity.
    pub identity: SignerKey,
    /// The shared registry.
    pub registrar: Registrar,
    /// The store.
    pub store: Writer,
    /// What time it is, for peers to compare theirs with.
    pub clock: Clock,
    /// Who answers add-checkpoint requests.
    pub witness: mpsc::Sender<WitnessCall>,
}

/// An add-checkpoint request that came over the network.
#[derive(Debug)]
pub struct WitnessCall {
    /// The body of the request, as C2SP tlog-witness has it.
    pub body: Vec<u8>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<WitnessAnswer>,
}

/// Why the network could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The key does not make a libp2p identity.
    #[error("the peer key is not usable: {0}")]
    Identity(String),
    /// The system refused a socket or its resolver.
    #[error("the network cannot be set up: {0}")]
    Transport(String),
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {why}; choose another address in `listen`")]
    Listen {
        /// The address.
        address: Multiaddr,
        /// What the system said.
        why: String,
    },
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] crate::store::ReadError),
}

/// The peer id of a node's key.
pub fn peer_id(identity: &SignerKey) -> Result<PeerId, StartError> {
    Ok(keypair(identity)?.public().to_peer_id())
}

fn keypair(identity: &SignerKey) -> Result<Keypair, StartError> {
    Keypair::ed25519_from_bytes(identity.to_seed()).map_err(|error| StartError::Identity(error.to_string()))
}

/// An error with all that it rests on: a transport's own words are often none.
fn in_full(error: &dyn std::error::Error) -> String {
    let words = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
    let mut words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
    words.dedup();
    words.join(": ")
}

/// Starts the network; it runs until `shutdown`. Must be called within a tokio runtime.
pub fn start(settings: Settings, parts: Parts, shutdown: CancellationToken) -> Result<NetworkHandle, StartError> {
    let Parts { identity, registrar, store, clock, witness } = parts;
    let keys = keypair(&identity)?;
    let me = keys.public().to_peer_id();
    let mut swarm = behaviour::swarm(&keys).map_err(|error| StartError::Transport(error.to_string()))?;
    for address in &settings.listen {
        swarm.listen_on(address.clone()).map_err(|error| StartError::Listen { address: address.clone(), why: in_full(&error) })?;
    }
    let taken = || StartError::Transport("the entries protocol is taken".to_owned());
    let (opener, incoming) = streams::entries(&swarm.behaviour().streams).ok_or_else(taken)?;

    let book = Arc::new(Book::new(settings.division, me, &settings.peers, &registrar.snapshot()));
    let (book, books) = watch::channel(book);
    let (commands, to_swarm) = mpsc::channel(COMMANDS);
    let (news, from_swarm) = mpsc::unbounded_channel();
    let (happened, from_tasks) = mpsc::channel(EVENTS);
    let (calls, from_handle) = mpsc::channel(COMMANDS);
    let (notices, _) = broadcast::channel(KEPT_EVENTS);
    let (asker, tallies, traffic, tracker) = (Asker(commands), Tallies::default(), Traffic::default(), TaskTracker::new());
    let taker = Taker {
        own: settings.division,
        opener,
        store: store.clone(),
        registrar: registrar.clone(),
        tallies: tallies.clone(),
        pages: Arc::new(Semaphore::new(MOST_PAGES)),
        traffic: traffic.clone(),
        happened: happened.clone(),
    };
    let (reader, registrar_too) = (store.reader().clone(), registrar.clone());
    let survey = survey::Survey { reader, registrar: registrar_too, tallies: tallies.clone(), traffic: traffic.clone(), happened };
    let server = Server { reader: store.reader().clone(), registrar: registrar.clone(), book: books.clone(), traffic };
    let handle = NetworkHandle::new(me, calls, asker.clone(), books, notices.clone(), tallies, tracker.clone());
    let replication = Replication::new(me, settings, replication::Parts { registrar, store, clock, witness, asker, taker, book, notices })?;

    tracker.spawn(SwarmTask::new(swarm, to_swarm, news).run(shutdown.clone()));
    tracker.spawn(server.run(incoming, shutdown.clone()));
    tracker.spawn(survey.run(shutdown.clone()));
    tracker.spawn(replication.run(from_swarm, from_tasks, from_handle, shutdown));
    tracker.close();
    Ok(handle)
}
