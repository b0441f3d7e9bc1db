//! Applies redactions: as soon as one is in a log that this node holds and counts, what it names is erased here.
//!
//! Redactions are read once as they come and at every start; one that does not count yet (its signer's registration may lie in a log
//! that arrives later) or whose target is not here yet waits, and is judged again whenever anything changes. The store commits the
//! tombstone before it erases; files of attachments go after that, and at every start those of all tombstones.
//!
//! What was erased under a redaction that counted stays erased, whatever its standing becomes later: there is nothing left to bring back.

use std::collections::BTreeMap;
use std::time::Duration;

use luodi_ledger::entry::Entry;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::facts::Redaction;
use luodi_ledger::names::Origin;
use luodi_ledger::redaction::{self, Held, Tombstone};

use crate::attachments::Attachments;
use crate::registrar::Registrar;
use crate::store::{Change, ReadError, Reader, Writer};

/// Most redactions of one log that wait: far more than an honest log has, and a flood of them must not fill the memory.
const MOST_WAITING: usize = 1024;
/// How often what waits is looked at without cause: a body may have come, which no cursor tells.
const AGAIN: Duration = Duration::from_secs(30);
/// Logs taken from the change journal at once.
const PAGE: usize = 256;

/// What was read, and what waits.
#[derive(Debug)]
struct Redactor {
    reader: Reader,
    registrar: Registrar,
    cursor: u64,
    /// Up to where each log was read.
    seen: BTreeMap<Origin, u64>,
    /// Redactions that have not erased all that they name.
    waiting: BTreeMap<Origin, Vec<u64>>,
}

/// Runs until it is dropped.
pub async fn run(writer: Writer, registrar: Registrar, attachments: Attachments) {
    let reader = writer.reader().clone();
    let (mut changed, mut registered) = (reader.watch(), registrar.watch());
    let mut redactor = Redactor { reader: reader.clone(), registrar, cursor: 0, seen: BTreeMap::new(), waiting: BTreeMap::new() };
    // As a crash between tombstone and file would leave them.
    remove(&attachments, reader.redacted()).await;
    loop {
        let looked = tokio::task::spawn_blocking(move || {
            let found = redactor.look();
            (redactor, found)
        });
        let Ok((back, found)) = looked.await else { return };
        redactor = back;
        match found {
            Ok(tombstones) if tombstones.is_empty() => {}
            Ok(tombstones) => {
                let hashes: Vec<Blake3> = tombstones.iter().map(|tombstone| tombstone.hash).collect();
                let changes = tombstones.iter().map(|each| Change::Redact { hash: each.hash, tombstone: each.to_bytes() }).collect();
                match writer.commit(changes).await {
                    Ok(_) => {
                        tracing::info!(erased = hashes.len(), "redacted");
                        remove(&attachments, hashes).await;
                        // One redaction may uncover another: of what the erased body listed.
                        continue;
                    }
                    Err(error) => tracing::error!(%error, "a redaction could not be applied yet"),
                }
            }
            Err(error) => tracing::error!(%error, "redactions cannot be read now"),
        }
        tokio::select! {
            end = changed.changed() => if end.is_err() { return },
            end = registered.changed() => if end.is_err() { return },
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

/// Applies every redaction that counts now, once: before a restored node serves bodies again. Whether it could be done.
pub async fn apply_all(writer: &Writer, registrar: &Registrar) -> bool {
    loop {
        let (reader, registrar) = (writer.reader().clone(), registrar.clone());
        let look = move || Redactor { reader, registrar, cursor: 0, seen: BTreeMap::new(), waiting: BTreeMap::new() }.look();
        let Ok(Ok(due)) = tokio::task::spawn_blocking(look).await else { return false };
        if due.is_empty() {
            return true;
        }
        let changes = due.iter().map(|each| Change::Redact { hash: each.hash, tombstone: each.to_bytes() }).collect();
        if writer.commit(changes).await.is_err() {
            return false;
        }
    }
}

async fn remove(attachments: &Attachments, hashes: Vec<Blake3>) {
    let attachments = attachments.clone();
    let removed = tokio::task::spawn_blocking(move || {
        for hash in hashes {
            if let Err(error) = attachments.remove(&hash) {
                tracing::error!(%error, %hash, "a redacted attachment could not be removed; it is not served, and is tried again at the next start");
            }
        }
    });
    // It fails only if the node goes down.
    let _ = removed.await;
}

impl Redactor {
    /// Reads what is new, and gives the tombstones that are due.
    fn look(&mut self) -> Result<Vec<Tombstone>, ReadError> {
        loop {
            let changes = self.reader.changes_since(self.cursor, PAGE);
            for log in &changes.logs {
                self.read(&log.origin, log.size)?;
            }
            if changes.next == self.cursor {
                break;
            }
            self.cursor = changes.next;
        }
        let registry = self.registrar.snapshot();
        let mut due: Vec<Tombstone> = Vec::new();
        for (origin, indexes) in &mut self.waiting {
            let mut left = Vec::new();
            for index in std::mem::take(indexes) {
                let Some((entry, redaction)) = redaction_at(&self.reader, origin, index)? else { continue };
                let erased = |hash: &Blake3| self.reader.is_redacted(hash);
                if redaction.hashes.iter().all(erased) {
                    continue;
                }
                left.push(index);
                if registry.judge(origin, &entry).is_ok() {
                    let tombstones = named(&self.reader, origin, &entry, &redaction)?;
                    due.extend(tombstones.into_iter().filter(|tombstone| !self.reader.is_redacted(&tombstone.hash)));
                }
            }
            *indexes = left;
        }
        Ok(due)
    }

    fn read(&mut self, origin: &Origin, size: u64) -> Result<(), ReadError> {
        let from = self.seen.get(origin).copied().unwrap_or(0);
        for index in self.reader.registry_entries(origin, from)?.into_iter().filter(|index| *index < size) {
            if redaction_at(&self.reader, origin, index)?.is_some() {
                let waiting = self.waiting.entry(origin.clone()).or_default();
                if waiting.len() < MOST_WAITING {
                    waiting.push(index);
                } else {
                    tracing::error!(%origin, index, "a log with this many redactions that erase nothing: this one is passed over until a restart");
                }
            }
        }
        self.seen.insert(origin.clone(), size);
        Ok(())
    }
}

fn entry_at(reader: &Reader, origin: &Origin, index: u64) -> Result<Option<Entry>, ReadError> {
    let leaves = reader.entries(origin, index..index.saturating_add(1))?;
    Ok(leaves.first().and_then(|leaf| Entry::parse(leaf).ok()))
}

fn redaction_at(reader: &Reader, origin: &Origin, index: u64) -> Result<Option<(Entry, Redaction)>, ReadError> {
    let entry = entry_at(reader, origin, index)?;
    Ok(entry.and_then(|entry| redaction::read(entry.statement.statement()).map(|redaction| (entry, redaction))))
}

/// The tombstones that a redaction in `log` puts up, as far as its target is here.
fn named(reader: &Reader, log: &Origin, entry: &Entry, redaction: &Redaction) -> Result<Vec<Tombstone>, ReadError> {
    let Some(target) = entry_at(reader, &redaction.target.log, redaction.target.index)? else { return Ok(Vec::new()) };
    let Some(name) = target.statement.statement().body.map(|body| body.hash) else { return Ok(Vec::new()) };
    let body = reader.body_to_judge(&name)?;
    let told = reader.tombstone(&name)?.and_then(|bytes| Tombstone::parse(&bytes).ok());
    Ok(redaction::tombstones(log, entry, redaction, &target, Held::of(body.as_deref(), told.as_ref())))
}
