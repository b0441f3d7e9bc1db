//! Spans of civil dates: a month, a quarter, a year, and what lies between two days.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan as _;
use jiff::civil::date;
use serde::{Deserialize, Serialize};

use crate::matter::codes::Every;
use crate::time::Date;
use crate::{Malformed, decimal};

/// A span of civil dates, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

impl Span {
    /// The month, quarter or year that `day` falls in.
    pub fn around(day: Date, every: Every) -> Self {
        let (first, months) = match every {
            Every::Month => (day.month(), 1),
            Every::Quarter => ((day.month() - 1) / 3 * 3 + 1, 3),
            Every::Year => (1, 12),
        };
        let from = date(day.year(), first, 1);
        let last = from.saturating_add((months - 1_i64).months()).last_of_month();
        Self { from, until: last }
    }

    /// Whether `day` lies in it.
    pub fn holds(self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }

    /// The whole periods of a rhythm that begin on or after `since`, up to the one `last` falls in, oldest first.
    pub fn periods(every: Every, since: Date, last: Date) -> impl Iterator<Item = Self> {
        let around = Self::around(since, every);
        let first = if around.from < since { around.next(every) } else { Some(around) };
        std::iter::successors(first, move |span| span.next(every)).take_while(move |span| span.from <= last)
    }

    fn next(self, every: Every) -> Option<Self> {
        self.until.tomorrow().ok().map(|day| Self::around(day, every))
    }
}

impl fmt::Display for Span {
    /// `2026-Q3`, `2026-07` or `2026` where it is one, else both days.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.from.year(), self.from.month());
        match [Every::Month, Every::Quarter, Every::Year].into_iter().find(|every| Self::around(self.from, *every) == *self) {
            Some(Every::Month) => write!(f, "{year:04}-{month:02}"),
            Some(Every::Quarter) => write!(f, "{year:04}-Q{}", (month - 1) / 3 + 1),
            Some(Every::Year) => write!(f, "{year:04}"),
            None => write!(f, "{}..{}", self.from, self.until),
        }
    }
}

impl FromStr for Span {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || {
            Malformed::new(
                "period",
                "a quarter, month or year wanted, such as 2026-Q3, 2026-07 or 2026, or two days 2026-07-01..2026-09-30",
            )
        };
        if let Some((from, until)) = text.split_once("..") {
            let day = |text: &str| text.parse::<Date>().ok().filter(|day| day.to_string() == text).ok_or_else(wrong);
            let span = Self { from: day(from)?, until: day(until)? };
            return if span.from <= span.until { Ok(span) } else { Err(wrong()) };
        }
        let (year, rest) = text.split_once('-').map_or((text, None), |(year, rest)| (year, Some(rest)));
        let number = |text: &str, digits: usize| {
            decimal(text.strip_prefix('0').filter(|_| digits == 2).unwrap_or(text)).filter(|_| text.len() == digits)
        };
        let year = number(year, 4).and_then(|year| i16::try_from(year).ok()).filter(|year| *year >= 1900).ok_or_else(wrong)?;
        let (every, month) = match rest {
            None => (Every::Year, 1),
            Some(rest) => match rest.strip_prefix('Q') {
                Some(quarter) => {
                    (Every::Quarter, number(quarter, 1).filter(|quarter| (1..=4).contains(quarter)).ok_or_else(wrong)? * 3 - 2)
                }
                None => (Every::Month, number(rest, 2).filter(|month| (1..=12).contains(month)).ok_or_else(wrong)?),
            },
        };
        let month = i8::try_from(month).map_err(|_| wrong())?;
        Ok(Self::around(date(year, month, 1), every))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_has_one_spelling() {
        for (text, from, until) in [
            ("2026-Q1", "2026-01-01", "2026-03-31"),
            ("2026-Q3", "2026-07-01", "2026-09-30"),
            ("2026-Q4", "2026-10-01", "2026-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
            ("2026-12", "2026-12-01", "2026-12-31"),
            ("2026", "2026-01-01", "2026-12-31"),
            ("2026-07-02..2026-09-30", "2026-07-02", "2026-09-30"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.from, span.until), (day(from), day(until)), "{text}");
            assert_eq!(span.to_string(), text);
        }
        for bad in [
            "",
            "2026-Q0",
            "2026-Q5",
            "2026-q3",
            "2026-7",
            "2026-13",
            "2026-00",
            "26-Q1",
            "2026-Q03",
            "2026-09-30..2026-07-01",
            "2026-07-1..2026-07-02",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn only_whole_periods_count_from_a_day_on() {
        let quarters = |since: &str, last: &str| -> Vec<String> {
            Span::periods(Every::Quarter, day(since), day(last)).map(|span| span.to_string()).collect()
        };
        assert_eq!(quarters("2026-01-01", "2026-06-30"), ["2026-Q1", "2026-Q2"]);
        assert_eq!(quarters("2026-01-02", "2026-07-01"), ["2026-Q2", "2026-Q3"]);
        assert_eq!(quarters("2026-02-01", "2026-03-31"), [""; 0]);
        assert_eq!(Span::periods(Every::Year, day("9999-01-01"), day("9999-12-31")).count(), 1, "the end of time is no panic");
    }
}
