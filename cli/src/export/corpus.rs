//! What an export is computed from: every log asked for, read whole and held to its signed root, and the words its statements name.
//!
//! Nothing that a source says is believed: an entry counts by the registry, a body by its hash. Which logs, up to which size, is kept, for
//! whoever reads the same sizes comes to the same tables.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::ensure;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};
use luodi_ledger::assessment::{Assessment, Reading};
use luodi_ledger::federation::FederationFile;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::calendar::{Calendar, Span};
use luodi_ledger::matter::codes::{CodeList as _, Every, KindCode};
use luodi_ledger::matter::view::View;
use luodi_ledger::matter::words::Words;
use luodi_ledger::matter::{Record, Reference, fold};
use luodi_ledger::merkle::Hash;
use luodi_ledger::names::{Division, Level, MatterId, Origin};
use luodi_ledger::redaction;
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::{BodyRef, SignedStatement};
use luodi_ledger::time::Time;

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
    /// Bodies its statements name that were redacted.
    pub(super) redacted: u64,
    /// Other bodies its statements name that are not held there: not arrived, or kept back.
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
    /// Of every county there, for the calendar year of `as_of`.
    pub(super) assessments: Vec<Assessment>,
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
        let held = at.logs(&federation).await?;
        let style = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len}")?;
        let bar = ProgressBar::new(0).with_style(style.clone()).with_message(language.pick("读账", "reading logs"));
        let offset = federation.offset;
        let (mut registry, mut logs, mut entries) = (Registry::new(federation.clone()), Vec::new(), Vec::new());
        let mut wanted = bearing(&registry, &held, place);
        while let Some(origin) = wanted.pop_first().map(|(_, origin)| origin) {
            let moves = registry.divisions().count();
            let (head, read) = read_log(at, &registry, &origin, language).await?;
            registry.observe_all(read.iter().map(|entry| (&origin, entry)));
            logs.push(LogRead {
                origin: origin.clone(),
                size: head.size(),
                root: head.root(),
                newest: read.last().map(|entry| entry.logged),
                redacted: 0,
                missing: 0,
            });
            entries.extend(read.into_iter().map(|entry| (origin.clone(), entry)));
            if registry.divisions().count() != moves {
                // What a log above says of where divisions lie brings others in.
                wanted = bearing(&registry, &held, place);
                wanted.retain(|(_, origin)| !logs.iter().any(|log: &LogRead| log.origin == *origin));
            }
            bar.set_length(u64::try_from(logs.len() + wanted.len())?);
            bar.set_position(u64::try_from(logs.len())?);
        }
        bar.finish_and_clear();
        let lies_there = |division| registry.lies_within(division, place);
        ensure!(
            logs.iter().any(|log| lies_there(log.origin.division)),
            say!(language, "{at} 没有 {place} 或其下级的账", "{at} holds no log of {place} or below")
        );
        let mut matters: BTreeMap<MatterId, Vec<Record>> = BTreeMap::new();
        let (mut notes, mut rules, mut erased) = (HashMap::new(), Vec::new(), HashSet::new());
        for (origin, entry) in &entries {
            let statement = entry.statement.statement();
            if statement.kind.as_str() == KindCode::Rules.as_str() {
                rules.push((Reference { log: origin.clone(), index: entry.index, id: entry.statement.id() }, entry.statement.clone()));
            }
            if let Some(redaction) = redaction::read(statement).filter(|_| registry.standing(origin, entry).is_valid()) {
                erased.extend(redaction.hashes.into_iter().map(|hash| (redaction.target.clone(), hash)));
            }
            let Some(record) = record(&registry, origin, entry) else { continue };
            let Some(matter) = statement.matter.filter(|matter| lies_there(matter.division)) else { continue };
            notes.insert(record.reference.clone(), entry.statement.clone());
            matters.entry(matter).or_default().push(record);
        }
        let wanted: Vec<(Reference, SignedStatement)> = notes.iter().map(|(on, note)| (on.clone(), note.clone())).chain(rules).collect();
        let (bodies, missing) = read_bodies(at, wanted, &style, language).await?;
        for log in &mut logs {
            let of_log = missing.iter().filter(|(on, _)| on.log == log.origin);
            let (gone, missing): (Vec<_>, Vec<_>) = of_log.partition(|named| erased.contains(*named));
            (log.redacted, log.missing) = (u64::try_from(gone.len())?, u64::try_from(missing.len())?);
        }
        // So that the same sizes give the same tables whenever they are made.
        let as_of = as_of.or_else(|| logs.iter().filter_map(|log| log.newest).max()).unwrap_or_else(crate::clock::now);
        let held = |on: &Reference, _: &BodyRef| bodies.get(on).map(|body| body.text.clone().into_bytes());
        let of = |division| Reading::of(&registry, division, entries.iter().map(|(origin, entry)| (origin, entry)), held);
        let reading = of(place);
        let packs = reading.packs();
        let views: Vec<View> = matters.iter().map(|(id, records)| fold(*id, records, packs, as_of, offset)).collect();
        // A place that moved away is told of where it lies now.
        let members = || reading.members().iter().map(|member| &member.place).filter(|of| lies_there(of.division));
        let calendars = members().map(|of| Calendar::of(of, &views, packs, as_of, offset)).collect();
        let period = Span::around(as_of.civil_date(offset), Every::Year);
        let counties = members().map(|of| of.division).filter(|division| division.level() == Level::County);
        let assessments = counties.map(|county| of(county).assess(period, as_of)).collect();
        Ok(Self { as_of, logs, views, calendars, assessments, bodies, notes })
    }

    /// The words of a statement, if they are held.
    pub(super) fn words(&self, of: &Reference) -> Option<&Words> {
        self.bodies.get(of).map(|body| &body.words)
    }
}

/// The logs held that bear on what lies at `place` or below, as far as `registry` knows: of those places and of all they have ever lain
/// below; highest first, for what stands above may move what stands below.
fn bearing(registry: &Registry, held: &[Origin], place: Division) -> BTreeSet<(Level, Origin)> {
    let there = held.iter().map(|log| log.division).filter(|division| registry.is_within(*division, place));
    let lines: BTreeSet<Division> = there.flat_map(|division| registry.above(division)).chain(registry.above(place)).collect();
    let of_lines = held.iter().filter(|log| lines.contains(&log.division));
    of_lines.map(|log| (log.division.level(), log.clone())).collect()
}

async fn read_bodies(
    at: &At,
    wanted: Vec<(Reference, SignedStatement)>,
    style: &ProgressStyle,
    language: Language,
) -> anyhow::Result<(HashMap<Reference, Body>, Vec<(Reference, Blake3)>)> {
    let named: Vec<_> = wanted.into_iter().filter_map(|(on, note)| Some((on, note.statement().body?))).collect();
    let bar =
        ProgressBar::new(u64::try_from(named.len())?).with_style(style.clone()).with_message(language.pick("读文字", "reading words"));
    let counted = &bar;
    let found: Vec<(Reference, Blake3, Option<Body>)> = stream::iter(named)
        .map(|(on, named)| async move {
            let bytes = at.get(&format!("{}/body/{}", Node::log_path(&on.log), named.hash)).await?;
            let bytes = bytes.filter(|bytes| named.names(bytes));
            let body = bytes.and_then(|bytes| Some(Body { words: Words::parse(&bytes).ok()?, text: String::from_utf8(bytes).ok()? }));
            counted.inc(1);
            anyhow::Ok((on, named.hash, body))
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    bar.finish_and_clear();
    let (mut bodies, mut missing) = (HashMap::new(), Vec::new());
    for (on, named, body) in found {
        match body {
            Some(body) => {
                bodies.insert(on, body);
            }
            None => missing.push((on, named)),
        }
    }
    Ok((bodies, missing))
}
