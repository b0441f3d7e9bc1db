//! The formats of Luodi and the rules that judge them.
//!
//! This crate is pure: no input or output, no clock, no randomness, no threads. Every reader (peer, witness, explorer, an offline
//! laptop) applies these rules to bytes, so no server need be believed.
//!
//! In reading order: [`names`], [`time`], [`facts`], [`hash`] and [`key`] are the words; [`note`] is the one envelope; [`statement`] is
//! what an office signs and [`entry`] what a log holds; [`merkle`], [`tile`], [`checkpoint`] and [`cosignature`] make a log provable;
//! [`follow`] decides whether a head may replace another and [`fork`] proves that two cannot both be honest; [`registry`] decides who may
//! sign what; [`policy`], [`receipt`] and [`audit`] put it together; [`matter`] tells what was decided and whether it was done, and
//! [`assessment`] how a county does it; [`privacy`] finds what must not be said, and [`redaction`]
//! names what is erased.
//!
//! Out of scope: fetching, storing, asking the time, making keys from randomness.

pub mod assessment;
pub mod attachment;
pub mod audit;
pub mod checkpoint;
pub mod cosignature;
pub mod entry;
pub mod facts;
pub mod federation;
pub mod follow;
pub mod fork;
pub mod hash;
pub mod key;
pub mod matter;
pub mod merkle;
pub mod names;
pub mod note;
pub mod policy;
pub mod privacy;
pub mod proof;
pub mod receipt;
pub mod redaction;
pub mod registry;
pub mod schema;
pub mod standing;
pub mod statement;
pub mod tile;
pub mod time;
pub mod told;

#[cfg(test)]
mod testing;

use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::Deserializer;
use serde::de::Visitor;

/// Bytes or text that do not follow their format: drop them. Names the field and says what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Malformed {
    /// The field at fault, as the format names it.
    pub field: String,
    /// What was wanted or found instead.
    pub why: String,
}

impl Malformed {
    /// A fault in `field`.
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self { field: field.into(), why: why.into() }
    }
}

/// Well formed, yet a check failed: drop it and distrust whoever sent it. Says which check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {why}")]
pub struct Rejected {
    /// The check that failed.
    pub check: &'static str,
    /// How.
    pub why: String,
}

impl Rejected {
    /// The check `check` failed.
    pub fn new(check: &'static str, why: impl Into<String>) -> Self {
        Self { check, why: why.into() }
    }
}

/// Why bytes were not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// They do not follow their format.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// They do, and a check failed.
    #[error(transparent)]
    Rejected(#[from] Rejected),
}

/// A decimal number without sign or spare zeros, at most 2^63−1 (readers in Go hold it in an int64).
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|number| plain && i64::try_from(*number).is_ok())
}

/// Deserializes a type by its text form.
pub(crate) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    struct Text<T>(PhantomData<T>);
    impl<T: FromStr<Err: Display>> Visitor<'_> for Text<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Text(PhantomData))
}
