//! Receipts made from what is stored.

use luodi_ledger::checkpoint::SignedCheckpoint;
use luodi_ledger::entry::Entry;
use luodi_ledger::merkle::inclusion_proof;
use luodi_ledger::names::Origin;
use luodi_ledger::receipt::{ChainLog, Link, Receipt};
use luodi_ledger::registry::Registry;

use crate::store::{LogState, ReadError, Reader};

/// The receipt of entry `index` of `origin`: under the largest witnessed head that covers it, else under the newest head. None if the log
/// has no such entry, or it does not read as one.
pub fn make(reader: &Reader, registry: &Registry, origin: &Origin, index: u64) -> Result<Option<Receipt>, ReadError> {
    let Some(state) = reader.log(origin)?.filter(|state| index < state.size) else { return Ok(None) };
    let Some(bytes) = leaf(reader, origin, index)? else { return Ok(None) };
    let Ok(entry) = Entry::parse(&bytes) else { return Ok(None) };
    let head = shown(registry, origin, &state, index);
    let body = match entry.statement.statement().body {
        // A receipt may do without its body; it is asked for again when bodies are served again.
        Some(_) if reader.withholds_bodies() => None,
        Some(named) => reader.body(&named.hash)?,
        None => None,
    };

    let size_shown = |log: &Origin| {
        let head = if log == origin { Some(head.size()) } else { reader.log(log).ok().flatten().map(|state| state.size) };
        head.unwrap_or(0)
    };
    let mut chain = Vec::new();
    for (log, indexes) in registry.chain(origin, &entry, size_shown) {
        let Some(state) = reader.log(&log)? else { continue };
        let newest = indexes.last().copied().unwrap_or(0);
        let head = shown(registry, &log, &state, newest);
        let mut links = Vec::new();
        for index in indexes {
            let Some(entry) = leaf(reader, &log, index)? else { continue };
            links.push(Link { index, hashes: inclusion_proof(&reader.nodes(&log), index, head.size())?, entry });
        }
        chain.push(ChainLog { head, links });
    }
    Ok(Some(Receipt {
        federation: registry.federation().hash(),
        hashes: inclusion_proof(&reader.nodes(origin), index, head.size())?,
        entry: bytes,
        body,
        chain,
        index,
        head,
    }))
}

fn leaf(reader: &Reader, origin: &Origin, index: u64) -> Result<Option<Vec<u8>>, ReadError> {
    Ok(reader.entries(origin, index..index + 1)?.pop())
}

/// The head to show for an entry, with the signature lines of charter keys only.
fn shown(registry: &Registry, origin: &Origin, state: &LogState, index: u64) -> SignedCheckpoint {
    let witnessed = state.witnessed.as_ref().filter(|head| head.size() > index);
    let mut head = witnessed.unwrap_or(&state.head).clone();
    if let Some(charter) = registry.charter_at(origin, head.size()) {
        let known: Vec<_> = charter.facts.keys.iter().chain(charter.policy.witnesses().iter().map(|witness| &witness.key)).collect();
        head.note_mut().retain(|line| known.iter().any(|key| line.claims(key)));
    }
    head
}
