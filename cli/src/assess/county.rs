//! The logs of a county and of all above it, read from a node and held to their signed roots.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::ensure;
use indicatif::{ProgressBar, ProgressStyle};
use luodi_ledger::assessment::Reading;
use luodi_ledger::entry::Entry;
use luodi_ledger::federation::FederationFile;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::facts::{LogPlace, LogSizes};
use luodi_ledger::matter::pack::Adoptions;
use luodi_ledger::names::{Division, Origin};
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::SignedStatement;

use crate::audit::source::At;
use crate::language::{Language, say};
use crate::reading::{carried, read_log};

/// A log as it was read: how many leaves its signed root covers, and those that are entries.
struct Log {
    size: u64,
    entries: Vec<Entry>,
}

/// Every log of a county and above it that a node holds.
pub(super) struct Logs {
    federation: FederationFile,
    county: Division,
    logs: BTreeMap<Origin, Log>,
    /// Chartered logs that the node does not hold.
    pub(super) missing: Vec<Origin>,
}

impl Logs {
    /// Reads them, highest first: each rests on the registrations above it.
    pub(super) async fn read(at: &At, federation: FederationFile, county: Division, language: Language) -> anyhow::Result<Self> {
        let root = federation.root;
        let held: BTreeSet<Origin> = at.logs(&federation).await?.into_iter().collect();
        let mut registry = Registry::new(federation.clone());
        let (mut logs, mut missing) = (BTreeMap::new(), Vec::new());
        let progress = ProgressBar::new_spinner().with_style(ProgressStyle::with_template("{spinner} {pos} {msg}")?);
        // A charter read may name logs not known before, so ask again until nothing is new.
        loop {
            let on_the_line = |division| registry.is_within(division, county) || registry.is_within(county, division);
            let fresh = registry.charters().map(|charter| charter.facts.origin.clone()).filter(|origin| on_the_line(origin.division));
            let mut fresh: Vec<Origin> = fresh.filter(|origin| !logs.contains_key(origin) && !missing.contains(origin)).collect();
            fresh.sort_by_key(|origin| (origin.division.level(), origin.clone()));
            fresh.dedup();
            if fresh.is_empty() {
                break;
            }
            for origin in fresh {
                if !held.contains(&origin) {
                    missing.push(origin);
                    continue;
                }
                progress.set_message(origin.to_string());
                let (head, entries) = read_log(at, &registry, &origin, language).await?;
                registry.observe_all(entries.iter().map(|entry| (&origin, entry)));
                logs.insert(origin, Log { size: head.size(), entries });
                progress.inc(1);
            }
        }
        progress.finish_and_clear();
        ensure!(
            registry.is_within(county, root),
            say!(language, "{county} 不在这个联邦里（根是 {root}）", "{county} is not in this federation, whose root is {root}")
        );
        ensure!(
            logs.keys().any(|origin| registry.is_within(origin.division, county)),
            say!(language, "节点没有 {county} 及其以下的账本", "the node holds no log of {county} or below it")
        );
        missing.sort();
        Ok(Self { federation, county, logs, missing })
    }

    /// How far each log was read.
    pub(super) fn sizes(&self) -> LogSizes {
        LogSizes(self.logs.iter().map(|(origin, log)| (LogPlace::of(origin), log.size)).collect())
    }

    /// The log that assessments of the county stand in.
    pub(super) fn home(&self) -> Option<&Origin> {
        self.logs.keys().rfind(|origin| origin.division == self.county)
    }

    /// The entry at a place, if it was read.
    pub(super) fn entry(&self, log: LogPlace, index: u64) -> Option<(&Origin, &Entry)> {
        let (origin, log) = self.logs.iter().find(|(origin, _)| LogPlace::of(origin) == log)?;
        log.entries.iter().find(|entry| entry.index == index).map(|entry| (origin, entry))
    }

    /// Who may sign what, by all that was read.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::new(self.federation.clone());
        registry.observe_all(self.logs.iter().flat_map(|(origin, log)| log.entries.iter().map(move |entry| (origin, entry))));
        registry
    }

    /// The entry of a log that holds a statement.
    pub(super) fn find(&self, origin: &Origin, statement: &SignedStatement) -> Option<&Entry> {
        self.logs.get(origin)?.entries.iter().find(|entry| entry.statement == *statement)
    }

    /// How many leaves of a log were read.
    pub(super) fn size(&self, origin: &Origin) -> u64 {
        self.logs.get(origin).map_or(0, |log| log.size)
    }

    /// A log above `division`, or its own, that the node does not hold.
    pub(super) fn missing_above(&self, division: Division) -> Option<&Origin> {
        let registry = self.registry();
        self.missing.iter().find(|origin| registry.is_within(division, origin.division))
    }

    /// Everything, as far as it was read.
    pub(super) async fn whole(&self, at: &At) -> Reading {
        self.up_to(at, &self.sizes()).await
    }

    /// Why the logs cannot be read to `sizes`, if so: those that are not here, or are shorter.
    pub(super) fn beyond(&self, sizes: &LogSizes) -> Vec<(LogPlace, u64, Option<u64>)> {
        let held: BTreeMap<LogPlace, u64> = self.sizes().0;
        let short = |(log, size): (&LogPlace, &u64)| match held.get(log) {
            Some(here) if here >= size => None,
            here => Some((*log, *size, here.copied())),
        };
        sizes.0.iter().filter_map(short).collect()
    }

    /// The logs named, each as it stood at its size, and nothing else.
    pub(super) async fn up_to(&self, at: &At, sizes: &LogSizes) -> Reading {
        let size_of = |origin: &Origin| sizes.0.get(&LogPlace::of(origin)).copied().unwrap_or(0);
        let logs = self.logs.iter().map(|(origin, log)| (origin, size_of(origin), &log.entries));
        let entries: Vec<(&Origin, &Entry)> = logs
            .flat_map(|(origin, size, entries)| entries.iter().filter(move |entry| entry.index < size).map(move |entry| (origin, entry)))
            .collect();
        let mut registry = Registry::new(self.federation.clone());
        registry.observe_all(entries.iter().copied());
        let mut adoptions = Adoptions::default();
        for (origin, entry) in &entries {
            let on = Reference { log: (*origin).clone(), index: entry.index, id: entry.statement.id() };
            adoptions.take(&on, entry.statement.statement());
        }
        let bodies = carried(at, &adoptions).await;
        Reading::of(&registry, self.county, entries, |_, named| bodies.get(&named.hash).cloned())
    }
}
