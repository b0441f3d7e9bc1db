//! A county's figures, computed from what is held: the county's own page, and its signed assessments computed again. Both take a core for
//! as long as a county is large, so they run beside the event loop, few at a time, and what came out is kept.
//!
//! Out of scope: the formulas ([`luodi_ledger::assessment`]). Invariant: a signed assessment is computed again from the very log sizes it
//! names, with the registry as those logs tell it, or not at all; a page never waits longer than [`PATIENCE`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use luodi_ledger::assessment::{Assessment, Difference, FORMULAS, Reading, differences};
use luodi_ledger::entry::Entry;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::facts::{Assessment as Signed, LogPlace, LogSizes};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::BodyRef;
use luodi_ledger::time::Time;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::index::Snapshot;
use crate::source::{HeldEntry, Holdings};

/// How long a page waits for what is being computed; then it says so, or shows the figures before the newest records.
pub const PATIENCE: Duration = Duration::from_millis(1500);

/// Most figures kept: the pages link to four periods of a county.
const MOST_FIGURES: usize = 16;
/// Most signed assessments whose outcome is kept; each is a few numbers.
const MOST_VERDICTS: usize = 256;
/// Most computations at once: one core stays free for pages on the smallest office machine of four.
const MOST_RUNNING: usize = 2;

/// A county's figures for a period.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The figures.
    pub assessment: Arc<Assessment>,
    /// Whether they are of the newest records; else those are being taken in.
    pub is_newest: bool,
}

/// What somebody signed, to be computed again.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The statement.
    pub id: Blake3,
    /// The county.
    pub county: Division,
    /// What it says.
    pub signed: Signed,
    /// The log sizes it names.
    pub sizes: LogSizes,
    /// When it says it was signed: the instant it was computed for.
    pub time: Time,
}

/// What computing a signed assessment again came to.
#[derive(Clone, Debug)]
pub enum Again {
    /// Every figure is the same.
    Same,
    /// These differ.
    Differs(Vec<Difference>),
    /// Its words, with the log sizes it was computed from, are not here or not those it names.
    NoSizes,
    /// These logs have not been read so far.
    NotRead(Vec<LogPlace>),
    /// It was computed by another version of the formulas.
    OtherFormulas(u32),
    /// It is being computed, or waits for its turn.
    Waiting,
}

/// What was computed; clones share it.
#[derive(Clone, Debug)]
pub struct Computed {
    shared: Arc<Shared>,
    most_running: usize,
}

#[derive(Debug, Default)]
struct Shared {
    kept: Mutex<Kept>,
    /// Changes whenever a computation has ended.
    ended: watch::Sender<()>,
}

/// One computation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Job {
    Figures(Division, Span),
    Again(Blake3),
}

#[derive(Debug, Default)]
struct Kept {
    /// With the serial of the snapshot they were computed from.
    figures: BTreeMap<(Division, Span), (u64, Arc<Assessment>)>,
    /// With the serial of the snapshot they hold for, or none where nothing that is still to come can change them.
    verdicts: BTreeMap<Blake3, (Option<u64>, Again)>,
    running: BTreeSet<Job>,
}

impl Default for Computed {
    fn default() -> Self {
        Self { shared: Arc::default(), most_running: MOST_RUNNING }
    }
}

/// Takes a job off the list when it ends, however it ends.
struct Running {
    shared: Arc<Shared>,
    job: Job,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.kept().running.remove(&self.job);
        self.shared.ended.send_replace(());
    }
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Computed {
    /// The same with another number of computations at once; with none nothing more is computed.
    #[must_use]
    pub fn with_most_running(self, most_running: usize) -> Self {
        Self { most_running, ..self }
    }

    /// Has `job` done beside the event loop, unless it is under way or too many others are.
    fn start(&self, job: Job, work: impl FnOnce(&Shared) + Send + 'static) {
        let mut kept = self.shared.kept();
        if kept.running.len() >= self.most_running || !kept.running.insert(job.clone()) {
            return;
        }
        drop(kept);
        let running = Running { shared: self.shared.clone(), job };
        tokio::task::spawn_blocking(move || work(&running.shared));
    }

    fn figures(&self, county: Division, period: Span, serial: u64) -> Option<Figures> {
        let kept = self.shared.kept();
        kept.figures.get(&(county, period)).map(|(of, found)| Figures { assessment: found.clone(), is_newest: *of >= serial })
    }

    fn verdict(&self, id: &Blake3, serial: u64) -> Option<Again> {
        let kept = self.shared.kept();
        kept.verdicts.get(id).filter(|(of, _)| of.is_none_or(|of| of >= serial)).map(|(_, found)| found.clone())
    }
}

/// The figures of a county for a period; of older records where the newest take longer than a page waits, none where there are none yet.
pub async fn figures(snapshot: &Arc<Snapshot>, county: Division, period: Span) -> Option<Figures> {
    let (computed, deadline) = (&snapshot.computed, Instant::now() + PATIENCE);
    let mut ended = computed.shared.ended.subscribe();
    loop {
        let found = computed.figures(county, period, snapshot.serial);
        if found.as_ref().is_some_and(|found| found.is_newest) {
            return found;
        }
        let of = snapshot.clone();
        computed.start(Job::Figures(county, period), move |shared| {
            let found = Arc::new(assess(&of, county, period));
            let mut kept = shared.kept();
            if kept.figures.len() >= MOST_FIGURES && !kept.figures.contains_key(&(county, period)) {
                kept.figures.pop_first();
            }
            kept.figures.insert((county, period), (of.serial, found));
        });
        if timeout_at(deadline, ended.changed()).await.is_err() {
            return found;
        }
    }
}

/// Computes what was signed again; what takes longer than a page waits is [`Again::Waiting`].
pub async fn again(snapshot: &Arc<Snapshot>, claims: &[Claim]) -> Vec<Again> {
    let (computed, deadline) = (&snapshot.computed, Instant::now() + PATIENCE);
    let mut ended = computed.shared.ended.subscribe();
    loop {
        let of = |claim: &Claim| {
            let known = unread(&snapshot.holdings, claim).or_else(|| computed.verdict(&claim.id, snapshot.serial));
            known.unwrap_or(Again::Waiting)
        };
        let found: Vec<Again> = claims.iter().map(of).collect();
        let waiting = claims.iter().zip(&found).filter(|(_, found)| matches!(found, Again::Waiting)).map(|(claim, _)| claim);
        for claim in waiting.clone() {
            let (of, claim) = (snapshot.clone(), claim.clone());
            computed.start(Job::Again(claim.id), move |shared| {
                let (found, is_final) = compute(&of.holdings, &claim);
                let mut kept = shared.kept();
                if kept.verdicts.len() >= MOST_VERDICTS {
                    kept.verdicts.pop_first();
                }
                kept.verdicts.insert(claim.id, ((!is_final).then_some(of.serial), found));
            });
        }
        if waiting.count() == 0 || timeout_at(deadline, ended.changed()).await.is_err() {
            return found;
        }
    }
}

/// The figures of a county for a period, as of the moment of the snapshot.
fn assess(snapshot: &Snapshot, county: Division, period: Span) -> Assessment {
    let holdings = &snapshot.holdings;
    let judged = entries(holdings, None).map(|(origin, entry, held)| (origin, entry, held.standing()));
    Reading::of_judged(holdings.registry(), county, judged, body(holdings)).assess(period, snapshot.as_of)
}

/// Why it cannot be computed again, if so.
fn unread(holdings: &Holdings, claim: &Claim) -> Option<Again> {
    let (signed, sizes) = (&claim.signed, &claim.sizes);
    if sizes.is_empty() || sizes.hash() != signed.logs {
        return Some(Again::NoSizes);
    }
    if signed.formulas != FORMULAS {
        return Some(Again::OtherFormulas(signed.formulas));
    }
    let federation = &holdings.registry().federation().name;
    let held = |log: &LogPlace| {
        let origin = Origin { federation: federation.clone(), division: log.division, generation: log.generation };
        holdings.logs().get(&origin).map_or(0, |log| log.entries().len() as u64)
    };
    let short: Vec<LogPlace> = sizes.0.iter().filter(|(log, size)| held(log) < **size).map(|(log, _)| *log).collect();
    (!short.is_empty()).then_some(Again::NotRead(short))
}

/// Computes it; with whether that is final: not while the text of a rule pack is still to come.
fn compute(holdings: &Holdings, claim: &Claim) -> (Again, bool) {
    let (signed, sizes) = (&claim.signed, &claim.sizes);
    let mut registry = Registry::new(holdings.registry().federation().clone());
    registry.observe_all(entries(holdings, Some(sizes)).map(|(origin, entry, _)| (origin, entry)));
    let judged = entries(holdings, Some(sizes)).map(|(origin, entry, held)| (origin, entry, held.standing_by(&registry, origin, entry)));
    let reading = Reading::of_judged(&registry, claim.county, judged, body(holdings));
    let period = Span { from: signed.period.from, until: signed.period.until };
    let found = differences(&signed.indicators, &reading.assess(period, claim.time));
    (if found.is_empty() { Again::Same } else { Again::Differs(found) }, reading.unread.is_empty())
}

/// The entries that read as such, of every log or of each up to its size.
fn entries<'a>(holdings: &'a Holdings, sizes: Option<&'a LogSizes>) -> impl Iterator<Item = (&'a Origin, &'a Entry, &'a HeldEntry)> {
    let most = move |origin: &Origin| match sizes {
        Some(sizes) => sizes.0.get(&LogPlace::of(origin)).map_or(0, |size| usize::try_from(*size).unwrap_or(usize::MAX)),
        None => usize::MAX,
    };
    holdings.logs().iter().flat_map(move |(origin, log)| {
        log.entries().iter().take(most(origin)).filter_map(move |held| Some((origin, held.entry.as_deref().ok()?, held)))
    })
}

fn body(holdings: &Holdings) -> impl Fn(&Reference, &BodyRef) -> Option<Vec<u8>> {
    |on, named| Some(holdings.logs().get(&on.log)?.body(&named.hash)?.to_vec())
}
