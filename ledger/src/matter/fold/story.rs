//! A matter's story so far: what each statement did when it was taken in. It knows no instant.
//!
//! A handler either changes the story or returns why the statement has no effect; it never does both.

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::Blake3;
use crate::matter::codes::{Coded, CommitmentState, Decision, Irregular, OutcomeResult, ReopenReason, StepCode, Verdict};
use crate::matter::facts::{CommitmentId, Said};
use crate::matter::pack::{Pack, Packs, StepRule};
use crate::matter::record::{Record, Reference};
use crate::matter::signing;
use crate::matter::view::{Commitment, Effect, Event, FeedbackView, Moved, ObjectionView, ProblemView, RulesUsed, TopicView, VerdictView};
use crate::names::{MatterId, OfficeName, Origin};
use crate::standing::Standing;
use crate::time::{Date, Time};

/// Something said, and at which place of the order.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) at: usize,
    pub(super) said: T,
}

/// A round of consultation. Its last place in the order is the one before the next round's first.
#[derive(Clone, Debug)]
pub(super) struct RoundStory {
    pub(super) number: u32,
    pub(super) at: usize,
    /// Where its `step` statements stand.
    pub(super) steps: Vec<usize>,
    pub(super) reason: Option<Coded<ReopenReason>>,
    pub(super) outcome: Option<OutcomeStory>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct OutcomeStory {
    pub(super) at: usize,
    pub(super) result: OutcomeResult,
    pub(super) notice_days: Option<u16>,
}

/// The story; see the module.
pub(super) struct Story<'p> {
    pub(super) id: MatterId,
    pub(super) offset: i8,
    pub(super) packs: &'p Packs,
    pub(super) topic: Option<TopicView>,
    pub(super) convener: Option<OfficeName>,
    pub(super) rules: RulesUsed,
    pub(super) pack: Option<&'p Pack>,
    pub(super) method: &'p [StepRule],
    pub(super) rounds: Vec<RoundStory>,
    /// In the order they were made. What depends on the instant is settled later (see [`super::commitment`]).
    pub(super) commitments: Vec<Commitment>,
    /// Where each stands in `commitments`.
    pub(super) commitment_places: BTreeMap<CommitmentId, usize>,
    /// The verdict that stands on each statement, with the time it was signed.
    pub(super) verdicts: BTreeMap<Reference, (Time, VerdictView)>,
    pub(super) objections: Vec<At<ObjectionView>>,
    /// Where each stands in `objections`.
    pub(super) objection_places: BTreeMap<Reference, usize>,
    pub(super) problems: Vec<At<ProblemView>>,
    pub(super) results: Vec<usize>,
    pub(super) feedback: Vec<FeedbackView>,
    pub(super) termination: Option<Reference>,
    /// When convener or reporter last said something.
    pub(super) last_word: Option<Time>,
    /// Every statement, in order.
    pub(super) events: Vec<Event>,
    /// Where the statements that count stand in `events`.
    places: BTreeMap<Reference, usize>,
    counted_ids: BTreeSet<(Origin, Blake3)>,
}

/// What a statement that counts touched.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) round: Option<u32>,
    pub(super) moved: Vec<Moved>,
}

pub(super) type Taken = Result<Touched, Irregular>;

impl<'p> Story<'p> {
    pub(super) fn new(id: MatterId, packs: &'p Packs, offset: i8) -> Self {
        Self {
            id,
            offset,
            packs,
            topic: None,
            convener: None,
            rules: RulesUsed::None,
            pack: None,
            method: &[],
            rounds: Vec::new(),
            commitments: Vec::new(),
            commitment_places: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            objections: Vec::new(),
            objection_places: BTreeMap::new(),
            problems: Vec::new(),
            results: Vec::new(),
            feedback: Vec::new(),
            termination: None,
            last_word: None,
            events: Vec::new(),
            places: BTreeMap::new(),
            counted_ids: BTreeSet::new(),
        }
    }

    /// Takes in the next record of the order.
    pub(super) fn take_in(&mut self, record: &Record) {
        let statement = &record.statement;
        let read = Said::read(&statement.kind, &statement.facts);
        let fault = match &read {
            Err(_) => Some(Irregular::Unreadable),
            Ok(Said::Raw(_)) => Some(Irregular::UnknownKind),
            Ok(_) => None,
        };
        let said = read.unwrap_or_else(|_| Said::Raw(statement.facts.fields().clone()));
        let date = said.date().unwrap_or_else(|| statement.time.civil_date(self.offset));
        let taken = match (record.standing, fault) {
            (Standing::Void(why), _) => Err(Effect::Void(why)),
            (Standing::Valid { .. }, Some(fault)) => Err(Effect::Irregular(fault)),
            (Standing::Valid { .. }, None) => self.take(record, &said, date).map_err(Effect::Irregular),
        };
        let (effect, touched) = match taken {
            Ok(touched) => (Effect::Counted, touched),
            Err(effect) => (effect, Touched::default()),
        };
        if effect.counts() {
            self.places.insert(record.reference.clone(), self.events.len());
            self.counted_ids.insert((record.reference.log.clone(), record.reference.id));
            self.hear(record, &said);
        }
        self.events.push(Event {
            reference: record.reference.clone(),
            kind: statement.kind.clone(),
            by: statement.by.clone(),
            time: statement.time,
            logged: record.logged,
            date,
            standing: record.standing,
            marks: record.marks,
            effect,
            round: touched.round,
            moved: touched.moved,
            said,
        });
    }

    fn take(&mut self, record: &Record, said: &Said, date: Date) -> Taken {
        if self.counted_ids.contains(&(record.reference.log.clone(), record.reference.id)) {
            return Err(Irregular::Repeated);
        }
        if let Said::Topic(topic) = said {
            return self.take_topic(record, topic, date);
        }
        if self.topic.is_none() {
            return Err(Irregular::NoTopic);
        }
        // What residents and supervisors say is heard after the end as well.
        let heard_after = matches!(said, Said::Objection(_) | Said::Answer(_) | Said::Verification(_) | Said::Feedback(_));
        if self.has_ended() && !heard_after {
            return Err(Irregular::Ended);
        }
        let mut touched = match said {
            Said::Step(step) => self.take_step(record, step),
            Said::Outcome(outcome) => self.take_outcome(record, outcome),
            Said::Reopen(reopen) => self.take_reopen(record, reopen),
            Said::Objection(objection) => self.take_objection(record, objection, date),
            Said::Answer(answer) => self.take_answer(record, answer, date),
            Said::Plan(plan) => self.take_plan(record, plan),
            Said::Progress(progress) => self.take_progress(record, progress, date),
            Said::Completion(completion) => self.take_completion(record, completion),
            Said::Problem(problem) => self.take_problem(record, problem),
            Said::Verification(verification) => self.take_verification(record, verification, date),
            Said::Result(_) => self.take_result(record),
            Said::Feedback(feedback) => self.take_feedback(record, feedback, date),
            Said::Termination(termination) => self.take_termination(record, termination),
            _ => Err(Irregular::UnknownKind),
        }?;
        touched.round = touched.round.or_else(|| self.rounds.last().map(|round| round.number));
        Ok(touched)
    }

    /// Notes when those who carry a matter last spoke.
    fn hear(&mut self, record: &Record, said: &Said) {
        let work = matches!(said, Said::Plan(_) | Said::Progress(_) | Said::Completion(_));
        if work || self.by_convener(record).is_ok() {
            self.last_word = self.last_word.max(Some(record.logged));
        }
    }

    pub(super) fn is_home(&self, record: &Record) -> bool {
        record.reference.log.division == self.id.division
    }

    pub(super) fn has_ended(&self) -> bool {
        self.termination.is_some() || self.topic.as_ref().is_some_and(|topic| topic.decision == Decision::Declined)
    }

    pub(super) fn by_convener(&self, record: &Record) -> Result<(), Irregular> {
        let signed = self.convener.as_ref().is_some_and(|convener| record.statement.by.contains(convener));
        if signed && self.is_home(record) { Ok(()) } else { Err(Irregular::NotItsOffice) }
    }

    /// Another office that may convene here is not *this* matter's convener; supervisors and offices above are heard.
    pub(super) fn by_convener_or_others(&self, record: &Record) -> Result<(), Irregular> {
        let other = |by: &OfficeName| by.division != self.id.division || signing::is_supervisor(by, self.id.division);
        if record.statement.by.iter().any(other) { Ok(()) } else { self.by_convener(record) }
    }

    pub(super) fn open(&mut self, number: u32, reason: Option<Coded<ReopenReason>>) {
        self.rounds.push(RoundStory { number, at: self.events.len(), steps: Vec::new(), reason, outcome: None });
    }

    pub(super) fn round_mut(&mut self, number: u32) -> Result<&mut RoundStory, Irregular> {
        // Rounds are numbered from 1 without a gap.
        let position = number.checked_sub(1).and_then(|position| usize::try_from(position).ok());
        position.and_then(|position| self.rounds.get_mut(position)).ok_or(Irregular::NoSuchRound)
    }

    /// Where in the order the round after `round` begins.
    pub(super) fn end_of(&self, round: &RoundStory) -> usize {
        let next = usize::try_from(round.number).ok().and_then(|next| self.rounds.get(next));
        next.map_or(self.events.len(), |next| next.at)
    }

    pub(super) fn live_commitment(&self, id: CommitmentId) -> Result<usize, Irregular> {
        let place = self.commitment_places.get(&id).copied();
        place.filter(|place| self.commitments[*place].state != CommitmentState::Dropped).ok_or(Irregular::NoSuchCommitment)
    }

    /// The statement a reference names, if it is here and counts.
    pub(super) fn counted(&self, reference: &Reference) -> Option<&Event> {
        self.place(reference).and_then(|at| self.events.get(at))
    }

    /// Where in the order the statement stands that a reference names, if it counts.
    pub(super) fn place(&self, reference: &Reference) -> Option<usize> {
        self.places.get(reference).copied()
    }

    /// The verdict that stands on a statement.
    pub(super) fn verdict(&self, target: &Reference) -> Option<&VerdictView> {
        self.verdicts.get(target).map(|(_, view)| view)
    }

    /// Every statement verified, with the verdict that stands, in the order of the statements.
    pub(super) fn verdicts(&self) -> impl Iterator<Item = (&Event, &VerdictView)> {
        self.events.iter().filter_map(|event| Some((event, self.verdict(&event.reference)?)))
    }

    pub(super) fn is_accepted(&self, target: &Reference) -> bool {
        self.verdict(target).is_some_and(|view| view.verdict == Verdict::Accepted)
    }

    pub(super) fn rule(&self, step: Coded<StepCode>) -> Option<&'p StepRule> {
        self.method.iter().find(|rule| Coded::Known(rule.step) == step)
    }

    /// Whether the rule pack was in force here on `day`; none is, where none judges.
    pub(super) fn rules_in_force(&self, day: Date) -> bool {
        matches!(&self.rules, RulesUsed::Known { pack, .. } if self.packs.in_force(pack, self.id.division, day))
    }

    pub(super) fn reopened_after(&self, at: usize) -> bool {
        self.rounds.last().is_some_and(|round| round.number > 1 && round.at > at)
    }

    pub(super) fn open_round(&self) -> Option<&RoundStory> {
        self.rounds.last().filter(|round| round.outcome.is_none())
    }

    pub(super) fn newest_outcome(&self) -> Option<&OutcomeStory> {
        self.rounds.iter().rev().find_map(|round| round.outcome.as_ref())
    }
}
