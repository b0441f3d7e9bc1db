//! The slots that recur for a place, whatever its matters.

use super::{Filled, Place, Slot, Span, days_after, state};
use crate::hash::Blake3;
use crate::matter::codes::{CommitmentState, DutyCode};
use crate::matter::facts::Said;
use crate::matter::pack::{Packs, Rhythm};
use crate::matter::view::{Commitment, View};
use crate::names::Level;
use crate::time::Date;

/// What a place has told, each kind in the order it was logged.
struct Told {
    disclosed: Vec<Filled>,
    money: Vec<Filled>,
    catalogues: Vec<Filled>,
}

/// The recurring slots of a place on `today`, `views` being its matters.
pub(super) fn of_place(place: &Place, views: &[&View], packs: &Packs, today: Date, offset: i8) -> Vec<Slot> {
    let Some(since) = place.since else { return Vec::new() };
    let told = told(place, views, offset);
    let level = place.division.level();
    let asked = |rhythm: &&Rhythm| match rhythm.duty {
        DutyCode::ItemList => level == Level::County,
        _ => level == Level::Community,
    };
    let mut slots = Vec::new();
    let calendars = packs.calendars(place.division);
    let rhythms = calendars.iter().flat_map(|(name, pack, _)| pack.calendar.iter().map(|rhythm| (*name, rhythm)));
    for (name, rhythm) in rhythms.filter(|(_, rhythm)| asked(rhythm)) {
        let filling = match rhythm.duty {
            DutyCode::Finance => &told.money,
            DutyCode::Directory | DutyCode::ItemList => &told.catalogues,
            _ => &told.disclosed,
        };
        // The calendar that counts is that of the nearest place which is in force at the end of a period, else the nearest. So what was asked
        // of a period stays so, whatever calendar follows.
        let in_force = |name: &Blake3, period: Span| packs.in_force(name, place.division, period.until);
        let counts_in = |period: Span| calendars.iter().map(|(name, ..)| *name).find(|name| in_force(name, period));
        let nearest = calendars.first().map(|(name, ..)| *name);
        for period in Span::periods(rhythm.every, since, today).filter(|period| counts_in(*period).or(nearest) == Some(name)) {
            if rhythm.least > 0 && carried(views, period, offset) < usize::try_from(rhythm.least).unwrap_or(usize::MAX) {
                continue;
            }
            let due = days_after(period.until, rhythm.days);
            let first = filling.partition_point(|filled| filled.logged < period.from);
            // What comes later belongs to a later period: a silence stays on record.
            let filled = filling.get(first).filter(|filled| filled.logged <= due).cloned();
            slots.push(Slot {
                duty: rhythm.duty,
                period: Some(period),
                matter: None,
                follows: None,
                due,
                state: state(due, filled.as_ref(), today),
                filled,
                advisory: !in_force(name, period),
                pack: *name,
                basis: rhythm.basis.clone(),
            });
        }
    }
    slots
}

fn told(place: &Place, views: &[&View], offset: i8) -> Told {
    let mut told = Told { disclosed: Vec::new(), money: Vec::new(), catalogues: place.catalogues.clone() };
    let home = |event: &&crate::matter::view::Event| event.effect.counts() && event.reference.log.division == place.division;
    for event in views.iter().flat_map(|view| &view.timeline).filter(home) {
        let (disclosed, money) = match &event.said {
            Said::Outcome(_) | Said::Plan(_) | Said::Termination(_) => (true, false),
            Said::Progress(progress) => (true, progress.spent.is_some()),
            Said::Completion(completion) => (true, completion.cost.is_some()),
            Said::Result(result) => (true, result.commitments.iter().any(|delivered| delivered.cost.is_some())),
            _ => (false, false),
        };
        let filled = || Filled { logged: event.logged.civil_date(offset), on: event.reference.clone() };
        told.disclosed.extend(disclosed.then(filled));
        told.money.extend(money.then(filled));
    }
    for list in [&mut told.disclosed, &mut told.money, &mut told.catalogues] {
        list.sort();
    }
    told
}

/// How many commitments with a budget were carried in a period: made by its end, and not accepted before it began. One that was dropped
/// counts for none: when it was given up is not worth a month's accounts.
fn carried(views: &[&View], period: Span, offset: i8) -> usize {
    let in_period = |view: &View, commitment: &Commitment| {
        let logged = |on| view.event(on).map(|event| event.logged.civil_date(offset));
        let first = commitment.dues.first().map_or(&commitment.made, |due| &due.set_by);
        let made = logged(first).is_some_and(|made| made <= period.until);
        let verdict = commitment.completion.as_ref().and_then(|completion| completion.verdict.as_ref());
        let ended = verdict.filter(|_| commitment.state == CommitmentState::Accepted).and_then(|verdict| logged(&verdict.on));
        commitment.budget.is_some() && made && ended.is_none_or(|ended| ended >= period.from)
    };
    views.iter().map(|view| view.live().filter(|commitment| in_period(view, commitment)).count()).sum()
}
