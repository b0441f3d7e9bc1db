//! What statements hold in their facts: ids, codes, dates, amounts in fen, counts, verdicts, references; no free text.
//!
//! Reading is tolerant: a field this version does not know is passed over ([`unknown`] gives it, to be shown raw). Publishing is strict:
//! [`super::check`] refuses it, and every word outside the lists.
//!
//! One [`Said`] for all kinds, those of a division and of a node included: who reads a log reads every entry the same way, and what a kind is
//! about stands in [`KindCode::about`]. The registry's kinds have types of their own (see [`crate::registry`]) and are [`Said::Raw`] here.

mod carrying;
mod deciding;
mod governing;
mod judging;
mod mending;
mod overseeing;
mod parts;
mod witnessing;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

pub use carrying::{Completion, Milestone, Plan, Problem, Progress, Termination};
pub use deciding::{Answer, Attendance, Link, Objection, OptionCount, Outcome, Promise, Raised, Reopen, Step, Tally, Topic};
pub use governing::{Assessment, Catalogue, CatalogueItem, Indicator, LogPlace, LogSizes, Period, PlaceConsequence, RulesNotice};
pub use judging::{Delivered, Feedback, ResultNotice, Verification};
pub use mending::{Change, Correction, FactPath, Redaction, Withdrawal};
pub use overseeing::{Circular, Countersign, Evaluation, Rectification};
pub use parts::{Bearer, CommitmentId, Fen};
pub use witnessing::{Anchor, EvidenceNotice, Head, Observation};

use super::Reference;
use super::codes::KindCode;
use crate::Malformed;
use crate::facts::{Facts, Value};
use crate::statement::{Kind, Statement};
use crate::time::Date;

/// Declares what a statement can say: each kind with the type of its facts.
macro_rules! said {
    ($($(#[$doc:meta])* $kind:ident ($facts:ty),)+) => {
        /// The facts of a statement, read as its kind's. Boxed: a matter is kept as its statements, and most facts are small.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Said {
            $($(#[$doc])* $kind(Box<$facts>),)+
            /// A kind not known here or the registry's, or facts that do not read as their kind's: the fields as they stand.
            Raw(BTreeMap<String, Value>),
        }

        $(impl From<$facts> for Said {
            fn from(facts: $facts) -> Self {
                Self::$kind(Box::new(facts))
            }
        })+

        impl Said {
            /// Reads facts as those of `kind`; [`Said::Raw`] when the kind is not known here or is the registry's.
            pub fn read(kind: &Kind, facts: &Facts) -> Result<Self, Malformed> {
                Ok(match kind.as_str().parse() {
                    $(Ok(KindCode::$kind) => Self::$kind(facts.read()?),)+
                    Ok(KindCode::Charter | KindCode::Appoint | KindCode::Revoke | KindCode::Division) | Err(_) => {
                        Self::Raw(facts.fields())
                    }
                })
            }

            /// The kind, if it was read as one.
            pub const fn kind(&self) -> Option<KindCode> {
                match self {
                    $(Self::$kind(_) => Some(KindCode::$kind),)+
                    Self::Raw(_) => None,
                }
            }

            /// The schema of the facts of `kind`, within `generator`; none for the registry's kinds.
            pub(crate) fn schema(kind: KindCode, generator: &mut SchemaGenerator) -> Option<Schema> {
                match kind {
                    $(KindCode::$kind => Some(<$facts as JsonSchema>::json_schema(generator)),)+
                    KindCode::Charter | KindCode::Appoint | KindCode::Revoke | KindCode::Division => None,
                }
            }

            /// The facts as a statement holds them.
            pub fn to_facts(&self) -> Result<Facts, Malformed> {
                match self {
                    $(Self::$kind(said) => Facts::of(said),)+
                    Self::Raw(fields) => Facts::of(fields),
                }
            }
        }
    };
}

said! {
    /// 制度规程
    Rules(RulesNotice),
    /// 协商事项清单、协商目录
    Catalogue(Catalogue),
    /// 议题
    Topic(Topic),
    /// 程序步骤
    Step(Step),
    /// 协商成果、决议公开
    Outcome(Outcome),
    /// 异议
    Objection(Objection),
    /// 答复
    Answer(Answer),
    /// 落实方案、调整
    Plan(Plan),
    /// 落实进展
    Progress(Progress),
    /// 新问题
    Problem(Problem),
    /// 再次协商
    Reopen(Reopen),
    /// 报告完成
    Completion(Completion),
    /// 监督核实
    Verification(Verification),
    /// 会签
    Countersign(Countersign),
    /// 实施结果公开
    Result(ResultNotice),
    /// 居民反馈
    Feedback(Feedback),
    /// 评估
    Evaluation(Evaluation),
    /// 终止
    Termination(Termination),
    /// 督促整改、问责
    Rectification(Rectification),
    /// 通报、反映
    Circular(Circular),
    /// 考核评价
    Assessment(Assessment),
    /// 更正
    Correction(Correction),
    /// 撤回误录
    Void(Withdrawal),
    /// 隐私删除
    Redaction(Redaction),
    /// 不一致
    Evidence(EvidenceNotice),
    /// 锚定
    Anchor(Anchor),
    /// 观察
    Observation(Observation),
}

impl Said {
    /// The statement it refers to, if its kind refers to one.
    pub fn target(&self) -> Option<&Reference> {
        match self {
            Self::Objection(objection) => Some(&objection.target),
            Self::Answer(answer) => Some(&answer.target),
            Self::Verification(verification) => Some(&verification.target),
            Self::Termination(termination) => Some(&termination.resolution),
            Self::Countersign(countersign) => Some(&countersign.target),
            Self::Evaluation(evaluation) => evaluation.target.as_ref(),
            Self::Rectification(rectification) => rectification.target.as_ref(),
            Self::Circular(circular) => circular.target.as_ref(),
            Self::Correction(correction) => Some(&correction.target),
            Self::Void(withdrawal) => Some(&withdrawal.target),
            Self::Redaction(redaction) => Some(&redaction.target),
            _ => None,
        }
    }

    /// The one commitment it speaks of, if any.
    pub fn commitment(&self) -> Option<CommitmentId> {
        match self {
            Self::Plan(plan) => Some(plan.commitment),
            Self::Progress(progress) => Some(progress.commitment),
            Self::Completion(completion) => Some(completion.commitment),
            Self::Problem(problem) => problem.commitment,
            Self::Feedback(feedback) => feedback.commitment,
            _ => None,
        }
    }

    /// The date of the fact, where the facts tell it.
    pub fn date(&self) -> Option<Date> {
        match self {
            Self::Topic(topic) => topic.date,
            Self::Step(step) => Some(step.date),
            Self::Outcome(outcome) => outcome.date,
            Self::Objection(objection) => objection.date,
            Self::Answer(answer) => answer.date,
            Self::Plan(plan) => plan.date,
            Self::Progress(progress) => progress.date,
            Self::Problem(problem) => problem.date,
            Self::Reopen(reopen) => reopen.date,
            Self::Completion(completion) => Some(completion.date),
            Self::Verification(verification) => verification.date,
            Self::Result(result) => result.date,
            Self::Feedback(feedback) => feedback.date,
            Self::Termination(termination) => termination.date,
            Self::Countersign(countersign) => countersign.date,
            Self::Evaluation(evaluation) => evaluation.date,
            Self::Rectification(rectification) => rectification.date,
            Self::Circular(circular) => circular.date,
            Self::Correction(correction) => correction.date,
            Self::Void(withdrawal) => withdrawal.date,
            Self::Redaction(redaction) => redaction.date,
            Self::Rules(_)
            | Self::Catalogue(_)
            | Self::Assessment(_)
            | Self::Evidence(_)
            | Self::Anchor(_)
            | Self::Observation(_)
            | Self::Raw(_) => None,
        }
    }
}

/// The fields of a statement's facts that this version does not read, by their path (`commitments.0.colour`): kept, and shown raw.
pub fn unknown(statement: &Statement) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    if let Ok(known) = Said::read(&statement.kind, &statement.facts).and_then(|said| said.to_facts()) {
        beyond(&statement.facts.fields(), &known.fields(), "", &mut found);
    }
    found
}

/// Collects what `whole` holds beyond `known`; a value written another way than `known` writes it counts as beyond.
fn beyond(whole: &BTreeMap<String, Value>, known: &BTreeMap<String, Value>, path: &str, found: &mut BTreeMap<String, Value>) {
    for (key, value) in whole {
        beyond_value(value, known.get(key), &format!("{path}{key}"), found);
    }
}

fn beyond_value(value: &Value, known: Option<&Value>, path: &str, found: &mut BTreeMap<String, Value>) {
    match (value, known) {
        (Value::Map(whole), Some(Value::Map(known))) => beyond(whole, known, &format!("{path}."), found),
        (Value::List(whole), Some(Value::List(known))) if whole.len() == known.len() => {
            for (position, (value, known)) in whole.iter().zip(known).enumerate() {
                beyond_value(value, Some(known), &format!("{path}.{position}"), found);
            }
        }
        (value, Some(known)) if value == known => {}
        _ => {
            found.insert(path.to_owned(), value.clone());
        }
    }
}
