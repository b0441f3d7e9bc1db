//! The strip: which steps of the method a round has taken, in what order, with what counts.

use super::judge;
use super::story::{RoundStory, Story};
use crate::matter::codes::{Coded, OutcomeResult, StepCode, StepState};
use crate::matter::facts::{Said, Step};
use crate::matter::pack::{Fulfilment, StepRule};
use crate::matter::view::{Event, StepView};

/// The steps of a round: the method's in its order, then those beside it as they were logged.
pub(super) fn strip(story: &Story, round: &RoundStory) -> Vec<StepView> {
    let taken: Vec<Option<usize>> = story.method().iter().map(|rule| taken(story, round, rule)).collect();
    let reached = story.method().iter().zip(&taken).rposition(|(rule, at)| at.is_some() && leads_past(rule, round));
    let of_method = story.method().iter().zip(&taken).enumerate().map(|(position, (rule, at))| {
        let required = rule.required.in_round(round.number);
        let passed_over = rule.fulfilled_by == Fulfilment::Step && reached.is_some_and(|reached| position < reached);
        let state = match (at, passed_over, required) {
            (Some(_), ..) => StepState::Done,
            (None, true, true) => StepState::Skipped,
            (None, true, false) => StepState::Omitted,
            (None, false, _) => StepState::Pending,
        };
        step_view(story, Coded::Known(rule.step), required, state, *at)
    });
    let beside = records(story, round)
        .filter(|(_, _, step)| story.rule(step.step).is_none())
        .map(|(at, _, step)| step_view(story, step.step, false, StepState::Done, Some(at)));
    of_method.chain(beside).collect()
}

/// The `step` statements of a round that count, with their places.
pub(super) fn records<'s>(story: &'s Story, round: &'s RoundStory) -> impl Iterator<Item = (usize, &'s Event, &'s Step)> {
    round.steps.iter().filter_map(|at| {
        let event = story.events.get(*at)?;
        let Said::Step(step) = &event.said else { return None };
        Some((*at, event.as_ref(), step.as_ref()))
    })
}

/// The place of the statement by which a round fulfils a step: the newest, but for work, where the first begins it.
pub(super) fn taken(story: &Story, round: &RoundStory, rule: &StepRule) -> Option<usize> {
    let mut within = (round.at..story.end_of(round)).filter(|at| story.events[*at].effect.counts());
    match rule.fulfilled_by {
        Fulfilment::Topic => story.topic.as_ref().and_then(|topic| story.place(&topic.on)),
        Fulfilment::Step => records(story, round).filter(|(_, _, step)| step.step == Coded::Known(rule.step)).map(|(at, ..)| at).last(),
        Fulfilment::Outcome => round.outcome.map(|outcome| outcome.at),
        Fulfilment::Verification => within.rfind(|at| matches!(story.events[*at].said, Said::Verification(_))),
        Fulfilment::Work => within.find(|at| matches!(story.events[*at].said, Said::Plan(_) | Said::Progress(_) | Said::Completion(_))),
        Fulfilment::Result => within.rfind(|at| matches!(story.events[*at].said, Said::Result(_))),
    }
}

/// The place of the statement by which a round came to a step: a meeting held again does not move it.
pub(super) fn come_to(story: &Story, round: &RoundStory, rule: &StepRule) -> Option<usize> {
    match rule.fulfilled_by {
        Fulfilment::Step => records(story, round).find(|(_, _, step)| step.step == Coded::Known(rule.step)).map(|(at, ..)| at),
        _ => taken(story, round, rule),
    }
}

/// Whether a step that was taken shows that those before it should have been. A round that came to nothing may have ended early.
fn leads_past(rule: &StepRule, round: &RoundStory) -> bool {
    match rule.fulfilled_by {
        Fulfilment::Step => true,
        Fulfilment::Outcome => round.outcome.is_some_and(|outcome| outcome.result != OutcomeResult::None),
        Fulfilment::Topic | Fulfilment::Verification | Fulfilment::Work | Fulfilment::Result => false,
    }
}

fn step_view(story: &Story, step: Coded<StepCode>, required: bool, state: StepState, at: Option<usize>) -> StepView {
    let event = at.map(|at| &story.events[at]);
    let tallies = match event.map(|event| (&event.said, event.date)) {
        Some((Said::Step(said), day)) => {
            let rules = story.rule(step).map_or(&[][..], |rule| &rule.counts);
            judge::judge(&said.tallies, rules, !story.rules_in_force(day))
        }
        _ => Vec::new(),
    };
    StepView {
        step,
        required,
        state,
        date: event.map(|event| event.date),
        on: event.map(|event| event.reference.clone()),
        passed: judge::passed(&tallies, story.rule(step)),
        tallies,
    }
}
