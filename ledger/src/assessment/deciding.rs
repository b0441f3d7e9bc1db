//! How things are decided: steps, notices, consensus, who takes part, how.

use std::collections::BTreeSet;

use super::{Case, Gathered};
use crate::matter::Reference;
use crate::matter::codes::{CaseState, IndicatorCode, OutcomeResult, Participant, StepCode, StepState, Word};
use crate::matter::facts::{Said, Step};
use crate::matter::view::{Event, Flag, OutcomeView, Round, RulesUsed, View};

/// The offices that take part in everything: whoever else does is the wider circle that the notice asks for.
const OFFICES: [Participant; 4] =
    [Participant::GovernmentOrAgency, Participant::PartyOrganisation, Participant::ResidentCommittee, Participant::SupervisoryCommittee];

pub(super) fn gather(gathered: &mut Gathered<'_>, view: &View) {
    for round in &view.rounds {
        if let Some(outcome) = &round.outcome
            && view.event(&outcome.on).is_some_and(|event| gathered.in_period(event.logged))
        {
            of_outcome(gathered, view, round, outcome);
        }
    }
    of_topic(gathered, view);
    of_steps(gathered, view);
    of_statements(gathered, view);
}

fn of_outcome(gathered: &mut Gathered<'_>, view: &View, round: &Round, outcome: &OutcomeView) {
    let case = |state| Case { on: Some(outcome.on.clone()), day: Some(outcome.date), ..Case::of(view, state) };
    gathered.push(IndicatorCode::Consensus, case(had(outcome.result == OutcomeResult::Consensus)));
    let reopened = view.rounds.iter().any(|later| later.number > round.number);
    gathered.push(IndicatorCode::Reopened, case(had(reopened)));
    if outcome.result == OutcomeResult::None {
        return;
    }
    let (steps, notice) = match judging(gathered, view, outcome) {
        Ok(()) => {
            let short = view.flags.iter().any(|flag| matches!(flag, Flag::NoticeTooShort { on, .. } if *on == outcome.on));
            (every_step(view, round), had(!short))
        }
        Err(left_out) => (left_out, left_out),
    };
    gathered.push(IndicatorCode::EveryStep, case(steps));
    gathered.push(IndicatorCode::NoticeKept, case(notice));
}

/// Whether a round took every step that its pack requires. While its promises are being kept, steps may be to come; a round that another
/// followed, or whose matter ended otherwise, owes no more than it had reached.
fn every_step(view: &View, round: &Round) -> CaseState {
    let lacks = |state| round.steps.iter().any(|step| step.required && step.state == state);
    let is_late =
        |flag: &Flag| matches!(flag, Flag::LateDisclosure { on: None, step, .. } if step.known() == Some(StepCode::PublishResult));
    let goes_on =
        view.termination.is_none() && view.live().next().is_some() && view.rounds.last().is_some_and(|last| last.number == round.number);
    if lacks(StepState::Skipped) || (goes_on && view.flags.iter().any(is_late)) {
        CaseState::Not
    } else if goes_on && lacks(StepState::Pending) {
        CaseState::Pending
    } else {
        CaseState::Had
    }
}

/// Whether a pack judges an outcome, or why none does.
fn judging(gathered: &Gathered<'_>, view: &View, outcome: &OutcomeView) -> Result<(), CaseState> {
    let RulesUsed::Known { pack: name, .. } = &view.rules else { return Err(CaseState::NotJudged) };
    let packs = gathered.ground.packs;
    packs.judging(name, view.place).ok_or(CaseState::NotJudged)?;
    if packs.in_force(name, view.place, outcome.date) { Ok(()) } else { Err(CaseState::Advisory) }
}

fn of_topic(gathered: &mut Gathered<'_>, view: &View) {
    if let Some(topic) = &view.topic
        && view.event(&topic.on).is_some_and(|event| gathered.in_period(event.logged))
    {
        let case = Case { on: Some(topic.on.clone()), day: Some(topic.date), ..Case::of(view, CaseState::Had) };
        gathered.push(IndicatorCode::Matters, case);
    }
}

fn of_steps(gathered: &mut Gathered<'_>, view: &View) {
    let of_period = view.timeline.iter().filter(|event| event.effect.counts() && gathered.in_period(event.logged));
    let taken = of_period.filter_map(|event| match &event.said {
        Said::Step(step) => Some((event, step.as_ref())),
        _ => None,
    });
    let taken: Vec<(&Event, &Step)> = taken.collect();
    for (event, step) in &taken {
        if let Some(form) = step.form.and_then(|form| form.as_str().parse::<Word>().ok()) {
            let case = Case { on: Some(event.reference.clone()), day: Some(step.date), word: Some(form), ..Case::of(view, CaseState::Had) };
            gathered.push(IndicatorCode::FormsUsed, case);
        }
    }
    let attended = || taken.iter().filter(|(_, step)| step.participants.iter().any(|attendance| attendance.count > 0));
    let wider = |step: &Step| {
        step.participants.iter().any(|there| there.count > 0 && !there.kind.known().is_some_and(|kind| OFFICES.contains(&kind)))
    };
    if let Some((first, _)) = attended().next() {
        let found = attended().find(|(_, step)| wider(step)).map(|(event, _)| event);
        let case = Case { on: Some(found.unwrap_or(first).reference.clone()), ..Case::of(view, had(found.is_some())) };
        gathered.push(IndicatorCode::WiderParticipants, case);
    }
}

fn of_statements(gathered: &mut Gathered<'_>, view: &View) {
    let flagged = view.flags.iter().filter_map(|flag| match flag {
        Flag::BackFilled { on, .. } => Some(on),
        _ => None,
    });
    let late: BTreeSet<&Reference> = flagged.collect();
    let logged = view.timeline.iter().filter(|event| event.effect.counts() && gathered.in_period(event.logged));
    let (back_filled, in_time): (Vec<&Event>, Vec<&Event>) = logged.partition(|event| late.contains(&event.reference));
    for event in back_filled {
        let case = Case { on: Some(event.reference.clone()), day: Some(event.date), ..Case::of(view, CaseState::Had) };
        gathered.push(IndicatorCode::BackFilled, case);
    }
    if !in_time.is_empty() {
        let cases = gathered.cases.entry(IndicatorCode::BackFilled).or_default();
        *cases.unlisted.entry(view.place).or_default() += in_time.len() as u64;
    }
}

pub(super) const fn had(holds: bool) -> CaseState {
    if holds { CaseState::Had } else { CaseState::Not }
}
