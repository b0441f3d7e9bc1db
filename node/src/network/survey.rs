//! Looking through what is stored, slowly: for bodies that are named and not held, and for what entries count for since the registry
//! changed.
//!
//! It runs once after the start, when nothing is known of what was stored before, and again a while after each change of the registry: then
//! only over the logs whose entries may count for something else now. What is registered about a division can change what counts in its own
//! log, in those above it, where its offices speak too, and in those below, whose offices its own may have registered; nowhere else.
//! It works at most half of the time of one core, one page at a time, and not while entries are fetched, so that it is never in the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use luodi_ledger::entry::{Entry, Link};
use luodi_ledger::hash::Blake3;
use luodi_ledger::names::{Division, OfficeName, Origin};
use luodi_ledger::registry::{AppointFacts, CharterFacts, Registry, RevokeFacts};
use luodi_ledger::statement::Statement;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::replication::{Happened, on_disk};
use super::standing::{Tallies, Tally};
use super::traffic::Traffic;
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
    pub(super) traffic: Traffic,
    pub(super) happened: mpsc::Sender<Happened>,
}

/// Of which divisions something was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Touched {
    Everything,
    Divisions(BTreeSet<Division>),
}

impl Touched {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Divisions(some), Self::Divisions(more)) => Self::Divisions(some.into_iter().chain(more).collect()),
            _ => Self::Everything,
        }
    }

    /// Whether entries in the log of `division` may count for something else now.
    fn reaches(&self, registry: &Registry, division: Division) -> bool {
        match self {
            Self::Everything => true,
            Self::Divisions(touched) => touched.iter().any(|of| registry.is_within(division, *of) || registry.is_within(*of, division)),
        }
    }
}

/// What was registered since the logs had the sizes in `seen`, and the sizes they have now.
fn news(reader: &Reader, mut seen: BTreeMap<Origin, u64>) -> Result<(BTreeMap<Origin, u64>, Touched), ReadError> {
    let mut divisions = BTreeSet::new();
    let mut everything = false;
    for row in reader.logs() {
        let from = seen.insert(row.origin.clone(), row.size).unwrap_or(0);
        for index in reader.registry_entries(&row.origin, from)? {
            let leaves = reader.entries(&row.origin, index..index + 1)?;
            match leaves.first().and_then(|leaf| Entry::parse(leaf).ok()).and_then(|entry| subject(entry.statement.statement())) {
                Some(division) => drop(divisions.insert(division)),
                None => everything = true,
            }
        }
    }
    Ok((seen, if everything { Touched::Everything } else { Touched::Divisions(divisions) }))
}

/// The division whose machine or offices a statement registers; none where it says more than that, or nothing that reads.
fn subject(statement: &Statement) -> Option<Division> {
    match statement.kind.as_str() {
        "charter" => Some(statement.facts.read::<CharterFacts>().ok()?.origin.division),
        "appoint" => Some(statement.facts.read::<AppointFacts>().ok()?.office.division),
        "revoke" => {
            let key = statement.facts.read::<RevokeFacts>().ok()?.key;
            Some(key.name().parse::<OfficeName>().ok()?.division)
        }
        // Who is above whom may be another now.
        _ => None,
    }
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
        let mut seen = BTreeMap::new();
        let mut touched = Touched::Everything;
        loop {
            changes.mark_unchanged();
            let registry = self.registrar.snapshot();
            let (sizes, new) = match on_disk(&self.reader, move |reader| news(reader, seen)).await {
                Ok(read) => read,
                Err(error) => {
                    tracing::error!(%error, "what was registered could not be read");
                    (BTreeMap::new(), Touched::Everything)
                }
            };
            seen = sizes;
            touched = touched.and(new);
            let touched = std::mem::replace(&mut touched, Touched::Divisions(BTreeSet::new()));
            for row in self.reader.logs().into_iter().filter(|row| touched.reaches(&registry, row.origin.division)) {
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
            if shutdown.run_until_cancelled(self.traffic.pass()).await.is_none() {
                return Ok(());
            }
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
        if reader.wants_body(&body.hash)? {
            missing.push(body.hash);
        }
    }
    Ok(Page { entries: leaves.len() as u64, link, tally, missing })
}

#[cfg(test)]
mod tests {
    use luodi_ledger::facts::Facts;
    use luodi_ledger::key::{KeyKind, SignerKey};
    use luodi_ledger::policy::Policy;

    use super::*;

    fn said(kind: &str, facts: &str) -> Statement {
        Statement {
            log: "luodi.example/demo/log/990101000000/1".parse().unwrap(),
            by: ["luodi.example/demo/990101000000/government".parse().unwrap()].into(),
            kind: kind.parse().unwrap(),
            matter: None,
            time: "2026-11-22T07:58:11Z".parse().unwrap(),
            facts: Facts::parse(facts).unwrap(),
            body: None,
        }
    }

    #[test]
    fn a_registration_touches_its_division_those_above_and_those_below() {
        let name = "luodi.example/demo/990101001201/committee";
        let key = SignerKey::from_seed(name, KeyKind::Ed25519, &[1; 32]).unwrap().public().clone();
        let appointed = format!(r#"{{"basis":"election","keys":["{key}"],"office":"{name}","term":{{"from":"2026-01-01"}}}}"#);
        let village: Division = "990101001201".parse().unwrap();
        assert_eq!(subject(&said("appoint", &appointed)), Some(village));
        assert_eq!(subject(&said("revoke", &format!(r#"{{"key":"{key}","reason":"lost"}}"#))), Some(village));
        assert_eq!(subject(&said("division", r#"{"division":"990101001201","name":"某村"}"#)), None, "the tree may be another");
        assert_eq!(subject(&said("appoint", "{}")), None);

        let log = SignerKey::from_seed("luodi.example/demo/log/990101000000/1", KeyKind::Ed25519, &[2; 32]).unwrap();
        let registry = Registry::new(luodi_ledger::federation::FederationFile {
            name: "luodi.example/demo".parse().unwrap(),
            offset: 8,
            root: "990101000000".parse().unwrap(),
            keys: vec![key],
            earlier: vec![],
            charter: CharterFacts {
                addresses: vec![],
                former: None,
                from: 0,
                keys: vec![log.public().clone()],
                node: log.public().clone(),
                number: 1,
                origin: "luodi.example/demo/log/990101000000/1".parse().unwrap(),
                peer: String::new(),
                policy: Policy::of_two_thirds(log.public(), &[]).unwrap().to_string(),
                witness: None,
                witnesses: vec![],
            },
        });
        let township = Touched::Divisions(BTreeSet::from(["990101001000".parse().unwrap()]));
        for (division, reached) in
            [("990101000000", true), ("990101001000", true), ("990101001201", true), ("990101002000", false), ("990101002201", false)]
        {
            assert_eq!(township.reaches(&registry, division.parse().unwrap()), reached, "{division}");
            assert!(Touched::Everything.reaches(&registry, division.parse().unwrap()));
        }
        assert_eq!(township.clone().and(Touched::Everything), Touched::Everything);
        assert_eq!(township.clone().and(Touched::Divisions(BTreeSet::new())), township);
    }
}
