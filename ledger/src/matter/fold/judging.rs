//! Whether it was done, and what else came up: how problems, verifications, results, feedback and termination change a story.

use super::story::{At, Story, Taken, Touched};
use crate::matter::codes::Irregular;
use crate::matter::facts::{Feedback, Problem, Said, Termination, Verification};
use crate::matter::record::Record;
use crate::matter::signing;
use crate::matter::view::{FeedbackView, ProblemView, VerdictView};
use crate::time::Date;

impl Story<'_> {
    pub(super) fn take_problem(&mut self, record: &Record, problem: &Problem) -> Taken {
        self.by_convener_or_others(record)?;
        if let Some(id) = problem.commitment {
            self.live_commitment(id)?;
        }
        if let Some(round) = problem.round {
            self.round_mut(round)?;
        }
        self.problems.push(At {
            at: self.events.len(),
            said: ProblemView { on: record.reference.clone(), by: record.statement.by.clone(), commitment: problem.commitment, open: true },
        });
        Ok(Touched { round: problem.round, moved: Vec::new() })
    }

    /// Of several verdicts on one statement the newest by (time, id) stands, whichever log it came by.
    pub(super) fn take_verification(&mut self, record: &Record, verification: &Verification, date: Date) -> Taken {
        if !record.statement.by.iter().any(|by| signing::may_verify(by, self.id.division)) {
            return Err(Irregular::NotItsOffice);
        }
        let target = self.counted(&verification.target).ok_or(Irregular::Unresolved)?;
        if matches!(target.said, Said::Verification(_) | Said::Objection(_) | Said::Answer(_) | Said::Feedback(_)) {
            return Err(Irregular::Unresolved);
        }
        let round = target.round;
        let time = record.statement.time;
        let stands = self.verdicts.get(&verification.target);
        if stands.is_none_or(|(stood, view)| (*stood, view.on.id) < (time, record.reference.id)) {
            let view = VerdictView {
                on: record.reference.clone(),
                by: record.statement.by.clone(),
                verdict: verification.verdict,
                date,
                checks: verification.checks.clone(),
            };
            self.verdicts.insert(verification.target.clone(), (time, view));
        }
        Ok(Touched { round, moved: Vec::new() })
    }

    pub(super) fn take_result(&mut self, record: &Record) -> Taken {
        self.by_convener(record)?;
        self.results.push(self.events.len());
        Ok(Touched::default())
    }

    pub(super) fn take_feedback(&mut self, record: &Record, feedback: &Feedback, date: Date) -> Taken {
        self.by_convener_or_others(record)?;
        if feedback.commitment.is_some_and(|id| !self.commitment_places.contains_key(&id)) {
            return Err(Irregular::NoSuchCommitment);
        }
        self.feedback.push(FeedbackView {
            on: record.reference.clone(),
            by: record.statement.by.clone(),
            gathered: feedback.gathered,
            commitment: feedback.commitment,
            date,
            fixed: feedback.fixed,
            partly: feedback.partly,
            not: feedback.not,
            unknown: feedback.unknown,
        });
        Ok(Touched::default())
    }

    pub(super) fn take_termination(&mut self, record: &Record, termination: &Termination) -> Taken {
        self.by_convener(record)?;
        let resolution = self.counted(&termination.resolution).ok_or(Irregular::Unresolved)?;
        if !matches!(resolution.said, Said::Step(_) | Said::Outcome(_)) {
            return Err(Irregular::Unresolved);
        }
        self.termination = Some(record.reference.clone());
        Ok(Touched::default())
    }
}
