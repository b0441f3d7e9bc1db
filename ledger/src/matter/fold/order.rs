//! The one order of a matter's records, whatever order they arrived in.
//!
//! The home log keeps its order. A statement in a log above stands right after its target, several on one target by (`time`, id); one
//! without a valid target here stands where its `logged` falls.

use std::collections::{BTreeMap, BTreeSet};

use crate::hash::Blake3;
use crate::matter::facts::Said;
use crate::matter::record::{Record, Reference};
use crate::names::MatterId;
use crate::time::Time;

/// The records of `id` in order, each once.
pub(super) fn in_order(id: MatterId, records: &[Record]) -> Vec<&Record> {
    let mut all: Vec<&Record> = records.iter().filter(|record| record.statement.matter == Some(id)).collect();
    all.sort_by(|a, b| a.reference.cmp(&b.reference));
    all.dedup_by(|a, b| a.reference == b.reference);
    // What is void moves nothing, not even the place of what refers to it.
    let valid: BTreeSet<&Reference> = all.iter().filter(|record| record.standing.is_valid()).map(|record| &record.reference).collect();

    let (mut home, mut free) = (Vec::new(), Vec::new());
    let mut following: BTreeMap<Reference, Vec<&Record>> = BTreeMap::new();
    for record in all.iter().copied() {
        if record.reference.log.division == id.division {
            home.push(record);
            continue;
        }
        let target = Said::read(&record.statement.kind, &record.statement.facts).ok().and_then(|said| said.target().cloned());
        match target.filter(|target| valid.contains(target)) {
            Some(target) => following.entry(target).or_default().push(record),
            None => free.push(record),
        }
    }
    // A reference holds its log's division, generation and index, so home records are in order already: one division, generations, indexes.
    for records in following.values_mut() {
        records.sort_by_key(|record| by_time(record));
    }
    free.sort_by_key(|record| (record.logged, record.reference.clone()));

    let mut ordered = Vec::with_capacity(all.len());
    let mut free = free.into_iter().peekable();
    for record in home {
        while let Some(earlier) = free.next_if(|other| other.logged < record.logged) {
            push_with_followers(earlier, &mut following, &mut ordered);
        }
        push_with_followers(record, &mut following, &mut ordered);
    }
    for record in free {
        push_with_followers(record, &mut following, &mut ordered);
    }
    ordered
}

fn by_time(record: &Record) -> (Time, Blake3) {
    (record.statement.time, record.reference.id)
}

/// Pushes a record, then those that follow it, then those that follow them. No recursion: a chain may be as long as a log.
fn push_with_followers<'r>(record: &'r Record, following: &mut BTreeMap<Reference, Vec<&'r Record>>, ordered: &mut Vec<&'r Record>) {
    let mut open = vec![record];
    while let Some(record) = open.pop() {
        ordered.push(record);
        if let Some(followers) = following.remove(&record.reference) {
            open.extend(followers.into_iter().rev());
        }
    }
}
