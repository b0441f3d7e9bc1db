//! Who and where: divisions, federations, logs, offices, matters.
//!
//! Every name has one spelling: `parse(text).to_string() == text`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::Malformed;

/// The level of a division, told by its trailing zero groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `PP0000000000` 省
    Province,
    /// `PPCC00000000` 市
    City,
    /// `PPCCXX000000` 县(市、区)
    County,
    /// `PPCCXXTTT000` 乡镇、街道
    Township,
    /// `PPCCXXTTTVVV` 村、社区
    Community,
}

/// A 12-digit statistical division code, `PPCCXXTTTVVV`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Division(u64);

impl Division {
    /// The level told by the trailing zero groups.
    pub const fn level(self) -> Level {
        match self.0 {
            code if code.is_multiple_of(10_000_000_000) => Level::Province,
            code if code.is_multiple_of(100_000_000) => Level::City,
            code if code.is_multiple_of(1_000_000) => Level::County,
            code if code.is_multiple_of(1_000) => Level::Township,
            _ => Level::Community,
        }
    }

    /// The division above by prefix; a province has none.
    ///
    /// Authority and interest ask the registry, where a `division` statement may name another parent.
    pub const fn parent(self) -> Option<Self> {
        match self.level() {
            Level::Province => None,
            Level::City => Some(Self(self.0 / 10_000_000_000 * 10_000_000_000)),
            Level::County => Some(Self(self.0 / 100_000_000 * 100_000_000)),
            Level::Township => Some(Self(self.0 / 1_000_000 * 1_000_000)),
            Level::Community => Some(Self(self.0 / 1_000 * 1_000)),
        }
    }

    /// The divisions above by prefix, nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |division| division.parent())
    }

    /// Whether this is `other` or lies below it.
    pub fn is_within(self, other: Self) -> bool {
        self == other || self.ancestors().any(|ancestor| ancestor == other)
    }

    /// Whether the code lies under prefix 99, which no real place has: samples only.
    pub const fn is_fictional(self) -> bool {
        self.0 / 10_000_000_000 == 99
    }
}

impl fmt::Display for Division {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl FromStr for Division {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("division", "a code of 12 digits wanted, such as 410721101201");
        if text.len() != 12 || !text.bytes().all(|byte| byte.is_ascii_digit()) || text.starts_with("00") {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }
}

/// A federation's name: a scheme-less ASCII URL such as `luodi.example/henan`, at most 128 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Federation(SmolStr);

impl Federation {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The witness of a division: `<federation>/<division>/witness`.
    pub fn witness_name(&self, division: Division) -> String {
        format!("{self}/{division}/witness")
    }
}

impl fmt::Display for Federation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Federation {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'/' | b':' | b'_');
        let good = (1..=128).contains(&text.len())
            && text.bytes().all(plain)
            && text.split('/').all(|part| !part.is_empty())
            && !text.contains("/log/");
        good.then(|| Self(text.into())).ok_or_else(|| {
            Malformed::new("federation", "a scheme-less lowercase URL of at most 128 bytes wanted, such as luodi.example/henan")
        })
    }
}

/// A log's origin: `<federation>/log/<division>/<generation>`, generation from 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The federation the log belongs to.
    pub federation: Federation,
    /// The division whose log it is.
    pub division: Division,
    /// 1 for the first log of a division; the next after a fork or a lost key.
    pub generation: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/log/{}/{}", self.federation, self.division, self.generation)
    }
}

impl FromStr for Origin {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("origin", "<federation>/log/<division>/<generation> wanted");
        let (federation, rest) = text.rsplit_once("/log/").ok_or_else(wrong)?;
        let (division, generation) = rest.split_once('/').ok_or_else(wrong)?;
        let generation = crate::decimal(generation).filter(|n| *n >= 1).ok_or_else(wrong)?;
        Ok(Self {
            federation: federation.parse()?,
            division: division.parse()?,
            generation: u32::try_from(generation).map_err(|_| wrong())?,
        })
    }
}

/// The kind of an office: a lowercase word such as `committee` or `supervisors` (DOMAIN §1); open, so an unknown one can be shown raw.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Office(SmolStr);

impl Office {
    /// 村(居)民委员会
    pub const COMMITTEE: &'static str = "committee";
    /// 村(居)务监督委员会
    pub const SUPERVISORS: &'static str = "supervisors";
    /// 基层党组织
    pub const PARTY: &'static str = "party";
    /// 乡镇政府、街道办、县(市、区)政府
    pub const GOVERNMENT: &'static str = "government";
    /// 主管部门(民政等)
    pub const CIVIL_AFFAIRS: &'static str = "civil-affairs";
    /// 业主委员会
    pub const OWNERS: &'static str = "owners";
    /// 节点
    pub const NODE: &'static str = "node";

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Office {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        word(text, 32)
            .map(Self)
            .ok_or_else(|| Malformed::new("office", "a lowercase word of at most 32 letters, digits and hyphens wanted"))
    }
}

/// An office of a division, the name its keys sign under: `<federation>/<division>/<office>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfficeName {
    /// The federation.
    pub federation: Federation,
    /// Where the office acts.
    pub division: Division,
    /// Which body it is.
    pub office: Office,
}

impl OfficeName {
    /// Whether the office is of the kind `word`.
    pub fn is(&self, word: &str) -> bool {
        self.office.as_str() == word
    }
}

impl fmt::Display for OfficeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.federation, self.division, self.office)
    }
}

impl FromStr for OfficeName {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("office name", "<federation>/<division>/<office> wanted");
        let (rest, office) = text.rsplit_once('/').ok_or_else(wrong)?;
        let (federation, division) = rest.rsplit_once('/').ok_or_else(wrong)?;
        Ok(Self { federation: federation.parse()?, division: division.parse()?, office: office.parse()? })
    }
}

/// The id of a matter: `<division>-<year>-<number>`, the number in at least four digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatterId {
    /// The home division.
    pub division: Division,
    /// The year of the topic's civil date.
    pub year: u16,
    /// From 1, handed out by the home node.
    pub number: u32,
}

impl fmt::Display for MatterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}-{:04}", self.division, self.year, self.number)
    }
}

impl FromStr for MatterId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("matter", "<division>-<year>-<number> wanted, such as 410721101201-2026-0007");
        let mut parts = text.splitn(3, '-');
        let (division, year, number) = (parts.next().ok_or_else(wrong)?, parts.next().ok_or_else(wrong)?, parts.next().ok_or_else(wrong)?);
        // One spelling: no signs, no spare zeros.
        let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && number.len() >= 4 && !(number.len() > 4 && number.starts_with('0'));
        let year = crate::decimal(year).and_then(|year| u16::try_from(year).ok()).filter(|year| (1900..=9999).contains(year));
        let number = number.parse().ok().filter(|number| plain && *number > 0);
        Ok(Self { division: division.parse()?, year: year.ok_or_else(wrong)?, number: number.ok_or_else(wrong)? })
    }
}

/// A lowercase word: letters, digits and inner hyphens, beginning with a letter.
pub(crate) fn word(text: &str, longest: usize) -> Option<SmolStr> {
    let good = (1..=longest).contains(&text.len())
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-');
    good.then(|| text.into())
}

macro_rules! serde_as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::from_text(deserializer)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
serde_as_text!(Division, Federation, Origin, Office, OfficeName, MatterId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_knows_its_level_and_those_above() {
        let village: Division = "410721101201".parse().unwrap();
        assert_eq!(village.level(), Level::Community);
        let above: Vec<String> = village.ancestors().map(|d| d.to_string()).collect();
        assert_eq!(above, ["410721101000", "410721000000", "410700000000", "410000000000"]);
        assert!(village.is_within("410721000000".parse().unwrap()));
        assert!(!village.is_within("410722000000".parse().unwrap()));
    }

    #[test]
    fn names_have_one_spelling() {
        fn both_ways<T: FromStr<Err = Malformed> + fmt::Display>(text: &str) {
            assert_eq!(text.parse::<T>().unwrap().to_string(), text);
        }
        both_ways::<Origin>("luodi.example/henan/log/410721101201/1");
        both_ways::<OfficeName>("luodi.example/henan/410721101201/committee");
        both_ways::<MatterId>("410721101201-2026-0007");
        both_ways::<MatterId>("410721101201-2026-12345");
        for bad in ["410721101201-2026-7", "410721101201-2026-00007", "410721101201-2026-0000", "410721101201-+026-0007"] {
            assert!(bad.parse::<MatterId>().is_err(), "{bad}");
        }
        for bad in ["a/log/410721101201/0", "a/log/410721101201/01", "a/log/41072110120/1", "A/log/410721101201/1", "/log/410721101201/1"] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
