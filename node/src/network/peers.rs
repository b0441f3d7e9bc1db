//! Who is connected, who has said who it is, and when to dial whom again.

use std::collections::HashMap;

use libp2p::{Multiaddr, PeerId};

use super::book::Book;
use crate::protocol::Moment;
use crate::protocol::backoff::Backoff;
use crate::protocol::follower::Membership;
use crate::protocol::message::{Hello, VERSION};

/// The longest wait before a peer is dialled again: its machine may have been restarted.
const LONGEST_WAIT: u64 = 30_000;
/// How often a peer is asked for the time: a clock that was wrong is believed again a minute after it was mended.
const CLOCK_EVERY: u64 = 60_000;
/// How long a peer may stay that does not say who it is.
const NAMELESS: u64 = 15_000;

#[derive(Debug)]
struct Connection {
    since: Moment,
    greeting: Option<(Hello, Membership)>,
    /// Its clock less ours, in seconds.
    clock_offset: i64,
    /// When it was asked for the time last.
    clock_asked: Moment,
}

#[derive(Debug, Default)]
struct Dial {
    backoff: Backoff,
    pending: bool,
}

/// All peers.
#[derive(Debug, Default)]
pub(super) struct Peers {
    connected: HashMap<PeerId, Connection>,
    dials: HashMap<PeerId, Dial>,
}

impl Peers {
    pub(super) fn connected(&mut self, now: Moment, peer: PeerId) {
        self.connected.insert(peer, Connection { since: now, greeting: None, clock_offset: 0, clock_asked: now });
        self.dials.entry(peer).or_default().pending = false;
    }

    /// Whether it had said who it is.
    pub(super) fn disconnected(&mut self, now: Moment, peer: &PeerId) -> bool {
        let gone = self.connected.remove(peer);
        if let Some(dial) = self.dials.get_mut(peer) {
            dial.pending = false;
            dial.backoff.fail_within(now, LONGEST_WAIT);
        }
        gone.is_some_and(|connection| connection.greeting.is_some())
    }

    pub(super) fn dial_failed(&mut self, now: Moment, peer: PeerId) {
        let dial = self.dials.entry(peer).or_default();
        dial.pending = false;
        dial.backoff.fail_within(now, LONGEST_WAIT);
    }

    /// It said who it is.
    pub(super) fn greeted(&mut self, peer: PeerId, hello: Hello, membership: Membership) {
        if let Some(connection) = self.connected.get_mut(&peer) {
            connection.greeting = Some((hello, membership));
        }
        if let Some(dial) = self.dials.get_mut(&peer) {
            dial.backoff.succeed();
        }
    }

    /// It said what time it is: so much more than ours.
    pub(super) fn clock_heard(&mut self, peer: &PeerId, offset: i64) {
        if let Some(connection) = self.connected.get_mut(peer) {
            connection.clock_offset = offset;
        }
    }

    /// Those to ask for the time now.
    pub(super) fn clock_due(&mut self, now: Moment) -> Vec<PeerId> {
        let mut due = Vec::new();
        for (peer, connection) in &mut self.connected {
            if connection.greeting.is_some() && connection.clock_asked.plus(CLOCK_EVERY) <= now {
                connection.clock_asked = now;
                due.push(*peer);
            }
        }
        due
    }

    pub(super) fn is_greeted(&self, peer: &PeerId) -> bool {
        self.connected.get(peer).is_some_and(|connection| connection.greeting.is_some())
    }

    /// Those that said who they are, what they may be and their clock's offset from ours.
    pub(super) fn greeted_all(&self) -> impl Iterator<Item = (&PeerId, &Hello, &Membership, i64)> {
        self.connected.iter().filter_map(|(peer, connection)| {
            let (hello, membership) = connection.greeting.as_ref()?;
            Some((peer, hello, membership, connection.clock_offset))
        })
    }

    /// What peers may be, after the registry changed; returns those for whom it is another.
    pub(super) fn reconsider(&mut self, book: &Book) -> Vec<(PeerId, Hello, Membership)> {
        let mut changed = Vec::new();
        for (peer, connection) in &mut self.connected {
            if let Some((hello, membership)) = &mut connection.greeting {
                let now = book.membership(peer);
                if *membership != now {
                    *membership = now.clone();
                    changed.push((*peer, hello.clone(), now));
                }
            }
        }
        changed
    }

    /// Those to dial now.
    pub(super) fn dial_due(&mut self, now: Moment, book: &Book) -> Vec<(PeerId, Vec<Multiaddr>)> {
        let due = |(peer, _): &(PeerId, Vec<Multiaddr>)| {
            let waits = self.dials.get(peer).is_some_and(|dial| dial.pending || !dial.backoff.is_over(now));
            !self.connected.contains_key(peer) && !waits
        };
        let due: Vec<_> = book.targets().filter(due).collect();
        for (peer, _) in &due {
            self.dials.entry(*peer).or_default().pending = true;
        }
        due
    }

    /// Those that have not said who they are in time.
    pub(super) fn nameless(&self, now: Moment) -> Vec<PeerId> {
        let late = |connection: &Connection| connection.greeting.is_none() && connection.since.plus(NAMELESS) <= now;
        self.connected.iter().filter(|(_, connection)| late(connection)).map(|(peer, _)| *peer).collect()
    }

    /// Forgets waits of peers that nobody dials any more.
    pub(super) fn sweep(&mut self, book: &Book) {
        let wanted: std::collections::HashSet<PeerId> = book.targets().map(|(peer, _)| peer).collect();
        self.dials.retain(|peer, _| wanted.contains(peer));
    }
}

/// Whether a peer is of this federation and speaks this version.
pub(super) fn is_of_ours(ours: &Hello, theirs: &Hello) -> bool {
    theirs.federation == ours.federation && theirs.fingerprint == ours.fingerprint && theirs.version == VERSION
}
