//! Kinds by which others stand beside a matter or look into it: countersign, evaluation, rectification, circular.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parts::Bearer;
use crate::matter::Reference;
use crate::matter::codes::{Addressee, CircularGround, Coded, Inspection, Measure, Rating, RectificationAction};
use crate::names::{Division, OfficeName};
use crate::time::Date;

/// 会签: another office stands by a statement, after it was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Countersign {
    /// 会签日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// What is countersigned: an outcome, a plan, a result.
    pub target: Reference,
}

/// 评估: what an office above finds of a matter, or of one statement in it. Reports of third parties are attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Evaluation {
    /// 评估日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 评估方式
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub how: Vec<Coded<Inspection>>,
    /// 评估等次
    pub rating: Coded<Rating>,
    /// The statement that is evaluated; the whole matter where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Reference>,
}

/// 督促整改、问责: an office above orders that something be put right, or holds an office to account; never a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Rectification {
    /// 督促整改 or 问责
    pub action: RectificationAction,
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 整改期限: the last day in time for an answer; of an order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Date>,
    /// 问责方式; of an accountability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Coded<Measure>>,
    /// 对象: the office addressed; the matter's convener where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<Bearer>,
    /// The statement that gave rise to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Reference>,
}

impl Rectification {
    /// Whether signers are whom it addresses, where it stands in the log of `home` and names no matter: whose answer counts then.
    pub fn asks(&self, by: &[OfficeName], home: Division) -> bool {
        self.office.is_some_and(|office| by.iter().any(|by| office.is(by, home)))
    }
}

/// 通报、反映: an office above names places, before the public or to those above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Circular {
    /// 日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// 事由
    pub ground: Coded<CircularGround>,
    /// 通报的地方: the divisions named, all below the one that speaks; sorted and distinct.
    pub places: Vec<Division>,
    /// The statement that gave rise to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Reference>,
    /// 通报 (to the public) or 反映 (to the superior).
    pub to: Addressee,
}
