//! Streams for entries. The only file that names `libp2p-stream`, which is an alpha: should it have to go, it goes from here.

use std::io;
use std::time::Duration;

use futures::StreamExt as _;
pub(super) use libp2p::Stream;
use libp2p::{PeerId, StreamProtocol};
use libp2p_stream::{Control, IncomingStreams, OpenStreamError};

use crate::protocol::message::ENTRIES;

pub(super) use libp2p_stream::Behaviour;

/// How long a peer may take to accept a stream.
const OPEN_DEADLINE: Duration = Duration::from_secs(10);

/// Opens streams to peers.
#[derive(Clone)]
pub(super) struct Opener(Control);

/// The streams that peers open. Whoever takes them must always be ready: one that nobody waits for is dropped.
pub(super) struct Incoming(IncomingStreams);

/// The two ends of [`ENTRIES`].
pub(super) fn entries(behaviour: &Behaviour) -> Option<(Opener, Incoming)> {
    let mut control = behaviour.new_control();
    // Refused only if somebody accepts this protocol already.
    let incoming = control.accept(StreamProtocol::new(ENTRIES)).ok()?;
    Some((Opener(control), Incoming(incoming)))
}

impl Opener {
    /// Opens a stream to a peer that is connected.
    pub(super) async fn open(&mut self, peer: PeerId) -> io::Result<Stream> {
        let opened = tokio::time::timeout(OPEN_DEADLINE, self.0.open_stream(peer, StreamProtocol::new(ENTRIES))).await;
        match opened {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(OpenStreamError::Io(error))) => Err(error),
            Ok(Err(_)) => Err(io::ErrorKind::Unsupported.into()),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

impl Incoming {
    /// The next stream, and who opened it.
    pub(super) async fn next(&mut self) -> Option<(PeerId, Stream)> {
        self.0.next().await
    }
}
