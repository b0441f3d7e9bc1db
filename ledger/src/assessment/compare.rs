//! A signed assessment against one computed anew.

use serde::{Deserialize, Serialize};

use super::Assessment;
use crate::matter::codes::Word;
use crate::matter::facts;

/// A figure that is signed otherwise than it is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// Its code.
    pub code: Word,
    /// As signed; none where the statement leaves it out.
    pub signed: Option<facts::Indicator>,
    /// As computed; none where this version does not know it.
    pub computed: Option<facts::Indicator>,
}

impl Assessment {
    /// The county's figures as facts state them.
    pub fn indicators(&self) -> Vec<facts::Indicator> {
        let figure = |figure: &super::Figure| {
            let code = figure.indicator.to_string().parse().ok()?;
            Some(facts::Indicator { code, had: figure.had, median_halves: figure.median_halves, of: figure.of })
        };
        self.figures.iter().filter_map(figure).collect()
    }

    /// The facts to sign, for logs read to `sizes`. What follows from the figures is the county's to say, and not computed.
    pub fn to_facts(&self, sizes: &facts::LogSizes) -> facts::Assessment {
        facts::Assessment {
            consequences: Vec::new(),
            formulas: self.formulas,
            indicators: self.indicators(),
            logs: sizes.hash(),
            period: facts::Period { from: self.period.from, until: self.period.until },
        }
    }
}

/// Every figure that differs between what was signed and what was computed, by code.
///
/// They are to be of one county, period, instant and version of the formulas, and of the same log sizes; that is the caller's to see to.
pub fn differences(signed: &[facts::Indicator], computed: &Assessment) -> Vec<Difference> {
    let computed = computed.indicators();
    let find = |list: &[facts::Indicator], code: Word| list.iter().find(|figure| figure.code == code).copied();
    let mut codes: Vec<Word> = signed.iter().chain(&computed).map(|figure| figure.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let pairs = codes.into_iter().map(|code| Difference { code, signed: find(signed, code), computed: find(&computed, code) });
    pairs.filter(|pair| pair.signed != pair.computed).collect()
}
