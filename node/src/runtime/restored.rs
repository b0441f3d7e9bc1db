//! After a restore: no body leaves this node before it has caught up with its own log and those above it once, for a copy may hold bodies
//! that have been redacted since.
//!
//! Caught up means: the start rule has opened our own log, and of every log above somebody has told its newest head, and all of it is here.

use std::time::Duration;

use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use tokio::sync::watch;

use super::confirming::Holders;
use crate::marks::RESTORED;
use crate::redacting;
use crate::registrar::Registrar;
use crate::sequencing::Gate;
use crate::store::{Change, CommitError, Writer};

/// How often the logs above are asked for.
const EVERY: Duration = Duration::from_secs(1);

/// Runs until all is caught up; then the bodies are served, from now on after restarts too.
pub(super) async fn run(own: Division, writer: Writer, registrar: Registrar, holders: impl Holders, mut gate: watch::Receiver<Gate>) {
    let reader = writer.reader().clone();
    tracing::warn!("this node was restored from a backup: it serves no bodies until it has caught up with its own log and those above it");
    if gate.wait_for(|gate| *gate == Gate::Open).await.is_err() {
        return;
    }
    loop {
        let registry = registrar.snapshot();
        let mut behind = None;
        for origin in above(&registry, own) {
            if !is_caught_up(&writer, &registry, &holders, &origin).await {
                behind = Some(origin);
                break;
            }
        }
        match behind {
            Some(origin) => tracing::debug!(%origin, "not caught up yet"),
            // The bodies that were redacted since go first.
            None if !redacting::apply_all(&writer, &registrar).await => tracing::warn!("redactions could not be applied yet"),
            None => match lift(&writer).await {
                Ok(()) => {
                    reader.withhold_bodies(false);
                    tracing::info!("caught up after the restore: bodies are served again");
                    return;
                }
                Err(error) => tracing::warn!(%error, "caught up after the restore, but that could not be kept"),
            },
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// The logs of the divisions above.
fn above(registry: &Registry, own: Division) -> Vec<Origin> {
    let divisions = std::iter::successors(registry.parent(own), |division| registry.parent(*division));
    divisions.filter_map(|division| registry.home_log(division)).cloned().collect()
}

async fn is_caught_up(writer: &Writer, registry: &Registry, holders: &impl Holders, origin: &Origin) -> bool {
    let told = holders.newest_heads(origin).await;
    let sizes = told.iter().filter_map(|(_, held)| registry.open_head(origin, held.as_ref()?).ok()).map(|head| head.size());
    let Some(newest) = sizes.max() else { return false };
    writer.reader().log(origin).ok().flatten().is_some_and(|state| state.size >= newest)
}

async fn lift(writer: &Writer) -> Result<(), CommitError> {
    writer.commit(vec![Change::Setting { name: RESTORED.to_owned(), value: vec![] }]).await.map(|_| ())
}
