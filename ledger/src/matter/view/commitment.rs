//! 承诺: commitments, their due dates, completions and verdicts.

use serde::{Deserialize, Serialize};

use crate::matter::codes::{CheckMade, Coded, CommitmentState, FundSource, Verdict};
use crate::matter::facts::{Bearer, CommitmentId, Fen, Milestone};
use crate::matter::record::Reference;
use crate::statement::Signers;
use crate::time::Date;

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
    pub by: Signers,
    /// What they found.
    pub verdict: Verdict,
    /// The day.
    pub date: Date,
    /// 核实方式
    pub checks: Vec<Coded<CheckMade>>,
}
