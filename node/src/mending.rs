//! Finds what a correction, a withdrawal or a redaction speaks of, so that `ledger` can judge it before it is logged; and what is known of
//! a matter, so that it can tell how any statement would be shown.
//!
//! Both are asked rarely, by people, so no index of matters is written for them: the logs of a matter are read once from the first entry, which
//! names each speaks of is kept in memory ([`Mends`]), and from then on only what was added is read. Out of scope: the judgement
//! ([`luodi_ledger::matter::check_mend`], [`luodi_ledger::matter::foretell`]).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use luodi_ledger::Malformed;
use luodi_ledger::entry::Entry;
use luodi_ledger::matter::pack::{Adoptions, Packs};
use luodi_ledger::matter::{Foretold, Record, Reference, Target, check_mend, foretell};
use luodi_ledger::names::{MatterId, Origin};
use luodi_ledger::redaction::{Held, Tombstone};
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::MOST_SIGNERS;

use crate::store::{ReadError, Reader};

/// Lines of a statement up to its matter: header, log, signers, kind, matter.
const LINES: usize = 4 + MOST_SIGNERS;

/// Which entries of each log name a matter, some tens of bytes for each; clones share it. Begins empty.
#[derive(Clone, Debug, Default)]
pub struct Mends {
    logs: Arc<Mutex<BTreeMap<Origin, Named>>>,
}

/// Of one log.
#[derive(Debug, Default)]
struct Named {
    /// How many entries were looked at.
    seen: u64,
    matters: BTreeMap<MatterId, Vec<u64>>,
    /// The entries that may put rules in force or out of it.
    rules: Vec<u64>,
}

impl Named {
    /// Looks at what was added since.
    fn read_on(&mut self, reader: &Reader, origin: &Origin, size: u64) -> Result<(), ReadError> {
        while self.seen < size {
            let leaves = reader.entries(origin, self.seen..size)?;
            if leaves.is_empty() {
                break;
            }
            for leaf in &leaves {
                let (matter, of_rules) = names(leaf);
                if let Some(matter) = matter {
                    self.matters.entry(matter).or_default().push(self.seen);
                }
                if of_rules {
                    self.rules.push(self.seen);
                }
                self.seen += 1;
            }
        }
        Ok(())
    }

    /// The entries that speak of `matter` or of rules, in order.
    fn of(&self, matter: MatterId) -> BTreeSet<u64> {
        self.matters.get(&matter).into_iter().flatten().chain(&self.rules).copied().collect()
    }
}

impl Mends {
    /// Judges `mend`, as it would be logged, against what is in store of its `target` and of its matter.
    pub fn check(
        &self,
        reader: &Reader,
        registry: &Registry,
        mend: &Record,
        target: &Reference,
    ) -> Result<Result<(), Malformed>, ReadError> {
        let offset = registry.federation().offset;
        let judge = |target: Target<'_>, (records, packs): &(Vec<Record>, Packs)| check_mend(mend, target, records, packs, offset);
        let nothing = (Vec::new(), Packs::default());
        let Some(log) = reader.log(&target.log)? else { return Ok(judge(Target::NotHeld, &nothing)) };
        if target.index >= log.size {
            return Ok(judge(Target::Beyond(log.size), &nothing));
        }
        let leaves = reader.entries(&target.log, target.index..target.index + 1)?;
        let Some(entry) = leaves.first().and_then(|leaf| Entry::parse(leaf).ok()) else { return Ok(judge(Target::Unreadable, &nothing)) };
        let of = record(registry, &target.log, &entry);
        let name = of.statement.body.map(|body| body.hash);
        let body = name.map(|name| reader.body_to_judge(&name)).transpose()?.flatten();
        let told = name.map(|name| reader.tombstone(&name)).transpose()?.flatten().and_then(|bytes| Tombstone::parse(&bytes).ok());
        let held = Held::of(body.as_deref(), told.as_ref());
        let known = match mend.statement.matter {
            Some(matter) => self.of_matter(reader, registry, matter)?,
            None => nothing,
        };
        Ok(judge(Target::Here(&of, held), &known))
    }

    /// Tells how `said`, as it would be logged, would be shown; nothing where it belongs to no matter.
    pub fn foretell(&self, reader: &Reader, registry: &Registry, said: &Record) -> Result<Option<Foretold>, ReadError> {
        let Some(matter) = said.statement.matter else { return Ok(None) };
        let (records, packs) = self.of_matter(reader, registry, matter)?;
        Ok(foretell(said, &records, &packs, registry.federation().offset))
    }

    /// What the logs here at the home of a matter and above it say of it, and the packs that may judge it.
    fn of_matter(&self, reader: &Reader, registry: &Registry, matter: MatterId) -> Result<(Vec<Record>, Packs), ReadError> {
        let (mut records, mut adoptions) = (Vec::new(), Adoptions::default());
        for log in reader.logs().into_iter().filter(|log| registry.is_within(matter.division, log.origin.division)) {
            let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
            let named = logs.entry(log.origin.clone()).or_default();
            named.read_on(reader, &log.origin, log.size)?;
            let speaking = named.of(matter);
            drop(logs);
            for index in speaking {
                let leaves = reader.entries(&log.origin, index..index + 1)?;
                let Some(entry) = leaves.first().and_then(|leaf| Entry::parse(leaf).ok()) else { continue };
                let record = record(registry, &log.origin, &entry);
                if record.standing.is_valid() {
                    adoptions.take(&record.reference, &record.statement);
                }
                if record.statement.matter == Some(matter) {
                    records.push(record);
                }
            }
        }
        let mut bodies = BTreeMap::new();
        for (_, named) in adoptions.bodies() {
            if let Some(body) = reader.body_to_judge(&named.hash)? {
                bodies.insert(named.hash, body);
            }
        }
        let (packs, _) = adoptions.packs(registry, |_, named| bodies.get(&named.hash).cloned());
        Ok((records, packs))
    }
}

fn record(registry: &Registry, origin: &Origin, entry: &Entry) -> Record {
    Record::of(origin, entry, registry.standing(origin, entry))
}

/// What an entry names: its matter, and whether it may put rules in force or out of it; told from its first lines, so that no entry is parsed
/// for it.
fn names(leaf: &[u8]) -> (Option<MatterId>, bool) {
    let Some((_, text)) = std::str::from_utf8(leaf).ok().and_then(|text| text.split_once("\n\n")) else { return (None, false) };
    let lines = || text.lines().take(LINES);
    let matter = lines().find_map(|line| line.strip_prefix("matter ")?.parse().ok());
    (matter, lines().any(|line| line == "kind rules" || line == "kind void"))
}
