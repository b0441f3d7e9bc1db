//! A signed assessment against one computed anew.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Assessment;
use crate::matter::codes::Word;

/// One figure as it was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Signed {
    /// Its code; one not known here cannot be recomputed.
    pub code: Word,
    /// See [`super::Figure::had`].
    pub had: u64,
    /// See [`super::Figure::of`].
    pub of: Option<u64>,
    /// See [`super::Figure::median_halves`].
    pub median_halves: Option<i64>,
}

impl Signed {
    fn is(&self, other: &Self) -> bool {
        (self.had, self.of, self.median_halves) == (other.had, other.of, other.median_halves)
    }
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.had)?;
        if let Some(of) = self.of {
            write!(f, "/{of}")?;
        }
        match self.median_halves {
            Some(halves) => write!(f, " (median {}.{})", halves.div_euclid(2), halves.rem_euclid(2) * 5),
            None => Ok(()),
        }
    }
}

/// A figure that is signed otherwise than it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// Its code.
    pub code: Word,
    /// As signed; none where the statement leaves it out.
    pub signed: Option<Signed>,
    /// As computed; none where this version does not know it.
    pub computed: Option<Signed>,
}

impl Assessment {
    /// The county's figures as facts state them.
    pub fn to_sign(&self) -> Vec<Signed> {
        let figure = |figure: &super::Figure| {
            let code = figure.indicator.to_string().parse().ok()?;
            Some(Signed { code, had: figure.had, of: figure.of, median_halves: figure.median_halves })
        };
        self.figures.iter().filter_map(figure).collect()
    }
}

/// Every figure that differs between what was signed and what was computed, by code.
pub fn differences(signed: &[Signed], computed: &Assessment) -> Vec<Difference> {
    let computed = computed.to_sign();
    let find = |list: &[Signed], code: Word| list.iter().find(|figure| figure.code == code).copied();
    let mut codes: Vec<Word> = signed.iter().chain(&computed).map(|figure| figure.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let pairs = codes.into_iter().map(|code| Difference { code, signed: find(signed, code), computed: find(&computed, code) });
    pairs.filter(|pair| !pair.signed.zip(pair.computed).is_some_and(|(signed, computed)| signed.is(&computed))).collect()
}
