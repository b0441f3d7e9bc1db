//! The fold's input: a statement, where it stands in which log, and what the registry says of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::entry::Entry;
use crate::hash::Blake3;
use crate::names::Origin;
use crate::standing::Standing;
use crate::statement::Statement;
use crate::time::Time;

/// Names one entry of one log. All three must agree with the entry, or the reference is unresolved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// The log.
    pub log: Origin,
    /// The entry's position in it.
    pub index: u64,
    /// The statement's id: BLAKE3 of its text.
    pub id: Blake3,
}

/// What the registry and the cross-check say of an entry beside its standing; each is shown and changes no state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Marks {
    /// Cosigned times contradict its `logged`.
    pub logged_doubtful: bool,
    /// A revocation that reached below a confirmed size made it void.
    pub annulled: bool,
    /// Its log has been seen to fork.
    pub fork_seen: bool,
}

/// One entry of a log that names the matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub reference: Reference,
    /// What is said.
    pub statement: Statement,
    /// When its log took it in.
    pub logged: Time,
    /// What it counts for.
    pub standing: Standing,
    /// What else is known of it.
    pub marks: Marks,
}

impl Record {
    /// The record of an entry that stands in the log `origin` and counts for `standing`, without marks.
    pub fn of(origin: &Origin, entry: &Entry, standing: Standing) -> Self {
        Self {
            reference: Reference { log: origin.clone(), index: entry.index, id: entry.statement.id() },
            statement: entry.statement.statement().clone(),
            logged: entry.logged,
            standing,
            marks: Marks::default(),
        }
    }
}
