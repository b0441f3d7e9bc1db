//! The code lists: closed vocabularies that facts are written in.
//!
//! A code is a lowercase word. Lists on which a state depends are closed: a statement with another word does not read and has no effect.
//! Lists that only describe are read as [`Coded`], so that a word added later is kept and shown raw; publishing refuses it all the same.
//! What people see for each code stands in [`super::labels`].

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::labels::Label;
use crate::Malformed;
use crate::names::word;

/// Declares code lists: the enum, its words, and its reading and writing by word.
macro_rules! code_list {
    ($($(#[$doc:meta])* $name:ident ($called:literal) { $($(#[$code_doc:meta])* $code:ident = $word:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$code_doc])* $code,)+ }

        impl $crate::matter::codes::CodeList for $name {
            const NAME: &'static str = $called;
            const ALL: &'static [Self] = &[$(Self::$code),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$code => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Malformed;

            fn from_str(text: &str) -> Result<Self, $crate::Malformed> {
                match text {
                    $($word => Ok(Self::$code),)+
                    _ => Err($crate::matter::codes::not_in::<Self>($called)),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::matter::codes::CodeList::as_str(*self))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::matter::codes::CodeList::as_str(*self))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::from_text(deserializer)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $crate::schema::name_of::<Self>()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::schema::of_codes::<Self>()
            }
        }
    )+

        /// The lists declared here.
        pub(super) fn lists() -> Vec<$crate::matter::codes::List> {
            vec![$($crate::matter::codes::List::of::<$name>()),+]
        }
    };
}

mod assessing;
mod calendar;
mod deciding;
mod found;
mod kinds;
mod overseeing;
mod procedure;
mod registering;
mod subject;
mod works;

pub use assessing::{CaseState, IndicatorCode};
pub use calendar::{DutyCode, Every, SlotState};
pub use deciding::{Decision, Finding, OutcomeResult, Verdict};
pub use found::{CommitmentState, FlagCode, Irregular, Status, StepState, Tag};
pub use kinds::{About, KindCode, OfficeCode};
pub use overseeing::{
    Addressee, CircularGround, Consequence, Contradicts, Duty, Inspection, Measure, ObservationGround, Rating, RectificationAction,
    RedactionGround, VoidReason,
};
pub use procedure::{Form, Method, Participant, StepCode, Unit};
pub use registering::{AppointmentBasis, Ballot, BodyCode, EndReason};
pub use subject::{Basis, Category, Elsewhere, LinkKind, Proposer};
pub use works::{Channel, CheckMade, FundSource, Gathering, PlanReason, ReopenReason, TerminationReason};

/// Longest code word: the longest in use has 29 letters, and a sentence does not fit.
pub const LONGEST_WORD: usize = 32;

/// A closed list of code words.
pub trait CodeList: Copy + Eq + FromStr<Err = Malformed> + Send + Sync + 'static {
    /// What the list is called in an error.
    const NAME: &'static str;
    /// Every code, in the order people see them.
    const ALL: &'static [Self];

    /// The word.
    fn as_str(self) -> &'static str;
}

/// A code of a list that only describes: known here, or a word of a later version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coded<L> {
    /// A code this version knows.
    Known(L),
    /// A well-formed word it does not know: shown raw.
    Other(Word),
}

impl<L: CodeList> Coded<L> {
    /// The code, if known here.
    pub fn known(&self) -> Option<L> {
        match self {
            Self::Known(code) => Some(*code),
            Self::Other(_) => None,
        }
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(code) => code.as_str(),
            Self::Other(word) => word.as_str(),
        }
    }

    /// Refuses a word that the list does not hold, naming `field`: publishing is strict where reading is tolerant.
    pub(super) fn check(&self, field: &str) -> Result<(), Malformed> {
        match self {
            Self::Known(_) => Ok(()),
            Self::Other(word) => {
                Err(Malformed::new(field, format!("\"{word}\" is not in the list of {}; use one of {}", L::NAME, list::<L>())))
            }
        }
    }
}

impl<L> From<L> for Coded<L> {
    fn from(code: L) -> Self {
        Self::Known(code)
    }
}

impl<L: CodeList> fmt::Display for Coded<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<L: CodeList> FromStr for Coded<L> {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        text.parse().map(Self::Known).or_else(|_: Malformed| text.parse().map(Self::Other))
    }
}

impl<L: CodeList> Serialize for Coded<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de, L: CodeList> Deserialize<'de> for Coded<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

/// A code list as it is published: every word with its labels.
#[derive(Clone, Debug, Serialize)]
pub struct List {
    /// What it is called.
    pub name: &'static str,
    /// Its codes, in the order people see them.
    pub codes: Vec<ListedCode>,
}

/// One word of a published list.
#[derive(Clone, Debug, Serialize)]
pub struct ListedCode {
    /// The word that facts hold.
    pub code: &'static str,
    /// In Chinese.
    pub zh: Cow<'static, str>,
    /// In English.
    pub en: Cow<'static, str>,
}

impl List {
    fn of<L: CodeList + Label>() -> Self {
        let listed = |code: &L| ListedCode { code: code.as_str(), zh: code.zh(), en: code.en() };
        Self { name: L::NAME, codes: L::ALL.iter().map(listed).collect() }
    }
}

/// Every code list, by name.
pub fn lists() -> Vec<List> {
    let mut all = [
        assessing::lists(),
        calendar::lists(),
        deciding::lists(),
        found::lists(),
        kinds::lists(),
        overseeing::lists(),
        procedure::lists(),
        registering::lists(),
        subject::lists(),
        works::lists(),
    ]
    .concat();
    all.sort_by_key(|list| list.name);
    all
}

fn not_in<L: CodeList>(field: &str) -> Malformed {
    Malformed::new(field, format!("one of {} wanted", list::<L>()))
}

fn list<L: CodeList>() -> String {
    L::ALL.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(", ")
}

/// A lowercase word of at most [`LONGEST_WORD`] letters, digits and inner hyphens: the id of a commitment, milestone or option.
///
/// Held inline: facts are read by the million and most words have two letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    bytes: [u8; LONGEST_WORD],
    length: u8,
}

impl Word {
    /// The word.
    pub fn as_str(&self) -> &str {
        // Only ASCII enters, so the fallback cannot be reached.
        self.bytes.get(..usize::from(self.length)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl FromStr for Word {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong =
            || Malformed::new("word", format!("a lowercase word of at most {LONGEST_WORD} letters, digits and inner hyphens wanted"));
        word(text, LONGEST_WORD).ok_or_else(wrong)?;
        let mut bytes = [0; LONGEST_WORD];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { bytes, length: u8::try_from(text.len()).map_err(|_| wrong())? })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Word {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_added_later_is_kept() {
        let category: Coded<Category> = serde_json::from_str("\"sanitation\"").unwrap();
        assert_eq!(category.known(), Some(Category::Sanitation));
        let later: Coded<Category> = serde_json::from_str("\"drones\"").unwrap();
        assert_eq!(serde_json::to_string(&later).unwrap(), "\"drones\"");
        assert!(later.check("category").unwrap_err().why.contains("sanitation"));
        assert!(serde_json::from_str::<Coded<Category>>("\"张三\"").is_err());
    }

    #[test]
    fn a_code_a_state_depends_on_is_not_guessed() {
        assert!(serde_json::from_str::<Verdict>("\"mostly\"").is_err());
    }

    #[test]
    fn published_lists_have_one_name_and_each_code_one_label() {
        let lists = lists();
        assert!(lists.len() > 40 && lists.is_sorted_by(|a, b| a.name < b.name), "two lists of one name");
        for list in lists {
            let mut seen = std::collections::BTreeSet::new();
            assert!(list.codes.iter().all(|code| seen.insert(code.code) && !code.zh.is_empty() && !code.en.is_empty()), "{}", list.name);
        }
    }

    #[test]
    fn lists_sort_in_the_order_people_see() {
        assert!(FlagCode::ALL.is_sorted() && Status::ALL.is_sorted() && Tag::ALL.is_sorted());
    }
}
