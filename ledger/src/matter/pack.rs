//! Rule packs (规则包): methods, their steps, and the quorums and majorities that the law asks for, as data.
//!
//! A pack is named by the BLAKE3 of its text. A pack that has been used never changes: a change is a new text under a new name.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::codes::{Method, OfficeCode, StepCode, Unit};
use crate::hash::Blake3;
use crate::time::Date;
use crate::{Malformed, decimal};

/// The packs that ship with this version. One that was ever shipped stays: matters of the past name it.
const BUILT_IN: [&str; 3] = [
    include_str!("../../../config/rules/four-two-2018.json"),
    include_str!("../../../config/rules/one-three-two-2018.json"),
    include_str!("../../../config/rules/general.json"),
];

/// Most days that a pack may ask for: a notice or an answer beyond a year is a slip of the pen, and sums of days stay far from overflow.
const MOST_DAYS: u16 = 366;

/// The packs a reader knows, by their BLAKE3.
#[derive(Clone, Debug, Default)]
pub struct Packs(BTreeMap<Blake3, Pack>);

impl Packs {
    /// The packs that ship with this version.
    pub fn built_in() -> Self {
        // Each text is held to its format by a test.
        Self(BUILT_IN.iter().filter_map(|text| Some((Blake3::of(text.as_bytes()), Pack::parse(text).ok()?))).collect())
    }

    /// The pack of that name, if known.
    pub fn get(&self, name: &Blake3) -> Option<&Pack> {
        self.0.get(name)
    }

    /// The packs that hold `method`, to choose from.
    pub fn with(&self, method: Method) -> impl Iterator<Item = (&Blake3, &Pack)> {
        self.0.iter().filter(move |(_, pack)| pack.methods.contains_key(&method))
    }

    /// Takes in a pack by its text and returns the name it has.
    pub fn add(&mut self, text: &str) -> Result<Blake3, Malformed> {
        let name = Blake3::of(text.as_bytes());
        self.0.insert(name, Pack::parse(text)?);
        Ok(name)
    }
}

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
    pub methods: BTreeMap<Method, Vec<StepRule>>,
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

impl Pack {
    /// Reads a pack; a field it does not know is refused, for a rule passed over would judge wrongly.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let pack: Self = serde_json::from_str(text).map_err(|error| Malformed::new("rules", error.to_string()))?;
        let days = [pack.notice.days, pack.answer.days, pack.disclosure.resolution_days, pack.disclosure.result_days];
        if days.iter().any(|days| *days > MOST_DAYS) {
            return Err(Malformed::new("rules", format!("at most {MOST_DAYS} days wanted")));
        }
        for (method, steps) in &pack.methods {
            let mut seen = std::collections::BTreeSet::new();
            if let Some(twice) = steps.iter().find(|rule| !seen.insert(rule.step)) {
                return Err(Malformed::new("rules", format!("{method}: step {} stands twice", twice.step)));
            }
        }
        Ok(pack)
    }
}

/// An exact share that counts are tested against: "more than half" is `> 1/2`, "two thirds" is `>= 2/3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    inclusive: bool,
    part: u32,
    whole: u32,
}

impl Share {
    /// Whether `had` of `of` reaches it. Of none, nothing does.
    pub fn is_met(self, had: u64, of: u64) -> bool {
        let (left, right) = (u128::from(had) * u128::from(self.whole), u128::from(of) * u128::from(self.part));
        of > 0 && if self.inclusive { left >= right } else { left > right }
    }

    /// The least count of `of` that reaches it.
    pub fn least(self, of: u64) -> u64 {
        let (needed, whole) = (u128::from(of) * u128::from(self.part), u128::from(self.whole));
        let least = if self.inclusive { needed.div_ceil(whole) } else { needed / whole + 1 };
        u64::try_from(least).unwrap_or(u64::MAX)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", if self.inclusive { ">=" } else { ">" }, self.part, self.whole)
    }
}

impl FromStr for Share {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("share", "an exact fraction wanted, such as \"> 1/2\" or \">= 2/3\"");
        let (inclusive, rest) = match text.strip_prefix(">= ") {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix("> ").ok_or_else(wrong)?),
        };
        let (part, whole) = rest.split_once('/').ok_or_else(wrong)?;
        let number = |text: &str| decimal(text).and_then(|number| u32::try_from(number).ok());
        let (part, whole) = (number(part).ok_or_else(wrong)?, number(whole).ok_or_else(wrong)?);
        if whole == 0 || part > whole {
            return Err(wrong());
        }
        Ok(Self { inclusive, part, whole })
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_more_than_half_and_two_thirds_are_reached() {
        let (half, two_thirds): (Share, Share) = ("> 1/2".parse().unwrap(), ">= 2/3".parse().unwrap());
        assert!(!half.is_met(10, 20));
        assert!(half.is_met(11, 20));
        assert!(half.is_met(10, 19));
        assert!(!two_thirds.is_met(12, 19));
        assert!(two_thirds.is_met(13, 19));
        assert!(two_thirds.is_met(2, 3));
        assert_eq!((half.least(20), half.least(19), two_thirds.least(19), two_thirds.least(18)), (11, 10, 13, 12));
        assert!(!two_thirds.is_met(0, 0));
        assert!(half.is_met(u64::MAX, u64::MAX));
    }

    #[test]
    fn a_share_has_one_spelling() {
        for good in ["> 1/2", ">= 2/3", ">= 4/5"] {
            assert_eq!(good.parse::<Share>().unwrap().to_string(), good);
        }
        for bad in ["", "1/2", ">1/2", "> 1/0", "> 3/2", "> 50%", "< 1/2", ">= 02/3"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }

    #[test]
    fn every_built_in_pack_reads_and_keeps_its_name() {
        let named: Vec<_> =
            BUILT_IN.iter().map(|text| (Pack::parse(text).unwrap().name, Blake3::of(text.as_bytes()).to_string())).collect();
        let named: Vec<_> = named.iter().map(|(pack, hash)| (pack.as_str(), &hash[..16])).collect();
        // A pack in use never changes: matters name it by this hash.
        assert_eq!(
            named,
            [("four-two-2018", "a9732ff02f7da9c8"), ("one-three-two-2018", "570130214342175c"), ("general", "d30568116196b860")]
        );
        assert_eq!(Packs::built_in().0.len(), BUILT_IN.len());
    }

    #[test]
    fn a_pack_with_a_field_unknown_here_is_refused() {
        let text = BUILT_IN[1].replacen("\"name\"", "\"veto\": \"township\", \"name\"", 1);
        assert!(Pack::parse(&text).unwrap_err().why.contains("veto"));
    }
}
