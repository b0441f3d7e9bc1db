//! Finds what a correction, a withdrawal or a redaction speaks of, so that `ledger` can judge it before it is logged.
//!
//! Such statements are few and signed by offices that may say them, so the logs of their matter are read from the first entry: no index of
//! matters is kept for them. Out of scope: the judgement ([`luodi_ledger::matter::check_mend`]).

use std::collections::BTreeMap;

use luodi_ledger::Malformed;
use luodi_ledger::entry::Entry;
use luodi_ledger::matter::pack::{Adoptions, Packs};
use luodi_ledger::matter::{Marks, Record, Reference, Target, check_mend};
use luodi_ledger::names::{MatterId, Origin};
use luodi_ledger::redaction::{Held, Tombstone};
use luodi_ledger::registry::Registry;
use luodi_ledger::statement::MOST_SIGNERS;

use crate::store::{ReadError, Reader};

/// Lines of a statement up to its matter: header, log, signers, kind, matter.
const LINES: usize = 4 + MOST_SIGNERS;

/// Judges `mend`, as it would be logged, against what is in store of its `target` and of its matter.
pub fn check(reader: &Reader, registry: &Registry, mend: &Record, target: &Reference) -> Result<Result<(), Malformed>, ReadError> {
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
    let held = match (&body, &told) {
        (Some(body), _) => Held::Body(body),
        (None, Some(told)) => Held::Redacted(&told.attachments),
        (None, None) => Held::Absent,
    };
    let known = match mend.statement.matter {
        Some(matter) => of_matter(reader, registry, matter)?,
        None => nothing,
    };
    Ok(judge(Target::Here(&of, held), &known))
}

fn record(registry: &Registry, origin: &Origin, entry: &Entry) -> Record {
    Record {
        reference: Reference { log: origin.clone(), index: entry.index, id: entry.statement.id() },
        statement: entry.statement.statement().clone(),
        logged: entry.logged,
        standing: registry.standing(origin, entry),
        marks: Marks::default(),
    }
}

/// What the logs here at the home of a matter and above it say of it, and the packs that may judge it.
fn of_matter(reader: &Reader, registry: &Registry, matter: MatterId) -> Result<(Vec<Record>, Packs), ReadError> {
    let (mut records, mut adoptions) = (Vec::new(), Adoptions::default());
    let line = format!("matter {matter}");
    for log in reader.logs().into_iter().filter(|log| registry.is_within(matter.division, log.origin.division)) {
        let mut next = 0;
        while next < log.size {
            let leaves = reader.entries(&log.origin, next..log.size)?;
            if leaves.is_empty() {
                break;
            }
            next += leaves.len() as u64;
            for entry in leaves.iter().filter(|leaf| speaks_of(leaf, &line)).filter_map(|leaf| Entry::parse(leaf).ok()) {
                let record = record(registry, &log.origin, &entry);
                if record.standing.is_valid() {
                    adoptions.take(&record.reference, &record.statement);
                }
                if record.statement.matter == Some(matter) {
                    records.push(record);
                }
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

/// Whether an entry names the matter, or may put rules in force or out of it; told from its first lines, so that the others cost no parsing.
fn speaks_of(leaf: &[u8], matter: &str) -> bool {
    let statement = std::str::from_utf8(leaf).ok().and_then(|text| text.split_once("\n\n"));
    statement.is_some_and(|(_, text)| text.lines().take(LINES).any(|line| line == matter || line == "kind rules" || line == "kind void"))
}
