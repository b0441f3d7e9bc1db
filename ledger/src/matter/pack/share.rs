//! Exact shares: no float ever decides whether a vote passed.

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

    /// Whether some counts reach it and others do not: a rule that always or never holds judges nothing.
    pub(super) const fn divides(self) -> bool {
        if self.inclusive { self.part > 0 } else { self.part < self.whole }
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

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    #[test]
    fn half_is_more_than_half_and_two_thirds_are_reached() {
        let (half, two_thirds) = (share("> 1/2"), share(">= 2/3"));
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
    fn three_quarters_are_reached_and_a_square_centimetre_decides() {
        let (half, quarters) = (share("> 1/2"), share(">= 3/4"));
        assert_eq!((quarters.least(100), quarters.least(101), quarters.least(103)), (75, 76, 78));
        assert!(quarters.is_met(75, 100) && !quarters.is_met(74, 100));
        // 12,345.67 m²: in hundredths, one more or less tells.
        let whole = 1_234_567;
        assert_eq!((half.least(whole), quarters.least(whole)), (617_284, 925_926));
        assert!(half.is_met(617_284, whole) && !half.is_met(617_283, whole));
        assert!(quarters.is_met(925_926, whole) && !quarters.is_met(925_925, whole));
    }

    #[test]
    fn least_is_the_border_of_every_small_count() {
        for text in ["> 1/2", ">= 2/3", ">= 3/4", "> 0/1", ">= 1/1", ">= 4/5"] {
            let share = share(text);
            for of in 1..=200 {
                let least = share.least(of);
                assert!(share.is_met(least, of) && !least.checked_sub(1).is_some_and(|less| share.is_met(less, of)), "{text} of {of}");
            }
        }
    }

    #[test]
    fn a_share_has_one_spelling() {
        for good in ["> 1/2", ">= 2/3", ">= 4/5"] {
            assert_eq!(share(good).to_string(), good);
        }
        for bad in ["", "1/2", ">1/2", "> 1/0", "> 3/2", "> 50%", "< 1/2", ">= 02/3"] {
            assert!(bad.parse::<Share>().is_err(), "{bad}");
        }
    }
}
