//! 公示期: computed from the outcome's `logged`; nobody signs its end, and paper posting dates are shown, not counted.
//!
//! A correction changes a notice that runs. One that is over is over: no correction opens it again, nor makes it longer than it was.

use super::story::Story;
use super::{days_after, days_between};
use crate::matter::codes::OutcomeResult;
use crate::matter::facts::{Outcome, Said};
use crate::matter::view::Notice;
use crate::time::{Date, Time};

/// Days of a notice where neither outcome nor pack says: the usual local practice, as no statute fixes a number.
const USUAL_DAYS: u16 = 7;

/// The notice of the newest outcome. One that came to nothing has a notice only if it says so.
pub(super) fn notice(story: &Story, today: Date) -> Option<Notice> {
    let outcome = story.newest_outcome()?;
    let days = days(story, outcome.at);
    if days == 0 {
        return None;
    }
    let event = &story.events[outcome.at];
    let posted = event.logged.civil_date(story.offset);
    let (from, to) = (days_after(posted, 1), days_after(posted, days));
    let left = (today <= to).then(|| (days_between(today, to) + 1).min(i64::from(days)));
    Some(Notice { on: event.reference.clone(), from, to, days, left })
}

/// The last day on notice of the outcome at a place of the order; the day it was posted, if it has no notice.
pub(super) fn last_day(story: &Story, at: usize) -> Date {
    days_after(story.events[at].logged.civil_date(story.offset), days(story, at))
}

/// The fewest days that an outcome was ever on notice for, by its own word or a correction: what was put right later was short before.
pub(super) fn shortest(story: &Story, at: usize) -> u16 {
    bearing(story, at).filter(|(_, outcome)| outcome.result != OutcomeResult::None).map(|(days, _)| days).min().unwrap_or_default()
}

/// How many days an outcome is on notice.
fn days(story: &Story, at: usize) -> u16 {
    bearing(story, at).last().map_or(0, |(days, _)| days)
}

/// How many days an outcome was on notice for by its own word, and by each correction that came before that notice was over.
fn bearing(story: &Story, at: usize) -> impl Iterator<Item = (u16, &Outcome)> {
    let posted = story.events[at].logged.civil_date(story.offset);
    let mut last = None;
    told(story, at).map_while(move |(logged, outcome)| {
        if last.is_some_and(|last| logged.civil_date(story.offset) > last) {
            return None;
        }
        let days = days_of(story, outcome);
        last = Some(days_after(posted, days));
        Some((days, outcome))
    })
}

/// What an outcome says and said, in order, and since when.
fn told(story: &Story, at: usize) -> impl Iterator<Item = (Time, &Outcome)> {
    let event = &story.events[at];
    let first = (event.logged, event.signed().unwrap_or(&event.said));
    std::iter::once(first).chain(story.mends.since(&event.reference)).filter_map(|(logged, said)| match said {
        Said::Outcome(outcome) => Some((logged, outcome.as_ref())),
        _ => None,
    })
}

fn days_of(story: &Story, outcome: &Outcome) -> u16 {
    let usual = match outcome.result {
        OutcomeResult::None => 0,
        _ => story.pack().map_or(USUAL_DAYS, |pack| pack.notice.days),
    };
    outcome.notice_days.unwrap_or(usual)
}
