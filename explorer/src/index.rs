//! What the pages show, rebuilt from the logs whenever one changes.

use std::collections::BTreeSet;

use luodi_ledger::names::Division;

/// All that is known at one moment; never changed, only replaced.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The divisions that have a log.
    pub joined: BTreeSet<Division>,
}
