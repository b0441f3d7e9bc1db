//! Whether this node's clock can be trusted: by the clocks of the members that are connected.
//!
//! A node with a wrong clock would write wrong times into a log that nobody can mend, and would cosign with dates that others doubt. So it
//! neither seals nor cosigns while it is over [`MOST_OFF`] seconds off the median of its peers. A liar among many moves the median little;
//! with one peer only, two clocks disagree and nobody can tell which is wrong, so this node stops too: a pause can be mended, a time in a
//! log cannot.
//!
//! Out of scope: setting the clock; that is the system's (NTP). Invariant: strangers are not heard, only members.

use std::collections::BTreeMap;

use super::Peer;

/// Seconds by which clocks may disagree: as far as statements may lie ahead of ours, and far more than honest clocks drift.
pub const MOST_OFF: i64 = super::sequencer::AHEAD;

/// Clocks of members, less ours, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    offsets: BTreeMap<Peer, i64>,
}

impl Clocks {
    /// A member said that it is `theirs`, when ours said `ours`.
    pub fn heard(&mut self, peer: &Peer, theirs: i64, ours: i64) {
        self.offsets.insert(peer.clone(), theirs.saturating_sub(ours));
    }

    /// Our own clock was moved by `seconds`: all that was heard is so much further back, until it is heard anew.
    pub fn stepped(&mut self, seconds: i64) {
        self.offsets.values_mut().for_each(|offset| *offset = offset.saturating_sub(seconds));
    }

    /// A peer is gone, or no member any more.
    pub fn gone(&mut self, peer: &Peer) {
        self.offsets.remove(peer);
    }

    /// The clock of a member, less ours.
    pub fn offset(&self, peer: &Peer) -> Option<i64> {
        self.offsets.get(peer).copied()
    }

    /// The median of the members' clocks, less ours; of two in the middle the one nearer to ours. None while no member is connected.
    pub fn median(&self) -> Option<i64> {
        median(self.offsets.values().copied())
    }

    /// By how much this node's clock is off, if that is too much to seal or cosign.
    pub fn too_far_off(&self) -> Option<i64> {
        self.median().filter(|offset| offset.saturating_abs() > MOST_OFF)
    }
}

fn median(offsets: impl Iterator<Item = i64>) -> Option<i64> {
    let mut offsets: Vec<i64> = offsets.collect();
    offsets.sort_unstable();
    let upper = offsets.get(offsets.len() / 2).copied()?;
    let lower = offsets.get((offsets.len() - 1) / 2).copied()?;
    Some(if lower.saturating_abs() < upper.saturating_abs() { lower } else { upper })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clocks(offsets: &[i64]) -> Clocks {
        let mut clocks = Clocks::default();
        for (number, offset) in offsets.iter().enumerate() {
            clocks.heard(&Peer::new(&number.to_string()), 1_000_000 + offset, 1_000_000);
        }
        clocks
    }

    #[test]
    fn a_clock_is_off_when_most_members_say_so() {
        for (offsets, off) in [
            (&[][..], None),
            (&[600], None),
            (&[601], Some(601)),
            (&[-601], Some(-601)),
            (&[3600, 0], None),
            (&[3600, 4000], Some(3600)),
            (&[3600, -3600, 1], None),
            (&[3600, 3601, 0, 2], None),
            (&[3600, 3601, 3602, 2], Some(3600)),
        ] {
            assert_eq!(clocks(offsets).too_far_off(), off, "{offsets:?}");
        }
    }

    #[test]
    fn a_clock_that_was_moved_is_off_before_anybody_is_asked() {
        let mut clocks = clocks(&[0, 2, 5]);
        clocks.stepped(3600);
        assert_eq!(clocks.too_far_off(), Some(-3598));
        clocks.stepped(-3600);
        assert_eq!((clocks.too_far_off(), clocks.median()), (None, Some(2)));
    }

    #[test]
    fn who_is_gone_is_heard_no_more() {
        let mut clocks = clocks(&[3600]);
        assert_eq!(clocks.offset(&Peer::new("0")), Some(3600));
        clocks.gone(&Peer::new("0"));
        assert_eq!((clocks.offset(&Peer::new("0")), clocks.median(), clocks.too_far_off()), (None, None, None));
    }

    proptest! {
        #[test]
        fn fewer_liars_than_honest_members_never_stop_a_node(honest in proptest::collection::vec(-600..=600_i64, 1..12), lies in proptest::collection::vec(-10_000_000_000..10_000_000_000_i64, 0..12)) {
            let lies = &lies[..lies.len().min(honest.len() - 1)];
            let all: Vec<i64> = honest.iter().chain(lies).copied().collect();
            prop_assert_eq!(clocks(&all).too_far_off(), None);
        }
    }
}
