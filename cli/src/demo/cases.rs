//! The public facts that the demonstration is written from: eleven cases of consultation in Henan, `config/cases/cases.toml`.
//!
//! Invariant: what a case tells of the world stands in that file, restated from the reports it names; whatever else the story tells is
//! arranged, and the file says so case by case.

use luodi_ledger::matter::words::{Source, Words};
use serde::Deserialize;

use super::cast::parsed;

/// The file as it ships.
const CASES: &str = include_str!("../../../config/cases/cases.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// What it is called.
    pub(super) id: String,
    /// Addresses of the reports.
    pub(super) at: Vec<String>,
    pub(super) zh: Told,
    pub(super) en: Told,
}

/// A case in one language.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    /// What the reports tell.
    pub(super) facts: String,
    /// What the demonstration adds.
    pub(super) arranged: String,
}

impl Case {
    /// Its source as words hold it.
    pub(super) fn source(&self, told: &Told) -> Source {
        Source {
            case: Some(parsed(&self.id)),
            facts: told.facts.clone(),
            arranged: Some(told.arranged.clone()),
            at: self.at.clone(),
            ..Source::default()
        }
    }

    /// Puts it beside words that are not written with the story's.
    pub(super) fn beside(&self, words: &mut Words) {
        words.source = Some(self.source(&self.zh));
        if let Some(english) = words.en.as_deref_mut() {
            english.source = Some(self.source(&self.en));
        }
    }
}

/// Every case; the file is part of the program and reads, as a test holds.
pub(super) fn all() -> Vec<Case> {
    toml::from_str::<File>(CASES).unwrap_or_else(|fault| unreachable!("{fault}")).case
}

/// The case of that name.
pub(super) fn named(id: &str) -> Case {
    all().into_iter().find(|case| case.id == id).unwrap_or_else(|| unreachable!("{id}"))
}
