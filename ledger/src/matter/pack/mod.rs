//! Rule packs (规则包): methods, their steps, and the quorums and majorities that the law asks for, as data.
//!
//! A pack is named by the BLAKE3 of its text. A pack that has been used never changes: a change is a new text under a new name. Those that
//! ship stand in `config/rules/`; local ones are carried, text and all, in the body of a `rules` statement ([`Packs::adopt`]).
//!
//! Out of scope: judging counts (the fold does), who may sign `rules`. Invariant: a [`Pack`] that was parsed says what it says once, in
//! bounds, with the article or basis for every number.

mod check;
mod cited;
mod known;
mod local;
mod share;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use check::LONGEST_PACK;
pub use cited::in_english;
pub use known::Packs;
pub use local::Adoptions;
pub use share::Share;

use super::codes::{DutyCode, Every, Method, OfficeCode, StepCode, Unit};
use crate::time::Date;

/// A rule pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Pack {
    /// A short name, for people who speak of it.
    pub name: String,
    /// What it is, in two languages.
    pub title: Title,
    /// While the law it rests on was in force; always, where absent.
    #[serde(default)]
    pub in_force: InForce,
    /// 公示期, in natural days.
    pub notice: Days,
    /// Within how many days an objection is answered.
    pub answer: Days,
    /// Within how many days a thing is disclosed.
    pub disclosure: Disclosure,
    /// Whether outcome and result are to be signed by the supervisors, or accepted by them.
    #[serde(default)]
    pub supervisors_sign: bool,
    /// The steps of each method, in order.
    #[serde(default, deserialize_with = "check::each_once")]
    pub methods: BTreeMap<Method, Vec<StepRule>>,
    /// 公开日历: what a place has to say again and again. The pack of the nearest place above that has one is the one that counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calendar: Vec<Rhythm>,
}

/// One thing that a place has to say again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Rhythm {
    /// What: `disclosure`, `finance` or `directory` of a community, `item-list` of a county.
    pub duty: DutyCode,
    /// How often.
    pub every: Every,
    /// How many days after the end of the period it is late.
    #[serde(default)]
    pub days: u16,
    /// Only for a period in which the place carries at least so many commitments with a budget: 收支较多.
    #[serde(default)]
    pub least: u32,
    /// 依据
    pub basis: String,
}

/// What a pack is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// The days on which a pack's law was in force; a judgement on another day is for reference only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InForce {
    /// The first day.
    #[serde(default)]
    pub from: Option<Date>,
    /// The first day no longer.
    #[serde(default)]
    pub until: Option<Date>,
}

impl InForce {
    /// Whether it was in force on `day`.
    pub fn covers(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }
}

/// A number of days, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Days {
    /// Natural days.
    pub days: u16,
    /// 依据
    pub basis: String,
}

/// When a thing has to be disclosed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Disclosure {
    /// The resolution, after the meeting that decided it.
    pub resolution_days: u16,
    /// The result, after all was accepted.
    pub result_days: u16,
    /// 依据
    pub basis: String,
}

/// One step of a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StepRule {
    /// Which step.
    pub step: StepCode,
    /// In which rounds the method asks for it.
    #[serde(default)]
    pub required: Required,
    /// The offices of the matter's division that record it; any one does.
    pub by: Vec<OfficeCode>,
    /// What fulfils it.
    pub fulfilled_by: Fulfilment,
    /// Whether people meet for it: from the first such step on a matter is 协商中.
    #[serde(default)]
    pub meeting: bool,
    /// Whether it takes the decision, so that disclosure counts from it.
    #[serde(default)]
    pub decides: bool,
    /// The quorums and majorities, by what is counted; none means not judged.
    #[serde(default)]
    pub counts: Vec<CountRule>,
    /// Whether every unit of `counts` has to be tallied and to pass (owners: heads *and* area); else those that were tallied do.
    #[serde(default)]
    pub every_unit: bool,
}

/// In which rounds of consultation a method asks for a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Required {
    /// In none: the step is optional.
    #[default]
    Never,
    /// In the first; a further round need not repeat it.
    FirstRound,
    /// In every round.
    EveryRound,
}

impl Required {
    /// Whether it is asked for in the round of that number.
    pub const fn in_round(self, number: u32) -> bool {
        match self {
            Self::Never => false,
            Self::FirstRound => number == 1,
            Self::EveryRound => true,
        }
    }
}

/// What kind of statement fulfils a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fulfilment {
    /// The topic.
    Topic,
    /// A `step` that names it.
    Step,
    /// The outcome of the round.
    Outcome,
    /// A verification.
    Verification,
    /// The first plan, progress or completion.
    Work,
    /// The result.
    Result,
}

/// What the law asks of counts in one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountRule {
    /// What is counted.
    pub unit: Unit,
    /// 到会: the share of those due who have to be present.
    #[serde(default)]
    pub quorum: Option<Share>,
    /// 同意: the share of those present who have to be for it.
    #[serde(default)]
    pub majority: Option<Share>,
    /// 条文, as people cite it.
    pub article: String,
}
