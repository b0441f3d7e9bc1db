//! The slots that follow from one matter: resolutions, results, answers.

use super::{Filled, Slot, days_after, state};
use crate::hash::Blake3;
use crate::matter::codes::{Coded, CommitmentState, DutyCode, OutcomeResult};
use crate::matter::facts::Said;
use crate::matter::pack::{Fulfilment, Pack, Packs};
use crate::matter::record::Reference;
use crate::matter::view::{Event, RulesUsed, View};
use crate::time::Date;

/// The slots of a matter on `today`; none where no pack judges it.
pub fn of_matter(view: &View, packs: &Packs, today: Date, offset: i8) -> Vec<Slot> {
    let RulesUsed::Known { pack: name, .. } = &view.rules else { return Vec::new() };
    let Some(pack) = packs.judging(name, view.place) else { return Vec::new() };
    let matter = Matter { view, packs, name: *name, pack, today, offset };
    let mut slots = matter.resolutions();
    slots.extend(matter.result());
    slots.extend(matter.answers());
    slots
}

struct Matter<'a> {
    view: &'a View,
    packs: &'a Packs,
    name: Blake3,
    pack: &'a Pack,
    today: Date,
    offset: i8,
}

impl Matter<'_> {
    /// A round that came to nothing has no resolution to publish.
    fn resolutions(&self) -> Vec<Slot> {
        let decides = |step| self.rules().any(|rule| Coded::Known(rule.step) == step && rule.decides);
        let of_round = |round: &crate::matter::view::Round| {
            if round.outcome.as_ref().is_some_and(|outcome| outcome.result == OutcomeResult::None) {
                return None;
            }
            let (day, on) = round.decided(decides)?;
            let filled = round.outcome.as_ref().and_then(|outcome| self.filled(&outcome.on));
            let (days, basis) = (self.pack.disclosure.resolution_days, &self.pack.disclosure.basis);
            Some(self.slot(DutyCode::Resolution, on, day, days, filled, basis))
        };
        self.view.rounds.iter().filter_map(of_round).collect()
    }

    fn result(&self) -> Option<Slot> {
        if !self.rules().any(|rule| rule.fulfilled_by == Fulfilment::Result)
            || !self.view.live().all(|commitment| commitment.state == CommitmentState::Accepted)
        {
            return None;
        }
        let acceptance = |on: &Reference| self.filled(on);
        let verdicts = self.view.live().filter_map(|commitment| commitment.completion.as_ref()?.verdict.as_ref());
        let Filled { logged, on } = verdicts.filter_map(|verdict| acceptance(&verdict.on)).max()?;
        let results = self.counted().filter(|event| matches!(event.said, Said::Result(_))).map(|event| self.filling(event));
        let (days, basis) = (self.pack.disclosure.result_days, &self.pack.disclosure.basis);
        Some(self.slot(DutyCode::Result, &on, logged, days, results.min(), basis))
    }

    fn answers(&self) -> Vec<Slot> {
        let of_objection = |objection: &crate::matter::view::ObjectionView| {
            let received = self.filled(&objection.on)?;
            let answers = self.counted().filter(|event| matches!(&event.said, Said::Answer(answer) if answer.target == objection.on));
            let first = answers.map(|event| self.filling(event)).min();
            Some(self.slot(DutyCode::Answer, &objection.on, received.logged, self.pack.answer.days, first, &self.pack.answer.basis))
        };
        self.view.objections.iter().filter_map(of_objection).collect()
    }

    fn slot(&self, duty: DutyCode, follows: &Reference, from: Date, days: u16, filled: Option<Filled>, basis: &str) -> Slot {
        let due = days_after(from, days);
        Slot {
            duty,
            period: None,
            matter: Some(self.view.id),
            follows: Some(follows.clone()),
            due,
            state: state(due, filled.as_ref(), self.today),
            filled,
            advisory: !self.packs.in_force(&self.name, self.view.place, from),
            pack: self.name,
            basis: basis.to_owned(),
        }
    }

    fn rules(&self) -> impl Iterator<Item = &crate::matter::pack::StepRule> {
        let method = self.view.topic.as_ref().and_then(|topic| topic.method.known());
        method.and_then(|method| self.pack.methods.get(&method)).into_iter().flatten()
    }

    fn counted(&self) -> impl Iterator<Item = &Event> {
        self.view.timeline.iter().filter(|event| event.effect.counts())
    }

    fn filled(&self, on: &Reference) -> Option<Filled> {
        self.view.event(on).map(|event| self.filling(event))
    }

    fn filling(&self, event: &Event) -> Filled {
        Filled { logged: event.logged.civil_date(self.offset), on: event.reference.clone() }
    }
}
