//! 下一步: which statements are expected next, from whom, by when. Guidance only; nothing waits for it.

use super::story::{RoundStory, Story};
use super::{days_after, flags, steps};
use crate::matter::codes::{CodeList, Coded, CommitmentState, KindCode, OfficeCode, OutcomeResult, Status, StepCode};
use crate::matter::facts::Bearer;
use crate::matter::pack::{Fulfilment, StepRule};
use crate::matter::record::Reference;
use crate::matter::view::{Commitment, Expected, View};
use crate::names::{Level, OfficeName};
use crate::statement::Kind;
use crate::time::Date;

/// Days after which convener or reporter should say how it goes: a week before silence is flagged at eight weeks.
const NEWS_DAYS: u16 = 49;

/// What is expected next: answers that are owed, then work and its verification, then procedure, then news.
pub(super) fn expected(story: &Story, view: &View) -> Vec<Expected> {
    let Some(convener) = story.convener.as_ref().and_then(|convener| bearer(story, convener)) else { return Vec::new() };
    // Whoever was asked answers, after the end as well.
    let mut all = answers(story, view, convener);
    if story.has_ended() {
        return all;
    }
    all.extend(view.live().filter_map(|commitment| of_commitment(story, convener, commitment)));
    match story.open_round() {
        Some(round) => all.extend(of_round(story, view, convener, round)),
        None => all.extend(another_round(view, convener)),
    }
    all.extend(supervisors_signature(story, view));
    let result = story.method().iter().any(|rule| rule.fulfilled_by == Fulfilment::Result) && story.results.is_empty();
    if let (Some(accepted), Some(pack), true) = (flags::accepted_on(story, view), story.pack(), result) {
        let by = Some(days_after(accepted, pack.disclosure.result_days));
        all.extend(expect(KindCode::Result, &[convener], by, None, None));
    }
    all.extend(view.live().filter_map(|commitment| news(story, convener, commitment)));
    all
}

/// Answers to objections, by the days of the pack, and to orders, by their deadline.
fn answers(story: &Story, view: &View, convener: Bearer) -> Vec<Expected> {
    let objections = view.objections.iter().filter(|objection| objection.answer.is_none()).filter_map(|objection| {
        let logged = story.counted(&objection.on)?.logged.civil_date(story.offset);
        let by = story.pack().map(|pack| days_after(logged, pack.answer.days));
        expect(KindCode::Answer, &whose_answer(story, &objection.target), by, None, Some(&objection.on))
    });
    let orders = view
        .orders
        .iter()
        .filter(|order| order.open)
        .filter_map(|order| expect(KindCode::Answer, &[order.office.unwrap_or(convener)], order.deadline, None, Some(&order.on)));
    objections.chain(orders).collect()
}

/// Whose answer to an objection counts: the convener's, if it signed what is objected to, whoever signed beside it; else that of who did.
fn whose_answer(story: &Story, objected_to: &Reference) -> Vec<Bearer> {
    let Some(target) = story.counted(objected_to) else { return Vec::new() };
    let answers = target.by.iter().filter(|by| story.speaks_for(std::slice::from_ref(*by), &target.by));
    answers.filter_map(|by| bearer(story, by)).collect()
}

/// A further round: where nothing was agreed, or not all of it, or an upheld objection or a new problem asks for it.
fn another_round(view: &View, convener: Bearer) -> Option<Expected> {
    let objection = view.objections.iter().find(|objection| objection.open && objection.answer.is_some()).map(|objection| &objection.on);
    let cause = objection.or_else(|| view.problems.iter().find(|problem| problem.open).map(|problem| &problem.on));
    let unfinished = view.status == Status::NoConsensus
        || view.rounds.last().and_then(|round| round.outcome.as_ref()).is_some_and(|outcome| outcome.result == OutcomeResult::Partial);
    if cause.is_some() || unfinished { expect(KindCode::Reopen, &[convener], None, None, cause) } else { None }
}

/// The supervisors' name under an outcome that asks for it, while it is on notice.
fn supervisors_signature(story: &Story, view: &View) -> Option<Expected> {
    let notice = view.notice.as_ref().filter(|notice| notice.left.is_some())?;
    story.place(&notice.on).filter(|at| flags::is_unsigned(story, *at))?;
    expect(KindCode::Countersign, &verifiers(story), Some(notice.to), None, Some(&notice.on))
}

/// News of work that goes on: at the next milestone, else before the silence grows long, unless the promise is due by then.
fn news(story: &Story, convener: Bearer, commitment: &Commitment) -> Option<Expected> {
    if !matches!(commitment.state, CommitmentState::Promised | CommitmentState::UnderWay) {
        return None;
    }
    let heard = story.last_word.map(|word| word.civil_date(story.offset));
    // A milestone that passed before the last word was spoken of then, or not at all; either way it is not what comes next.
    let ahead = |due: &Date| heard.is_none_or(|heard| *due >= heard);
    let unreached = commitment.milestones.iter().filter(|milestone| milestone.reached.is_none());
    let milestone = unreached.filter_map(|milestone| milestone.milestone.due).filter(ahead).min();
    let quiet = heard.map(|heard| days_after(heard, NEWS_DAYS));
    let by = milestone.into_iter().chain(quiet).min().filter(|by| *by < commitment.due)?;
    expect(KindCode::Progress, &[commitment.reporter.unwrap_or(convener)], Some(by), Some(commitment), None)
}

fn of_commitment(story: &Story, convener: Bearer, commitment: &Commitment) -> Option<Expected> {
    let on = Some(commitment);
    match commitment.state {
        CommitmentState::Promised | CommitmentState::UnderWay => {
            let from = commitment.reporter.unwrap_or(convener);
            expect(KindCode::Completion, &[from], Some(commitment.due), on, None)
        }
        CommitmentState::Claimed => {
            let target = commitment.completion.as_ref().map(|completion| &completion.on);
            let verifiers = verifiers(story);
            if verifiers.is_empty() { None } else { expect(KindCode::Verification, &verifiers, None, on, target) }
        }
        CommitmentState::Accepted | CommitmentState::Dropped => None,
    }
}

/// Who verifies: the supervisors; above the community, an office of the division above; at the root nobody.
fn verifiers(story: &Story) -> Vec<Bearer> {
    let of = |office: OfficeCode, division| word(office).map(|body| Bearer { division, body });
    match story.id.division.level() {
        Level::Community => of(OfficeCode::Supervisors, None).into_iter().collect(),
        _ => [OfficeCode::Government, OfficeCode::CivilAffairs].into_iter().filter_map(|office| of(office, Some(story.above()?))).collect(),
    }
}

/// The next required step of an open round, or its outcome: within the days of the pack once the step that decides was taken.
fn of_round(story: &Story, view: &View, convener: Bearer, round: &RoundStory) -> Option<Expected> {
    let last_taken =
        story.method().iter().rposition(|rule| rule.fulfilled_by == Fulfilment::Step && steps::taken(story, round, rule).is_some());
    let ahead =
        |(position, rule): &(usize, &StepRule)| last_taken.is_none_or(|last| *position > last) && rule.required.in_round(round.number);
    let next = story.method().iter().enumerate().filter(ahead).map(|(_, rule)| rule);
    let next = next
        .filter(|rule| matches!(rule.fulfilled_by, Fulfilment::Step | Fulfilment::Outcome))
        .find(|rule| steps::taken(story, round, rule).is_none());
    match next {
        Some(rule) if rule.fulfilled_by == Fulfilment::Step => {
            let from: Vec<Bearer> = rule.by.iter().filter_map(|office| Some(Bearer { division: None, body: word(*office)? })).collect();
            let step = Some(Coded::<StepCode>::Known(rule.step));
            expect(KindCode::Step, &from, None, None, None).map(|expected| Expected { step, ..expected })
        }
        _ => {
            let decided = view.rounds.last().and_then(|round| round.decided(|step| story.decides(step)));
            let by = decided.zip(story.pack()).map(|((day, _), pack)| days_after(day, pack.disclosure.resolution_days));
            expect(KindCode::Outcome, &[convener], by, None, None)
        }
    }
}

fn bearer(story: &Story, office: &OfficeName) -> Option<Bearer> {
    let division = (office.division != story.id.division).then_some(office.division);
    Some(Bearer { division, body: office.office.as_str().parse().ok()? })
}

fn word(office: OfficeCode) -> Option<crate::matter::codes::Word> {
    office.as_str().parse().ok()
}

fn expect(
    kind: KindCode,
    from: &[Bearer],
    by: Option<Date>,
    commitment: Option<&Commitment>,
    target: Option<&Reference>,
) -> Option<Expected> {
    let kind: Kind = kind.as_str().parse().ok()?;
    Some(Expected {
        kind,
        step: None,
        commitment: commitment.map(|commitment| commitment.id),
        target: target.cloned(),
        from: from.to_vec(),
        by,
    })
}
