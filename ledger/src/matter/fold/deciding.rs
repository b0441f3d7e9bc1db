//! What leads to a decision: how topic, steps, outcome, reopening, objections and answers change a story.

use super::story::{At, OutcomeStory, Story, Taken, Touched, push, said_at};
use crate::matter::codes::{Decision, Irregular, OutcomeResult};
use crate::matter::facts::{Answer, CommitmentId, Objection, Outcome, Promise, Reopen, Said, Step, Topic};
use crate::matter::signing;
use crate::matter::view::{AnswerView, Event, ObjectionView, RulesUsed, TopicView};
use crate::names::OfficeName;

impl Story {
    pub(super) fn take_topic(&mut self, heard: &Event, topic: &Topic) -> Taken {
        if self.topic.is_some() {
            return Err(Irregular::SecondTopic);
        }
        let convener = heard.by.iter().find(|by| by.division == self.id.division && signing::may_convene(by));
        let (Some(convener), true) = (convener, self.is_home(heard)) else { return Err(Irregular::NotItsOffice) };
        self.convener = Some(convener.clone());
        self.topic = Some(TopicView {
            on: heard.reference.clone(),
            decision: topic.decision,
            raised_by: topic.raised.map(|raised| raised.by),
            method: topic.method,
            date: heard.date,
        });
        if let Some(name) = topic.rules {
            let pack = self.packs.judging(&name, self.id.division);
            self.rules = match pack {
                Some(pack) if topic.method.known().is_some_and(|method| pack.methods.contains_key(&method)) => {
                    RulesUsed::Known { pack: name, name: pack.name.clone() }
                }
                Some(_) => RulesUsed::OtherMethod { pack: name },
                None => RulesUsed::Unknown { pack: name },
            };
        }
        if topic.decision == Decision::Confirmed {
            self.open(1, None);
        }
        Ok(Touched { round: Some(1), moved: Vec::new() })
    }

    pub(super) fn take_step(&mut self, heard: &Event, step: &Step) -> Taken {
        let offices = self.rule(step.step).map(|rule| rule.by.as_slice());
        let its_office = |by: &OfficeName| {
            by.division == self.id.division
                && offices.is_none_or(|offices| offices.iter().any(|office| by.office.as_str().parse().is_ok_and(|by| *office == by)))
        };
        if !self.is_home(heard) || !heard.by.iter().any(its_office) {
            return Err(Irregular::NotItsOffice);
        }
        let at = self.events.len();
        self.round_mut(step.round)?.steps.push(at);
        Ok(Touched { round: Some(step.round), moved: Vec::new() })
    }

    pub(super) fn take_outcome(&mut self, heard: &Event, outcome: &Outcome) -> Taken {
        self.by_convener(heard)?;
        let at = self.events.len();
        let round = self.round_mut(outcome.round)?;
        if round.outcome.is_some() {
            return Err(Irregular::RoundClosed);
        }
        round.outcome = Some(OutcomeStory { at, result: outcome.result });
        // What is promised and dropped is what was signed; a correction moves it from its own place on, so that nothing shows as never promised.
        let was = match heard.signed() {
            Some(Said::Outcome(signed)) => signed,
            _ => outcome,
        };
        let drops: Vec<CommitmentId> = dropped(was).iter().filter(|id| dropped(outcome).contains(id)).copied().collect();
        self.drop_commitments(&drops, heard);
        let moved = promised(was).iter().filter_map(|promise| self.promise(heard, at, outcome.round, promise)).collect();
        Ok(Touched { round: Some(outcome.round), moved })
    }

    pub(super) fn take_reopen(&mut self, heard: &Event, reopen: &Reopen) -> Taken {
        self.by_convener(heard)?;
        let last = self.rounds.last().ok_or(Irregular::NoSuchRound)?;
        if last.outcome.is_none() {
            return Err(Irregular::RoundOpen);
        }
        if last.number.checked_add(1) != Some(reopen.round) {
            return Err(Irregular::NoSuchRound);
        }
        self.open(reopen.round, Some(reopen.reason));
        Ok(Touched { round: Some(reopen.round), moved: Vec::new() })
    }

    pub(super) fn take_objection(&mut self, heard: &Event, objection: &Objection) -> Taken {
        self.by_convener_or_others(heard)?;
        let round = self.counted(&objection.target).ok_or(Irregular::Unresolved)?.round;
        let objection = At {
            at: self.events.len(),
            said: ObjectionView {
                on: heard.reference.clone(),
                target: objection.target.clone(),
                by: heard.by.clone(),
                count: objection.count,
                date: heard.date,
                answer: None,
                open: true,
            },
        };
        push(&mut self.objections, objection);
        Ok(Touched { round, moved: Vec::new() })
    }

    /// An objection is answered by whom it addresses: the convener, if it signed what is objected to, whoever signed beside it; else who did.
    /// An order is answered by the office it names, the convener by default; an outcome by an office above, to which it was sent.
    pub(super) fn take_answer(&mut self, heard: &Event, answer: &Answer) -> Taken {
        let view = || AnswerView { on: heard.reference.clone(), finding: answer.finding, date: heard.date };
        let asked = self.place(&answer.target).ok_or(Irregular::Unresolved)?;
        if let Some(position) = said_at(&self.objections, asked) {
            let target = self.counted(&self.objections[position].said.target).ok_or(Irregular::Unresolved)?;
            if !self.speaks_for(&heard.by, &target.by) {
                return Err(Irregular::NotItsOffice);
            }
            let round = target.round;
            self.objections[position].said.answer = Some(view());
            return Ok(Touched { round, moved: Vec::new() });
        }
        if let Some(position) = said_at(&self.orders, asked) {
            return self.answer_order(heard, position, view());
        }
        let target = Some(&self.events[asked]).filter(|target| matches!(target.said, Said::Outcome(_))).ok_or(Irregular::Unresolved)?;
        if !heard.by.iter().any(|by| by.division != self.id.division && signing::oversees(by)) {
            return Err(Irregular::NotItsOffice);
        }
        let round = target.round;
        let at = self.events.len();
        self.beside_at(asked).answer = Some(at);
        Ok(Touched { round, moved: Vec::new() })
    }

    /// Whether signers speak for a statement of `signed`: the convener, if it was among them; else any of them.
    pub(super) fn speaks_for(&self, by: &[OfficeName], signed: &[OfficeName]) -> bool {
        let convener = self.convener.as_ref().filter(|convener| signed.contains(convener));
        by.iter().any(|by| convener.map_or_else(|| signed.contains(by), |convener| convener == by))
    }
}

/// What an outcome promises; without consensus, nothing.
pub(super) fn promised(outcome: &Outcome) -> &[Promise] {
    if matches!(outcome.result, OutcomeResult::Consensus | OutcomeResult::Partial) { &outcome.commitments } else { &[] }
}

/// What an outcome drops; without any result, nothing.
pub(super) fn dropped(outcome: &Outcome) -> &[CommitmentId] {
    if outcome.result == OutcomeResult::None { &[] } else { &outcome.drops }
}
