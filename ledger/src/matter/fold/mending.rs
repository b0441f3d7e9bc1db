//! What mends: corrections, withdrawals (撤回误录), redactions.
//!
//! A story is first told as everything was signed. On that telling each correction and withdrawal is judged at its own place: by whose it
//! is, whether the old facts are what stands there, whether it comes too late. What they come to are the [`Mends`]. If there are any, the
//! story is told a second time: a corrected statement with its new facts at its old place, a withdrawn one without effect.
//!
//! Two things stay as they were signed until the correction itself: what was promised, and by when for how much. So a corrected date shows
//! as moved, and no promise shows as never made.

use std::collections::BTreeMap;

use super::deciding::{dropped, promised};
use super::notice;
use super::story::{OutcomeStory, Story, Taken, Touched};
use crate::matter::codes::Irregular;
use crate::matter::facts::{CommitmentId, Correction, Outcome, Plan, Redaction, Said, Withdrawal};
use crate::matter::record::Reference;
use crate::matter::signing;
use crate::matter::view::{Effect, Event, Moved};
use crate::time::Time;

/// What corrections and withdrawals came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Mends {
    /// By what was corrected.
    corrected: BTreeMap<Reference, Corrected>,
    /// By what was taken back: the withdrawal.
    withdrawn: BTreeMap<Reference, Reference>,
    /// Those that have no effect, and why.
    without_effect: BTreeMap<Reference, Irregular>,
    /// How many have an effect.
    pub(super) count: usize,
}

/// A corrected statement.
#[derive(Clone, Debug)]
struct Corrected {
    /// What it says after each correction, in order.
    steps: Vec<(Reference, Said)>,
    /// When the newest correction was logged.
    logged: Time,
    /// When the correction was logged that last changed its date.
    dated: Option<Time>,
}

impl Mends {
    /// When a statement was last corrected.
    pub(super) fn corrected_at(&self, target: &Reference) -> Option<Time> {
        self.corrected.get(target).map(|corrected| corrected.logged)
    }

    /// What a statement said before and after one correction of it.
    fn around<'m>(&'m self, target: &'m Event, correction: &Reference) -> Option<(&'m Said, &'m Said)> {
        let steps = &self.corrected.get(&target.reference)?.steps;
        let at = steps.iter().position(|(on, _)| on == correction)?;
        let before = match at.checked_sub(1) {
            Some(before) => &steps[before].1,
            None => target.signed()?,
        };
        Some((before, &steps[at].1))
    }
}

impl Story {
    /// Puts a statement as it stands after all mends.
    pub(super) fn mend(&mut self, event: &mut Event, mends: &Mends) {
        if let Some(by) = mends.withdrawn.get(&event.reference) {
            event.mended.get_or_insert_default().withdrawn_by = Some(by.clone());
            event.effect = Effect::Irregular(Irregular::Withdrawn);
        }
        let Some((corrected, (_, now))) = mends.corrected.get(&event.reference).and_then(|all| Some((all, all.steps.last()?))) else {
            return;
        };
        let signed = std::mem::replace(&mut event.said, now.clone());
        let mended = event.mended.get_or_insert_default();
        mended.signed = Some(signed);
        mended.corrected_by = corrected.steps.iter().map(|(on, _)| on.clone()).collect();
        event.date = event.said.date().unwrap_or_else(|| event.time.civil_date(self.offset));
        // Facts that did not read may do so now.
        if event.standing.is_valid() && event.withdrawn_by().is_none() {
            event.effect = Effect::Counted;
        }
        if corrected.dated.is_some() {
            self.beside_at(self.events.len()).dated = corrected.dated;
        }
    }

    pub(super) fn take_correction(&mut self, heard: &Event, correction: &Correction, mends: Option<&Mends>) -> Taken {
        match mends {
            None => {
                let judged = self.judge_correction(heard, correction);
                if let Err(why) = judged {
                    self.mends.without_effect.insert(heard.reference.clone(), why);
                }
                judged
            }
            Some(mends) => {
                without_effect(mends, heard)?;
                Ok(self.amend(heard, &correction.target, mends))
            }
        }
    }

    fn judge_correction(&mut self, heard: &Event, correction: &Correction) -> Taken {
        let target = self.of_its_office(heard, &correction.target)?;
        let standing = self.mends.corrected.get(&correction.target).and_then(|corrected| corrected.steps.last());
        let was = standing.map_or(&target.said, |(_, said)| said);
        let facts = was.to_facts().and_then(|facts| correction.apply(&facts)).map_err(|_| Irregular::OldDiffers)?;
        let now = match Said::read(&target.kind, &facts) {
            Ok(now) if now.kind().is_some() => now,
            _ => return Err(Irregular::Unreadable),
        };
        let redated = was.date() != now.date();
        let round = target.round;
        let corrected = self.mends.corrected.entry(correction.target.clone()).or_insert(Corrected {
            steps: Vec::new(),
            logged: heard.logged,
            dated: None,
        });
        corrected.steps.push((heard.reference.clone(), now));
        corrected.logged = corrected.logged.max(heard.logged);
        if redated {
            corrected.dated = Some(heard.logged);
        }
        self.mends.count += 1;
        Ok(Touched { round, moved: Vec::new() })
    }

    pub(super) fn take_withdrawal(&mut self, heard: &Event, withdrawal: &Withdrawal, mends: Option<&Mends>) -> Taken {
        match mends {
            None => {
                let judged = self.judge_withdrawal(heard, withdrawal);
                if let Err(why) = judged {
                    self.mends.without_effect.insert(heard.reference.clone(), why);
                }
                judged
            }
            Some(mends) => {
                without_effect(mends, heard)?;
                Ok(Touched::default())
            }
        }
    }

    /// Nothing is taken back that others have verified or spoken to, or that is past its notice; nor what a decision rests on.
    fn judge_withdrawal(&mut self, heard: &Event, withdrawal: &Withdrawal) -> Taken {
        let target = self.of_its_office(heard, &withdrawal.target)?;
        let decided = |first: u32| self.rounds.iter().any(|round| round.number >= first && round.outcome.is_some());
        let beside = self.find_place(&withdrawal.target).and_then(|at| self.beside(at));
        let answered = beside.is_some_and(|beside| beside.spoken_to || beside.verdict.is_some());
        let too_late = match &target.said {
            _ if answered => true,
            // One that had no effect carries nothing.
            _ if !target.effect.counts() => false,
            Said::Topic(_) => decided(1),
            Said::Reopen(reopen) => decided(reopen.round),
            Said::Outcome(outcome) => {
                let story = OutcomeStory { at: 0, result: outcome.result, notice_days: outcome.notice_days };
                let last = super::days_after(target.logged.civil_date(self.offset), notice::days(self, &story));
                heard.logged.civil_date(self.offset) > last
            }
            _ => false,
        };
        if too_late {
            return Err(Irregular::TooLate);
        }
        let round = target.round;
        self.mends.withdrawn.insert(withdrawal.target.clone(), heard.reference.clone());
        self.mends.count += 1;
        Ok(Touched { round, moved: Vec::new() })
    }

    /// The statement that is mended, if its own office mends it, in its own log, and it is not taken back.
    fn of_its_office(&self, heard: &Event, target: &Reference) -> Result<&Event, Irregular> {
        let target = self.find(target).filter(|target| target.standing.is_valid()).ok_or(Irregular::Unresolved)?;
        let is_mend = matches!(target.said, Said::Correction(_) | Said::Void(_) | Said::Redaction(_));
        if is_mend || target.effect == Effect::Irregular(Irregular::Repeated) || self.mends.withdrawn.contains_key(&target.reference) {
            return Err(Irregular::Unresolved);
        }
        if target.reference.log.division != heard.reference.log.division || !self.speaks_for(&heard.by, &target.by) {
            return Err(Irregular::NotItsOffice);
        }
        Ok(target)
    }

    /// An office above erases words, or the office whose they are together with the supervisors. No state depends on it.
    pub(super) fn take_redaction(&mut self, heard: &Event, redaction: &Redaction) -> Taken {
        let target = self.find(&redaction.target).ok_or(Irregular::Unresolved)?;
        let home = self.id.division;
        let from_above = heard.by.iter().any(|by| by.division != home && signing::oversees(by));
        let together =
            heard.by.len() > 1 && heard.by.iter().any(|by| signing::is_supervisor(by, home)) && self.speaks_for(&heard.by, &target.by);
        if !from_above && !together {
            return Err(Irregular::NotItsOffice);
        }
        let round = target.round;
        if let Some(target) = self.find_mut(&redaction.target) {
            target.mended.get_or_insert_default().redacted_by.push(heard.reference.clone());
        }
        Ok(Touched { round, moved: Vec::new() })
    }

    /// Carries a correction of what was promised, planned or dropped into the commitments, from here on.
    fn amend(&mut self, heard: &Event, target: &Reference, mends: &Mends) -> Touched {
        let Some(at) = self.place(target) else { return Touched::default() };
        let of = self.events[at].clone();
        let moved = match mends.around(&of, &heard.reference) {
            Some((Said::Outcome(was), Said::Outcome(now))) => self.amend_outcome(&of, at, was, now),
            Some((Said::Plan(was), Said::Plan(now))) => self.amend_plan(&of, was, now).into_iter().collect(),
            _ => Vec::new(),
        };
        Touched { round: of.round, moved }
    }

    fn amend_outcome(&mut self, of: &Event, made: usize, was: &Outcome, now: &Outcome) -> Vec<Moved> {
        let (before, after, here) = (promised(was), promised(now), self.events.len());
        let mut moved = Vec::new();
        for promise in after {
            let Some(first) = before.iter().find(|first| first.id == promise.id) else {
                moved.extend(self.promise(of, made, now.round, promise));
                continue;
            };
            let unconfirmed = self.is_unconfirmed(promise.responsible, of);
            let Some(position) = self.made_by(promise.id, made) else { continue };
            let newest = self.commitments[position].dues.last().is_some_and(|(_, set_by)| self.is_of(*set_by, of));
            let commitment = &mut self.commitments[position];
            if first.responsible != promise.responsible {
                commitment.responsible = promise.responsible;
                commitment.responsible_unconfirmed = unconfirmed;
            }
            commitment.reporter = promise.reporter;
            commitment.source = promise.source;
            if first.budget != promise.budget {
                commitment.budget = promise.budget;
            }
            if first.due != promise.due && newest {
                moved.extend(commitment.set_due(promise.due, here));
            }
        }
        let gone = before.iter().map(|promise| promise.id).filter(|id| !after.iter().any(|promise| promise.id == *id));
        let mut gone: Vec<CommitmentId> = gone.filter(|id| self.made_by(*id, made).is_some()).collect();
        gone.extend(dropped(now).iter().filter(|id| !dropped(was).contains(id)));
        self.drop_commitments(&gone);
        moved
    }

    fn amend_plan(&mut self, of: &Event, was: &Plan, now: &Plan) -> Option<Moved> {
        let (position, here) = (self.live_commitment(now.commitment).ok()?, self.events.len());
        let (_, set_by) = *self.commitments[position].dues.last()?;
        let of_this_plan = self.is_of(set_by, of);
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

fn without_effect(mends: &Mends, heard: &Event) -> Result<(), Irregular> {
    mends.without_effect.get(&heard.reference).map_or(Ok(()), |why| Err(*why))
}
