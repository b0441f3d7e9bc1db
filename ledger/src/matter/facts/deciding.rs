//! Kinds that lead to a decision: topic, step, outcome, objection, answer, reopen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::{Bearer, CommitmentId, Fen, exact};
use crate::hash::Blake3;
use crate::matter::Reference;
use crate::matter::codes::{
    Ballot, Basis, Category, Channel, Coded, Decision, Elsewhere, Finding, Form, FundSource, LinkKind, Method, OutcomeResult, Participant,
    Proposer, ReopenReason, StepCode, Unit, Word,
};
use crate::names::MatterId;
use crate::time::Date;

/// 议题收集、确定: a topic raised, and whether it goes into consultation. The first valid one owns the matter's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Topic {
    /// 城乡分类代码: the urban–rural class of the statistical code list, 111 to 220.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<u16>,
    /// 协商依据
    pub basis: Coded<Basis>,
    /// 类别
    pub category: Coded<Category>,
    /// 议题确定日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 确定、不予协商
    pub decision: Decision,
    /// 去向: where a declined topic goes instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elsewhere: Option<Coded<Elsewhere>>,
    /// 目录条目: the item of the local catalogue it falls under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Word>,
    /// 关联事项
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// 工作方法
    pub method: Coded<Method>,
    /// 议题来源
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised: Option<Raised>,
    /// 规则包: the BLAKE3 of the rule pack that the matter is judged by; none known means "not judged".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Blake3>,
}

/// 议题来源: who raised a topic, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Raised {
    /// Which kind of proposer.
    pub by: Coded<Proposer>,
    /// 人数: how many put their name to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// 关联事项: a matter elsewhere that this one is tied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Link {
    /// How.
    pub kind: Coded<LinkKind>,
    /// To which.
    pub matter: MatterId,
}

/// 程序步骤: one step of the method was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Step {
    /// 日期: the day of the meeting.
    pub date: Date,
    /// 协商形式
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Coded<Form>>,
    /// 工作方法
    pub method: Coded<Method>,
    /// 参加者: kinds and heads, never names.
    #[serde(default, deserialize_with = "exact", skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Attendance>,
    /// 轮次: the round of consultation, from 1.
    pub round: u32,
    /// 步骤
    pub step: Coded<StepCode>,
    /// 到会与表决: one for each unit that is counted.
    #[serde(default, deserialize_with = "exact", skip_serializing_if = "Vec::is_empty")]
    pub tallies: Vec<Tally>,
}

/// How many of one kind took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Attendance {
    /// 人数
    pub count: u32,
    /// 主体类别
    pub kind: Coded<Participant>,
}

/// 到会与表决: who was due, who came, how they voted. Whether it passed is computed from these counts, never signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Tally {
    /// 应到
    pub due: u64,
    /// 表决: counts by option.
    #[serde(default, deserialize_with = "exact", skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<OptionCount>,
    /// 实到
    pub present: u64,
    /// 计数单位
    pub unit: Coded<Unit>,
}

/// Votes for one option.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OptionCount {
    /// `for`, `against`, `abstain`, or the code of an option that the body names.
    #[schemars(schema_with = "crate::schema::open::<Ballot>")]
    pub code: Word,
    /// 票数
    pub count: u64,
}

impl Tally {
    /// The votes for the option `code`, none if it is not counted.
    pub fn votes(&self, code: &str) -> Option<u64> {
        self.options.iter().find(|option| option.code.as_str() == code).map(|option| option.count)
    }
}

/// 协商成果、决议公开: what a round came to, and what is promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// 承诺: new ones, or ones that replace those of the same id.
    #[serde(default, deserialize_with = "exact", skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Promise>,
    /// 决议日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 取消的承诺: earlier commitments that are given up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drops: Vec<CommitmentId>,
    /// 公示天数: natural days; the rule pack's number where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_days: Option<u16>,
    /// 张贴渠道; the places stand in the body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub posted: Vec<Coded<Channel>>,
    /// 张贴日期 on paper: shown, not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_on: Option<Date>,
    /// 结果
    pub result: OutcomeResult,
    /// 轮次
    pub round: u32,
}

/// 承诺: one checkable promise. What is promised stands in the body under the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Promise {
    /// 预算, in fen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Fen>,
    /// 完成期限: the last day in time.
    pub due: Date,
    /// 编号
    pub id: CommitmentId,
    /// 报告方: the office that signs progress and completion; the convener where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<Bearer>,
    /// 责任方, as on paper; the convener where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Bearer>,
    /// 资金来源
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Coded<FundSource>>,
}

/// 异议: objections that were received against a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Objection {
    /// 件数: how many were received.
    pub count: u32,
    /// 收到日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Against what.
    pub target: Reference,
}

/// 答复: the answer to an objection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    /// 答复日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 采纳情况
    pub finding: Finding,
    /// The objection that is answered.
    pub target: Reference,
}

/// 再次协商: opens a further round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Reopen {
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 原因
    pub reason: Coded<ReopenReason>,
    /// 新一轮的轮次: one more than the last.
    pub round: u32,
}
