//! Looking through what is stored, slowly: for bodies that are named and not held, and for what entries count for since the registry
//! changed.
//!
//! It runs once after the start, when nothing is known of what was stored before, and again a while after each change of the registry.
//! It works at most half of the time of one core, and one page at a time, so that it is never in the way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use luodi_ledger::registry::Registry;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::replication::{Happened, on_disk};
use super::standing::{Tallies, Tally};
use crate::protocol::follower::Event;
use crate::registrar::Registrar;
use crate::store::{ReadError, Reader};

/// How long after a change of the registry: charters and appointments come in bunches.
const SETTLE: Duration = Duration::from_secs(2);

/// The task.
pub(super) struct Survey {
    pub(super) reader: Reader,
    pub(super) registrar: Registrar,
    pub(super) tallies: Tallies,
    pub(super) happened: mpsc::Sender<Happened>,
}

/// What was seen of a page.
struct Page {
    entries: u64,
    link: Link,
    tally: Tally,
    missing: Vec<Blake3>,
}

impl Survey {
    /// Runs until `shutdown`; the page at hand is finished, so that nothing reads the store after it.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        let mut changes = self.registrar.watch();
        loop {
            changes.mark_unchanged();
            let registry = self.registrar.snapshot();
            for row in self.reader.logs() {
                if let Err(error) = self.log(&registry, &row.origin, row.size, &shutdown).await {
                    tracing::error!(origin = %row.origin, %error, "a log could not be looked through");
                }
            }
            let settled = async { changes.changed().await.is_ok() && rest(&shutdown, SETTLE).await };
            if !shutdown.run_until_cancelled(settled).await.unwrap_or(false) {
                return;
            }
        }
    }

    async fn log(&self, registry: &Arc<Registry>, origin: &Origin, size: u64, shutdown: &CancellationToken) -> Result<(), ReadError> {
        let (mut at, mut link, mut sum) = (0, Link::start(), Tally::default());
        while at < size {
            let began = Instant::now();
            let (registry, log) = (registry.clone(), origin.clone());
            let page = on_disk(&self.reader, move |reader| page(reader, &registry, &log, at..size, link)).await?;
            (at, link, sum) = (at + page.entries, page.link, sum.plus(page.tally));
            if !page.missing.is_empty() {
                let named = Event::BodiesNamed { origin: origin.clone(), hashes: page.missing };
                // Nobody listens only while the node ends.
                let _ = self.happened.send(Happened::Event(named)).await;
            }
            if !rest(shutdown, began.elapsed()).await {
                return Ok(());
            }
        }
        self.tallies.surveyed(origin, size, sum);
        Ok(())
    }
}

/// Waits; says whether the node goes on.
async fn rest(shutdown: &CancellationToken, wait: Duration) -> bool {
    shutdown.run_until_cancelled(tokio::time::sleep(wait)).await.is_some()
}

fn page(reader: &Reader, registry: &Registry, origin: &Origin, range: std::ops::Range<u64>, mut link: Link) -> Result<Page, ReadError> {
    let leaves = reader.entries(origin, range)?;
    if leaves.is_empty() {
        return Err(ReadError::Unavailable("no entry where the head covers some".to_owned()));
    }
    let entries: Vec<Option<Entry>> = leaves.iter().map(|leaf| link.step(leaf).ok()).collect();
    let judged = entries.iter().map(|entry| Tally::of(registry, origin, entry.as_ref()));
    let tally = judged.fold(Tally::default(), Tally::plus);
    let mut missing = Vec::new();
    for body in entries.iter().flatten().filter_map(|entry| entry.statement.statement().body) {
        if reader.body(&body.hash)?.is_none() {
            missing.push(body.hash);
        }
    }
    Ok(Page { entries: leaves.len() as u64, link, tally, missing })
}
