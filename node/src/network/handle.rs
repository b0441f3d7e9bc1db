//! What the rest of the node asks of the network.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use libp2p::{Multiaddr, PeerId};
use luodi_ledger::names::{Division, Origin};
use serde_bytes::ByteBuf;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio_util::task::TaskTracker;

use super::book::Book;
use super::standing::{Tallies, Tally};
use super::swarm::Asker;
use crate::protocol::follower::{Failure, Progress};
use crate::protocol::message::{Answer, Request};

/// What a witness answers to add-checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The HTTP status of C2SP tlog-witness.
    pub status: u16,
    /// The body: cosignature lines (200), a size (409), a reason.
    pub body: Vec<u8>,
}

/// What one holder says its newest head of a log is.
#[derive(Clone, Debug)]
pub struct HolderAnswer {
    /// The holder.
    pub division: Division,
    /// Its newest head as a checkpoint note, or that it holds none; or why there is no answer.
    pub head: Result<Option<Vec<u8>>, AskError>,
}

/// Why a peer did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No charter names its peer id, or it is not connected: try later.
    #[error("the node of {0} is not connected")]
    NotConnected(Division),
    /// It did not answer in time, or refused for now: try later.
    #[error("no answer from the node of {division}: {why}")]
    Unavailable {
        /// The division asked.
        division: Division,
        /// What came instead.
        why: String,
    },
    /// The network has ended.
    #[error("the network has ended")]
    Closed,
}

/// Something happened on the network, for metrics and status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkEvent {
    /// A peer said who it is.
    PeerUp {
        /// Its peer id.
        peer: String,
        /// Its division, if a charter names it.
        division: Option<Division>,
    },
    /// A peer is gone.
    PeerDown {
        /// Its peer id.
        peer: String,
    },
    /// A peer of another federation, or with another version of its file or protocol.
    PeerRefused {
        /// Its peer id.
        peer: String,
    },
    /// A peer sent what it should not have.
    PeerBlamed {
        /// Its peer id.
        peer: String,
        /// For what.
        why: String,
    },
    /// A followed log's newest or witnessed head advanced, durably.
    LogAdvanced {
        /// The log.
        origin: Origin,
        /// Its size.
        size: u64,
    },
    /// A peer said what time it is.
    ClockHeard,
    /// A log was seen to contradict itself; the evidence is kept.
    Forked(Origin),
    /// A head under this node's own key that it does not hold: stop sealing.
    OwnHeadUnknown {
        /// The log.
        origin: Origin,
        /// The size heard.
        size: u64,
    },
}

/// A peer that said who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Its peer id.
    pub peer: String,
    /// Its division, if a charter names it.
    pub division: Option<Division>,
    /// Its clock less ours when it said so, in seconds.
    pub clock_offset: i64,
}

/// The network as it is now.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Where this node listens.
    pub listening: Vec<Multiaddr>,
    /// Peers that said who they are.
    pub peers: Vec<PeerStatus>,
    /// How far each log has come.
    pub logs: BTreeMap<Origin, Progress>,
    /// Bodies named by stored entries and not held yet.
    pub bodies_missing: usize,
}

/// A call to the replication task.
pub(super) enum Call {
    /// This node committed something to its own log.
    Announce(Origin),
    /// Whether to follow its own log.
    FollowOwn(bool),
    /// The connected holders of a log.
    Holders(Origin, oneshot::Sender<Vec<(Division, PeerId)>>),
    /// The state of things.
    Status(oneshot::Sender<Status>),
}

/// A handle on the running network; clones share it.
#[derive(Clone)]
pub struct NetworkHandle {
    me: PeerId,
    calls: mpsc::Sender<Call>,
    asker: Asker,
    book: watch::Receiver<Arc<Book>>,
    events: broadcast::Sender<NetworkEvent>,
    tallies: Tallies,
    tracker: TaskTracker,
}

impl NetworkHandle {
    pub(super) fn new(
        me: PeerId,
        calls: mpsc::Sender<Call>,
        asker: Asker,
        book: watch::Receiver<Arc<Book>>,
        events: broadcast::Sender<NetworkEvent>,
        tallies: Tallies,
        tracker: TaskTracker,
    ) -> Self {
        Self { me, calls, asker, book, events, tallies, tracker }
    }

    /// This node's peer id.
    pub fn peer_id(&self) -> PeerId {
        self.me
    }

    /// Tells peers of what this node committed to `origin`: a new head, or a head that met its quorum. Call it when that is durable.
    pub async fn announce(&self, origin: Origin) {
        // A network that has ended tells nobody.
        let _ = self.calls.send(Call::Announce(origin)).await;
    }

    /// Follows this node's own log like any other while `follow`: a newer head that extends its own is fetched, verified and stored.
    pub async fn follow_own(&self, follow: bool) {
        let _ = self.calls.send(Call::FollowOwn(follow)).await;
    }

    /// Asks every connected node that follows `origin` for its newest head of it.
    pub async fn ask_own_head(&self, origin: &Origin) -> Result<Vec<HolderAnswer>, AskError> {
        let (reply, holders) = oneshot::channel();
        self.calls.send(Call::Holders(origin.clone(), reply)).await.map_err(|_| AskError::Closed)?;
        let holders = holders.await.map_err(|_| AskError::Closed)?;
        let asked: FuturesUnordered<_> = holders
            .into_iter()
            .map(|(division, _)| async move { HolderAnswer { division, head: self.newest_head(division, origin).await } })
            .collect();
        Ok(asked.collect().await)
    }

    /// Asks the node of a division for its newest head of `origin`: a checkpoint note, or that it holds none.
    pub async fn newest_head(&self, division: Division, origin: &Origin) -> Result<Option<Vec<u8>>, AskError> {
        let peer = self.book.borrow().peer(division).ok_or(AskError::NotConnected(division))?;
        match self.asker.ask(peer, Request::HeadOf(origin.clone())).await {
            Ok(Answer::HeadOf(head)) => Ok(head.map(ByteBuf::into_vec)),
            Ok(_) => Err(unavailable(division, "another answer than was asked for")),
            Err(failure) => Err(unavailable(division, failure)),
        }
    }

    /// Sends an add-checkpoint request (C2SP tlog-witness) to the node of a division.
    pub async fn add_checkpoint(&self, division: Division, body: Vec<u8>) -> Result<WitnessAnswer, AskError> {
        let peer = self.book.borrow().peer(division).ok_or(AskError::NotConnected(division))?;
        match self.asker.ask(peer, Request::AddCheckpoint(ByteBuf::from(body))).await {
            Ok(Answer::Witness { status, body }) => Ok(WitnessAnswer { status, body: body.into_vec() }),
            Ok(_) => Err(unavailable(division, "another answer than was asked for")),
            Err(failure) => Err(unavailable(division, failure)),
        }
    }

    /// The state of things.
    pub async fn status(&self) -> Result<Status, AskError> {
        let (reply, status) = oneshot::channel();
        self.calls.send(Call::Status(reply)).await.map_err(|_| AskError::Closed)?;
        status.await.map_err(|_| AskError::Closed)
    }

    /// What happens from now on. A slow listener is told how many events it missed.
    pub fn events(&self) -> broadcast::Receiver<NetworkEvent> {
        self.events.subscribe()
    }

    /// How many entries of each log count, as far as they have been judged since the start.
    pub fn tallies(&self) -> BTreeMap<Origin, Tally> {
        self.tallies.all()
    }

    /// Returns when the network has ended, after its shutdown.
    pub async fn closed(&self) {
        self.tracker.wait().await;
    }
}

fn unavailable(division: Division, why: impl Into<Why>) -> AskError {
    AskError::Unavailable { division, why: why.into().0 }
}

struct Why(String);

impl From<&str> for Why {
    fn from(why: &str) -> Self {
        Self(why.to_owned())
    }
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        Self(match failure {
            Failure::Refused(refusal) => format!("refused: {refusal:?}"),
            Failure::Lost => "the connection or its deadline failed".to_owned(),
            Failure::Wrong(why) => why,
        })
    }
}
