//! 公示期: computed from the outcome's `logged`; nobody signs its end, and paper posting dates are shown, not counted.

use super::story::{OutcomeStory, Story};
use super::{days_after, days_between};
use crate::matter::codes::OutcomeResult;
use crate::matter::view::Notice;
use crate::time::Date;

/// Days of a notice where neither outcome nor pack says: the usual local practice, as no statute fixes a number.
const USUAL_DAYS: u16 = 7;

/// The notice of the newest outcome. One that came to nothing has a notice only if it says so.
pub(super) fn notice(story: &Story, today: Date) -> Option<Notice> {
    let outcome = story.newest_outcome()?;
    let days = days(story, outcome);
    if days == 0 {
        return None;
    }
    let event = &story.events[outcome.at];
    let posted = event.logged.civil_date(story.offset);
    let (from, to) = (days_after(posted, 1), days_after(posted, days));
    let left = (today <= to).then(|| (days_between(today, to) + 1).min(i64::from(days)));
    Some(Notice { on: event.reference.clone(), from, to, days, left })
}

/// How many days an outcome is on notice.
pub(super) fn days(story: &Story, outcome: &OutcomeStory) -> u16 {
    let usual = match outcome.result {
        OutcomeResult::None => 0,
        _ => story.pack().map_or(USUAL_DAYS, |pack| pack.notice.days),
    };
    outcome.notice_days.unwrap_or(usual)
}
