//! What an earlier run has published, as the log tells it: whatever became of this machine, nothing is said twice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures::{StreamExt as _, TryStreamExt as _, stream};
use luodi_ledger::facts::Facts;
use luodi_ledger::hash::Blake3;
use luodi_ledger::matter::Reference;
use luodi_ledger::matter::words::Words;
use luodi_ledger::names::{Division, MatterId, OfficeName, Origin};

use super::item::{SOURCE, Source};
use crate::node_client::Node;
use crate::reading::{Shelf, words_of};

/// Bodies asked for at once: a node on the same table answers thousands a second.
const AT_ONCE: usize = 16;

/// A statement in the log that came from a row.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) reference: Reference,
    pub(super) matter: MatterId,
    pub(super) facts: Facts,
    /// Its words; none where its body is the very one that the row makes.
    pub(super) words: Option<Words>,
}

/// What the log of a division holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    statements: HashMap<Source, Found>,
    /// The largest number of each year.
    numbers: BTreeMap<u16, u32>,
    matters: BTreeSet<MatterId>,
}

impl Known {
    /// Looks through the log `home` for what `office` has imported. `expected` are bodies that rows of this table make.
    pub(super) async fn read(
        shelf: &Shelf,
        node: &Node,
        home: &Origin,
        office: &OfficeName,
        expected: &HashMap<Blake3, Source>,
    ) -> anyhow::Result<Self> {
        let mut known = Self::default();
        for matter in shelf.records.iter().filter_map(|record| record.statement.matter).filter(|id| id.division == home.division) {
            known.matters.insert(matter);
            known.take(matter);
        }
        let ours = shelf.records.iter().filter(|record| {
            record.reference.log == *home
                && record.standing.is_valid()
                && record.statement.by.contains(office)
                && record.statement.body.is_some()
        });
        // A body that could not be asked for may be one of ours: then nothing can be told, and nothing is signed.
        let found = stream::iter(ours).map(|record| async move {
            let (Some(body), Some(matter)) = (record.statement.body, record.statement.matter) else { return Ok(None) };
            let found = Found { reference: record.reference.clone(), matter, facts: record.statement.facts.clone(), words: None };
            if let Some(source) = expected.get(&body.hash) {
                return Ok(Some((source.clone(), found)));
            }
            let Some(words) = words_of(node, record).await? else { return Ok(None) };
            let source = words.more.get(SOURCE).and_then(|source| serde_json::from_value(source.clone()).ok());
            anyhow::Ok(source.map(|source: Source| (source, Found { words: Some(words), ..found })))
        });
        let found: Vec<Option<(Source, Found)>> = found.buffered(AT_ONCE).try_collect().await?;
        let mut found: Vec<(Source, Found)> = found.into_iter().flatten().collect();
        // Of two that claim one row the first counts, as in the log.
        found.reverse();
        known.statements.extend(found);
        Ok(known)
    }

    /// The statement that came from a row.
    pub(super) fn of(&self, source: &Source) -> Option<&Found> {
        self.statements.get(source)
    }

    /// Whether anything is said of a matter.
    pub(super) fn holds(&self, matter: MatterId) -> bool {
        self.matters.contains(&matter)
    }

    /// Notes that an id is taken.
    pub(super) fn take(&mut self, matter: MatterId) {
        let largest = self.numbers.entry(matter.year).or_default();
        *largest = (*largest).max(matter.number);
    }

    /// The next id of a year that nobody has.
    pub(super) fn next(&mut self, division: Division, year: u16) -> MatterId {
        let number = self.numbers.get(&year).copied().unwrap_or_default().saturating_add(1);
        let id = MatterId { division, year, number };
        self.take(id);
        id
    }
}
