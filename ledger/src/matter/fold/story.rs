//! A matter's story so far: what each statement did when it was taken in. It knows no instant.
//!
//! Where a statement was corrected or taken back, a story is told again with that known (see [`super::mending`]).
//!
//! A handler either changes the story or returns why the statement has no effect; it never does both.

mod asked;

use std::collections::{BTreeMap, BTreeSet};

use super::answered::Spoken;
use super::commitment::CommitmentStory;
use super::mending::{Behind, Mends};
use crate::matter::codes::{Coded, Decision, Irregular, KindCode, OutcomeResult, ReopenReason};
use crate::matter::facts::Said;
use crate::matter::pack::Packs;
use crate::matter::record::{Record, Reference};
use crate::matter::signing;
use crate::matter::view::{
    CircularView, Effect, EvaluationView, Event, FeedbackView, Moved, ObjectionView, OrderView, ProblemView, RulesUsed, TopicView,
};
use crate::names::{MatterId, OfficeName};
use crate::standing::Standing;
use crate::time::Time;

/// Statements in some order; each by itself, for a list keeps room to grow, and that costs one word a place so, and not a whole event.
pub(super) type Events = Vec<Box<Event>>;

/// Something said, and at which place of the order.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) at: usize,
    pub(super) said: T,
}

/// Which of a list, which is in order, was said at a place of the order.
pub(super) fn said_at<T>(list: &[At<T>], at: usize) -> Option<usize> {
    list.binary_search_by_key(&at, |said| said.at).ok()
}

/// Puts one more into a list. The first gets a place of its own and no room to grow: most matters have one commitment and one round.
pub(super) fn push<T>(list: &mut Vec<T>, one: T) {
    if list.is_empty() {
        list.reserve_exact(1);
    }
    list.push(one);
}

/// What others said of a statement, beside what it says itself; statements are named by their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Beside {
    /// The verifications of it, by (time, id); the verdict of the last stands.
    pub(super) verdicts: Vec<usize>,
    /// Who countersigned it, and when, as signed.
    pub(super) countersigned: Vec<(OfficeName, Time)>,
    /// The newest answer of an office above to it.
    pub(super) answer: Option<usize>,
    /// When its date was told, where that was corrected.
    pub(super) dated: Option<Time>,
    /// Whether another office has spoken to it.
    pub(super) spoken: Spoken,
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
}

/// The story; see the module.
#[derive(Clone, Debug)]
pub(super) struct Story {
    pub(super) id: MatterId,
    pub(super) offset: i8,
    pub(super) packs: Packs,
    pub(super) topic: Option<TopicView>,
    pub(super) convener: Option<OfficeName>,
    pub(super) rules: RulesUsed,
    pub(super) rounds: Vec<RoundStory>,
    /// In the order they were made. What depends on the instant is settled later (see [`super::commitment`]).
    pub(super) commitments: Vec<CommitmentStory>,
    /// Their places in `commitments`, sorted by id.
    by_id: Vec<usize>,
    pub(super) objections: Vec<At<ObjectionView>>,
    pub(super) orders: Vec<At<OrderView>>,
    pub(super) problems: Vec<At<ProblemView>>,
    pub(super) results: Vec<usize>,
    pub(super) feedback: Vec<FeedbackView>,
    pub(super) evaluations: Vec<EvaluationView>,
    pub(super) circulars: Vec<CircularView>,
    pub(super) termination: Option<Reference>,
    /// When convener or reporter last said something.
    pub(super) last_word: Option<Time>,
    /// Every statement, in order.
    pub(super) events: Events,
    /// What corrections and withdrawals came to.
    pub(super) mends: Mends,
    /// What of that came to light only while this was told.
    pub(super) behind: Behind,
    /// What others said of statements, by their places in `events`.
    beside: BTreeMap<usize, Box<Beside>>,
    /// Where each statement stands in `events`, behind the [`asked::hint`] of its id.
    places: BTreeSet<(u64, usize)>,
}

/// What a statement that counts touched.
#[derive(Default)]
pub(super) struct Touched {
    pub(super) round: Option<u32>,
    pub(super) moved: Vec<Moved>,
}

pub(super) type Taken = Result<Touched, Irregular>;

/// A record as it enters a story: read, and not yet taken in.
pub(super) fn heard(record: &Record, offset: i8) -> Box<Event> {
    let statement = &record.statement;
    let said = Said::read(&statement.kind, &statement.facts).unwrap_or_else(|_| Said::Raw(statement.facts.fields()));
    let mut event = Box::new(Event {
        reference: record.reference.clone(),
        kind: statement.kind.clone(),
        by: statement.by.clone(),
        time: statement.time,
        logged: record.logged,
        date: statement.time.civil_date(offset),
        standing: record.standing,
        marks: record.marks,
        effect: Effect::Counted,
        round: None,
        moved: Vec::new(),
        said,
        mended: None,
    });
    unhear(&mut event, offset);
    event
}

/// Forgets what a story made of a statement, so that it can be taken in anew.
pub(super) fn unhear(event: &mut Event, offset: i8) {
    if let Some(signed) = event.mended.take().and_then(|mended| mended.signed) {
        event.said = signed;
    }
    event.date = event.said.date().unwrap_or_else(|| event.time.civil_date(offset));
    event.effect = match (event.standing, &event.said) {
        (Standing::Void(why), _) => Effect::Void(why),
        (Standing::Valid { .. }, Said::Raw(_)) => {
            let known = event.kind.as_str().parse::<KindCode>().is_ok() && !event.kind.is_registry();
            Effect::Irregular(if known { Irregular::Unreadable } else { Irregular::UnknownKind })
        }
        (Standing::Valid { .. }, _) => Effect::Counted,
    };
    event.round = None;
    event.moved.clear();
}

impl Story {
    pub(super) fn new(id: MatterId, packs: &Packs, offset: i8) -> Self {
        Self {
            id,
            offset,
            packs: packs.clone(),
            topic: None,
            convener: None,
            rules: RulesUsed::None,
            rounds: Vec::new(),
            commitments: Vec::new(),
            by_id: Vec::new(),
            objections: Vec::new(),
            orders: Vec::new(),
            problems: Vec::new(),
            results: Vec::new(),
            feedback: Vec::new(),
            evaluations: Vec::new(),
            circulars: Vec::new(),
            termination: None,
            last_word: None,
            events: Vec::new(),
            mends: Mends::default(),
            behind: Behind::Nothing,
            beside: BTreeMap::new(),
            places: BTreeSet::new(),
        }
    }

    /// The same told again from the start, with all mends that are known.
    pub(super) fn told_again(mut self) -> Self {
        let mut told = Self::new(self.id, &self.packs, self.offset);
        told.mends = std::mem::take(&mut self.mends);
        for mut event in self.events {
            unhear(&mut event, told.offset);
            told.take_in(event);
        }
        told
    }

    /// Takes in the next statement of the order.
    pub(super) fn take_in(&mut self, mut event: Box<Event>) {
        self.mend(&mut event);
        self.share_signers(&mut event);
        if event.effect.counts() {
            match self.take(&event) {
                Ok(touched) => {
                    event.round = touched.round;
                    event.moved = touched.moved;
                    self.note(&event);
                }
                Err(why) => event.effect = Effect::Irregular(why),
            }
        }
        self.hear(&event);
        self.places.insert((asked::hint(&event.reference.id), self.events.len()));
        self.events.push(event);
    }

    /// Nearly always the same offices have just spoken: one list of them will do.
    fn share_signers(&self, event: &mut Event) {
        if let Some(before) = self.events.iter().rev().take(4).find(|before| before.by == event.by) {
            event.by = before.by.clone();
        }
    }

    fn take(&mut self, heard: &Event) -> Taken {
        if self.counts_already(&heard.reference.id) {
            return Err(Irregular::Repeated);
        }
        match &heard.said {
            Said::Topic(topic) => return self.take_topic(heard, topic),
            // What mends may mend a topic that does not stand, and words may have to go whatever became of the matter.
            Said::Correction(correction) => return self.take_correction(heard, correction),
            Said::Void(withdrawal) => return self.take_withdrawal(heard, withdrawal),
            Said::Redaction(redaction) => return self.take_redaction(heard, redaction),
            _ if self.topic.is_none() => return Err(Irregular::NoTopic),
            _ => {}
        }
        if self.has_ended() && moves_the_matter(&heard.said) {
            return Err(Irregular::Ended);
        }
        let mut touched = match &heard.said {
            Said::Step(step) => self.take_step(heard, step),
            Said::Outcome(outcome) => self.take_outcome(heard, outcome),
            Said::Reopen(reopen) => self.take_reopen(heard, reopen),
            Said::Objection(objection) => self.take_objection(heard, objection),
            Said::Answer(answer) => self.take_answer(heard, answer),
            Said::Plan(plan) => self.take_plan(heard, plan),
            Said::Progress(progress) => self.take_progress(heard, progress),
            Said::Completion(completion) => self.take_completion(heard, completion),
            Said::Problem(problem) => self.take_problem(heard, problem),
            Said::Verification(verification) => self.take_verification(heard, verification),
            Said::Countersign(countersign) => self.take_countersign(heard, countersign),
            Said::Result(_) => self.take_result(heard),
            Said::Feedback(feedback) => self.take_feedback(heard, feedback),
            Said::Evaluation(evaluation) => self.take_evaluation(heard, evaluation),
            Said::Termination(termination) => self.take_termination(heard, termination),
            Said::Rectification(order) => self.take_rectification(heard, order),
            Said::Circular(circular) => self.take_circular(heard, circular),
            _ => Err(Irregular::UnknownKind),
        }?;
        touched.round = touched.round.or_else(|| self.rounds.last().map(|round| round.number));
        Ok(touched)
    }

    /// Notes when those who carry a matter last spoke.
    fn note(&mut self, event: &Event) {
        let work = matches!(event.said, Said::Plan(_) | Said::Progress(_) | Said::Completion(_));
        if work || self.by_convener(event).is_ok() {
            self.last_word = self.last_word.max(Some(event.logged));
        }
    }

    pub(super) fn is_home(&self, heard: &Event) -> bool {
        heard.reference.log.division == self.id.division
    }

    pub(super) fn has_ended(&self) -> bool {
        self.termination.is_some() || self.topic.as_ref().is_some_and(|topic| topic.decision == Decision::Declined)
    }

    pub(super) fn by_convener(&self, heard: &Event) -> Result<(), Irregular> {
        let signed = self.convener.as_ref().is_some_and(|convener| heard.by.contains(convener));
        if signed && self.is_home(heard) { Ok(()) } else { Err(Irregular::NotItsOffice) }
    }

    /// Another office that may convene here is not *this* matter's convener; supervisors and offices above are heard.
    pub(super) fn by_convener_or_others(&self, heard: &Event) -> Result<(), Irregular> {
        let other = |by: &OfficeName| by.division != self.id.division || signing::is_supervisor(by, self.id.division);
        if heard.by.iter().any(other) { Ok(()) } else { self.by_convener(heard) }
    }

    pub(super) fn open(&mut self, number: u32, reason: Option<Coded<ReopenReason>>) {
        let round = RoundStory { number, at: self.events.len(), steps: Vec::new(), reason, outcome: None };
        push(&mut self.rounds, round);
    }

    pub(super) fn round_mut(&mut self, number: u32) -> Result<&mut RoundStory, Irregular> {
        // Rounds are numbered from 1 without a gap.
        let position = number.checked_sub(1).and_then(|position| usize::try_from(position).ok());
        position.and_then(|position| self.rounds.get_mut(position)).ok_or(Irregular::NoSuchRound)
    }

    /// Adds a commitment whose id is new.
    pub(super) fn add_commitment(&mut self, commitment: CommitmentStory) {
        let slot = self.by_id.partition_point(|at| self.commitments[*at].id < commitment.id);
        self.by_id.insert(slot, self.commitments.len());
        push(&mut self.commitments, commitment);
    }

    /// What others said of the statement at a place of the order, to be noted.
    pub(super) fn beside_at(&mut self, at: usize) -> &mut Beside {
        self.beside.entry(at).or_default()
    }
}

/// Whether a kind carries a matter on; what residents, supervisors and those above say is heard after its end as well.
fn moves_the_matter(said: &Said) -> bool {
    matches!(
        said,
        Said::Step(_)
            | Said::Outcome(_)
            | Said::Plan(_)
            | Said::Progress(_)
            | Said::Problem(_)
            | Said::Reopen(_)
            | Said::Completion(_)
            | Said::Result(_)
            | Said::Termination(_)
    )
}
