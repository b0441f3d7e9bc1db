//! Instants in whole seconds and civil dates. Nobody here asks what time it is: `now` is always an argument.

use std::fmt;
use std::str::FromStr;

pub use jiff::civil::Date;
use jiff::tz::Offset;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Malformed;

/// An instant in whole seconds; its text form is `2026-11-22T07:58:11Z` and no other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// The last second that is in the year 9999 at every offset, 9999-12-30T22:00:00Z: beyond it jiff has neither text nor date.
const LATEST: i64 = 253_402_207_200;

impl Time {
    /// Seconds since 1970-01-01T00:00:00Z, between 0 and the end of 9999.
    pub fn from_unix(seconds: i64) -> Result<Self, Malformed> {
        if (0..=LATEST).contains(&seconds) { Ok(Self(seconds)) } else { Err(Malformed::new("time", "a time between 1970 and 9999 wanted")) }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// This instant moved by `seconds`, held at the ends of the range.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds).clamp(0, LATEST))
    }

    /// The calendar date at a fixed offset of `offset_hours` from UTC (+8 for a federation in China).
    pub fn civil_date(self, offset_hours: i8) -> Date {
        let offset = Offset::from_hours(offset_hours).unwrap_or(Offset::UTC);
        // In range by construction; the fallback cannot be reached.
        jiff::Timestamp::from_second(self.0).map_or(Date::ZERO, |instant| offset.to_datetime(instant).date())
    }

    /// 00:00 of `date` at a fixed offset from UTC.
    pub fn start_of(date: Date, offset_hours: i8) -> Self {
        let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_secs();
        Self((days - i64::from(offset_hours) * 3600).clamp(0, LATEST))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_second(self.0).map_err(|_| fmt::Error)?;
        let at = Offset::UTC.to_datetime(instant);
        write!(f, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", at.year(), at.month(), at.day(), at.hour(), at.minute(), at.second())
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Time {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        // jiff reads many spellings; only ours is canonical.
        let read = || {
            let text: &[u8; 20] = text.as_bytes().try_into().ok()?;
            let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'Z'] = *text else { return None };
            let digit = |digit: u8| digit.is_ascii_digit().then(|| i16::from(digit - b'0'));
            let two = |tens, ones| Some(digit(tens)? * 10 + digit(ones)?);
            let small = |tens, ones| i8::try_from(two(tens, ones)?).ok();
            let date = Date::new(two(y0, y1)? * 100 + two(y2, y3)?, small(m0, m1)?, small(d0, d1)?).ok()?;
            let time = jiff::civil::Time::new(small(h0, h1)?, small(n0, n1)?, small(s0, s1)?, 0).ok()?;
            Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
        };
        let instant = read().ok_or_else(|| Malformed::new("time", "UTC in whole seconds wanted, such as 2026-11-22T07:58:11Z"))?;
        Self::from_unix(instant.as_second())
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling() {
        let text = "2026-11-22T07:58:11Z";
        assert_eq!(text.parse::<Time>().unwrap().to_string(), text);
        for bad in
            ["2026-11-22T07:58:11+00:00", "2026-11-22 07:58:11Z", "2026-11-22T07:58:11.0Z", "2026-11-22T07:58:60Z", "2026-02-30T00:00:00Z"]
        {
            assert!(bad.parse::<Time>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_ends_of_time_have_a_text_and_a_date() {
        for (end, text) in [(Time::from_unix(0).unwrap(), "1970-01-01T00:00:00Z"), (Time(0).plus(i64::MAX), "9999-12-30T22:00:00Z")] {
            assert_eq!(end.to_string(), text);
            assert_eq!(text.parse::<Time>().unwrap(), end);
            assert!([-12, 8, 14].iter().all(|offset| end.civil_date(*offset) != Date::ZERO));
        }
        assert!(Time::from_unix(LATEST + 1).is_err());
    }

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let time: Time = "2026-11-22T16:00:00Z".parse().unwrap();
        assert_eq!(time.civil_date(8), jiff::civil::date(2026, 11, 23));
        assert_eq!(time.plus(-1).civil_date(8), jiff::civil::date(2026, 11, 22));
        assert_eq!(Time::start_of(jiff::civil::date(2026, 11, 23), 8), time);
    }
}
