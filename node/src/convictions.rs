//! Which logs the evidence in store convicts.

use std::collections::BTreeSet;

use luodi_ledger::fork::Evidence;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;

use crate::protocol::follower::freezes;
use crate::store::{ReadError, Reader};

/// The logs whose keys in force signed what cannot both be honest: nobody follows them further, and their own nodes seal no more.
pub fn convicted(reader: &Reader, registry: &Registry) -> Result<BTreeSet<Origin>, ReadError> {
    let mut found = BTreeSet::new();
    for row in reader.evidence() {
        let file = reader.evidence_file(&row.id)?.unwrap_or_default();
        if let (Ok(evidence), Ok(origin)) = (Evidence::parse(&file), row.origin.parse::<Origin>())
            && freezes(registry, &origin, &evidence)
        {
            found.insert(origin);
        }
    }
    Ok(found)
}
