//! 三方说法: who claims, who verifies, who answers. Side by side, never merged, never added up.

use super::story::Story;
use crate::matter::codes::CommitmentState;
use crate::matter::facts::Said;
use crate::matter::view::{Claim, FindingView, Voices};

pub(super) fn voices(story: &Story) -> Voices {
    let claims = story.commitments.iter().filter(|commitment| commitment.state != CommitmentState::Dropped).filter_map(|commitment| {
        let completion = commitment.completion.as_ref().map(|completion| &completion.on);
        let said = [commitment.plan.as_ref(), commitment.progress.as_ref(), completion];
        let newest = said.into_iter().flatten().filter_map(|on| story.place(on)).max()?;
        let event = &story.events[newest];
        Some(Claim {
            on: event.reference.clone(),
            kind: event.kind.clone(),
            by: event.by.clone(),
            commitment: commitment.id,
            date: event.date,
        })
    });
    let findings = story.verdicts().map(|(event, verdict)| FindingView {
        target: event.reference.clone(),
        commitment: match &event.said {
            Said::Completion(completion) => Some(completion.commitment),
            _ => None,
        },
        verdict: verdict.clone(),
    });
    Voices { convener: claims.collect(), supervisors: findings.collect(), residents: story.feedback.clone() }
}
