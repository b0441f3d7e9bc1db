//! Rounds of consultation: their steps, the counts judged, their outcome, its notice.

use serde::{Deserialize, Serialize};

use super::AnswerView;
use crate::matter::codes::{Coded, OutcomeResult, ReopenReason, StepCode, StepState};
use crate::matter::facts::Tally;
use crate::matter::pack::Share;
use crate::matter::record::Reference;
use crate::names::OfficeName;
use crate::time::Date;

/// One round of consultation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Round {
    /// From 1.
    pub number: u32,
    /// What opened it: the topic, or a `reopen`.
    pub opened: Reference,
    /// Why, from the second round on.
    pub reason: Option<Coded<ReopenReason>>,
    /// What closed it.
    pub outcome: Option<OutcomeView>,
    /// The steps of the method in its order, then those beside it in the order they were logged.
    pub steps: Vec<StepView>,
}

impl Round {
    /// The day it was decided, and the statement: the newest step that decides and did not fail; `decides` tells which do.
    pub fn decided(&self, decides: impl Fn(Coded<StepCode>) -> bool) -> Option<(Date, &Reference)> {
        let steps = self.steps.iter().filter(|step| step.passed != Some(false) && decides(step.step));
        steps.filter_map(|step| Some((step.date?, step.on.as_ref()?))).max()
    }
}

/// The outcome of a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct OutcomeView {
    /// The statement.
    pub on: Reference,
    /// What it came to.
    pub result: OutcomeResult,
    /// The day of the resolution.
    pub date: Date,
    /// Whether supervisors signed it, countersigned it or accepted it.
    pub supervised: bool,
    /// Who countersigned it.
    pub countersigned: Vec<OfficeName>,
    /// What an office above answered to it, where it was sent upward.
    pub answer: Option<AnswerView>,
}

/// One step of the strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StepView {
    /// Which step.
    pub step: Coded<StepCode>,
    /// Whether the method asks for it in this round.
    pub required: bool,
    /// Where it stands.
    pub state: StepState,
    /// The day it was taken.
    pub date: Option<Date>,
    /// The statement that fulfils it; the newest, if several do.
    pub on: Option<Reference>,
    /// 到会与表决, judged.
    pub tallies: Vec<TallyView>,
    /// Whether the counts pass; none where no rule judges them.
    pub passed: Option<bool>,
}

/// Counts, and what the rules make of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TallyView {
    /// The counts as signed.
    pub tally: Tally,
    /// The judgement; none where the pack has no rule for this unit.
    pub judged: Option<Judged>,
}

/// A judgement on counts, with the rule it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Judged {
    /// 到会: present of due.
    pub quorum: Option<Test>,
    /// 同意: votes for, of those whom the rule names.
    pub majority: Option<Test>,
    /// Whether the counts can be true: not more present than due, not more votes than present.
    pub consistent: bool,
    /// Whether all of it holds; none where the counts do not tell.
    pub passed: Option<bool>,
    /// 条文: the article, as people cite it.
    pub article: String,
    /// The rule was not in force on that day: shown as 仅供参考, and enters no indicator.
    pub advisory: bool,
}

/// One share tested against the share wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Test {
    /// What was wanted.
    pub wanted: Share,
    /// The part.
    pub had: u64,
    /// The whole.
    pub of: u64,
    /// Whether it holds.
    pub met: bool,
}

/// 公示期: natural days, from the day after the civil date the outcome was logged, to 24:00 of the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notice {
    /// The outcome on notice.
    pub on: Reference,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// How many days.
    pub days: u16,
    /// Days left, today included and at most `days`; none once it is over.
    pub left: Option<i64>,
}
