//! What an entry counts for. The registry decides it from this log and its ancestors' logs; see [`crate::registry`].

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Seconds by which honest clocks of a log and its witnesses may differ: as far ahead as a node takes a statement in.
const CLOCKS: i64 = 600;
/// Seconds after which an entry that was not in a cosigned head is no longer one that was only waiting for its witnesses: a week without
/// any of them is told on other pages, and is longer than any repair.
const WAITING: i64 = 7 * 86_400;

/// Why an entry counts nowhere. It stays in the log and is shown struck through, with the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Void {
    /// It does not read as an entry, or its index, link, time or log is wrong.
    Malformed,
    /// A signature does not verify.
    BadSignature,
    /// No valid appointment covers a key that signed.
    UnknownKey,
    /// The signer's office may not say this, here or at all.
    WrongOffice,
    /// The signer's division is neither this log's nor below it.
    WrongDivision,
    /// A key that signed was revoked before this entry.
    Revoked,
    /// It stands beyond the end that the next generation's charter names.
    BeyondEnd,
}

/// What an entry counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It counts.
    Valid {
        /// A signer's term had ended when it was logged: it counts, and is flagged.
        term_expired: bool,
    },
    /// It counts nowhere.
    Void(Void),
}

impl Standing {
    /// Whether the entry counts.
    pub const fn is_valid(self) -> bool {
        matches!(self, Self::Valid { .. })
    }
}

/// A head with the cosignatures of its quorum, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// How many entries it covers.
    pub size: u64,
    /// The earliest and the latest time among its cosignatures.
    pub between: (Time, Time),
}

/// Whether cosigned times contradict what an entry says of when it was logged: all witnesses of a head that holds it were earlier, or all
/// those of a head that does not hold it were later by more than a week. Times of witnesses never void anything; this only raises a flag.
pub fn is_logged_doubtful(index: u64, logged: Time, heads: impl IntoIterator<Item = Cosigned>) -> bool {
    heads.into_iter().any(|head| {
        let (earliest, latest) = head.between;
        if index < head.size { latest.plus(CLOCKS) < logged } else { logged.plus(WAITING) < earliest }
    })
}

/// Whether an entry that others had confirmed, being among the first `confirmed` of its log, was made void afterwards: by the ending of a
/// key, or by the end of its log.
pub fn is_annulled(index: u64, standing: Standing, confirmed: u64) -> bool {
    index < confirmed && matches!(standing, Standing::Void(Void::Revoked | Void::BeyondEnd))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: &str) -> Time {
        format!("2026-{day}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn times_are_doubted_only_where_cosignatures_contradict_them() {
        let head = |size, day: &str| Cosigned { size, between: (at(day), at(day)) };
        // It was seen before it says it was logged.
        assert!(is_logged_doubtful(4, at("03-10"), [head(5, "03-09")]));
        assert!(!is_logged_doubtful(4, at("03-10"), [head(5, "03-10"), head(4, "03-09"), head(9, "05-01")]));
        // It says that it was logged long before a head that does not hold it.
        assert!(is_logged_doubtful(4, at("01-15"), [head(4, "02-28")]));
        assert!(!is_logged_doubtful(4, at("02-27"), [head(4, "02-28")]));
        assert!(!is_logged_doubtful(4, at("02-27"), []));
    }

    #[test]
    fn annulled_is_what_was_confirmed_and_then_ended() {
        let ended = Standing::Void(Void::Revoked);
        assert!(is_annulled(4, ended, 5) && is_annulled(4, Standing::Void(Void::BeyondEnd), 5));
        assert!(!is_annulled(5, ended, 5));
        assert!(!is_annulled(4, Standing::Valid { term_expired: false }, 5));
        assert!(!is_annulled(4, Standing::Void(Void::UnknownKey), 5));
    }
}
