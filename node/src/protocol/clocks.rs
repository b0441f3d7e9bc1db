//! Whether this node's clock can be trusted: by the clocks of the members that are connected.
//!
//! A node with a wrong clock would write wrong times into a log that nobody can mend, and would cosign with dates that others doubt. So it
//! neither seals nor cosigns while it is over [`MOST_OFF`] seconds off the median of its peers. A liar among many moves the median little;
//! with one peer only, two clocks disagree and nobody can tell which is wrong, so this node stops too: a pause can be mended, a time in a
//! log cannot.
//!
//! Offsets are told against a *steady* clock of this node's, one that runs on whatever is done to the system's: so a clock that is moved is
//! off at once, with nobody asked, and one that is set right is right at once.
//!
//! Out of scope: setting the clock; that is the system's (NTP). Invariant: strangers are not heard, only members.

use std::collections::BTreeMap;

use super::Peer;

/// Seconds by which clocks may disagree: as far as statements may lie ahead of ours, and far more than honest clocks drift.
pub const MOST_OFF: i64 = super::sequencer::AHEAD;

/// Clocks of members, less our steady one, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    offsets: BTreeMap<Peer, i64>,
}

impl Clocks {
    /// A member said that it is `theirs`, when our steady clock said `steady`.
    pub fn heard(&mut self, peer: &Peer, theirs: i64, steady: i64) {
        self.offsets.insert(peer.clone(), theirs.saturating_sub(steady));
    }

    /// A peer is gone, or no member any more.
    pub fn gone(&mut self, peer: &Peer) {
        self.offsets.remove(peer);
    }

    /// What the members' clocks say together; none while no member is connected.
    pub fn word(&self) -> Option<Word> {
        let mut offsets: Vec<i64> = self.offsets.values().copied().collect();
        offsets.sort_unstable();
        let upper = offsets.get(offsets.len() / 2).copied()?;
        let lower = offsets.get((offsets.len() - 1) / 2).copied()?;
        Some(Word { lower, upper })
    }
}

/// The offset in the middle of all, less the steady clock; of an even number the two in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    lower: i64,
    upper: i64,
}

impl Word {
    /// How far the members' clocks are ahead of one that is `lead` seconds ahead of the steady one, if that is too far to seal or cosign by
    /// it. Of two in the middle the one nearer to it counts.
    pub fn too_far_off(self, lead: i64) -> Option<i64> {
        let (lower, upper) = (self.lower.saturating_sub(lead), self.upper.saturating_sub(lead));
        let offset = if lower.saturating_abs() < upper.saturating_abs() { lower } else { upper };
        Some(offset).filter(|offset| offset.saturating_abs() > MOST_OFF)
    }
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

    fn off_by(offsets: &[i64], lead: i64) -> Option<i64> {
        clocks(offsets).word().and_then(|word| word.too_far_off(lead))
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
            assert_eq!(off_by(offsets, 0), off, "{offsets:?}");
        }
    }

    #[test]
    fn a_clock_that_was_moved_is_off_before_anybody_is_asked_and_right_once_it_is_moved_back() {
        assert_eq!(off_by(&[0, 2, 5], 3600), Some(-3598));
        assert_eq!(off_by(&[0, 2, 5], 3), None);
        // Off from the start, with one neighbour that is off as well: which of two counts is told anew when the clock is set right.
        assert_eq!(off_by(&[0, 3600], 0), None);
        assert_eq!(off_by(&[0, 3600], 3600), None);
        assert_eq!(off_by(&[0, 3600], 1800), Some(1800));
    }

    #[test]
    fn who_is_gone_is_heard_no_more() {
        let mut clocks = clocks(&[3600]);
        assert_eq!(clocks.word(), Some(Word { lower: 3600, upper: 3600 }));
        clocks.gone(&Peer::new("0"));
        assert_eq!(clocks.word(), None);
    }

    proptest! {
        #[test]
        fn fewer_liars_than_honest_members_never_stop_a_node(honest in proptest::collection::vec(-600..=600_i64, 1..12), lies in proptest::collection::vec(-10_000_000_000..10_000_000_000_i64, 0..12)) {
            let lies = &lies[..lies.len().min(honest.len() - 1)];
            let all: Vec<i64> = honest.iter().chain(lies).copied().collect();
            prop_assert_eq!(off_by(&all, 0), None);
        }
    }
}
