//! The fold (DOMAIN §4): from the records of a matter to its view, reading facts only.
//!
//! [`order`] puts the records into the one order that counts, [`story`] takes them in one by one, [`mending`] has it told again where
//! something was corrected or taken back, and the rest tells what follows at an instant: the strip of steps, the notice, the status, the
//! flags, the voices, what is expected next. Nothing before that last part knows the instant, so a story can be kept and grow: that is a
//! [`Chronicle`].
//!
//! Invariants: the same set of records gives the same view; what is void or has no effect shows in the timeline and in nothing else; no
//! commitment is accepted without a verdict of those who verify.

mod amending;
mod answered;
mod chronicle;
mod commitment;
mod deciding;
mod expected;
mod flags;
mod judge;
mod judging;
mod mending;
mod notice;
mod order;
mod overseeing;
mod status;
mod steps;
mod story;
mod voices;

#[cfg(test)]
mod tests;

use jiff::{Span, ToSpan};

pub use self::chronicle::{Chronicle, Work};
use self::story::Story;
use super::codes::{Finding, Status};
use super::facts::Said;
use super::pack::Packs;
use super::record::Record;
use super::view::{Event, ObjectionView, OutcomeView, ProblemView, Round, Verifier, View};
use crate::names::{Level, MatterId};
use crate::time::{Date, Time};

/// Folds the records of a matter into its view as of an instant.
///
/// `records` may be in any order and hold records of other matters, which are passed over. `offset` is the federation's fixed offset from
/// UTC in hours, by which instants become civil dates. Who keeps a matter as it grows keeps its [`Chronicle`].
pub fn fold(id: MatterId, records: &[Record], packs: &Packs, as_of: Time, offset: i8) -> View {
    Chronicle::of(id, records, packs, offset).tell(as_of)
}

/// The view of a story as of an instant.
fn tell(story: &Story, as_of: Time) -> View {
    let today = as_of.civil_date(story.offset);
    let commitments: Vec<_> = story.commitments.iter().map(|commitment| commitment::settled(story, commitment, today)).collect();
    let mut view = View {
        id: story.id,
        place: story.id.division,
        as_of,
        topic: story.topic.clone(),
        convener: story.convener.clone(),
        verifier: match story.id.division.level() {
            Level::Community => Verifier::Supervisors,
            _ if story.above().is_some() => Verifier::Above,
            _ => Verifier::Nobody,
        },
        status: Status::Collecting,
        days: None,
        tags: Vec::new(),
        flags: Vec::new(),
        rules: story.rules.clone(),
        rounds: story.rounds.iter().map(|round| round_view(story, round)).collect(),
        problems: problems(story, &commitments),
        commitments,
        notice: notice::notice(story, today),
        objections: story.objections.iter().map(|objection| settle_objection(story, objection)).collect(),
        orders: story.orders.iter().map(|order| order.said.clone()).collect(),
        evaluations: story.evaluations.clone(),
        circulars: story.circulars.clone(),
        result: story.results.last().map(|at| story.events[*at].reference.clone()),
        termination: story.termination.clone(),
        voices: voices::voices(story),
        expected: Vec::new(),
        timeline: timeline(story),
        updated: story.events.iter().filter(|event| event.effect.counts()).map(|event| event.logged).max(),
    };
    (view.status, view.days) = status::status(story, &view);
    view.flags = flags::flags(story, &view, today);
    view.tags = status::tags(story, &view);
    view.expected = expected::expected(story, &view);
    view
}

fn round_view(story: &Story, round: &story::RoundStory) -> Round {
    let outcome = round.outcome.as_ref().map(|outcome| {
        let event = &story.events[outcome.at];
        OutcomeView {
            on: event.reference.clone(),
            result: outcome.result,
            date: event.date,
            supervised: story.is_supervised(outcome.at),
            countersigned: story.countersigned(outcome.at).cloned().collect(),
            answer: story.answer_view(outcome.at),
        }
    });
    Round {
        number: round.number,
        opened: story.events[round.at].reference.clone(),
        reason: round.reason,
        outcome,
        steps: steps::strip(story, round),
    }
}

/// An upheld objection to a decision stays open until a further round; to anything else, an answer closes it.
fn settle_objection(story: &Story, objection: &story::At<ObjectionView>) -> ObjectionView {
    let mut view = objection.said.clone();
    let decided = story.counted(&view.target).is_some_and(|event| matches!(event.said, Said::Topic(_) | Said::Step(_) | Said::Outcome(_)));
    view.open = match &view.answer {
        None => true,
        Some(answer) => answer.finding != Finding::Not && decided && !story.reopened_after(objection.at),
    };
    view
}

/// A problem stays open until a further round, or until its commitment is completed anew and accepted, or dropped.
fn problems(story: &Story, commitments: &[super::view::Commitment]) -> Vec<ProblemView> {
    let settled = |problem: &story::At<ProblemView>| {
        let place = problem.said.commitment.and_then(|id| story.commitment(id));
        place.is_some_and(|place| commitment::is_settled_since(story, &commitments[place], problem.at))
    };
    let view = |problem: &story::At<ProblemView>| ProblemView {
        open: !story.reopened_after(problem.at) && !settled(problem),
        ..problem.said.clone()
    };
    story.problems.iter().map(view).collect()
}

/// The events by when they were logged; those of the home log keep their order whatever their clock said.
fn timeline(story: &Story) -> Vec<Event> {
    let mut latest = None;
    let mut keyed: Vec<(Time, &Event)> = Vec::with_capacity(story.events.len());
    for event in &story.events {
        let at_home = event.reference.log.division == story.id.division;
        let key = if at_home { latest.map_or(event.logged, |latest: Time| latest.max(event.logged)) } else { event.logged };
        if at_home && event.standing.is_valid() {
            latest = Some(key);
        }
        keyed.push((key, event));
    }
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, event)| event.clone()).collect()
}

/// `date` moved by `days`, held at the ends of the calendar.
fn days_after(date: Date, days: u16) -> Date {
    let span: Span = i64::from(days).days();
    date.saturating_add(span)
}

/// How many days `later` is after `earlier`.
fn days_between(earlier: Date, later: Date) -> i64 {
    i64::from((later - earlier).get_days())
}
