//! Kinds that belong to a division and to no matter: rules, catalogue, assessment.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::Blake3;
use crate::matter::codes::{Category, Coded, Consequence, Duty, IndicatorCode, Word};
use crate::names::{Division, Origin};
use crate::time::Date;
use crate::{Malformed, decimal};

/// 制度规程: a rule pack comes into force for the divisions below. Its text stands in the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RulesNotice {
    /// 施行日期: the first day it may be named by a topic.
    pub from: Date,
    /// 规则包: the BLAKE3 of its text.
    pub pack: Blake3,
    /// 替代: the pack that it takes the place of, as far as rules before it in the same place's log put that one in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Blake3>,
    /// 失效日期: the first day no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// 协商事项清单 (of a county) or 协商目录 (of a community): what must and what may be consulted. The newest version is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Catalogue {
    /// 施行日期, where it is not the day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// 条目; their names stand in the body by code.
    pub items: Vec<CatalogueItem>,
    /// 版本, from 1.
    pub version: u32,
}

/// 条目: one item of a catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CatalogueItem {
    /// 类别
    pub category: Coded<Category>,
    /// 编号: the word that a topic names it by.
    pub code: Word,
    /// 必须协商 or 可以协商
    pub duty: Duty,
}

/// 考核评价: what a county computed from signed statements, and what follows. Everything else is recomputed by anybody from the same logs.
///
/// Totals only: figures by place are computed from the same logs and never signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Assessment {
    /// 考核结果: what follows, for places named; those not named bear none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consequences: Vec<PlaceConsequence>,
    /// 公式版本: the version of the list of formulas.
    pub formulas: u32,
    /// 指标, each once.
    pub indicators: Vec<Indicator>,
    /// The BLAKE3 of [`LogSizes::text`]: how far each log was read. The sizes themselves stand in the body.
    pub logs: Blake3,
    /// 考核期
    pub period: Period,
}

/// A span of civil dates, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Period {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
}

/// 指标: one figure, in exact whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Indicator {
    /// 指标代码
    #[schemars(schema_with = "crate::schema::open::<IndicatorCode>")]
    pub code: Word,
    /// 分子、个数: of a share how many had it; of a count, the count; of a median, how many cases lie behind it.
    pub had: u64,
    /// 中位数, in half units (days doubled): exact, for the middle of two whole numbers may lie between them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_halves: Option<i64>,
    /// 分母: of a share, how many were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
}

/// What an assessment means for one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PlaceConsequence {
    /// 考核奖惩
    pub consequence: Coded<Consequence>,
    /// Where.
    pub place: Division,
}

impl Assessment {
    /// The figure of that code.
    pub fn indicator(&self, code: &str) -> Option<&Indicator> {
        self.indicators.iter().find(|indicator| indicator.code.as_str() == code)
    }
}

/// A log within its federation: `<division>/<generation>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogPlace {
    /// Whose log.
    pub division: Division,
    /// Which of its generations.
    pub generation: u32,
}

impl LogPlace {
    /// The log of an origin.
    pub fn of(origin: &Origin) -> Self {
        Self { division: origin.division, generation: origin.generation }
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.division, self.generation)
    }
}

impl FromStr for LogPlace {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("log", "<division>/<generation> wanted, such as 410721101201/1");
        let (division, generation) = text.split_once('/').ok_or_else(wrong)?;
        let generation = decimal(generation).filter(|number| *number >= 1).and_then(|number| u32::try_from(number).ok());
        Ok(Self { division: division.parse()?, generation: generation.ok_or_else(wrong)? })
    }
}

impl Serialize for LogPlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LogPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// How far each log was read: its number of entries. A county of 1,032 logs takes 24 KB, too long for facts; so facts name its BLAKE3.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogSizes(pub BTreeMap<LogPlace, u64>);

impl LogSizes {
    /// Whether it names no log.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line `<division>/<generation> <size>` a log, sorted by division and generation.
    pub fn text(&self) -> String {
        self.0.iter().map(|(log, size)| format!("{log} {size}\n")).collect()
    }

    /// The name that facts bear.
    pub fn hash(&self) -> Blake3 {
        Blake3::of(self.text().as_bytes())
    }
}
