//! The one registry of a running node, shared by all that judge: network, sequencer, witness and pages.
//!
//! Readers take a snapshot and keep it for as long as they judge one thing, so a decision is never made half before and half after a
//! change.

use std::sync::Arc;

use luodi_ledger::entry::Entry;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use tokio::sync::watch;

use crate::store::{ReadError, Reader};

/// Shares a [`Registry`]; clones are handles on the same one.
#[derive(Clone, Debug)]
pub struct Registrar {
    // A watch channel is a lock that also tells of changes.
    registry: Arc<watch::Sender<Arc<Registry>>>,
}

impl Registrar {
    /// Begins with `registry`.
    pub fn new(registry: Registry) -> Self {
        Self { registry: Arc::new(watch::Sender::new(Arc::new(registry))) }
    }

    /// Begins with `registry` and all registry entries of the logs in store.
    pub fn load(mut registry: Registry, reader: &Reader) -> Result<Self, ReadError> {
        let mut entries = Vec::new();
        for log in reader.logs() {
            for index in reader.registry_entries(&log.origin, 0)? {
                let leaves = reader.entries(&log.origin, index..index + 1)?;
                entries.extend(leaves.first().and_then(|leaf| Entry::parse(leaf).ok()).map(|entry| (log.origin.clone(), entry)));
            }
        }
        let of_registry = |(_, entry): &&(Origin, Entry)| entry.statement.statement().kind.is_registry();
        registry.observe_all(entries.iter().filter(of_registry).map(|(origin, entry)| (origin, entry)));
        Ok(Self::new(registry))
    }

    /// The registry as it is now.
    pub fn snapshot(&self) -> Arc<Registry> {
        self.registry.borrow().clone()
    }

    /// Takes in entries that are durable in a log; tells the watchers when anything changed.
    pub fn observe_all<'e>(&self, entries: impl IntoIterator<Item = (&'e Origin, &'e Entry)>) -> bool {
        let entries: Vec<_> = entries.into_iter().filter(|(_, entry)| entry.statement.statement().kind.is_registry()).collect();
        if entries.is_empty() {
            return false;
        }
        self.registry.send_if_modified(|registry| Arc::make_mut(registry).observe_all(entries).is_news())
    }

    /// Tells of changes.
    pub fn watch(&self) -> watch::Receiver<Arc<Registry>> {
        self.registry.subscribe()
    }
}
