//! What those above said: orders, evaluations, circulars.

use serde::{Deserialize, Serialize};

use super::AnswerView;
use crate::matter::codes::{Addressee, CircularGround, Coded, Inspection, Measure, Rating, RectificationAction};
use crate::matter::facts::Bearer;
use crate::matter::record::Reference;
use crate::names::Division;
use crate::statement::Signers;
use crate::time::Date;

/// 督促整改、问责
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OrderView {
    /// The statement.
    pub on: Reference,
    /// Who ordered it.
    pub by: Signers,
    /// 督促整改 or 问责
    pub action: RectificationAction,
    /// Whom it addresses; the convener where none.
    pub office: Option<Bearer>,
    /// What gave rise to it.
    pub target: Option<Reference>,
    /// 整改期限
    pub deadline: Option<Date>,
    /// 问责方式
    pub measure: Option<Coded<Measure>>,
    /// The day.
    pub date: Date,
    /// The newest answer.
    pub answer: Option<AnswerView>,
    /// An order that nobody answered yet.
    pub open: bool,
}

/// 评估
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct EvaluationView {
    /// The statement.
    pub on: Reference,
    /// Who evaluated.
    pub by: Signers,
    /// One statement; the whole matter where none.
    pub target: Option<Reference>,
    /// 评估等次
    pub rating: Coded<Rating>,
    /// 评估方式
    pub how: Vec<Coded<Inspection>>,
    /// The day.
    pub date: Date,
}

/// 通报、反映
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct CircularView {
    /// The statement.
    pub on: Reference,
    /// Who speaks.
    pub by: Signers,
    /// To whom.
    pub to: Addressee,
    /// 事由
    pub ground: Coded<CircularGround>,
    /// The places named.
    pub places: Vec<Division>,
    /// What gave rise to it.
    pub target: Option<Reference>,
    /// The day.
    pub date: Date,
}
