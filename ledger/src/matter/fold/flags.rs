//! What is out of the ordinary. A flag never changes a state: a ledger that forces the right form invites invented steps.

use super::story::{RoundStory, Story};
use super::{days_between, notice, steps};
use crate::matter::codes::{Coded, CommitmentState, OutcomeResult, Status, StepCode, StepState};
use crate::matter::facts::Said;
use crate::matter::pack::Fulfilment;
use crate::matter::view::{Commitment, Event, Flag, StepView, View};
use crate::names::Level;
use crate::standing::Standing;
use crate::time::Date;

/// 久无消息: eight weeks without a statement by convener or reporter.
const STALE_DAYS: i64 = 56;
/// 补录: more days between a fact and its entry than a busy week explains.
const BACK_FILLED_DAYS: i64 = 7;
/// Days to answer an objection where no pack says.
const USUAL_ANSWER_DAYS: i64 = 10;

/// All flags, in the order of the list.
pub(super) fn flags(story: &Story, view: &View, today: Date) -> Vec<Flag> {
    let mut flags = Vec::new();
    view.live().for_each(|commitment| of_commitment(commitment, &mut flags));
    flags.extend(stale(story, view, today));
    for (round, seen) in story.rounds.iter().zip(&view.rounds) {
        of_steps(story, round, &seen.steps, &mut flags);
        of_outcome(story, round, &mut flags);
    }
    of_silence(story, view, today, &mut flags);
    of_result(story, view, today, &mut flags);
    of_objections(story, view, today, &mut flags);
    of_orders(view, today, &mut flags);
    (0..story.events.len()).for_each(|at| of_event(story, at, &mut flags));
    if story.events.iter().any(|event| event.marks.fork_seen) {
        flags.push(Flag::ForkSeen);
    }
    flags.sort_by_key(Flag::code);
    flags
}

/// Whether a statement was logged over seven days after the fact.
pub(super) fn is_back_filled(story: &Story, at: usize) -> bool {
    days_between(story.events[at].date, told_on(story, at)) > BACK_FILLED_DAYS
}

/// The civil date on which the day of a fact was told: that of the entry, or of the correction that changed it.
fn told_on(story: &Story, at: usize) -> Date {
    story.beside(at).and_then(|beside| beside.dated).unwrap_or(story.events[at].logged).civil_date(story.offset)
}

fn of_commitment(commitment: &Commitment, flags: &mut Vec<Flag>) {
    let id = commitment.id;
    if let Some(days) = commitment.overdue_days {
        flags.push(Flag::Overdue { commitment: id, days });
    }
    if let Ok(times @ 1..) = u32::try_from(commitment.times_moved()) {
        flags.push(Flag::Rescheduled { commitment: id, times, days: commitment.days_moved() });
    }
    if commitment.budget != commitment.first_budget {
        flags.push(Flag::BudgetChanged { commitment: id, from: commitment.first_budget, to: commitment.budget });
    }
    if commitment.responsible_unconfirmed {
        flags.push(Flag::ResponsibleUnconfirmed { commitment: id });
    }
}

fn stale(story: &Story, view: &View, today: Date) -> Option<Flag> {
    let at_rest = matches!(view.status, Status::Terminated | Status::Declined | Status::Done | Status::NoAction);
    let days = days_between(story.last_word?.civil_date(story.offset), today);
    (!at_rest && days >= STALE_DAYS).then_some(Flag::Stale { days })
}

fn of_steps(story: &Story, round: &RoundStory, strip: &[StepView], flags: &mut Vec<Flag>) {
    let number = round.number;
    // Dates may not go back along the method; what comes beside it may stand anywhere.
    let mut latest: Option<Date> = None;
    for seen in strip {
        let (step, rule) = (seen.step, story.rule(seen.step));
        if seen.state == StepState::Skipped {
            flags.push(Flag::StepSkipped { step, round: number });
        }
        let (Some(rule), Some(on)) = (rule, seen.on.clone()) else { continue };
        if matches!(rule.fulfilled_by, Fulfilment::Topic | Fulfilment::Step | Fulfilment::Outcome)
            && let Some(at) = steps::come_to(story, round, rule)
        {
            let Event { date, reference, .. } = story.events[at].as_ref();
            if latest.is_some_and(|latest| *date < latest) || round.outcome.is_some_and(|outcome| at > outcome.at) {
                flags.push(Flag::StepOutOfOrder { on: reference.clone(), step, round: number });
            }
            latest = latest.max(Some(*date));
        }
        if !rule.counts.is_empty() {
            of_counts(seen, on, number, flags);
        }
        // A meeting that did not vote changes no count.
        let counts = steps::records(story, round).filter(|(_, _, record)| record.step == step).map(|(_, _, record)| &record.tallies);
        let mut counts = counts.filter(|tallies| !tallies.is_empty()).collect::<Vec<_>>();
        counts.dedup();
        // Counts corrected are counts changed.
        let corrected = steps::records(story, round)
            .filter(|(_, _, record)| record.step == step)
            .any(|(_, event, record)| matches!(event.signed(), Some(Said::Step(signed)) if signed.tallies != record.tallies));
        if let (Some(on), true) = (&seen.on, corrected || counts.len() > 1) {
            flags.push(Flag::TallyChanged { on: on.clone(), step, round: number });
        }
    }
}

fn of_counts(seen: &StepView, on: crate::matter::Reference, round: u32, flags: &mut Vec<Flag>) {
    let step = seen.step;
    let judged = || seen.tallies.iter().filter_map(|tally| tally.judged.as_ref());
    if judged().any(|judged| judged.quorum.is_some_and(|test| !test.met)) {
        flags.push(Flag::QuorumShort { on: on.clone(), step, round });
    }
    if judged().any(|judged| !judged.consistent || judged.majority.is_some_and(|test| !test.met)) {
        flags.push(Flag::NotPassed { on: on.clone(), step, round });
    }
    if seen.passed.is_none() {
        flags.push(Flag::TallyMissing { on, step, round });
    }
}

fn of_outcome(story: &Story, round: &RoundStory, flags: &mut Vec<Flag>) {
    let Some(outcome) = &round.outcome else { return };
    if outcome.result == OutcomeResult::None {
        return;
    }
    let event = &story.events[outcome.at];
    if is_unsigned(story, outcome.at) {
        flags.push(Flag::UnsignedBySupervisors { on: event.reference.clone() });
    }
    let Some(pack) = story.pack() else { return };
    let days = notice::shortest(story, outcome.at);
    if days < pack.notice.days {
        flags.push(Flag::NoticeTooShort { on: event.reference.clone(), days, wanted: pack.notice.days });
    }
    let decided = story.method().iter().filter(|rule| rule.decides).filter_map(|rule| steps::taken(story, round, rule)).max();
    if let Some(decided) = decided {
        let taken = days_between(story.events[decided].date, event.logged.civil_date(story.offset));
        let days = taken - i64::from(pack.disclosure.resolution_days);
        if days > 0 {
            let step = Coded::Known(StepCode::PublishResolution);
            flags.push(Flag::LateDisclosure { on: Some(event.reference.clone()), step, days });
        }
    }
}

/// What was decided and never published: only the newest round may lack its outcome.
fn of_silence(story: &Story, view: &View, today: Date, flags: &mut Vec<Flag>) {
    let (Some(_), None, Some(pack)) = (story.open_round(), &view.termination, story.pack()) else { return };
    let Some((decided, _)) = view.rounds.last().and_then(|round| round.decided(|step| story.decides(step))) else { return };
    let days = days_between(decided, today) - i64::from(pack.disclosure.resolution_days);
    if days > 0 {
        flags.push(Flag::LateDisclosure { on: None, step: Coded::Known(StepCode::PublishResolution), days });
    }
}

/// A result is due once all was accepted; a method without that step asks for none.
fn of_result(story: &Story, view: &View, today: Date, flags: &mut Vec<Flag>) {
    if let Some(at) = story.results.last().filter(|at| is_unsigned(story, **at)) {
        flags.push(Flag::UnsignedBySupervisors { on: story.events[*at].reference.clone() });
    }
    let asked = story.method().iter().any(|rule| rule.fulfilled_by == Fulfilment::Result);
    let (Some(accepted), Some(pack), true) = (accepted_on(story, view), story.pack(), asked) else { return };
    // The first result is the one that counts; a later one corrects it.
    let first = story.results.first().map(|at| &story.events[*at]);
    let shown = first.map_or(today, |event| event.logged.civil_date(story.offset));
    let days = days_between(accepted, shown) - i64::from(pack.disclosure.result_days);
    if days > 0 {
        let step = Coded::Known(StepCode::PublishResult);
        flags.push(Flag::LateDisclosure { on: first.map(|event| event.reference.clone()), step, days });
    }
}

/// The civil date the last live commitment's acceptance was logged, once all are accepted.
pub(super) fn accepted_on(story: &Story, view: &View) -> Option<Date> {
    let logged = |commitment: &Commitment| {
        let (verification, _) = story.verdict(story.place(&commitment.completion.as_ref()?.on)?)?;
        Some(verification.logged.civil_date(story.offset))
    };
    let is_done = |commitment: &Commitment| commitment.state == CommitmentState::Accepted;
    if view.live().all(is_done) { view.live().filter_map(logged).max() } else { None }
}

fn of_objections(story: &Story, view: &View, today: Date, flags: &mut Vec<Flag>) {
    for objection in view.objections.iter().filter(|objection| objection.open) {
        flags.push(Flag::Disputed { on: objection.on.clone() });
        let (None, Some(event)) = (&objection.answer, story.counted(&objection.on)) else { continue };
        let days = days_between(event.logged.civil_date(story.offset), today);
        if days > story.pack().map_or(USUAL_ANSWER_DAYS, |pack| i64::from(pack.answer.days)) {
            flags.push(Flag::Unanswered { on: objection.on.clone(), days });
        }
    }
}

/// An order is unanswered from the day after its deadline.
fn of_orders(view: &View, today: Date, flags: &mut Vec<Flag>) {
    for order in view.orders.iter().filter(|order| order.open) {
        let days = order.deadline.map_or(0, |deadline| days_between(deadline, today));
        if days > 0 {
            flags.push(Flag::Unanswered { on: order.on.clone(), days });
        }
    }
}

fn of_event(story: &Story, at: usize, flags: &mut Vec<Flag>) {
    let event = &story.events[at];
    let on = || event.reference.clone();
    if event.effect.counts() && is_back_filled(story, at) && !matches!(event.said, Said::Raw(_)) {
        flags.push(Flag::BackFilled { on: on(), date: event.date, logged: told_on(story, at) });
    }
    if event.standing == (Standing::Valid { term_expired: true }) {
        flags.push(Flag::TermExpired { on: on() });
    }
    if event.marks.logged_doubtful {
        flags.push(Flag::LoggedDoubtful { on: on() });
    }
    if event.marks.annulled {
        flags.push(Flag::Annulled { on: on() });
    }
    if !event.redacted_by().is_empty() {
        flags.push(Flag::Redacted { on: on() });
    }
    if !event.corrected_by().is_empty() {
        flags.push(Flag::Corrected { on: on(), times: u32::try_from(event.corrected_by().len()).unwrap_or(u32::MAX) });
    }
}

/// Whether a community's supervisors, though the method asks it, neither signed a statement as it stands now nor accepted it.
pub(super) fn is_unsigned(story: &Story, at: usize) -> bool {
    let asked = story.pack().is_none_or(|pack| pack.supervisors_sign);
    asked && story.id.division.level() == Level::Community && !story.is_supervised(at)
}
