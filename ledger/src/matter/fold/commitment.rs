//! 承诺: how a commitment is made, replaced, dropped, planned, worked on and reported complete, and where it stands at a day.

use super::story::{Story, Touched};
use super::{days_between, flags};
use crate::matter::codes::{Coded, CommitmentState, FundSource, Irregular, OfficeCode, Verdict};
use crate::matter::facts::{Bearer, CommitmentId, Completion, Fen, Plan, Progress, Promise, Said};
use crate::matter::view::{Commitment, CompletionView, DueView, Event, MilestoneView, Moved};
use crate::names::{Division, OfficeName};
use crate::time::{Date, Time};

/// A commitment so far; statements are named by their places in the story.
#[derive(Clone, Debug)]
pub(super) struct CommitmentStory {
    pub(super) id: CommitmentId,
    pub(super) dropped: bool,
    /// The outcome that made it, or last replaced it.
    pub(super) made: usize,
    pub(super) round: u32,
    pub(super) responsible: Option<Bearer>,
    pub(super) responsible_unconfirmed: bool,
    /// Who countersigned the outcome or plan, and when, as signed.
    pub(super) countersigned: Vec<(OfficeName, Time)>,
    /// When it was last changed by a correction.
    pub(super) amended: Option<Time>,
    pub(super) reporter: Option<Bearer>,
    /// The first due date ever promised.
    first_due: Date,
    /// Every due date in force so far with the statement that set it, the current one last.
    pub(super) dues: Vec<(Date, usize)>,
    pub(super) first_budget: Option<Fen>,
    pub(super) budget: Option<Fen>,
    pub(super) source: Option<Coded<FundSource>>,
    spent: Option<Fen>,
    milestones: Vec<MilestoneView>,
    /// The newest plan, progress and completion.
    pub(super) plan: Option<usize>,
    pub(super) progress: Option<usize>,
    pub(super) completion: Option<usize>,
}

impl CommitmentStory {
    /// Sets a due date, by the statement at a place.
    pub(super) fn set_due(&mut self, due: Date, set_by: usize) -> Option<Moved> {
        let from = self.due();
        (from != due).then(|| {
            self.dues.push((due, set_by));
            Moved { commitment: self.id, from, to: due }
        })
    }

    /// Takes the word of whoever is to carry it out for a confirmation, if it is theirs, and of what stands now.
    pub(super) fn confirm(&mut self, heard: &Event, home: Division) {
        let confirmed = self.responsible.is_some_and(|bearer| heard.by.iter().any(|by| bearer.is(by, home)));
        self.responsible_unconfirmed &= !(confirmed && self.is_as_of(heard.time));
    }

    /// Whether whoever is to carry it out countersigned what stands now.
    pub(super) fn is_countersigned(&self, home: Division) -> bool {
        self.countersigned.iter().any(|(by, time)| self.responsible.is_some_and(|bearer| bearer.is(by, home)) && self.is_as_of(*time))
    }

    /// Whether it already stood as it does now when something was signed.
    fn is_as_of(&self, time: Time) -> bool {
        self.amended.is_none_or(|amended| time >= amended)
    }

    fn due(&self) -> Date {
        self.dues.last().map_or(self.first_due, |(due, _)| *due)
    }
}

impl Story {
    /// Makes a commitment by the outcome at a place, or replaces the one of the same id. The first due date outlives a replacement: it is what
    /// was first promised.
    pub(super) fn promise(&mut self, outcome: &Event, made: usize, round: u32, promise: &Promise) -> Option<Moved> {
        let responsible_unconfirmed = self.is_unconfirmed(promise.responsible, outcome);
        let Some(position) = self.commitment(promise.id) else {
            self.add_commitment(CommitmentStory {
                id: promise.id,
                dropped: false,
                made,
                round,
                responsible: promise.responsible,
                responsible_unconfirmed,
                countersigned: Vec::new(),
                amended: None,
                reporter: promise.reporter,
                first_due: promise.due,
                dues: vec![(promise.due, made)],
                first_budget: promise.budget,
                budget: promise.budget,
                source: promise.source,
                spent: None,
                milestones: Vec::new(),
                plan: None,
                progress: None,
                completion: None,
            });
            return None;
        };
        let commitment = &mut self.commitments[position];
        commitment.dropped = false;
        (commitment.made, commitment.round) = (made, round);
        (commitment.responsible, commitment.responsible_unconfirmed) = (promise.responsible, responsible_unconfirmed);
        commitment.countersigned.clear();
        commitment.amended = None;
        commitment.reporter = promise.reporter;
        commitment.budget = promise.budget;
        commitment.source = promise.source;
        commitment.milestones.clear();
        commitment.completion = None;
        commitment.set_due(promise.due, made)
    }

    /// Drops commitments, by `heard`. One that was accepted by then is done and stays.
    pub(super) fn drop_commitments(&mut self, ids: &[CommitmentId], heard: &Event) {
        for id in ids {
            let Ok(position) = self.live_commitment(*id) else { continue };
            let completion = self.commitments[position].completion;
            if !completion.is_some_and(|completion| self.was_accepted(completion, heard)) {
                self.commitments[position].dropped = true;
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
        // As with a promise, what was signed moves date and money here, and a correction at its own place.
        let (due, budget) = match heard.signed() {
            Some(Said::Plan(signed)) => (signed.due, signed.budget),
            _ => (plan.due, plan.budget),
        };
        let (at, home) = (self.events.len(), self.id.division);
        let commitment = &mut self.commitments[position];
        commitment.confirm(heard, home);
        commitment.plan = Some(at);
        commitment.budget = budget.or(commitment.budget);
        if !plan.milestones.is_empty() {
            let reached = |id| commitment.milestones.iter().find(|known| known.milestone.id == id).and_then(|known| known.reached);
            commitment.milestones =
                plan.milestones.iter().map(|milestone| MilestoneView { milestone: *milestone, reached: reached(milestone.id) }).collect();
        }
        let moved = due.and_then(|due| commitment.set_due(due, at));
        Ok(Touched { round: Some(commitment.round), moved: moved.into_iter().collect() })
    }

    pub(super) fn take_progress(&mut self, heard: &Event, progress: &Progress) -> Result<Touched, Irregular> {
        let at = self.events.len();
        let commitment = self.reported(heard, progress.commitment)?;
        commitment.progress = Some(at);
        commitment.spent = progress.spent.or(commitment.spent);
        for milestone in &mut commitment.milestones {
            if Some(milestone.milestone.id) == progress.milestone {
                milestone.reached = milestone.reached.or(Some(heard.date));
            }
        }
        Ok(Touched { round: Some(commitment.round), moved: Vec::new() })
    }

    pub(super) fn take_completion(&mut self, heard: &Event, completion: &Completion) -> Result<Touched, Irregular> {
        let at = self.events.len();
        let commitment = self.reported(heard, completion.commitment)?;
        commitment.completion = Some(at);
        Ok(Touched { round: Some(commitment.round), moved: Vec::new() })
    }

    /// A live commitment, for a statement of its reporter.
    fn reported(&mut self, heard: &Event, id: CommitmentId) -> Result<&mut CommitmentStory, Irregular> {
        let position = self.live_commitment(id)?;
        match self.commitments[position].reporter {
            Some(reporter) if !self.is_by(heard, reporter) => return Err(Irregular::NotItsOffice),
            Some(_) => {}
            None => self.by_convener(heard)?,
        }
        let home = self.id.division;
        let commitment = &mut self.commitments[position];
        commitment.confirm(heard, home);
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

/// A commitment with its state as of `today`.
pub(super) fn settled(story: &Story, commitment: &CommitmentStory, today: Date) -> Commitment {
    let on = |at: usize| story.events[at].reference.clone();
    let completion = commitment.completion.and_then(|at| match &story.events[at].said {
        Said::Completion(said) => {
            Some((at, CompletionView { on: on(at), date: said.date, cost: said.cost, verdict: story.verdict_view(at) }))
        }
        _ => None,
    });
    let started = commitment.plan.is_some() || commitment.progress.is_some() || completion.is_some();
    let state = match completion.as_ref().map(|(_, completion)| completion.verdict.as_ref().map(|verdict| verdict.verdict)) {
        _ if commitment.dropped => CommitmentState::Dropped,
        Some(None) => CommitmentState::Claimed,
        Some(Some(Verdict::Accepted)) => CommitmentState::Accepted,
        Some(Some(Verdict::Partly | Verdict::Rejected)) => CommitmentState::UnderWay,
        None if started => CommitmentState::UnderWay,
        None => CommitmentState::Promised,
    };
    // A day told long after the fact proves nothing about time.
    let stands = matches!(state, CommitmentState::Claimed | CommitmentState::Accepted);
    let told_in_time = completion.as_ref().filter(|(at, _)| stands && !flags::is_back_filled(story, *at));
    let open = matches!(state, CommitmentState::Promised | CommitmentState::UnderWay);
    let due = commitment.due();
    Commitment {
        id: commitment.id,
        state,
        made: on(commitment.made),
        round: commitment.round,
        responsible: commitment.responsible,
        responsible_unconfirmed: commitment.responsible_unconfirmed,
        reporter: commitment.reporter,
        first_due: commitment.first_due,
        due,
        dues: commitment.dues.iter().map(|(date, set_by)| DueView { date: *date, set_by: on(*set_by) }).collect(),
        first_budget: commitment.first_budget,
        budget: commitment.budget,
        source: commitment.source,
        spent: commitment.spent,
        milestones: commitment.milestones.clone(),
        plan: commitment.plan.map(on),
        progress: commitment.progress.map(on),
        on_time: told_in_time.map(|(_, completion)| completion.date <= commitment.first_due),
        overdue_days: (open && today > due && story.termination.is_none()).then(|| days_between(due, today)),
        completion: completion.map(|(_, completion)| completion),
    }
}

/// Whether a commitment was dropped, or completed anew and accepted, after place `at` of the order.
pub(super) fn is_settled_since(story: &Story, commitment: &Commitment, at: usize) -> bool {
    let anew = |completion: &CompletionView| story.place(&completion.on).is_some_and(|place| place > at);
    commitment.state == CommitmentState::Dropped
        || (commitment.state == CommitmentState::Accepted && commitment.completion.as_ref().is_some_and(anew))
}
