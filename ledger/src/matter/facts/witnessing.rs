//! Kinds that a node says by itself: evidence, anchor, observation. They move no matter.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hash::Blake3;
use crate::matter::codes::{Coded, Contradicts, ObservationGround};
use crate::merkle::Hash;
use crate::names::Origin;

/// 不一致 (kind `evidence`): a log, or a witness of it, said two things that cannot both be honest. One for each origin and log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct EvidenceNotice {
    /// How the two heads contradict each other.
    pub contradicts: Coded<Contradicts>,
    /// The evidence: the BLAKE3 of its file (see [`crate::fork`]).
    pub evidence: Blake3,
    /// Which log.
    pub origin: Origin,
}

/// 锚定: heads of other logs as this node holds them, so that who rewrites one has to rewrite this log as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Anchor {
    /// The heads, sorted by log and distinct.
    pub heads: Vec<Head>,
}

/// A head of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Head {
    /// Which log.
    pub log: Origin,
    /// The root of its tree, in base64.
    pub root: Hash,
    /// How many entries it has.
    pub size: u64,
}

/// 观察: a head that was seen and could not be followed up. It proves nothing and freezes nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Observation {
    /// Why it could not be followed up.
    pub ground: Coded<ObservationGround>,
    /// The head that was seen.
    pub head: Head,
    /// How many entries of that log are held here.
    pub held: u64,
}
