//! Following one node: a long poll tells which logs changed; heads, entries and bodies are fetched and offered to the holdings.
//!
//! Latency matters: from the poll's answer to the page it takes one round trip for the head, one for the entries. Bodies follow.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream;
use luodi_ledger::names::Origin;
use luodi_ledger::tile::BundleId;

use super::again::Again;
use super::client::{Client, Failed};
use super::held::SourceId;
use super::holdings::Want;
use super::keeper::Keeper;
use crate::site::Clock;

/// How long a node holds a poll open when nothing is new: as long as it may.
const WAIT: Duration = Duration::from_secs(25);
/// A pause after an answer that came at once and told nothing, so that a node that does not wait is not asked without end.
const BREATH: Duration = Duration::from_millis(200);
/// First pause after a failure; doubled with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// Longest pause, so that a node that comes back is read again soon.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// Logs, bundles or bodies fetched at a time from one node.
const AT_A_TIME: usize = 8;
/// Most new evidence read from a node at one poll: an honest one has a handful in its life.
const MOST_EVIDENCE: usize = 64;
/// Most entries of one log that are held in memory; more is told as trouble, not read.
const LARGEST_LOG: u64 = 2_000_000;

/// Follows the node at `base` until the keeper ends or the task is dropped.
pub async fn follow(source: SourceId, base: String, keeper: Keeper, clock: Clock) {
    let client = match Client::new(&base) {
        Ok(client) => client,
        Err(error) => {
            keeper.source(source, move |state| state.failing = Some(error.to_string())).await;
            return;
        }
    };
    let follower = Follower { source, client, keeper };
    let (mut cursor, mut epoch, mut pause) = (0, String::new(), FIRST_PAUSE);
    let mut again = Again::default();
    loop {
        let asked = Instant::now();
        // A poll is broken off when a log is to be read again; asked anew with the same cursor it misses nothing.
        let until_due = again.next(asked).unwrap_or(WAIT * 2);
        let polled = tokio::time::timeout(until_due, follower.client.logs(cursor, WAIT)).await;
        let failed = match polled {
            Err(_) => {
                follower.read_all(again.due(Instant::now()), &mut again).await;
                continue;
            }
            Ok(Ok(told)) if told.epoch != epoch && cursor != 0 => {
                // Another store: its cursor means nothing to us.
                (cursor, epoch) = (0, told.epoch);
                continue;
            }
            Ok(Ok(told)) => {
                (cursor, epoch, pause) = (told.next, told.epoch, FIRST_PAUSE);
                let now = clock();
                follower.keeper.source(source, move |state| state.answered(now)).await;
                let idle = told.logs.is_empty() && asked.elapsed() < BREATH;
                let changed: BTreeSet<Origin> = told.logs.into_iter().map(|log| log.origin).collect();
                for origin in &changed {
                    again.changed(origin);
                }
                follower.read_all(&changed | &again.due(Instant::now()), &mut again).await;
                if let Err(failed) = follower.evidence().await {
                    tracing::debug!(node = %base, %failed, "evidence not read");
                }
                if idle {
                    tokio::time::sleep(BREATH).await;
                }
                continue;
            }
            Ok(Err(failed)) => failed.to_string(),
        };
        tracing::debug!(node = %base, %failed, "poll failed");
        follower.keeper.source(source, move |state| state.failing = Some(failed)).await;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        if follower.keeper.with(|_| ()).await.is_none() {
            return;
        }
    }
}

struct Follower {
    source: SourceId,
    client: Client,
    keeper: Keeper,
}

impl Follower {
    /// Reads logs, those of higher divisions first since they hold the charters of those below.
    async fn read_all(&self, origins: BTreeSet<Origin>, again: &mut Again) {
        let mut by_level: Vec<Origin> = origins.into_iter().collect();
        by_level.sort_by_key(|origin| origin.division.level());
        for level in by_level.chunk_by(|one, other| one.division.level() == other.division.level()) {
            let mut read = stream::iter(level.iter().cloned()).map(|origin| self.read(origin)).buffer_unordered(AT_A_TIME);
            while let Some((origin, read)) = read.next().await {
                match read {
                    Read::Settled => again.settled(&origin),
                    Read::TryAgain => again.missing(origin, Instant::now()),
                }
            }
        }
    }

    /// Reads the evidence that is not here yet. What does not accuse keys of a known charter is passed over, and asked for again.
    async fn evidence(&self) -> Result<(), Failed> {
        let named = self.client.evidence_ids().await?;
        let held = self.keeper.with(|holdings| holdings.evidence().keys().copied().collect::<BTreeSet<_>>()).await.unwrap_or_default();
        for id in named.iter().filter(|id| !held.contains(id)).take(MOST_EVIDENCE) {
            let Some(bytes) = self.client.evidence(id).await? else { continue };
            let source = self.source;
            self.keeper.with(move |holdings| holdings.offer_evidence(source, &bytes)).await;
        }
        Ok(())
    }

    async fn read(&self, origin: Origin) -> (Origin, Read) {
        match self.read_log(&origin).await {
            Ok(read) => (origin, read),
            Err(failed) => {
                let (source, of, why) = (self.source, origin.clone(), failed.to_string());
                self.keeper.with(move |holdings| holdings.trouble(source, &of, why)).await;
                (origin, Read::TryAgain)
            }
        }
    }

    async fn read_log(&self, origin: &Origin) -> Result<Read, Failed> {
        let (head, checkpoint) = futures::join!(self.client.head(origin), self.client.checkpoint(origin));
        let Some(head) = head? else { return Ok(Read::Settled) };
        let (source, of) = (self.source, origin.clone());
        match self.keeper.with(move |holdings| holdings.offer_head(source, &of, &head)).await {
            Some(Want::Entries { from, to }) => {
                let leaves = self.entries(origin, from, to).await?;
                let of = origin.clone();
                self.keeper.with(move |holdings| holdings.offer_entries(source, &of, from, &leaves)).await;
            }
            Some(Want::Charter) => return Ok(Read::TryAgain),
            Some(Want::Nothing) | None => {}
        }
        if let Some(checkpoint) = checkpoint? {
            let of = origin.clone();
            self.keeper.with(move |holdings| holdings.offer_checkpoint(source, &of, &checkpoint)).await;
        }
        self.bodies(origin).await
    }

    async fn entries(&self, origin: &Origin, from: u64, to: u64) -> Result<Vec<Vec<u8>>, Failed> {
        if to > LARGEST_LOG {
            return Err(Failed::Unreadable(format!("{to} entries in one log are more than this reader holds")));
        }
        let mut bundles = stream::iter(BundleId::between(from, to))
            .map(|id| async move { (id, self.client.bundle(origin, id).await) })
            .buffered(AT_A_TIME);
        let mut leaves = Vec::new();
        while let Some((id, bundle)) = bundles.next().await {
            let first = id.index() * u64::from(luodi_ledger::tile::FULL);
            let known = usize::try_from(from.saturating_sub(first)).unwrap_or(usize::MAX);
            leaves.extend(bundle?.into_iter().skip(known));
        }
        Ok(leaves)
    }

    /// Fetches the words that are missing; a node may hold them later than the entries that name them.
    async fn bodies(&self, origin: &Origin) -> Result<Read, Failed> {
        let of = origin.clone();
        let missing = self.keeper.with(move |holdings| holdings.missing_bodies(&of)).await.unwrap_or_default();
        let mut read = Read::Settled;
        let mut fetched = stream::iter(missing)
            .map(|named| async move { (named, self.client.body(origin, &named.hash).await) })
            .buffer_unordered(AT_A_TIME);
        while let Some((named, bytes)) = fetched.next().await {
            let Some(bytes) = bytes? else {
                read = Read::TryAgain;
                continue;
            };
            let of = origin.clone();
            let good = self.keeper.with(move |holdings| holdings.offer_body(&of, &named, bytes)).await;
            if good == Some(false) {
                return Err(Failed::Unreadable(format!("the words under {} are others", named.hash)));
            }
        }
        Ok(read)
    }
}

/// What came of reading a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// All it shows has been judged.
    Settled,
    /// Its charter or some words are not here yet, or something failed on the way.
    TryAgain,
}
