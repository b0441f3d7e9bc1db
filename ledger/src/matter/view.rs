//! What the fold yields: a matter as of an instant, from facts alone. Words are looked up by the references here.
//!
//! Out of scope: how it is shown. Invariant: plain data, equal for equal sets of records, and the same bytes when serialised.

use serde::{Deserialize, Serialize};

use super::codes::{
    CheckMade, Coded, CommitmentState, Decision, Finding, FlagCode, FundSource, Gathering, Irregular, Method, OutcomeResult, Proposer,
    ReopenReason, Status, StepCode, StepState, Tag, Verdict, Word,
};
use super::facts::{Bearer, CommitmentId, Fen, Milestone, Said, Tally};
use super::pack::Share;
use super::record::{Marks, Reference};
use crate::hash::Blake3;
use crate::names::{Division, MatterId, OfficeName};
use crate::standing::{Standing, Void};
use crate::statement::Kind;
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
    /// Above the community: `civil-affairs` or `government` of a division above. At the root there is none, and nothing can be done there.
    Above,
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

/// One round of consultation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// What opened it: the topic, or a `reopen`.
    pub opened: Reference,
    /// Why, from the second round on.
    pub reason: Option<Coded<ReopenReason>>,
    /// What closed it.
    pub outcome: Option<OutcomeView>,
    /// The steps of the method in its order, then those beside it in the order they were logged.
    pub steps: Vec<StepView>,
}

/// The outcome of a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OutcomeView {
    /// The statement.
    pub on: Reference,
    /// What it came to.
    pub result: OutcomeResult,
    /// The day of the resolution.
    pub date: Date,
    /// Whether supervisors signed it or accepted it.
    pub supervised: bool,
}

/// One step of the strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepView {
    /// Which step.
    pub step: Coded<StepCode>,
    /// Whether the method asks for it in this round.
    pub required: bool,
    /// Where it stands.
    pub state: StepState,
    /// The day it was taken.
    pub date: Option<Date>,
    /// The statement that fulfils it; the newest, if several do.
    pub on: Option<Reference>,
    /// 到会与表决, judged.
    pub tallies: Vec<TallyView>,
    /// Whether the counts pass; none where no rule judges them.
    pub passed: Option<bool>,
}

/// Counts, and what the rules make of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TallyView {
    /// The counts as signed.
    pub tally: Tally,
    /// The judgement; none where the pack has no rule for this unit.
    pub judged: Option<Judged>,
}

/// A judgement on counts, with the rule it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judged {
    /// 到会: present of due.
    pub quorum: Option<Test>,
    /// 同意: votes for, of those whom the rule names.
    pub majority: Option<Test>,
    /// Whether the counts can be true: not more present than due, not more votes than present.
    pub consistent: bool,
    /// Whether all of it holds; none where the counts do not tell.
    pub passed: Option<bool>,
    /// 条文: the article, as people cite it.
    pub article: String,
    /// The rule was not in force on that day: shown as 仅供参考, and enters no indicator.
    pub advisory: bool,
}

/// One share tested against the share wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Test {
    /// What was wanted.
    pub wanted: Share,
    /// The part.
    pub had: u64,
    /// The whole.
    pub of: u64,
    /// Whether it holds.
    pub met: bool,
}

/// 承诺: one checkable promise and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Commitment {
    /// 编号
    pub id: CommitmentId,
    /// Where it stands.
    pub state: CommitmentState,
    /// The outcome that made it, or last replaced it: its words stand in that body.
    pub made: Reference,
    /// The round of that outcome.
    pub round: u32,
    /// 责任方, as on paper.
    pub responsible: Option<Bearer>,
    /// A responsible office of another division has not signed for it: 责任方未确认.
    pub responsible_unconfirmed: bool,
    /// 报告方, where it is not the convener.
    pub reporter: Option<Bearer>,
    /// 原定期限: the first due date ever promised; on-time is judged by it.
    pub first_due: Date,
    /// 现定期限
    pub due: Date,
    /// Every due date in force so far, oldest first, the current one last.
    pub dues: Vec<DueView>,
    /// 预算, as first given.
    pub first_budget: Option<Fen>,
    /// 预算 now.
    pub budget: Option<Fen>,
    /// 资金来源
    pub source: Option<Coded<FundSource>>,
    /// 累计支出, by the newest progress that tells it.
    pub spent: Option<Fen>,
    /// 节点
    pub milestones: Vec<MilestoneView>,
    /// The newest plan.
    pub plan: Option<Reference>,
    /// The newest progress.
    pub progress: Option<Reference>,
    /// The newest completion.
    pub completion: Option<CompletionView>,
    /// Whether it was completed by the first due date; none while open, or where the completion is back-filled.
    pub on_time: Option<bool>,
    /// Days past the current due date, while live and without a standing completion.
    pub overdue_days: Option<i64>,
}

impl Commitment {
    /// How often the due date was moved.
    pub fn times_moved(&self) -> usize {
        self.dues.len().saturating_sub(1)
    }

    /// The current due date minus the first, in days.
    pub fn days_moved(&self) -> i64 {
        i64::from((self.due - self.first_due).get_days())
    }
}

/// A due date and what set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DueView {
    /// The date.
    pub date: Date,
    /// The outcome or plan that set it.
    pub set_by: Reference,
}

/// A milestone of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MilestoneView {
    /// As planned.
    pub milestone: Milestone,
    /// The day a progress statement reached it.
    pub reached: Option<Date>,
}

/// A completion and the verdict on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CompletionView {
    /// The statement.
    pub on: Reference,
    /// 完成日期, as reported.
    pub date: Date,
    /// 实际支出
    pub cost: Option<Fen>,
    /// The verdict that stands.
    pub verdict: Option<VerdictView>,
}

/// A verdict that stands on a statement: the newest of those who may verify, by (time, id).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct VerdictView {
    /// The statement.
    pub on: Reference,
    /// Who found it.
    pub by: Vec<OfficeName>,
    /// What they found.
    pub verdict: Verdict,
    /// The day.
    pub date: Date,
    /// 核实方式
    pub checks: Vec<Coded<CheckMade>>,
}

/// 公示期: natural days, from the day after the civil date the outcome was logged, to 24:00 of the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notice {
    /// The outcome on notice.
    pub on: Reference,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many days.
    pub days: u16,
    /// Days left, today included and at most `days`; none once it is over.
    pub left: Option<i64>,
}

/// 异议 and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectionView {
    /// The statement.
    pub on: Reference,
    /// Against what.
    pub target: Reference,
    /// Who received it.
    pub by: Vec<OfficeName>,
    /// How many were received.
    pub count: u32,
    /// The day.
    pub date: Date,
    /// The newest answer.
    pub answer: Option<AnswerView>,
    /// Unanswered, or upheld without a new round since.
    pub open: bool,
}

/// An answer to an objection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct AnswerView {
    /// The statement.
    pub on: Reference,
    /// What it says.
    pub finding: Finding,
    /// The day.
    pub date: Date,
}

/// 新问题
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProblemView {
    /// The statement.
    pub on: Reference,
    /// Who raised it.
    pub by: Vec<OfficeName>,
    /// With which commitment.
    pub commitment: Option<CommitmentId>,
    /// Neither a new round nor an accepted completion has answered it.
    pub open: bool,
}

/// 三方说法: three voices, side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Voices {
    /// 村(居)委会说: the newest claim on each commitment, by the convener or its reporter.
    pub convener: Vec<Claim>,
    /// 监委会核实: the verdict that stands on each statement verified, oldest first.
    pub supervisors: Vec<FindingView>,
    /// 居民反馈: each count as it was gathered, oldest first.
    pub residents: Vec<FeedbackView>,
}

/// What convener or reporter last said of a commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Claim {
    /// The statement: a completion, progress or plan.
    pub on: Reference,
    /// Which.
    pub kind: Kind,
    /// Who said it.
    pub by: Vec<OfficeName>,
    /// Of which commitment.
    pub commitment: CommitmentId,
    /// The day.
    pub date: Date,
}

/// What supervisors found of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FindingView {
    /// What was verified.
    pub target: Reference,
    /// Of which commitment, if it was a completion.
    pub commitment: Option<CommitmentId>,
    /// The verdict.
    pub verdict: VerdictView,
}

/// What residents answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FeedbackView {
    /// The statement.
    pub on: Reference,
    /// Who gathered it.
    pub by: Vec<OfficeName>,
    /// How.
    pub gathered: Coded<Gathering>,
    /// Of which commitment; the whole matter where none.
    pub commitment: Option<CommitmentId>,
    /// The day.
    pub date: Date,
    /// 已解决
    pub fixed: u32,
    /// 部分解决
    pub partly: u32,
    /// 没有解决
    pub not: u32,
    /// 不清楚
    pub unknown: u32,
}

/// 下一步: a statement that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Expected {
    /// Which kind.
    pub kind: Kind,
    /// Which step, if it is a `step`.
    pub step: Option<Coded<StepCode>>,
    /// On which commitment.
    pub commitment: Option<CommitmentId>,
    /// On which statement.
    pub target: Option<Reference>,
    /// From whom: any of these offices of the matter's division, unless one names another.
    pub from: Vec<Bearer>,
    /// By which day, where a promise or a rule gives one; it may be past.
    pub by: Option<Date>,
}

/// One statement in the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Event {
    /// Where it stands.
    pub reference: Reference,
    /// Its kind.
    pub kind: Kind,
    /// Who signed.
    pub by: Vec<OfficeName>,
    /// When the signers say they signed.
    pub time: Time,
    /// When its log took it in.
    pub logged: Time,
    /// The day of the fact: as the facts tell it, or the civil date of `time`.
    pub date: Date,
    /// What it counts for.
    pub standing: Standing,
    /// What else is known of it.
    pub marks: Marks,
    /// Whether it had an effect.
    pub effect: Effect,
    /// The round it belongs to.
    pub round: Option<u32>,
    /// Due dates that it moved.
    pub moved: Vec<Moved>,
    /// What it says.
    pub said: Said,
}

/// Whether a statement had an effect on the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// It counts.
    Counted,
    /// It counts nowhere: shown struck through, with the reason.
    Void(Void),
    /// It is shown and has no effect.
    Irregular(Irregular),
}

impl Effect {
    /// Whether the statement counts.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Counted)
    }
}

/// A due date moved: the old one is shown struck through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// Of which commitment.
    pub commitment: CommitmentId,
    /// The date until then.
    pub from: Date,
    /// The date from then on.
    pub to: Date,
}

/// Something out of the ordinary, with its figures. Never signed, always computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "flag")]
pub enum Flag {
    /// 已逾期
    Overdue {
        /// Of which commitment.
        commitment: CommitmentId,
        /// Days past the current due date.
        days: i64,
    },
    /// 久无消息: no statement by convener or reporter for eight weeks.
    Stale {
        /// Days since the last.
        days: i64,
    },
    /// 已改期
    Rescheduled {
        /// Of which commitment.
        commitment: CommitmentId,
        /// How often.
        times: u32,
        /// The current due date minus the first.
        days: i64,
    },
    /// 预算变更
    BudgetChanged {
        /// Of which commitment.
        commitment: CommitmentId,
        /// As first given.
        from: Option<Fen>,
        /// Now.
        to: Option<Fen>,
    },
    /// 到会人数不足
    QuorumShort {
        /// The step's statement.
        on: Reference,
        /// Which step.
        step: Coded<StepCode>,
        /// In which round.
        round: u32,
    },
    /// 未达通过票数, or the counts cannot be true.
    NotPassed {
        /// The step's statement.
        on: Reference,
        /// Which step.
        step: Coded<StepCode>,
        /// In which round.
        round: u32,
    },
    /// 票数不全: a rule judges the step, and the counts do not tell whether it passed.
    TallyMissing {
        /// The step's statement.
        on: Reference,
        /// Which step.
        step: Coded<StepCode>,
        /// In which round.
        round: u32,
    },
    /// 票数有变更: the step was recorded again with other counts.
    TallyChanged {
        /// The newest statement of the step.
        on: Reference,
        /// Which step.
        step: Coded<StepCode>,
        /// In which round.
        round: u32,
    },
    /// 缺步骤
    StepSkipped {
        /// Which step.
        step: Coded<StepCode>,
        /// In which round.
        round: u32,
    },
    /// 步骤次序不符: dated before a step that the method puts earlier, or logged after the outcome.
    StepOutOfOrder {
        /// The step's statement.
        on: Reference,
        /// Which step.
        step: Coded<StepCode>,
        /// In which round.
        round: u32,
    },
    /// 公示期不足
    NoticeTooShort {
        /// The outcome.
        on: Reference,
        /// Days given.
        days: u16,
        /// Days the pack asks for.
        wanted: u16,
    },
    /// 公开迟延: of a resolution after its meeting, or of the result after acceptance.
    LateDisclosure {
        /// The outcome, or the result; none while the result is still missing.
        on: Option<Reference>,
        /// `publish-resolution` or `publish-result`.
        step: Coded<StepCode>,
        /// Days beyond those the pack allows.
        days: i64,
    },
    /// 补录: logged over seven days after the fact.
    BackFilled {
        /// The statement.
        on: Reference,
        /// The day of the fact.
        date: Date,
        /// The civil date it was logged.
        logged: Date,
    },
    /// 异议未答复
    Unanswered {
        /// The objection.
        on: Reference,
        /// Days since it was logged.
        days: i64,
    },
    /// 无监督委员会签名
    UnsignedBySupervisors {
        /// The outcome or result.
        on: Reference,
    },
    /// 有争议
    Disputed {
        /// The objection.
        on: Reference,
    },
    /// 责任方未确认
    ResponsibleUnconfirmed {
        /// Of which commitment.
        commitment: CommitmentId,
    },
    /// 任期已过
    TermExpired {
        /// The statement.
        on: Reference,
    },
    /// 入账时间存疑
    LoggedDoubtful {
        /// The statement.
        on: Reference,
    },
    /// 已被追溯停用
    Annulled {
        /// The statement.
        on: Reference,
    },
    /// 账本出现分叉
    ForkSeen,
}

impl Flag {
    /// Its name.
    pub const fn code(&self) -> FlagCode {
        match self {
            Self::Overdue { .. } => FlagCode::Overdue,
            Self::Stale { .. } => FlagCode::Stale,
            Self::Rescheduled { .. } => FlagCode::Rescheduled,
            Self::BudgetChanged { .. } => FlagCode::BudgetChanged,
            Self::QuorumShort { .. } => FlagCode::QuorumShort,
            Self::NotPassed { .. } => FlagCode::NotPassed,
            Self::TallyMissing { .. } => FlagCode::TallyMissing,
            Self::TallyChanged { .. } => FlagCode::TallyChanged,
            Self::StepSkipped { .. } => FlagCode::StepSkipped,
            Self::StepOutOfOrder { .. } => FlagCode::StepOutOfOrder,
            Self::NoticeTooShort { .. } => FlagCode::NoticeTooShort,
            Self::LateDisclosure { .. } => FlagCode::LateDisclosure,
            Self::BackFilled { .. } => FlagCode::BackFilled,
            Self::Unanswered { .. } => FlagCode::Unanswered,
            Self::UnsignedBySupervisors { .. } => FlagCode::UnsignedBySupervisors,
            Self::Disputed { .. } => FlagCode::Disputed,
            Self::ResponsibleUnconfirmed { .. } => FlagCode::ResponsibleUnconfirmed,
            Self::TermExpired { .. } => FlagCode::TermExpired,
            Self::LoggedDoubtful { .. } => FlagCode::LoggedDoubtful,
            Self::Annulled { .. } => FlagCode::Annulled,
            Self::ForkSeen => FlagCode::ForkSeen,
        }
    }

    /// The statement it is on.
    pub const fn on(&self) -> Option<&Reference> {
        match self {
            Self::QuorumShort { on, .. }
            | Self::NotPassed { on, .. }
            | Self::TallyMissing { on, .. }
            | Self::TallyChanged { on, .. }
            | Self::StepOutOfOrder { on, .. }
            | Self::NoticeTooShort { on, .. }
            | Self::BackFilled { on, .. }
            | Self::Unanswered { on, .. }
            | Self::UnsignedBySupervisors { on }
            | Self::Disputed { on }
            | Self::TermExpired { on }
            | Self::LoggedDoubtful { on }
            | Self::Annulled { on } => Some(on),
            Self::LateDisclosure { on, .. } => on.as_ref(),
            _ => None,
        }
    }

    /// The commitment it is on.
    pub const fn commitment(&self) -> Option<Word> {
        match self {
            Self::Overdue { commitment, .. }
            | Self::Rescheduled { commitment, .. }
            | Self::BudgetChanged { commitment, .. }
            | Self::ResponsibleUnconfirmed { commitment } => Some(*commitment),
            _ => None,
        }
    }
}
