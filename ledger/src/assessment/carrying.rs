//! How promises are kept: on time, verified, overdue, moved, and how long it takes until all is done.

use super::deciding::had;
use super::{Case, Gathered};
use crate::matter::codes::{CaseState, CommitmentState, IndicatorCode, OutcomeResult};
use crate::matter::view::{Commitment, Event, View};

pub(super) fn gather(gathered: &mut Gathered<'_>, view: &View) {
    for commitment in view.live() {
        let case = |day, state| Case {
            commitment: Some(commitment.id),
            on: Some(commitment.made.clone()),
            day: Some(day),
            ..Case::of(view, state)
        };
        if gathered.ground.period.holds(commitment.first_due) {
            gathered.push(IndicatorCode::OnTime, case(commitment.first_due, on_time(gathered, commitment)));
        }
        if let Some(completion) = &commitment.completion
            && view.event(&completion.on).is_some_and(|event| gathered.in_period(event.logged))
        {
            let found =
                Case { on: Some(completion.on.clone()), ..case(completion.date, had(commitment.state == CommitmentState::Accepted)) };
            gathered.push(IndicatorCode::Verified, found);
        }
        // What was given up for good is not late any more.
        if commitment.state != CommitmentState::Accepted && view.termination.is_none() {
            gathered.push(IndicatorCode::OverdueNow, case(commitment.due, had(commitment.overdue_days.is_some())));
        }
        gathered.push(IndicatorCode::Rescheduled, case(commitment.due, had(commitment.times_moved() > 0)));
    }
    of_done(gathered, view);
}

/// A claim in time waits for those who verify; a claim that comes late, or proves no date, is not on time whatever they find.
fn on_time(gathered: &Gathered<'_>, commitment: &Commitment) -> CaseState {
    match (commitment.state, commitment.on_time) {
        (CommitmentState::Accepted, on_time) => had(on_time == Some(true)),
        (CommitmentState::Claimed, Some(true)) => CaseState::Pending,
        (CommitmentState::Claimed, _) => CaseState::Not,
        _ if gathered.today <= commitment.first_due => CaseState::Pending,
        _ => CaseState::Not,
    }
}

/// From the first outcome that promised anything to the day the last acceptance was logged.
fn of_done(gathered: &mut Gathered<'_>, view: &View) {
    if view.live().next().is_none()
        || view.live().any(|commitment| commitment.state != CommitmentState::Accepted)
        || view.termination.is_some()
    {
        return;
    }
    let verdicts = view.live().filter_map(|commitment| commitment.completion.as_ref()?.verdict.as_ref());
    let last = verdicts.filter_map(|verdict| view.event(&verdict.on)).max_by_key(|event| (event.logged, &event.reference));
    let decided = view.rounds.iter().filter_map(|round| round.outcome.as_ref()).find(|outcome| outcome.result != OutcomeResult::None);
    if let (Some(last), Some(decided)) = (last.filter(|event: &&Event| gathered.in_period(event.logged)), decided) {
        let days = i64::from((gathered.date(last.logged) - decided.date).get_days());
        let case = Case { on: Some(last.reference.clone()), day: Some(decided.date), days: Some(days), ..Case::of(view, CaseState::Had) };
        gathered.push(IndicatorCode::DaysToDone, case);
    }
}
