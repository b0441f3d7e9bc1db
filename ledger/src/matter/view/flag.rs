//! Flags, with their figures.

use serde::{Deserialize, Serialize};

use crate::matter::codes::{Coded, FlagCode, StepCode, Word};
use crate::matter::facts::{CommitmentId, Fen};
use crate::matter::record::Reference;
use crate::time::Date;

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
    /// 已隐私删除: words or attachments of a statement were erased.
    Redacted {
        /// The statement.
        on: Reference,
    },
    /// 已更正: facts or words of a statement were corrected.
    Corrected {
        /// The statement.
        on: Reference,
        /// How often.
        times: u32,
    },
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
            Self::Redacted { .. } => FlagCode::Redacted,
            Self::Corrected { .. } => FlagCode::Corrected,
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
            | Self::Annulled { on }
            | Self::Redacted { on }
            | Self::Corrected { on, .. } => Some(on),
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
