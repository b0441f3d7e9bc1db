//! `charter`: the machine keys of a division's node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Malformed;
use crate::key::{KeyKind, VerifierKey};
use crate::merkle::Hash;
use crate::names::{Division, Federation, Origin};
use crate::policy::Policy;

/// Most addresses of a node in its charter.
const MOST_ADDRESSES: usize = 8;
/// Longest address in bytes.
const LONGEST_ADDRESS: usize = 256;
/// Most log keys at a time: the old and the new during a rotation, and one to spare.
const MOST_LOG_KEYS: usize = 3;

/// `charter`: the machine keys of a division's node, from one log size on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CharterFacts {
    /// Where peers reach the node: libp2p multiaddresses without peer id; may be empty behind NAT.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Where the former generation of this log ends, if this is not the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<FormerEnd>,
    /// The first size of the log that this charter judges.
    pub from: u64,
    /// The log's keys, named by the origin; more than one during a rotation.
    pub keys: Vec<VerifierKey>,
    /// The key of the office `node`.
    pub node: VerifierKey,
    /// 1 for the first charter of the log, then one more each.
    pub number: u32,
    /// The log.
    pub origin: Origin,
    /// The node's libp2p peer id.
    pub peer: String,
    /// The policy, as one literal tlog-policy text.
    pub policy: String,
    /// The key under which this node witnesses other logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<VerifierKey>,
    /// Who runs each witness of the policy, in the policy's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Operator>,
}

/// The (size, root) at which a former generation ends: entries beyond it count nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FormerEnd {
    /// Root of the tree at `size`, in base64.
    pub root: String,
    /// Number of entries that stay valid.
    pub size: u64,
}

/// A witness of the policy with its operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Operator {
    /// The witness's name inside the policy.
    pub name: String,
    /// Who runs it: a division's code or an organisation's short name.
    pub operator: String,
}

impl CharterFacts {
    /// Checks all that does not depend on other statements. Errors name the field.
    pub fn check(&self, federation: &Federation, division: Division) -> Result<Policy, Malformed> {
        let wrong = |field: &str, why: String| Err(Malformed::new(field, why));
        if &self.origin.federation != federation || self.origin.division != division {
            return wrong("origin", format!("{} is not a log of {division} in {federation}", self.origin));
        }
        if self.number == 0 {
            return wrong("number", "charters are numbered from 1".to_owned());
        }
        if self.former.is_some() != (self.origin.generation > 1) {
            return wrong("former", "the end of the former generation is named from generation 2 on, and only then".to_owned());
        }
        if let Some(former) = &self.former {
            former.root.parse::<Hash>()?;
        }
        let own = self.origin.to_string();
        if self.keys.is_empty() || self.keys.len() > MOST_LOG_KEYS {
            return wrong("keys", format!("1 to {MOST_LOG_KEYS} log keys wanted"));
        }
        if let Some(key) = self.keys.iter().find(|key| key.name() != own || key.kind() != KeyKind::Ed25519) {
            return wrong("keys", format!("{} is not a log key named {own}", key.name()));
        }
        if self.node.name() != format!("{federation}/{division}/node") || self.node.kind() != KeyKind::Ed25519 {
            return wrong("node", format!("a key of type 0x01 named {federation}/{division}/node wanted"));
        }
        if self.addresses.len() > MOST_ADDRESSES || self.addresses.iter().any(|address| !is_plain(address, LONGEST_ADDRESS)) {
            return wrong("addresses", format!("at most {MOST_ADDRESSES} multiaddresses wanted"));
        }
        if !is_plain(&self.peer, 128) {
            return wrong("peer", "a libp2p peer id wanted".to_owned());
        }
        let policy: Policy = self.policy.parse()?;
        if !same_set(policy.logs(), &self.keys) {
            return wrong("policy", "its log lines must be the log's keys".to_owned());
        }
        if let Some(key) = &self.witness {
            if key.name() != federation.witness_name(division) || key.kind() != KeyKind::Cosigner {
                return wrong("witness", format!("a key of type 0x04 named {} wanted", federation.witness_name(division)));
            }
            if policy.witnesses().iter().any(|witness| witness.key.public_bytes() == key.public_bytes()) {
                return wrong("policy", "a log's own operator is never among its witnesses".to_owned());
            }
        }
        if !self.witnesses.iter().map(|w| &w.name).eq(policy.witnesses().iter().map(|w| &w.name)) {
            return wrong("witnesses", "one operator for each witness of the policy wanted, in its order".to_owned());
        }
        if self.witnesses.iter().any(|w| !is_plain(&w.operator, 128) || w.operator == division.to_string()) {
            return wrong("witnesses", "an operator is a division's code or a short name, and never the log's own division".to_owned());
        }
        let machine: Vec<&VerifierKey> = self.keys.iter().chain([&self.node]).chain(&self.witness).collect();
        let distinct: std::collections::BTreeSet<_> = machine.iter().map(|key| key.public_bytes()).collect();
        if distinct.len() != machine.len() {
            return wrong("keys", "one key per role: the same public key stands in two".to_owned());
        }
        Ok(policy)
    }
}

fn is_plain(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn same_set(left: &[VerifierKey], right: &[VerifierKey]) -> bool {
    left.len() == right.len() && left.iter().all(|key| right.contains(key))
}
