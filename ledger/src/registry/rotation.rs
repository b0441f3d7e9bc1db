//! Planned changes of a log's key: since when the old and the new sign side by side, and until when they should (FORMAT.md, Charter).
//!
//! Out of scope: which key a head is judged by; that is its charter's to say, whatever the day. A head bears no date, so a rotation that
//! ended by the calendar would have two honest readers disagree on one head. What is told here makes nothing void: it is for those who
//! must have the second charter signed, and for everybody to see that they have not.

use super::{Charter, Registry};
use crate::names::Origin;
use crate::time::{Date, Time};

/// Days for which the old and the new key speak side by side: long enough for an office or a reader that is off line for a season, short
/// enough that a key which was given up does not stay in force unwatched.
pub const ROTATION_DAYS: i32 = 90;

/// A log whose heads more than one key signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The log.
    pub origin: Origin,
    /// The number of the charter it began with.
    pub began: u32,
    /// When that charter was logged; not known of one that stands in the federation file.
    pub since: Option<Time>,
    /// The last of the 90 days, the day of `since` being day zero.
    pub until: Option<Date>,
}

impl Rotation {
    /// Days by which it has outlasted its time on `today`; 0 while it has not.
    pub fn days_over(&self, today: Date) -> i64 {
        self.until.map_or(0, |until| today.duration_since(until).as_hours() / 24).max(0)
    }
}

/// The day that lies `days` after `date`.
pub(super) fn days_after(date: Date, days: i32) -> Date {
    date.saturating_add(jiff::Span::new().days(days))
}

impl Registry {
    /// The rotation under way in a log: it began with the first of its charters from which on, without a break, two or more of the present
    /// keys stand side by side. A log that has ended rotates no more.
    pub fn rotation(&self, origin: &Origin) -> Option<Rotation> {
        let present = &self.charter(origin)?.facts.keys;
        if present.len() < 2 || self.end(origin).is_some() {
            return None;
        }
        let side_by_side = |charter: &&Charter| charter.facts.keys.iter().filter(|key| present.contains(key)).count() > 1;
        let began = self.in_force.charters.get(origin)?.values().rev().take_while(side_by_side).last()?;
        let since = began.stated.as_ref().and_then(|at| self.seen.get(at)).map(|seen| seen.entry.logged);
        let until = since.map(|since| days_after(since.civil_date(self.federation.offset), ROTATION_DAYS));
        Some(Rotation { origin: origin.clone(), began: began.facts.number, since, until })
    }

    /// The rotations under way in all logs.
    pub fn rotations(&self) -> impl Iterator<Item = Rotation> {
        self.in_force.charters.keys().filter_map(|origin| self.rotation(origin))
    }
}
