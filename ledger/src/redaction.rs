//! What a `redaction` erases, and what readers are told instead.
//!
//! A valid redaction (judge it as any entry) names hashes of its target: the body, or attachments that the body lists. Only these are
//! erased, so nobody can have the words of one statement erased by pointing at another. Statements of the registry keep their words.
//!
//! Out of scope: who may redact ([`crate::matter::may_sign`]), and erasing.

use serde::{Deserialize, Serialize};

use crate::Malformed;
use crate::entry::Entry;
use crate::hash::Blake3;
use crate::matter::Reference;
use crate::matter::codes::{Coded, RedactionGround};
use crate::matter::facts::{Redaction, Said};
use crate::matter::words::Words;
use crate::names::Origin;
use crate::statement::{Signers, Statement};
use crate::time::Time;

/// The kind that erases.
pub const KIND: &str = "redaction";

/// The redaction that a statement is, if it is one.
pub fn read(statement: &Statement) -> Option<Redaction> {
    if statement.kind.as_str() != KIND {
        return None;
    }
    match Said::read(&statement.kind, &statement.facts) {
        Ok(Said::Redaction(redaction)) => Some(*redaction),
        _ => None,
    }
}

/// Public, in place of what was erased: who, when, why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// What was erased.
    pub hash: Blake3,
    /// Who had it erased.
    pub by: Signers,
    /// Why.
    pub ground: Coded<RedactionGround>,
    /// When that was logged.
    pub logged: Time,
    /// The redaction.
    pub redaction: Reference,
    /// The statement that it belonged to.
    pub target: Reference,
    /// Of a body, the attachments that it listed, so that these can still be redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Blake3>,
}

impl Tombstone {
    /// Reads a tombstone as nodes serve it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        serde_json::from_slice(bytes).map_err(|error| Malformed::new("tombstone", error.to_string()))
    }

    /// As nodes serve it.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// What is known of the words that a redaction speaks of.
#[derive(Clone, Copy, Debug)]
pub enum Held<'a> {
    /// The body.
    Body(&'a [u8]),
    /// It is redacted; it listed these attachments.
    Redacted(&'a [Blake3]),
    /// Not here.
    Absent,
}

impl Held<'_> {
    /// The attachments that the words list, as far as they are known.
    fn listed(self) -> Vec<Blake3> {
        match self {
            Self::Body(bytes) => {
                Words::parse(bytes).map(|words| words.attachments.iter().map(|each| each.hash).collect()).unwrap_or_default()
            }
            Self::Redacted(listed) => listed.to_vec(),
            Self::Absent => Vec::new(),
        }
    }
}

/// Checks before publishing that a redaction names words of its target, so that one that erases nothing is not taken for one that does.
/// Where the words are not here, what is not the body may be one of its attachments.
pub fn check_named(target: &Statement, redaction: &Redaction, held: Held<'_>) -> Result<(), Malformed> {
    let Some(body) = target.body.map(|body| body.hash) else {
        return Err(Malformed::new("hashes", "what it refers to has no words and no attachments, so there is nothing to erase"));
    };
    if let Held::Absent = held {
        return Ok(());
    }
    let listed = held.listed();
    match redaction.hashes.iter().find(|hash| body != **hash && !listed.contains(hash)) {
        Some(hash) => Err(Malformed::new("hashes", format!("{hash} is neither the body of the target nor an attachment that it lists"))),
        None => Ok(()),
    }
}

/// The tombstones that `entry`, a redaction in `log` that counts, puts up over the words of `target`. What it names beyond these is not its
/// target's, or cannot be told without the body.
pub fn tombstones(log: &Origin, entry: &Entry, redaction: &Redaction, target: &Entry, held: Held<'_>) -> Vec<Tombstone> {
    let (said, of) = (entry.statement.statement(), target.statement.statement());
    let is_target =
        of.log == redaction.target.log && target.index == redaction.target.index && target.statement.id() == redaction.target.id;
    if !is_target || of.kind.is_registry() {
        return Vec::new();
    }
    let listed = held.listed();
    let body = of.body.map(|body| body.hash);
    let named = redaction.hashes.iter().filter(|hash| body == Some(**hash) || listed.contains(hash));
    let tombstone = |hash: &Blake3| Tombstone {
        hash: *hash,
        by: said.by.clone(),
        ground: redaction.ground,
        logged: entry.logged,
        redaction: Reference { log: log.clone(), index: entry.index, id: entry.statement.id() },
        target: redaction.target.clone(),
        attachments: if body == Some(*hash) { listed.clone() } else { Vec::new() },
    };
    named.map(tombstone).collect()
}
