//! What the statements of a matter hold in their facts: ids, codes, dates, amounts in fen, counts, verdicts, references; no free text.
//!
//! Reading is tolerant: a field this version does not know is passed over ([`unknown`] gives it, to be shown raw). Publishing is strict:
//! [`super::check`] refuses it, and every word outside the lists.

mod carrying;
mod deciding;
mod judging;
mod parts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use carrying::{Completion, Milestone, Plan, Problem, Progress, Termination};
pub use deciding::{Answer, Attendance, Link, Objection, OptionCount, Outcome, Promise, Raised, Reopen, Step, Tally, Topic};
pub use judging::{Delivered, Feedback, ResultNotice, Verification};
pub use parts::{Bearer, CommitmentId, Fen};

use super::Reference;
use super::codes::KindCode;
use crate::Malformed;
use crate::facts::{Facts, Value};
use crate::statement::{Kind, Statement};
use crate::time::Date;

/// The facts of a statement, read as its kind's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
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
    /// 实施结果公开
    Result(ResultNotice),
    /// 居民反馈
    Feedback(Feedback),
    /// 终止
    Termination(Termination),
    /// A kind not known here, or facts that do not read as their kind's: the fields as they stand.
    Raw(BTreeMap<String, Value>),
}

impl Said {
    /// Reads facts as those of `kind`; [`Said::Raw`] when the kind is not one of a matter's.
    pub fn read(kind: &Kind, facts: &Facts) -> Result<Self, Malformed> {
        Ok(match kind.as_str().parse() {
            Ok(KindCode::Topic) => Self::Topic(facts.read()?),
            Ok(KindCode::Step) => Self::Step(facts.read()?),
            Ok(KindCode::Outcome) => Self::Outcome(facts.read()?),
            Ok(KindCode::Objection) => Self::Objection(facts.read()?),
            Ok(KindCode::Answer) => Self::Answer(facts.read()?),
            Ok(KindCode::Plan) => Self::Plan(facts.read()?),
            Ok(KindCode::Progress) => Self::Progress(facts.read()?),
            Ok(KindCode::Problem) => Self::Problem(facts.read()?),
            Ok(KindCode::Reopen) => Self::Reopen(facts.read()?),
            Ok(KindCode::Completion) => Self::Completion(facts.read()?),
            Ok(KindCode::Verification) => Self::Verification(facts.read()?),
            Ok(KindCode::Result) => Self::Result(facts.read()?),
            Ok(KindCode::Feedback) => Self::Feedback(facts.read()?),
            Ok(KindCode::Termination) => Self::Termination(facts.read()?),
            Ok(KindCode::Charter | KindCode::Appoint | KindCode::Revoke | KindCode::Division) | Err(_) => Self::Raw(facts.fields().clone()),
        })
    }

    /// The statement it refers to, if its kind refers to one.
    pub fn target(&self) -> Option<&Reference> {
        match self {
            Self::Objection(objection) => Some(&objection.target),
            Self::Answer(answer) => Some(&answer.target),
            Self::Verification(verification) => Some(&verification.target),
            Self::Termination(termination) => Some(&termination.resolution),
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
            Self::Raw(_) => None,
        }
    }

    /// The facts as a statement holds them.
    pub fn to_facts(&self) -> Result<Facts, Malformed> {
        match self {
            Self::Topic(said) => Facts::of(said),
            Self::Step(said) => Facts::of(said),
            Self::Outcome(said) => Facts::of(said),
            Self::Objection(said) => Facts::of(said),
            Self::Answer(said) => Facts::of(said),
            Self::Plan(said) => Facts::of(said),
            Self::Progress(said) => Facts::of(said),
            Self::Problem(said) => Facts::of(said),
            Self::Reopen(said) => Facts::of(said),
            Self::Completion(said) => Facts::of(said),
            Self::Verification(said) => Facts::of(said),
            Self::Result(said) => Facts::of(said),
            Self::Feedback(said) => Facts::of(said),
            Self::Termination(said) => Facts::of(said),
            Self::Raw(fields) => Facts::of(fields),
        }
    }
}

/// The fields of a statement's facts that this version does not read, by their path (`commitments.0.colour`): kept, and shown raw.
pub fn unknown(statement: &Statement) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    if let Ok(known) = Said::read(&statement.kind, &statement.facts).and_then(|said| said.to_facts()) {
        beyond(statement.facts.fields(), known.fields(), "", &mut found);
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
