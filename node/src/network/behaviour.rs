//! The swarm's parts and their bounds.

use std::error::Error;
use std::time::Duration;

use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::{self, NetworkBehaviour};
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, identify, noise, ping, quic, tcp, yamux};

use super::codec::AskCodec;
use super::streams;
use crate::protocol::message::ASK;

/// Connections in all: a county's 300 nodes twice over, for a node may be dialled while it dials.
const MOST_CONNECTIONS: u32 = 640;
/// Connections being made by others: a county's children all come back within seconds after it restarts.
const MOST_PENDING_IN: u32 = 64;
/// Connections being made by this node: its ancestors and witnesses.
const MOST_PENDING_OUT: u32 = 64;
/// Connections with one peer: each may have dialled the other.
const MOST_A_PEER: u32 = 2;
/// Requests in flight on one connection, both ways together: a journal page, a push, bodies, evidence and cosigning each way.
const MOST_REQUESTS: usize = 16;
/// How long a request may take, its answer included: 512 KiB at 140 kbit/s.
const REQUEST_DEADLINE: Duration = Duration::from_secs(30);
/// Streams a connection may carry at once.
const MOST_STREAMS: usize = 64;
/// Streams a connection may be negotiating.
const MOST_NEGOTIATING: usize = 16;
/// How long a quiet connection stays: ten times the longest pause between two looks into the journal.
const IDLE: Duration = Duration::from_mins(10);
/// How often a peer is pinged, so that a dead one is noticed.
const PING: Duration = Duration::from_secs(15);

/// The parts, in order: limits come first, so that no other part ever sees a connection that they deny.
///
/// Gossip of heads (gossipsub), NAT traversal (relay, `DCUtR`) and attachments (blob streams) will stand beside these.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    ping: ping::Behaviour,
    identify: identify::Behaviour,
    pub(super) ask: request_response::Behaviour<AskCodec>,
    pub(super) streams: streams::Behaviour,
}

impl Behaviour {
    fn new(keys: &Keypair) -> Self {
        let limits = ConnectionLimits::default()
            .with_max_established(Some(MOST_CONNECTIONS))
            // Some room is kept for connections that this node makes, lest strangers fill it and cut it off from its ancestors.
            .with_max_established_incoming(Some(MOST_CONNECTIONS - MOST_PENDING_OUT))
            .with_max_established_outgoing(Some(MOST_CONNECTIONS))
            .with_max_established_per_peer(Some(MOST_A_PEER))
            .with_max_pending_incoming(Some(MOST_PENDING_IN))
            .with_max_pending_outgoing(Some(MOST_PENDING_OUT));
        let requests =
            request_response::Config::default().with_request_timeout(REQUEST_DEADLINE).with_max_concurrent_streams(MOST_REQUESTS);
        let identify = identify::Config::new("/luodi/1".to_owned(), keys.public()).with_hide_listen_addrs(true);
        Self {
            limits: connection_limits::Behaviour::new(limits),
            ping: ping::Behaviour::new(ping::Config::new().with_interval(PING)),
            identify: identify::Behaviour::new(identify),
            ask: request_response::Behaviour::new([(StreamProtocol::new(ASK), ProtocolSupport::Full)], requests),
            streams: streams::Behaviour::new(),
        }
    }
}

/// A swarm over QUIC and TCP (noise, yamux).
pub(super) fn swarm(keys: &Keypair) -> Result<Swarm<Behaviour>, Box<dyn Error + Send + Sync>> {
    let yamux = || {
        let mut config = yamux::Config::default();
        config.set_max_num_streams(MOST_STREAMS);
        config
    };
    let limits = |config: swarm::Config| config.with_idle_connection_timeout(IDLE).with_max_negotiating_inbound_streams(MOST_NEGOTIATING);
    let transports = || {
        let tcp = SwarmBuilder::with_existing_identity(keys.clone()).with_tokio().with_tcp(
            tcp::Config::default().nodelay(true),
            noise::Config::new,
            yamux,
        )?;
        Ok::<_, Box<dyn Error + Send + Sync>>(tcp.with_quic_config(bounded_quic))
    };
    match transports()?.with_dns() {
        Ok(builder) => Ok(builder.with_behaviour(Behaviour::new)?.with_swarm_config(limits).build()),
        Err(error) => {
            // A machine without a resolver can still reach peers whose addresses are numbers.
            tracing::warn!(%error, "no name resolver: peers are reached by numeric addresses only");
            Ok(transports()?.with_behaviour(Behaviour::new)?.with_swarm_config(limits).build())
        }
    }
}

/// The defaults let one peer hold 15 MB of buffers; a page stream needs the product of bandwidth and delay, 2 MB at 100 Mbit/s and 160 ms.
fn bounded_quic(mut config: quic::Config) -> quic::Config {
    config.max_stream_data = 2 * 1024 * 1024;
    config.max_connection_data = 8 * 1024 * 1024;
    config.max_concurrent_stream_limit = 64;
    config.max_idle_timeout = 30_000;
    config.keep_alive_interval = PING;
    config
}
