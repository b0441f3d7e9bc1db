//! `appoint` and `revoke`: which keys speak for an office, and which no longer do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::rotation::{ROTATION_DAYS, days_after};
use crate::Malformed;
use crate::key::{KeyKind, VerifierKey};
use crate::matter::codes::{AppointmentBasis, EndReason};
use crate::names::{Federation, OfficeName, Origin};
use crate::time::Date;

/// Most keys of an office in one appointment: a spare, a deputy, a machine in the office; more are not watched over.
pub const MOST_OFFICE_KEYS: usize = 5;
/// Most logs that an ending names: five levels with a generation or two each, and room to spare in 3 KiB of facts.
const MOST_VALID: usize = 16;

/// `appoint`: which keys speak for an office, and since when. The office is set up by law; this only records it (登记公布).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppointFacts {
    /// On what basis, a code: `election`, `assembly`, `assignment`, `pilot` …
    #[schemars(schema_with = "crate::schema::open::<AppointmentBasis>")]
    pub basis: String,
    /// 1 to 5 keys named by the office, any one of which signs for it.
    pub keys: Vec<VerifierKey>,
    /// The office.
    pub office: OfficeName,
    /// The keys whose place these take, and what of theirs stays valid; they end with this appointment (换届停用).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<Succession>,
    /// The term.
    pub term: Term,
}

/// The keys that an appointment ends: each as if a `revoke` with these sizes had ended it, or, in a planned change, after some days on which
/// old and new speak side by side (新旧并用).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Succession {
    /// 1 to 5 keys named by the same office, sorted and distinct, none of which is appointed here.
    pub keys: Vec<VerifierKey>,
    /// The last day on which they still speak beside the new ones, in every log; at most 90 days after the term's first. Left out, they
    /// end at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Per log, how many of its entries stay valid, whatever the day; sorted by log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub valid: Vec<ValidUpTo>,
}

/// A term: civil dates, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Term {
    /// First day.
    pub from: Date,
    /// Last day, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Term {
    /// Whether `day` lies in the term.
    pub fn includes(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

impl AppointFacts {
    /// Checks all that does not depend on other statements. Errors name the field.
    pub fn check(&self, federation: &Federation) -> Result<(), Malformed> {
        let wrong = |field: &str, why: String| Err(Malformed::new(field, why));
        if &self.office.federation != federation {
            return wrong("office", format!("{} is of another federation", self.office));
        }
        if self.office.is(crate::names::Office::NODE) {
            return wrong("office", "a node's key is named in its charter, not appointed".to_owned());
        }
        if crate::names::word(&self.basis, 32).is_none() {
            return wrong("basis", "a code word wanted, such as election".to_owned());
        }
        check_keys("keys", &self.keys, &self.office)?;
        if let Some(Succession { keys, until, valid }) = &self.succeeds {
            check_keys("succeeds.keys", keys, &self.office)?;
            if keys.iter().any(|key| self.keys.contains(key)) {
                return wrong("succeeds.keys", "a key cannot take its own place: a key that ends never returns".to_owned());
            }
            let (first, last) = (self.term.from, days_after(self.term.from, ROTATION_DAYS));
            if let Some(until) = until.filter(|until| !(first..=last).contains(until)) {
                let why = format!(
                    "{until} is not between {first} and {last}: old and new keys speak side by side for at most {ROTATION_DAYS} days"
                );
                return wrong("succeeds.until", why);
            }
            check_valid("succeeds.valid", valid, federation)?;
        }
        if self.term.until.is_some_and(|until| until < self.term.from) {
            return wrong("term", "ends before it begins".to_owned());
        }
        Ok(())
    }
}

/// `revoke`: ends a key (停用密钥). In a log that it does not name, the key counts nowhere; a revoked key never returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RevokeFacts {
    /// The key that ends.
    pub key: VerifierKey,
    /// Why, a code: `term-ended`, `succeeded`, `lost`, `stolen`, `error`.
    #[schemars(schema_with = "crate::schema::open::<EndReason>")]
    pub reason: String,
    /// Per log, how many of its entries stay valid; sorted by log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub valid: Vec<ValidUpTo>,
}

/// Entries of `log` with an index below `size` stay valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidUpTo {
    /// The log.
    pub log: Origin,
    /// The number of its entries that stay valid.
    pub size: u64,
}

impl RevokeFacts {
    /// Checks all that does not depend on other statements. Errors name the field.
    pub fn check(&self, federation: &Federation) -> Result<OfficeName, Malformed> {
        if crate::names::word(&self.reason, 32).is_none() {
            return Err(Malformed::new("reason", "a code word wanted, such as lost"));
        }
        check_valid("valid", &self.valid, federation)?;
        let office: OfficeName = self.key.name().parse()?;
        if &office.federation != federation || office.is(crate::names::Office::NODE) {
            return Err(Malformed::new("key", "an office key of this federation wanted; machine keys end by a new charter"));
        }
        Ok(office)
    }
}

fn check_keys(field: &str, keys: &[VerifierKey], office: &OfficeName) -> Result<(), Malformed> {
    let name = office.to_string();
    if !(1..=MOST_OFFICE_KEYS).contains(&keys.len()) || !keys.iter().all(|key| key.name() == name && key.kind() == KeyKind::Ed25519) {
        return Err(Malformed::new(field, format!("1 to {MOST_OFFICE_KEYS} keys of type 0x01 named {name} wanted")));
    }
    if !keys.is_sorted_by(|a, b| a < b) {
        return Err(Malformed::new(field, "sorted and distinct keys wanted"));
    }
    Ok(())
}

fn check_valid(field: &str, valid: &[ValidUpTo], federation: &Federation) -> Result<(), Malformed> {
    let sorted = valid.is_sorted_by(|a, b| a.log < b.log) && valid.iter().all(|valid| &valid.log.federation == federation);
    if sorted && valid.len() <= MOST_VALID {
        return Ok(());
    }
    Err(Malformed::new(field, format!("at most {MOST_VALID} logs of this federation wanted, sorted and distinct")))
}
