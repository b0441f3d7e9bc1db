//! Which logs a node follows: those of the divisions above it, those of its subtree, and those whose charter names its witness.
//!
//! Out of scope: what a peer may read. Invariant: the registry decides who is above and below, never a bare prefix of a code.

use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;

/// Who follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interest {
    /// The node of a division.
    Member(Division),
    /// A node that no charter names yet: it needs the logs above the parent it asks, that parent's among them.
    Newcomer {
        /// The division of the node it asks.
        below: Division,
    },
}

impl Interest {
    /// Whether it follows `origin`, as far as the registry knows today.
    pub fn covers(&self, registry: &Registry, origin: &Origin) -> bool {
        if origin.federation != registry.federation().name {
            return false;
        }
        match self {
            Self::Newcomer { below } => registry.is_within(*below, origin.division),
            Self::Member(division) => {
                registry.is_within(*division, origin.division)
                    || registry.is_within(origin.division, *division)
                    || witnesses(registry, *division, origin)
            }
        }
    }
}

/// Whether the newest charter of `origin` names the witness of `division`.
pub fn witnesses(registry: &Registry, division: Division, origin: &Origin) -> bool {
    let name = origin.federation.witness_name(division);
    registry.charter(origin).is_some_and(|charter| charter.policy.witnesses().iter().any(|witness| witness.key.name() == name))
}
