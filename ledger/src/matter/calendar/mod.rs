//! 公开日历: what a place, or a matter, was expected to disclose by which day, and whether the ledger holds it.
//!
//! Silence is visible: a statement that is missing is an empty slot with the date it was due. Slots follow from rule packs and from signed
//! statements alone, so every reader computes the same ones.
//!
//! What fills a slot, and what that can and cannot say:
//! - [`DutyCode::Disclosure`] (a community, by default each quarter): a counted `outcome`, `plan`, `progress`, `completion`, `result` or
//!   `termination` in its own log, logged within the period or the days of grace. These tell residents what was decided or what became of
//!   it. The law's ordinary disclosure covers more (land, relief, household registers …), which may hang on a wall and not be here: an
//!   empty slot says that *the ledger* holds nothing, no more.
//! - [`DutyCode::Finance`] (a community, by default each month): a counted statement that tells money: `progress` with what was spent,
//!   `completion` or `result` with a cost. Expected only of months in which the place carries enough commitments with a budget; whether
//!   its other accounts are frequent no statement tells.
//! - [`DutyCode::Directory`] (a community) and [`DutyCode::ItemList`] (a county): a valid `catalogue` in its own log.
//! - [`DutyCode::Resolution`]: the outcome of a round, after the step that decides.
//! - [`DutyCode::Result`]: the first `result` of a matter, after all its live commitments were accepted, where its method asks for one.
//! - [`DutyCode::Answer`]: the first counted answer to an objection.
//!
//! A place owes nothing for the time before its log began: only whole periods count. Grace and rhythm come from the pack of the nearest
//! place above that signed a calendar in force on the last day of the period, else from the nearest of them, else from the built-in one;
//! where the pack was not in force on that day, the slot is [advisory](Slot::advisory) and enters no indicator.
//!
//! Out of scope: fetching, wording. Invariant: a function of views, packs and the day; slots of one matter depend on its view alone, so a
//! reader that keeps them by matter computes anew only what changed.

mod matter;
mod place;
mod span;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use matter::of_matter;
pub use span::Span;

use super::codes::{DutyCode, SlotState};
use super::pack::Packs;
use super::record::Reference;
use super::view::View;
use crate::hash::Blake3;
use crate::names::{Division, MatterId};
use crate::time::{Date, Time};

/// The calendar of a division as of an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Calendar {
    /// Whose.
    pub place: Division,
    /// The instant it is told for.
    pub as_of: Time,
    /// The civil date its log began; none while it has no log, and then nothing is expected of it.
    pub since: Option<Date>,
    /// Every slot, by the day it is due, then by duty, matter and what it answers.
    pub slots: Vec<Slot>,
}

/// One thing expected by a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Slot {
    /// What.
    pub duty: DutyCode,
    /// For which period, where it recurs.
    pub period: Option<Span>,
    /// Of which matter, where it follows from one.
    pub matter: Option<MatterId>,
    /// What it follows from: the step that decided, the acceptance, the objection.
    pub follows: Option<Reference>,
    /// The last day in time.
    pub due: Date,
    /// Where it stands.
    pub state: SlotState,
    /// The statement that fills it.
    pub filled: Option<Filled>,
    /// The pack was not in force: 仅供参考, and enters no indicator.
    pub advisory: bool,
    /// The pack that asks for it.
    pub pack: Blake3,
    /// 依据, as people cite it.
    pub basis: String,
}

/// A statement that fills a slot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Filled {
    /// The civil date it was logged: paper posting dates are shown elsewhere and not counted.
    pub logged: Date,
    /// Which.
    pub on: Reference,
}

/// What is known of a place beside its matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub division: Division,
    /// The civil date of the first entry of its home log.
    pub since: Option<Date>,
    /// The valid catalogues in its log.
    pub catalogues: Vec<Filled>,
}

impl Calendar {
    /// The calendar of `place`. `views` are the matters at home there; others are passed over. `offset` is the federation's, in hours.
    pub fn of<'v>(place: &Place, views: impl IntoIterator<Item = &'v View>, packs: &Packs, as_of: Time, offset: i8) -> Self {
        let today = as_of.civil_date(offset);
        let views: Vec<&View> = views.into_iter().filter(|view| view.place == place.division).collect();
        let mut slots = place::of_place(place, &views, packs, today, offset);
        slots.extend(views.iter().flat_map(|view| of_matter(view, packs, today, offset)));
        slots.sort_by(|a, b| (a.due, a.duty, a.matter, &a.follows, a.period).cmp(&(b.due, b.duty, b.matter, &b.follows, b.period)));
        Self { place: place.division, as_of, since: place.since, slots }
    }

    /// The slots that nothing filled in time and nothing has filled since, the longest overdue first.
    pub fn missing(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.state == SlotState::Missing)
    }
}

/// Where a slot stands on `today`.
fn state(due: Date, filled: Option<&Filled>, today: Date) -> SlotState {
    match filled {
        Some(filled) if filled.logged <= due => SlotState::Filled,
        Some(_) => SlotState::Late,
        None if today <= due => SlotState::Open,
        None => SlotState::Missing,
    }
}

/// `date` moved by `days`, held at the ends of the calendar.
fn days_after(date: Date, days: u16) -> Date {
    use jiff::ToSpan as _;
    date.saturating_add(i64::from(days).days())
}
