//! What a story is asked: statements by reference and by place, commitments by id, the rules that judge it.

use super::{Beside, OutcomeStory, RoundStory, Story};
use crate::hash::Blake3;
use crate::matter::codes::{Coded, Irregular, StepCode, Verdict};
use crate::matter::facts::{CommitmentId, Said, Verification};
use crate::matter::pack::{Pack, StepRule};
use crate::matter::record::Reference;
use crate::matter::signing;
use crate::matter::view::{AnswerView, Event, RulesUsed, VerdictView};
use crate::names::{Division, OfficeName};
use crate::time::{Date, Time};

/// The first bytes of an id, by which a statement is found; those that share them are told apart by their references.
pub(super) fn hint(id: &Blake3) -> u64 {
    let [first, ..] = id.as_bytes().as_chunks::<8>().0 else { return 0 };
    u64::from_be_bytes(*first)
}

impl Story {
    /// Where in the order the round after `round` begins.
    pub(in crate::matter::fold) fn end_of(&self, round: &RoundStory) -> usize {
        let next = usize::try_from(round.number).ok().and_then(|next| self.rounds.get(next));
        next.map_or(self.events.len(), |next| next.at)
    }

    pub(in crate::matter::fold) fn live_commitment(&self, id: CommitmentId) -> Result<usize, Irregular> {
        let place = self.commitment(id);
        place.filter(|place| !self.commitments[*place].dropped).ok_or(Irregular::NoSuchCommitment)
    }

    /// Where in `commitments` the one of that id stands.
    pub(in crate::matter::fold) fn commitment(&self, id: CommitmentId) -> Option<usize> {
        let found = self.by_id.binary_search_by_key(&id, |at| self.commitments[*at].id).ok()?;
        self.by_id.get(found).copied()
    }

    /// The statements whose ids begin as `id` does, with their places.
    fn with_hint(&self, id: &Blake3) -> impl Iterator<Item = (usize, &Event)> {
        let hint = hint(id);
        self.places.range((hint, 0)..=(hint, usize::MAX)).map(|(_, at)| (*at, self.events[*at].as_ref()))
    }

    /// Whether the same statement counts from another entry. Its id names the log as well, and what is meant for another log never counts.
    pub(super) fn counts_already(&self, id: &Blake3) -> bool {
        self.with_hint(id).any(|(_, event)| event.reference.id == *id && event.effect.counts())
    }

    /// Where in the order the statement stands that a reference names, if it is here.
    pub(in crate::matter::fold) fn find_place(&self, reference: &Reference) -> Option<usize> {
        self.with_hint(&reference.id).find(|(_, event)| event.reference == *reference).map(|(at, _)| at)
    }

    /// The statement a reference names, if it is here.
    pub(in crate::matter::fold) fn find(&self, reference: &Reference) -> Option<&Event> {
        self.find_place(reference).map(|at| self.events[at].as_ref())
    }

    pub(in crate::matter::fold) fn find_mut(&mut self, reference: &Reference) -> Option<&mut Event> {
        self.find_place(reference).map(|at| self.events[at].as_mut())
    }

    /// What others said of the statement at a place of the order, if anything.
    pub(in crate::matter::fold) fn beside(&self, at: usize) -> Option<&Beside> {
        self.beside.get(&at).map(Box::as_ref)
    }

    /// The statement a reference names, if it is here and counts.
    pub(in crate::matter::fold) fn counted(&self, reference: &Reference) -> Option<&Event> {
        self.find(reference).filter(|event| event.effect.counts())
    }

    /// Where in the order the statement stands that a reference names, if it counts.
    pub(in crate::matter::fold) fn place(&self, reference: &Reference) -> Option<usize> {
        self.find_place(reference).filter(|at| self.events[*at].effect.counts())
    }

    /// Where in the order the statement stands that a reference names, if it is valid, whether or not it has an effect.
    pub(in crate::matter::fold) fn valid_place(&self, reference: &Reference) -> Option<usize> {
        self.find_place(reference).filter(|at| self.events[*at].standing.is_valid())
    }

    /// The verdict that stands on the statement at a place of the order: the verification, and what it says.
    pub(in crate::matter::fold) fn verdict(&self, at: usize) -> Option<(&Event, &Verification)> {
        let event = &self.events[*self.beside(at)?.verdicts.last()?];
        let Said::Verification(verification) = &event.said else { return None };
        Some((event, verification))
    }

    pub(in crate::matter::fold) fn verdict_view(&self, at: usize) -> Option<VerdictView> {
        self.verdict(at).map(|(event, verification)| VerdictView {
            on: event.reference.clone(),
            by: event.by.clone(),
            verdict: verification.verdict,
            date: event.date,
            checks: verification.checks.clone(),
        })
    }

    /// Every statement verified, with the verdict that stands, in the order of the statements.
    pub(in crate::matter::fold) fn verdicts(&self) -> impl Iterator<Item = (&Event, VerdictView)> {
        self.beside.keys().filter_map(|at| Some((self.events[*at].as_ref(), self.verdict_view(*at)?)))
    }

    pub(in crate::matter::fold) fn is_accepted(&self, at: usize) -> bool {
        self.verdict(at).is_some_and(|(_, verification)| verification.verdict == Verdict::Accepted)
    }

    /// Whether the verdict that stood on the statement at a place of the order when `heard` was logged accepted it. A verdict of a log above
    /// follows what it is on, however late it comes.
    pub(in crate::matter::fold) fn was_accepted(&self, at: usize, heard: &Event) -> bool {
        let mut newest_first = self.beside(at).into_iter().flat_map(|beside| beside.verdicts.iter().rev()).map(|at| &self.events[*at]);
        let stood = newest_first.find(|found| self.is_home(found) || found.logged <= heard.logged);
        matches!(stood.map(|found| &found.said), Some(Said::Verification(said)) if said.verdict == Verdict::Accepted)
    }

    /// Who countersigned the statement at a place of the order as it stands now.
    pub(in crate::matter::fold) fn countersigned(&self, at: usize) -> impl Iterator<Item = &OfficeName> {
        let all = self.beside(at).into_iter().flat_map(|beside| &beside.countersigned);
        all.filter(move |(by, time)| self.unseen_by(at, by).is_none_or(|unseen| *time >= unseen)).map(|(by, _)| by)
    }

    /// Whether the community's supervisors signed the statement at a place of the order as it stands now, countersigned it or accepted it.
    pub(in crate::matter::fold) fn is_supervised(&self, at: usize) -> bool {
        let is_supervisor = |by: &OfficeName| signing::is_supervisor(by, self.id.division);
        let signed = self.events[at].by.iter().any(|by| is_supervisor(by) && self.unseen_by(at, by).is_none());
        signed || self.is_accepted(at) || self.countersigned(at).any(is_supervisor)
    }

    /// When the statement at a place of the order was last given other facts without the signature of an office.
    fn unseen_by(&self, at: usize, office: &OfficeName) -> Option<Time> {
        self.mends.changed_without(&self.events[at].reference, office)
    }

    /// What an office above answered to the statement at a place of the order.
    pub(in crate::matter::fold) fn answer_view(&self, at: usize) -> Option<AnswerView> {
        let event = &self.events[self.beside(at)?.answer?];
        let Said::Answer(answer) = &event.said else { return None };
        Some(AnswerView { on: event.reference.clone(), finding: answer.finding, date: event.date })
    }

    /// The division above the matter's, as the registry says: `packs` bring it along.
    pub(in crate::matter::fold) fn above(&self) -> Option<Division> {
        self.packs.parent(self.id.division)
    }

    /// The rule pack that judges the matter, where it may and is known.
    pub(in crate::matter::fold) fn pack(&self) -> Option<&Pack> {
        match &self.rules {
            RulesUsed::Known { pack, .. } | RulesUsed::OtherMethod { pack } => self.packs.judging(pack, self.id.division),
            RulesUsed::Unknown { .. } | RulesUsed::None => None,
        }
    }

    /// The steps of the matter's method, none where no pack judges it.
    pub(in crate::matter::fold) fn method(&self) -> &[StepRule] {
        let method = self.topic.as_ref().and_then(|topic| topic.method.known());
        method.and_then(|method| self.pack()?.methods.get(&method)).map_or(&[], Vec::as_slice)
    }

    pub(in crate::matter::fold) fn rule(&self, step: Coded<StepCode>) -> Option<&StepRule> {
        self.method().iter().find(|rule| Coded::Known(rule.step) == step)
    }

    /// Whether the method decides in a step.
    pub(in crate::matter::fold) fn decides(&self, step: Coded<StepCode>) -> bool {
        self.rule(step).is_some_and(|rule| rule.decides)
    }

    /// Whether the rule pack was in force here on `day`; none is, where none judges.
    pub(in crate::matter::fold) fn rules_in_force(&self, day: Date) -> bool {
        matches!(&self.rules, RulesUsed::Known { pack, .. } if self.packs.in_force(pack, self.id.division, day))
    }

    pub(in crate::matter::fold) fn reopened_after(&self, at: usize) -> bool {
        self.rounds.last().is_some_and(|round| round.number > 1 && self.is_since(round.at, at))
    }

    /// Whether what stands at one place was said after what stands at another: at home by the order, else by when they were logged, for
    /// there the order follows what was spoken to.
    fn is_since(&self, later: usize, earlier: usize) -> bool {
        let [one, other] = [later, earlier].map(|at| &self.events[at]);
        if self.is_home(one) && self.is_home(other) { later > earlier } else { one.logged > other.logged }
    }

    pub(in crate::matter::fold) fn open_round(&self) -> Option<&RoundStory> {
        self.rounds.last().filter(|round| round.outcome.is_none())
    }

    pub(in crate::matter::fold) fn newest_outcome(&self) -> Option<&OutcomeStory> {
        self.rounds.iter().rev().find_map(|round| round.outcome.as_ref())
    }
}
