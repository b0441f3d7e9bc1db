//! Those who stand beside a matter or look into it: how countersigns, evaluations, orders and circulars change a story.

use super::answered::can_be_countersigned;
use super::story::{At, Story, Taken, Touched, push};
use crate::matter::codes::{Irregular, RectificationAction};
use crate::matter::facts::{Circular, Countersign, Evaluation, Rectification, Said};
use crate::matter::record::Reference;
use crate::matter::signing;
use crate::matter::view::{AnswerView, CircularView, EvaluationView, Event, OrderView};
use crate::names::OfficeName;
use crate::time::Time;

impl Story {
    /// A countersign stands beside what it names. Of an outcome or plan it also confirms the promises that the office is to carry out.
    pub(super) fn take_countersign(&mut self, heard: &Event, countersign: &Countersign) -> Taken {
        let place = self.place(&countersign.target).ok_or(Irregular::Unresolved)?;
        let target = &self.events[place];
        let planned = match &target.said {
            Said::Plan(plan) => Some(plan.commitment),
            said if said.kind().is_some_and(can_be_countersigned) => None,
            _ => return Err(Irregular::Unresolved),
        };
        let (round, home) = (target.round, self.id.division);
        for commitment in &mut self.commitments {
            if commitment.made == place || Some(commitment.id) == planned {
                commitment.confirm(heard, home);
                sign(&mut commitment.countersigned, heard);
            }
        }
        sign(&mut self.beside_at(place).countersigned, heard);
        Ok(Touched { round, moved: Vec::new() })
    }

    pub(super) fn take_evaluation(&mut self, heard: &Event, evaluation: &Evaluation) -> Taken {
        let round = self.looked_into(heard, evaluation.target.as_ref())?;
        push(
            &mut self.evaluations,
            EvaluationView {
                on: heard.reference.clone(),
                by: heard.by.clone(),
                target: evaluation.target.clone(),
                rating: evaluation.rating,
                how: evaluation.how.clone(),
                date: heard.date,
            },
        );
        Ok(Touched { round, moved: Vec::new() })
    }

    /// An order stays open until whom it addresses has answered.
    pub(super) fn take_rectification(&mut self, heard: &Event, order: &Rectification) -> Taken {
        let round = self.looked_into(heard, order.target.as_ref())?;
        let said = OrderView {
            on: heard.reference.clone(),
            by: heard.by.clone(),
            action: order.action,
            office: order.office,
            target: order.target.clone(),
            deadline: order.deadline,
            measure: order.measure,
            date: heard.date,
            answer: None,
            open: order.action == RectificationAction::Order,
        };
        let at = self.events.len();
        push(&mut self.orders, At { at, said });
        Ok(Touched { round, moved: Vec::new() })
    }

    pub(super) fn answer_order(&mut self, heard: &Event, position: usize, answer: AnswerView) -> Taken {
        let order = &self.orders[position].said;
        let addressed = match order.office {
            Some(office) => heard.by.iter().any(|by| office.is(by, self.id.division)),
            None => self.convener.as_ref().is_some_and(|convener| heard.by.contains(convener)),
        };
        if !addressed {
            return Err(Irregular::NotItsOffice);
        }
        let round = self.counted(&order.on).and_then(|order| order.round);
        let order = &mut self.orders[position].said;
        order.answer = Some(answer);
        order.open = false;
        Ok(Touched { round, moved: Vec::new() })
    }

    pub(super) fn take_circular(&mut self, heard: &Event, circular: &Circular) -> Taken {
        let round = self.looked_into(heard, circular.target.as_ref())?;
        push(
            &mut self.circulars,
            CircularView {
                on: heard.reference.clone(),
                by: heard.by.clone(),
                to: circular.to,
                ground: circular.ground,
                places: circular.places.clone(),
                target: circular.target.clone(),
                date: heard.date,
            },
        );
        Ok(Touched { round, moved: Vec::new() })
    }

    /// The round of what an office above looks into: one statement, if it names one, or the matter.
    fn looked_into(&self, heard: &Event, target: Option<&Reference>) -> Result<Option<u32>, Irregular> {
        if !heard.by.iter().any(|by| by.division != self.id.division && signing::oversees(by)) {
            return Err(Irregular::NotItsOffice);
        }
        match target {
            Some(target) => self.counted(target).map(|target| target.round).ok_or(Irregular::Unresolved),
            None => Ok(None),
        }
    }
}

/// Puts the signers of a countersign to those who signed before, each with its newest.
fn sign(countersigned: &mut Vec<(OfficeName, Time)>, heard: &Event) {
    for by in heard.by.iter() {
        match countersigned.iter_mut().find(|(known, _)| known == by) {
            Some((_, newest)) => *newest = heard.time.max(*newest),
            None => countersigned.push((by.clone(), heard.time)),
        }
    }
}
