//! Whether entries are on their way, in or out, so that work which can wait stays out of their way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often one who waits looks again.
const LOOK: Duration = Duration::from_millis(50);
/// Longest wait: a node that is never idle gets its other work done too, a page in this time.
const LONGEST: Duration = Duration::from_secs(10);

/// Counts the fetches in hand; clones share the count.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic(Arc<AtomicUsize>);

/// A fetch in hand, until it is dropped.
#[derive(Debug)]
pub(super) struct Fetching(Arc<AtomicUsize>);

impl Traffic {
    /// A fetch has begun.
    pub(super) fn begin(&self) -> Fetching {
        self.0.fetch_add(1, Ordering::Relaxed);
        Fetching(self.0.clone())
    }

    /// Waits until no fetch is in hand, for a while.
    pub(super) async fn pass(&self) {
        let still = async {
            while self.0.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(LOOK).await;
            }
        };
        // Too long is long enough.
        let _ = tokio::time::timeout(LONGEST, still).await;
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_can_wait_waits_for_the_last_fetch_but_not_for_ever() {
        let traffic = Traffic::default();
        let (one, two) = (traffic.begin(), traffic.begin());
        drop(one);
        let start = tokio::time::Instant::now();
        tokio::join!(traffic.pass(), async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(two);
        });
        assert!((Duration::from_secs(1)..Duration::from_secs(2)).contains(&start.elapsed()));
        let _endless = traffic.begin();
        let start = tokio::time::Instant::now();
        traffic.pass().await;
        assert!(start.elapsed() >= LONGEST);
    }
}
