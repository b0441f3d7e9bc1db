//! Whether it was done, and what else came up: how problems, verifications, results, feedback and termination change a story.

use super::answered::can_be_verified;
use super::story::{At, Story, Taken, Touched, push};
use crate::matter::codes::Irregular;
use crate::matter::facts::{Feedback, Problem, Said, Termination, Verification};
use crate::matter::signing;
use crate::matter::view::{Event, FeedbackView, ProblemView};

impl Story {
    pub(super) fn take_problem(&mut self, heard: &Event, problem: &Problem) -> Taken {
        self.by_convener_or_others(heard)?;
        if let Some(id) = problem.commitment {
            self.live_commitment(id)?;
        }
        if let Some(round) = problem.round {
            self.round_mut(round)?;
        }
        let said = ProblemView { on: heard.reference.clone(), by: heard.by.clone(), commitment: problem.commitment, open: true };
        let at = self.events.len();
        push(&mut self.problems, At { at, said });
        Ok(Touched { round: problem.round, moved: Vec::new() })
    }

    /// Of several verdicts on one statement the newest by (time, id) stands, whichever log it came by.
    pub(super) fn take_verification(&mut self, heard: &Event, verification: &Verification) -> Taken {
        if !heard.by.iter().any(|by| signing::may_verify(by, self.id.division)) {
            return Err(Irregular::NotItsOffice);
        }
        let place = self.place(&verification.target).ok_or(Irregular::Unresolved)?;
        let target = &self.events[place];
        if !target.said.kind().is_some_and(can_be_verified) {
            return Err(Irregular::Unresolved);
        }
        let round = target.round;
        let time = heard.time;
        // What was corrected since is not what they verified.
        if self.mends.corrected_at(&verification.target).is_some_and(|corrected| time < corrected) {
            return Ok(Touched { round, moved: Vec::new() });
        }
        let (at, newness) = (self.events.len(), (time, heard.reference.id));
        let older = |at: &usize| (self.events[*at].time, self.events[*at].reference.id) < newness;
        let slot = self.beside(place).map_or(0, |beside| beside.verdicts.partition_point(older));
        self.beside_at(place).verdicts.insert(slot, at);
        Ok(Touched { round, moved: Vec::new() })
    }

    pub(super) fn take_result(&mut self, heard: &Event) -> Taken {
        self.by_convener(heard)?;
        self.results.push(self.events.len());
        Ok(Touched::default())
    }

    pub(super) fn take_feedback(&mut self, heard: &Event, feedback: &Feedback) -> Taken {
        self.by_convener_or_others(heard)?;
        if feedback.commitment.is_some_and(|id| self.commitment(id).is_none()) {
            return Err(Irregular::NoSuchCommitment);
        }
        push(
            &mut self.feedback,
            FeedbackView {
                on: heard.reference.clone(),
                by: heard.by.clone(),
                gathered: feedback.gathered,
                commitment: feedback.commitment,
                date: heard.date,
                fixed: feedback.fixed,
                partly: feedback.partly,
                not: feedback.not,
                unknown: feedback.unknown,
            },
        );
        Ok(Touched::default())
    }

    pub(super) fn take_termination(&mut self, heard: &Event, termination: &Termination) -> Taken {
        self.by_convener(heard)?;
        let resolution = self.counted(&termination.resolution).ok_or(Irregular::Unresolved)?;
        if !matches!(resolution.said, Said::Step(_) | Said::Outcome(_)) {
            return Err(Irregular::Unresolved);
        }
        self.termination = Some(heard.reference.clone());
        Ok(Touched::default())
    }
}
