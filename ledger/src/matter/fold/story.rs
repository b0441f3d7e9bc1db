//! A matter's story so far: what each statement did when it was taken in. It knows no instant.
//!
//! A handler either changes the story or returns why the statement has no effect; it never does both.

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::Blake3;
use crate::matter::codes::{Coded, StepCode};
use crate::matter::codes::{CommitmentState, Decision, Irregular, OutcomeResult, ReopenReason, Verdict};
use crate::matter::facts::{
    Answer, CommitmentId, Feedback, Objection, Outcome, Problem, Reopen, Said, Step, Termination, Topic, Verification,
};
use crate::matter::pack::{Pack, Packs, StepRule};
use crate::matter::record::{Record, Reference};
use crate::matter::signing;
use crate::matter::view::{
    AnswerView, Commitment, Effect, Event, FeedbackView, Moved, ObjectionView, ProblemView, RulesUsed, TopicView, VerdictView,
};
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
    packs: &'p Packs,
    pub(super) topic: Option<TopicView>,
    pub(super) convener: Option<OfficeName>,
    pub(super) rules: RulesUsed,
    pub(super) pack: Option<&'p Pack>,
    pub(super) method: &'p [StepRule],
    pub(super) rounds: Vec<RoundStory>,
    /// In the order they were made. What depends on the instant is settled later (see [`super::commitment`]).
    pub(super) commitments: Vec<Commitment>,
    /// The verdict that stands on each statement, with the time it was signed.
    verdicts: BTreeMap<Reference, (Time, VerdictView)>,
    pub(super) objections: Vec<At<ObjectionView>>,
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

type Taken = Result<Touched, Irregular>;

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
            verdicts: BTreeMap::new(),
            objections: Vec::new(),
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
            Said::Topic(_) | Said::Raw(_) => Err(Irregular::UnknownKind),
        }?;
        touched.round = touched.round.or_else(|| self.rounds.last().map(|round| round.number));
        Ok(touched)
    }

    fn take_topic(&mut self, record: &Record, topic: &Topic, date: Date) -> Taken {
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
            self.pack = self.packs.get(&name);
            let steps = self.pack.and_then(|pack| topic.method.known().and_then(|method| pack.methods.get(&method)));
            self.rules = match (self.pack, steps) {
                (Some(pack), Some(_)) => RulesUsed::Known { pack: name, name: pack.name.clone() },
                (Some(_), None) => RulesUsed::OtherMethod { pack: name },
                (None, _) => RulesUsed::Unknown { pack: name },
            };
            self.method = steps.map_or(&[], Vec::as_slice);
        }
        if topic.decision == Decision::Confirmed {
            self.rounds.push(RoundStory { number: 1, at: self.events.len(), reason: None, outcome: None });
        }
        Ok(Touched { round: Some(1), moved: Vec::new() })
    }

    fn take_step(&mut self, record: &Record, step: &Step) -> Taken {
        let offices = self.rule(step.step).map(|rule| rule.by.as_slice());
        let its_office = |by: &OfficeName| {
            by.division == self.id.division
                && offices.is_none_or(|offices| offices.iter().any(|office| by.office.as_str().parse().is_ok_and(|by| *office == by)))
        };
        if !self.is_home(record) || !record.statement.by.iter().any(its_office) {
            return Err(Irregular::NotItsOffice);
        }
        self.round(step.round)?;
        Ok(Touched { round: Some(step.round), moved: Vec::new() })
    }

    fn take_outcome(&mut self, record: &Record, outcome: &Outcome) -> Taken {
        self.by_convener(record)?;
        if self.round(outcome.round)?.outcome.is_some() {
            return Err(Irregular::RoundClosed);
        }
        let at = self.events.len();
        if let Some(round) = self.rounds.iter_mut().find(|round| round.number == outcome.round) {
            round.outcome = Some(OutcomeStory { at, result: outcome.result, notice_days: outcome.notice_days });
        }
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

    fn take_reopen(&mut self, record: &Record, reopen: &Reopen) -> Taken {
        self.by_convener(record)?;
        let last = self.rounds.last().ok_or(Irregular::NoSuchRound)?;
        if last.outcome.is_none() {
            return Err(Irregular::RoundOpen);
        }
        if last.number.checked_add(1) != Some(reopen.round) {
            return Err(Irregular::NoSuchRound);
        }
        self.rounds.push(RoundStory { number: reopen.round, at: self.events.len(), reason: Some(reopen.reason), outcome: None });
        Ok(Touched { round: Some(reopen.round), moved: Vec::new() })
    }

    fn take_objection(&mut self, record: &Record, objection: &Objection, date: Date) -> Taken {
        self.by_convener_or_others(record)?;
        let round = self.counted(&objection.target).ok_or(Irregular::Unresolved)?.round;
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
    fn take_answer(&mut self, record: &Record, answer: &Answer, date: Date) -> Taken {
        let position = self.objections.iter().position(|objection| objection.said.on == answer.target).ok_or(Irregular::Unresolved)?;
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

    fn take_problem(&mut self, record: &Record, problem: &Problem) -> Taken {
        self.by_convener_or_others(record)?;
        if let Some(id) = problem.commitment {
            self.live_commitment(id)?;
        }
        if let Some(round) = problem.round {
            self.round(round)?;
        }
        self.problems.push(At {
            at: self.events.len(),
            said: ProblemView { on: record.reference.clone(), by: record.statement.by.clone(), commitment: problem.commitment, open: true },
        });
        Ok(Touched { round: problem.round, moved: Vec::new() })
    }

    /// Of several verdicts on one statement the newest by (time, id) stands, whichever log it came by.
    fn take_verification(&mut self, record: &Record, verification: &Verification, date: Date) -> Taken {
        if !record.statement.by.iter().any(|by| signing::may_verify(by, self.id.division)) {
            return Err(Irregular::NotItsOffice);
        }
        let target = self.counted(&verification.target).ok_or(Irregular::Unresolved)?;
        if matches!(target.said, Said::Verification(_) | Said::Objection(_) | Said::Answer(_) | Said::Feedback(_)) {
            return Err(Irregular::Unresolved);
        }
        let round = target.round;
        let time = record.statement.time;
        let stands = self.verdicts.get(&verification.target);
        if stands.is_none_or(|(stood, view)| (*stood, view.on.id) < (time, record.reference.id)) {
            let view = VerdictView {
                on: record.reference.clone(),
                by: record.statement.by.clone(),
                verdict: verification.verdict,
                date,
                checks: verification.checks.clone(),
            };
            self.verdicts.insert(verification.target.clone(), (time, view));
        }
        Ok(Touched { round, moved: Vec::new() })
    }

    fn take_result(&mut self, record: &Record) -> Taken {
        self.by_convener(record)?;
        self.results.push(self.events.len());
        Ok(Touched::default())
    }

    fn take_feedback(&mut self, record: &Record, feedback: &Feedback, date: Date) -> Taken {
        self.by_convener_or_others(record)?;
        if feedback.commitment.is_some_and(|id| !self.commitments.iter().any(|commitment| commitment.id == id)) {
            return Err(Irregular::NoSuchCommitment);
        }
        self.feedback.push(FeedbackView {
            on: record.reference.clone(),
            by: record.statement.by.clone(),
            gathered: feedback.gathered,
            commitment: feedback.commitment,
            date,
            fixed: feedback.fixed,
            partly: feedback.partly,
            not: feedback.not,
            unknown: feedback.unknown,
        });
        Ok(Touched::default())
    }

    fn take_termination(&mut self, record: &Record, termination: &Termination) -> Taken {
        self.by_convener(record)?;
        let resolution = self.counted(&termination.resolution).ok_or(Irregular::Unresolved)?;
        if !matches!(resolution.said, Said::Step(_) | Said::Outcome(_)) {
            return Err(Irregular::Unresolved);
        }
        self.termination = Some(record.reference.clone());
        Ok(Touched::default())
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
    fn by_convener_or_others(&self, record: &Record) -> Result<(), Irregular> {
        let other = |by: &OfficeName| by.division != self.id.division || signing::is_supervisor(by, self.id.division);
        if record.statement.by.iter().any(other) { Ok(()) } else { self.by_convener(record) }
    }

    fn round(&self, number: u32) -> Result<&RoundStory, Irregular> {
        self.rounds.iter().find(|round| round.number == number).ok_or(Irregular::NoSuchRound)
    }

    pub(super) fn live_commitment(&self, id: CommitmentId) -> Result<usize, Irregular> {
        let live = |commitment: &Commitment| commitment.id == id && commitment.state != CommitmentState::Dropped;
        self.commitments.iter().position(live).ok_or(Irregular::NoSuchCommitment)
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

    pub(super) fn reopened_after(&self, at: usize) -> bool {
        self.rounds.iter().any(|round| round.number > 1 && round.at > at)
    }

    pub(super) fn open_round(&self) -> Option<&RoundStory> {
        self.rounds.last().filter(|round| round.outcome.is_none())
    }

    pub(super) fn newest_outcome(&self) -> Option<&OutcomeStory> {
        self.rounds.iter().rev().find_map(|round| round.outcome.as_ref())
    }
}
