//! The task that owns the swarm. It only translates: nothing here reads the disk, checks a signature or decides what is true, for pings and
//! answers of every peer wait for this one loop.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use libp2p::request_response::{self, InboundFailure, OutboundFailure, OutboundRequestId, ResponseChannel};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{DialError, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, ping};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::behaviour::{Behaviour, BehaviourEvent};
use super::limits::{Kind, Limits};
use crate::protocol::Peer;
use crate::protocol::follower::Failure;
use crate::protocol::message::{Answer, Refusal, Request};

/// Questions to one peer in flight; half of what a connection carries, for the peer asks too.
const MOST_ASKED: usize = 8;
/// Questions of all peers that wait to be answered; 64 KiB each at most.
const MOST_WAITING: usize = 512;
/// How long a peer waits that finds no room.
const NO_ROOM: u32 = 1_000;
/// How often buckets of peers that left are forgotten.
const SWEEP: Duration = Duration::from_mins(1);
/// How long a question may take in all: the deadline of the request and some for the way there.
const ASK_DEADLINE: Duration = Duration::from_secs(40);

/// What the swarm is asked to do.
pub(super) enum Command {
    /// Ask a connected peer.
    Ask { peer: PeerId, request: Request, reply: oneshot::Sender<Result<Answer, Failure>> },
    /// Answer a peer.
    Answer { channel: ResponseChannel<Answer>, answer: Answer },
    /// Connect to a peer.
    Dial { peer: PeerId, addresses: Vec<Multiaddr> },
    /// Close all connections with a peer.
    Disconnect(PeerId),
}

/// What the swarm tells.
pub(super) enum News {
    /// The first connection with a peer is there.
    Connected { peer: PeerId, dialled: bool },
    /// The last connection with a peer is gone.
    Disconnected(PeerId),
    /// A dial failed.
    DialFailed(PeerId),
    /// A peer asks. The permit is room for it, given back when it is dropped.
    Asked { peer: PeerId, request: Request, channel: ResponseChannel<Answer>, room: OwnedSemaphorePermit },
    /// A peer sent what is no message; it was disconnected.
    Violated { peer: PeerId, why: String },
    /// This node listens here.
    Listening(Multiaddr),
}

/// Puts questions to peers; clones share the swarm.
#[derive(Clone)]
pub(super) struct Asker(pub(super) mpsc::Sender<Command>);

impl Asker {
    /// Asks a connected peer.
    pub(super) async fn ask(&self, peer: PeerId, request: Request) -> Result<Answer, Failure> {
        let (reply, answer) = oneshot::channel();
        let asked = async {
            self.0.send(Command::Ask { peer, request, reply }).await.map_err(|_| Failure::Lost)?;
            answer.await.map_err(|_| Failure::Lost)?
        };
        match tokio::time::timeout(ASK_DEADLINE, asked).await {
            Ok(Ok(Answer::Refused(refusal))) => Err(Failure::Refused(refusal)),
            Ok(answer) => answer,
            Err(_) => Err(Failure::Lost),
        }
    }

    pub(super) async fn answer(&self, channel: ResponseChannel<Answer>, answer: Answer) {
        // A swarm that has ended answers nobody.
        let _ = self.0.send(Command::Answer { channel, answer }).await;
    }

    pub(super) async fn dial(&self, peer: PeerId, addresses: Vec<Multiaddr>) {
        let _ = self.0.send(Command::Dial { peer, addresses }).await;
    }

    pub(super) async fn disconnect(&self, peer: PeerId) {
        let _ = self.0.send(Command::Disconnect(peer)).await;
    }
}

/// The task.
pub(super) struct SwarmTask {
    swarm: Swarm<Behaviour>,
    commands: mpsc::Receiver<Command>,
    // Unbounded, for a connection that comes or goes must not be lost; questions are bounded by `room`, connections by their limits.
    news: mpsc::UnboundedSender<News>,
    room: Arc<Semaphore>,
    asked: HashMap<OutboundRequestId, (PeerId, oneshot::Sender<Result<Answer, Failure>>)>,
    limits: Limits,
}

impl SwarmTask {
    pub(super) fn new(swarm: Swarm<Behaviour>, commands: mpsc::Receiver<Command>, news: mpsc::UnboundedSender<News>) -> Self {
        Self { swarm, commands, news, room: Arc::new(Semaphore::new(MOST_WAITING)), asked: HashMap::new(), limits: Limits::default() }
    }

    /// Runs until `shutdown`.
    pub(super) async fn run(mut self, shutdown: CancellationToken) {
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => return,
                },
                _ = sweep.tick() => self.limits.sweep(Instant::now()),
            }
        }
    }

    fn tell(&self, news: News) {
        // Nobody listens only while the node ends.
        let _ = self.news.send(news);
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Ask { peer, request, reply } => {
                let in_flight = self.asked.values().filter(|(asked, _)| *asked == peer).count();
                // A request to a peer that is not connected would dial, and wait without bound.
                if !self.swarm.is_connected(&peer) || in_flight >= MOST_ASKED {
                    let _ = reply.send(Err(Failure::Lost));
                    return;
                }
                let id = self.swarm.behaviour_mut().ask.send_request(&peer, request);
                self.asked.insert(id, (peer, reply));
            }
            Command::Answer { channel, answer } => {
                // Fails when the peer is gone or its deadline has passed.
                let _ = self.swarm.behaviour_mut().ask.send_response(channel, answer);
            }
            Command::Dial { peer, addresses } => {
                let dial = DialOpts::peer_id(peer).addresses(addresses).condition(PeerCondition::DisconnectedAndNotDialing).build();
                match self.swarm.dial(dial) {
                    Ok(()) | Err(DialError::DialPeerConditionFalse(_)) => {}
                    Err(_) => self.tell(News::DialFailed(peer)),
                }
            }
            Command::Disconnect(peer) => {
                // Fails when it is not connected, which is what was wanted.
                let _ = self.swarm.disconnect_peer_id(peer);
            }
        }
    }

    fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::NewListenAddr { address, .. } => self.tell(News::Listening(address)),
            SwarmEvent::ConnectionEstablished { peer_id, endpoint, num_established, .. } if num_established.get() == 1 => {
                self.tell(News::Connected { peer: peer_id, dialled: endpoint.is_dialer() });
            }
            SwarmEvent::ConnectionClosed { peer_id, num_established: 0, .. } => self.tell(News::Disconnected(peer_id)),
            SwarmEvent::OutgoingConnectionError { error: DialError::DialPeerConditionFalse(_), .. } => {}
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                tracing::debug!(%peer, %error, "dial failed");
                self.tell(News::DialFailed(peer));
            }
            SwarmEvent::IncomingConnectionError { error, .. } => tracing::debug!(%error, "inbound connection failed"),
            SwarmEvent::Behaviour(BehaviourEvent::Ask(event)) => self.on_ask(event),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event { peer, connection, result: Err(error) })) => {
                tracing::debug!(%peer, %error, "no pong");
                self.swarm.close_connection(connection);
            }
            _ => {}
        }
    }

    fn on_ask(&mut self, event: request_response::Event<Request, Answer>) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                request_response::Message::Request { request, channel, .. } => self.on_request(peer, request, channel),
                request_response::Message::Response { request_id, response } => self.reply(request_id, Ok(response)),
            },
            request_response::Event::OutboundFailure { request_id, error, .. } => {
                let failure = match error {
                    OutboundFailure::Io(error) if error.kind() == io::ErrorKind::InvalidData => Failure::Wrong(error.to_string()),
                    _ => Failure::Lost,
                };
                self.reply(request_id, Err(failure));
            }
            request_response::Event::InboundFailure { peer, error: InboundFailure::Io(error), .. }
                if error.kind() == io::ErrorKind::InvalidData =>
            {
                let _ = self.swarm.disconnect_peer_id(peer);
                self.tell(News::Violated { peer, why: error.to_string() });
            }
            request_response::Event::InboundFailure { .. } | request_response::Event::ResponseSent { .. } => {}
        }
    }

    fn on_request(&mut self, peer: PeerId, request: Request, channel: ResponseChannel<Answer>) {
        let allowed = self.limits.take(&Peer::new(&peer.to_string()), Kind::of(&request), Instant::now());
        let room = allowed.and_then(|()| self.room.clone().try_acquire_owned().map_err(|_| NO_ROOM));
        match room {
            Ok(room) => self.tell(News::Asked { peer, request, channel, room }),
            Err(wait) => {
                let _ = self.swarm.behaviour_mut().ask.send_response(channel, Answer::Refused(Refusal::Busy { wait }));
            }
        }
    }

    fn reply(&mut self, id: OutboundRequestId, answer: Result<Answer, Failure>) {
        if let Some((_, reply)) = self.asked.remove(&id) {
            // Whoever asked may have given up.
            let _ = reply.send(answer);
        }
    }
}
