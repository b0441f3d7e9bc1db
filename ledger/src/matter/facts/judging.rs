//! Kinds that say whether it was done: verification, result, feedback.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::{CommitmentId, Fen};
use crate::matter::Reference;
use crate::matter::codes::{Channel, CheckMade, Coded, Gathering, Verdict};
use crate::time::Date;

/// 监督核实: what those who supervise found of a statement, a completion above all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Verification {
    /// 核实方式
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Coded<CheckMade>>,
    /// 核实日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// What was verified: a completion, an outcome, a result.
    pub target: Reference,
    /// 结论
    pub verdict: Verdict,
}

/// 实施结果公开: planned against actual, for each commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResultNotice {
    /// 各项承诺
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Delivered>,
    /// 公开日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 张贴渠道; the places stand in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posted: Vec<Coded<Channel>>,
}

/// What became of one commitment, as the convener tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Delivered {
    /// 实际完成日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<Date>,
    /// 实际支出, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Fen>,
    /// 承诺编号
    pub id: CommitmentId,
    /// 计划完成日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Date>,
}

/// 居民反馈: how many residents said what, and who asked them. Answers gathered by different offices are never added up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Feedback {
    /// 承诺编号; the whole matter where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentId>,
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 已解决
    pub fixed: u32,
    /// 收集方式
    pub gathered: Coded<Gathering>,
    /// 没有解决
    pub not: u32,
    /// 部分解决
    pub partly: u32,
    /// 不清楚
    pub unknown: u32,
}
