//! Running it all: one reader a node, one keeper, one server, until told to end.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use luodi_ledger::time::Time;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use axum::serve::ListenerExt as _;

use crate::config::{BadConfig, Config};
use crate::index::SourceState;
use crate::server::router;
use crate::site::{Clock, Site};
use crate::source::{Holdings, follow, keep};

/// How often it is looked whether a new day has begun; statuses change at midnight.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(20);

/// Why the explorer could not run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] BadConfig),
    /// The operating system refused something.
    #[error("cannot serve: {0}")]
    Io(#[from] std::io::Error),
}

/// Serves on `listener` until `shutdown` ends; open answers are finished first.
pub async fn run(config: Config, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), Problem> {
    // Reading 55,164 names takes a tenth of a second, too long for the event loop.
    let settings = tokio::task::spawn_blocking(move || config.settings()).await.map_err(std::io::Error::other)??;
    let clock: Clock = Arc::new(system_time);
    let sources: Vec<SourceState> = settings
        .nodes
        .iter()
        .map(|node| SourceState { url: node.url.clone(), division: node.division, ..SourceState::default() })
        .collect();
    let (keeper, snapshot) = keep(Holdings::new(settings.federation.clone()), sources, clock.clone())?;
    let mut readers = JoinSet::new();
    for (source, node) in settings.nodes.iter().enumerate() {
        readers.spawn(follow(source, node.url.clone(), keeper.clone(), clock.clone()));
    }
    let (offset, of_day, days) = (settings.federation.offset, clock.clone(), keeper.clone());
    readers.spawn(async move {
        let mut day = of_day().civil_date(offset);
        loop {
            tokio::time::sleep(LOOK_AT_CLOCK).await;
            let today = of_day().civil_date(offset);
            if day != today {
                day = today;
                days.turn_of_day().await;
            }
        }
    });
    let site = Site::new(settings, snapshot, clock);
    // A page is one small write; waiting to fill a packet would cost 40 ms.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router(&site)).with_graceful_shutdown(shutdown).await?;
    readers.shutdown().await;
    Ok(())
}

fn system_time() -> Time {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    // Past the year 9999 the last second of it is shown.
    Time::start_of(luodi_ledger::time::Date::constant(1970, 1, 1), 0).plus(i64::try_from(seconds).unwrap_or(i64::MAX))
}
