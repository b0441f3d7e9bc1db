//! Who says what: three voices, objections, problems, and what is expected next.

use serde::{Deserialize, Serialize};

use super::VerdictView;
use crate::matter::codes::{Coded, Finding, Gathering, StepCode};
use crate::matter::facts::{Bearer, CommitmentId};
use crate::matter::record::Reference;
use crate::statement::{Kind, Signers};
use crate::time::Date;

/// 异议 and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ObjectionView {
    /// The statement.
    pub on: Reference,
    /// Against what.
    pub target: Reference,
    /// Who received it.
    pub by: Signers,
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
    pub by: Signers,
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
    pub by: Signers,
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
    pub by: Signers,
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
