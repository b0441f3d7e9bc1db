//! 下一步: which statements are expected next, from whom, by when. Guidance only; nothing waits for it.

use super::story::{RoundStory, Story};
use super::{days_after, flags, steps};
use crate::matter::codes::{CodeList, Coded, CommitmentState, KindCode, OfficeCode, Status, StepCode};
use crate::matter::facts::Bearer;
use crate::matter::pack::{Fulfilment, StepRule};
use crate::matter::record::Reference;
use crate::matter::view::{Commitment, Expected, View};
use crate::names::{Level, OfficeName};
use crate::statement::Kind;
use crate::time::Date;

/// What is expected next, the most pressing first.
pub(super) fn expected(story: &Story, view: &View) -> Vec<Expected> {
    let Some(convener) = &story.convener else { return Vec::new() };
    if story.has_ended() {
        return Vec::new();
    }
    let mut all = Vec::new();
    all.extend(view.objections.iter().filter(|objection| objection.answer.is_none()).filter_map(|objection| {
        let logged = story.counted(&objection.on)?.logged.civil_date(story.offset);
        let by = story.pack().map(|pack| days_after(logged, pack.answer.days));
        expect(KindCode::Answer, &[bearer(story, convener)?], by, None, Some(&objection.on))
    }));
    all.extend(view.live().filter_map(|commitment| of_commitment(story, convener, commitment)));
    if let Some(round) = story.open_round() {
        all.extend(of_round(story, convener, round));
    }
    if view.status == Status::NoConsensus {
        all.extend(bearer(story, convener).and_then(|from| expect(KindCode::Reopen, &[from], None, None, None)));
    }
    let result = story.method().iter().any(|rule| rule.fulfilled_by == Fulfilment::Result) && story.results.is_empty();
    if let (Some(accepted), Some(pack), true) = (flags::accepted_on(story, view), story.pack(), result) {
        let by = Some(days_after(accepted, pack.disclosure.result_days));
        all.extend(bearer(story, convener).and_then(|from| expect(KindCode::Result, &[from], by, None, None)));
    }
    all
}

fn of_commitment(story: &Story, convener: &OfficeName, commitment: &Commitment) -> Option<Expected> {
    let on = Some(commitment);
    match commitment.state {
        CommitmentState::Promised | CommitmentState::UnderWay => {
            let from = commitment.reporter.or_else(|| bearer(story, convener))?;
            expect(KindCode::Completion, &[from], Some(commitment.due), on, None)
        }
        CommitmentState::Claimed => {
            let target = commitment.completion.as_ref().map(|completion| &completion.on);
            expect(KindCode::Verification, &verifiers(story), None, on, target)
        }
        CommitmentState::Accepted | CommitmentState::Dropped => None,
    }
}

/// Who verifies: the supervisors; above the community, an office of the division above.
fn verifiers(story: &Story) -> Vec<Bearer> {
    let home = story.id.division;
    let of = |office: OfficeCode, division| word(office).map(|body| Bearer { division, body });
    match home.level() {
        Level::Community => of(OfficeCode::Supervisors, None).into_iter().collect(),
        _ => [OfficeCode::Government, OfficeCode::CivilAffairs].into_iter().filter_map(|office| of(office, Some(home.parent()?))).collect(),
    }
}

/// The next required step of an open round, or its outcome.
fn of_round(story: &Story, convener: &OfficeName, round: &RoundStory) -> Option<Expected> {
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
        _ => expect(KindCode::Outcome, &[bearer(story, convener)?], None, None, None),
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
