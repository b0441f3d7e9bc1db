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
/// How often a peer is asked for the time, and for evidence that got lost: a clock that was wrong is believed again a minute after it was
/// mended.
const QUESTIONS_EVERY: u64 = 60_000;
/// Seconds by which the clock may run ahead of the time that passed, or behind it, between two looks at it before it counts as moved: more
/// than any steering of a clock, far less than what stops a node.
const STEP: i64 = 5;
/// How long a peer may stay that does not say who it is.
const NAMELESS: u64 = 15_000;

#[derive(Debug)]
struct Connection {
    since: Moment,
    greeting: Option<(Hello, Membership)>,
    /// Its clock less ours, in seconds.
    clock_offset: i64,
    /// When it was asked these questions last.
    asked: Moment,
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
    /// What the clock said, less the time that had passed since the start, in seconds, when it was looked at last.
    lead: Option<i64>,
}

impl Peers {
    pub(super) fn connected(&mut self, now: Moment, peer: PeerId) {
        self.connected.insert(peer, Connection { since: now, greeting: None, clock_offset: 0, asked: now });
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

    /// By how many seconds our own clock was moved since the last look, if it was: by hand, by a time server after a long silence, or by
    /// waking from sleep. All peers are then to be asked for the time at once.
    pub(super) fn clock_moved(&mut self, now: Moment, clock: i64) -> Option<i64> {
        let lead = clock.saturating_sub(i64::try_from(now.0 / 1000).unwrap_or(i64::MAX));
        let moved = lead.saturating_sub(self.lead.unwrap_or(lead));
        if moved.saturating_abs() < STEP {
            // Kept where there was a look before: many small steps are one large one.
            self.lead.get_or_insert(lead);
            return None;
        }
        self.lead = Some(lead);
        for connection in self.connected.values_mut() {
            connection.clock_offset = connection.clock_offset.saturating_sub(moved);
            connection.asked = Moment(0);
        }
        Some(moved)
    }

    /// Those to ask for the time and for evidence now.
    pub(super) fn questions_due(&mut self, now: Moment) -> Vec<PeerId> {
        let mut due = Vec::new();
        for (peer, connection) in &mut self.connected {
            let is_due = connection.asked.0 == 0 || connection.asked.plus(QUESTIONS_EVERY) <= now;
            if connection.greeting.is_some() && is_due {
                connection.asked = now;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_moved_is_noticed_at_the_next_look_and_peers_are_asked() {
        let (mut peers, peer) = (Peers::default(), PeerId::random());
        peers.connected(Moment(1), peer);
        assert_eq!(peers.clock_moved(Moment(1_000), 1_000_001), None);
        assert_eq!(peers.clock_moved(Moment(61_000), 1_000_061), None);
        assert_eq!(peers.clock_moved(Moment(62_000), 1_003_662), Some(3_600));
        assert_eq!(peers.connected[&peer].clock_offset, -3_600);
        assert_eq!(peers.clock_moved(Moment(63_000), 1_003_663), None);
        // Many small steps are one large one.
        assert_eq!(peers.clock_moved(Moment(64_000), 1_003_661), None);
        assert_eq!(peers.clock_moved(Moment(65_000), 1_003_659), Some(-6));
    }
}
