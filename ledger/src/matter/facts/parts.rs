//! The parts that facts are made of: amounts, commitment ids, who bears a duty.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Malformed;
use crate::matter::codes::Word;
use crate::names::{Division, OfficeName};

/// 承诺编号: the id of a commitment, unique in its matter, such as `c1`.
pub type CommitmentId = Word;

/// Reads a list and gives back the room it grew into: matters are kept by the hundred thousand.
pub(super) fn exact<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let mut list = Vec::deserialize(deserializer)?;
    list.shrink_to_fit();
    Ok(list)
}

/// An amount of money in fen (分), a hundredth of a yuan.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub u64);

impl Fen {
    /// The largest amount that publishing accepts, 100 billion yuan: more is a slip of the unit.
    pub const MOST: Self = Self(10_000_000_000_000);

    /// Whether what stands at a path of facts, such as `commitments.0.budget`, is an amount.
    pub fn stands_at(path: &str) -> bool {
        let key = path.rsplit('.').find(|part| part.parse::<usize>().is_err());
        matches!(key, Some("budget" | "cost" | "spent"))
    }

    /// In yuan as people write it: `18,500` or `18,500.50`.
    pub fn grouped(self) -> String {
        let plain = self.to_string();
        let (yuan, fen) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
        let comma = |place: usize| if place > 0 && (yuan.len() - place).is_multiple_of(3) { "," } else { "" };
        yuan.char_indices().map(|(place, digit)| format!("{}{digit}", comma(place))).chain([fen.to_owned()]).collect()
    }
}

impl fmt::Display for Fen {
    /// In yuan, with two decimals where there are fen.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => write!(f, "{}", self.0 / 100),
            fen => write!(f, "{}.{fen:02}", self.0 / 100),
        }
    }
}

impl fmt::Debug for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} yuan")
    }
}

/// Who bears a duty: `committee` (an office of the matter's division, or a word such as `contractor`), or `410721101000/government` (an
/// office of another division). The name of a contractor stands in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bearer {
    /// The division, where it is not the matter's.
    pub division: Option<Division>,
    /// The office, or what kind of body it is.
    pub body: Word,
}

impl Bearer {
    /// Whether this is `office`, for a matter of `home`.
    pub fn is(&self, office: &OfficeName, home: Division) -> bool {
        self.division.unwrap_or(home) == office.division && self.body.as_str() == office.office.as_str()
    }
}

impl fmt::Display for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.division {
            Some(division) => write!(f, "{division}/{}", self.body),
            None => write!(f, "{}", self.body),
        }
    }
}

impl FromStr for Bearer {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        match text.split_once('/') {
            Some((division, body)) => Ok(Self { division: Some(division.parse()?), body: body.parse()? }),
            None => Ok(Self { division: None, body: text.parse()? }),
        }
    }
}

impl Serialize for Bearer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bearer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}
