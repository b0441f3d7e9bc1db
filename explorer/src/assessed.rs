//! A county's figures, computed from what is held: the county's own page, and its signed assessments computed again.
//!
//! Out of scope: the formulas ([`luodi_ledger::assessment`]). Invariant: a signed assessment is computed again from the very log sizes it
//! names, with the registry as those logs tell it, or not at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use luodi_ledger::assessment::{Assessment, Difference, FORMULAS, Reading, differences};
use luodi_ledger::entry::Entry;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::calendar::Span;
use luodi_ledger::matter::facts::{Assessment as Signed, LogPlace, LogSizes};
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::BodyRef;
use luodi_ledger::time::Time;

use crate::index::Snapshot;
use crate::source::Holdings;

/// Most figures kept beside a snapshot: the pages link to four periods of a county.
const MOST_KEPT: usize = 16;

/// Figures by county and period.
type Figures = BTreeMap<(Division, Span), Arc<Assessment>>;

/// What was computed from one snapshot, so that every cell of a page does not compute it anew.
#[derive(Clone, Debug, Default)]
pub struct Computed(Arc<Mutex<Figures>>);

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
}

/// The figures of a county for a period, as of the moment of the snapshot.
pub fn assess(snapshot: &Snapshot, county: Division, period: Span) -> Arc<Assessment> {
    let kept = || snapshot.computed.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = kept().get(&(county, period)) {
        return found.clone();
    }
    let holdings = &snapshot.holdings;
    let reading = Reading::of(holdings.registry(), county, entries(holdings, None), body(holdings));
    let computed = Arc::new(reading.assess(period, snapshot.as_of));
    let mut kept = kept();
    if kept.len() < MOST_KEPT {
        kept.insert((county, period), computed.clone());
    }
    computed
}

/// Computes a signed assessment again; `time` is when it says it was signed, which is the instant it was computed for.
pub fn again(holdings: &Holdings, county: Division, signed: &Signed, sizes: &LogSizes, time: Time) -> Again {
    if sizes.is_empty() || sizes.hash() != signed.logs {
        return Again::NoSizes;
    }
    if signed.formulas != FORMULAS {
        return Again::OtherFormulas(signed.formulas);
    }
    let federation = &holdings.registry().federation().name;
    let held = |log: &LogPlace| {
        let origin = Origin { federation: federation.clone(), division: log.division, generation: log.generation };
        holdings.logs().get(&origin).map_or(0, |log| log.entries().len() as u64)
    };
    let short: Vec<LogPlace> = sizes.0.iter().filter(|(log, size)| held(log) < **size).map(|(log, _)| *log).collect();
    if !short.is_empty() {
        return Again::NotRead(short);
    }
    let mut registry = Registry::new(holdings.registry().federation().clone());
    registry.observe_all(entries(holdings, Some(sizes)));
    let reading = Reading::of(&registry, county, entries(holdings, Some(sizes)), body(holdings));
    let period = Span { from: signed.period.from, until: signed.period.until };
    let found = differences(&signed.indicators, &reading.assess(period, time));
    if found.is_empty() { Again::Same } else { Again::Differs(found) }
}

/// The entries that read as such, of every log or of each up to its size.
fn entries<'a>(holdings: &'a Holdings, sizes: Option<&'a LogSizes>) -> impl Iterator<Item = (&'a Origin, &'a Entry)> {
    let most = move |origin: &Origin| match sizes {
        Some(sizes) => sizes.0.get(&LogPlace::of(origin)).map_or(0, |size| usize::try_from(*size).unwrap_or(usize::MAX)),
        None => usize::MAX,
    };
    holdings.logs().iter().flat_map(move |(origin, log)| {
        log.entries().iter().take(most(origin)).filter_map(move |held| Some((origin, held.entry.as_deref().ok()?)))
    })
}

fn body(holdings: &Holdings) -> impl Fn(&Reference, &BodyRef) -> Option<Vec<u8>> {
    |on, named| Some(holdings.logs().get(&on.log)?.body(&named.hash)?.to_vec())
}
