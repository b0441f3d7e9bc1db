//! What the fold yields: a matter as of an instant, from facts alone. Words are looked up by the references here.
//!
//! Out of scope: how it is shown. Invariant: plain data, equal for equal sets of records, and the same bytes when serialised.

mod commitment;
mod event;
mod flag;
mod overseeing;
mod round;
mod voice;

use serde::{Deserialize, Serialize};

pub use commitment::{Commitment, CompletionView, DueView, MilestoneView, VerdictView};
pub use event::{Effect, Event, Mended, Moved};
pub use flag::Flag;
pub use overseeing::{CircularView, EvaluationView, OrderView};
pub use round::{Judged, Notice, OutcomeView, Round, StepView, TallyView, Test};
pub use voice::{AnswerView, Claim, Expected, FeedbackView, FindingView, ObjectionView, ProblemView, Voices};

use crate::hash::Blake3;
use crate::matter::codes::{Coded, CommitmentState, Decision, FlagCode, Method, Proposer, Status, Tag};
use crate::matter::record::Reference;
use crate::names::{Division, MatterId, OfficeName};
use crate::time::{Date, Time};

/// A matter (协商事项) as of an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct View {
    /// 编号
    pub id: MatterId,
    /// Where it belongs.
    pub place: Division,
    /// The instant it is told for.
    pub as_of: Time,
    /// 议题: the topic that owns the id; none if no valid one is here.
    pub topic: Option<TopicView>,
    /// 召集方: the office that signed the topic.
    pub convener: Option<OfficeName>,
    /// Who can accept that a commitment is fulfilled.
    pub verifier: Verifier,
    /// 状态: one word.
    pub status: Status,
    /// On notice: days left, today included. Overdue: the most days that a live commitment is late. Otherwise none.
    pub days: Option<i64>,
    /// What stands beside the status, in the order of the list.
    pub tags: Vec<Tag>,
    /// What is out of the ordinary, in the order of the list.
    pub flags: Vec<Flag>,
    /// The rule pack it is judged by.
    pub rules: RulesUsed,
    /// 轮次: the rounds of consultation, oldest first.
    pub rounds: Vec<Round>,
    /// 承诺: all ever made, in the order they were made; dropped ones too.
    pub commitments: Vec<Commitment>,
    /// 公示: of the newest outcome, running or past.
    pub notice: Option<Notice>,
    /// 异议, oldest first.
    pub objections: Vec<ObjectionView>,
    /// 督促整改、问责, oldest first.
    pub orders: Vec<OrderView>,
    /// 评估, oldest first.
    pub evaluations: Vec<EvaluationView>,
    /// 通报、反映, oldest first.
    pub circulars: Vec<CircularView>,
    /// 新问题, oldest first.
    pub problems: Vec<ProblemView>,
    /// 实施结果公开: the newest result statement.
    pub result: Option<Reference>,
    /// 终止: the termination that stands.
    pub termination: Option<Reference>,
    /// 三方说法: kept apart, never merged.
    pub voices: Voices,
    /// 下一步: what is expected next, from whom, by when.
    pub expected: Vec<Expected>,
    /// Every statement, oldest first by when it was logged.
    pub timeline: Vec<Event>,
    /// When the newest statement that counts was logged.
    pub updated: Option<Time>,
}

impl View {
    /// 程序步骤: the steps of the newest round.
    pub fn steps(&self) -> &[StepView] {
        self.rounds.last().map_or(&[], |round| &round.steps)
    }

    /// The event of a reference.
    pub fn event(&self, reference: &Reference) -> Option<&Event> {
        self.timeline.iter().find(|event| event.reference == *reference)
    }

    /// Whether something is reported done that nobody in the federation can verify.
    pub fn awaits_nobody(&self) -> bool {
        self.verifier == Verifier::Nobody && self.live().any(|commitment| commitment.state == CommitmentState::Claimed)
    }

    /// The commitments that are not dropped.
    pub fn live(&self) -> impl Iterator<Item = &Commitment> {
        self.commitments.iter().filter(|commitment| commitment.state != CommitmentState::Dropped)
    }

    /// Whether it bears a flag.
    pub fn has(&self, code: FlagCode) -> bool {
        self.flags.iter().any(|flag| flag.code() == code)
    }
}

/// The topic in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TopicView {
    /// The statement.
    pub on: Reference,
    /// 确定、不予协商
    pub decision: Decision,
    /// Who raised it.
    pub raised_by: Option<Coded<Proposer>>,
    /// 工作方法
    pub method: Coded<Method>,
    /// The day of the topic.
    pub date: Date,
}

/// Who can accept that a commitment is fulfilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verifier {
    /// 村(居)务监督委员会 of the community.
    Supervisors,
    /// Above the community: `civil-affairs` or `government` of a division above.
    Above,
    /// At the root, above which this federation has no division: nothing is ever verified, and so nothing done.
    Nobody,
}

/// The rule pack a matter is judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RulesUsed {
    /// A pack known here.
    Known {
        /// Its BLAKE3.
        pack: Blake3,
        /// Its name.
        name: String,
    },
    /// A pack this reader lacks: not judged.
    Unknown {
        /// Its BLAKE3.
        pack: Blake3,
    },
    /// The pack does not hold the method: not judged.
    OtherMethod {
        /// Its BLAKE3.
        pack: Blake3,
    },
    /// The topic names none: not judged.
    None,
}
