//! The files of public attachments: fetched from a node when somebody looks, shown only if they are what the signed words name.
//!
//! A few are kept, whole, in memory; the rest is fetched again. What is redacted is asked for by nobody, and dropped when it is.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use luodi_ledger::attachment::Attachment;
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::Origin;
use tokio::sync::Semaphore;

use super::client::Client;

/// Most bytes kept: two of the largest, or some dozens of photos.
const MOST_KEPT: usize = 128 << 20;
/// Most files fetched at a time, each of which is held in memory until it is judged.
const AT_A_TIME: usize = 4;

/// Fetches and keeps files.
#[derive(Debug)]
pub struct Files {
    nodes: Vec<String>,
    fetching: Semaphore,
    kept: Mutex<VecDeque<(Blake3, Arc<[u8]>)>>,
}

impl Files {
    /// From these nodes, asked in their order.
    pub fn of(nodes: Vec<String>) -> Self {
        Self { nodes, fetching: Semaphore::new(AT_A_TIME), kept: Mutex::default() }
    }

    /// The file that the words of a statement in `origin` list; none if no node has it whole and unchanged.
    pub async fn get(&self, origin: &Origin, listed: &Attachment) -> Option<Arc<[u8]>> {
        if let Some(file) = self.kept(&listed.hash) {
            return Some(file);
        }
        let _place = self.fetching.acquire().await.ok()?;
        if let Some(file) = self.kept(&listed.hash) {
            return Some(file);
        }
        for node in &self.nodes {
            let Ok(client) = Client::new(node) else { continue };
            match client.attachment(origin, listed).await {
                Ok(Some(file)) => return Some(self.keep(listed.hash, file.into())),
                Ok(None) => {}
                Err(failed) => tracing::debug!(%node, hash = %listed.hash, %failed, "attachment not read"),
            }
        }
        None
    }

    /// Drops a file that is redacted.
    pub fn forget(&self, hash: &Blake3) {
        self.held().retain(|(kept, _)| kept != hash);
    }

    fn kept(&self, hash: &Blake3) -> Option<Arc<[u8]>> {
        self.held().iter().find(|(kept, _)| kept == hash).map(|(_, file)| file.clone())
    }

    fn keep(&self, hash: Blake3, file: Arc<[u8]>) -> Arc<[u8]> {
        let mut kept = self.held();
        kept.push_back((hash, file.clone()));
        while kept.iter().map(|(_, file)| file.len()).sum::<usize>() > MOST_KEPT {
            kept.pop_front();
        }
        file
    }

    fn held(&self) -> std::sync::MutexGuard<'_, VecDeque<(Blake3, Arc<[u8]>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
