//! The one word a matter stands at, and the tags beside it.

use super::steps;
use super::story::Story;
use crate::matter::codes::{Coded, CommitmentState, Decision, FlagCode, OutcomeResult, Status, StepCode, Tag, Verdict};
use crate::matter::view::{Commitment, View};

/// The first line of DOMAIN §4 that holds, with its days.
pub(super) fn status(story: &Story, view: &View) -> (Status, Option<i64>) {
    if view.termination.is_some() {
        return (Status::Terminated, None);
    }
    if view.topic.as_ref().is_some_and(|topic| topic.decision == Decision::Declined) {
        return (Status::Declined, None);
    }
    if let Some(left) = view.notice.as_ref().and_then(|notice| notice.left) {
        return (Status::OnNotice, Some(left));
    }
    if view.live().any(failed_verification) {
        return (Status::VerificationFailed, None);
    }
    if let Some(days) = view.live().filter_map(|commitment| commitment.overdue_days).max() {
        return (Status::Overdue, Some(days));
    }
    (standing_of_commitments(view).unwrap_or_else(|| standing_of_rounds(story)), None)
}

fn failed_verification(commitment: &Commitment) -> bool {
    let verdict = commitment.completion.as_ref().and_then(|completion| completion.verdict.as_ref());
    verdict.is_some_and(|verdict| verdict.verdict != Verdict::Accepted)
}

/// Where all live commitments stand together; none where there is none, for nothing promised is nothing done.
fn standing_of_commitments(view: &View) -> Option<Status> {
    let states: Vec<CommitmentState> = view.live().map(|commitment| commitment.state).collect();
    let all = |wanted: &[CommitmentState]| states.iter().all(|state| wanted.contains(state));
    if states.is_empty() {
        None
    } else if all(&[CommitmentState::Accepted]) {
        Some(Status::Done)
    } else if all(&[CommitmentState::Accepted, CommitmentState::Claimed]) {
        Some(Status::Claimed)
    } else {
        Some(Status::UnderWay)
    }
}

fn standing_of_rounds(story: &Story) -> Status {
    match (story.open_round(), story.newest_outcome().map(|outcome| outcome.result)) {
        // A decision stands until another replaces it, a further round or not; one whose every promise was given up asks nothing either.
        (_, Some(OutcomeResult::NoAction)) | (None, Some(OutcomeResult::Consensus | OutcomeResult::Partial)) => Status::NoAction,
        (None, Some(OutcomeResult::None)) => Status::NoConsensus,
        (Some(round), _) if steps::records(story, round).any(|(_, _, step)| is_meeting(story, step.step)) => Status::Deliberating,
        _ => Status::Collecting,
    }
}

/// Whether people meet for a step: the pack knows; for a step it does not hold, the plain sense of the word.
fn is_meeting(story: &Story, step: Coded<StepCode>) -> bool {
    let by_word =
        || matches!(step, Coded::Known(StepCode::Propose | StepCode::Confer | StepCode::Review | StepCode::Deliberate | StepCode::Resolve));
    story.rule(step).map_or_else(by_word, |rule| rule.meeting)
}

/// What stands beside the status, in the order of the list. Reads the flags, so they come first.
pub(super) fn tags(story: &Story, view: &View) -> Vec<Tag> {
    let partial = story.newest_outcome().is_some_and(|outcome| outcome.result == OutcomeResult::Partial);
    let all = [
        (Tag::Reopened, !story.has_ended() && story.open_round().is_some_and(|round| round.number > 1)),
        (Tag::NewProblem, !story.has_ended() && view.problems.iter().any(|problem| problem.open)),
        (Tag::Partial, partial),
        (Tag::Stale, view.has(FlagCode::Stale)),
        (Tag::Disputed, view.objections.iter().any(|objection| objection.open)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(tag, _)| tag).collect()
}
