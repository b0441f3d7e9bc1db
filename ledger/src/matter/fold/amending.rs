//! What a correction does to what was promised and planned: it moves dates and money from its own place on, and takes promises out.
//!
//! Nobody has answered for a promise as it stands now who spoke only before it was changed.

use super::commitment::CommitmentStory;
use super::deciding::{dropped, promised};
use super::story::{Story, Touched};
use crate::matter::facts::{CommitmentId, Outcome, Plan, Said};
use crate::matter::record::Reference;
use crate::matter::view::{Event, Moved};

impl Story {
    /// Carries a correction of what was promised, planned or dropped into the commitments, from here on.
    pub(super) fn amend(&mut self, heard: &Event, target: &Reference) -> Touched {
        let Some(at) = self.place(target) else { return Touched::default() };
        let around = match self.mends.around(&self.events[at], &heard.reference) {
            Some(around @ ((Said::Outcome(_), Said::Outcome(_)) | (Said::Plan(_), Said::Plan(_)))) => (around.0.clone(), around.1.clone()),
            _ => return Touched { round: self.events[at].round, moved: Vec::new() },
        };
        let of = self.events[at].clone();
        let moved = match &around {
            (Said::Outcome(was), Said::Outcome(now)) => self.amend_outcome(heard, &of, at, was, now),
            (Said::Plan(was), Said::Plan(now)) => self.amend_plan(heard, &of, was, now).into_iter().collect(),
            _ => Vec::new(),
        };
        Touched { round: of.round, moved }
    }

    fn amend_outcome(&mut self, heard: &Event, of: &Event, made: usize, was: &Outcome, now: &Outcome) -> Vec<Moved> {
        let (before, after, here) = (promised(was), promised(now), self.events.len());
        let mut moved = Vec::new();
        for promise in after {
            // No correction promises what was not promised.
            let Some(first) = before.iter().find(|first| first.id == promise.id) else { continue };
            let Some(position) = self.made_by(promise.id, made) else { continue };
            let newest = self.commitments[position].dues.last().is_some_and(|(_, set_by)| self.is_of(*set_by, of));
            let commitment = &mut self.commitments[position];
            commitment.responsible = promise.responsible;
            commitment.reporter = promise.reporter;
            commitment.source = promise.source;
            if first.budget != promise.budget {
                commitment.budget = promise.budget;
            }
            if first.due != promise.due && newest {
                moved.extend(commitment.set_due(promise.due, here));
            }
            if first != promise {
                self.unconfirm(position, heard);
            }
        }
        let gone = before.iter().map(|promise| promise.id).filter(|id| !after.iter().any(|promise| promise.id == *id));
        let mut gone: Vec<CommitmentId> = gone.filter(|id| self.made_by(*id, made).is_some()).collect();
        gone.extend(dropped(now).iter().filter(|id| !dropped(was).contains(id)));
        self.drop_commitments(&gone, heard);
        moved
    }

    fn amend_plan(&mut self, heard: &Event, of: &Event, was: &Plan, now: &Plan) -> Option<Moved> {
        let (position, here) = (self.live_commitment(now.commitment).ok()?, self.events.len());
        let (_, set_by) = *self.commitments[position].dues.last()?;
        let of_this_plan = self.is_of(set_by, of);
        if (was.due, was.budget, &was.milestones) != (now.due, now.budget, &now.milestones) {
            self.unconfirm(position, heard);
        }
        let commitment = &mut self.commitments[position];
        if was.budget != now.budget {
            commitment.budget = now.budget.or(commitment.first_budget);
        }
        match (was.due == now.due, now.due) {
            (false, Some(due)) if was.due.is_none() || of_this_plan => commitment.set_due(due, here),
            (false, None) if of_this_plan => {
                let (before, _) = *commitment.dues.iter().rev().nth(1)?;
                commitment.set_due(before, here)
            }
            _ => None,
        }
    }

    /// A commitment was changed by `heard`: who is to carry it out has to say so anew, unless it signed that or has spoken since.
    fn unconfirm(&mut self, position: usize, heard: &Event) {
        let CommitmentStory { responsible, .. } = self.commitments[position];
        let unconfirmed = self.is_unconfirmed(responsible, heard);
        let home = self.id.division;
        let commitment = &mut self.commitments[position];
        commitment.amended = commitment.amended.max(Some(heard.logged));
        commitment.responsible_unconfirmed = unconfirmed && !commitment.is_countersigned(home);
    }

    /// The live commitment of that id, if the outcome at that place made it.
    fn made_by(&self, id: CommitmentId, outcome: usize) -> Option<usize> {
        self.live_commitment(id).ok().filter(|position| self.commitments[*position].made == outcome)
    }

    /// Whether a date was set by a statement, or by a correction of it, such as the one that is being taken in.
    fn is_of(&self, set_by: usize, statement: &Event) -> bool {
        let set_by = self.events.get(set_by).map(|event| &event.reference);
        set_by.is_none_or(|set_by| *set_by == statement.reference || statement.corrected_by().contains(set_by))
    }
}
