//! What may keep an answer waiting: the commit that fills a segment, and holding a correction against a long log.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use luodi_ledger::entry::Entry;
use luodi_ledger::facts::Facts;
use luodi_ledger::matter::{Marks, Record, Reference};
use luodi_ledger::registry::Registry;
use luodi_ledger::standing::Standing;
use luodi_node::keys::MachineKeys;
use luodi_node::mending::Mends;
use luodi_node::store::{Options, Store};

use super::sample::{COUNTY, Growing, charter, federation_file, office, origin};
use super::{Figures, median};

/// Entries of the log: two segments and more.
const ENTRIES: u64 = 140_000;
/// Entries a commit.
const BATCH: u64 = 50;
/// Corrections that are timed.
const MENDS: usize = 11;

pub(super) fn measure(figures: &mut Figures) -> anyhow::Result<()> {
    let folder = tempfile::tempdir_in(".")?;
    let root = origin(COUNTY)?;
    let keys = MachineKeys::generate(&root)?;
    let federation = federation_file(charter(&keys, &root, &luodi_node::keys::peer_id(keys.peer.public().public_bytes()), vec![])?)?;
    let government = office(COUNTY, "government")?;
    let mut log = Growing::new(root.clone(), keys.log.clone())?;
    let mut store = Store::create(&folder.path().join("data"), Options::default())?;
    let mut times = Vec::new();
    for first in (0..ENTRIES).step_by(usize::try_from(BATCH)?) {
        let said = (first..first + BATCH).map(|number| log.sign_padded(&government, number)).collect::<anyhow::Result<Vec<_>>>()?;
        let change = log.grow(said);
        let start = Instant::now();
        store.commit(vec![change])?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let longest = times.iter().copied().fold(0.0, f64::max);
    figures.tell("commit_of_50", median(times), "ms");
    figures.below("commit_longest_of_two_segments", longest, "ms", 100.0, "< 100 ms");

    let registry = Registry::new(federation);
    let reader = store.reader();
    let mends = Mends::default();
    let mut times = Vec::new();
    for number in 0..MENDS {
        let index = ENTRIES / 2 + number as u64;
        let leaves = reader.entries(&root, index..index + 1)?;
        let entry = Entry::parse(leaves.first().context("an entry")?)?;
        let target = Reference { log: root.clone(), index, id: entry.statement.id() };
        // All that the log says is of one matter; what is corrected is of another, so that finding it is what is timed.
        let mut statement = log.sign(&government, "topic", Facts::empty())?.statement().clone();
        statement.matter = Some(format!("{COUNTY}-2026-0002").parse()?);
        let statement = statement.sign(std::slice::from_ref(&government))?;
        let mend = Record {
            reference: Reference { log: root.clone(), index: ENTRIES, id: statement.id() },
            statement: statement.statement().clone(),
            logged: log.logged,
            standing: Standing::Valid { term_expired: false },
            marks: Marks::default(),
        };
        let start = Instant::now();
        // A topic mends nothing, and is told so after everything was read.
        ensure!(mends.check(&reader, &registry, &mend, &target)?.is_ok(), "a topic was taken for a correction");
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    figures.tell("correction_first_in_a_log_of_140000", times[0], "ms");
    figures.below("correction_in_a_log_of_140000", median(times), "ms", 20.0, "< 20 ms");
    Ok(())
}
