//! What an export is computed from: every log asked for, read whole and held to its signed root, and the words its statements name.
//!
//! Nothing that a source says is believed: an entry counts by the registry, a body by its hash. Which logs, up to which size, is kept, for
//! whoever reads the same sizes comes to the same tables.

use std::collections::{BTreeMap, HashMap};

use anyhow::ensure;
use futures::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::calendar::{Calendar, Filled, Place};
use luodi_ledger::matter::codes::{CodeList as _, KindCode};
use luodi_ledger::matter::facts::Said;
use luodi_ledger::matter::pack::Packs;
use luodi_ledger::matter::view::View;
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Record, Reference, fold};
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::{Division, MatterId, Origin};
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::SignedStatement;
use luodi_ledger::time::{Date, Time};

use crate::audit::source::At;
use crate::language::{Language, say};
use crate::node_client::Node;
use crate::reading::{read_log, record};

/// Bodies asked for at once.
const AT_ONCE: usize = 16;

/// A log that was read.
#[derive(Clone, Debug)]
pub(super) struct LogRead {
    pub(super) origin: Origin,
    pub(super) size: u64,
    pub(super) root: Hash,
    /// Of its last entry.
    pub(super) newest: Option<Time>,
    /// The civil date of its first.
    pub(super) since: Option<Date>,
    /// Bodies its statements name that are not held there: not arrived, or erased.
    pub(super) missing: u64,
}

/// A body as it is held.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) text: String,
    pub(super) words: Words,
}

/// Everything an export tells.
#[derive(Debug)]
pub(super) struct Corpus {
    pub(super) as_of: Time,
    pub(super) logs: Vec<LogRead>,
    pub(super) views: Vec<View>,
    pub(super) calendars: Vec<Calendar>,
    pub(super) bodies: HashMap<Reference, Body>,
    pub(super) notes: HashMap<Reference, SignedStatement>,
}

impl Corpus {
    /// Reads what stands at `place` and below, with the logs above that it rests on.
    pub(super) async fn read(
        at: &At,
        federation: FederationFile,
        place: Division,
        as_of: Option<Time>,
        language: Language,
    ) -> anyhow::Result<Self> {
        let mut origins = at.logs(&federation).await?;
        origins.retain(|log| log.division.is_within(place) || place.is_within(log.division));
        origins.sort_by_key(|log| (log.division.level(), log.clone()));
        ensure!(
            origins.iter().any(|log| log.division.is_within(place)),
            say!(language, "{at} 没有 {place} 或其下级的账", "{at} holds no log of {place} or below")
        );
        let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len}")?;
        let bar =
            ProgressBar::new(u64::try_from(origins.len())?).with_style(style.clone()).with_message(language.pick("读账", "reading logs"));
        let offset = federation.offset;
        let (mut registry, mut logs, mut entries) = (Registry::new(federation.clone()), Vec::new(), Vec::new());
        for origin in &origins {
            let (head, read) = read_log(at, &registry, origin, language).await?;
            registry.observe_all(read.iter().map(|entry| (origin, entry)));
            logs.push(LogRead {
                origin: origin.clone(),
                size: head.size(),
                root: head.root(),
                newest: read.last().map(|entry| entry.logged),
                since: read.first().map(|entry| entry.logged.civil_date(offset)),
                missing: 0,
            });
            entries.extend(read.into_iter().map(|entry| (origin.clone(), entry)));
            bar.inc(1);
        }
        bar.finish_and_clear();
        let mut matters: BTreeMap<MatterId, Vec<Record>> = BTreeMap::new();
        let mut notes = HashMap::new();
        let mut rules = Vec::new();
        let mut catalogues: BTreeMap<Division, Vec<Filled>> = BTreeMap::new();
        for (origin, entry) in &entries {
            let Some(record) = record(&registry, origin, entry) else {
                let kind = entry.statement.statement().kind.as_str();
                let on = Reference { log: origin.clone(), index: entry.index, id: entry.statement.id() };
                let valid = registry.standing(origin, entry).is_valid();
                if valid && kind == KindCode::Rules.as_str() {
                    rules.push((on, entry.statement.clone()));
                } else if valid && kind == KindCode::Catalogue.as_str() {
                    catalogues.entry(origin.division).or_default().push(Filled { logged: entry.logged.civil_date(offset), on });
                }
                continue;
            };
            let Some(matter) = record.statement.matter.filter(|matter| matter.division.is_within(place)) else { continue };
            notes.insert(record.reference.clone(), entry.statement.clone());
            matters.entry(matter).or_default().push(record);
        }
        let wanted: Vec<(Reference, SignedStatement)> =
            notes.iter().chain(rules.iter().map(|(on, note)| (on, note))).map(|(on, note)| (on.clone(), note.clone())).collect();
        let (bodies, missing) = read_bodies(at, wanted, &style, language).await?;
        for log in &mut logs {
            log.missing = missing.get(&log.origin).copied().unwrap_or_default();
        }
        let packs = local_packs(&rules, &bodies);
        // So that the same sizes give the same tables whenever they are made.
        let as_of = as_of.or_else(|| logs.iter().filter_map(|log| log.newest).max()).unwrap_or_else(crate::clock::now);
        let views: Vec<View> = matters.iter().map(|(id, records)| fold(*id, records, &packs, as_of, offset)).collect();
        let mut places: BTreeMap<Division, Option<Date>> = BTreeMap::new();
        for log in logs.iter().filter(|log| log.origin.division.is_within(place)) {
            let since = places.entry(log.origin.division).or_default();
            *since = [*since, log.since].into_iter().flatten().min();
        }
        let calendars = places.into_iter().map(|(division, since)| {
            let place = Place { division, since, catalogues: catalogues.remove(&division).unwrap_or_default() };
            Calendar::of(&place, &views, &packs, as_of, offset)
        });
        let calendars = calendars.collect();
        Ok(Self { as_of, logs, views, calendars, bodies, notes })
    }

    /// The words of a statement, if they are held.
    pub(super) fn words(&self, of: &Reference) -> Option<&Words> {
        self.bodies.get(of).map(|body| &body.words)
    }
}

async fn read_bodies(
    at: &At,
    wanted: Vec<(Reference, SignedStatement)>,
    style: &ProgressStyle,
    language: Language,
) -> anyhow::Result<(HashMap<Reference, Body>, BTreeMap<Origin, u64>)> {
    let named: Vec<_> = wanted.into_iter().filter_map(|(on, note)| Some((on, note.statement().body?))).collect();
    let bar =
        ProgressBar::new(u64::try_from(named.len())?).with_style(style.clone()).with_message(language.pick("读文字", "reading words"));
    let counted = &bar;
    let found: Vec<(Reference, Option<Body>)> = stream::iter(named)
        .map(|(on, named)| async move {
            let bytes = at.get(&format!("{}/body/{}", Node::log_path(&on.log), named.hash)).await.ok().flatten();
            let bytes = bytes.filter(|bytes| named.names(bytes));
            let body = bytes.and_then(|bytes| Some(Body { words: Words::parse(&bytes).ok()?, text: String::from_utf8(bytes).ok()? }));
            counted.inc(1);
            (on, body)
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    bar.finish_and_clear();
    let (mut bodies, mut missing) = (HashMap::new(), BTreeMap::new());
    for (on, body) in found {
        match body {
            Some(body) => {
                bodies.insert(on, body);
            }
            None => *missing.entry(on.log).or_default() += 1,
        }
    }
    Ok((bodies, missing))
}

/// The packs that ship, and those that offices have signed.
fn local_packs(rules: &[(Reference, SignedStatement)], bodies: &HashMap<Reference, Body>) -> Packs {
    let mut packs = Packs::built_in();
    for (on, note) in rules {
        let statement = note.statement();
        let Ok(Said::Rules(said)) = Said::read(&statement.kind, &statement.facts) else { continue };
        let text = bodies.get(on).and_then(|body| body.words.pack.as_deref());
        let span = luodi_ledger::matter::pack::InForce { from: Some(said.from), until: said.until };
        // A pack that does not read judges nothing, here as everywhere.
        let _ = text.map(|text| packs.adopt(on.clone(), said.pack, span, text));
    }
    packs
}
