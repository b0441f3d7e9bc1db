//! The node's protocol logic: events in, actions out, with time as an argument. Nothing here reads a socket, a disk or a clock.

pub mod backoff;
pub mod clocks;
pub mod follower;
pub mod intake;
pub mod interest;
pub mod message;
pub mod recent;
pub mod sequencer;
pub mod witness;

use std::fmt;
use std::sync::Arc;

/// Milliseconds on a clock that never goes back; where it starts means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub u64);

impl Moment {
    /// This moment and `milliseconds` more.
    #[must_use]
    pub const fn plus(self, milliseconds: u64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

/// A node on the network, by the text of its peer id. The logic asks nothing of it but that it is the same one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(Arc<str>);

impl Peer {
    /// The peer with this id.
    pub fn new(id: &str) -> Self {
        Self(Arc::from(id))
    }

    /// The text of its id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
