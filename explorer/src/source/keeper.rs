//! The one owner of what is held: it takes work in turn, and publishes a snapshot when something changed.
//!
//! It has a thread of its own: judging a long log takes seconds, and pages must not wait for it.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::held::SourceId;
use super::holdings::Holdings;
use crate::index::{Index, Snapshot, SourceState};
use crate::site::Clock;

/// Most pieces of work that wait; whoever brings more waits.
const MOST_WAITING: usize = 256;

type Work = Box<dyn FnOnce(&mut Kept) + Send>;

/// What the owner owns.
struct Kept {
    holdings: Holdings,
    sources: Vec<SourceState>,
    sources_changed: bool,
}

/// A handle to the owner.
#[derive(Clone)]
pub struct Keeper {
    work: mpsc::Sender<Work>,
}

impl Keeper {
    /// Does `work` on the holdings, in turn; none when the owner has ended.
    pub(super) async fn with<R: Send + 'static>(&self, work: impl FnOnce(&mut Holdings) -> R + Send + 'static) -> Option<R> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |kept| {
            // Whoever asked may have gone; the work counts all the same.
            let _ = answer.send(work(&mut kept.holdings));
        });
        self.work.send(work).await.ok()?;
        answered.await.ok()
    }

    /// Notes whether a source answers.
    pub(super) async fn source(&self, source: SourceId, note: impl FnOnce(&mut SourceState) + Send + 'static) {
        let work: Work = Box::new(move |kept| {
            if let Some(state) = kept.sources.get_mut(source) {
                note(state);
                kept.sources_changed = true;
            }
        });
        // Without an owner there is nobody to tell.
        let _ = self.work.send(work).await;
    }

    /// Has every matter folded anew: a day has begun.
    pub async fn turn_of_day(&self) {
        let _ = self.work.send(Box::new(|kept| kept.sources_changed = true)).await;
    }
}

/// Starts the owner; the snapshot it publishes first holds nothing.
pub fn keep(holdings: Holdings, sources: Vec<SourceState>, clock: Clock) -> std::io::Result<(Keeper, watch::Receiver<Arc<Snapshot>>)> {
    let (work, mut waiting) = mpsc::channel::<Work>(MOST_WAITING);
    let mut index = Index::default();
    let mut kept = Kept { holdings, sources, sources_changed: false };
    let (publisher, published) = watch::channel(Arc::new(index.snapshot(&mut kept.holdings, &kept.sources, clock())));
    std::thread::Builder::new().name("explorer-keeper".to_owned()).spawn(move || {
        while let Some(first) = waiting.blocking_recv() {
            first(&mut kept);
            // What waits already is done first, so that a burst is published once.
            for _ in 0..MOST_WAITING {
                let Ok(next) = waiting.try_recv() else { break };
                next(&mut kept);
            }
            if kept.holdings.has_changed() || kept.sources_changed {
                kept.sources_changed = false;
                publisher.send_replace(Arc::new(index.snapshot(&mut kept.holdings, &kept.sources, clock())));
            }
        }
    })?;
    Ok((Keeper { work }, published))
}
