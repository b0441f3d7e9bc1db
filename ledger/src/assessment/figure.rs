//! From cases to figures: exact counts, and no share of fewer than five.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::indicator::Measure;
use super::{Case, Cases};
use crate::matter::codes::{CaseState, IndicatorCode, Word};
use crate::names::Division;

/// Fewest cases of which a share or a median is given: below, one village's luck would read as a judgement. Counts are always shown.
pub const FEWEST: u64 = 5;

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figure {
    /// Which.
    pub indicator: IndicatorCode,
    /// Of a share, how many had it; of a count, the count; of a median, how many cases lie behind it.
    pub had: u64,
    /// Of a share, how many were asked.
    pub of: Option<u64>,
    /// Of a median, its double: exact, for the middle of two whole numbers may lie between them. None under five cases.
    pub median_halves: Option<i64>,
    /// Whether enough cases lie behind it for a share or a median to be given.
    pub given: bool,
    /// How many cases were left out, for they could not be told, judged or counted.
    pub left_out: u64,
}

impl Figure {
    /// The share in tenths of a percent, rounded half up, if it is given.
    pub fn per_mille(&self) -> Option<u64> {
        let of = self.of.filter(|of| self.given && *of > 0)?;
        u64::try_from((u128::from(self.had) * 2000 + u128::from(of)) / (u128::from(of) * 2)).ok()
    }

    /// The share as people read it, such as `85.7%`, if it is given.
    pub fn percent(&self) -> Option<String> {
        self.per_mille().map(|share| format!("{}.{}%", share / 10, share % 10))
    }

    /// The median in days as people read it, such as `41` or `41.5`, if it is given.
    pub fn median(&self) -> Option<String> {
        self.median_halves.map(|halves| format!("{}{}", halves.div_euclid(2), if halves.rem_euclid(2) == 0 { "" } else { ".5" }))
    }
}

/// Sums of cases: of one place, or of several together.
#[derive(Clone, Debug, Default)]
pub(super) struct Sum {
    had: u64,
    not: u64,
    left_out: u64,
    days: Vec<i64>,
    words: BTreeSet<Word>,
}

impl Sum {
    fn take(&mut self, case: &Case) {
        match case.state {
            CaseState::Had => self.had += 1,
            CaseState::Not => self.not += 1,
            CaseState::Pending | CaseState::NotJudged | CaseState::Advisory => self.left_out += 1,
        }
        if case.state.counts() {
            self.days.extend(case.days);
            self.words.extend(case.word);
        }
    }

    fn add(&mut self, other: &Self) {
        self.had += other.had;
        self.not += other.not;
        self.left_out += other.left_out;
        self.days.extend(&other.days);
        self.words.extend(&other.words);
    }

    fn figure(mut self, indicator: IndicatorCode) -> Figure {
        let all = self.had + self.not;
        let (had, of, given) = match indicator.measure() {
            Measure::Share => (self.had, Some(all), all >= FEWEST),
            Measure::Median => (all, None, all >= FEWEST),
            Measure::Count => (self.had, None, true),
            Measure::Distinct => (self.words.len() as u64, None, true),
        };
        let median_halves = if matches!(indicator.measure(), Measure::Median) && given { median_halves(&mut self.days) } else { None };
        Figure { indicator, had, of, median_halves, given, left_out: self.left_out }
    }
}

/// Twice the median.
fn median_halves(days: &mut [i64]) -> Option<i64> {
    days.sort_unstable();
    let (low, high) = (days.len().checked_sub(1)? / 2, days.len() / 2);
    Some(days.get(low)?.saturating_add(*days.get(high)?))
}

/// The sums of each indicator by place.
pub(super) struct Sums(BTreeMap<IndicatorCode, BTreeMap<Division, Sum>>);

impl Sums {
    pub(super) fn of(cases: &BTreeMap<IndicatorCode, Cases>) -> Self {
        let by_place = |cases: &Cases| {
            let mut places: BTreeMap<Division, Sum> = BTreeMap::new();
            for case in &cases.listed {
                places.entry(case.place).or_default().take(case);
            }
            for (place, count) in &cases.unlisted {
                places.entry(*place).or_default().not += count;
            }
            places
        };
        Self(cases.iter().map(|(indicator, cases)| (*indicator, by_place(cases))).collect())
    }

    /// Every figure over the places that `within` takes in, in the order of the list.
    pub(super) fn figures(&self, within: impl Fn(Division) -> bool) -> Vec<Figure> {
        let figure = |(indicator, places): (&IndicatorCode, &BTreeMap<Division, Sum>)| {
            let mut sum = Sum::default();
            places.iter().filter(|(place, _)| within(**place)).for_each(|(_, other)| sum.add(other));
            sum.figure(*indicator)
        };
        self.0.iter().map(figure).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(had: u64, of: u64) -> Figure {
        Sum { had, not: of - had, ..Sum::default() }.figure(IndicatorCode::OnTime)
    }

    #[test]
    fn a_share_is_exact_and_none_is_given_under_five() {
        assert_eq!((share(4, 4).percent(), share(0, 0).percent()), (None, None));
        assert_eq!((share(4, 4).had, share(4, 4).of), (4, Some(4)), "the counts are shown all the same");
        let told = |had, of| share(had, of).percent().unwrap();
        assert_eq!([told(5, 5), told(6, 7), told(1, 8), told(0, 5), told(1, 2000)], ["100.0%", "85.7%", "12.5%", "0.0%", "0.1%"]);
    }

    #[test]
    fn a_median_may_lie_between_two_days() {
        let median = |days: &[i64]| {
            let sum = Sum { not: 0, had: days.len() as u64, days: days.to_vec(), ..Sum::default() };
            sum.figure(IndicatorCode::DaysToDone).median()
        };
        assert_eq!(median(&[9, 1, 5, 3, 7]).as_deref(), Some("5"));
        assert_eq!(median(&[9, 1, 5, 2, 7, 4]).as_deref(), Some("4.5"));
        assert_eq!(median(&[1, 2, 3, 4]), None);
        assert_eq!(median(&[-3, -3, -2, -2, -1, 0]).as_deref(), Some("-2"));
    }
}
