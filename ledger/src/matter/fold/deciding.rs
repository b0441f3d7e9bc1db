//! What leads to a decision: how topic, steps, outcome, reopening, objections and answers change a story.

use super::story::{At, OutcomeStory, Story, Taken, Touched};
use crate::matter::codes::{Decision, Irregular, OutcomeResult};
use crate::matter::facts::{Answer, Objection, Outcome, Reopen, Step, Topic};
use crate::matter::record::Record;
use crate::matter::signing;
use crate::matter::view::{AnswerView, ObjectionView, RulesUsed, TopicView};
use crate::names::OfficeName;
use crate::time::Date;

impl Story<'_> {
    pub(super) fn take_topic(&mut self, record: &Record, topic: &Topic, date: Date) -> Taken {
        if self.topic.is_some() {
            return Err(Irregular::SecondTopic);
        }
        let convener = record.statement.by.iter().find(|by| by.division == self.id.division && signing::may_convene(by));
        let (Some(convener), true) = (convener, self.is_home(record)) else { return Err(Irregular::NotItsOffice) };
        self.convener = Some(convener.clone());
        self.topic = Some(TopicView {
            on: record.reference.clone(),
            decision: topic.decision,
            raised_by: topic.raised.map(|raised| raised.by),
            method: topic.method,
            date,
        });
        if let Some(name) = topic.rules {
            self.pack = self.packs.judging(&name, self.id.division);
            let steps = self.pack.and_then(|pack| topic.method.known().and_then(|method| pack.methods.get(&method)));
            self.rules = match (self.pack, steps) {
                (Some(pack), Some(_)) => RulesUsed::Known { pack: name, name: pack.name.clone() },
                (Some(_), None) => RulesUsed::OtherMethod { pack: name },
                (None, _) => RulesUsed::Unknown { pack: name },
            };
            self.method = steps.map_or(&[], Vec::as_slice);
        }
        if topic.decision == Decision::Confirmed {
            self.open(1, None);
        }
        Ok(Touched { round: Some(1), moved: Vec::new() })
    }

    pub(super) fn take_step(&mut self, record: &Record, step: &Step) -> Taken {
        let offices = self.rule(step.step).map(|rule| rule.by.as_slice());
        let its_office = |by: &OfficeName| {
            by.division == self.id.division
                && offices.is_none_or(|offices| offices.iter().any(|office| by.office.as_str().parse().is_ok_and(|by| *office == by)))
        };
        if !self.is_home(record) || !record.statement.by.iter().any(its_office) {
            return Err(Irregular::NotItsOffice);
        }
        let at = self.events.len();
        self.round_mut(step.round)?.steps.push(at);
        Ok(Touched { round: Some(step.round), moved: Vec::new() })
    }

    pub(super) fn take_outcome(&mut self, record: &Record, outcome: &Outcome) -> Taken {
        self.by_convener(record)?;
        let at = self.events.len();
        let round = self.round_mut(outcome.round)?;
        if round.outcome.is_some() {
            return Err(Irregular::RoundClosed);
        }
        round.outcome = Some(OutcomeStory { at, result: outcome.result, notice_days: outcome.notice_days });
        let mut moved = Vec::new();
        if outcome.result != OutcomeResult::None {
            self.drop_commitments(&outcome.drops);
        }
        if matches!(outcome.result, OutcomeResult::Consensus | OutcomeResult::Partial) {
            for promise in &outcome.commitments {
                moved.extend(self.promise(record, outcome.round, promise));
            }
        }
        Ok(Touched { round: Some(outcome.round), moved })
    }

    pub(super) fn take_reopen(&mut self, record: &Record, reopen: &Reopen) -> Taken {
        self.by_convener(record)?;
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

    pub(super) fn take_objection(&mut self, record: &Record, objection: &Objection, date: Date) -> Taken {
        self.by_convener_or_others(record)?;
        let round = self.counted(&objection.target).ok_or(Irregular::Unresolved)?.round;
        self.objection_places.insert(record.reference.clone(), self.objections.len());
        self.objections.push(At {
            at: self.events.len(),
            said: ObjectionView {
                on: record.reference.clone(),
                target: objection.target.clone(),
                by: record.statement.by.clone(),
                count: objection.count,
                date,
                answer: None,
                open: true,
            },
        });
        Ok(Touched { round, moved: Vec::new() })
    }

    /// An objection is answered by whom it addresses: the convener, if it signed what is objected to, whoever signed beside it; else who did.
    pub(super) fn take_answer(&mut self, record: &Record, answer: &Answer, date: Date) -> Taken {
        let position = *self.objection_places.get(&answer.target).ok_or(Irregular::Unresolved)?;
        let target = self.counted(&self.objections[position].said.target).ok_or(Irregular::Unresolved)?;
        let convener = self.convener.as_ref().filter(|convener| target.by.contains(convener));
        let addressed = |by: &OfficeName| convener.map_or_else(|| target.by.contains(by), |convener| convener == by);
        if !record.statement.by.iter().any(addressed) {
            return Err(Irregular::NotItsOffice);
        }
        let round = target.round;
        self.objections[position].said.answer = Some(AnswerView { on: record.reference.clone(), finding: answer.finding, date });
        Ok(Touched { round, moved: Vec::new() })
    }
}
