//! 三方说法: who claims, who verifies, who answers. Side by side, never merged, never added up.

use super::story::Story;
use crate::matter::facts::Said;
use crate::matter::view::{Claim, FindingView, Voices};

pub(super) fn voices(story: &Story) -> Voices {
    let claims = story.commitments.iter().filter(|commitment| !commitment.dropped).filter_map(|commitment| {
        let newest = [commitment.plan, commitment.progress, commitment.completion].into_iter().flatten().max()?;
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
        verdict,
    });
    Voices { convener: claims.collect(), supervisors: findings.collect(), residents: story.feedback.clone() }
}
