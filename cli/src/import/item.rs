//! What a row becomes: the statements about one matter, before they are numbered and signed.

use luodi_ledger::matter::codes::{Coded, TerminationReason};
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::MatterId;
use luodi_ledger::statement::Kind;
use luodi_ledger::time::Date;
use serde::{Deserialize, Serialize};

/// Under this name the body of an imported statement says which row it comes from.
pub(crate) const SOURCE: &str = "imported";

/// Which statement of which row of which table: what makes an import idempotent. It stands in the body, so that anybody who holds the
/// table finds its row, and a later run finds what was published whatever became of this machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Source {
    /// The name of the table.
    pub(super) table: String,
    /// The key of the row.
    pub(super) row: String,
    /// Which of the row's statements.
    pub(super) part: String,
}

/// What is said, where all of it is known beforehand.
#[derive(Clone, Debug)]
pub(super) enum Facts {
    Said(Said),
    /// A termination rests on the outcome, whose place in the log is known only once it is there.
    Termination {
        date: Option<Date>,
        reason: Coded<TerminationReason>,
    },
}

impl Facts {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Said(Said::Topic(_)) => "topic",
            Self::Said(Said::Step(_)) => "step",
            Self::Said(Said::Outcome(_)) => "outcome",
            Self::Said(Said::Plan(_)) => "plan",
            Self::Said(Said::Completion(_)) => "completion",
            // A row says nothing else.
            Self::Said(_) => "progress",
            Self::Termination { .. } => "termination",
        }
    }

    pub(super) fn to_kind(&self) -> anyhow::Result<Kind> {
        Ok(self.kind().parse()?)
    }
}

/// One statement of a row.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Distinguishes it within its row.
    pub(super) part: &'static str,
    pub(super) facts: Facts,
    pub(super) words: Words,
}

/// Which matter a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A matter of its own, of this year; numbered by the table, or by the next number that is free.
    New { year: u16, number: Option<u32> },
    /// One that is in the log.
    Known(MatterId),
    /// The one that a row of another table became.
    Row(String),
}

/// A row that reads.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) row: u32,
    pub(super) key: String,
    pub(super) about: About,
    pub(super) pieces: Vec<Piece>,
    /// By what progress of one matter is put in order.
    pub(super) day: Date,
}
