//! What every page is made from: the settings, the newest snapshot of what the nodes hold, and the time.

use std::sync::Arc;

use luodi_ledger::names::Division;
use luodi_ledger::time::{Date, Time};
use tokio::sync::watch;

use crate::config::Settings;
use crate::divisions::{Divisions, Place};
use crate::index::Snapshot;
use crate::source::Files;

/// Tells the time: an argument, so that pages can be tested at any date.
pub type Clock = Arc<dyn Fn() -> Time + Send + Sync>;

/// The site.
pub struct Site {
    settings: Settings,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    clock: Clock,
    files: Files,
}

impl Site {
    /// A site that shows what `snapshot` holds at any moment.
    pub fn new(settings: Settings, snapshot: watch::Receiver<Arc<Snapshot>>, clock: Clock) -> Arc<Self> {
        let files = Files::of(settings.nodes.iter().map(|node| node.url.clone()).collect());
        Arc::new(Self { settings, snapshot, clock, files })
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The files of attachments.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The path prefix, empty or beginning with a slash.
    pub fn prefix(&self) -> &str {
        &self.settings.prefix
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.borrow().clone()
    }

    /// The time.
    pub fn now(&self) -> Time {
        (self.clock)()
    }

    /// The civil date in the federation.
    pub fn today(&self) -> Date {
        self.now().civil_date(self.settings.federation.offset)
    }

    /// All places built in or configured.
    pub fn divisions(&self) -> &Divisions {
        &self.settings.divisions
    }

    /// Whether pages about `place` are samples: it is fictional, or the whole federation is.
    pub fn is_sample(&self, place: Option<Division>) -> bool {
        self.settings.federation.root.is_fictional() || place.is_some_and(Division::is_fictional)
    }

    /// The place of a code, if its name is known.
    pub fn place(&self, code: Division) -> Option<&Place> {
        self.divisions().get(code)
    }
}
