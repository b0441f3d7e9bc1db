//! Rule packs (规则包): methods, their steps, and the quorums and majorities that the law asks for, as data.
//!
//! A pack is named by the BLAKE3 of its text. A pack that has been used never changes: a change is a new text under a new name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Malformed, decimal};

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
