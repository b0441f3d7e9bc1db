//! Kinds that carry a decision out, or end it: plan, progress, problem, completion, termination.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::{CommitmentId, Fen};
use crate::matter::Reference;
use crate::matter::codes::{Coded, PlanReason, TerminationReason, Word};
use crate::time::Date;

/// 落实方案、调整: how and by when a commitment is carried out. A new due date is a rescheduling, and the old one stays visible.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// 预算 from now on, in fen; unchanged where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Fen>,
    /// 承诺编号
    pub commitment: CommitmentId,
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 完成期限 from now on; unchanged where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// 节点: the milestones, replacing earlier ones if any are given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// 调整原因
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Coded<PlanReason>>,
}

/// 节点: a point on the way that can be reached or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Milestone {
    /// 计划日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// 编号; its name stands in the body.
    pub id: Word,
}

/// 落实进展: work on a commitment goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Progress {
    /// 承诺编号
    pub commitment: CommitmentId,
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 到达的节点
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<Word>,
    /// 累计支出: spent so far in all, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spent: Option<Fen>,
}

/// 新问题: something new came up with a commitment, or with what a round decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// 承诺编号
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentId>,
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 轮次
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round: Option<u32>,
}

/// 报告完成: the reporter says that a commitment is fulfilled. It is not done until the supervisors accept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Completion {
    /// 承诺编号
    pub commitment: CommitmentId,
    /// 实际支出, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Fen>,
    /// 完成日期
    pub date: Date,
}

/// 终止: the matter is given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Termination {
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 原因
    pub reason: Coded<TerminationReason>,
    /// 所依据的决议: the step or outcome it rests on.
    pub resolution: Reference,
}
