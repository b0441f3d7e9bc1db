//! 承诺: how a commitment is made, replaced, dropped, planned, worked on and reported complete, and where it stands at a day.

use super::story::{Story, Touched};
use super::{days_between, flags};
use crate::matter::codes::{CommitmentState, Irregular, OfficeCode, Verdict};
use crate::matter::facts::{Bearer, CommitmentId, Completion, Plan, Progress, Promise, Said};
use crate::matter::record::Reference;
use crate::matter::view::{Commitment, CompletionView, DueView, Event, MilestoneView, Moved};
use crate::time::Date;

impl Story {
    /// Makes a commitment, or replaces the one of the same id. The first due date outlives a replacement: it is what was first promised.
    pub(super) fn promise(&mut self, heard: &Event, round: u32, promise: &Promise) -> Option<Moved> {
        let made = |first: Option<&Commitment>| Commitment {
            id: promise.id,
            state: CommitmentState::Promised,
            made: heard.reference.clone(),
            round,
            responsible: promise.responsible,
            responsible_unconfirmed: self.is_unconfirmed(promise.responsible, heard),
            reporter: promise.reporter,
            first_due: first.map_or(promise.due, |first| first.first_due),
            due: promise.due,
            dues: match first {
                Some(first) => first.dues.clone(),
                None => vec![DueView { date: promise.due, set_by: heard.reference.clone() }],
            },
            first_budget: first.map_or(promise.budget, |first| first.first_budget),
            budget: promise.budget,
            source: promise.source,
            spent: first.and_then(|first| first.spent),
            milestones: Vec::new(),
            plan: first.and_then(|first| first.plan.clone()),
            progress: first.and_then(|first| first.progress.clone()),
            completion: None,
            on_time: None,
            overdue_days: None,
        };
        let Some(position) = self.commitment(promise.id) else {
            let commitment = made(None);
            self.add_commitment(commitment);
            return None;
        };
        let mut commitment = made(Some(&self.commitments[position]));
        let moved = set_due(&mut commitment, promise.due, &heard.reference);
        self.commitments[position] = commitment;
        moved
    }

    /// Drops commitments. One that was accepted is done and stays.
    pub(super) fn drop_commitments(&mut self, ids: &[CommitmentId]) {
        for id in ids {
            let Ok(position) = self.live_commitment(*id) else { continue };
            let completion = self.commitments[position].completion.as_ref();
            if !completion.is_some_and(|completion| self.is_accepted(&completion.on)) {
                self.commitments[position].state = CommitmentState::Dropped;
            }
        }
    }

    pub(super) fn take_plan(&mut self, heard: &Event, plan: &Plan) -> Result<Touched, Irregular> {
        let position = self.live_commitment(plan.commitment)?;
        let planner = |bearer: Option<Bearer>| bearer.is_some_and(|bearer| self.is_by(heard, bearer));
        let commitment = &self.commitments[position];
        if self.by_convener(heard).is_err() && !planner(commitment.reporter) && !planner(commitment.responsible) {
            return Err(Irregular::NotItsOffice);
        }
        let confirmed = planner(commitment.responsible);
        // As with a promise, what was signed moves date and money here, and a correction at its own place.
        let (due, budget) = match heard.signed() {
            Some(Said::Plan(signed)) => (signed.due, signed.budget),
            _ => (plan.due, plan.budget),
        };
        let commitment = &mut self.commitments[position];
        commitment.responsible_unconfirmed &= !confirmed;
        commitment.plan = Some(heard.reference.clone());
        commitment.budget = budget.or(commitment.budget);
        if !plan.milestones.is_empty() {
            let reached = |id| commitment.milestones.iter().find(|known| known.milestone.id == id).and_then(|known| known.reached);
            commitment.milestones =
                plan.milestones.iter().map(|milestone| MilestoneView { milestone: *milestone, reached: reached(milestone.id) }).collect();
        }
        let moved = due.and_then(|due| set_due(commitment, due, &heard.reference));
        Ok(Touched { round: Some(commitment.round), moved: moved.into_iter().collect() })
    }

    pub(super) fn take_progress(&mut self, heard: &Event, progress: &Progress) -> Result<Touched, Irregular> {
        let commitment = self.reported(heard, progress.commitment)?;
        commitment.progress = Some(heard.reference.clone());
        commitment.spent = progress.spent.or(commitment.spent);
        for milestone in &mut commitment.milestones {
            if Some(milestone.milestone.id) == progress.milestone {
                milestone.reached = milestone.reached.or(Some(heard.date));
            }
        }
        Ok(Touched { round: Some(commitment.round), moved: Vec::new() })
    }

    pub(super) fn take_completion(&mut self, heard: &Event, completion: &Completion) -> Result<Touched, Irregular> {
        let commitment = self.reported(heard, completion.commitment)?;
        commitment.completion =
            Some(CompletionView { on: heard.reference.clone(), date: completion.date, cost: completion.cost, verdict: None });
        Ok(Touched { round: Some(commitment.round), moved: Vec::new() })
    }

    /// A live commitment, for a statement of its reporter.
    fn reported(&mut self, heard: &Event, id: CommitmentId) -> Result<&mut Commitment, Irregular> {
        let position = self.live_commitment(id)?;
        let Commitment { reporter, responsible, .. } = self.commitments[position];
        match reporter {
            Some(reporter) if !self.is_by(heard, reporter) => return Err(Irregular::NotItsOffice),
            Some(_) => {}
            None => self.by_convener(heard)?,
        }
        let confirmed = responsible.is_some_and(|bearer| self.is_by(heard, bearer));
        let commitment = &mut self.commitments[position];
        commitment.responsible_unconfirmed &= !confirmed;
        Ok(commitment)
    }

    fn is_by(&self, heard: &Event, bearer: Bearer) -> bool {
        heard.by.iter().any(|by| bearer.is(by, self.id.division))
    }

    /// An office of another division has not answered for a promise until it signs for it.
    pub(super) fn is_unconfirmed(&self, responsible: Option<Bearer>, heard: &Event) -> bool {
        responsible.is_some_and(|bearer| {
            let elsewhere = bearer.division.is_some_and(|division| division != self.id.division);
            elsewhere && bearer.body.as_str().parse::<OfficeCode>().is_ok() && !self.is_by(heard, bearer)
        })
    }
}

pub(super) fn set_due(commitment: &mut Commitment, due: Date, set_by: &Reference) -> Option<Moved> {
    let from = commitment.dues.last().map_or(commitment.due, |last| last.date);
    commitment.due = due;
    (from != due).then(|| {
        commitment.dues.push(DueView { date: due, set_by: set_by.clone() });
        Moved { commitment: commitment.id, from, to: due }
    })
}

/// A commitment with its state as of `today`.
pub(super) fn settled(story: &Story, commitment: &Commitment, today: Date) -> Commitment {
    let mut view = commitment.clone();
    if view.state == CommitmentState::Dropped {
        return view;
    }
    let started = view.plan.is_some() || view.progress.is_some() || view.completion.is_some();
    view.state = if started { CommitmentState::UnderWay } else { CommitmentState::Promised };
    if let Some(completion) = &mut view.completion {
        completion.verdict = story.verdict(&completion.on).cloned();
        view.state = match completion.verdict.as_ref().map(|verdict| verdict.verdict) {
            None => CommitmentState::Claimed,
            Some(Verdict::Accepted) => CommitmentState::Accepted,
            Some(Verdict::Partly | Verdict::Rejected) => CommitmentState::UnderWay,
        };
        // A day told long after the fact proves nothing about time.
        let told_in_time = story.counted(&completion.on).is_some_and(|event| !flags::is_back_filled(story, event));
        let stands = matches!(view.state, CommitmentState::Claimed | CommitmentState::Accepted);
        view.on_time = (stands && told_in_time).then_some(completion.date <= view.first_due);
    }
    let open = matches!(view.state, CommitmentState::Promised | CommitmentState::UnderWay);
    view.overdue_days = (open && today > view.due).then(|| days_between(view.due, today));
    view
}

/// Whether a commitment was dropped, or completed anew and accepted, after place `at` of the order.
pub(super) fn is_settled_since(story: &Story, commitment: &Commitment, at: usize) -> bool {
    let anew = |completion: &CompletionView| story.place(&completion.on).is_some_and(|place| place > at);
    commitment.state == CommitmentState::Dropped
        || (commitment.state == CommitmentState::Accepted && commitment.completion.as_ref().is_some_and(anew))
}
